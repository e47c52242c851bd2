"""The matrix: models and judges multiplied by the values that `[matrix]` has for their keys.

It writes the config out before anything else looks at it: what follows finds each variant as if it
stood in the file, and tells what is wrong with it where the file has it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from math import prod
from typing import Final

from asynceval.config.axes import DEFAULT, KEYS, Axis, Value, axes, excludes, only
from asynceval.config.document import Fault
from asynceval.config.fields import unknown_key, unknown_name
from asynceval.config.lines import KeyPath
from asynceval.config.written import Written
from asynceval.domain.secret import shown

LARGEST: Final = 1000
"""Models, or judges, that there may be with those that the matrix makes."""


@dataclass(frozen=True, slots=True)
class _Variant:
    """One of the models or judges that are made of a written one, the `at`th of its kind."""

    at: int
    table: Mapping[str, object]
    chosen: Mapping[str, Value] = field(default_factory=dict)

    @property
    def _set(self) -> Iterator[tuple[str, Value]]:
        return ((key, value) for key, value in self.chosen.items() if not value.is_default)

    def written_out(self) -> dict[str, object]:
        """Return the table as it would have to be written without a matrix."""
        name = str(self.table["name"])
        parts = (f"{key}={value.label}" for key, value in self._set)
        values = {key: value.value for key, value in self._set}
        return {"model": name, **self.table, "name": " ".join((name, *parts)), **values}

    def origins(self, kind: str, place: int) -> Iterator[tuple[KeyPath, KeyPath]]:
        """Yield where the file has it, and the keys that the matrix sets."""
        yield (kind, place), (kind, self.at)
        for key, value in self._set:
            yield (kind, place, key), value.path


def expand(document: Mapping[str, object]) -> Written:
    """Return the config with its matrix written out; if that is wrong, as it is and with the faults."""
    rest = {key: value for key, value in document.items() if key != "matrix"}
    matrix = document.get("matrix", {})
    if not isinstance(matrix, dict):
        return Written(rest, faults=((("matrix",), "must be a table, as in [matrix.models]"),))
    faults: list[Fault] = []
    origins: dict[KeyPath, KeyPath] = {}
    made: dict[str, object] = {}
    for kind, table in matrix.items():
        written = rest.get(kind)
        if kind not in KEYS:
            message = unknown_key(kind, tuple(KEYS))
        elif not isinstance(table, dict):
            message = f"must be a table, as in [matrix.{kind}]"
        elif not written:
            message = f"has no use without [[{kind}]]"
        else:
            if isinstance(written, list) and all(map(_is_named, written)):  # else the schema tells
                variants = _variants(kind, table, written, faults)
                made[kind] = [variant.written_out() for variant in variants]
                for place, variant in enumerate(variants):
                    origins.update(variant.origins(kind, place))
            continue
        faults.append((("matrix", kind), message))
    return Written(rest, faults=tuple(faults)) if faults else Written({**rest, **made}, origins)


def _is_named(table: object) -> bool:
    return isinstance(table, dict) and isinstance(table.get("name"), str)


def _variants(
    kind: str, table: Mapping[str, object], written: list[Mapping[str, object]], faults: list[Fault]
) -> list[_Variant]:
    """Return the variants of every written model or judge; none, and what is wrong, if anything is."""
    before = len(faults)
    along = axes(kind, table, faults)
    patterns = only(kind, table, faults)
    left_out = excludes(kind, table, along, faults)
    names = tuple(str(model["name"]) for model in written)
    swept = [any(fnmatchcase(name, pattern) for pattern in patterns) for name in names]
    if len(faults) == before:
        faults += _missed(kind, names, patterns)
        faults += _overruled(kind, written, swept, along)
        faults += _oversized(kind, swept, along)
    if len(faults) > before:
        return []
    used: set[KeyPath] = set()
    variants: list[_Variant] = []
    for at, model in enumerate(written):
        if not swept[at]:
            variants.append(_Variant(at, model))
            continue
        for chosen in _combinations(along):
            covering = [one.path for one in left_out if one.covers(names[at], chosen)]
            used.update(covering)
            if not covering:
                variants.append(_Variant(at, model, chosen))
    faults += ((one.path, "excludes nothing") for one in left_out if one.path not in used)
    if not variants:
        faults.append((("matrix", kind, "exclude"), f"leaves none of the {kind}"))
    return variants


def _combinations(along: Iterable[Axis]) -> Iterator[Mapping[str, Value]]:
    """Yield the values of the axes in every combination, the last axis turning first."""
    for values in product(*([(axis.key, value) for value in axis.values] for axis in along)):
        yield dict(values)


def _missed(kind: str, names: tuple[str, ...], patterns: Iterable[str]) -> Iterator[Fault]:
    """Yield the patterns of `only` that are nobody's."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            message = f"{shown(pattern)}: {unknown_name(kind[:-1], names, pattern)}"
            yield ("matrix", kind, "only"), message


def _overruled(
    kind: str,
    written: Iterable[Mapping[str, object]],
    swept: Iterable[bool],
    along: Iterable[Axis],
) -> Iterator[Fault]:
    """Yield the keys that no variant would have as they are written."""
    for at, (model, is_swept) in enumerate(zip(written, swept, strict=True)):
        for axis in along:
            has_default = any(value.is_default for value in axis.values)
            if is_swept and axis.key in model and not has_default:
                place = f"matrix.{kind}.{axis.key}"
                advice = f'add "{DEFAULT}" there to keep it, or leave it out'
                yield (kind, at, axis.key), f"has no use: {place} takes its place; {advice}"


def _oversized(kind: str, swept: list[bool], along: Iterable[Axis]) -> Iterator[Fault]:
    """Yield how large the product is, if it is too large."""
    size = swept.count(True) * prod(len(axis.values) for axis in along) + swept.count(False)
    if size > LARGEST:
        factors = " x ".join(f"{len(axis.values)} {axis.key}" for axis in along)
        message = f"makes {size:,} {kind} ({swept.count(True)} {kind} x {factors})"
        yield ("matrix", kind), f"{message}, and {LARGEST:,} are the most"
