"""Axes: the keys of `[matrix.models]` and `[matrix.judges]`, each with the values that it takes in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from asynceval.config.document import Fault
from asynceval.config.fields import name_fault, unknown_key
from asynceval.config.lines import KeyPath
from asynceval.config.schema import JudgeTable, TargetTable
from asynceval.domain.secret import looks_like_key, shown

DEFAULT: Final = "default"
"""The value that leaves a key as it is without the matrix, and adds nothing to the name."""

_LONGEST: Final = 60
_OWN: Final = ("only", "exclude")
_FIXED: Final = ("name", "price", "budget", "family")
KEYS: Final = {
    kind: tuple(key for key in table.model_fields if key not in _FIXED)
    for kind, table in (("models", TargetTable), ("judges", JudgeTable))
}
"""The keys that can be axes, by the kind of table that has them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis, by what it is called in names; `path` is its place in the file."""

    label: str
    value: object
    path: KeyPath

    @property
    def is_default(self) -> bool:
        """Whether it leaves the key as it is."""
        return self.value == DEFAULT


@dataclass(frozen=True, slots=True)
class Axis:
    """A key, and the values that it takes in turn."""

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Exclude:
    """Combinations that are left out: models by a pattern of their name, values by their labels."""

    name: str
    labels: Mapping[str, str]
    path: KeyPath

    def covers(self, name: str, chosen: Mapping[str, Value]) -> bool:
        """Whether the variant with these values, of the model or judge of this name, is left out."""
        return fnmatchcase(name, self.name) and all(
            chosen[key].label == label for key, label in self.labels.items()
        )


def axes(kind: str, table: Mapping[str, object], faults: list[Fault]) -> tuple[Axis, ...]:
    """Return the axes of `[matrix.KIND]`, and add what is wrong with them to the faults."""
    found = []
    for key, values in table.items():
        path = ("matrix", kind, key)
        if key in _OWN:
            continue
        if key in _FIXED:
            faults.append((path, "is no axis: it decides no answer"))
        elif key not in KEYS[kind]:
            faults.append((path, unknown_key(key, (*_OWN, *KEYS[kind]))))
        else:
            wrong = list(_faults(path, values))
            faults += wrong
            if not wrong:
                found.append(Axis(key, tuple(_values(path, values))))
    return tuple(found)


def patterns(given: object) -> tuple[str, ...] | None:
    """Return the patterns that `only` is or holds, None if it is none of that."""
    listed = [given] if isinstance(given, str) else given
    if isinstance(listed, list) and listed and all(isinstance(one, str) and one for one in listed):
        return tuple(listed)
    return None


def only(kind: str, table: Mapping[str, object], faults: list[Fault]) -> tuple[str, ...]:
    """Return the patterns of the names that the matrix is for: all of them, unless it says which."""
    found = patterns(table.get("only", "*"))
    if found is None:
        path = ("matrix", kind, "only")
        faults.append((path, 'must be a name or a pattern, or a list, as in "qwen*"'))
    return found or ()


def excludes(
    kind: str, table: Mapping[str, object], known: tuple[Axis, ...], faults: list[Fault]
) -> tuple[Exclude, ...]:
    """Return what is left out of the product of the known axes."""
    path: KeyPath = ("matrix", kind, "exclude")
    given = table.get("exclude", [])
    if not isinstance(given, list):
        faults.append((path, "must be a list of tables, as in [{ temperature = 0.7 }]"))
        return ()
    found = []
    for at, entry in enumerate(given):
        wrong = list(_exclude_faults((*path, at), entry, known))
        faults += wrong
        if not wrong:
            labels = {key: _label(value) for key, value in entry.items() if key != "name"}
            found.append(Exclude(entry.get("name", "*"), labels, (*path, at)))
    return tuple(found)


def _exclude_faults(path: KeyPath, entry: object, known: tuple[Axis, ...]) -> Iterator[Fault]:
    if not isinstance(entry, dict) or not entry:
        yield path, "must be a table of values, as in { temperature = 0.7 }"
        return
    labels = {axis.key: [value.label for value in axis.values] for axis in known}
    for key, value in entry.items():
        if key == "name":
            if not isinstance(value, str):
                yield (*path, key), "must be a name or a pattern"
        elif key not in labels:
            yield (*path, key), unknown_key(key, ("name", *labels))
        elif _label(value) not in labels[key]:
            listed = ", ".join(map(shown, labels[key]))
            yield (*path, key), f"is no value of matrix.{path[1]}.{key}: {listed}"


def _faults(path: KeyPath, values: object) -> Iterator[Fault]:
    """Yield what is wrong with the values of an axis, but for what its key may hold."""
    if not isinstance(values, list | dict):
        yield path, "must be a list of values, as in [0.0, 0.7], or a table of named ones"
        return
    if not values:
        yield path, "is empty"
    seen: set[str] = set()
    example = f"{path[-1]} = {{ short = ... }}"
    for one in _values(path, values):
        if isinstance(values, list) and isinstance(one.value, list | dict):
            yield one.path, f"needs a name, as in {example}"
        elif len(one.label) > _LONGEST or name_fault(one.label):
            advice = f"name it, as in {example}"
            yield one.path, f"is no part of a name (1 to {_LONGEST} characters): {advice}"
        elif looks_like_key(one.label):
            yield one.path, "looks like a key, and would be a part of a name"
        elif one.label in seen:
            yield one.path, f"{shown(one.label)} is there already"
        seen.add(one.label)


def _values(path: KeyPath, values: object) -> Iterator[Value]:
    if isinstance(values, dict):
        for label, value in values.items():
            yield Value(label, value, (*path, label))
    elif isinstance(values, list):
        for at, value in enumerate(values):
            yield Value(_label(value), value, (*path, at))


def _label(value: object) -> str:
    """Return what a value is called: as TOML writes it, without a decimal point that says nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
