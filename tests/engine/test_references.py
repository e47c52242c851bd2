"""Check that references which a model writes are there before anything is judged by them."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from anyio import create_task_group, sleep

from asynceval.domain.events import AnswerLanded, CallFailed, JudgmentLanded
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge, Target
from asynceval.engine.sweep import Sweep
from asynceval.engine.transport import Response
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import outcomes
from tests.engine.fakes import Asked, FakeTransport, Rig, completion, plan, refusal, rig
from tests.virtual_time import run

WRITER = Target("writer", "house", "writer")
JUDGES = (
    Judge("judge", "house", "judge"),
    Judge("judge-2", "house", "judge-2", "pairwise-all"),
)
QUESTIONS = (
    Question("q0", "math", ("First 0?", "Second 0?"), needs_reference=True),
    Question("q1", "writing", ("First 1?", "Second 1?")),
    Question("q2", "math", ("First 2?", "Second 2?"), needs_reference=True),
)


def wanted(author: Target = WRITER, choices: int = 2) -> Plan:
    bare = plan(QUESTIONS, targets=("a", "b"), judges=JUDGES, choices=choices)
    return replace(bare, sweep=replace(bare.sweep, author=author))


def answer(asked: Asked) -> Response:
    """Answer so that every answer is another, and a judgment is a grade and a choice at once."""
    if asked.model.startswith("judge"):
        return completion("Verdict: [[A]]" if asked.model == "judge-2" else "Rating: [[7]]")
    return completion(f"{asked.model} on {asked.texts[-1]} ({asked.number})")


def told(r: Rig) -> Counter[object]:
    return Counter(e.cell for e in r.told(AnswerLanded, JudgmentLanded, CallFailed))


def late(asked: Asked) -> float:
    """Let the author take much longer than the models."""
    return 9 if asked.model == "writer" else 1


@pytest.mark.parametrize("latency", [late, lambda _: 1.0])
def test_a_judge_sees_the_reference_that_was_written(tmp_path: Path, latency: object) -> None:
    """Who needs a reference is judged with it, whoever lands last; the others are judged without."""
    transport = FakeTransport(answer, latency)  # type: ignore[arg-type]
    with rig(tmp_path, transport) as r:
        sweep = run(r.hold, wanted())
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert set(told(r).values()) == {1}
    assert Counter(r.transport.models())["writer"] == 4
    shown = [a.texts[-1] for a in transport.asked if a.model.startswith("judge")]
    assert len(shown) == 3 * 2 * 2 * 2 + 3 * 2 * 2 * 2
    for text in shown:
        is_later = "on Second" in text
        assert ("writer on First" in text) == ("First 1?" not in text)
        assert ("writer on Second" in text) == (is_later and "First 1?" not in text)


def test_a_model_under_test_may_write_them(tmp_path: Path) -> None:
    """Its first answers are the references, and are paid once."""
    target = Target("a", "house", "a")
    with rig(tmp_path, FakeTransport(answer)) as r:
        sweep = run(r.hold, wanted(target))
    assert Counter(r.transport.models())["a"] == 3 * 2 * 2
    assert set(told(r).values()) == {1}
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())


def test_without_a_reference_nothing_is_judged(tmp_path: Path) -> None:
    """When the author fails on a question, what needs it is lost, told once, and the author blamed."""

    def fail(asked: Asked) -> Response:
        is_lost = asked.model == "writer" and asked.texts == ["First 0?"]
        return refusal(400) if is_lost else answer(asked)

    what = wanted()
    with rig(tmp_path, FakeTransport(fail)) as r:
        sweep = run(r.hold, what)
        found = {o.cell: o for o in outcomes(what, r.store, {})}
    cells = told(r)
    assert set(cells.values()) == {1}
    assert len(cells) == len(found) == sum(lane.total for lane in sweep.lanes())
    lost = {e.cell for e in r.told(CallFailed) if e.cell.judge is not None}
    assert {cell.question for cell in lost} == {"q0"}
    assert len(lost) == 2 * 2 * 2 + 2 * 2 * 2
    assert {found[cell].blamed for cell in lost} == {"writer"}
    assert not any(o.verdict is None for c, o in found.items() if c.judge and c not in lost)


@pytest.mark.parametrize("seed", range(15))
def test_a_broken_run_ends_as_an_unbroken_one(tmp_path: Path, seed: int) -> None:
    """Stopped at any moment and run again, nothing is lost and no key paid twice."""
    dice = Random(seed)
    paid: list[tuple[str, ...]] = []
    for _ in range(3):
        with rig(tmp_path, FakeTransport(_same, lambda _: dice.uniform(0.5, 4))) as r:
            run(_hold_until, r, wanted(choices=1), dice.uniform(0, 25))
            paid += [(a.model, *a.texts) for a in r.transport.asked]
    with rig(tmp_path, FakeTransport(_same)) as r:
        sweep = run(r.hold, wanted(choices=1))
        paid += [(a.model, *a.texts) for a in r.transport.asked]
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert set(told(r).values()) == {1}
    assert len(paid) == len(set(paid)) == sweep.filled


def _same(asked: Asked) -> Response:
    if asked.model.startswith("judge"):
        return answer(asked)
    return completion(f"{asked.model} on {asked.texts[-1]}")


async def _hold_until(r: Rig, what: Plan, end: float) -> Sweep:
    async with create_task_group() as tasks:
        tasks.start_soon(_stop_at, r, end)
        sweep = await r.hold(what)
        tasks.cancel_scope.cancel()
    return sweep


async def _stop_at(r: Rig, end: float) -> None:
    await sleep(end)
    r.request_stop()


def test_only_judgments_need_references_that_are_there(tmp_path: Path) -> None:
    """When only judgments are wanted, no reference is written, and what lacks one is lost."""
    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, wanted(), "answers")
    assert "writer" not in r.transport.models()
    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, wanted(), "judgments")
    assert set(r.transport.models()) == {"judge", "judge-2"}
    lost = {e.cell.question for e in r.told(CallFailed) if e.cell.judge is not None}
    assert lost == {"q0", "q2"}
