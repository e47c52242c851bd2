"""The ladder: what is asked again for a verdict, in which order, how often, and what it comes to."""

from dataclasses import replace
from itertools import product

import pytest

from asynceval.domain.call import Call
from asynceval.domain.cell import Cell
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.rubric import Rubric, Scale
from asynceval.domain.sweep import Endpoint, Judge, Rule, Sweep, Target
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.judges import pairwise, single
from asynceval.prompts.reformat import ANEW
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, Step
from asynceval.protocol.ladder import Ladder

QUESTION = Question("q", "writing", ("Why?",))
TARGET = Target("target", "e", "t")
OTHER = Target("other", "e", "o")
GRADE = Cell("q", "writing", 1, "target", judge="judge")
GAME = replace(GRADE, opponent="other")

READ = Reply("Rating: [[7]]", finish_reason="stop")
SILENT = Reply("A fine answer.", finish_reason="stop")
TOO_HIGH = Reply("Rating: [[11]]", finish_reason="stop")
EMPTY = Reply("", finish_reason="stop")
CUT = Reply("The answer is", finish_reason="length")
FILTERED = Reply("The answer is", finish_reason="content_filter")


def plan(reasks: int = 3, rule: Rule = "default", max_tokens: int | None = 500) -> Plan:
    judge = Judge("judge", "e", "j", reasks=reasks, max_tokens=max_tokens, repeats=2)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), (TARGET, OTHER), (judge,), rule=rule)
    return Plan(sweep, (QUESTION,), builtin(), "secret")


def first(what: Plan) -> Step:
    """Return the step of a judgment."""
    call, _ = single.calls(what.judge(GRADE), what.brief, QUESTION, ["Because."])
    return Step(GRADE, call)


def climb(what: Plan, step: Step, *replies: Reply) -> tuple[Ladder, Step | None]:
    """Return the ladder of a step after these replies, each to the call before it, and what follows."""
    ladder, follows = Ladder(what, step), None
    for reply in replies:
        follows = ladder.take(reply)
    return ladder, follows


def asked(what: Plan, *replies: Reply) -> Call | None:
    """Return the call that follows these replies to a judgment."""
    _, step = climb(what, first(what), *replies)
    if step is None:
        return None
    assert step.cell == GRADE
    return step.call


def verdict(what: Plan, cell: Cell, *replies: Reply) -> Verdict:
    """Return what these replies to a judgment come to."""
    ladder, _ = climb(what, Step(cell, first(what).call), *replies)
    return ladder.verdict


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([READ], []),
        ([SILENT], ["reformat"]),
        ([TOO_HIGH], ["reformat"]),
        ([SILENT, SILENT], ["reformat", "fresh"]),
        ([SILENT, READ], ["reformat"]),
        ([CUT], ["longer"]),
        ([CUT, CUT], ["longer", "fresh"]),
        ([CUT, SILENT], ["longer", "reformat"]),
        ([CUT, SILENT, SILENT], ["longer", "reformat", "fresh"]),
        ([CUT, SILENT, SILENT, SILENT], ["longer", "reformat", "fresh"]),
        ([SILENT, CUT], ["reformat", "fresh"]),
        ([SILENT, SILENT, CUT], ["reformat", "fresh", "longer"]),
        ([EMPTY], ["fresh"]),
        ([EMPTY, SILENT], ["fresh", "reformat"]),
        ([EMPTY, EMPTY], ["fresh"]),
        ([FILTERED], ["fresh"]),
    ],
)
def test_what_is_asked_next(replies: list[Reply], expected: list[str]) -> None:
    """Words without a verdict are re-formatted, cut ones asked for at length, then judged anew."""
    what = plan()
    needs_more = len(expected) == len(replies)
    assert (asked(what, *replies) is not None) == needs_more
    ladder, _ = climb(what, first(what), *replies)
    assert list(ladder.rungs) == expected


def test_every_ladder_ends() -> None:
    """Whatever a judge says, there are at most three calls more, and none of them twice."""
    what = plan()
    for replies in product([SILENT, TOO_HIGH, EMPTY, CUT, FILTERED], repeat=4):
        calls = [first(what).call]
        for n in range(1, 5):
            call = asked(what, *replies[:n])
            if call is None:
                break
            calls.append(call)
        assert len(calls) <= 1 + 3
        assert len({call.key() for call in calls}) == len(calls)


@pytest.mark.parametrize("reasks", [0, 1, 2])
def test_reasks_bound_the_ladder(reasks: int) -> None:
    """No more calls are made than the judge is allowed; 0 is none at all."""
    what = plan(reasks)
    assert all(asked(what, *[CUT, SILENT, SILENT][:n]) for n in range(1, reasks + 1))
    assert asked(what, *[CUT, SILENT, SILENT][: reasks + 1]) is None


def test_fastchats_rule_has_no_ladder() -> None:
    """By FastChat's rule what cannot be read is dropped, as FastChat drops it."""
    what = plan(rule="fastchat")
    assert asked(what, SILENT) is None
    assert climb(what, first(what), SILENT)[0].rungs == ()
    assert verdict(what, GRADE, SILENT) == Unparsed("no_verdict")


def test_more_tokens_for_what_was_cut() -> None:
    """Words that were cut are asked for once more, with twice the tokens and all else the same."""
    what = plan()
    one, two = first(what).call, asked(what, CUT)
    assert two == replace(one, sampling=replace(one.sampling, max_tokens=1000))
    assert asked(plan(max_tokens=None), CUT) is not None
    unlimited = asked(plan(max_tokens=None), CUT)
    assert unlimited is not None and unlimited.sampling.max_tokens is None


