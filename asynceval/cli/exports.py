"""The tables of a report as files, for the commands that write them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from asynceval.cli.exits import say
from asynceval.cli.page import writing
from asynceval.protocol.conversation import Plan
from asynceval.report.paper import PaperTable, latex, markdown, paper_tables
from asynceval.report.sheet import Sheet
from asynceval.report.sheets import write_csv, write_parquet
from asynceval.report.summary import Summary

Form = Callable[[Sequence[PaperTable]], str]


def write_sheets(
    sheets: Iterable[Sheet], csv_folder: Path | None, parquet_folder: Path | None
) -> None:
    """Write the tables into the folders that are asked for. StorageError where that fails."""
    found = tuple(sheets)
    for folder, write in ((csv_folder, write_csv), (parquet_folder, write_parquet)):
        if folder is not None:
            with writing(folder):
                for path in write(folder, found):
                    say(f"wrote {path}")


def write_papers(
    plan: Plan, summary: Summary, markdown_file: Path | None, latex_file: Path | None
) -> None:
    """Write the leaderboards into the files that are asked for. StorageError where that fails."""
    forms: tuple[tuple[Path | None, Form], ...] = ((markdown_file, markdown), (latex_file, latex))
    for path, form in forms:
        if path is not None:
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(form(tuple(paper_tables(plan, summary))), encoding="utf-8")
            say(f"wrote {path}")
