"""Probabilities of tokens: a simulated model is sure of its words, but for those of a verdict."""

import re
from math import log
from typing import Any

_TOKENS = re.compile(r"\[\[|\]\]|\w+|\s+|[^\w\s]")
_VERDICT = re.compile(r'\[\[(?=\w)|"(?:rating|verdict)":"')
_GRADES = 10
_CHOICES = ("A", "B", "C")
_OTHERS = 0.3
"""The probability of all else that a verdict might have been."""


def logprobs(text: str, most: int) -> list[dict[str, Any]]:
    """Return the tokens of a text, each with its log probability and that of `most` tokens in its place."""
    starts = [found.end() for found in _VERDICT.finditer(text)]
    verdict = starts[-1] if starts else None
    told = []
    for found in _TOKENS.finditer(text):
        shares = _shares(found[0]) if found.start() == verdict else {found[0]: 1.0}
        tops = [_entry(token, share) for token, share in shares.items()]
        told.append({**tops[0], "top_logprobs": tops[:most]})
    return told


def _shares(said: str) -> dict[str, float]:
    """Return what a verdict's token might have been, the one that was said first."""
    if said in _CHOICES:
        others = [choice for choice in _CHOICES if choice != said]
    elif said.isascii() and said.isdigit():
        near = (int(said) - 1, int(said) + 1)
        others = [str(grade) for grade in near if 1 <= grade <= _GRADES]
    else:
        others = []
    shares = {other: _OTHERS / len(others) for other in others}
    return {said: 1.0 - sum(shares.values()), **shares}


def _entry(token: str, share: float) -> dict[str, Any]:
    return {"token": token, "bytes": list(token.encode()), "logprob": log(share)}
