"""The report as CSV files, for spreadsheets and data frames."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from asynceval.domain.verdict import Score, Unparsed
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import Summary
from asynceval.stats.mean import Mean

_SCORES = ("judge", "model", "kind", "part", "mean", "se", "low", "high", "n")
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
        "score",
        "outcome",
    )
    _write(judgments, header, _judgments(outcomes))
    return scores, judgments


def _scores(summary: Summary) -> Iterable[Sequence[object]]:
    for standing in summary.standings:
        parts: list[tuple[str, object, Mean | None]] = [("average", None, standing.average)]
        parts += [("turn", turn, mean) for turn, mean in standing.turns.items()]
        parts += [("category", category, mean) for category, mean in standing.categories.items()]
        for kind, part, mean in parts:
            who = (standing.judge, standing.model, kind, part)
            if mean is None:
                yield (*who, None, None, None, None, 0)
            else:
                low, high = mean.interval or (None, None)
                yield (*who, mean.value, mean.se, low, high, mean.n)


def _judgments(outcomes: Iterable[Outcome]) -> Iterable[Sequence[object]]:
    for outcome in outcomes:
        cell, score = outcome.cell, None
        if cell.judge is None:
            continue
        match outcome.verdict:
            case Score(value=value):
                score, what = value, "scored"
            case Unparsed(reason=reason):
                what = f"unparsed: {reason}"
            case _:
                what = f"missing: {outcome.cause}"
        yield (
            cell.question,
            cell.category,
            cell.turn,
            cell.target,
            cell.choice,
            cell.judge,
            cell.repeat,
            score,
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
