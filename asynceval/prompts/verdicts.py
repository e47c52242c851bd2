r"""From a judge's words to a verdict, and from a model's words to what it said aloud.

Pure functions of text, linear in its length. A number that the judge did not give as its verdict is
never returned: in doubt the words are `Unparsed`, and the reason is one of

    empty            nothing but white space
    only_reasoning   nothing is left once the reasoning is taken away
    no_verdict       no readable verdict
    out_of_range     the verdict is not on the scale
    ambiguous        different choices, and no final line that decides
    fastchat_crash   FastChat would have raised on these words (rule "fastchat" only)

A verdict that is not written as the template demands is read at a lenient level, which is a flag of
the result: spaced `[[ 8 ]]`, escaped `\[\[8\]\]`, full_width `【【8】】`, out_of_ten `[[8/10]]`,
unbracketed (a line `Rating: 8/10` or `Rating: 8`). Two more flags: fractional (not a whole number)
and ambiguous (other verdicts were written too).
"""

import re
from ast import literal_eval
from math import inf, isfinite
from typing import Literal, NamedTuple

from asynceval.domain.sweep import Rule
from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.prompts.brackets import bracketed, follows_rating, follows_verdict

# A literal or a plain set comes first wherever possible: `re` then skips through the text quickly.
# The look-behind leaves alone a tag that is quoted as code, like `<think>`.
_OPEN = re.compile(r"<(?<!`<)think(?:ing)?>")
_CLOSE = re.compile(r"<(?<!`<)/think(?:ing)?>")
_LEADING = re.compile(r"\s*+<think(?:ing)?>")
_CLOSING_LINE = re.compile(r"^</think(?:ing)?>[ \t\r]*$", re.MULTILINE)

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?)(?:\s*/\s*([0-9]+))?")
_RATING_LINE = re.compile(
    r"^[ \t*_#>\"'-]{0,8}+(?:(?:final|overall)[ \t]++)?rating[ \t*_\"'`]{0,4}+[:：=][ \t*_\"'`]{0,4}+"
    r"([0-9]{1,9}+(?:\.[0-9]{0,9}+)?(?:[ ]?/[ ]?[0-9]{1,9}+)?)[ \t\r*_\"'`.]{0,8}$",
    re.IGNORECASE | re.MULTILINE,
)
# What nearly every judgment ends with.
_PLAIN = "Rating: [["
_GRADES = {f"{grade}]]": float(grade) for grade in range(1, 11)}
_WINNERS: dict[str, Literal["A", "B", "tie"]] = {"A": "A", "B": "B", "C": "tie"}
_CHOICES = {f"{letter}]]": Choice(winner) for letter, winner in _WINNERS.items()}

# FastChat's two patterns. The possessive quantifiers match the same texts in linear time.
_FASTCHAT = re.compile(r"\[\[(\d++\.?+\d*+)\]\]")
_FASTCHAT_SINGLE = re.compile(r"\[(\d++\.?+\d*+)\]")


class _Mark(NamedTuple):
    """Something written where a verdict is written; `value` is None when it is unreadable."""

    value: float | None
    flags: tuple[str, ...]
    is_labelled: bool


_NOTHING = _Mark(None, (), is_labelled=False)


def strip_reasoning(text: str) -> tuple[str, str | None]:
    """Return what a model said aloud, and the thinking before it (None if there is none).

    An answer may be about `<think>` tags, so only thinking at its start counts: a block that opens
    the text, closed or cut off (then nothing was said aloud); or, where the chat template has
    opened the block, all up to a line that is just `</think>`, with no `<think>` and no open code
    block before it. Everything else is the answer's own text and stays as it is.
    """
    if not _may_have_tags(text):
        return text, None
    if opening := _LEADING.match(text):
        closing = _CLOSE.search(text, opening.end())
        start, end = opening.end(), closing.start() if closing else len(text)
    else:
        closing = _CLOSING_LINE.search(text)
        if closing is None:
            return text, None
        start, end = 0, closing.start()
        if "<think" in text[:end] or text.count("```", 0, end) % 2:
            return text, None
    said = text[closing.end() :].lstrip() if closing else ""
    return said, text[start:end].strip() or None


