"""The result tables: readable at 80 columns, with few models and with many."""

from io import StringIO

import pytest
from rich.console import Console

from asynceval.cli.tables import show
from asynceval.conversation import Plan
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.question import Question
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.domain.verdict import Score, Unparsed, Verdict
from asynceval.prompts.templates import builtin
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import summarise

CATEGORIES = ("writing", "roleplay", "reasoning", "math", "extraction", "humanities")


def shown(names: list[str], width: int, verdict: Verdict | None = None) -> str:
    """Return the tables of a run in which every judgment came to the same."""
    questions = tuple(Question(str(n), c, ("a", "b")) for n, c in enumerate(CATEGORIES))
    targets = tuple(Target(name, "e", name) for name in names)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), targets, (Judge("judge", "e", "judge"),))
    plan = Plan(sweep, questions, builtin())
    outcomes = [
        Outcome(
            Cell(question.id, question.category, turn, name, judge="judge"),
            None if verdict is None else Usage(1, 1),
            verdict,
            Cause.TIMEOUT if verdict is None else None,
        )
        for name in names
        for question in questions
        for turn in (1, 2)
    ]
    console = Console(file=StringIO(), width=width)
    show(console, plan, summarise(plan, outcomes))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("models", [1, 3, 60])
def test_no_number_is_cut(width: int, models: int) -> None:
    """At any width every line fits, and every mean stands whole, once in the leaderboard."""
    names = [f"organisation/checkpoint-{number:03d}" for number in range(models)]
    text = shown(names, width, Score(7.0))
    assert all(len(line) <= width for line in text.splitlines())
    assert text.count("7.00–7.00") == models
    # average, two ends of the interval and the categories; the turns where there is room for them
    turns = 2 if width >= 80 else 0
    assert text.count("7.00") == models * (3 + turns + len(CATEGORIES))


def test_what_is_missing_is_named() -> None:
    """A run without a score shows dashes, the number missing, and the cause with its count."""
    text = shown(["m"], 80)
    assert "0 of 12 judgments have a score" in text
    assert "12 judgments of judge: timeout" in text
    assert "7.00" not in text


def test_unread_verdicts_are_named() -> None:
    """Verdicts that could not be read are counted by their reason."""
    assert "12 verdicts of judge: out of range" in shown(["m"], 80, Unparsed("out_of_range"))


def test_hostile_names_are_harmless() -> None:
    """Escape sequences and markup in a model's name are shown, not obeyed."""
    text = shown(["\x1b[2J[red]x[/red]\u202e"], 80, Score(7.0))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]" in text


def test_long_names_stay_apart() -> None:
    """Two names that would be shortened to the same keep what tells them apart."""
    names = [f"Qwen/Qwen3-{size}-Instruct-2507-FP8" for size in ("235B-A22B", "30B-A3B")]
    board = shown(names, 80, Score(7.0)).split("Means by category")[0]
    assert "235B" in board
    assert "30B-A3B" in board


def test_a_run_without_judges() -> None:
    """A plan without a judge says how many answers there are."""
    console = Console(file=StringIO(), width=80)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), (Target("m", "e", "m"),), ())
    plan = Plan(sweep, (Question("1", "math", ("a", "b")),), builtin())
    show(console, plan, summarise(plan, [Outcome(Cell("1", "math", 1, "m"), Usage(1, 1))]))
    assert isinstance(console.file, StringIO)
    assert "1 of 2 answers are there." in console.file.getvalue()
