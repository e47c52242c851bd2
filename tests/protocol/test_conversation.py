"""Check the protocol of one conversation, step by step and without a model."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.cell import Cell
from asynceval.domain.errors import ConfigError
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.prompts.templates import Templates, builtin
from asynceval.protocol.conversation import Plan, Step, conversation, dependents
from asynceval.protocol.walk import walk

TARGET = Target("target", "e", "wire", max_tokens=99)
QUESTION = Question("q", "writing", ("One?", "Two?", "Three?"))


def plan(*judges: Judge, choices: int = 1, questions: Iterable[Question] = (QUESTION,)) -> Plan:
    sweep = Sweep("s", (Endpoint("e", "http://e.test"),), (TARGET,), judges, choices)
    return Plan(sweep, tuple(questions), builtin())


def judge(name: str = "judge", repeats: int = 1) -> Judge:
    return Judge(name, "e", f"{name}-wire", repeats=repeats)


def play(
    wanted: Plan, *replies: str | None, target: Target = TARGET, question: Question = QUESTION
) -> list[Step]:
    """Return the steps of a conversation whose answers are given these replies, in turn."""
    steps: list[Step] = []
    rest = iter(replies)
    generator = conversation(wanted, question, target, 0)
    reply: Reply | None = None
    try:
        while True:
            step = generator.send(reply)
            steps.append(step)
            text = next(rest) if step.cell.judge is None else "Rating: [[1]]"
            reply = None if text is None else Reply(text)
    except StopIteration:
        return steps


def cells(steps: Iterable[Step]) -> list[tuple[int, str | None, int]]:
    return [(step.cell.turn, step.cell.judge, step.cell.repeat) for step in steps]


def test_the_order_of_steps() -> None:
    """Each turn is asked, then judged by every judge as often as it is to, then the next one is."""
    steps = play(plan(judge("a"), judge("b", repeats=2)), "1", "2", "3")
    one = [(None, 0), ("a", 0), ("b", 0), ("b", 1)]
    assert cells(steps) == [(turn, *rest) for turn in (1, 2, 3) for rest in one]
    assert {(s.cell.question, s.cell.category, s.cell.target) for s in steps} == {
        ("q", "writing", "target")
    }


@pytest.mark.parametrize("failed", [1, 2, 3])
def test_nothing_follows_a_missing_answer(failed: int) -> None:
    """A turn without a reply is the last step: it is not judged, and no turn comes after it."""
    replies = ["x"] * (failed - 1) + [None]
    steps = play(plan(judge()), *replies)
    assert cells(steps)[-1] == (failed, None, 0)
    assert len(steps) == 2 * failed - 1


def test_what_is_asked_of_the_target() -> None:
    """Every turn's call holds all turns before it, with the target's own answers."""
    target = Target("target", "e", "wire", max_tokens=99, system="Brief.")
    calls = [step.call for step in play(plan(), "1", "2", "3", target=target)]
    talk = (
        Message("system", "Brief."),
        Message("user", "One?"),
        Message("assistant", "1"),
        Message("user", "Two?"),
        Message("assistant", "2"),
        Message("user", "Three?"),
    )
    assert [call.messages for call in calls] == [talk[:2], talk[:4], talk[:6]]
    assert {(call.model, call.wire, call.sampling) for call in calls} == {
        ("target", "wire", Sampling(0.7, 99))
    }


@pytest.mark.parametrize(
    ("own", "required", "category", "expected"),
    [
        (0.0, 0.5, "writing", 0.0),
        (None, 0.5, "writing", 0.5),
        (None, 0.0, "writing", 0.0),
        (None, None, "math", 0.0),
        (None, None, "stem", 0.1),
        (None, None, "of my own", 0.7),
    ],
)
def test_temperature(
    own: float | None, required: float | None, category: str, expected: float
) -> None:
    """The target's own temperature comes first, then the question's, then the category's."""
    target = Target("t", "e", "t", temperature=own)
    question = Question("q", category, ("One?",), temperature=required)
    (step,) = play(plan(), "1", target=target, question=question)
    assert step.call.sampling.temperature == expected


def test_thinking_is_left_out() -> None:
    """Neither the next turn nor a judge sees what a model thought."""
    steps = play(plan(judge()), "<think>secret</think>said", "2", "3")
    seen = str([step.call.messages for step in steps])
    assert "said" in seen
    assert "secret" not in seen


