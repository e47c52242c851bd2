"""What was asked of a run directory: `sweep.json` and `questions.jsonl`, so that it stands alone."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from asynceval import __version__
from asynceval.conversation import Plan
from asynceval.domain.errors import ConfigError, StorageError
from asynceval.domain.question import Question
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Server, Sweep, Target
from asynceval.prompts.templates import from_records
from asynceval.store.folder import sync_folder

FORMAT = 1
_SWEEP = "sweep.json"
_QUESTIONS = "questions.jsonl"


def write(folder: Path, plan: Plan) -> tuple[str, ...]:
    """Make the folder's request this plan, and return in words what that changes.

    The log stays as it is: what the new plan does not ask for is kept, and left out of the report.
    """
    changes: tuple[str, ...] = ()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / _SWEEP).exists():
            changes = tuple(_changes(read(folder), plan))
        content = {
            "format": FORMAT,
            "asynceval": __version__,
            "sweep": asdict(plan.sweep),
            "templates": plan.templates.to_records(),
        }
        questions = b"".join(orjson.dumps(question) + b"\n" for question in plan.questions)
        _replace(folder / _QUESTIONS, questions)
        _replace(folder / _SWEEP, orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    except OSError as error:
        place = error.filename or folder  # a full disk is told without a name
        raise StorageError(f"{place}: cannot be written: {error.strerror}") from error
    return changes


def read(folder: Path) -> Plan:
    """Return the plan that was last run in the folder."""
    path = folder / _SWEEP
    try:
        content = orjson.loads(path.read_bytes())
        if content["format"] > FORMAT:
            raise StorageError(
                f"{path} was written by a newer asynceval ({content['asynceval']}): upgrade to read it"
            )
        questions = tuple(_questions((folder / _QUESTIONS).read_bytes()))
        return Plan(_sweep(content["sweep"]), questions, from_records(content["templates"]))
    except FileNotFoundError as error:
        raise StorageError(f"{folder} is no run directory: {error.filename} is missing") from error
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, ConfigError) as error:
        raise StorageError(f"{path} is damaged: {error}") from error


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never half of it."""
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_suffix(".new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _questions(content: bytes) -> Iterator[Question]:
    for line in content.splitlines():
        fields = orjson.loads(line)
        yield Question(
            **{**fields, "turns": tuple(fields["turns"]), "reference": tuple(fields["reference"])}
        )


def _sweep(fields: dict[str, Any]) -> Sweep:
    return Sweep(
        **{
            **_budgeted(fields),
            "endpoints": tuple(
                Endpoint(
                    **{**endpoint, "server": endpoint["server"] and Server(**endpoint["server"])}
                )
                for endpoint in fields["endpoints"]
            ),
            "targets": tuple(Target(**_priced(target)) for target in fields["targets"]),
            "judges": tuple(Judge(**_budgeted(_priced(judge))) for judge in fields["judges"]),
        }
    )


def _priced(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "price": fields["price"] and Price(**fields["price"])}


def _budgeted(fields: dict[str, Any]) -> dict[str, Any]:
    budget = {"budget": None, **fields}["budget"]
    return {**fields, "budget": budget and Budget(**budget)}


def _changes(old: Plan, new: Plan) -> Iterator[str]:
    yield from _named("model", old.sweep.targets, new.sweep.targets)
    yield from _named("judge", old.sweep.judges, new.sweep.judges)
    before = {question.id: question for question in old.questions}
    after = {question.id: question for question in new.questions}
    changed = sum(1 for name in before.keys() & after.keys() if before[name] != after[name])
    for number, what in (
        (len(after.keys() - before.keys()), "added"),
        (len(before.keys() - after.keys()), "left out"),
        (changed, "changed"),
    ):
        if number:
            yield f"{number} question{'s' if number > 1 else ''} {what}"
    if old.templates != new.templates:
        yield "judge templates changed"
    if old.sweep.choices != new.sweep.choices:
        yield f"choices {old.sweep.choices} -> {new.sweep.choices}"


def _named(
    kind: str, old: Iterable[Target] | Iterable[Judge], new: Iterable[Target] | Iterable[Judge]
) -> Iterator[str]:
    before = {item.name: item for item in old}
    after = {item.name: item for item in new}
    for name, item in after.items():
        if name not in before:
            yield f"{kind} {name} added"
        elif before[name] != item:
            yield f"{kind} {name} changed"
    for name in before:
        if name not in after:
            yield f"{kind} {name} left out"
