"""The page: one file with the tables, the figures and every conversation of a run.

It asks nobody for anything, and its policy forbids it to. What models wrote is on it as text only: in
attributes and elements by asynceval/report/figures/markup.py, in data by `_data`.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson

from asynceval import __version__
from asynceval.domain.rubric import TEN
from asynceval.domain.text import counted
from asynceval.protocol.conversation import Plan
from asynceval.report.clocked import Clocked
from asynceval.report.figures.figure import stylesheet
from asynceval.report.figures.gallery import Gallery, gallery
from asynceval.report.figures.markup import Markup, joined, tag
from asynceval.report.figures.palette import dark, light
from asynceval.report.html import totals
from asynceval.report.html.boards import boards
from asynceval.report.html.judging import panel
from asynceval.report.html.tables import drawn, section
from asynceval.report.html.talks import FLAGS, columns
from asynceval.report.html.texts import packed, texts
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import Summary
from asynceval.store.store import Store

_ASSETS: Final = files("asynceval.report.html") / "assets"
_SECTIONS: Final = (
    ("leaderboard", "Leaderboard"),
    ("categories", "Categories"),
    ("wins", "Win rates"),
    ("length", "Score and length"),
    ("judges", "Judges"),
    ("coverage", "Coverage"),
    ("cost", "Cost and time"),
)
# Inside a script element these could end it, or begin a comment; JSON has other words for them.
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}  # fmt: skip


def write(
    path: Path,
    plan: Plan,
    summary: Summary,
    clocked: Clocked,
    outcomes: Iterable[Outcome],
    store: Store,
) -> None:
    """Write the page of a run; the texts are read from the store, one question at a time.

    The file appears whole or not at all. Raises OSError where it cannot be written.
    """
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.cell.question].append(outcome)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for piece in _pieces(plan, summary, clocked, found, store):
                file.write(piece)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _pieces(
    plan: Plan,
    summary: Summary,
    clocked: Clocked,
    found: Mapping[str, list[Outcome]],
    store: Store,
) -> Iterator[str]:
    style, script = _style(), Markup(_asset("markdown.js") + _asset("page.js"))
    pictures = gallery(plan, summary)
    contents = {
        "leaderboard": joined(*boards(plan, summary)),
        "categories": joined(*map(drawn, pictures.categories)),
        "wins": joined(*map(drawn, pictures.matrices)),
        "length": joined(*map(drawn, pictures.lengths)),
        "judges": _panel(plan, summary, pictures),
        "coverage": joined(*totals.coverage(summary)),
        "cost": joined(*totals.cost(summary), *totals.times(summary, clocked)),
    }
    yield "<!doctype html>\n"
    yield f'<html lang="en">\n{_head(plan, style, script)}\n<body>\n'
    yield tag("a", "Skip to the results", href="#main", class_="skip")
    yield _header(plan, contents)
    yield '\n<main id="main" tabindex="-1">\n'
    yield joined(totals.warnings(summary))
    for name, title in _SECTIONS:
        yield section(name, title, contents[name])
    yield _asset("conversations.html")
    yield "</main>\n"
    yield tag("footer", tag("p", f"Written by asynceval {__version__}. No part of it is loaded."))
    yield f'\n<script type="application/json" id="index">{_data(_index(plan, found))}</script>\n'
    for number, question in enumerate(plan.questions):
        words = packed(texts(plan, question, found.get(question.id, ()), store))
        yield f'<script type="text/plain" id="texts-{number}">{words}</script>\n'
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _panel(plan: Plan, summary: Summary, pictures: Gallery) -> Markup:
    return joined(*panel(plan, summary, pictures))


def _head(plan: Plan, style: Markup, script: Markup) -> Markup:
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="referrer", content="no-referrer"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", f"{plan.sweep.name}: results"),
        tag("link", rel="icon", href="data:,"),
        tag("style", style),
    )


def _header(plan: Plan, contents: Mapping[str, Markup]) -> Markup:
    sweep = plan.sweep
    about = (
        f"{counted(len(sweep.targets), 'model')}, {counted(len(plan.questions), 'question')}, "
        f"{counted(len(sweep.judges), 'judge')}"
    )
    links = [(name, title) for name, title in _SECTIONS if contents[name]]
    links.append(("conversations", "Conversations"))
    theme = tag("button", "Theme: automatic", type="button", id="theme")
    return tag(
        "header",
        tag("div", tag("h1", sweep.name), tag("p", about), class_="name"),
        tag(
            "nav",
            *(tag("a", title, href=f"#{name}") for name, title in links),
            aria_label="Sections",
        ),
        theme,
    )


def _index(plan: Plan, found: Mapping[str, list[Outcome]]) -> Mapping[str, Any]:
    """Return all that the page knows before a text is asked for."""
    categories = list(dict.fromkeys(question.category for question in plan.questions))
    ends = [scale.ends for scale in plan.scales()] or [TEN.ends]
    return {
        "models": [target.name for target in plan.sweep.targets],
        "categories": categories,
        "judges": [
            {"name": judge.name, "pairs": judge.is_pairwise, "both": judge.orders == "both"}
            for judge in plan.sweep.judges
        ],
        "choices": plan.sweep.choices,
        "ends": [min(low for low, _ in ends), max(high for _, high in ends)],
        "questions": [
            [question.id, categories.index(question.category), question.turns[0]]
            for question in plan.questions
        ],
        "flags": FLAGS,
        "talks": columns(plan, found),
    }


def _data(value: object) -> str:
    """Return a value as JSON that stays inside its script element, whatever texts are in it."""
    text = orjson.dumps(value).decode()
    for sign, escape in _ESCAPES.items():
        text = text.replace(sign, escape)
    return text


def _style() -> Markup:
    """Return the style of page and figures, with the colours of both themes."""
    bright, dim = (
        "".join(f"--{name}:{colour};" for name, colour in colours.items())
        for colours in (light(), dark())
    )
    colours = (
        f":root{{{bright}color-scheme:light}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dim}color-scheme:dark}}}}"
        f"@media screen{{:root[data-theme=light]{{{bright}color-scheme:light}}"
        f":root[data-theme=dark]{{{dim}color-scheme:dark}}}}"
    )
    return Markup(f"{colours}\n{stylesheet()}\n{_asset('page.css')}")


def _asset(name: str) -> Markup:
    return Markup((_ASSETS / name).read_text(encoding="utf-8"))


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
