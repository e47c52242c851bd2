"""Files that a config names: what is wrong in them, told together with what is wrong in the config."""

from collections.abc import Callable
from functools import partial

from asynceval.benchmarks.jsonl import load_questions, load_references
from asynceval.config.places import QuestionSet
from asynceval.domain.errors import ConfigError, Problem
from asynceval.prompts import templates


def file_problems(found: QuestionSet) -> tuple[Problem, ...]:
    """Return what is wrong in a set's questions, references and templates."""
    loads: list[Callable[[], object]] = [partial(load_questions, found.questions)]
    if found.references is not None:
        loads.append(partial(load_references, found.references))
    if found.templates is not None:
        loads.append(partial(templates.load, found.templates))
    problems: list[Problem] = []
    for load in loads:
        try:
            load()
        except ConfigError as error:
            problems += error.problems
    return tuple(problems)
