"""Places: which files on disk a config's or a flag's texts mean."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from asynceval.benchmarks import shipped
from asynceval.domain.secret import looks_like_key

REFERENCES: Final = "reference_answer"
"""FastChat's folder of reference answers, beside a question file."""

TEMPLATES: Final = "judge_prompts.jsonl"
"""The file in a shipped set's folder that holds the judge templates made for it."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question file, and what belongs to it unless the user says otherwise."""

    name: str
    questions: Path
    references: Path | None = None
    templates: Path | None = None


def locate(text: str, beside: Path | None = None) -> Path:
    """Return the file or folder that a text means: in the folder `beside` first, then here.

    Raises LookupError that says where it was looked for.
    """
    tried = _candidates(text, beside)
    for path in tried:
        if _exists(path):
            return path
    if looks_like_key(text):
        raise LookupError("no such file; its name is not shown because it looks like a key")
    raise LookupError(f"no such file; looked for {' and '.join(map(str, tried))}")


def question_set(text: str, beside: Path | None = None) -> QuestionSet:
    """Return the set that a text means: the name of a shipped one, a question file, or its folder.

    A `reference_answer` folder beside the file holds its references, as in FastChat. The set is
    called like its folder, or like the file where that is not `question.jsonl`.
    """
    folder = shipped.find(text)
    if folder is not None:
        templates = folder / TEMPLATES
        path = folder / shipped.QUESTIONS
        return _set(text, path, templates if templates.is_file() else None)
    try:
        path = locate(text, beside)
    except LookupError as error:
        raise LookupError(f"{error}{_hint(text)}") from None
    if path.is_dir():
        if not (path / shipped.QUESTIONS).is_file():
            raise LookupError(f"is a folder without {shipped.QUESTIONS}")
        path /= shipped.QUESTIONS
    name = path.stem if path.name != shipped.QUESTIONS else path.parent.name
    return _set(name or "questions", path)


def _set(name: str, questions: Path, templates: Path | None = None) -> QuestionSet:
    references = questions.with_name(REFERENCES)
    return QuestionSet(name, questions, references if references.is_dir() else None, templates)


def _candidates(text: str, beside: Path | None) -> tuple[Path, ...]:
    try:
        path = Path(text).expanduser()
        roots = [Path.cwd()] if beside is None else [beside, Path.cwd()]
        return tuple(dict.fromkeys((root / path).resolve() for root in roots))
    except (OSError, RuntimeError, ValueError):
        return (Path(text),)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _hint(text: str) -> str:
    names = () if {"/", "\\"} & set(text) else shipped.names()
    near = get_close_matches(text, names, n=1)
    if near:
        return f"; did you mean {near[0]}, which ships with asynceval?"
    return f"; sets that ship with asynceval: {', '.join(names)}" if names else ""
