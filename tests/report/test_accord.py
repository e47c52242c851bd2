"""Agreement of people and judges: cases worked by hand, and which of repeats and choices stands for a judge."""

from dataclasses import replace

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.verdict import Score
from asynceval.report.accord import accords
from asynceval.report.columns import Columns
from asynceval.report.outcomes import Outcome
from asynceval.report.winners import winners
from asynceval.stats.agreement import Item, Winner
from tests.report.scene import plan
from tests.report.test_pairwise import ALL, pairs, scene


def test_without_ties_what_has_one_is_dropped_and_no_part_of_kappa() -> None:
    """Of three comparisons two agree, and by the shares of both sides chance alone agrees in 4 of 9."""
    said: tuple[Winner, ...] = ("first", "first", "second", "tie")
    cast: tuple[Winner, ...] = ("first", "second", "second", "first")
    items = [Item(f"q{number}", 1, "a", "b") for number in range(4)]
    people = {item: {"expert": vote} for item, vote in zip(items, cast, strict=True)}
    rows = {
        row.setup: row for row in accords(people, {"judge": dict(zip(items, said, strict=True))})
    }
    assert (rows["S2"].found.agree, rows["S2"].found.total) == (2, 3)
    assert rows["S2"].kappa == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert (rows["S1"].document(None)["dropped"], rows["S2"].document(None)["dropped"]) == (0, 1)


def test_a_pairwise_judge_says_what_most_of_its_repeats_say() -> None:
    """The first repeat is for b, the two others for a; a second conversation has no say."""
    judge = replace(ALL, repeats=3)
    columns = Columns(scene(judge, choices=2))
    for repeat, verdict in enumerate(("BA", "AB", "AB")):
        for game in pairs("a", "b", verdict):
            columns.add(replace(game, cell=replace(game.cell, repeat=repeat)))
            other = replace(game.cell, repeat=repeat, choice=1, target="b", opponent="a")
            columns.add(replace(game, cell=other))
    assert winners(columns, judge, ["a", "b"]) == {Item("q0", 1, "a", "b"): "first"}


def test_a_grading_judge_says_what_the_mean_of_its_repeats_says() -> None:
    """The first repeat is for a by 8 to 7, the mean for b by 7 to 6; a second conversation has no say."""
    what = plan(("a", "b"), choices=2, repeats=2)
    columns = Columns(what)
    for model, grades in (("a", (8, 4)), ("b", (7, 7))):
        for repeat, grade in enumerate(grades):
            for choice in (0, 1):
                value = float(grade if choice == 0 else 10 * (model == "a"))
                cell = Cell("q0", "writing", 1, model, choice, "judge", repeat)
                columns.add(Outcome(cell, verdict=Score(value)))
    found = winners(columns, what.sweep.judges[0], ["a", "b"])
    assert found == {Item("q0", 1, "a", "b"): "second"}
