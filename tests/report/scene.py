"""A small run to report on: a plan, and a store with whatever replies a test wants."""

from collections.abc import Callable, Iterator
from pathlib import Path

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Endpoint, Judge, Price, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, conversation
from asynceval.report.outcomes import Outcome, outcomes
from asynceval.report.summary import Summary, summarise
from asynceval.store.line import Record
from asynceval.store.store import Store

Answer = Reply | Cause | None
"""What a cell comes to: a reply, a noted failure, or nothing at all."""

CATEGORIES = ("writing", "math", "writing")


def plan(
    targets: tuple[str, ...] = ("alpha", "beta"),
    judges: tuple[str, ...] = ("judge",),
    questions: int = 3,
    *,
    choices: int = 1,
    repeats: int = 1,
    price: Price | None = None,
) -> Plan:
    """Return a plan of two-turn questions."""
    sweep = Sweep(
        "scene",
        (Endpoint("here", "http://127.0.0.1:1/v1"),),
        tuple(Target(name, "here", name, price=price) for name in targets),
        tuple(Judge(name, "here", name, repeats=repeats, price=price, reasks=0) for name in judges),
        choices,
    )
    asked = tuple(
        Question(f"q{number}", CATEGORIES[number % 3], (f"First {number}?", "And then?"))
        for number in range(questions)
    )
    return Plan(sweep, asked, builtin())


def graded(value: float) -> Reply:
    """Return a judge's words for a grade."""
    return Reply(f"Well said. Rating: [[{value:g}]]", usage=Usage(100, 10))


def answered(cell: Cell) -> Reply:
    """Return an answer that no other cell has."""
    return Reply(
        f"{cell.target} on {cell.question}, {cell.turn}, {cell.choice}", usage=Usage(20, 5)
    )


def play(
    folder: Path, what: Plan, say: Callable[[Cell], Answer]
) -> tuple[Summary, tuple[Outcome, ...]]:
    """Hold the conversations of a plan with `say`, store them, and report from the store."""
    causes: dict[bytes, Cause] = {}
    with Store(folder, write=True) as store:
        for cell, key, reply in steps(what, say):
            if isinstance(reply, Reply):
                store.put(Record(key, cell, reply, 0, 0, 0, 1))
            elif reply is not None:
                causes[key] = reply
    with Store(folder, write=False) as store:
        found = tuple(outcomes(what, store, causes))
    return summarise(what, found), found


def steps(what: Plan, say: Callable[[Cell], Answer]) -> Iterator[tuple[Cell, bytes, Answer]]:
    """Yield each cell of a plan that `say` lets come about, its key and what it comes to."""
    for target in what.sweep.targets:
        for question, choice in what.conversations():
            steps = conversation(what, question, target, choice)
            reply: Reply | None = None
            while True:
                try:
                    step = steps.send(reply)
                except StopIteration:
                    break
                answer = say(step.cell)
                yield step.cell, step.call.key(), answer
                reply = answer if isinstance(answer, Reply) else None
