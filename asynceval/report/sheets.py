"""The report as CSV files, for spreadsheets and data frames."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from asynceval.domain.verdict import Score
from asynceval.report.outcomes import Outcome
from asynceval.report.standings import Part
from asynceval.report.summary import Summary

_SCORES = ("judge", "model", "kind", "part", "mean", "se", "low", "high", "n", "comparable")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(folder: Path, summary: Summary, outcomes: Iterable[Outcome]) -> tuple[Path, ...]:
    """Write `scores.csv` (means) and `judgments.csv` (one row each); return their paths.

    A text that a spreadsheet would take for a formula gets an apostrophe in front. JSON is the exact
    form.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores, judgments = folder / "scores.csv", folder / "judgments.csv"
    _write(scores, _SCORES, _scores(summary))
    header = (
        "question",
        "category",
        "turn",
        "model",
        "choice",
        "judge",
        "repeat",
        "opponent",
        "order",
        "score",
        "winner",
        "outcome",
    )
    _write(judgments, header, _judgments(outcomes))
    return scores, judgments


def _scores(summary: Summary) -> Iterable[Sequence[object]]:
    for standing in summary.standings:
        parts: list[tuple[str, object, Part]] = [("average", None, standing.whole)]
        parts += [("turn", turn, part) for turn, part in standing.turns.items()]
        parts += [("category", name, part) for name, part in standing.categories.items()]
        for kind, name, part in parts:
            who = (standing.judge, standing.model, kind, name)
            if (mean := part.mean) is None:
                yield (*who, None, None, None, None, 0, part.is_comparable)
            else:
                low, high = mean.interval or (None, None)
                yield (*who, mean.value, mean.se, low, high, mean.n, part.is_comparable)


def _judgments(outcomes: Iterable[Outcome]) -> Iterable[Sequence[object]]:
    for outcome in outcomes:
        cell, ending = outcome.cell, outcome.ending
        if cell.judge is None:
            continue
        score = outcome.verdict.value if isinstance(outcome.verdict, Score) else None
        order = cell.order if cell.opponent is not None else None
        what = f"{ending}: {outcome.reason}" if ending in ("unparsed", "failed") else ending
        yield (
            cell.question,
            cell.category,
            cell.turn,
            cell.target,
            cell.choice,
            cell.judge,
            cell.repeat,
            cell.opponent,
            order,
            score,
            outcome.winner,
            what,
        )


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([_guarded(value) for value in row])


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
