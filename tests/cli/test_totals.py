"""What is said about the cost."""

from io import StringIO

from rich.console import Console

from asynceval.cli.cost_table import table
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


def test_each_model_and_judge_has_its_tokens_and_its_price() -> None:
    """A row for each, thinking only where there is some; none of one alone or without room."""
    model = Spending("answer", "a", 1200, 34_000, 5_600, 0, 1.25, 700)
    judge = Spending("judgment", "j", 20, 999, 88, 1, None)
    found = table([model, judge], 100)
    assert found is not None
    console = Console(file=StringIO(), width=100)
    console.print(found)
    assert isinstance(console.file, StringIO)
    rows = [
        line.split() for line in console.file.getvalue().splitlines() if "," in line or "j" in line
    ]
    assert ["a", "1,200", "34,000", "5,600", "700", "1.2500", "USD"] in rows
    assert ["j", "(judge)", "20", "999", "88", "0", "–"] in rows
    free = table([judge, judge], 100)
    assert free is not None and len(free.columns) == 4
    assert table([model], 100) is None
    assert table([model, judge], 60) is None
