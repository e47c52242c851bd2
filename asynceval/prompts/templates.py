"""The set of templates a judge works with: ours, or a file in the layout of FastChat's.

Such a file holds a JSON object a line: `name`, `type` ("single" or "pairwise"), `system_prompt` and
`prompt_template`; other keys are FastChat's and not needed here. Which role a template plays is
read off its type and its placeholders:

    {question}, {answer}                      the first turn
    {question_1}, {answer_1}, {question_2}..  the conversation, up to the turn of the highest number
    {conversation}                            the conversation up to any turn
    {ref_answer_1}.., {reference_conversation}  with a reference
    {rubric}                                  by a rubric, on its {scale}

A pairwise template shows both answers in the same ways: {answer_a} and {answer_b}, {answer_a_1} and
{answer_b_1} and so on, {conversation_a} and {conversation_b}.

{mark} stands for some digits that no answer can know (`mark.py`). Delimiters that carry it cannot be
imitated; a template without it is filled as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from asynceval.domain.errors import ConfigError, Problem
from asynceval.prompts.template import Template, TemplateMode

Turns = Literal["first", "later"]


class Role(NamedTuple):
    """What a template is for."""

    mode: TemplateMode
    turns: Turns
    has_reference: bool
    has_rubric: bool = False

    def __str__(self) -> str:
        """Return the role in words, with the placeholders that make a template play it."""
        conversation = "{conversation}" if self.mode == "single" else "{conversation_a}"
        question = "{question}" if self.turns == "first" else f"{{question_1}} or {conversation}"
        reference = "{ref_answer_1} or {reference_conversation}"
        return (
            f"type {self.mode!r}, {'the first turn' if self.turns == 'first' else 'later turns'}, "
            f"{'with' if self.has_reference else 'without'} a reference"
            f"{' by a rubric' if self.has_rubric else ''} "
            f"(it has {question}, {'and' if self.has_reference else 'but not'} {reference}"
            f"{', and {rubric}' if self.has_rubric else ''})"
        )


_MODES: tuple[TemplateMode, ...] = ("single", "pairwise")
_NAMES: Mapping[Turns, str] = {"first": "first", "later": "conversation"}
# Every role, and the file of ours that plays it.
_BUILTIN: Mapping[Role, str] = {
    Role(mode, turns, has_reference): name + "_reference" * has_reference
    for mode in _MODES
    for turns, name in _NAMES.items()
    for has_reference in (False, True)
} | {
    Role("single", "later", has_reference, has_rubric=True): "rubric" + "_reference" * has_reference
    for has_reference in (False, True)
}
_PAIR = re.compile(r"(?:answer|conversation)_[ab]")


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates by role; `file` is where they come from, None for ours and for stored ones."""

    roles: Mapping[Role, Template]
    file: str | None = field(default=None, compare=False)

    def pick(
        self, mode: TemplateMode, turn: int, has_reference: bool, has_rubric: bool = False
    ) -> Template:
        """Return the template to judge that turn with; `ConfigError` if there is none.

        One that shows a conversation of any length judges the first turn where no other does.
        """
        role = Role(mode, "first" if turn == 1 else "later", has_reference, has_rubric)
        template = self.roles.get(role)
        if template is None:
            later = self.roles.get(role._replace(turns="later"))
            template = later if later and later.shows_any_turn else None
        if template is None:
            raise ConfigError(Problem(f"no template for this role: {role}", self.file))
        if template.shows_any_turn:
            fits = template.last_turn <= turn
        else:
            fits = turn in (1, template.last_turn)
        if not fits:
            message = f"is for turn {template.last_turn}, and turn {turn} is to be judged"
            conversation = "{conversation}" if mode == "single" else "{conversation_a}"
            hint = f"a template with {conversation} is for any number of turns"
            raise ConfigError(Problem(f"{message}; {hint}", self.file, key=template.name))
        return template

    def check(self, needed: Iterable[tuple[TemplateMode, int, bool, bool]]) -> None:
        """Raise a `ConfigError` with everything that `pick` would refuse of what is needed."""
        problems: dict[Problem, None] = {}
        for what in sorted(set(needed)):
            try:
                self.pick(*what)
            except ConfigError as error:
                problems.update(dict.fromkeys(error.problems))
        if problems:
            raise ConfigError(*problems)

    def to_records(self) -> list[dict[str, str]]:
        """Return the templates in FastChat's layout, for a run to keep what it judged with."""
        return [
            {
                "name": template.name,
                "type": template.mode,
                "system_prompt": template.system,
                "prompt_template": template.user,
            }
            for template in self.roles.values()
        ]


