"""A request: a sweep and the files it works on, resolved and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from asynceval.benchmarks import fastchat
from asynceval.benchmarks.mt_bench import REFERENCE_CATEGORIES
from asynceval.config import (
    certificates,
    crosscheck,
    document,
    juries,
    kinds,
    listing,
    matrix,
    places,
    rubrics,
)
from asynceval.config.document import Fault
from asynceval.config.fields import path_fault
from asynceval.config.files import file_problems
from asynceval.config.listing import Ask, nobody
from asynceval.config.places import QuestionSet
from asynceval.config.schema import parse
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Sweep

MissingReference = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True)
class Request:
    """All the user asked for. Paths are absolute.

    `references` and `templates` are None where there are none and where ours are to be used.
    `categories` is empty for all; `limit` counts questions, after the choice of categories.
    `missing_reference` says what a missing reference is: an error or a warning. `skip_bad` leaves the
    wrong lines of question and reference files out. `html` is where the page is written after a run, as
    the config has it.
    """

    sweep: Sweep
    questions: Path
    references: Path | None = None
    templates: Path | None = None
    categories: tuple[str, ...] = ()
    limit: int | None = None
    reference_categories: tuple[str, ...] = tuple(sorted(REFERENCE_CATEGORIES))
    missing_reference: MissingReference = "refuse"
    skip_bad: bool = False
    html: str | None = None


def load(path: Path, ask: Ask = nobody) -> Request:
    """Read a config file. Raises ConfigError with everything that is wrong in it and in its files.

    Endpoints that no model and no judge uses are left out: they need no key and no server.
    """
    return pruned(read(path, ask=ask))


def read(path: Path, override: QuestionSet | None = None, ask: Ask = nobody) -> Request:
    """Read a config file as it is, or with another question set than its own.

    The config's references belong to its questions, and are left out with them. Endpoints whose
    models are taken as they are listed are asked for them.
    """
    text = document.read(path)
    benchmark = text.table.get("benchmark")
    wanted = benchmark if isinstance(benchmark, dict) else {}
    found, missing = _find(wanted, text.path.parent, override)
    trusted, untrusted = certificates.find(text.table, text.path.parent)
    written = listing.expand(text.table, lambda e: ask(replace(e, ca_file=trusted.get(e.name))))
    if not written.faults:
        written = written.then(matrix.expand(written.table))
    config, faults = parse(written.table)
    if not written.faults:  # else names are not what others call them
        faults += crosscheck.faults(written.table)
    texts, unread = rubrics.texts(text.table, text.path.parent)
    faults = [*written.placed(faults), *written.faults, *rubrics.faults(text.table)]
    faults += (*missing, *untrusted, *unread)
    if config is None or found is None or faults:
        files = () if found is None else file_problems(found)
        raise ConfigError(*text.error(faults).problems, *files)
    chosen = config.benchmark.reference_categories
    usual = REFERENCE_CATEGORIES if config.compat is None else fastchat.REFERENCE
    sweep = config.sweep()
    if faults := [*kinds.faults(sweep), *juries.faults(sweep)]:
        raise text.error(written.placed(faults))
    endpoints = tuple(replace(e, ca_file=trusted.get(e.name)) for e in sweep.endpoints)
    return Request(
        sweep=replace(
            sweep,
            endpoints=endpoints,
            rubrics=tuple(
                replace(rubric, text=texts.get(at, rubric.text))
                for at, rubric in enumerate(sweep.rubrics)
            ),
        ),
        questions=found.questions,
        references=None if sweep.author else found.references,
        templates=found.templates,
        categories=tuple(config.benchmark.categories),
        limit=config.benchmark.limit,
        reference_categories=tuple(sorted(usual if chosen is None else chosen)),
        missing_reference=config.benchmark.missing_reference,
        html=config.html,
    )


def pruned(request: Request) -> Request:
    """Return the request without the endpoints that nothing uses."""
    sweep = request.sweep
    used = {target.endpoint for target in sweep.asked}
    used |= {judge.endpoint for judge in sweep.judges}
    endpoints = tuple(endpoint for endpoint in sweep.endpoints if endpoint.name in used)
    return replace(request, sweep=replace(sweep, endpoints=endpoints))


def _find(
    benchmark: Mapping[str, object], beside: Path, override: QuestionSet | None
) -> tuple[QuestionSet | None, list[Fault]]:
    """Return the files that `[benchmark]` names, and what is wrong with the names."""
    faults: list[Fault] = []
    found = override
    paths: dict[str, Path] = {}
    for key, text in _paths(benchmark):
        if override is not None and key != "templates":
            continue
        try:
            if key == "questions":
                found = places.question_set(text, beside)
            else:
                paths[key] = places.locate(text, beside)
        except LookupError as error:
            faults.append((("benchmark", key), str(error)))
    if found is None:
        return None, faults
    references = paths.get("references", found.references)
    templates = paths.get("templates", found.templates)
    return replace(found, references=references, templates=templates), faults


def _paths(benchmark: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the keys that name files, where the schema has nothing to say against the text."""
    for key in ("questions", "references", "templates"):
        text = benchmark.get(key)
        if isinstance(text, str) and path_fault(text) is None:
            yield key, text
