"""What is said about the cost."""

from asynceval.cli.totals import cost, reasks
from asynceval.report.reasks import Reasks
from asynceval.report.spending import Spending
from asynceval.store.ledger import Lost


def test_a_known_cost_is_the_sum() -> None:
    """All models' calls, tokens and dollars are added."""
    spending = [
        Spending("answer", "a", 6, 1200, 30, 0, 0.25),
        Spending("judgment", "j", 4, 10, 5, 0, 0.5),
    ]
    assert list(cost(spending, {})) == [
        "Cost of all runs: 0.7500 USD, for 10 calls with 1,210 tokens in and 35 out."
    ]


def test_an_unknown_cost_is_not_zero() -> None:
    """Where a price or tokens are unknown the sum is, and the calls that did not say are counted."""
    spending = [
        Spending("answer", "a", 6, 12, 3, 2, None),
        Spending("judgment", "j", 4, 10, 5, 0, 0.5),
    ]
    assert list(cost(spending, {})) == [
        "Cost of all runs: not known, for 10 calls with 22 tokens in and 8 out.",
        "  tokens not known for 2 of 6 answers of a",
    ]


def test_calls_that_may_be_paid_twice_are_told() -> None:
    """Attempts without a reply may be on the bill: they are counted by model, not guessed in dollars."""
    (line,) = cost([], {("answer", "a"): Lost(1, 0, 0)})
    assert "up to 1 call may" in line
    assert list(cost([], {("judgment", "j"): Lost(3, 0, 0), ("answer", "a"): Lost(1, 0, 0)})) == [
        (
            "  up to 4 calls may have been charged for without a reply: "
            "1 for answers of a, 3 for judgments of j"
        ),
    ]


def test_a_run_without_calls_costs_nothing_to_tell() -> None:
    """Nothing was spent, so nothing is said."""
    assert list(cost([], {})) == []


def test_a_judge_that_was_asked_again_has_a_line() -> None:
    """It says for how many verdicts and what was asked; a judge that was not asked again has none."""
    (line,) = reasks([Reasks("j", 40, 3, 1, 2, 1, 1), Reasks("k", 40, 0, 0, 0, 0, 2)])
    taken, _, left = line.partition("; ")
    assert taken == "  j was asked again for 3 of 40 verdicts (1 longer, 2 reformat, 1 fresh)"
    assert left == "1 remains without one"
