"""Check a whole conversation with each kind of endpoint: what was thought goes nowhere."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Judge, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, conversation
from tests.providers.dialect import Dialect, Line, line
from tests.providers.vendors.every import EVERY

QUESTION = Question("q", "writing", ("One?", "Two?"))
SECRET = "unspoken"


@pytest.fixture(scope="module", name="line")
def open_line() -> Iterator[Line]:
    """Open one server for all tests here."""
    with line() as opened:
        yield opened


@pytest.mark.parametrize("in_tags", [False, True], ids=["apart", "in tags"])
@pytest.mark.parametrize("dialect", EVERY, ids=str)
def test_thinking_is_never_sent_on_and_never_judged(
    line: Line, dialect: Dialect, in_tags: bool
) -> None:
    """Neither turn 2 nor any judge sees it, whether the server sends it apart or in the text."""
    target = Target("m", "house", dialect.model)
    judge = Judge("j", "house", dialect.model)
    endpoint = dialect.endpoint("http://h")
    plan = Plan(Sweep("s", (endpoint,), (target,), (judge,)), (QUESTION,), builtin())
    thought, text = (None, f"<think>{SECRET}</think>Said.") if in_tags else (SECRET, "Said.")
    steps = conversation(plan, QUESTION, target, 0)
    reply: Reply | None = None
    sent: list[bytes] = []
    with suppress(StopIteration):
        while True:
            step = steps.send(reply)
            line.server.answers(dialect.answer(text, thought, "stop"))
            got = line.send(dialect, step.call)
            assert isinstance(got, Reply)
            assert SECRET in f"{got.text}{got.reasoning}"
            reply = got
            sent += [request[3] for request in line.server.requests]
    assert len(sent) == 4
    assert b"Said." in sent[1]
    assert not [body for body in sent if SECRET.encode() in body]
