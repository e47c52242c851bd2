"""What does it cost to run a finished sweep of 250,000 calls again, with nothing to do?

The log is written without a server, with replies of usual length. CPU of the whole process over the
number of calls, start-up and report included.

Usage: python -m bench.resume [QUESTIONS]
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from asynceval.config.flags import Flags, resolve
from asynceval.config.questions import load_all
from asynceval.domain.reply import Reply, Tokens, Usage
from asynceval.prompts import templates
from asynceval.protocol.conversation import Plan
from asynceval.protocol.walk import walk
from asynceval.store.line import Record
from asynceval.store.request import sealed, write
from asynceval.store.store import Store
from bench.rig import answer, questions, size, spend, sweep

QUESTIONS = 62_500
NOBODY = "http://127.0.0.1:9"
_WORST = Tokens(400, 1024)
_ANSWER = "The parts fit together because each one leaves room for the next. " * 14
_JUDGMENT = "The answer covers the parts and their order, with one gap. " * 8 + "\nRating: [[7]]"


def main() -> None:
    """Write a finished run, run it again, and measure that."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = questions(folder / "questions.jsonl", size(QUESTIONS))
        calls = _finish(folder / "run", file)
        spent = spend(sweep(NOBODY, file, "run", 50), folder)
    if spent.exit_code != 0:
        sys.exit(f"the run was not found finished (exit code {spent.exit_code})")
    answer(
        bench="resume", calls=calls, us_a_call=round(spent.cpu / calls * 1e6, 1), must=50, aim=15
    )


def _finish(run: Path, file: Path) -> int:
    """Write the log of a run in which every call was answered; return how many there are."""
    flags = Flags(("sim-s70",), ("sim-judge",), NOBODY, questions=str(file), parallel=50)
    request = resolve(None, flags)
    # With the secret of its run directory, from which the judges' prompts are made too.
    plan = sealed(run, Plan(request.sweep, load_all(request)[0], templates.builtin()))
    write(run, plan)
    with Store(run, write=True) as store:
        for target in plan.sweep.targets:
            for question, choice in plan.conversations():
                replies = iter((_ANSWER, _JUDGMENT, _ANSWER, _JUDGMENT))

                def say(_: bytes) -> Reply:
                    text = f"{next(replies)}"  # noqa: B023 - used up before the next question
                    return Reply(text, finish_reason="stop", usage=Usage(200, 250))

                for found in walk(plan, question, target, choice, say):
                    [(key, reply)] = found.replies
                    store.note_sent(key, found.step.cell, _WORST)
                    store.put(Record(key, found.step.cell, reply, 1.8e9, 0.1, 0.2, 1, _WORST))
        return len(store)


if __name__ == "__main__":
    main()
