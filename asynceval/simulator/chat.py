"""The chat completion: OpenAI's wire format, read from a request and written into a reply."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from asynceval.simulator.probable import logprobs
from asynceval.simulator.writer import Messages

_TOKEN = 4
_MOST_CHOICES = 128
_MOST_LOGPROBS = 20


class Refused(Exception):  # noqa: N818 - the word for what happens to the request
    """A request that the API does not take, and the parameter at fault if it is one."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        """Take what to tell the client."""
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class Chat:
    """A request; `max_tokens` limits each of its `n` choices.

    `is_json` wants JSON and nothing else, `is_streamed` the reply in pieces, `tells_usage` its tokens after
    the last of them. `top_logprobs` are the tokens whose probabilities are told at each place, None for none
    at all.
    """

    model: str
    messages: Messages
    max_tokens: int | None = None
    n: int = 1
    is_json: bool = False
    is_streamed: bool = False
    tells_usage: bool = False
    top_logprobs: int | None = None

    @property
    def prompt_tokens(self) -> int:
        """Return the size of the messages."""
        return tokens(sum(len(text) for _, text in self.messages))


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model says to a chat: one text per choice, cut to the limit; None for no content."""

    texts: tuple[str | None, ...]
    is_cut: tuple[bool, ...]

    @property
    def tokens(self) -> int:
        """Return the size of all texts."""
        return sum(tokens(len(text or "")) for text in self.texts)


def tokens(characters: int) -> int:
    """Return how many tokens so many characters are: four to a token, rounded up."""
    return -(-characters // _TOKEN)


def read(body: bytes) -> Chat:
    """Return the chat in a request's body, or raise Refused."""
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(f"We could not parse the JSON body of your request: {error}.") from None
    if not isinstance(request, dict):
        raise Refused("The body is not a JSON object.")
    model = request.get("model")
    if not isinstance(model, str) or not model:
        raise Refused("You must provide a model parameter.", "model")
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused("You must provide at least one message.", "messages")
    limit = "max_completion_tokens" if "max_completion_tokens" in request else "max_tokens"
    return Chat(
        model,
        tuple(_message(message, f"messages[{i}]") for i, message in enumerate(messages)),
        _count(request, limit),
        _count(request, "n", _MOST_CHOICES) or 1,
        _inner(request, "response_format", "type") in ("json_object", "json_schema"),
        bool(request.get("stream")),
        bool(_inner(request, "stream_options", "include_usage")),
        _top_logprobs(request),
    )


def _inner(request: dict[str, Any], name: str, field: str) -> Any:
    value = request.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refused(f"{name} is an object.", name, "invalid_type")
    return value.get(field) if value else None


def _top_logprobs(request: dict[str, Any]) -> int | None:
    top = request.get("top_logprobs") or 0
    if type(top) is not int or not 0 <= top <= _MOST_LOGPROBS:
        allowed = f"between 0 and {_MOST_LOGPROBS}"
        raise Refused(
            f"top_logprobs is a whole number, {allowed}.", "top_logprobs", "invalid_value"
        )
    return top if request.get("logprobs") else None


def _message(message: Any, param: str) -> tuple[str, str]:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(role, str):
        raise Refused("A message needs a role.", f"{param}.role")
    content = message.get("content")
    if isinstance(content, str):
        return role, content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return role, "".join(part for part in parts if isinstance(part, str))
    if content is None:
        return role, ""
    raise Refused("The content of a message is a text or a list of parts.", f"{param}.content")


def _count(request: dict[str, Any], name: str, most: int | None = None) -> int | None:
    value = request.get(name)
    if value is None:
        return None
    if type(value) is not int or value < 1 or (most is not None and value > most):
        allowed = "1 or more" if most is None else f"between 1 and {most}"
        raise Refused(f"{name} is a whole number, {allowed}.", name, "invalid_value")
    return value


def cut(chat: Chat, texts: tuple[str, ...]) -> Completion:
    """Return the texts as a completion within the chat's limit."""
    if chat.max_tokens is None:
        return Completion(texts, (False,) * len(texts))
    most = chat.max_tokens * _TOKEN
    return Completion(tuple(text[:most] for text in texts), tuple(len(t) > most for t in texts))


def blank(chat: Chat, text: Literal[""] | None) -> Completion:
    """Return a completion that says nothing, in an empty text or in none."""
    return Completion((text,) * chat.n, (False,) * chat.n)


def usage(chat: Chat, completion: Completion) -> dict[str, int]:
    """Return the tokens of a request and of its reply, as the API tells them."""
    prompt, said = chat.prompt_tokens, completion.tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
    }


def told(chat: Chat, text: str | None) -> dict[str, Any] | None:
    """Return the probabilities of a text's tokens, if they are wanted."""
    if chat.top_logprobs is None:
        return None
    return {"content": logprobs(text or "", chat.top_logprobs), "refusal": None}


def write(chat: Chat, completion: Completion, *, reply_id: str, created: int) -> bytes:
    """Return the body of a successful reply; `created` is in seconds since 1970."""
    return orjson.dumps(
        {
            "id": f"chatcmpl-{reply_id}",
            "object": "chat.completion",
            "created": created,
            "model": chat.model,
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": text, "refusal": None},
                    "logprobs": told(chat, text),
                    "finish_reason": "length" if is_cut else "stop",
                }
                for index, (text, is_cut) in enumerate(
                    zip(completion.texts, completion.is_cut, strict=True)
                )
            ],
            "usage": usage(chat, completion),
        }
    )


def write_error(
    message: str, kind: str, *, param: str | None = None, code: str | None = None
) -> bytes:
    """Return the body of an error reply."""
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})
