"""The same numbers in every output: uneven cases worked by hand, in JSON, CSV, papers, page and terminal."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from math import log10

import pytest

from asynceval.cli.pair_tables import places
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply, Usage
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import Clocked
from asynceval.report.document import document
from asynceval.report.figures.gallery import gallery
from asynceval.report.figures.markup import Markup
from asynceval.report.html.boards import boards
from asynceval.report.html.judging import panel
from asynceval.report.html.totals import cost
from asynceval.report.outcomes import Outcome
from asynceval.report.paper import markdown, paper_tables
from asynceval.report.summary import Summary, summarise
from asynceval.report.tables import sheets
from tests.report.scene import Answer, graded, plan, play
from tests.report.test_pairwise import ALL, pairs, scene

# By question a gets 1, 3/4, 1/2, 1/2, 1/4 and 1/2 beside b: 3 wins, 8 ties and 1 loss.
VERDICTS = ("AB", "AB", "AB", "AA", "AC", "CA", "BC", "AA", "BA", "BB", "CC", "CC")
POINTS = 200 * log10(7 / 5)


@pytest.fixture(scope="module")
def met() -> tuple[Plan, Summary]:
    """Return a run of two models, of which a writes twice as much."""
    what = replace(plan(("a", "b"), questions=6), sweep=scene(ALL).sweep)
    written = [
        Outcome(Cell(f"q{n}", "writing", turn, model), characters=size)
        for n, turn, (model, size) in product(range(6), (1, 2), (("a", 20), ("b", 10)))
    ]
    return what, summarise(what, [*written, *pairs("a", "b", *VERDICTS)])


@pytest.fixture(scope="module")
def graded_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Summary]:
    """Return a run with three judges and two models, of which "long" writes twice as much."""

    def say(cell: Cell) -> Answer:
        if cell.judge is None:
            size = 200 if cell.target == "long" else 100
            return Reply("x" * size, usage=Usage(20, 5))
        step = {"one": 0, "two": 1, "three": 3}[cell.judge]
        hard = int(cell.question[1:])
        wavers = cell.repeat and cell.judge == "two" and hard == 0
        return graded(4 + (hard * (step + 1)) % 4 + (cell.target == "long") + bool(wavers))

    what = plan(("long", "short"), ("one", "two", "three"), questions=8, repeats=2)
    return what, play(tmp_path_factory.mktemp("run"), what, say)[0]


def tables(what: Plan, summary: Summary) -> Mapping[str, list[dict[str, object]]]:
    """Return the rows of all sheets but those of single answers, by their columns."""
    made = sheets(what, summary, lambda: (), lambda: Clocked((), ()))
    return {sheet.name: sheet.records() for sheet in made}


def cells(parts: Iterable[Markup], first: str) -> list[str]:
    """Return the texts of the one row of the page's tables that begins with `first`, without drawings."""
    text = re.sub(r"<svg.*?</svg>", "", "".join(parts), flags=re.DOTALL)
    rows = (re.findall(r">([^<>]*)</t[hd]>", row) for row in text.split("<tr>"))
    (row,) = (row for row in rows if row and row[0] == first)
    return row


def test_a_pairwise_row(met: tuple[Plan, Summary]) -> None:
    """Wins before losses, the rating and the p that flipping signs of six questions gives."""
    what, summary = met
    (row,) = (row for row in document(what, summary)["pairwise"] if row["model"] == "a")
    assert (row["win"], row["tie"], row["loss"], row["win_rate_adjusted"]) == (3, 8, 1, 7 / 12)
    # Of 1/2, 1/4 and 1/4 with any signs, three of four sums are at least as far from 0 as 1/2.
    assert row["p"] == 0.75
    assert row["rating"] == pytest.approx(1000 + POINTS)
    low, high = row["rating_ci"]
    assert low < 1000 < 1000 + POINTS < high
    (line,) = (row for row in tables(what, summary)["pairs"] if row["model"] == "a")
    assert (line["win"], line["tie"], line["loss"], line["p"]) == (3, 8, 1, 0.75)
    assert (line["rating"], line["rating_low"]) == (row["rating"], low)
    text = markdown(tuple(paper_tables(what, summary)))
    assert re.search(r"\| a \| 1–2 \| 58\.3 \| [\d.–]+ \| 3 \| 8 \| 1 \| 1029 \| 12 \|", text)
    assert cells(boards(what, summary), "a")[-6:-3] == ["3", "8", "1"]


def test_a_judge_that_prefers_the_first_place(met: tuple[Plan, Summary]) -> None:
    """Two first, one second: the preference is a third for the first, and half ties stay apart."""
    what, summary = met
    assert ">+0.33<" in "".join(panel(what, summary, gallery(what, summary)))
    (said,) = (line for its in summary.place_biases for line in places(its))
    assert (
        "first place in 2, and in 2 more with a tie the other time; the second in 1 and 1" in said
    )


def test_what_a_comparison_of_pairs_comes_to(met: tuple[Plan, Summary]) -> None:
    """The longer answer won three of four; a difference of a sixth is far from found by six questions."""
    what, summary = met
    (measure,) = tables(what, summary)["judges"]
    assert (measure["measure"], measure["value"], measure["n"]) == ("longer_wins", 0.75, 4)
    (quality,) = document(what, summary)["judge_quality"]
    wins = quality["longer_wins"]
    assert (wins["value"], wins["n"], wins["dropped"], measure["dropped"]) == (0.75, 4, 8, 8)
    (row,) = tables(what, summary)["comparisons"]
    # Differences of 1, 1/2, 0, 0, -1/2 and 0: mean 1/6, variance (3/2 - 1/6) / 5.
    assert row["difference"] == pytest.approx(1 / 6)
    assert row["minimum_detectable"] == pytest.approx(2.8016 * (4 / 15 / 6) ** 0.5, abs=1e-3)
    assert row["questions_needed"] == 76


def test_judges_that_grade(graded_run: tuple[Plan, Summary]) -> None:
    """The measures of judges stand under their own names, and each two judges have a row."""
    what, summary = graded_run
    found = document(what, summary)
    sheet = tables(what, summary)
    lines = {(row["judge"], row["measure"]): row for row in sheet["judges"]}
    for row in found["judge_quality"]:
        for measure in ("repeat_stability", "length_slope"):
            assert lines[row["judge"], measure]["value"] == row[measure]["value"]
    assert lines["two", "repeat_stability"]["value"] == 1 - 4 / 64
    assert [(row["judge"], row["other"]) for row in sheet["judge_agreement"]] == [
        ("one", "two"),
        ("one", "three"),
        ("two", "three"),
    ]
    (row,) = (row for row in sheet["comparisons"] if row["judge"] == "two")
    # "long" gets one point more on each question: nothing varies.
    assert (row["first"], row["difference"], row["minimum_detectable"]) == ("long", 1, None)


def test_tokens_stand_under_their_names(graded_run: tuple[Plan, Summary]) -> None:
    """16 answers of 20 tokens in and 5 out each."""
    _, summary = graded_run
    assert cells(cost(summary), "long")[1:5] == ["answers", "16", "320", "80"]


def test_whose_scores_are_higher(graded_run: tuple[Plan, Summary]) -> None:
    """The row won of the column: "long" has the higher score each time, and "short" never."""
    what, summary = graded_run
    (figure,) = (its for its in gallery(what, summary).matrices if its.name == "wins-one")
    assert figure.grid.header[1:] == ("long", "short")
    assert [tuple(row) for row in figure.grid.rows] == [("long", "-", "100"), ("short", "0", "-")]
