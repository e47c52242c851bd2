"""How long does the report of 250,000 judgments take, and how much memory?

40 models on 80 questions: every pair in both orders, and a grade for every answer. The log is written
without a server, with replies of usual length. Wall time and peak of the whole process.
"""

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from asynceval.config.flags import Flags, resolve
from asynceval.config.questions import load_all
from asynceval.domain.reply import Reply, Usage
from asynceval.prompts import templates
from asynceval.protocol.conversation import Plan
from asynceval.protocol.pairs import Pairs, step
from asynceval.protocol.walk import walk
from asynceval.store.line import Record
from asynceval.store.request import write
from asynceval.store.store import Store
from bench.rig import answer, questions, size, spend

MODELS, QUESTIONS = 40, 80
NOBODY = "http://127.0.0.1:9"
_ANSWER = "The parts fit together because each one leaves room for the next. " * 14
_JUDGMENT = "The answer covers the parts and their order, with one gap. " * 8


def main() -> None:
    """Write a finished run, report on it, and measure that."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        judgments = finish(folder / "run", size(MODELS))
        command = [sys.executable, "-m", "asynceval", "report", "run", "--json"]
        spent = spend(command, folder)
    if spent.exit_code != 0:
        sys.exit(f"the report failed (exit code {spent.exit_code})")
    answer(
        bench="report",
        judgments=judgments,
        seconds=round(spent.wall, 1),
        peak_mb=round(spent.peak_mb),
        must=[20, 1000],
    )


def finish(run: Path, models: int) -> int:
    """Write a run in which every call was answered; return how many judgments there are."""
    names = tuple(f"sim-s{number:02}" for number in range(models))
    file = questions(run.parent / "questions.jsonl", QUESTIONS)
    request = resolve(None, Flags(names, ("sim-judge",), NOBODY, questions=str(file)))
    (grading,) = request.sweep.judges
    comparing = replace(grading, name="pairs", mode="pairwise-all")
    sweep = replace(request.sweep, judges=(grading, comparing))
    plan = Plan(sweep, load_all(request)[0], templates.builtin(), "secret")
    run.mkdir()
    write(run, plan)
    with Store(run, write=True) as store:
        return sum(_question(plan, store, number) for number in range(len(plan.questions)))


def _question(plan: Plan, store: Store, number: int) -> int:
    """Write all calls on one question; return how many of them are judgments."""
    question, judgments = plan.questions[number], 0
    said: dict[str, tuple[str, ...]] = {}
    for place, target in enumerate(plan.sweep.targets):
        text = f"{_ANSWER[: 500 + 37 * (place + number) % 500]} {target.name}"
        said[target.name] = (text,) * len(question.turns)
        grades = (f"Rating: [[{1 + (3 * place + 7 * number + n) % 10}]]" for n in range(4))
        replies = iter([word for grade in grades for word in (text, f"{_JUDGMENT}\n{grade}")])
        for found in walk(plan, question, target, 0, lambda _, its=replies: _said(next(its))):  # type: ignore[misc]
            [(key, reply)] = found.replies
            store.put(Record(key, found.step.cell, reply, 1.8e9, 0.1, 0.2, 1))
            judgments += found.step.cell.judge is not None
    pairs = Pairs(plan)
    for meeting in pairs.meetings(question):
        shown = {name: said[name][: meeting.turn] for name in meeting.names}
        for cell in pairs.cells(question, meeting):
            its = step(plan, question, cell, shown, question.reference)
            reply = _said(f"{_JUDGMENT}\n[[{'ABC'[(judgments * 7 + number) % 3]}]]")
            store.put(Record(its.call.key(), cell, reply, 1.8e9, 0.1, 0.2, 1))
            judgments += 1
    return judgments


def _said(text: str) -> Reply:
    return Reply(text, finish_reason="stop", usage=Usage(900, 250))


if __name__ == "__main__":
    main()
