"""FastChat's files: questions and reference answers, one JSON object a line."""

import math
from collections.abc import Mapping
from pathlib import Path
from sys import intern

from asynceval.benchmarks.records import Problems, Record, read
from asynceval.domain.question import Question

Turns = tuple[str, ...]

_FASTCHAT_ERROR = "$ERROR$"


def load_questions(path: Path, skipped: Problems | None = None) -> tuple[Question, ...]:
    """Read a question file: question_id, category, turns and perhaps required_temperature.

    Other fields are left alone, the file's own `reference` too: a judge never sees it. Raises
    ConfigError with every problem of the file; with `skipped`, a line that is wrong is left out, and
    what is wrong with it is added there.
    """
    problems = Problems()
    bad = problems if skipped is None else skipped
    questions: list[Question] = []
    first: dict[str, int] = {}
    for line, record in read(path, problems, bad):
        fields = _Fields(record, path, line, bad)
        identity = fields.identity()
        if identity is not None and first.setdefault(identity, line) != line:
            fields.wrong(
                "question_id", f"{identity} is used twice, on lines {first[identity]} and {line}"
            )
        category, turns = fields.category(), fields.turns(record, "turns")
        temperature = fields.temperature()
        if identity and category and turns and not fields.are_wrong:
            # Few categories, many questions: each name is kept once.
            category = intern(category)
            questions.append(Question(identity, category, turns, temperature=temperature))
    if not questions and not problems:
        problems.add(path, None, None, f"0 questions in {path}")
    problems.raise_if_any()
    return tuple(questions)


def load_references(
    path: Path, name: str | None = None, skipped: Problems | None = None
) -> dict[str, Turns]:
    """Read reference answers by question id: `choices[0].turns` of a file, or of a folder's files.

    Within a file the last line of an id wins, as FastChat appends answers made again. Files of a
    folder must not contradict each other; `name` chooses one of them, without its `.jsonl`. Wrong
    lines are treated as in `load_questions`.
    """
    problems = Problems()
    bad = problems if skipped is None else skipped
    if name is not None:
        path = path / f"{name}.jsonl"
    found = _folder(path, problems, bad) if path.is_dir() else _file(path, problems, bad)
    if not found and not problems:
        problems.add(path, None, None, f"0 reference answers in {path}")
    problems.raise_if_any()
    return found


def _folder(folder: Path, problems: Problems, bad: Problems) -> dict[str, Turns]:
    found: dict[str, Turns] = {}
    origin: dict[str, Path] = {}
    clashes: dict[tuple[Path, Path], list[str]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for identity, turns in _file(path, problems, bad).items():
            if found.setdefault(identity, turns) != turns:
                clashes.setdefault((origin[identity], path), []).append(identity)
            origin.setdefault(identity, path)
    for (one, other), ids in clashes.items():
        problems.add(
            folder,
            None,
            None,
            f"{one.name} and {other.name} differ on {len(ids)} questions ({_listed(ids)}): "
            "name the one file to use instead of the folder",
        )
    return found


def _file(path: Path, problems: Problems, bad: Problems) -> dict[str, Turns]:
    found: dict[str, Turns] = {}
    for line, record in read(path, problems, bad):
        fields = _Fields(record, path, line, bad)
        identity, turns = fields.identity(), fields.answer()
        if identity is not None and turns is not None:
            found[identity] = turns
    return found


def _listed(ids: list[str]) -> str:
    return ", ".join(ids[:5]) + (", ..." if len(ids) > 5 else "")


class _Fields:
    """The fields of one record. A wrong one is added to the problems and read as None."""

    def __init__(self, record: Record, path: Path, line: int, problems: Problems) -> None:
        self._record = record
        self._path = path
        self._line = line
        self._problems = problems
        self.are_wrong = False

    def wrong(self, key: str, message: str) -> None:
        """Note a problem, with the question's id when that is not what is wrong."""
        self.are_wrong = True
        identity = self._record.get("question_id")
        if key != "question_id" and isinstance(identity, int | str):
            message = f"{message} (question {identity})"
        self._problems.add(self._path, self._line, key, message)

    def identity(self) -> str | None:
        """Return the question's id as text, so that 81 and "81" are one."""
        value = self._record.get("question_id")
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.wrong("question_id", self._complaint("question_id", "a whole number or a text"))
        return None

    def category(self) -> str | None:
        """Return the category."""
        value = self._record.get("category")
        if isinstance(value, str) and value.strip():
            return value
        self.wrong("category", self._complaint("category", "a text"))
        return None

    def temperature(self) -> float | None:
        """Return `required_temperature`, None if there is none."""
        value = self._record.get("required_temperature")
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            if math.isfinite(number) and 0 <= number <= 2:
                return number
        self.wrong("required_temperature", "must be a number from 0 to 2")
        return None

    def answer(self) -> Turns | None:
        """Return the turns of the first choice, the only one a judge is shown."""
        choices = self._record.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            self.wrong("choices", self._complaint("choices", 'a list such as [{"turns": [...]}]'))
            return None
        turns = self.turns(choices[0], "choices[0].turns")
        if turns is not None and _FASTCHAT_ERROR in turns:
            self.wrong("choices[0].turns", f"{_FASTCHAT_ERROR} marks a failed call, not an answer")
            return None
        return turns

    def turns(self, holder: Mapping[str, object], key: str) -> Turns | None:
        """Return `holder["turns"]`: texts, at least one, none of them empty."""
        value = holder.get("turns")
        if value is None:
            self.wrong(key, "is missing")
        elif isinstance(value, str):
            self.wrong(key, "is a text; write a list of texts: [...]")
        elif not isinstance(value, list):
            self.wrong(key, "must be a list of texts")
        elif not value:
            self.wrong(key, "is empty; at least one turn is needed")
        else:
            return self._texts(value, key)
        return None

    def _texts(self, values: list[object], key: str) -> Turns | None:
        texts = tuple(value for value in values if isinstance(value, str) and value.strip())
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.wrong(f"{key}[{index}]", f"must be a text, is {_kind(value)}")
            elif not value.strip():
                self.wrong(f"{key}[{index}]", "is empty")
        return texts if len(texts) == len(values) else None

    def _complaint(self, key: str, wanted: str) -> str:
        if key not in self._record:
            return "is missing"
        return f"must be {wanted}"


def _kind(value: object) -> str:
    return {bool: "true or false", int: "a number", float: "a number", type(None): "null"}.get(
        type(value), "a list or an object"
    )
