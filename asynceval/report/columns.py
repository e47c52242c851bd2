"""Columns: what outcomes came to, as plain numbers that every table, figure and export is made from."""

from array import array
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Score
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Ending, Outcome
from asynceval.stats.outcomes import Screen, pair_outcome
from asynceval.stats.spots import Spot

_VERDICTS: tuple[Screen | None, ...] = (None, None, "A", "B", "tie")
_ABSENT, _UNPARSED = 0, 1
_SIZE = len(_VERDICTS)
_FLAG = _SIZE * _SIZE
Endings = Counts[tuple[Ending, str]]
"""Judgments without a verdict, by ending and reason."""


class Place(NamedTuple):
    """A turn of a question in one of its conversations, whichever model holds it."""

    question: str
    category: str
    turn: int
    choice: int

    def spot(self, rival: str | None = None) -> Spot:
        """Return by what a model's score here, or its outcome beside a rival, is compared."""
        return Spot(self.question, (self.turn, self.choice), rival)


class Grade(NamedTuple):
    """One score: of which answer, and in which repeat. Flagged if the judge saw an imitation of itself."""

    place: Place
    repeat: int
    value: float
    is_flagged: bool


class Bout(NamedTuple):
    """Two models' answers as one judge compared them, in one order or in both.

    `verdicts` are those of the game that shows `first` first and of the other, as shown. `outcome` is 1,
    0.5 or 0 for `first`, None where a game lacks its verdict. It is whole if no game lacks its reply,
    and flagged if the judge saw an imitation of itself.
    """

    place: Place
    repeat: int
    first: str
    second: str
    verdicts: tuple[Screen | None, Screen | None]
    outcome: float | None
    is_whole: bool
    is_flagged: bool = False


