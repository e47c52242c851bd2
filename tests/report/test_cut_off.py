"""Judgments that were cut off before their verdict."""

from asynceval.domain.cell import Cell
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.domain.verdict import Score, Unparsed
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.protocol.ladder import verdict_in
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import summarise


def test_cut_off_verdicts_come_with_advice() -> None:
    """Judgments that were cut at the token limit are counted apart, and say what to raise."""
    sweep = Sweep(
        "s", (Endpoint("e", "http://e"),), (Target("m", "e", "m"),), (Judge("j", "e", "j"),)
    )
    plan = Plan(sweep, (Question("1", "math", ("a",)),), builtin())
    cell = Cell("1", "math", 1, "m", judge="j")
    cut = verdict_in(plan, cell, Reply("The answer is", finish_reason="length"))
    assert cut == Unparsed("cut_off")
    read = verdict_in(plan, cell, Reply("Rating: [[7]]", finish_reason="length"))
    assert read == Score(7.0)
    got = summarise(plan, [Outcome(cell, Usage(1, 1), cut)])
    assert any("raise its max_tokens" in warning for warning in got.warnings)
