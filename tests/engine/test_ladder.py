"""How a sweep goes on where a judge gives no verdict, and with models that a judge leaves out."""

from pathlib import Path

from asynceval.domain.events import JudgmentLanded
from asynceval.domain.sweep import Judge, Target
from asynceval.domain.verdict import Score, Unparsed
from asynceval.engine.transport import Response
from asynceval.report.outcomes import Outcome, outcomes
from asynceval.report.reasks import Reasks
from asynceval.report.summary import Counter
from tests.engine.fakes import Asked, FakeTransport, completion, plan, refusal, rig, talk
from tests.virtual_time import run

WANTED = plan(2)


def is_reformat(asked: Asked) -> bool:
    """Whether a judge is asked to write its verdict down."""
    return "you only write it down" in asked.texts[-1]


def unclear(asked: Asked) -> Response:
    """Answer as `talk`, but for a judge that forgets the form unless it is asked for it."""
    if asked.model != "judge":
        return talk(asked)
    return completion(
        "Rating: [[6]]" if is_reformat(asked) else f"Six, I say, number {asked.number}."
    )


def silent(asked: Asked) -> Response:
    """Answer as `talk`, but for a judge that never gives a verdict."""
    return talk(asked) if asked.model != "judge" else completion(f"Hm, number {asked.number}.")


def reported(folder: Path) -> tuple[Reasks, ...]:
    """Return what the report says of a store."""
    with rig(folder) as r:
        counter = Counter(WANTED)
        for outcome in outcomes(WANTED, r.store, {}):
            counter.add(outcome)
        return counter.summary().reasks


def test_the_words_of_a_judge_are_reformatted(tmp_path: Path) -> None:
    """Each verdict takes one request more, is counted as such, and a resumed run pays for none."""
    with rig(tmp_path, FakeTransport(unclear)) as first:
        sweep = run(first.hold, WANTED)
    landed = first.told(JudgmentLanded)
    assert [event.verdict for event in landed] == [Score(6)] * 4
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert first.transport.models().count("judge") == 8
    assert reported(tmp_path) == (Reasks("judge", 4, 4, 0, 4, 0, 0),)
    live = Counter(WANTED)
    for event in landed:
        replies = (*((one.key, one.reply) for one in event.before), (event.key, event.reply))
        live.add(Outcome.judged(event.cell, replies, event.verdict, event.rungs))
    assert live.summary().reasks == reported(tmp_path)
    with rig(tmp_path) as again:
        run(again.hold, WANTED)
    assert again.transport.asked == []


def test_a_judge_that_says_nothing_is_asked_three_times(tmp_path: Path) -> None:
    """Words, their re-formatting and a fresh judgment; then the verdict is none, and final."""
    with rig(tmp_path, FakeTransport(silent)) as first:
        run(first.hold, WANTED)
    assert {event.verdict for event in first.told(JudgmentLanded)} == {Unparsed("no_verdict")}
    assert first.transport.models().count("judge") == 12
    assert reported(tmp_path) == (Reasks("judge", 4, 4, 0, 4, 4, 4),)
    with rig(tmp_path) as again:
        run(again.hold, WANTED)
    assert again.transport.asked == []


def test_a_run_goes_on_in_the_middle_of_a_ladder(tmp_path: Path) -> None:
    """Where the second request failed, the next run makes that one and not the first again."""

    def broken_off(asked: Asked) -> Response:
        return refusal(400) if is_reformat(asked) else unclear(asked)

    with rig(tmp_path, FakeTransport(broken_off)) as first:
        first.may_fail = True
        run(first.hold, WANTED)
    assert first.told(JudgmentLanded) == []
    with rig(tmp_path, FakeTransport(unclear)) as second:
        run(second.hold, WANTED)
    assert second.transport.models() == ["judge"] * 4
    assert all(is_reformat(asked) for asked in second.transport.asked)
    assert reported(tmp_path) == (Reasks("judge", 4, 4, 0, 4, 0, 0),)


def test_what_a_judge_leaves_out_is_in_no_count(tmp_path: Path) -> None:
    """A judge that skips its own family has a shorter lane, and fills it."""
    skipping = Judge("judge", "house", "qwen-judge", own_family="skip")
    wanted = plan(2, targets=(Target("qwen", "house", "qwen-8b"), "other"), judges=(skipping,))
    with rig(tmp_path, FakeTransport(unclear)) as r:
        sweep = run(r.hold, wanted)
    assert {event.cell.target for event in r.told(JudgmentLanded)} == {"other"}
    assert sweep.filled == sum(lane.total for lane in sweep.lanes()) == 2 * 2 * 2 + 2 * 2
