"""What the page says of judges and of time, without a browser."""

from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.jury import Jury
from asynceval.domain.reply import Reply
from asynceval.report.clocked import Clocked
from asynceval.report.figures.gallery import gallery
from asynceval.report.html import totals
from asynceval.report.html.judging import panel
from asynceval.report.quality import qualities
from asynceval.report.speed import Speed
from asynceval.report.timing import Timing
from asynceval.report.waiting import Waiting
from tests.report.scene import answered, graded, plan, play


def said(cell: Cell) -> Reply:
    """Return answers of many lengths, and grades that differ by judge and repeat."""
    if cell.judge is None:
        return replace(
            answered(cell), text="word " * (10 + len(cell.target) * int(cell.question[1]))
        )
    return graded(5 + (cell.judge == "two") * cell.repeat + int(cell.question[1]) % 2)


def text_of(tmp_path: Path) -> str:
    """Return the panel of two judges, of which each judges twice, and of their jury."""
    base = plan(judges=("one", "two"), repeats=2)
    jury = Jury("three", ("one", "two"), "mean", 2)
    what = replace(base, sweep=replace(base.sweep, juries=(jury,)))
    summary, _ = play(tmp_path, what, said)
    (one, _) = qualities(what, summary.columns)
    assert one.length_slope is not None
    text = "".join(panel(what, summary, gallery(what, summary)))
    assert f"{one.length_slope.value:+.2f}" in text
    return text


@pytest.mark.parametrize(
    "words",
    [
        "What verdicts hang together with",
        "100.0 %",  # the stability of the first judge
        "50.0 %",  # and of the second, whose two repeats never agree
        "How far two judges agree",
        "one and two",
        "weighted kappa",
        "How far all judges agree",
        "three is the mean of one, two, from at least 2 of them: 12 of 12 verdicts",
    ],
)
def test_the_page_tells_what_is_known_of_judges(tmp_path: Path, words: str) -> None:
    """Stability, length, agreement of two and of all, and who sits in a jury."""
    assert words in text_of(tmp_path)


def test_the_page_tells_times_and_what_calls_waited_for(tmp_path: Path) -> None:
    """Seconds of calls, how soon answers began, and the causes of waiting."""
    summary, _ = play(tmp_path, plan(), said)
    summary = replace(summary, speeds=(Speed("alpha", 3, 0.42, 81.0),))
    timing = Timing("answer", "alpha", 6, 7, 90, 1.5, 2.25, 33, 4.5, 60, 6)
    text = "".join(totals.times(summary, Clocked((timing,), (Waiting("lab", "rpm", 30, 120),))))
    for words in ("1.50", "2.25", "0.42", "81", "4.5", "lab", "rpm", "25 %"):
        assert f">{words}<" in text
    assert "".join(totals.times(summary, Clocked((), ()))) == ""
