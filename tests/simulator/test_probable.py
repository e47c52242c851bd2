"""Probabilities of tokens: they make up the text, and those of a verdict are shared."""

from math import exp

import pytest

from asynceval.simulator.probable import logprobs


@pytest.mark.parametrize(
    ("text", "verdict", "others"),
    [
        ("Good [[x]].\n\nRating: [[7]]", "7", {"6", "8"}),
        ("Rating: [[10]]", "10", {"9"}),
        ("So: [[A]]", "A", {"B", "C"}),
        ("So: [[good]]", "good", set()),
        ('{"explanation":"“é”","rating":"1"}', "1", {"2"}),
        ("No verdict, 7 words.", None, set()),
    ],
)
def test_the_verdict_alone_might_have_been_another(
    text: str, verdict: str | None, others: set[str]
) -> None:
    """The tokens are the text, and the probabilities at a place make one."""
    told = logprobs(text, 20)
    assert "".join(one["token"] for one in told) == text
    assert b"".join(bytes(one["bytes"]) for one in told) == text.encode()
    for one in told:
        shares = {top["token"]: exp(top["logprob"]) for top in one["top_logprobs"]}
        assert sum(shares.values()) == pytest.approx(1.0)
        assert max(shares, key=lambda token: shares[token]) == one["token"]
    unsure = [one for one in told if len(one["top_logprobs"]) > 1]
    assert [one["token"] for one in unsure] == ([verdict] if others else [])
    for one in unsure:
        assert {top["token"] for top in one["top_logprobs"]} == {verdict, *others}
    assert all(one["top_logprobs"] == [] for one in logprobs(text, 0))
