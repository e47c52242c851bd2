"""Weighing a verdict by what else a judge might have said (G-Eval, Liu et al. 2023, arXiv:2303.16634).

A server may tell the probabilities of the likeliest tokens. Those at the verdict give a probability
for each grade; their mean, renormalised over the grades, is a finer score than the one grade said.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from asynceval.domain.reply import Alternatives
from asynceval.domain.rubric import Scale
from asynceval.domain.verdict import Choice, Score

LEAST = 0.9
"""The share of probability that the grades must cover; below it the plain verdict stands."""

_START = re.compile(r'\[\[\s*|"(?:rating|verdict)"\s*:\s*"?')
_END = re.compile(r'[\]"},\s\\】］]')
_MOST_TOKENS = 3
_CHOICES = {"A": 1.0, "B": 0.0, "C": 0.5}
_WORTH = {"A": 1.0, "B": 0.0, "tie": 0.5}


def at_verdict(said: Sequence[str], probable: Sequence[Alternatives]) -> tuple[Alternatives, ...]:
    """Return the alternatives at the first tokens of the last verdict, of all tokens that were said.

    `said` are the tokens in order, `probable` what each might have been. The one said comes first in
    each result, and what stands before the verdict in the same token is cut off.
    """
    starts = list(_START.finditer("".join(said)))
    if not starts:
        return ()
    start, at = starts[-1].end(), 0
    for number, token in enumerate(said):
        if at + len(token) > start:
            head = token[: max(start - at, 0)]
            rest = zip(said[number:], probable[number:], strict=False)
            first, *more = [_first(one, others) for one, others in rest][:_MOST_TOKENS]
            cut = tuple((t.removeprefix(head), p) for t, p in first if t.startswith(head))
            return (cut, *more)
        at += len(token)
    return ()


def weighed(
    found: Score | Choice, alternatives: Sequence[Alternatives], scale: Scale | None
) -> Score | Choice:
    """Return a verdict with its weighted value, or as it is with the flag "unweighted".

    That is where the server told no probabilities, where the grades cover less than `LEAST`, and
    where the verdict was read from another place than the tokens are from.
    """
    grades = _grades(scale)
    shares = _shares(alternatives, grades)
    mass = sum(shares.values())
    plain = found.value if isinstance(found, Score) else _WORTH[found.winner]
    if mass < LEAST or _said(alternatives, grades) != plain:
        flags = (*found.flags, "unweighted")
        if isinstance(found, Score):
            return Score(found.value, flags)
        return Choice(found.winner, flags)
    value = sum(share * grades[grade] for grade, share in shares.items()) / mass
    if isinstance(found, Score):
        return Score(value, found.flags, mass)
    return Choice(found.winner, found.flags, mass, value)


def _grades(scale: Scale | None) -> Mapping[str, float]:
    """Return what can be written for a verdict, and what it is worth: for a choice, to A."""
    if scale is None:
        return _CHOICES
    if scale.labels:
        return {label: place for place, label in enumerate(scale.labels)}
    return {str(n): n for n in range(int(scale.lowest), int(scale.highest) + 1)}


def _shares(
    alternatives: Sequence[Alternatives], grades: Mapping[str, float], before: str = ""
) -> Mapping[str, float]:
    """Return the probability of each grade, given that `before` was said; what is unclear is in none.

    "1" may be the grade 1 or the beginning of 10. Which of them is told by the next token where "1"
    was said; elsewhere it is 1 if whole numbers are tokens here, and unclear if none is.
    """
    shares: defaultdict[str, float] = defaultdict(float)
    if not alternatives:
        return shares
    here, *after = alternatives
    numbers = {before + _END.split(token.lstrip())[0] for token, _ in here}
    for place, (token, share) in enumerate(here):
        bare = token.lstrip() if not before else token
        word = before + _END.split(bare)[0]
        is_ended = _END.search(bare) is not None
        fitting = [
            grade for grade in grades if grade == word or (grade.startswith(word) and not is_ended)
        ]
        if word in grades and (is_ended or fitting == [word]):
            shares[word] += share
        elif not word or not fitting:
            continue
        elif place == 0 and after:
            for grade, part in _shares(after, grades, word).items():
                shares[grade] += share * part
        elif word in grades and any(grade in numbers for grade in fitting if grade != word):
            shares[word] += share
        elif len(fitting) == 1:
            shares[fitting[0]] += share
    return shares


def _said(alternatives: Sequence[Alternatives], grades: Mapping[str, float]) -> float | None:
    """Return what the verdict that was said is worth."""
    text = "".join(others[0][0] for others in alternatives if others)
    return grades.get(_END.split(text.lstrip())[0])


def _first(said: str, others: Alternatives) -> Alternatives:
    """Return alternatives with the token that was said before all others."""
    return tuple(sorted(others, key=lambda one: one[0] != said))
