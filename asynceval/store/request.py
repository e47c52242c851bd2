"""What was asked of a run directory: `sweep.json` and `questions.jsonl`, so that it stands alone."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import orjson

from asynceval import __version__
from asynceval.domain.call import PLAIN, Settings
from asynceval.domain.errors import ConfigError, StorageError
from asynceval.domain.jury import Jury
from asynceval.domain.question import Question
from asynceval.domain.rubric import Rubric, Scale
from asynceval.domain.sweep import Budget, Endpoint, Http, Judge, Price, Server, Sweep, Target
from asynceval.prompts.templates import from_records
from asynceval.protocol.conversation import Plan
from asynceval.store.changes import changes
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
    told: tuple[str, ...] = ()
    questions = b"".join(orjson.dumps(question) + b"\n" for question in plan.questions)
    content = {
        "format": FORMAT,
        "asynceval": __version__,
        "questions": _digest(questions),
        "sweep": asdict(plan.sweep),
        "templates": plan.templates.to_records(),
        "secret": plan.secret,
        "left_out": plan.left_out,
    }
    sweep = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        disk.make_folder(folder)
        if (folder / _SWEEP).exists():
            told = tuple(changes(read(folder), plan))
            _settle(folder, disk)
        _replace(folder, questions, sweep, disk)
    except OSError as error:
        place = error.filename or folder  # a full disk is told without a name
        raise StorageError(f"{place}: cannot be written: {error.strerror}") from error
    return told


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
        secret, left_out = content.get("secret", ""), tuple(content.get("left_out", ()))
        return Plan(_sweep(content["sweep"]), questions, templates, secret, left_out)
    except FileNotFoundError as error:
        raise StorageError(f"{folder} is no run directory: {error.filename} is missing") from error
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise StorageError(f"{path} is damaged: {error}") from error


def sealed(folder: Path, plan: Plan) -> Plan:
    """Return the plan with what belongs to the folder: its secret, and who was asked for plans before."""
    before = read(folder) if (folder / _SWEEP).exists() else None
    if before is None:
        return replace(plan, secret=token_hex(16))
    asked = {*_names(plan.sweep)}
    left_out = dict.fromkeys((*before.left_out, *_names(before.sweep)))
    return replace(
        plan,
        secret=before.secret or token_hex(16),
        left_out=tuple(name for name in left_out if name not in asked),
    )


def _names(sweep: Sweep) -> Iterator[str]:
    yield from (target.name for target in sweep.targets)
    yield from (judge.name for judge in sweep.judges)


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
            "rubrics": tuple(_rubric(rubric) for rubric in fields.get("rubrics", ())),
            "juries": tuple(
                Jury(**{**jury, "judges": tuple(jury["judges"])})
                for jury in fields.get("juries", ())
            ),
            "judges": tuple(Judge(**_set(_budgeted(_priced(judge)))) for judge in fields["judges"]),
        }
    )


def _rubric(fields: dict[str, Any]) -> Rubric:
    scale = Scale(**{**fields["scale"], "labels": tuple(fields["scale"]["labels"])})
    return Rubric(**{**fields, "scale": scale, "categories": tuple(fields["categories"])})


def _target(fields: dict[str, Any]) -> Target:
    return Target(**_set(_priced(fields)))


def _endpoint(fields: dict[str, Any]) -> Endpoint:
    server, http = fields["server"], fields.get("http")  # older versions had no http
    return Endpoint(
        **{**fields, "server": server and _server(server), "http": http and Http(**http)}
    )


def _server(fields: dict[str, Any]) -> Server:
    """Return a server; older versions wrote neither env nor gpus."""
    env = tuple((name, value) for name, value in fields.get("env", ()))
    return Server(**{**fields, "env": env, "gpus": tuple(fields.get("gpus", ()))})


def _priced(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "price": fields["price"] and Price(**fields["price"])}


def _set(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a model's fields with its settings, which older versions did not write."""
    settings = fields.get("settings", {})
    lists = {
        "stop": tuple(settings.get("stop", ())),
        "headers": tuple((name, value) for name, value in settings.get("headers", ())),
    }
    found = Settings(**{**settings, **lists})
    # The one object that a key takes for nothing without looking into it.
    return {**fields, "settings": PLAIN if found == PLAIN else found}


def _budgeted(fields: dict[str, Any]) -> dict[str, Any]:
    budget = {"budget": None, **fields}["budget"]
    return {**fields, "budget": budget and Budget(**budget)}