def test_the_fresh_judgment() -> None:
    """It is another sample of the same prompt, told what was missing, with the room that is needed."""
    what = plan()
    one = first(what).call
    fresh = asked(what, EMPTY)
    assert fresh is not None
    *before, last = fresh.messages
    assert (
        *before,
        replace(last, content=last.content.removesuffix(f"\n\n{ANEW}")),
    ) == one.messages
    assert last.content.endswith(ANEW)
    assert replace(fresh, choice=one.choice, messages=one.messages) == one
    assert fresh.choice not in range(1000)
    after_cut = asked(what, CUT, CUT)
    assert after_cut == replace(fresh, sampling=replace(one.sampling, max_tokens=1000))


def test_the_request_to_write_the_verdict_down() -> None:
    """It shows the judge's own words and nothing of the answer, and asks for few tokens."""
    what = plan()
    call = asked(what, SILENT)
    assert call is not None
    (message,) = call.messages
    assert ">\nA fine answer.\n</" in message.content
    assert "Because." not in message.content
    assert message.content.endswith("\nRating: [[n]]")
    assert call.sampling.max_tokens is not None and call.sampling.max_tokens < 500
    assert verdict(what, GRADE, SILENT, Reply("Rating: [[none]]")) == Unparsed("no_verdict")
    assert verdict(what, GRADE, SILENT, Reply(message.content)) == Unparsed("no_verdict")


def test_games_are_asked_for_a_choice() -> None:
    """The words of a judge of pairs are re-formatted as a choice."""
    what = plan()
    judge = what.judge(GAME)
    call = pairwise.call(judge, what.brief, QUESTION, (["Because."], ["So."]), 1, 0)
    _, step = climb(what, Step(GAME, call), Reply("[[A]] or [[B]]"))
    assert step is not None
    assert step.cell == GAME
    assert step.call.messages[0].content.endswith("\nVerdict: [[X]]")
    words = [Reply("[[A]] or [[B]]"), Reply("Verdict: [[B]]")]
    assert verdict(what, GAME, *words) == Choice("B")
    assert verdict(what, GAME, *words[:1]) == Unparsed("ambiguous")


def test_the_verdict_is_the_last_replys_and_the_reason_the_firsts() -> None:
    """What was found on a rung counts; if nothing was, the first words tell why."""
    what = plan()
    assert verdict(what, GRADE, CUT, SILENT, READ) == Score(7)
    assert verdict(what, GRADE, CUT, SILENT, EMPTY) == Unparsed("cut_off")
    assert verdict(what, GRADE, TOO_HIGH, SILENT) == Unparsed("out_of_range")


def test_repeats_climb_on_their_own() -> None:
    """Two repeats with the same words are asked again apart, and fresh ones are no repeats."""
    what = plan()
    calls = single.calls(what.judge(GRADE), what.brief, QUESTION, ["Because."])
    made = []
    for call in calls:
        for replies in ([SILENT], [SILENT, SILENT]):
            _, step = climb(what, Step(replace(GRADE, repeat=call.choice), call), *replies)
            assert step is not None
            made.append(step.call.key())
    assert len({*made, *(call.key() for call in calls)}) == 6


def graded_on(scale: Scale, text: str) -> Verdict:
    """Return what a judge's words come to where the rubric has that scale."""
    what = plan()
    rubric = Rubric("r", "How?", scale, ("writing",))
    what = replace(what, sweep=replace(what.sweep, rubrics=(rubric,)))
    return verdict(what, GRADE, Reply(text))


def test_words_are_read_on_the_scale_of_the_category() -> None:
    """A grade that is on another scale is out of range, and a label is its place."""
    assert graded_on(Scale(1, 5), "Rating: [[5]]") == Score(5)
    assert graded_on(Scale(1, 5), "Rating: [[6]]") == Unparsed("out_of_range")
    assert graded_on(Scale(1, 100), "Rating: [[85]]") == Score(85)
    assert graded_on(Scale(0, 1, ("fail", "pass")), "Rating: [[pass]]") == Score(1)
    assert graded_on(Scale(0, 1, ("fail", "pass")), "Rating: [[1]]") == Unparsed("out_of_range")


def test_a_verdict_as_json_is_read_first() -> None:
    """What is asked for as JSON is read as such, and as text where it is none."""
    what = plan()
    judge = replace(what.sweep.judges[0], verdict="json")
    what = replace(what, sweep=replace(what.sweep, judges=(judge,)))
    assert verdict(what, GRADE, Reply('Rating: [[3]] {"rating": 8}')) == Score(8)
    assert verdict(what, GRADE, SILENT, READ) == Score(7)
    assert verdict(what, GRADE, Reply('{"rating": 12}')) == Unparsed("out_of_range")
    assert verdict(what, GAME, Reply('{"verdict": "B"}')) == Choice("B")
    assert verdict(plan(), GRADE, Reply('{"rating": 8}')) == Unparsed("no_verdict")
    reformat = asked(what, SILENT)
    assert reformat is not None and not reformat.sampling.is_json


def test_a_judge_with_logprobs_is_weighed() -> None:
    """Its grades are means over what it might have said; without probabilities they are flagged."""
    what = plan()
    judge = replace(what.sweep.judges[0], logprobs=True)
    what = replace(what, sweep=replace(what.sweep, judges=(judge,)))
    assert first(what).call.sampling.logprobs
    likely = replace(READ, alternatives=((("7", 0.5), ("9", 0.5)), (("]]", 1.0),)))
    assert verdict(what, GRADE, likely) == Score(8, (), 1.0)
    assert verdict(what, GRADE, READ) == Score(7, ("unweighted",))
    assert verdict(plan(), GRADE, likely) == Score(7)
    reformat = asked(what, SILENT)
    assert reformat is not None and not reformat.sampling.logprobs
