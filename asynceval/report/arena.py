"""Arena: who beat whom as one pairwise judge sees it, and how far that carries."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from asynceval.protocol.conversation import Plan
from asynceval.report.columns import Columns
from asynceval.report.juries import seated
from asynceval.stats.connectivity import strong_components
from asynceval.stats.games import games
from asynceval.stats.outcomes import average_win_rate, win_matrix


@dataclass(frozen=True, slots=True)
class Arena:
    """The models that a judge compared, with the share of pairs that each (row) won of each (column).

    A tie is half a win; None where two never met. `counts` are the pairs behind each share. `averages` are the means of the rows, opponent by
    opponent. `components` are the sets of models that wins lead through in both directions: with more
    than one, ratings across them rest on a penalty, and tell no more than the order.
    """

    judge: str
    models: tuple[str, ...]
    matrix: tuple[tuple[float | None, ...], ...]
    counts: tuple[tuple[int, ...], ...]
    averages: tuple[float | None, ...]
    components: tuple[tuple[str, ...], ...]


def arenas(plan: Plan, columns: Columns) -> tuple[Arena, ...]:
    """Return the arena of each pairwise judge and jury that has a verdict."""
    return tuple(_arenas(plan, columns))


def _arenas(plan: Plan, columns: Columns) -> Iterator[Arena]:
    sweep = seated(plan).sweep
    for judge in sweep.judges:
        bouts = [b for b in columns.bouts(judge.name) if b.outcome is not None]
        if not bouts:
            continue
        met = Counter((bout.first, bout.second) for bout in bouts)
        met += Counter({pair[::-1]: n for pair, n in met.items()})
        known = {name for pair in met for name in pair}
        models = tuple(target.name for target in sweep.targets if target.name in known)
        played = [(b.first, b.second, b.outcome) for b in bouts if b.outcome is not None]
        matrix = win_matrix(played, models)
        yield Arena(
            judge.name,
            models,
            matrix,
            tuple(tuple(met[row, column] for column in models) for row in models),
            tuple(average_win_rate(row) for row in matrix),
            _components(models, played),
        )


def _components(
    models: tuple[str, ...], played: list[tuple[str, str, float]]
) -> tuple[tuple[str, ...], ...]:
    table = games((("", *row) for row in played), models).wins()
    found: dict[int, list[str]] = {}
    for model, component in zip(models, strong_components(table).tolist(), strict=True):
        found.setdefault(component, []).append(model)
    return tuple(tuple(names) for names in found.values())
