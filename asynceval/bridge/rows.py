"""Rows of FastChat's files: what a row of answers or judgments means in our words.

The rules are those of FastChat at 0e6d3e4b, `fastchat/llm_judge/`: a score of -1 is one that was not
found in the words, `$ERROR$` stands in the place of a text that never came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Literal

from asynceval.benchmarks.records import Record
from asynceval.domain.cell import Cell, Order
from asynceval.domain.imported import FAILED, VERDICT_ONLY
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.verdict import Choice, Score
from asynceval.prompts.verdicts import read_choice, read_score

ERROR: Final = "$ERROR$"
UNKNOWN: Final = "unknown"
"""The category of a question that is in no question file."""

_MOST: Final = 10_000
"""Turns of a question and repeats of a judge are no more: a plan has a place for each of them."""

Where = tuple[str | int, ...]
"""The keys and indices that lead to a text in a row."""

_Winner = Literal["model_1", "model_2", "tie", "error"]
_WINNERS: Mapping[Order, Mapping[str, _Winner]] = {
    1: {"A": "model_1", "B": "model_2", "tie": "tie"},
    2: {"A": "model_2", "B": "model_1", "tie": "tie"},
}
_LETTERS: Mapping[Order, Mapping[object, str]] = {
    1: {"model_1": "A", "model_2": "B", "tie": "C"},
    2: {"model_1": "B", "model_2": "A", "tie": "C"},
}


class UnusableError(Exception):
    """What keeps a row from being used: its key and what is wrong with it."""

    def __init__(self, key: str, message: str) -> None:
        """Take the key and the message."""
        self.key, self.message = key, message
        super().__init__(f"{key}: {message}")


@dataclass(frozen=True, slots=True)
class Oddness:
    """Something out of the ordinary in a row; `detail` is what differs from row to row."""

    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell that a row fills. `where` leads to its words in the row, if they are the row's own."""

    cell: Cell
    reply: Reply
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What a row holds.

    Rows of one file with the same `place` are about the same thing: an answer, a judgment or a pair of
    games. `prompt` is what the judge was shown, by which a judgment made again is told from one of
    other answers; an answer has none. `at` is when it was made, in seconds since the epoch.
    """

    place: tuple[str | int, ...]
    entries: tuple[Entry, ...]
    oddnesses: tuple[Oddness, ...]
    prompt: tuple[object, ...] | None = None
    at: float = 0.0

    def repeated(self, repeat: int) -> "Row":
        """Return the row as so many repeats later than it says itself."""
        later = (replace(e.cell, repeat=e.cell.repeat + repeat) for e in self.entries)
        entries = (replace(e, cell=cell) for e, cell in zip(self.entries, later, strict=True))
        return replace(self, entries=tuple(entries))


Categories = Mapping[str, str]
"""The category of each question that is known, by its id."""


def answer(record: Record, model: str, categories: Categories) -> Row:
    """Return what a row of `model_answer/<model>.jsonl` holds."""
    question = _question(record)
    choices = record.get("choices")
    if not isinstance(choices, list) or not choices:
        raise UnusableError("choices", 'must be a list such as [{"turns": [...]}]')
    entries: list[Entry] = []
    odd: list[Oddness] = []
    for number, choice in enumerate(choices):
        turns = choice.get("turns") if isinstance(choice, dict) else None
        if not isinstance(turns, list):
            raise UnusableError(f"choices[{number}].turns", "must be a list of texts")
        for turn, text in enumerate(turns, 1):
            if text == ERROR:
                odd.append(Oddness(f"an answer is {ERROR}, a failed call: taken as missing"))
            elif not isinstance(text, str):
                odd.append(Oddness("an answer is no text: taken as missing"))
            else:
                category = categories.get(question, UNKNOWN)
                cell = Cell(question, category, turn, model, number)
                where = ("choices", number, "turns", turn - 1)
                entries.append(Entry(cell, _said(text), where))
    if len(choices) > 1:
        odd.append(Oddness("more than one choice: all are kept, the first is judged"))
    if record.get("model_id", model) != model:
        odd.append(Oddness("model_id differs from the file's name, which counts"))
    return Row((question,), tuple(entries), tuple(odd), at=_at(record))


def single(record: Record, judge: str, categories: Categories) -> Row:
    """Return what a row of `model_judgment/<judge>_single.jsonl` holds."""
    question, model = _question(record), _text(record, "model")
    turn, odd = _turn(record)
    cell = Cell(
        question,
        categories.get(question, UNKNOWN),
        turn,
        model,
        judge=judge,
        repeat=_repeat(record),
    )
    words, score = record.get("judgment"), _score(record)
    entries: tuple[Entry, ...] = ()
    if isinstance(words, str) and words != ERROR and (words.strip() or score is None):
        entries = (Entry(cell, _said(words), ("judgment",)),)
        read = read_score(words, rule="fastchat")
        found = read.value if isinstance(read, Score) else None
        if found != score:
            told = f"recorded {_told(score)}, read {_told(found)}"
            odd.append(Oddness("the recorded score is not that of the words, which count", told))
        elif found is None:
            odd.append(Oddness("score -1: no score in the words, counted as unparsed"))
    elif score is not None:
        text = f"[[{score:g}]]"
        if read_score(text, rule="fastchat") != Score(score):
            raise UnusableError("score", "is none that a judge could give, and there are no words")
        entries = (Entry(cell, _said(text, (VERDICT_ONLY,))),)
        odd.append(Oddness("a score without words: kept as it was recorded"))
    else:
        entries = (Entry(cell, _said("", (FAILED,))),)
        odd.append(Oddness(f"the judgment is {ERROR} or missing: counted as failed"))
    place = (question, model, turn, cell.repeat)
    return Row(place, entries, tuple(odd), (record.get("user_prompt"),), _at(record))


def pair(record: Record, judge: str, categories: Categories) -> Row:
    """Return what a row of `model_judgment/<judge>_pair.jsonl` holds: two games, in both orders.

    Its order of `model_1` and `model_2` stays: the first game shows `model_1` as A.
    """
    question = _question(record)
    one, other = _text(record, "model_1"), _text(record, "model_2")
    if one == other:
        raise UnusableError("model_2", "is the same model as model_1")
    turn, odd = _turn(record)
    category = categories.get(question, UNKNOWN)
    entries: list[Entry] = []
    for order in (1, 2):
        if f"g{order}_winner" not in record:
            odd.append(Oddness(f"there is no game {order}: the other one is kept"))
            continue
        cell = Cell(question, category, turn, one, 0, judge, _repeat(record), other, order)
        entry, oddness = _game(record, cell, order)
        entries.append(entry)
        odd += oddness
    if not entries:
        raise UnusableError("g1_winner", "is missing, and g2_winner too")
    place = (question, one, other, turn, _repeat(record))
    prompts = (record.get("g1_user_prompt"), record.get("g2_user_prompt"))
    return Row(place, tuple(entries), tuple(odd), prompts, _at(record))


def _game(record: Record, cell: Cell, order: Order) -> tuple[Entry, list[Oddness]]:
    """Return one game of a pair, and what is odd about it."""
    words, recorded = record.get(f"g{order}_judgment"), record.get(f"g{order}_winner")
    if recorded not in ("model_1", "model_2", "tie", "error"):
        raise UnusableError(f"g{order}_winner", "must be model_1, model_2, tie or error")
    found: _Winner = "error"
    if isinstance(words, str):
        read = read_choice(words, rule="fastchat")
        found = _WINNERS[order][read.winner] if isinstance(read, Choice) else "error"
    if found == "error" != recorded:
        text = f"[[{_LETTERS[order][recorded]}]]"
        what = "a winner that its words do not name, such as one of two ratings: kept as recorded"
        return Entry(cell, _said(text, (VERDICT_ONLY,))), [Oddness(what)]
    if not isinstance(words, str) or words == ERROR:
        what = f"a game is {ERROR} or missing: counted as failed"
        return Entry(cell, _said("", (FAILED,))), [Oddness(what)]
    entry = Entry(cell, _said(words), (f"g{order}_judgment",))
    if found != recorded:
        told = f"game {order}: recorded {recorded}, read {found}"
        return entry, [Oddness("the recorded winner is not that of the words, which count", told)]
    if found == "error":
        return entry, [Oddness("error: no winner in the words, counted as unparsed")]
    return entry, []


def _question(record: Record) -> str:
    value = record.get("question_id")
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UnusableError("question_id", "must be a whole number or a text")


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    if isinstance(value, str) and value.strip():
        return value
    raise UnusableError(key, "must be a text")


def _turn(record: Record) -> tuple[int, list[Oddness]]:
    value = record.get("turn")
    if value is None:
        return 1, [Oddness("no turn: taken as turn 1")]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
        raise UnusableError("turn", f"must be a whole number from 1 to {_MOST}")
    return value, []


def _score(record: Record) -> float | None:
    """Return the recorded score; None for -1, and for what is no number."""
    value = _number(record, "score")
    return None if value == -1 else value


def _repeat(record: Record) -> int:
    value = record.get("repeat")
    if not isinstance(value, int) or value <= 0:
        return 0
    if value > _MOST:
        raise UnusableError("repeat", f"must be at most {_MOST}")
    return value


def _at(record: Record) -> float:
    return max(0.0, _number(record, "tstamp") or 0.0)


def _number(record: Record, key: str) -> float | None:
    value = record.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    return None


def _said(text: str, flags: tuple[str, ...] = ()) -> Reply:
    """Return the reply that a text is: what was paid for it, was paid elsewhere."""
    return Reply(text, usage=Usage(0, 0), flags=flags)


def _told(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"
