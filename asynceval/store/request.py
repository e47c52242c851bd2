"""What was asked of a run directory: `sweep.json` and `questions.jsonl`, so that it stands alone."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import orjson

from asynceval import __version__
from asynceval.conversation import Plan
from asynceval.domain.call import Settings
from asynceval.domain.errors import ConfigError, StorageError
from asynceval.domain.question import Question
from asynceval.domain.sweep import Budget, Endpoint, Http, Judge, Price, Server, Sweep, Target
from asynceval.prompts.templates import from_records
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.plainfile import read_whole

FORMAT = 1
_SWEEP = "sweep.json"
_LARGEST = 64 << 20
_QUESTIONS = "questions.jsonl"
_DRAFT = "questions.new"
_SWEEP_DRAFT = "sweep.new"


def write(folder: Path, plan: Plan, disk: Disk = REAL_DISK) -> tuple[str, ...]:
    """Make the folder's request this plan, and return in words what that changes.

    The log stays as it is: what the new plan does not ask for is kept, and left out of the report.
    `sweep.json` names the hash of its questions, which lie beside it before it takes effect. So a
    crash leaves the old request or the new one, never parts of both.
    """
    changes: tuple[str, ...] = ()
    questions = b"".join(orjson.dumps(question) + b"\n" for question in plan.questions)
    content = {
        "format": FORMAT,
        "asynceval": __version__,
        "questions": _digest(questions),
        "sweep": asdict(plan.sweep),
        "templates": plan.templates.to_records(),
        "secret": plan.secret,
    }
    sweep = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        disk.make_folder(folder)
        if (folder / _SWEEP).exists():
            changes = tuple(_changes(read(folder), plan))
            _settle(folder, disk)
        _replace(folder, questions, sweep, disk)
    except OSError as error:
        place = error.filename or folder  # a full disk is told without a name
        raise StorageError(f"{place}: cannot be written: {error.strerror}") from error
    return changes


def read(folder: Path) -> Plan:
    """Return the plan that was last run in the folder."""
    path = folder / _SWEEP
    try:
        content = orjson.loads(read_whole(path, _LARGEST))
        if content["format"] > FORMAT:
            raise StorageError(
                f"{path} was written by a newer asynceval ({content['asynceval']}): upgrade to read it"
            )
        file = _fitting(folder, content.get("questions"))
        if file is None:
            raise StorageError(
                f"{folder / _QUESTIONS} is not the file that {path} was written with"
            )
        questions = tuple(_questions(read_whole(file)))
        templates = from_records(content["templates"])
        return Plan(_sweep(content["sweep"]), questions, templates, content.get("secret", ""))
    except FileNotFoundError as error:
        raise StorageError(f"{folder} is no run directory: {error.filename} is missing") from error
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise StorageError(f"{path} is damaged: {error}") from error


def sealed(folder: Path, plan: Plan) -> Plan:
    """Return the plan with the folder's secret, or with a new one where there is none yet."""
    secret = read(folder).secret if (folder / _SWEEP).exists() else ""
    return replace(plan, secret=secret or token_hex(16))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _fitting(folder: Path, digest: str | None) -> Path | None:
    """Return the file that holds the questions with this hash, None if none does.

    That is the draft if a crash came after the new `sweep.json` and before its questions had taken
    their place. Older versions wrote no hash. Raises FileNotFoundError if there is no file at all.
    """
    if digest is None:
        return folder / _QUESTIONS
    places = [path for path in (folder / _QUESTIONS, folder / _DRAFT) if path.exists()]
    for path in places or (folder / _QUESTIONS,):
        if _digest(read_whole(path)) == digest:
            return path
    return None


def _settle(folder: Path, disk: Disk) -> None:
    """Finish what a crash has left undone, and forget what it has left over."""
    disk.discard(folder / _SWEEP_DRAFT)
    digest = orjson.loads(read_whole(folder / _SWEEP, _LARGEST)).get("questions")
    if _fitting(folder, digest) == folder / _DRAFT:
        disk.replace(folder / _DRAFT, folder / _QUESTIONS)
    else:
        disk.discard(folder / _DRAFT)


