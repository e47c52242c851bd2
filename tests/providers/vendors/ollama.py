"""Ollama's own chat."""

from typing import Any

from asynceval.domain.call import Settings
from asynceval.domain.failure import Cause
from tests.providers.dialect import COMPLETION, MODEL, NEVER, PROMPT, RETRY, Dialect, Refusal
from tests.providers.vendors.openai import FOUR, ONE


def answer(text: str | None, thought: str | None, ending: str) -> dict[str, Any]:
    """Return a chat's one response; there is no count of thinking."""
    message = {"role": "assistant", "content": text or ""}
    if thought is not None:
        message["thinking"] = thought
    return {
        "model": "m-1-2026",
        "created_at": "2026-01-01T00:00:00Z",
        "message": message,
        "done": True,
        "done_reason": ending,
        "total_duration": 1,
        "load_duration": 1,
        "prompt_eval_count": PROMPT,
        "prompt_eval_duration": 1,
        "eval_count": COMPLETION,
        "eval_duration": 1,
    }


OLLAMA = Dialect(
    kind="ollama",
    base="",
    path="/api/chat",
    headers={"Authorization": "Bearer KEY"},
    least={"messages": ONE, "stream": False},
    settings=Settings(
        top_p=0.9,
        seed=7,
        stop=("END",),
        effort="low",
        body='{"keep_alive":"10m","options":{"num_ctx":8192}}',
        headers=(("X-Team", "evals"),),
    ),
    whole={
        "messages": FOUR,
        "stream": False,
        "think": "low",
        "options": {
            "temperature": 0.5,
            "num_predict": 100,
            "top_p": 0.9,
            "seed": 7,
            "stop": ["END"],
            "num_ctx": 8192,
        },
        "keep_alive": "10m",
    },
    answer=answer,
    refusals=(
        Refusal(
            "model",
            404,
            {"error": 'model "m-1" not found, try pulling it first'},
            Cause.CONFIG,
            MODEL,
            "try pulling it first",
        ),
        Refusal(
            "effort",
            400,
            {"error": '"m-1" does not support thinking'},
            Cause.CONFIG,
            MODEL,
            "does not support thinking",
        ),
        Refusal(
            "chat",
            400,
            {"error": '"m-1" does not support chat'},
            Cause.REQUEST,
            NEVER,
            "does not support chat",
        ),
        Refusal(
            "context length",
            400,
            {"error": "the input length exceeds the context length"},
            Cause.CONTEXT_LENGTH,
            NEVER,
            "exceeds the context length",
        ),
        Refusal(
            "overload",
            503,
            {"error": "server busy, please try again. maximum pending requests exceeded"},
            Cause.SERVER,
            RETRY,
            "server busy",
        ),
        Refusal(
            "server",
            500,
            {"error": "llama runner process has terminated: exit status 2"},
            Cause.SERVER,
            RETRY,
            "has terminated",
        ),
    ),
    listing=("/api/tags", {"models": [{"name": "m-10", "model": "m-10"}]}),
    counts_thinking=False,
    has_filter=False,
)
