"""Run directories to make pages of: finished without a server, in any size, with any words."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from asynceval.domain.cell import Cell
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Endpoint, Judge, Mode, Price, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, conversation
from asynceval.protocol.pairs import Pairs, step
from asynceval.store.line import Record
from asynceval.store.request import sealed, write
from asynceval.store.store import Store

CATEGORIES = (
    "writing",
    "roleplay",
    "reasoning",
    "math",
    "coding",
    "extraction",
    "stem",
    "humanities",
)
PRICE = Price(0.5, 1.5)
_WORDS = [
    "each",
    "part",
    "of",
    "a",
    "careful",
    "answer",
    "follows",
    "from",
    "another",
    "one",
    "and",
    "says",
    "where",
    "it",
    "may",
    "fail",
]


def plan(
    models: Sequence[str], questions: int, mode: Mode = "pairwise-all", name: str = "demo"
) -> Plan:
    """Return a plan with a judge that grades and one that compares."""
    targets = tuple(Target(model, "here", model, price=PRICE) for model in models)
    baseline = models[0] if mode == "pairwise-baseline" else None
    judges = (
        Judge("grader", "here", "grader", reasks=0, price=PRICE),
        Judge("referee", "here", "referee", mode=mode, baseline=baseline, reasks=0),
    )
    asked = tuple(
        Question(
            str(81 + number),
            CATEGORIES[number % len(CATEGORIES)],
            (f"What of case {number}?", "And then?"),
            ("It holds.", "It still holds.") if number % 4 == 3 else (),
        )
        for number in range(questions)
    )
    sweep = Sweep(name, (Endpoint("here", "http://127.0.0.1:1/v1"),), targets, judges)
    return Plan(sweep, asked, builtin())


def said(cell: Cell, length: int = 60) -> Reply | None:
    """Return what a cell might come to; one answer in fifty is missing, and some are cut."""
    dice = Random(f"{cell}")
    words = " ".join(dice.choice(_WORDS) for _ in range(length))
    usage = Usage(length, length)
    if cell.judge is None:
        if dice.random() < 0.02:
            return None
        text = f"## Answer\n\nThis is **{cell.target}**.\n\n- {words}\n\n```\n{words}\n```"
        return Reply(text, finish_reason="length" if dice.random() < 0.03 else "stop", usage=usage)
    if cell.opponent is not None:
        return Reply(f"{words}\n\n[[{dice.choice('AAABBC')}]]", usage=usage)
    if dice.random() < 0.02:
        return Reply(words, usage=usage)
    return Reply(f"{words}\n\nRating: [[{dice.randint(3, 10)}]]", usage=usage)


def finish(folder: Path, what: Plan, say: Callable[[Cell], Reply | None] = said) -> Plan:
    """Make a run directory in which every call was answered by `say`, or failed where it says None."""
    folder.mkdir(parents=True)
    whole = sealed(folder, what)
    write(folder, whole)
    pairs = Pairs(whole)
    with Store(folder, write=True) as store:

        def put(key: bytes, cell: Cell) -> Reply | None:
            reply = say(cell)
            if reply is not None:
                store.put(Record(key, cell, reply, 1.8e9, 0.1, 0.2, 1))
            return reply

        for question in whole.questions:
            texts: dict[str, list[str]] = {}
            for target in whole.sweep.targets:
                its = texts[target.name] = []
                steps = conversation(whole, question, target, 0)
                asked = next(steps, None)
                while asked is not None:
                    reply = put(asked.call.key(), asked.cell)
                    if reply is not None and asked.cell.judge is None:
                        its.append(whole.shown(reply))
                    try:
                        asked = steps.send(reply)
                    except StopIteration:
                        asked = None
            for meeting in pairs.meetings(question):
                for cell in pairs.cells(question, meeting):
                    shown = {name: texts[name][: cell.turn] for name in meeting.names}
                    if all(len(its) == cell.turn for its in shown.values()):
                        put(step(whole, question, cell, shown, ()).call.key(), cell)
    return whole
