"""Text for people: what came from outside made safe to show, and counts in words."""

import re

_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\xad\u061c\u180e\u200b-\u200f"  # soft hyphen, marks of direction, zero width
    "\u2028-\u202e\u2060-\u206f"  # separators of lines, embedding, overriding, isolating
    "\u115f\u1160\u3164\uffa0"  # letters without ink
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # byte order mark, interlinear notes, tags
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # format of scripts
    "\ud800-\udfff"  # half characters, which no terminal can be sent
    "]"
)


def visible(text: str) -> str:
    r"""Return `text` with every character that acts or hides shown instead: ␛, \x9b, \u202e.

    Newline and tab stay, and so do all letters, marks and symbols one can see.
    """
    return _HIDDEN.sub(_symbol, text)


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its words: those for one, or those for many; by default with an s more."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def _symbol(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
