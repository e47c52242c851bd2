"""Questions: the ones a request asks, chosen and given their references."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from asynceval.benchmarks.jsonl import load_questions, load_references
from asynceval.benchmarks.mt_bench import attach, missing, select
from asynceval.benchmarks.records import Problems
from asynceval.config.request import Request
from asynceval.domain.errors import ConfigError, Problem
from asynceval.domain.question import Question
from asynceval.domain.text import counted

_SHOWN = 10


def load_all(request: Request) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """Return the questions of a request, and warnings about lines left out and references they lack.

    Nothing is judged with the wrong template silently: where references were given and one is
    missing, `missing_reference` says whether that is an error; where none were given, one warning
    names the categories that are judged without. Raises ConfigError with the problems of all files.
    """
    questions, references, skipped = _read(request)
    questions = select(questions, request.categories, request.limit)
    questions = attach(questions, references, request.reference_categories)
    if request.sweep.author is not None and request.sweep.judges:
        lacking = frozenset(missing(questions, request.reference_categories))
        questions = tuple(replace(q, needs_reference=q.id in lacking) for q in questions)
        return questions, skipped
    return questions, (*skipped, *_lacking(request, questions))


def _lacking(request: Request, questions: tuple[Question, ...]) -> tuple[str, ...]:
    """Return a warning if references are missing; ConfigError if that is refused."""
    lacking = missing(questions, request.reference_categories)
    if not lacking or not request.sweep.judges:
        return ()
    if request.references is None:
        return (_unreferenced(questions, lacking),)
    fault = f"no reference answer to every turn of {counted(len(lacking), 'question')}: {_listed(lacking)}"
    if request.missing_reference == "refuse":
        advice = 'add them, or set missing_reference = "warn" in [benchmark]'
        raise ConfigError(Problem(f"{fault}; {advice}", str(request.references)))
    return (f"{fault}; judged without",)


def _read(
    request: Request,
) -> tuple[tuple[Question, ...], Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    """Read both files; return warnings about lines left out too, or tell the problems of both."""
    questions: tuple[Question, ...] = ()
    references: Mapping[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    skipped = Problems() if request.skip_bad else None
    try:
        questions = load_questions(request.questions, skipped)
    except ConfigError as error:
        problems += error.problems
    if request.references is not None:
        try:
            references = load_references(request.references, skipped=skipped)
        except ConfigError as error:
            problems += error.problems
    if any(problem.line is not None for problem in problems):
        problems.append(Problem("leaves lines that are wrong out", key="--skip-bad"))
    if problems:
        raise ConfigError(*problems)
    left_out = () if skipped is None else skipped.told()
    return questions, references, tuple(f"left out: {problem}" for problem in left_out)


def _unreferenced(questions: tuple[Question, ...], lacking: Collection[str]) -> str:
    return f"judged without reference answers: {', '.join(_categories(questions, lacking))}"


def _categories(questions: tuple[Question, ...], ids: Collection[str]) -> Iterator[str]:
    wanted = frozenset(ids)
    yield from sorted({question.category for question in questions if question.id in wanted})


def _listed(ids: tuple[str, ...]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