def builtin() -> Templates:
    """Return our own templates."""
    roles = {}
    for role, name in _BUILTIN.items():
        text = files(__package__).joinpath(role.mode, f"{name}.txt").read_text(encoding="utf-8")
        roles[role] = Template.from_text(f"{role.mode}-{name.replace('_', '-')}", role.mode, text)
    return Templates(roles)


def load(path: Path) -> Templates:
    """Return the templates of a file in FastChat's layout; `ConfigError` with every problem in it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(Problem(error.strerror or str(error), str(path))) from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ConfigError(Problem("the file is UTF-16: save it as UTF-8", str(path)))
    lines = enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
    return _collect(((number, line) for number, line in lines if line.strip()), str(path))


def from_records(records: Iterable[Mapping[str, Any]]) -> Templates:
    """Return the templates that `to_records` gave."""
    return _collect(enumerate(records, 1), None)


def _collect(lines: Iterable[tuple[int, object]], file: str | None) -> Templates:
    """Return the templates in the numbered records, or raise every problem in them."""
    roles: dict[Role, Template] = {}
    line_of: dict[Role, int] = {}
    problems: list[Problem] = []
    for number, record in lines:
        try:
            template = _template(record)
            role = _role(template)
        except ConfigError as error:
            line = number if file else None
            problems += (replace(problem, file=file, line=line) for problem in error.problems)
            continue
        if role in roles:
            message = (
                f"{template.name!r} has the role of {roles[role].name!r} on line {line_of[role]}"
            )
            problems.append(Problem(f"{message}: {role}", file, number))
        roles.setdefault(role, template)
        line_of.setdefault(role, number)
    if not roles and not problems:
        problems.append(Problem("there are no templates", file))
    if problems:
        raise ConfigError(*problems)
    return Templates(roles, file)


def _template(record: object) -> Template:
    """Return the template in a line or a parsed one."""
    if isinstance(record, bytes):
        try:
            record = orjson.loads(record.decode())
        except UnicodeDecodeError as error:
            raise ConfigError(f"not UTF-8 at byte {error.start + 1} of the line") from error
        except orjson.JSONDecodeError as error:
            raise ConfigError(f"not JSON: {error.msg} (column {error.colno})") from error
    if not isinstance(record, Mapping):
        raise ConfigError("not a JSON object")
    texts = {"system_prompt": "", **record}
    problems = [
        Problem("missing" if texts.get(key) is None else "must be a text", key=key)
        for key in ("name", "type", "system_prompt", "prompt_template")
        if not isinstance(texts.get(key), str)
    ]
    mode = texts.get("type")
    if mode not in ("single", "pairwise") and isinstance(mode, str):
        problems.append(Problem(f'{mode!r} is neither "single" nor "pairwise"', key="type"))
    if problems:
        raise ConfigError(*problems)
    try:
        return Template(
            texts["name"], texts["type"], texts["system_prompt"], texts["prompt_template"]
        )
    except ConfigError as error:
        named = (replace(problem, key="prompt_template") for problem in error.problems)
        raise ConfigError(*named) from error


def _role(template: Template) -> Role:
    """Return the role that the placeholders give a template, or raise what keeps it from any."""
    names, last_turn = template.placeholders, template.last_turn
    turns: Turns = "first"
    if template.shows_any_turn or "question_1" in names:
        turns = "later"
    problems: list[str] = []
    if turns == "first" and "question" not in names:
        conversation = "{conversation}" if template.mode == "single" else "{conversation_a}"
        problems.append(
            f"no {{question}} (first turn), {{question_1}} or {conversation} (later turns)"
        )
    if turns == "first" and last_turn > 1:
        problems.append(
            f"{{question}} is for the first turn only, but another is for turn {last_turn}"
        )
    numbered = f"_{last_turn}" if last_turn and turns == "later" else ""
    for side in ("",) if template.mode == "single" else ("_a", "_b"):
        shown = f"answer{side}{numbered}"
        if not names & {shown, f"conversation{side}"}:
            problems.append(f"the answer to judge is not shown: {{{shown}}}")
    other: TemplateMode = "single" if template.mode == "pairwise" else "pairwise"
    problems += (
        f"{{{name}}} is for type {other!r}"
        for name in sorted(names)
        if name.startswith(("answer", "conversation"))
        and (_PAIR.match(name) is None) is (other == "single")
    )
    if "scale" in names and "rubric" not in names:
        problems.append("{scale} is a rubric's, and there is no {rubric}")
    if "rubric" in names and template.mode == "pairwise":
        problems.append("{rubric} is for type 'single'")
    if problems:
        raise ConfigError(*(Problem(message, key="prompt_template") for message in problems))
    has_reference = any(name.startswith("ref") for name in names)
    return Role(template.mode, turns, has_reference, "rubric" in names)
