"""A figure: one drawing with its title, its description in words, and the numbers it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from asynceval.report.figures.markup import Markup, joined, tag
from asynceval.report.figures.palette import SERIES, STEPS

_WIDEST = 30


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers as a table: a header, and rows whose first cell names them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of `width` x `height` pixels. `name` is that of its file, without the suffix."""

    name: str
    title: str
    summary: str
    width: float
    height: float
    body: Markup
    grid: Grid

    def svg(self, style: Markup | None = None) -> Markup:
        """Return the drawing as an element of SVG; a file of its own needs its style inside."""
        return tag(
            "svg",
            tag("title", self.title) if style is not None else None,
            tag("desc", self.summary) if style is not None else None,
            None if style is None else tag("style", style),
            None
            if style is None
            else tag("rect", width=self.width, height=self.height, class_="paper"),
            self.body,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {self.width:g} {self.height:g}",
            width=self.width,
            height=self.height,
            role="img",
            aria_label=f"{self.title}. {self.summary}",
        )


def label(
    x: float,
    y: float,
    words: str,
    class_: str = "soft",
    *,
    anchor: str = "start",
    most: int = _WIDEST,
) -> Markup:
    """Return a line of text at a point; a long one is cut, and whole when pointed at."""
    cut = shortened(words, most)
    return tag(
        "text",
        cut,
        tag("title", words) if cut != words else None,
        x=float(x),
        y=float(y),
        class_=class_,
        text_anchor=anchor,
    )


def shortened(words: str, most: int = _WIDEST) -> str:
    """Return a text of so many characters at most."""
    line = " ".join(words.split()) or "(no name)"
    return line if len(line) <= most else f"{line[: most - 1]}…"


def rule(x1: float, y1: float, x2: float, y2: float, class_: str = "rule") -> Markup:
    """Return a straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def name_width(names: Sequence[str]) -> float:
    """Return the pixels that the longest of these names takes as a label."""
    return 7.0 * max((len(shortened(name)) for name in names), default=0) + 12


def stylesheet() -> Markup:
    """Return the style of all figures, with colours as variables (asynceval/report/figures/palette.py)."""
    rules = [
        "svg{font:12px system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}",
        ".paper{fill:var(--paper)}.ink{fill:var(--ink)}.soft{fill:var(--soft)}",
        ".title{fill:var(--ink);font-weight:600}",
        ".rule{stroke:var(--line);stroke-width:1;fill:none}",
        ".axis{stroke:var(--soft);stroke-width:1;fill:none}",
        ".whisker{stroke:var(--accent);stroke-width:2;fill:none}.dot{fill:var(--accent)}",
    ]
    for n in range(SERIES):
        colour = f"var(--series-{n})"
        rules.append(f".fill-{n}{{fill:{colour}}}")
        rules.append(f".line-{n}{{stroke:{colour};stroke-width:2;fill:none}}")
    for kind in ("rising", "parted"):
        for n in range(STEPS):
            rules.append(f".{kind}-{n}{{fill:var(--{kind}-{n})}}")
            rules.append(f".on-{kind}-{n}{{fill:var(--on-{kind}-{n})}}")
    return joined(*map(Markup, rules))
