"""The outlook: all that can be said of a plan before it is run, for the terminal and as JSON."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from asynceval.domain.sweep import Parallel, Sweep
from asynceval.protocol.conversation import Plan
from asynceval.report import budgets
from asynceval.report import duration as time
from asynceval.report import estimate as money
from asynceval.report.duration import Duration, duration
from asynceval.report.estimate import Row, estimate, total
from asynceval.report.survey import Model, survey
from asynceval.stats.span import Sample, Span
from asynceval.store.store import Store


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to do, what it takes, and for how long.

    `spent` are the US dollars of all that is stored, None if a price or some tokens are unknown.
    `durations` are by parallel: None for the one that the endpoints have, then what was asked
    "what if" about.
    """

    name: str
    rows: tuple[Row, ...]
    usd: Span | None
    spent: float | None
    durations: tuple[tuple[Parallel | None, Duration], ...]
    notes: tuple[str, ...]

    @property
    def planned(self) -> int:
        """Calls in the plan."""
        return sum(row.planned for row in self.rows)

    @property
    def stored(self) -> int:
        """Calls of the plan that are in the store."""
        return sum(row.stored for row in self.rows)

    @property
    def tokens(self) -> Span:
        """Tokens that are still to be used."""
        return total(row.tokens for row in self.rows) or Span()


def outlook(plan: Plan, store: Store | None, what_if: Parallel | None = None) -> Outlook:
    """Return the outlook of a plan; `store` is None while there is no run directory."""
    took: defaultdict[Model, Sample] = defaultdict(Sample)
    used: defaultdict[Model, list[int | None]] = defaultdict(list)
    for record in () if store is None else store.records():
        model, usage = (record.cell.kind, record.cell.asked), record.reply.usage
        took[model].add(record.sent)
        used[model] += (usage.prompt_tokens, usage.completion_tokens)
    found = survey(plan.live(), (lambda _: None) if store is None else store.get)
    rows = estimate(plan.sweep, found)
    turns = max((len(question.turns) for question in plan.questions), default=0)
    cases = (None,) if what_if is None else (None, what_if)
    return Outlook(
        plan.sweep.name,
        rows,
        total(row.usd for row in rows if row.todo),
        budgets.spent(used, budgets.prices_of(plan.sweep)),
        tuple((case, duration(plan.sweep, rows, took, turns, case)) for case in cases),
        (*_notes(plan.sweep, rows, took, cases), *budgets.notes(plan.sweep, rows, used)),
    )


def document(outlook: Outlook) -> dict[str, Any]:
    """Return the outlook as plain values. Unknown is None, never 0; intervals are of 90 %."""
    return {
        "name": outlook.name,
        "calls": {
            "planned": outlook.planned,
            "stored": outlook.stored,
            "to_do": outlook.planned - outlook.stored,
        },
        "models": [_model(row) for row in outlook.rows],
        "tokens": asdict(outlook.tokens),
        "usd": outlook.usd and asdict(outlook.usd),
        "usd_spent": outlook.spent,
        "time": [
            {
                "parallel": case,
                "seconds": asdict(its.seconds),
                "limit": its.binding and its.binding.limit,
                "gate": its.binding and its.binding.gate,
            }
            for case, its in outlook.durations
        ],
        "notes": list(outlook.notes),
    }


def _model(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "model": row.model,
        "planned": row.planned,
        "stored": row.stored,
        "to_do": row.todo,
        "prompt_tokens": asdict(row.prompt),
        "completion_tokens": asdict(row.completion),
        "usd": row.usd and asdict(row.usd),
        "is_assumed": row.is_assumed,
    }


def _notes(
    sweep: Sweep,
    rows: tuple[Row, ...],
    took: Mapping[Model, Sample],
    cases: Collection[Parallel | None],
) -> Iterator[str]:
    """Yield what a reader of the numbers has to know."""
    unpriced = [row.model for row in rows if row.todo and row.usd is None]
    if unpriced:
        yield f"price unknown: {', '.join(dict.fromkeys(unpriced))}"
    assumed = [row.model for row in rows if row.is_assumed]
    if assumed:
        yield f"{', '.join(dict.fromkeys(assumed))}: {money.ASSUMED}"
    todo = [row for row in rows if row.todo]
    if any(took[row.kind, row.model].count < money.ENOUGH for row in todo):
        yield f"how long calls take is assumed: {time.ASSUMED}"
    busy = {row.endpoint for row in todo}
    is_auto = any(e.parallel == "auto" and e.name in busy for e in sweep.endpoints)
    if is_auto or "auto" in cases:
        yield f'parallel = "auto" is reckoned as {time.AUTO} calls in flight'
