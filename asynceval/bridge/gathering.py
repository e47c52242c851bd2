"""Gathering: what the rows of an import name, so that a plan can be made of it. It holds no text."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from asynceval.bridge.layout import Kind
from asynceval.bridge.rows import UNKNOWN, Row
from asynceval.domain.errors import ConfigError
from asynceval.domain.imported import FREE, IMPORTED
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan


@dataclass(slots=True)
class Gathering:
    """Models, judges and questions, in the order in which they were met.

    `answered` are the models with answers, `judged` those with judgments. `turns` are the most turns
    that were met of each question, `seconds` the second models of each pairwise judge's pairs, `repeats` the most judgments of one cell by each judge.
    """

    answered: dict[str, None] = field(default_factory=dict)
    judged: dict[str, None] = field(default_factory=dict)
    judges: dict[str, Kind] = field(default_factory=dict)
    firsts: dict[str, set[str]] = field(default_factory=dict)
    seconds: dict[str, set[str]] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take in what a row names."""
        for entry in row.entries:
            cell = entry.cell
            self.turns[cell.question] = max(cell.turn, self.turns.get(cell.question, 0))
            if cell.judge is None:
                self.answered[cell.target] = None
                continue
            self.judged[cell.target] = None
            self.repeats[cell.judge] = max(cell.repeat + 1, self.repeats.get(cell.judge, 1))
            self.judges[cell.judge] = "single" if cell.opponent is None else "pair"
            if cell.opponent is not None:
                self.judged[cell.opponent] = None
                self.firsts.setdefault(cell.judge, set()).add(cell.target)
                self.seconds.setdefault(cell.judge, set()).add(cell.opponent)

    def targets(self) -> Iterator[Target]:
        """Yield the models; those that only judgments name have no answers that could be judged."""
        for name in self.answered | self.judged:
            is_answered = name in self.answered
            yield Target(
                name, IMPORTED.name, name, max_tokens=None, price=FREE, is_answered=is_answered
            )

    def panel(self) -> Iterator[Judge]:
        """Yield the judges.

        One whose pairs all have the same second model compared several models with a baseline: FastChat
        writes it there.
        """
        for name, kind in self.judges.items():
            judge = Judge(
                name,
                IMPORTED.name,
                name,
                max_tokens=None,
                temperature=None,
                repeats=self.repeats[name],
                price=FREE,
            )
            if kind == "single":
                yield judge
            elif len(self.seconds[name]) == 1 < len(self.firsts[name]):
                (baseline,) = self.seconds[name]
                yield replace(judge, mode="pairwise-baseline", baseline=baseline)
            else:
                yield replace(judge, mode="pairwise-all")

    def without_text(self, known: frozenset[str]) -> Iterator[Question]:
        """Yield the questions that only answers or judgments name: their texts are empty."""
        for name, turns in self.turns.items():
            if name not in known:
                yield Question(name, UNKNOWN, ("",) * turns)


def merged(
    old: Plan | None, name: str, questions: tuple[Question, ...], gathering: Gathering
) -> Plan:
    """Return the plan of a run with what was gathered; ConfigError if a name is in other use there."""
    known = frozenset(question.id for question in questions)
    questions = (*questions, *gathering.without_text(known))
    if old is None:
        sweep = Sweep(name, (IMPORTED,), tuple(gathering.targets()), tuple(gathering.panel()))
        return Plan(sweep, questions, builtin())
    sweep = old.sweep
    targets = {target.name: target for target in sweep.targets}
    judges = {judge.name: judge for judge in sweep.judges}
    for target in gathering.targets():
        before = targets.get(target.name)
        if before is not None and before.endpoint != IMPORTED.name:
            raise ConfigError(_in_use("model", target.name))
        is_answered = target.is_answered or (before is not None and before.is_answered)
        targets[target.name] = replace(target, is_answered=is_answered)
    for judge in gathering.panel():
        there = judges.get(judge.name)
        if there is not None and there.endpoint != IMPORTED.name:
            raise ConfigError(_in_use("judge", judge.name))
        repeats = judge.repeats if there is None else max(judge.repeats, there.repeats)
        judges[judge.name] = replace(judge, repeats=repeats)
    has_imports = any(endpoint.is_imported for endpoint in sweep.endpoints)
    endpoints = sweep.endpoints if has_imports else (*sweep.endpoints, IMPORTED)
    sweep = replace(
        sweep, endpoints=endpoints, targets=tuple(targets.values()), judges=tuple(judges.values())
    )
    return replace(old, sweep=sweep, questions=questions)


def _in_use(kind: str, name: str) -> str:
    return f"{kind} {name} is asked by this run itself: import into a new run directory"
