"""The leaderboards as tables for papers: Markdown and LaTeX."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from asynceval.domain.text import counted, visible
from asynceval.protocol.conversation import Plan
from asynceval.report.pairwise import PairStanding
from asynceval.report.ranks import Rank
from asynceval.report.standings import FEWER, Part, Standing
from asynceval.report.summary import Summary
from asynceval.stats.estimate import Estimate

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "[": "{[}",
    "*": "{*}",
    "–": "--",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
}


@dataclass(frozen=True, slots=True)
class PaperTable:
    """One judge's leaderboard in words; so many columns are of names, the others of numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


def paper_tables(plan: Plan, summary: Summary) -> Iterator[PaperTable]:
    """Yield the leaderboard of each judge and jury that has any, with intervals, ranks and n."""
    for judge in dict.fromkeys(standing.judge for standing in summary.standings):
        rows = [standing for standing in summary.standings if standing.judge == judge]
        if len(plan.scales()) > 1:
            yield _by_category(plan, rows)
            continue
        turns = tuple(rows[0].turns)
        has_all = all(row.n == row.expected for row in rows)
        header = ("Model", "Rank", "Average", "95 % CI", *(f"Turn {turn}" for turn in turns), "n")
        yield PaperTable(
            f"Mean scores by {judge} with 95 % intervals, {counted(len(plan.questions), 'question')}",
            header if has_all else (*header, "Missing"),
            tuple(
                (*_scores(row, turns), *([] if has_all else [str(row.expected - row.n)]))
                for row in rows
            ),
            note=_note(row.whole for row in rows),
        )
    for judge in dict.fromkeys(standing.judge for standing in summary.pairwise):
        pairs = [standing for standing in summary.pairwise if standing.judge == judge]
        has_all = all(row.record.n == row.expected for row in pairs)
        header = ("Model", "Rank", "Win rate", "95 % CI", "Win", "Tie", "Loss", "Rating", "n")
        yield PaperTable(
            f"Win rates by {judge} in %, ties counting half, with 95 % intervals",
            header if has_all else (*header, "Missing"),
            tuple(
                (*_wins(row), *([] if has_all else [str(row.expected - row.record.n)]))
                for row in pairs
            ),
        )


def markdown(tables: Sequence[PaperTable]) -> str:
    """Return the tables as Markdown, in which no name can be anything but text."""
    parts = []
    for table in tables:
        lines = [f"**{_as_markdown(table.title)}**", "", _line(table.header)]
        lines.append(_line((*[":--"] * table.names, *["--:"] * (len(table.header) - table.names))))
        lines += [_line(tuple(map(_as_markdown, row))) for row in table.rows]
        lines += ["", _as_markdown(table.note)] if table.note else []
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def latex(tables: Sequence[PaperTable]) -> str:
    """Return the tables as LaTeX with the rules of booktabs."""
    parts = []
    for table in tables:
        columns = "l" * table.names + "r" * (len(table.header) - table.names)
        rows = [" & ".join(map(_as_latex, row)) + r" \\" for row in table.rows]
        parts.append(
            "\n".join(
                [
                    r"\begin{table}",
                    rf"\caption{{{_as_latex(table.title)}}}",
                    rf"\begin{{tabular}}{{{columns}}}",
                    r"\toprule",
                    " & ".join(map(_as_latex, table.header)) + r" \\",
                    r"\midrule",
                    *rows,
                    r"\bottomrule",
                    r"\end{tabular}",
                    *([rf"\par {_as_latex(table.note)}"] if table.note else []),
                    r"\end{table}",
                ]
            )
        )
    return "% needs \\usepackage{booktabs}\n" + "\n\n".join(parts) + "\n"


def _by_category(plan: Plan, rows: Sequence[Standing]) -> PaperTable:
    """Return the means of one judge by category, each with the scale that it is on."""
    return PaperTable(
        f"Mean scores by {rows[0].judge} with 95 % intervals, by category and its scale",
        ("Category", "Scale", "Model", "Mean", "95 % CI", "n"),
        tuple(
            (
                *(category, str(plan.sweep.scale(category)), row.model),
                *(_mark(part) + _number(part.mean), _interval(part.mean)),
                str(part.mean.n if part.mean else 0),
            )
            for category in rows[0].categories
            for row in rows
            for part in (row.categories[category],)
        ),
        names=3,
        note=_note(row.categories[category] for row in rows for category in row.categories),
    )


def _note(parts: Iterable[Part]) -> str:
    is_starred = any(part.mean and not part.is_comparable for part in parts)
    return f"* {FEWER}." if is_starred else ""


def _mark(part: Part) -> str:
    return "" if part.is_comparable or part.mean is None else "*"


def _scores(row: Standing, turns: Sequence[int]) -> tuple[str, ...]:
    parts = (row.turns[turn] for turn in turns)
    return (
        row.model,
        _rank(row.rank),
        _mark(row.whole) + _number(row.average),
        _interval(row.average),
        *(_mark(part) + _number(part.mean) for part in parts),
        str(row.n),
    )


def _wins(row: PairStanding) -> tuple[str, ...]:
    record = row.record
    return (
        row.model,
        _rank(row.rank),
        _number(record.adjusted, 100, 1),
        _interval(record.adjusted, 100, 1),
        *(str(count) for count in (record.win, record.tie, record.loss)),
        _number(row.rating, 1, 0),
        str(record.n),
    )


def _rank(rank: Rank | None) -> str:
    return "–" if rank is None else rank.places


def _number(its: Estimate | None, scale: int = 1, digits: int = 2) -> str:
    return "–" if its is None else f"{scale * its.value:.{digits}f}"


def _interval(its: Estimate | None, scale: int = 1, digits: int = 2) -> str:
    if its is None or its.interval is None:
        return "–"
    low, high = its.interval
    return f"{scale * low:.{digits}f}–{scale * high:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _as_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(visible(text).split()))


def _as_latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in " ".join(visible(text).split()))
