"""Tables of the page: numbers in columns, and figures with their numbers."""

from collections.abc import Iterable, Sequence

from asynceval.report.figures.figure import Figure
from asynceval.report.figures.markup import Child, Markup, joined, tag


def table(
    caption: str,
    header: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    words: Sequence[int] = (0,),
) -> Markup:
    """Return a table whose first cells name the rows; columns in `words` are set as words."""
    heads = (
        tag("th", title, scope="col", class_=None if n in words else "num")
        for n, title in enumerate(header)
    )
    body = (tag("tr", *_cells(row, words)) for row in rows)
    return scroll(
        caption,
        tag(
            "table",
            tag("caption", tag("span", caption)),
            tag("thead", tag("tr", *heads)),
            tag("tbody", *body),
        ),
    )


def _cells(row: Sequence[Child], words: Sequence[int]) -> Iterable[Markup]:
    for n, child in enumerate(row):
        if n == 0:
            yield tag("th", child, scope="row")
        else:
            yield tag("td", child, class_=None if n in words else "num")


def drawn(figure: Figure) -> Markup:
    """Return a figure for the page, with its numbers as a table to open."""
    grid = figure.grid
    return tag(
        "figure",
        scroll(figure.title, figure.svg()),
        tag(
            "details",
            tag("summary", "These numbers as a table"),
            table(figure.title, grid.header, grid.rows),
        ),
    )


def scroll(title: str, content: Markup) -> Markup:
    """Return what may be wider than the window, in a box that scrolls by itself, by keyboard too."""
    return tag("div", content, class_="scroll", tabindex="0", role="group", aria_label=title)


def section(name: str, title: str, *content: Child) -> Markup:
    """Return a section of the page with its heading; nothing without content."""
    if not joined(*content):
        return joined()
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, *content, id=name, aria_labelledby=f"{name}-title")
