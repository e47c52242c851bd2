"""OpenAI's own client on the simulator: what it speaks is their format, to every required field."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from asynceval.simulator.faults import Fault
from asynceval.simulator.settings import Settings
from tests.simulator.rig import client, faulty

openai = pytest.importorskip("openai")
chat = pytest.importorskip("openai.types.chat")

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("ignore"),
]
ASKED = {"model": "sim-s50", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(name="url")
async def start() -> AsyncIterator[str]:
    """Return where a simulator is that wants a key."""
    async with client(Settings(api_key="k-1")) as simulator:
        yield simulator.base_url


def theirs(url: str, key: str = "k-1") -> Any:
    """Return their client, which is to check every type and to try once."""
    return openai.AsyncOpenAI(
        base_url=url, api_key=key, max_retries=0, _strict_response_validation=True
    )


async def test_a_reply_is_read_whole_and_in_pieces(url: str) -> None:
    """Both say the same and count the same."""
    async with theirs(url) as asked:
        whole = await asked.chat.completions.create(**ASKED)
        pieces = await asked.chat.completions.create(
            **ASKED, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in pieces]
    said = [choice for chunk in chunks for choice in chunk.choices]
    text = "".join(choice.delta.content or "" for choice in said)
    assert text == whole.choices[0].message.content
    assert said[-1].finish_reason == whole.choices[0].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage
    assert {chunk.id for chunk in chunks} != {None}
    for chunk in chunks:
        chat.ChatCompletionChunk.model_validate(chunk.model_dump(), strict=True)


async def test_probabilities_are_told_whole_and_in_pieces(url: str) -> None:
    """The same of the same tokens."""
    prompt = [{"role": "user", "content": "Rating: [[rating]]"}]
    wanted = {"messages": prompt, "model": "sim-judge", "logprobs": True, "top_logprobs": 3}
    async with theirs(url) as asked:
        whole = await asked.chat.completions.create(**wanted)
        pieces = await asked.chat.completions.create(**wanted, stream=True)
        said = [choice.logprobs async for chunk in pieces for choice in chunk.choices]
    tokens = [token for each in said if each for token in each.content]
    assert tokens == whole.choices[0].logprobs.content
    assert max(len(token.top_logprobs) for token in tokens) > 1


async def test_models_are_listed(url: str) -> None:
    """By the names that may be asked."""
    async with theirs(url) as asked:
        assert "sim-judge" in [model.id async for model in asked.models.list()]


async def test_a_wrong_key_is_an_authentication_error(url: str) -> None:
    """As their client sorts errors."""
    async with theirs(url, "k-2") as asked:
        with pytest.raises(openai.AuthenticationError) as caught:
            await asked.chat.completions.create(**ASKED)
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize(
    ("fault", "name", "code"),
    [
        (Fault.RATE, "RateLimitError", "rate_limit_exceeded"),
        (Fault.QUOTA, "RateLimitError", "insufficient_quota"),
        (Fault.CONTEXT, "BadRequestError", "context_length_exceeded"),
        (Fault.MODEL, "NotFoundError", "model_not_found"),
        (Fault.INTERNAL, "InternalServerError", None),
    ],
)
@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_fault_is_their_error(
    fault: Fault, name: str, code: str | None, is_streamed: bool
) -> None:
    """Known by its status and its code, whole or in pieces."""
    async with client(faulty(fault)) as simulator, theirs(simulator.base_url) as asked:
        with pytest.raises(getattr(openai, name)) as caught:
            await asked.chat.completions.create(**ASKED, stream=is_streamed)
    assert caught.value.code == code
