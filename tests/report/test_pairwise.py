"""Check what games come to for models and judges, against cases worked by hand."""

from dataclasses import replace

import pytest

from asynceval.domain.cell import Cell, Order
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Unparsed, Verdict
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import Clocked
from asynceval.report.document import document
from asynceval.report.figures.gallery import gallery
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import Summary, summarise
from asynceval.report.tables import sheets
from tests.report.scene import plan

ALL = Judge("judge", "here", "judge", "pairwise-all")
BASELINE = Judge("judge", "here", "judge", "pairwise-baseline", baseline="c")
ORDERS: tuple[Order, ...] = (1, 2)
WORDS: dict[str, Verdict] = {
    "A": Choice("A"),
    "B": Choice("B"),
    "C": Choice("tie"),
    "?": Unparsed("no_verdict"),
}


def scene(judge: Judge, choices: int = 1) -> Plan:
    bare = plan(("a", "b", "c"), choices=choices)
    return replace(bare, sweep=replace(bare.sweep, judges=(judge,)))


def game(first: str, second: str, order: Order, word: str, place: int) -> Outcome:
    """Return a game's outcome: a letter as shown, "?" without a verdict, "-" without a reply."""
    question, turn = f"q{place // 2}", place % 2 + 1
    cell = Cell(question, "writing", turn, first, 0, "judge", 0, second, order)
    if word == "-":
        return Outcome(cell, cause=Cause.SERVER)
    return Outcome(cell, Usage(1, 1), WORDS[word])


def pairs(first: str, second: str, *verdicts: str) -> list[Outcome]:
    """Return the games of pairs, each with the verdicts of both orders, such as "AB"."""
    return [
        game(first, second, order, word, place)
        for place, both in enumerate(verdicts)
        for order, word in zip(ORDERS, both, strict=False)
    ]


def of(summary: Summary, model: str) -> tuple[int, int, int]:
    (standing,) = (s for s in summary.pairwise if s.model == model)
    return standing.record.win, standing.record.tie, standing.record.loss


def test_who_wins_both_games_wins_the_pair() -> None:
    """All nine pairs of verdicts, and those without one, by MT-Bench's conservative rule."""
    what = scene(ALL)
    games = pairs("a", "b", "AB", "AA", "AC", "BA", "BB", "BC")
    games += pairs("a", "c", "CA", "CB", "CC", "?B", "A?", "A-")
    summary = summarise(what, games)
    assert of(summary, "a") == (1, 7, 1)
    assert of(summary, "b") == (1, 4, 1)
    assert of(summary, "c") == (0, 3, 0)
    (a,) = (s for s in summary.pairwise if s.model == "a")
    assert (a.record.n, a.record.dropped, a.expected) == (9, 3, 12)
    assert a.record.adjusted is not None
    assert a.record.adjusted.value == pytest.approx((1 + 7 / 2) / 9)
    assert [(m.ending, m.reason, m.n) for m in a.missing] == [
        ("unparsed", "no_verdict", 2),
        ("failed", "server", 1),
    ]
    (bias,) = summary.place_biases
    its = bias.bias
    assert (its.consistent, its.first, its.second) == (3, 1, 1)
    assert (its.half_tie_first, its.half_tie_second, its.error) == (2, 2, 2)
    assert its.n == 11  # the pair without its second game is in no class


def test_the_best_come_first_and_a_baseline_has_no_row() -> None:
    """With a baseline the others are ranked beside it, and rated on a scale where it has 1000."""
    what = scene(BASELINE)
    games = pairs("a", "c", "BA", "AB", "AA", "AA")
    games += pairs("b", "c", "AB", "AB", "AA", "BA")
    summary = summarise(what, games)
    assert [standing.model for standing in summary.pairwise] == ["b", "a"]
    best = summary.pairwise[0].rating
    assert best is not None
    # Two wins, a tie and a loss: 62.5 %, and 400 log10(0.625 / 0.375) points above the baseline.
    assert best.value == pytest.approx(1088.74, abs=0.01)


def test_with_one_order_each_game_decides() -> None:
    """Nothing is said of places, and no pair is dropped for a game that was never to be played."""
    one = replace(ALL, orders="one")
    summary = summarise(scene(one), pairs("a", "b", "A", "B", "C", "A", "?"))
    assert of(summary, "a") == (2, 1, 1)
    assert of(summary, "b") == (1, 1, 2)
    assert summary.pairwise[0].record.dropped == 1
    assert summary.place_biases == ()


