"""A run directory for programs: its answers, judgments and tables as plain rows."""

from collections.abc import Iterator
from pathlib import Path

from asynceval.report.clocked import Clocked, clocked
from asynceval.report.document import document
from asynceval.report.outcomes import Outcome
from asynceval.report.reading import reading
from asynceval.report.sheet import Sheet
from asynceval.report.summary import Summary
from asynceval.report.tables import sheets

Rows = list[dict[str, object]]


class Run:
    """A run as far as it has come when it was opened. Nothing of it is changed.

    Rows are dictionaries with the same keys in each, None for what is not defined, so that they go
    straight into `pandas.DataFrame(rows)` or `polars.DataFrame(rows, infer_schema_length=None)`.
    """

    def __init__(self, folder: str | Path) -> None:
        """Open a run directory and read its judgments; StorageError if it is none, or is damaged."""
        self.folder = Path(folder)
        with reading(self.folder) as opened:
            self.plan = opened.plan
            self.summary: Summary = opened.summary()

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables that `table` returns."""
        return tuple(sheet.name for sheet in self.sheets())

    def table(self, name: str) -> Rows:
        """Return a table's rows; KeyError names the tables there are."""
        for sheet in self.sheets():
            if sheet.name == name:
                return sheet.records()
        raise KeyError(f"no table {name!r}: there are {', '.join(self.tables)}")

    def answers(self) -> Rows:
        """Return every planned answer with its `text` and `reasoning`, None where it is missing."""
        return self._worded("answers", is_answer=True)

    def judgments(self) -> Rows:
        """Return every planned judgment with the judge's `text`, None where it is missing."""
        return self._worded("judgments", is_answer=False)

    def report(self) -> dict[str, object]:
        """Return what `asynceval report --json` prints."""
        return document(self.plan, self.summary)

    def sheets(self) -> tuple[Sheet, ...]:
        """Return all tables; those of answers, judgments and times read the run anew."""
        return sheets(self.plan, self.summary, self._outcomes, self._clocked)

    def _worded(self, name: str, *, is_answer: bool) -> Rows:
        rows = self.table(name)
        kept = (each for each in self._outcomes() if (each.cell.judge is None) == is_answer)
        with reading(self.folder) as opened:
            for row, outcome in zip(rows, kept, strict=True):
                reply = None if outcome.key is None else opened.store.get(outcome.key)
                row["text"] = None if reply is None else reply.text
                if is_answer:
                    row["reasoning"] = None if reply is None else reply.reasoning
        return rows

    def _outcomes(self) -> Iterator[Outcome]:
        with reading(self.folder) as opened:
            yield from opened.outcomes()

    def _clocked(self) -> Clocked:
        with reading(self.folder) as opened:
            return clocked(self.plan, opened.store, self.folder)