def _replace(folder: Path, questions: bytes, sweep: bytes, disk: Disk) -> None:
    """Write what differs: the questions beside the old ones, the request, then the questions."""
    path, draft = folder / _QUESTIONS, folder / _DRAFT
    has_other = not _holds(path, questions)
    if has_other:
        disk.draft(draft, questions)
        disk.sync_folder(folder)
    if not _holds(folder / _SWEEP, sweep):
        request = folder / _SWEEP_DRAFT
        try:
            disk.draft(request, sweep)
            disk.rename(request, folder / _SWEEP)
        except OSError:
            disk.discard(request)
            disk.discard(draft)
            raise
        disk.sync_folder(folder)
    if has_other:
        disk.replace(draft, path)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and read_whole(path) == content


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
            "endpoints": tuple(_endpoint(endpoint) for endpoint in fields["endpoints"]),
            "author": fields.get("author") and _target(fields["author"]),
            "targets": tuple(_target(target) for target in fields["targets"]),
            "judges": tuple(Judge(**_set(_budgeted(_priced(judge)))) for judge in fields["judges"]),
        }
    )


def _target(fields: dict[str, Any]) -> Target:
    return Target(**_set(_priced(fields)))


def _endpoint(fields: dict[str, Any]) -> Endpoint:
    server, http = fields["server"], fields.get("http")  # older versions had no http
    return Endpoint(
        **{**fields, "server": server and Server(**server), "http": http and Http(**http)}
    )


def _priced(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "price": fields["price"] and Price(**fields["price"])}


def _set(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a model's fields with its settings, which older versions did not write."""
    settings = fields.get("settings", {})
    lists = {
        "stop": tuple(settings.get("stop", ())),
        "headers": tuple((name, value) for name, value in settings.get("headers", ())),
    }
    return {**fields, "settings": Settings(**{**settings, **lists})}


def _budgeted(fields: dict[str, Any]) -> dict[str, Any]:
    budget = {"budget": None, **fields}["budget"]
    return {**fields, "budget": budget and Budget(**budget)}


def _changes(old: Plan, new: Plan) -> Iterator[str]:
    yield from _named("model", old.sweep.targets, new.sweep.targets)
    yield from _named("judge", _unlimited(old.sweep.judges), _unlimited(new.sweep.judges))
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
    if old.sweep.author != new.sweep.author:
        before_it, after_it = (
            "none" if author is None else author.name
            for author in (old.sweep.author, new.sweep.author)
        )
        yield f"the model that writes references {before_it} -> {after_it}"
    if old.sweep.choices != new.sweep.choices:
        yield f"choices {old.sweep.choices} -> {new.sweep.choices}"
    if old.sweep.budget != new.sweep.budget:
        yield f"budget {_most(old.sweep.budget)} -> {_most(new.sweep.budget)}"
    budgets = {judge.name: judge.budget for judge in old.sweep.judges}
    for judge in new.sweep.judges:
        if judge.name in budgets and budgets[judge.name] != judge.budget:
            yield (
                f"budget of judge {judge.name} {_most(budgets[judge.name])} -> {_most(judge.budget)}"
            )


def _unlimited(judges: Iterable[Judge]) -> tuple[Judge, ...]:
    """Return the judges as they ask: a budget changes no call."""
    return tuple(replace(judge, budget=None) for judge in judges)


def _most(budget: Budget | None) -> str:
    """Return a budget in words."""
    if budget is None:
        return "none"
    usd = None if budget.usd is None else f"{budget.usd:g} USD"
    tokens = None if budget.tokens is None else f"{budget.tokens} tokens"
    return " and ".join(part for part in (usd, tokens) if part) or "none"


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
