"""Talks: what the page can be filtered by, before any text is read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from asynceval.domain.cell import Cell, Order
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Usage
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.protocol.conversation import Plan
from asynceval.report.html.talks import FLAGS, columns
from asynceval.report.outcomes import Outcome
from tests.page.runs import plan

Winner = Literal["A", "B", "tie"]
SPENT = Usage(1, 1)
PLAN = plan(("alpha", "beta"), 2)


def answer(model: str = "alpha", turn: int = 1, **more: Any) -> Outcome:
    """Return what an answer to the first question came to."""
    return Outcome(Cell("81", "writing", turn, model), SPENT, **more)


def graded(verdict: Verdict | None, model: str = "alpha", turn: int = 1, **more: Any) -> Outcome:
    """Return what a grade on the first question came to."""
    repeat = more.pop("repeat", 0)
    cell = Cell("81", "writing", turn, model, judge="grader", repeat=repeat)
    return Outcome(cell, SPENT, verdict, **more)


def game(winner: Winner, order: Order, judge: str = "referee") -> Outcome:
    """Return what a game of alpha and beta came to; A is the one shown first."""
    cell = Cell("81", "writing", 1, "alpha", judge=judge, opponent="beta", order=order)
    return Outcome(cell, SPENT, Choice(winner))


def row(outcomes: Sequence[Outcome], model: int = 0, what: Plan = PLAN) -> dict[str, Any]:
    """Return the row of a model on the first question, its flags as words."""
    table = columns(what, {"81": outcomes})
    found = {name: table[name][model] for name in ("q", "m", "c", "spread")}
    flags = {name for bit, name in enumerate(FLAGS) if table["flags"][model] & (1 << bit)}
    return {**found, "flags": flags, "values": [column[model] for column in table["values"]]}


def test_every_conversation_has_a_row() -> None:
    """Question by question and model by model, whether anything is known of it or not."""
    table = columns(PLAN, {})
    assert (table["q"], table["m"], table["c"]) == ([0, 0, 1, 1], [0, 1, 0, 1], [0] * 4)
    assert table["spread"] == [None] * 4 and table["values"] == [[None] * 4] * 2


def test_scores_are_averaged_and_their_spread_is_within_a_turn() -> None:
    """Two turns of 9 and 3 differ, but nobody disagrees; two repeats of 9 and 6 do."""
    turns = [graded(Score(9)), graded(Score(3), turn=2)]
    assert (row(turns)["values"], row(turns)["spread"]) == ([6, None], 0)
    assert row([*turns, graded(Score(6), repeat=1)])["spread"] == 3


def test_what_is_odd_is_flagged() -> None:
    """Each oddity of an answer or a judgment has its flag, and an ordinary one has none."""
    assert row([answer(), graded(Score(5))])["flags"] == set()
    odd = {
        "answer missing": answer(cause=Cause.TIMEOUT),
        "answer cut": answer(is_truncated=True),
        "answer empty": answer(is_empty=True),
        "answer imitates a judge": answer(is_imitation=True),
        "judgment missing": graded(None, cause=Cause.TIMEOUT),
        "judgment without a verdict": graded(Unparsed("no_verdict")),
        "judge asked again": graded(Score(5), before=((b"", SPENT),)),
    }
    for flag, outcome in odd.items():
        assert row([outcome])["flags"] == {flag}
        assert row([outcome], model=1)["flags"] == set()


def test_a_pair_counts_for_both_of_its_models() -> None:
    """Who wins both games has won all; the other none; the values are percent."""
    games = [game("A", 1), game("B", 2)]
    assert row(games)["values"] == [None, 100] and row(games, 1)["values"] == [None, 0]
    assert row(games)["flags"] == set()


def test_orders_disagree_where_the_place_decides() -> None:
    """The first shown twice is half a win for both, and marked on both; two ties are no dispute."""
    games = [game("A", 1), game("A", 2)]
    for model in (0, 1):
        assert row(games, model)["values"] == [None, 50]
        assert row(games, model)["flags"] == {"orders disagree"}
    assert row([game("tie", 1), game("tie", 2)])["flags"] == set()


def test_judges_disagree_where_they_name_different_winners() -> None:
    """A win by one judge and a loss by another are at odds; a win and a tie are not."""
    base = plan(("alpha", "beta"), 1)
    second = replace(base.sweep.judges[1], name="second")
    three = replace(base, sweep=replace(base.sweep, judges=(*base.sweep.judges, second)))
    won = [game("A", 1), game("B", 2)]
    lost = [game("B", 1, "second"), game("A", 2, "second")]
    tied = [game("tie", 1, "second"), game("tie", 2, "second")]
    assert row(won + lost, what=three)["flags"] == {"judges disagree on the winner"}
    assert row(won + tied, what=three)["flags"] == set()