def test_the_document_has_the_rows() -> None:
    """The JSON report gives every count, with null for what is not defined."""
    what = scene(ALL)
    found = document(what, summarise(what, pairs("a", "b", "AB", "?B")))
    assert found["single"] == []
    row = next(row for row in found["pairwise"] if row["model"] == "a")
    assert (row["win"], row["loss"], row["tie"], row["n"], row["expected"]) == (1, 0, 0, 1, 2)
    assert (row["win_rate"], row["loss_rate"], row["win_rate_adjusted"]) == (1.0, 0.0, 1.0)
    assert row["missing"] == {"unparsed": 1}
    (bias,) = found["position_bias"]
    assert bias == {
        "judge": "judge",
        "n": 2,
        "consistent": 1,
        "first": 0,
        "second": 0,
        "half_tie_first": 0,
        "half_tie_second": 0,
        "error": 1,
        "consistency": 0.5,
        "preference": None,
        "p": None,
    }
    empty = document(what, summarise(what, []))
    assert (empty["pairwise"], empty["position_bias"]) == ([], [])


def test_pairs_with_an_imitation_are_told_apart() -> None:
    """Each win rate is given without the pairs in which the judge saw an answer that imitates one."""
    games = pairs("a", "b", "AB", "AB", "BA", "AB")
    imitation = Cell("q0", "writing", 2, "b")
    answers = [Outcome(imitation, Usage(1, 1), is_imitation=True)]
    summary = summarise(scene(ALL), [*answers, *games])
    (a,) = (s for s in summary.pairwise if s.model == "a")
    assert a.record.adjusted is not None and a.record.adjusted.value == 0.75
    assert a.flagged == 1  # the second turn of q0
    assert a.unflagged is not None and a.unflagged.value == pytest.approx(2 / 3)
    (row,) = (r for r in document(scene(ALL), summary)["pairwise"] if r["model"] == "b")
    assert (row["win_rate_unflagged"], row["n_unflagged"]) == (pytest.approx(1 / 3), 3)


def test_games_of_several_choices_and_repeats_are_told_apart() -> None:
    """Each choice and each repeat of a judge is a pair of its own."""
    judge = replace(ALL, repeats=2)
    games = [
        replace(o, cell=replace(o.cell, choice=choice, repeat=repeat))
        for choice in (0, 1)
        for repeat in (0, 1)
        for o in pairs("a", "b", "AB", "BA" if choice else "AB")
    ]
    assert of(summarise(scene(judge, choices=2), games), "a") == (6, 0, 2)


def test_win_rates_by_category_have_their_intervals() -> None:
    """q0 and q2 are writing, q1 is math; one question of math has no interval, and is 0 all the same."""
    what = scene(ALL)
    games = [
        replace(g, cell=replace(g.cell, category="math" if g.cell.question == "q1" else "writing"))
        for g in pairs("a", "b", "AB", "AB", "BA", "BA", "AA", "AB")
    ]
    best = next(s for s in summarise(what, games).pairwise if s.model == "a")
    writing, math = best.categories["writing"], best.categories["math"]
    assert writing is not None and math is not None
    assert (writing.value, writing.n, math.value, math.n) == (0.875, 4, 0, 2)
    assert writing.interval is not None and math.interval is None
    row = next(r for r in document(what, summarise(what, games))["pairwise"] if r["model"] == "a")
    assert row["categories"]["writing"]["ci"] == list(writing.interval)
    (heat,) = (
        f for f in gallery(what, summarise(what, games)).categories if "categories" in f.name
    )
    shown = " to ".join(f"{100 * end:.0f}" for end in writing.interval)
    assert f"88 ({shown})" in heat.grid.rows[0]
    assert f"a, writing: 88 ({shown})" in heat.svg()


def test_the_table_of_pairs_has_intervals_by_bootstrap_too() -> None:
    """Two ways to the uncertainty of a rating, for a judge of all pairs and one with a baseline."""
    for judge, names in ((ALL, {"a", "b"}), (BASELINE, {"a"})):
        what = scene(judge)
        rival = "b" if judge is ALL else "c"
        summary = summarise(what, pairs("a", rival, "AB", "BA", "AB", "AB", "AA", "BA"))
        (sheet,) = (
            its
            for its in sheets(what, summary, lambda: (), lambda: Clocked((), ()))
            if its.name == "pairs"
        )
        found = {str(row["model"]): row for row in sheet.records()}
        assert found.keys() == names
        low, high = found["a"]["bootstrap_low"], found["a"]["bootstrap_high"]
        assert isinstance(low, float) and isinstance(high, float) and low < 1000 < high
