"""Probabilities of what else a judge might have said: asked for, and kept where its verdict stands."""

from math import log
from typing import Any

import orjson
import pytest

from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint
from asynceval.providers.kinds import provider
from asynceval.providers.reading import decode

OPENAI = provider(Endpoint("e", "http://h"))


def token(text: str, share: float, **others: float) -> dict[str, Any]:
    """Return a token as OpenAI tells it, with others that were likely."""
    top = [{"token": other, "logprob": log(its)} for other, its in others.items()]
    return {"token": text, "logprob": log(share), "bytes": None, "top_logprobs": top}


def kept(logprobs: object) -> tuple[Any, ...]:
    """Return the alternatives of a reply that comes with these probabilities."""
    choice = {
        "message": {"content": "Rating: [[8]]"},
        "finish_reason": "stop",
        "logprobs": logprobs,
    }
    found = decode(OPENAI, 200, {}, orjson.dumps({"choices": [choice]}))
    assert isinstance(found, Reply)
    return found.alternatives


def test_probabilities_are_asked_for() -> None:
    """The fields are there for a judge that wants them, and for no other call."""
    plain, asked = (
        orjson.loads(
            OPENAI.body(Call("m", "m", (Message("user", "?"),), Sampling(logprobs=logprobs)))
        )
        for logprobs in (False, True)
    )
    assert (asked.pop("logprobs"), asked.pop("top_logprobs")) == (True, 20)
    assert asked == plain


def test_those_at_the_verdict_are_kept() -> None:
    """Of all tokens the few of the verdict are kept, the one that was said first, said or listed."""
    content = [
        token("Rating: [[", 1.0, x=0.1),
        token("8", 0.5, **{"9": 0.25, "8": 0.5}),
        token("]]", 0.75, **{".": 0.25}),
    ]
    first, second = kept({"content": content})
    assert first == (("8", pytest.approx(0.5)), ("9", pytest.approx(0.25)))
    assert second == (("]]", pytest.approx(0.75)), (".", pytest.approx(0.25)))


@pytest.mark.parametrize(
    "odd",
    [None, {}, {"content": None}, {"content": [{"token": 8}]}, {"content": [{}]}, [], 5],
)
def test_what_a_server_does_not_tell_is_no_fault(odd: object) -> None:
    """A reply without probabilities, or with unreadable ones, is a reply."""
    assert kept(odd) == ()
