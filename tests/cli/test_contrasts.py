"""What `compare` says of win rates: whom they are against, and whom the wins are of."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console

from asynceval.cli.contrasts import show_all, show_pair
from asynceval.report.contrast import Contrast
from tests.report.test_contrast import ground
from tests.report.test_pairwise import ALL, BASELINE, pairs, scene


def told(found: Contrast | None) -> str:
    """Return what is said of two models."""
    assert found is not None
    console = Console(file=StringIO(), width=200)
    show_pair(console, scene(ALL), [found])
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def listed(found: Sequence[Contrast]) -> str:
    """Return the table of all pairs."""
    console = Console(file=StringIO(), width=200)
    show_all(console, found)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_difference_of_win_rates_says_whom_both_have_met() -> None:
    """Beside the wins of the two against each other it may have another sign."""
    games = pairs("a", "b", "AB", "CC") + pairs("a", "c", "BA", "BA") + pairs("b", "c", "AB", "AB")
    text = told(ground(ALL, games).contrast("a", "b"))
    assert "a less b is -25.0 percentage points of win rate against each other and c (95 %" in text
    assert "Against each other, a wins 1, ties 1 and loses 0." in text


def test_an_opponent_that_only_one_has_met_is_left_out() -> None:
    """What a did against c says nothing beside b."""
    text = told(ground(ALL, pairs("a", "b", "AB") + pairs("a", "c", "BA")).contrast("a", "b"))
    assert "+100.0 percentage points of win rate against each other (95 %" in text


def test_a_baseline_is_what_the_others_have_met() -> None:
    """The two never met; with the baseline itself the difference is of their own pairs."""
    games = pairs("a", "c", "AB", "AB") + pairs("b", "c", "BA", "AB")
    its = ground(BASELINE, games)
    text = told(its.contrast("a", "b"))
    assert "percentage points of win rate against c (95 %" in text
    assert "Answer by answer, a wins 1, ties 1 and loses 0." in text
    assert "of win rate against each other (95 %" in told(its.contrast("a", "c"))


def test_the_table_of_all_pairs_explains_win_rates() -> None:
    """One line for all judges of pairs."""
    games = pairs("a", "b", "AB") + pairs("b", "c", "AB")
    assert listed(ground(ALL, games).contrasts()).count("against all that both have met") == 1
