"""Grades on several scales: means by category with their scale, and pairs that are compared as ever."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from asynceval.cli.main import main
from asynceval.cli.tables import show
from asynceval.domain.cell import Cell
from asynceval.domain.errors import ConfigError
from asynceval.domain.reply import Usage
from asynceval.domain.rubric import Rubric, Scale
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Score
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import Clocked
from asynceval.report.grounds import grounds
from asynceval.report.html.boards import boards
from asynceval.report.outcomes import Outcome
from asynceval.report.paper import markdown, paper_tables
from asynceval.report.summary import Summary, summarise
from asynceval.report.tables import sheets
from asynceval.store.request import write
from asynceval.store.store import Store
from tests.report.scene import plan


@pytest.fixture
def what() -> Plan:
    """Return a plan with two scales, and with a judge that grades and one that compares."""
    base = plan(("a", "b"), ("grader",))
    rubric = Rubric("r", "How?", Scale(0, 1, ("fail", "pass")), ("math",))
    judges = (*base.sweep.judges, Judge("fan", "here", "fan", "pairwise-all", orders="one"))
    return replace(base, sweep=replace(base.sweep, judges=judges, rubrics=(rubric,)))


def played(what: Plan) -> Summary:
    """Return a run in which a is the better one everywhere."""
    found = []
    for question in what.questions:
        for model, grade in (("a", 8.0), ("b", 6.0)):
            cell = Cell(question.id, question.category, 1, model, judge="grader")
            value = grade if question.category == "writing" else grade - 6
            found.append(Outcome(cell, Usage(1, 1), Score(value)))
        cell = Cell(question.id, question.category, 1, "a", judge="fan", opponent="b")
        found.append(Outcome(cell, Usage(1, 1), Choice("A")))
    return summarise(what, found)


def test_judges_of_pairs_are_compared_by_and_one_that_grades_is_asked_for_a_category(
    what: Plan,
) -> None:
    """Its grades cannot be pooled; those of one category can, and wins can always."""
    columns = played(what).columns
    assert [ground.judge.name for ground in grounds(what, columns)] == ["fan"]
    both = grounds(what, columns, category="math")
    assert [ground.judge.name for ground in both] == ["grader", "fan"]
    with pytest.raises(ConfigError, match="compare one category at a time"):
        grounds(what, columns, judge="grader")
    (rows,) = (
        list(sheet.rows())
        for sheet in sheets(what, played(what), lambda: (), lambda: Clocked((), ()))
        if sheet.name == "comparisons"
    )
    assert [row[:3] for row in rows] == [("fan", "a", "b")]


def test_compare_says_who_is_left_out(what: Plan, tmp_path: Path) -> None:
    """A note names the judge and what to do; with a category nobody is left out."""
    write(tmp_path, what)
    with Store(tmp_path, write=True):
        pass
    result = CliRunner().invoke(main, ["compare", str(tmp_path)])
    assert "note: left out grader, whose grades are on different scales" in result.stderr
    result = CliRunner().invoke(main, ["compare", str(tmp_path), "--category", "math"])
    assert "left out" not in result.stderr


def test_the_terminal_names_the_scale_of_each_category_and_shows_no_dashes(what: Plan) -> None:
    """The leaderboard of a judge without a mean over all counts its scores."""
    console = Console(file=StringIO(), width=100)
    show(console, what, played(what))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    leaderboard, categories = text.split("Means by category")[:2]
    assert [line.split() for line in leaderboard.splitlines() if line[2:3] in "ab"] == [
        ["a", "3"],
        ["b", "3"],
    ]
    assert "average" not in leaderboard
    assert "writing, 1-10" in categories
    assert "math, fail | pass" in categories


def test_papers_have_the_means_by_category(what: Plan) -> None:
    """Each with its scale, its interval and n, in place of a leaderboard of dashes."""
    text = markdown(tuple(paper_tables(what, played(what))))
    assert "| Category | Scale | Model | Mean | 95 % CI | n |" in text
    assert "| :-- | :-- | :-- | --: | --: | --: |" in text
    assert r"| math | fail \| pass | a | 2.00 | – | 1 |" in text
    assert "Average" not in text


def test_the_page_draws_no_empty_leaderboard(what: Plan) -> None:
    """It tells how many scores there are, and draws the win rates alone."""
    grader, fan, _ = boards(what, played(what))
    assert "3 / 3" in grader
    assert "svg" not in grader
    assert "svg" in fan
