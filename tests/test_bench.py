"""The benchmarks: each one asks a question, is in the README and in `make bench`."""

import ast
import json
import re
from pathlib import Path

import pytest

from bench.rig import questions

ROOT = Path(__file__).parents[1]
NOT_BENCHMARKS = {"__init__", "rig", "bare", "bodies"}
BENCHMARKS = sorted({path.stem for path in (ROOT / "bench").glob("*.py")} - NOT_BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_asks_a_question(name: str) -> None:
    """The first line of a benchmark is the question it answers."""
    source = (ROOT / "bench" / f"{name}.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring is not None
    assert docstring.splitlines()[0].endswith("?")


def test_all_are_run_and_told() -> None:
    """`make bench` runs every benchmark, and the README tells what each one found."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = re.search(r"^BENCHES := (.*)$", makefile, re.MULTILINE)
    assert run is not None
    assert sorted(run[1].split()) == BENCHMARKS
    readme = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"`(\w+)\.py`", readme)) - NOT_BENCHMARKS) == BENCHMARKS


def test_questions_differ(tmp_path: Path) -> None:
    """The rig's questions are in FastChat's layout, and no two are alike."""
    lines = questions(tmp_path / "q.jsonl", 500).read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["question_id"] for record in records] == list(range(500))
    assert len({turn for record in records for turn in record["turns"]}) == 1000
