"""A judge template: a text with holes, compiled once and filled in one pass.

A hole is a known placeholder in braces, such as `{question}`. Everything else is text:

- What fills a hole is never looked at again, so braces in an answer are just text.
- If the whole text is a valid format string of Python with known placeholders only, it is read as
  one, as FastChat does: `{{` and `}}` stand for single braces.
- Otherwise braces are text (a template may show JSON), except that `{word}` with a word that is no
  placeholder, and `{question!r}` and the like, are refused: they are mistakes.

The system text has no holes. A template in a text file is the system text, a line
`=== user ===`, and the user text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from string import Formatter
from typing import Literal

from asynceval.domain.call import Message
from asynceval.domain.errors import ConfigError, Problem

TemplateMode = Literal["single", "pairwise"]

_KNOWN = re.compile(
    r"question|answer|answer_a|answer_b"
    r"|conversation|conversation_a|conversation_b|reference_conversation|mark|rubric|scale"
    r"|(?:question|answer|ref_answer|answer_a|answer_b)_([1-9][0-9]{0,3})"
)
_EXAMPLES = (  # the first of equally close ones is suggested
    *("question", "answer", "conversation", "reference_conversation", "mark"),
    *("rubric", "scale"),
    *(f"{word}_{n}" for n in (1, 2) for word in ("question", "answer", "ref_answer")),
    *("answer_a", "answer_b", "conversation_a", "conversation_b"),
    *(f"answer_{side}_{n}" for n in (1, 2) for side in "ab"),
)
_CONVERSATIONS = frozenset({"conversation", "conversation_a", "conversation_b"})
_ALIKE = 0.6
_WORD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)([!.:\[][^{}\s]*)?\}")
_SEPARATOR = "\n=== user ===\n"


@dataclass(frozen=True, slots=True)
class Template:
    """A named prompt for a judge; `ConfigError` if its user text has an unknown placeholder.

    `placeholders` are the fields that `fill` needs. `last_turn` is the highest number in one of
    them (`{answer_2}`), 0 if none is numbered.
    """

    name: str
    mode: TemplateMode
    system: str
    user: str
    placeholders: frozenset[str] = field(init=False, repr=False, compare=False)
    last_turn: int = field(init=False, repr=False, compare=False)
    _before: tuple[Message, ...] = field(init=False, repr=False, compare=False)
    _format: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the user text."""
        pieces = _as_format(self.user) or _as_text(self.user)
        names = frozenset(name for _, name in pieces if name is not None)
        numbers = [
            int(found[1]) for name in names if (found := _KNOWN.fullmatch(name)) and found[1]
        ]
        for attribute, value in (
            ("placeholders", names),
            ("last_turn", max(numbers, default=0)),
            ("_before", (Message("system", self.system),) if self.system else ()),
            ("_format", "".join(_formatted(text, name) for text, name in pieces)),
        ):
            object.__setattr__(self, attribute, value)

    @property
    def shows_any_turn(self) -> bool:
        """Whether it holds whole conversations, however many turns they have."""
        return not self.placeholders.isdisjoint(_CONVERSATIONS)

    @property
    def is_marked(self) -> bool:
        """Whether its delimiters carry a mark."""
        return "mark" in self.placeholders

    @classmethod
    def from_text(cls, name: str, mode: TemplateMode, text: str) -> "Template":
        """Return the template in the text of a file."""
        system, separator, user = text.partition(_SEPARATOR)
        if not separator:
            raise ConfigError(f"template {name}: there is no line {_SEPARATOR.strip()!r}")
        return cls(name, mode, system.strip(), user.strip())

    def fill(self, fields: Mapping[str, str]) -> tuple[Message, ...]:
        """Return the messages to the judge; no system message if the system text is empty."""
        return (*self._before, Message("user", self._format % fields))


def _formatted(text: str, name: str | None) -> str:
    """Return a piece of text and the hole after it, for the operator `%`."""
    return text.replace("%", "%%") + ("" if name is None else f"%({name})s")


def _as_format(text: str) -> list[tuple[str, str | None]]:
    """Return each piece of text with the hole after it, nothing unless it is a format string."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return []
    for _, name, spec, conversion in parsed:
        if name is not None and (spec or conversion or _KNOWN.fullmatch(name) is None):
            return []
    return [(piece, name) for piece, name, _, _ in parsed]


def _as_text(text: str) -> list[tuple[str, str | None]]:
    """Return each piece of text with the hole after it, where braces are text."""
    parsed: list[tuple[str, str | None]] = []
    problems: list[Problem] = []
    end = 0
    for word in _WORD.finditer(text):
        name, addition = word[1], word[2]
        if _KNOWN.fullmatch(name):
            if addition:
                problems.append(Problem(f"write {{{name}}} instead of {word[0]}"))
            parsed.append((text[end : word.start()], name))
            end = word.end()
        elif not addition and not (
            text.endswith("{", 0, word.start()) and text.startswith("}", word.end())
        ):
            problems.append(_unknown(name))
    if problems:
        raise ConfigError(*problems)
    return [*parsed, (text[end:], None)]


def _unknown(name: str) -> Problem:
    """Return the problem with a word in braces that is no placeholder."""
    close = max(_EXAMPLES, key=lambda example: SequenceMatcher(None, name, example).ratio())
    if SequenceMatcher(None, name, close).ratio() > _ALIKE:
        hint = f"did you mean {{{close}}}?"
    else:
        hint = (
            "known are {question}, {answer}, {conversation}, {reference_conversation}, "
            "for each turn {question_1}, {answer_1}, {ref_answer_1}, and for a pair {answer_a}, "
            "{conversation_a}, {answer_a_1}, and the same with b; {mark} is for "
            "tags, {rubric} and {scale} are for a rubric."
        )
    return Problem(
        f"unknown placeholder {{{name}}}: {hint} (To keep braces as text, double each of them.)"
    )
