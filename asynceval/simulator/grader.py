"""The grader: verdicts of a simulated judge, from nothing but the text of the judge's prompt.

It finds the answers by the points that `writer` makes, so it needs to know no template.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import orjson

from asynceval.simulator.dice import Dice, digest, unit
from asynceval.simulator.writer import FEWEST_POINTS, MOST_POINTS, STRONG, WEAK, Messages

_RATING = re.compile(r"\[\[rating\]\]", re.IGNORECASE)
_RATING_EXAMPLE = re.compile(r"(?:rating|评分)\s*[:：]\s*\[\[", re.IGNORECASE)
_CHOICE_EXAMPLE = re.compile(r"(?:verdict|结论)\s*[:：]\s*\[\[", re.IGNORECASE)
_POINT = re.compile(rf"(?<!\d)(\d{{1,2}})\. ({'|'.join(STRONG + WEAK)}),")
_MARKED_TAG = re.compile(r"<[a-z_]+-([0-9a-f]{8})>")
_SCALE = re.compile(r"(?:scale|尺度)[ :：]*(?:(\d+)-(\d+)|([^\n|:：]+(?: \| [^\n|:：]+)+))")
_SIDE_B = re.compile(
    r"(?:assistant|model|answer|conversation|response|助手|模型|回答)['_\s-]*B(?![a-z])",
    re.IGNORECASE,
)

_TIE = 0.06
_REMARKS = (
    "It stays close to the question.",
    "Some of its claims could use an example.",
    "It is easy to follow.",
    "It could go further into detail.",
)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer found in a prompt: its points, how many of them are strong, and where it lies."""

    points: int
    strong: int
    start: int
    end: int

    @property
    def quality(self) -> float:
        """Return how good the answer is, from 0 to 1; half by its points, half by their words."""
        number = min(max(self.points, FEWEST_POINTS), MOST_POINTS) - FEWEST_POINTS
        return 0.5 * number / (MOST_POINTS - FEWEST_POINTS) + 0.5 * self.strong / self.points


def grade(judge: str, messages: Messages, choice: int = 0) -> str | None:
    """Return the judge's words, or None if the messages ask for no verdict.

    The mark in a template's tags, which differs from run to run, makes no difference.
    """
    prompt = "\n".join(text for role, text in messages if role != "assistant")
    if tag := _MARKED_TAG.search(prompt):
        prompt = prompt.replace(tag[1], "")
    asked = _asked(prompt)
    if asked is None:
        return None
    seed = digest(judge, str(choice), prompt)
    answers = find_answers(prompt)
    if asked == "rating":
        return _rate(judge, answers[-1] if answers else None, seed, _scale(prompt))
    return _compare(judge, *_sides(prompt, answers), seed)


def structured(words: str) -> str:
    """Return the judge's words as one JSON object, the verdict in a field of its own."""
    reasons, _, last = words.rpartition("\n\n")
    verdict = last.partition("[[")[2].rstrip("]")
    name = "rating" if last.startswith("Rating") else "verdict"
    return orjson.dumps({"explanation": reasons, name: verdict}).decode()


def find_answers(prompt: str) -> tuple[Found, ...]:
    """Return the simulated answers in a prompt, in order; each starts with a lower number."""
    answers: list[Found] = []
    points: list[re.Match[str]] = []
    for match in _POINT.finditer(prompt):
        if points and int(match[1]) <= int(points[-1][1]):
            answers.append(_found(points))
            points = []
        points.append(match)
    if points:
        answers.append(_found(points))
    return tuple(answers)


def _found(points: list[re.Match[str]]) -> Found:
    strong = sum(point[2] in STRONG for point in points)
    return Found(len(points), strong, points[0].start(), points[-1].end())


def _asked(prompt: str) -> Literal["rating", "choice"] | None:
    """Return the verdict asked for. What is least likely to stand in an answer decides first."""
    if "[[" not in prompt:
        return None
    if _RATING.search(prompt):
        return "rating"
    if ("[[A]]" in prompt and "[[B]]" in prompt) or _CHOICE_EXAMPLE.search(prompt):
        return "choice"
    return "rating" if _RATING_EXAMPLE.search(prompt) else None


def _sides(prompt: str, answers: tuple[Found, ...]) -> tuple[Found | None, Found | None]:
    """Return the last answer of A and of B.

    B's begin after the first text between two answers that names B, else at the middle.
    """
    middle = len(answers) // 2
    for index, (before, after) in enumerate(pairwise(answers), 1):
        if _SIDE_B.search(prompt, before.end, after.start):
            middle = index
            break
    first, second = answers[:middle], answers[middle:]
    return first[-1] if first else None, second[-1] if second else None


def _quality(answer: Found | None, seed: bytes) -> float:
    """Return the quality of an answer; a text that `writer` did not write is middling."""
    return answer.quality if answer else 0.3 + 0.3 * unit("unknown", seed)


def _scale(prompt: str) -> tuple[str, ...]:
    """Return the grades that a prompt names last as its scale, from 1 to 10 if it names none."""
    found = None
    for found in _SCALE.finditer(prompt):  # noqa: B007 - the last one
        pass
    if found is None:
        return tuple(map(str, range(1, 11)))
    if found[3]:
        return tuple(label.strip() for label in found[3].split(" | "))
    return tuple(map(str, range(int(found[1]), int(found[2]) + 1)))


def _rate(judge: str, answer: Found | None, seed: bytes, scale: tuple[str, ...]) -> str:
    dice = Dice(seed)
    severity = unit("severity", judge) - 0.5
    noise = 2 * dice.unit() - 1
    value = round(1 + 9 * _quality(answer, seed) + noise - severity)
    remarks = f"{_describe('The answer', answer)} {dice.pick(_REMARKS)}"
    share = (min(max(value, 1), 10) - 1) / 9
    return f"{remarks}\n\nRating: [[{scale[round(share * (len(scale) - 1))]}]]"


def _compare(judge: str, first: Found | None, second: Found | None, seed: bytes) -> str:
    """Return a choice; a judge likes what it reads first a little better, how much is its own."""
    dice = Dice(seed)
    bias = 0.06 * unit("position", judge)
    noise = 0.2 * (dice.unit() - 0.5)
    lead = _quality(first, seed) - _quality(second, seed) + bias + noise
    verdict = "C" if abs(lead) < _TIE else "A" if lead > 0 else "B"
    return f"{_describe('Assistant A', first)} {_describe('Assistant B', second)}\n\n[[{verdict}]]"


def _describe(who: str, answer: Found | None) -> str:
    if answer is None:
        return f"{who} makes no clear points."
    return f"{who} makes {answer.points} points, {answer.strong} of them firmly."
