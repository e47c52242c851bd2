"""A sheet: a table as plain rows, with what its columns hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Protocol

from asynceval.stats.estimate import Estimate

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, its columns, and its rows, each as long as the columns are many. None is undefined."""

    name: str
    header: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]

    def records(self) -> list[dict[str, object]]:
        """Return the rows by column, as data frames take them."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows()]


ESTIMATE = ("value", "se", "low", "high", "n", "dropped")
"""The columns of an estimate."""

_TEXTS = frozenset(("part", "opponent", "winner", "cause", "reason"))
_WHOLE = frozenset(
    (
        *("order", "best_rank", "worst_rank", "expected", "n_unflagged", "questions_needed"),
        *("characters", "prompt_tokens", "completion_tokens", "reasoning_tokens"),
    )
)


def kind_of(column: str) -> type:
    """Return what a column holds that may be undefined in every row: str, int or float."""
    if column in _TEXTS:
        return str
    return int if column in _WHOLE else float


class _Values(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


def names(kind: type[_Values]) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


def values(its: _Values) -> Row:
    """Return what a dataclass holds, as a row."""
    return tuple(asdict(its).values())


def estimated(its: Estimate | None) -> Row:
    """Return an estimate as the columns of `ESTIMATE`."""
    if its is None:
        return None, None, None, None, 0, 0
    low, high = its.interval or (None, None)
    return its.value, its.se, low, high, its.n, its.dropped
