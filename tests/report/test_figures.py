"""Figures: what is drawn where, in colours that can be told apart, and as files."""

import sys
from pathlib import Path

import pytest

from asynceval.domain.errors import ConfigError
from asynceval.report.figures import files
from asynceval.report.figures.figure import Figure, stylesheet
from asynceval.report.figures.heat import Cells, heat
from asynceval.report.figures.intervals import intervals
from asynceval.report.figures.markup import joined, tag, text
from asynceval.report.figures.palette import SERIES, STEPS, contrast, dark, light
from asynceval.report.figures.radar import radar
from asynceval.report.figures.scale import Axis, shade
from asynceval.stats.estimate import Estimate

READABLE, VISIBLE = 4.5, 3.0
"""The least contrasts of text and of lines (WCAG 2.1, 1.4.3 and 1.4.11)."""


def estimate(value: float, reach: float = 1.0) -> Estimate:
    """Return an estimate with an interval."""
    return Estimate(value, 10, 0.5, (value - reach, value + reach), "by hand")


def board() -> Figure:
    """Return a figure of two models, one without a score."""
    rows = (("alpha", estimate(7.0)), ("beta", None))
    return intervals("leaderboard", "Scores", rows, (1.0, 10.0))


@pytest.mark.parametrize("colours", [light(), dark()], ids=["light", "dark"])
def test_all_colours_can_be_read(colours: dict[str, str]) -> None:
    """Text stands out from what it is written on, and lines from the paper, in both themes."""
    for paper in ("paper", "panel"):
        for ink in ("ink", "soft", "accent"):
            assert contrast(colours[ink], colours[paper]) >= READABLE, (ink, paper)
    assert contrast(colours["warn"], colours["warn-paper"]) >= READABLE
    for number in range(SERIES):
        assert contrast(colours[f"series-{number}"], colours["paper"]) >= VISIBLE, number
    for kind in ("rising", "parted"):
        for number in range(STEPS):
            pair = colours[f"on-{kind}-{number}"], colours[f"{kind}-{number}"]
            assert contrast(*pair) >= READABLE, (kind, number)


def test_a_scale_of_shades_rises_evenly() -> None:
    """Each shade of the rising scale is darker than the one before on a light page, lighter on a dark one."""
    for colours in (light(), dark()):
        steps = [contrast(colours[f"rising-{n}"], colours["paper"]) for n in range(STEPS)]
        assert steps == sorted(steps)


def test_markup_escapes_what_is_no_markup() -> None:
    """Text in elements and attributes stays text; characters that XML forbids are replaced."""
    assert tag("p", "<b>", tag("i", "x"), title='"<') == (
        '<p title="&quot;&lt;">&lt;b&gt;<i>x</i></p>'
    )
    assert joined(None, "&", 3) == "&amp;3"
    assert text("\x00a\x1b\ud800") == "\ufffda\ufffd\ufffd"
    assert tag("input", disabled=True, hidden=False, class_="x") == '<input disabled class="x">'


def test_an_axis_has_round_ticks_and_keeps_its_ends() -> None:
    """Ticks are multiples of 1, 2 or 5; what lies outside is drawn at the edge."""
    axis = Axis.around([4.2, 8.9], 0, 100, (1, 10))
    assert axis.ticks() == (4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    assert axis.at(-5) == 0 and axis.at(50) == 100
    assert Axis.around([], 0, 1, (1, 10)).low == 1
    assert Axis.around([5, 5], 0, 1, None).ticks() != ()
    assert (shade(1, 1, 10), shade(10, 1, 10), shade(3, 3, 3)) == (0, STEPS - 1, STEPS // 2)


def test_an_interval_is_drawn_where_its_numbers_are() -> None:
    """The dot stands in the middle of its line, and a model without a score has neither."""
    figure = board()
    assert figure.body.count("<circle") == 1 and figure.body.count('class="whisker"') == 3
    assert "no score" in figure.body
    assert figure.grid.rows == (
        ("alpha", "7.000", "6.000", "8.000", "10"),
        ("beta", "-", "-", "-", "0"),
    )


def test_a_missing_cell_is_no_zero() -> None:
    """A heat map leaves a cell without a shade where there is no value, and a radar its outline open."""
    cells = Cells(("a",), ("x", "y", "z"), ((2.0, None, 9.0),), ((1.0, 10.0),) * 3, "rising")
    drawn = heat("h", "Heat", "model", cells, "{:.1f}".format)
    assert drawn.body.count("<rect") == 2 and drawn.grid.rows == (("a", "2.0", "-", "9.0"),)
    assert "<polyline" in radar("r", "Radar", cells).body


def test_figures_are_files_without_variables(tmp_path: Path) -> None:
    """A figure of its own has its style inside, with plain colours; PNG and PDF are what they say."""
    paths = files.write(tmp_path / "new", [board()], ("svg", "png", "pdf"))
    assert [path.name for path in paths] == [
        "leaderboard.svg",
        "leaderboard.png",
        "leaderboard.pdf",
    ]
    whole = paths[0].read_text(encoding="utf-8")
    assert "var(" in stylesheet() and "var(" not in whole
    assert light()["accent"] in whole and "<title>Scores</title>" in whole
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    assert paths[2].read_bytes().startswith(b"%PDF")


def test_a_missing_library_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without cairosvg the error says what to install, and SVG works all the same."""
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(ConfigError, match=r"pip install 'asynceval\[figures\]'"):
        files.write(tmp_path / "new", [board()], ("svg", "png"))
    assert not (tmp_path / "new").exists()
    assert len(files.write(tmp_path / "new", [board()], ("svg",))) == 1
