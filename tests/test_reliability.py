"""The tables of docs/reliability.md are whole: each row is there once, and each test that it names."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FAULTS = 100
TABLES = {"A": 4, "B": 4, "C": 4, "D": 3}
"""How many columns each table has; the last one names tests."""

Row = tuple[str, ...]


def rows(table: str) -> list[Row]:
    """Return the rows of a table, without its head."""
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    section = text.partition(f"\n## {table}. ")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line[1:-1].split(" | ")) for line in lines[2:]]


@cache
def functions(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    body = ast.parse(path.read_bytes()).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in body if isinstance(node, kinds))


def wrong(cell: str) -> list[str]:
    """Return what is wrong with a cell that names tests."""
    names = [name.strip() for name in cell.split(",")]
    faults = []
    for name in names:
        found = re.fullmatch(r"`([\w/]+/)?(test_\w+\.py)::(test_\w+)`", name)
        if found is None:
            faults.append(f"{name!r} names no test")
            continue
        path = TESTS / (found[1] or "") / found[2]
        if not path.is_file():
            faults.append(f"{name}: no such file")
        elif found[3] not in functions(path):
            faults.append(f"{name}: no such test")
    if len(set(names)) < len(names):
        faults.append(f"a test is named twice: {cell}")
    return faults


@pytest.mark.parametrize(("table", "columns"), TABLES.items())
def test_every_row_names_tests_that_exist(table: str, columns: int) -> None:
    """Each row says something in every column, and names a test at least, all of them real."""
    found = rows(table)
    assert found
    faults = [f"{row[0]}: {fault}" for row in found for fault in wrong(row[-1])]
    assert not faults
    assert [row for row in found if len(row) != columns or not all(row)] == []


def test_every_fault_has_its_row() -> None:
    """The faults are numbered from 1 to 100, each once and in order."""
    assert [row[0] for row in rows("A")] == [str(number) for number in range(1, FAULTS + 1)]


@pytest.mark.parametrize(
    "cell",
    [
        "(to come)",
        "",
        "`e2e/test_cli.py::test_head`, (to come)",
        "e2e/test_cli.py::test_head",
        "`e2e/test_cli.py`",
        "`e2e/test_cli.py::test_no_such_test`",
        "`e2e/test_no_such_file.py::test_head`",
        "`e2e/test_cli.py::test_head`, `e2e/test_cli.py::test_head`",
    ],
)
def test_a_cell_without_real_tests_is_refused(cell: str) -> None:
    """What is to come, is not there, or names no test, is no test."""
    assert wrong(cell)


def test_other_files_that_are_named_exist() -> None:
    """Benchmarks and files that the document names are there."""
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    named = re.findall(r"`((?:bench|asynceval)/[\w/]+\.py)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_aiohttp_has_its_lower_bound() -> None:
    """A version whose client a server could block or fill is not installed with this project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "aiohttp>=3.14.4" in project["dependencies"]