class Columns:
    """Gathers outcomes as they come, in any order, and keeps no text: some 20 bytes a score.

    `endings` counts by judge and model what has no verdict.
    """

    def __init__(self, plan: Plan) -> None:
        """Start with nothing gathered, and with the plan's juries among its judges if it has them."""
        self._judges = {judge.name: judge for judge in plan.sweep.judges}
        self._plan = plan
        sizes = (len(question.turns) * plan.sweep.choices for question in plan.questions)
        *starts, self._n_places = accumulate(sizes, initial=0)
        # By question: the number of its first place.
        self._starts = {q.id: start for q, start in zip(plan.questions, starts, strict=True)}
        self._scores: defaultdict[tuple[str, str], _Scores] = defaultdict(_Scores)
        self._games: defaultdict[str, dict[tuple[str, str], dict[int, int]]] = defaultdict(dict)
        # By model and place: one more than the characters of the answer, 0 where there is none.
        self._sizes: dict[str, array[int]] = {}
        self._categories: defaultdict[str, set[str]] = defaultdict(set)
        self.endings: defaultdict[tuple[str, str], Endings] = defaultdict(Counts)
        self._bouts: dict[str, tuple[Bout, ...]] = {}

    def add(self, outcome: Outcome, *, is_flagged: bool = False) -> None:
        """Gather an answer, or a judgment; that is flagged if it shows an answer that imitates a judge."""
        cell = outcome.cell
        number = self._number(cell.question, cell.turn, cell.choice)
        if cell.judge is not None:
            self._categories[cell.judge].add(cell.category)
        if cell.judge is None:
            if outcome.characters is not None:
                self._size_of(cell.target)[number] = outcome.characters + 1
        elif cell.opponent is not None:
            games = self._games[cell.judge].setdefault((cell.target, cell.opponent), {})
            key = number << 32 | cell.repeat
            was_flagged, both = divmod(games.get(key, 0), _FLAG)
            code = _code(outcome)
            both += code if cell.order == 1 else code * _SIZE
            games[key] = both + _FLAG * (was_flagged or is_flagged)
            self._bouts.pop(cell.judge, None)
        elif isinstance(outcome.verdict, Score):
            scores = self._scores[cell.judge, cell.target]
            scores.add(number, cell.repeat, outcome.verdict.value, is_flagged=is_flagged)
        if cell.judge is not None and not isinstance(outcome.verdict, Score | Choice):
            for model in {cell.target, cell.opponent or cell.target}:
                self.endings[cell.judge, model][outcome.ending, outcome.reason] += 1

    def grades(self, judge: str, model: str) -> Iterator[Grade]:
        """Yield the scores of a model by a judge, place by place."""
        scores = self._scores.get((judge, model), _Scores())
        columns = (scores.places, scores.repeats, scores.values, scores.flagged)
        for number, repeat, value, flag in sorted(zip(*columns, strict=True)):
            yield Grade(self.places[number], repeat, value, bool(flag))

    def has(self, judge: str, model: str) -> bool:
        """Whether a judge has graded a model, with or without a score."""
        return (judge, model) in self._scores or (judge, model) in self.endings

    def categories(self, judge: str) -> tuple[str, ...]:
        """Return the categories in which a judge is to judge anything, in the order of the plan."""
        its = self._categories.get(judge, set())
        return tuple(dict.fromkeys(p.category for p in self.places if p.category in its))

    def bouts(self, judge: str) -> tuple[Bout, ...]:
        """Return the pairs of answers that a judge compared; with one order each game decides alone.

        They come model by model and place by place, so that what is drawn from them (a bootstrap) is
        the same for the same run, in whichever order its calls have ended.
        """
        if judge not in self._bouts:
            self._bouts[judge] = tuple(self._found(self._judges[judge]))
        return self._bouts[judge]

    def _found(self, judge: Judge) -> Iterator[Bout]:
        for (first, second), games in sorted(self._games.get(judge.name, {}).items()):
            for key, code in sorted(games.items()):
                is_flagged, both = divmod(code, _FLAG)
                two, one = divmod(both, _SIZE)
                verdicts = _VERDICTS[one], _VERDICTS[two]
                yield Bout(
                    self.places[key >> 32],
                    key & 0xFFFFFFFF,
                    first,
                    second,
                    verdicts,
                    _outcome(judge, verdicts),
                    _ABSENT not in (one, two),
                    bool(is_flagged),
                )

    def characters(self, model: str, place: Place) -> int | None:
        """Return how long an answer is as judges see it, None where there is none."""
        number = self._number(place.question, place.turn, place.choice)
        return self._size_of(model)[number] - 1 if self._size_of(model)[number] else None

    def lengths(self, model: str) -> Mapping[Place, int]:
        """Return the characters of all answers of a model, as judges see them."""
        sizes = zip(self.places, self._size_of(model), strict=True)
        return {place: size - 1 for place, size in sizes if size}

    def _size_of(self, model: str) -> "array[int]":
        sizes = self._sizes.get(model)
        if sizes is None:
            sizes = self._sizes[model] = array("I", bytes(4 * self._n_places))
        return sizes

    def _number(self, question: str, turn: int, choice: int) -> int:
        return self._starts[question] + (turn - 1) * self._plan.sweep.choices + choice

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of the plan, question by question; made when they are first looked at."""
        return tuple(
            Place(question.id, question.category, turn, choice)
            for question in self._plan.questions
            for turn in range(1, len(question.turns) + 1)
            for choice in range(self._plan.sweep.choices)
        )


class _Scores:
    """The scores of one model by one judge: 17 bytes each."""

    def __init__(self) -> None:
        self.places = array("I")
        self.repeats = array("I")
        self.values = array("d")
        self.flagged = bytearray()

    def add(self, place: int, repeat: int, value: float, *, is_flagged: bool) -> None:
        self.places.append(place)
        self.repeats.append(repeat)
        self.values.append(value)
        self.flagged.append(is_flagged)


def _code(outcome: Outcome) -> int:
    if isinstance(outcome.verdict, Choice):
        return _VERDICTS.index(outcome.verdict.winner, _UNPARSED + 1)
    return _ABSENT if outcome.verdict is None else _UNPARSED


def _outcome(judge: Judge, verdicts: tuple[Screen | None, Screen | None]) -> float | None:
    one, two = verdicts
    if judge.orders == "one" and one is not None:
        return {"A": 1.0, "B": 0.0, "tie": 0.5}[one]
    return pair_outcome(one, two)