def read_score(
    text: str, *, lowest: float = 1, highest: float = 10, rule: Rule = "default"
) -> Score | Unparsed:
    """Return the grade in a judge's words.

    Reasoning is dropped, wherever it stands. The last verdict after the word "Rating" decides; a
    line `Rating: 8/10` is read only where no `[[...]]` follows that word; the last `[[...]]`
    anywhere decides only where neither is there. A deciding verdict that cannot be read, such as
    `Rating: [[N/A]]`, leaves none: no other number is taken in its place.

    Rule "fastchat" reads what FastChat reads, without a check of the range.
    """
    if rule == "fastchat":
        return _fastchat_score(text)
    before, label, grade = text.rpartition(_PLAIN)
    value = _GRADES.get(grade) if label else None
    if value is not None and lowest <= value <= highest and _is_plain(before):
        return Score(value)
    said = spoken(text)
    if not said or said.isspace():
        return _nothing_said(text)
    marks = [
        _Mark(*_number(content, highest, flags), follows_rating(said, start))
        for start, content, flags in bracketed(said)
        if not content.isalpha()  # the format being quoted: [[rating]]
    ]
    deciding = [mark for mark in marks if mark.is_labelled]
    if not deciding:
        deciding = [
            _Mark(*_number(line[1], highest, ("unbracketed",)), is_labelled=True)
            for line in _RATING_LINE.finditer(said)
        ] or [mark for mark in marks if mark.value is not None]
    value, flags, _ = deciding[-1] if deciding else _NOTHING
    if value is None:
        return Unparsed("no_verdict")
    if not lowest <= value <= highest:
        return Unparsed("out_of_range")
    if not value.is_integer():
        flags += ("fractional",)
    if any(mark.value not in (value, None) for mark in (*marks, *deciding)):
        flags += ("ambiguous",)
    return Score(value, flags)


def read_choice(text: str, rule: Rule = "default") -> Choice | Unparsed:
    """Return the better side in a judge's words: `[[A]]`, `[[B]]`, or `[[C]]` for a tie.

    Reasoning is dropped. Where different choices are written, the last one after the word
    "verdict" decides, else a last line that holds a single choice; else the words are ambiguous.
    Rule "fastchat" takes A if `[[A]]` is anywhere, else B, else C.
    """
    if rule == "fastchat":
        return _fastchat_choice(text)
    before, _, letter = text.rpartition("[[")
    plain = _CHOICES.get(letter)
    if plain is not None and not _has_signs(before):
        return plain
    said = spoken(text)
    if not said or said.isspace():
        return _nothing_said(text)
    found = [
        (start, content.strip(), flags if content == content.strip() else (*flags, "spaced"))
        for start, content, flags in bracketed(said)
        if content.strip() in _WINNERS
    ]
    if not found:
        return Unparsed("no_verdict")
    deciding = found
    if len({letter for _, letter, _ in found}) > 1:
        last_line = said.rstrip().rfind("\n")
        deciding = [mark for mark in found if follows_verdict(said, mark[0])][-1:] or [
            mark for mark in found if mark[0] > last_line
        ]
        if len({letter for _, letter, _ in deciding}) != 1:
            return Unparsed("ambiguous")
    _, letter, flags = deciding[-1]
    return Choice(_WINNERS[letter], flags if deciding is found else (*flags, "ambiguous"))


def _fastchat_choice(text: str) -> Choice | Unparsed:
    for letter, winner in _WINNERS.items():
        if f"[[{letter}]]" in text:
            return Choice(winner)
    return Unparsed("no_verdict" if text.strip() else "empty")


def _fastchat_score(text: str) -> Score | Unparsed:
    """Return what FastChat reads: the first `[[x]]`, else the first `[x]`, as a Python literal."""
    found = _FASTCHAT.search(text) or _FASTCHAT_SINGLE.search(text)
    if found is None:
        return Unparsed("no_verdict" if text.strip() else "empty")
    try:
        value = float(literal_eval(found[1]))
    except (SyntaxError, ValueError):  # 08, or digits of another script
        return Unparsed("fastchat_crash")
    except OverflowError:
        value = inf
    # FastChat keeps a number that no float can hold; no mean survives it.
    return Score(value) if isfinite(value) else Unparsed("out_of_range")


def spoken(text: str) -> str:
    """Return a judge's words without any reasoning: closed, cut off, or opened by the template."""
    if not _may_have_tags(text):
        return text
    said: list[str] = []
    start = 0
    while opening := _OPEN.search(text, start):
        said.append(text[start : opening.start()])
        closing = _CLOSE.search(text, opening.end())
        if closing is None:
            break
        start = closing.end()
    else:
        said.append(text[start:])
    visible = "\n".join(said)
    end = 0
    for closing in _CLOSE.finditer(visible):
        end = closing.end()
    return visible[end:]


def _is_plain(before: str) -> bool:
    """Whether nothing before a final `Rating: [[8]]` can make it anything but the verdict."""
    return not before[-1:].isalpha() and not _has_signs(before)


def _has_signs(text: str) -> bool:
    """Whether it holds a sign that may begin another verdict, or thinking."""
    return "[" in text or "<" in text or "【" in text or "［" in text


def _may_have_tags(text: str) -> bool:
    """Whether it is worth looking for tags; one character is found much faster than a word."""
    return "<" in text and ("think>" in text or "thinking>" in text)


def _nothing_said(text: str) -> Unparsed:
    return Unparsed("only_reasoning" if text.strip() else "empty")


def _number(
    content: str, highest: float, flags: tuple[str, ...]
) -> tuple[float | None, tuple[str, ...]]:
    """Return the number in the brackets, None if it is none, and the flags with its own added."""
    bare = content.strip()
    if bare != content:
        flags += ("spaced",)
    number = _NUMBER.fullmatch(bare)
    if number is None:
        return None, flags
    if number[2] is not None:
        if float(number[2]) != highest:
            return None, flags
        flags += ("out_of_ten",)
    return float(number[1]), flags
