"""The report as files: CSV for spreadsheets, parquet for data frames."""

import csv
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from asynceval.domain.errors import ConfigError
from asynceval.report.sheet import Sheet, kind_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(folder: Path, sheets: Iterable[Sheet]) -> tuple[Path, ...]:
    """Write each sheet as a CSV file named after it; return their paths.

    A text that a spreadsheet would take for a formula gets an apostrophe in front. JSON is the exact
    form.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder / f"{sheet.name}.csv", sheet) for sheet in sheets)


def write_parquet(folder: Path, sheets: Iterable[Sheet]) -> tuple[Path, ...]:
    """Write each sheet that has rows as a parquet file; return their paths.

    ConfigError without pyarrow, which the extra "parquet" installs.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ConfigError(
            "--parquet needs pyarrow: pip install 'asynceval[parquet]', or take --csv"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for sheet in sheets:
        if records := sheet.records():
            path = folder / f"{sheet.name}.parquet"
            table = arrow.Table.from_pylist(records)
            kinds = {str: arrow.string(), int: arrow.int64(), float: arrow.float64()}
            schema = arrow.schema(
                # Of a column without a value nothing is known; files of two runs are to fit together.
                field.with_type(kinds[kind_of(field.name)]) if field.type == arrow.null() else field
                for field in table.schema
            )
            parquet.write_table(table.cast(schema), path)
            paths.append(path)
    return tuple(paths)


def _write(path: Path, sheet: Sheet) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.header)
        for row in sheet.rows():
            writer.writerow([_guarded(value) for value in row])
    return path


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
