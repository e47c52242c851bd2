"""FastChat's own rules, where they differ from ours: `compat = "fastchat"`.

Source: FastChat at 0e6d3e4b, `fastchat/llm_judge/common.py` and `gen_judgment.py` (`NEED_REF_CATS`, the
prompts of Anthropic's judges) and the conversation templates of `fastchat/conversation.py`.
"""

from typing import Final

from asynceval.benchmarks.mt_bench import REFERENCE_CATEGORIES
from asynceval.domain.call import Message

REFERENCE: Final = REFERENCE_CATEGORIES | {"arena-hard-200"}
"""Categories whose judge is shown a reference answer: `NEED_REF_CATS`."""

ANTHROPIC_MAX_TOKENS: Final = 1024
"""The tokens that a judge of Anthropic may write."""

HELPFUL: Final = "You are a helpful assistant."
_ONE_SHOT: Final = (
    "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions."
)
_VICUNA: Final = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
_OPENAI: Final = frozenset(
    {
        *("gpt-3.5-turbo", "gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613", "gpt-3.5-turbo-1106"),
        *("gpt-3.5-turbo-0125", "gpt-4", "gpt-4-0314", "gpt-4-0613", "gpt-4-turbo"),
        *("gpt-4-1106-preview", "gpt-4-0125-preview"),
    }
)
_WITHOUT: Final = ("mistral", "mixtral", "llama-2", "zephyr")


def system_message(name: str) -> str | None:
    """Return the system message that a model of this name is asked with, None for none.

    OpenAI's models of 2024 and before are known by their whole names, open models by a part of it. Every
    other name gets the message of a chat with a curious human: gpt-4o, Llama-3 and claude-3 too.
    """
    bare = name.lower()
    if bare in _OPENAI or "qwen" in bare:
        return HELPFUL
    if "vicuna" in bare:
        return _VICUNA
    return None if any(part in bare for part in _WITHOUT) else _ONE_SHOT


def without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return a pairwise prompt as Anthropic's judges get it: an instruction before the user's text."""
    match messages:
        case (Message("system", text), user):
            if text == HELPFUL:
                return messages
            return (Message("user", f"[Instruction]\n{text}\n\n{user.content}"),)
    return messages
