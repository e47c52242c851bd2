"""The games of a sweep: started by the later of two answers, so that nobody waits for an opponent."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from asynceval.conversation import Plan, Step
from asynceval.domain.cell import Cell
from asynceval.domain.errors import AsyncEvalError
from asynceval.domain.question import Question
from asynceval.pairs import Pairs, game
from asynceval.walk import Find, answers


class Games:
    """Which answers have landed, which never will, and the games between those that have.

    It holds a word for each answer, and no text: texts are read back by `find`. `spoil` is told of a
    game that could not be prepared for a defect of ours.
    """

    def __init__(self, plan: Plan, find: Find, spoil: Callable[[Cell, Exception], None]) -> None:
        """Start with nothing settled."""
        self._plan = plan
        self._find = find
        self._spoil = spoil
        self._targets = {target.name: target for target in plan.sweep.targets}
        self._settled: defaultdict[tuple[str, int, int], dict[str, bool]] = defaultdict(dict)
        self.pairs = Pairs(plan)

    def opponents(self, answer: Cell) -> Mapping[str, bool]:
        """Return whose answers to the same turn are settled, and whether they are there."""
        names = self.pairs.opponents[answer.target]
        if not names:
            return {}
        settled = self._settled[answer.question, answer.choice, answer.turn]
        return {name: settled[name] for name in names if name in settled}

    def settle(self, answer: Cell, *, is_there: bool) -> None:
        """Note that an answer has landed, or never will."""
        if self.pairs.opponents[answer.target]:
            settled = self._settled[answer.question, answer.choice, answer.turn]
            settled[answer.target] = is_there

    def between(
        self, question: Question, answer: Cell, opponents: Mapping[str, bool]
    ) -> Iterator[Step]:
        """Yield the games of an answer against those of its opponents that are there."""
        there = [name for name, is_there in opponents.items() if is_there]
        own = self._texts(question, answer, answer.target) if there else ()
        for name in there:
            texts = {answer.target: own, name: self._texts(question, answer, name)}
            for cell in self._cells(question, answer, name):
                try:
                    yield _step(self._plan, question, cell, texts)
                except AsyncEvalError:
                    raise
                except Exception as error:  # noqa: BLE001 - one game's defect must not end the run
                    self._spoil(cell, error)

    def lost(
        self, question: Question, answer: Cell, opponents: Mapping[str, bool]
    ) -> Iterator[Cell]:
        """Yield the games of an answer against those of its opponents that are not there."""
        for name, is_there in opponents.items():
            if not is_there:
                yield from self._cells(question, answer, name)

    def step(self, question: Question, cell: Cell) -> Step:
        """Return the step of a game's cell; both answers are in the store."""
        names = (cell.target, cell.opponent or "")
        texts = {name: self._texts(question, cell, name) for name in names}
        return _step(self._plan, question, cell, texts)

    def _cells(self, question: Question, answer: Cell, name: str) -> Iterator[Cell]:
        return self.pairs.games(question, answer.turn, answer.choice, answer.target, name)

    def _texts(self, question: Question, place: Cell, name: str) -> tuple[str, ...]:
        target = self._targets[name]
        return answers(self._plan, question, target, place.choice, self._find, place.turn)


def _step(plan: Plan, question: Question, cell: Cell, texts: Mapping[str, tuple[str, ...]]) -> Step:
    return game(plan, question, cell, texts[cell.target], texts[cell.opponent or ""])