def test_what_a_judge_sees() -> None:
    """A judge sees the conversation up to the turn it judges, and nothing after it."""
    judged = [s for s in play(plan(judge()), "FIRST", "SECOND", "THIRD") if s.cell.judge]
    words = ("One?", "FIRST", "Two?", "SECOND", "Three?", "THIRD")
    for turn, step in enumerate(judged, 1):
        seen = str(step.call.messages)
        assert [word in seen for word in words] == [n < 2 * turn for n in range(6)]
        assert (step.call.model, step.call.wire) == ("judge", "judge-wire")
        assert step.call.sampling == Sampling(0.0, 2048)


def test_no_two_calls_are_the_same() -> None:
    """Choices, turns, judges and repeats all have keys of their own."""
    wanted = plan(judge("a", repeats=2), judge("b"), choices=3)
    keys = [
        found.step.call.key()
        for question, choice in wanted.conversations()
        for found in walk(wanted, question, TARGET, choice, lambda k: Reply(k.hex()))
    ]
    assert len(keys) == 3 * 3 * (1 + 2 + 1)
    assert len(set(keys)) == len(keys)


def test_conversations() -> None:
    """Each question is talked through as often as there are choices, questions in order."""
    second = Question("r", "math", ("One?",))
    wanted = plan(choices=2, questions=(QUESTION, second))
    named = [(question.id, choice) for question, choice in wanted.conversations()]
    assert named == [("q", 0), ("q", 1), ("r", 0), ("r", 1)]


@given(st.sets(st.integers(0, 8)))
def test_walk_goes_as_far_as_answers_are_known(known: set[int]) -> None:
    """Walking a log yields the same steps as the conversation did, up to the first gap."""
    wanted = plan(judge("a"), judge("b"))
    steps = play(wanted, "1", "2", "3")
    replies = {
        step.call.key(): Reply(f"{step.cell.turn}" if step.cell.judge is None else "[[1]]")
        for step in steps
    }
    log = {key: reply for n, (key, reply) in enumerate(replies.items()) if n in known}
    walked = list(walk(wanted, QUESTION, TARGET, 0, log.get))

    gaps = [n for n, step in enumerate(steps) if step.cell.judge is None and n not in known]
    end = gaps[0] + 1 if gaps else len(steps)
    assert [found.step for found in walked] == steps[:end]
    keys = [found.missing or found.replies[0][0] for found in walked]
    assert keys == list(replies)[:end]
    assert [found.missing is None for found in walked] == [n in known for n in range(end)]


@pytest.mark.parametrize("failed", [1, 2, 3])
def test_dependents_are_what_is_missing(failed: int) -> None:
    """With the cells that depend on a missing answer, the steps up to it are the whole plan."""
    wanted = plan(judge("a"), judge("b", repeats=2))
    whole = [step.cell for step in play(wanted, "1", "2", "3")]
    steps = [step.cell for step in play(wanted, *["x"] * (failed - 1), None)]
    assert [*steps, *dependents(wanted, QUESTION, steps[-1])] == whole


def test_a_cell_says_what_it_is() -> None:
    """A cell is an answer of its target or a judgment by its judge."""
    answer, judgment = (step.cell for step in play(plan(judge()), "1", None)[:2])
    assert (answer.kind, answer.asked) == ("answer", "target")
    assert (judgment.kind, judgment.asked) == ("judgment", "judge")
    assert judgment == Cell("q", "writing", 1, "target", 0, "judge", 0)


def test_a_plan_without_its_templates() -> None:
    """A plan is checked for every template it will need, before anything is asked."""
    plan(judge()).check()
    lacking = Plan(plan(judge()).sweep, (QUESTION,), Templates({}))
    with pytest.raises(ConfigError) as raised:
        lacking.check()
    assert len(raised.value.problems) == 2
    Plan(plan().sweep, (QUESTION,), Templates({})).check()


def test_the_mark_of_a_judgment_follows_the_secret_and_the_answer() -> None:
    """The same answer has the same call under one secret, and no other secret leads to it."""

    def asked(secret: str, answer: str) -> Call:
        steps = conversation(replace(plan(judge()), secret=secret), QUESTION, TARGET, 0)
        next(steps)
        return steps.send(Reply(answer)).call

    one = asked("secret", "4")
    assert one.key() == asked("secret", "4").key() != asked("other", "4").key()
    digits = re.search(r"<answer-([0-9a-f]{8})>\n4\n</answer-\1>", one.messages[-1].content)
    assert digits is not None
    assert digits[1] not in asked("secret", "5").messages[-1].content
