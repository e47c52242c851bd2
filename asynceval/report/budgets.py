"""Budgets: whether those of the run and of its judges will do for a plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from asynceval.domain.sweep import Budget, Price, Sweep
from asynceval.report.estimate import Row, total
from asynceval.report.survey import Model
from asynceval.stats.span import Span

Used = Mapping[Model, Sequence[int | None]]
"""The tokens of each model's stored calls, prompt and completion in turn; None where not known."""


def notes(sweep: Sweep, rows: Sequence[Row], used: Used) -> Iterator[str]:
    """Yield a sentence for each budget that may be too small, as far as that can be told."""
    prices = prices_of(sweep)
    if sweep.budget is not None:
        yield from _notes("the budget", sweep.budget, rows, used, prices)
    for judge in sweep.judges:
        if judge.budget is not None:
            model = ("judgment", judge.name)
            its = [row for row in rows if (row.kind, row.model) == model]
            spent = {model: used.get(model, ())}
            yield from _notes(f"the budget of judge {judge.name}", judge.budget, its, spent, prices)


def prices_of(sweep: Sweep) -> Mapping[Model, Price | None]:
    """Return the price of each model of a sweep."""
    prices = {("answer", target.name): target.price for target in sweep.asked}
    return prices | {("judgment", judge.name): judge.price for judge in sweep.judges}


def spent(used: Used, prices: Mapping[Model, Price | None]) -> float | None:
    """Return the US dollars of all that is stored; None if a price or some tokens are unknown."""
    dollars = 0.0
    for model, tokens in used.items():
        price, counted = prices.get(model), [count for count in tokens if count is not None]
        if price is None or len(counted) < len(tokens):
            return None
        dollars += (sum(counted[::2]) * price.input + sum(counted[1::2]) * price.output) / 1e6
    return dollars


def _notes(
    name: str,
    budget: Budget,
    rows: Iterable[Row],
    used: Used,
    prices: Mapping[Model, Price | None],
) -> Iterator[str]:
    todo = [row for row in rows if row.todo]
    if budget.usd is not None:
        usd, paid = total(row.usd for row in todo), spent(used, prices)
        if usd is not None and paid is not None and (surely := _reach(paid, usd, budget.usd)):
            yield f"{name} of {budget.usd:g} USD {surely} be reached: {paid:,.4f} USD are spent"
    if budget.tokens is not None:
        tokens, counts = total(row.tokens for row in todo), [n for of in used.values() for n in of]
        taken = sum(count for count in counts if count is not None)
        if tokens and None not in counts and (surely := _reach(taken, tokens, budget.tokens)):
            yield f"{name} of {budget.tokens:,} tokens {surely} be reached: {taken:,} are spent"


def _reach(spent: float, to_come: Span, most: float) -> str | None:
    """Return how sure it is that more than `most` is needed, None if it is not."""
    if spent + to_come.high <= most:
        return None
    return "will" if spent + to_come.low > most else "may"
