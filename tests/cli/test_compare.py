"""`asynceval compare`: two models, all pairs, another leaderboard, and what a user may get wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from asynceval.cli.main import main
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.protocol.conversation import Plan
from asynceval.store.line import Record
from asynceval.store.request import write
from asynceval.store.store import Store
from tests.real_files import MT_BENCH, needs_mt_bench
from tests.report.scene import answered, graded, plan, steps


def run_directory(folder: Path, what: Plan, grade: Callable[[Cell], float]) -> Path:
    """Make a run directory in which the judges give these grades."""
    folder.mkdir()
    write(folder, what)
    with Store(folder, write=True) as store:
        for cell, key, reply in steps(
            what, lambda cell: graded(grade(cell)) if cell.judge else answered(cell)
        ):
            assert isinstance(reply, Reply)
            store.put(Record(key, cell, reply, 0, 0, 0, 1))
    return folder


def called(*words: str, columns: int | None = None) -> Result:
    """Run the command; a terminal has so many columns, a file has no end of them."""
    width = None if columns is None else str(columns)
    runner = CliRunner(env={"COLUMNS": width})
    return runner.invoke(main, ["compare", *words], catch_exceptions=False)


def compared(*words: str) -> list[dict[str, Any]]:
    """Return the comparisons that the command prints as JSON."""
    result = called(*words, "--json")
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, Any]] = orjson.loads(result.stdout)["comparisons"]
    return found


def hard(cell: Cell) -> float:
    """Let alpha be two points better on math, and as good elsewhere."""
    return 5 + int(cell.question[1:]) % 2 + 2 * (cell.target == "alpha" and cell.category == "math")


@pytest.fixture
def run(tmp_path: Path) -> str:
    return str(run_directory(tmp_path / "run", plan(("alpha", "beta"), questions=12), hard))


def test_two_models_question_by_question(run: str) -> None:
    """The difference has its interval, p and record, and the questions that make it come first."""
    (found,) = compared(run, "alpha", "beta")
    # Four of twelve questions differ by 2: mean 2/3, variance 32/33, all 16 sign patterns of four.
    assert found["difference"] == pytest.approx(2 / 3)
    assert found["se"] == pytest.approx((32 / 33 / 12) ** 0.5)
    assert found["ci"][0] < 2 / 3 < found["ci"][1]
    assert (found["n"], found["dropped"], found["p_holm"]) == (12, 0, None)
    assert found["p"] == pytest.approx(2 / 16)
    assert (found["win"], found["tie"], found["loss"]) == (8, 16, 0)
    assert found["minimum_detectable"] == pytest.approx(2.8016 * (32 / 33 / 12) ** 0.5, abs=1e-3)
    assert found["questions_needed"] == 18
    assert [(row["question"], row["difference"]) for row in found["questions"][:5]] == [
        ("q1", 2),
        ("q10", 2),
        ("q4", 2),
        ("q7", 2),
        ("q0", 0),
    ]
    text = called(run, "alpha", "beta").stdout
    assert "alpha less beta is +0.67 points" in text
    assert "by 18 questions in four of five cases" in text


def test_one_category(run: str) -> None:
    """Outside of math the two are alike, and no number of questions would tell them apart."""
    (found,) = compared(run, "alpha", "beta", "--category", "writing")
    assert (found["difference"], found["n"], found["questions_needed"]) == (0, 8, None)


def test_all_pairs_with_the_better_model_first(tmp_path: Path) -> None:
    """Without names there is every pair, with p-values that may be read together."""
    what = plan(("low", "high", "middle"), questions=12)
    rise = {"low": 0, "middle": 1, "high": 3}
    run = str(run_directory(tmp_path / "run", what, lambda cell: 4 + rise[cell.target]))
    found = compared(run)
    pairs = {(row["first"], row["second"]): row["difference"] for row in found}
    assert pairs == {("high", "low"): 3, ("high", "middle"): 2, ("middle", "low"): 1}
    assert {row["p"] for row in found} == {2 / 2**12}
    assert {row["p_holm"] for row in found} == {3 * 2 / 2**12}
    assert {row["minimum_detectable"] for row in found} == {None}
    text = called(run).stdout
    assert "All pairs as judge sees them, in points" in text
    # 3 x 2 / 4096, where 2 / 4096 alone would be below it.
    assert text.count(" 0.001 ") == 3
    assert "<" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["alpha"], "name two models, or none"),
        (["alpha", "alpha"], "compared with itself"),
        (["alpha", "bet"], "the run has no model bet: did you mean beta?"),
        (["alpha", "beta", "--judge", "x"], "the run has no judge x: it has judge"),
        (["--category", "maths"], "the run has no category maths: did you mean math?"),
        (["--with", "nowhere.csv"], "nowhere.csv: cannot be read: No such file"),
    ],
)
def test_what_is_not_there_is_named(run: str, words: list[str], told: str) -> None:
    """A wrong name is a usage error that says what there is."""
    result = called(run, *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_another_leaderboard(tmp_path: Path) -> None:
    """Ranks are compared over the models that both have, and those left out are named."""
    names = tuple(f"m{number}" for number in range(6))
    what = plan((*names, "ours"), questions=4)
    run = run_directory(
        tmp_path / "run",
        what,
        lambda cell: (
            (9 if cell.target == "ours" else 3 + int(cell.target[1:])) + int(cell.question[1]) / 100
        ),
    )
    file = tmp_path / "arena.csv"
    lines = [
        f"{name},{1000 + 10 * n},{990 + 10 * n},{1010 + 10 * n}" for n, name in enumerate(names)
    ]
    file.write_text("\n".join(["model,score,low,high", *lines, "theirs,1200,1190,1210"]) + "\n")
    result = called(str(run), "--with", str(file), "--json")
    (found,) = orjson.loads(result.stdout)["correlations"]
    assert found["left_out"] == ["ours", "theirs"]
    assert (found["n"], found["spearman"]["value"], found["kendall"]["value"]) == (6, 1, 1)
    assert found["spearman"]["ci"] is None  # six in the same order make no certainty
    assert (found["order_agreement"], found["separability"], found["separability_80"]) == (1, 1, 1)
    assert found["brier"] == pytest.approx(0)
    assert found["confidence_agreement"] == 1
    text = called(str(run), "--with", str(file)).stdout
    assert "6 models are on both leaderboards, 2 on one of them alone" in text
    assert "Spearman 1.00; indicative" in text


def test_separability_is_of_the_models_in_common_and_of_two_widths(tmp_path: Path) -> None:
    """Three quarters of a point apart, errors of 0.23: told apart at 80 %, and not at 95 %."""
    what = plan(("a", "b", "far"), questions=12)
    rise = {"a": 0, "b": 0.75, "far": 5}
    run = str(
        run_directory(
            tmp_path / "run",
            what,
            lambda cell: 2 + rise[cell.target] + 3 * (int(cell.question[1:]) % 2) / 2,
        )
    )
    file = tmp_path / "other.csv"
    file.write_text("model,score\na,1\nb,2\n")
    (found,) = orjson.loads(called(run, "--with", str(file), "--json").stdout)["correlations"]
    assert (found["separability"], found["separability_80"]) == (0, 1)
    assert found["left_out"] == ["far"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,elo\na,1\n", "lacks model and score"),
        ("model,score\na,high\nb,2\nb,3\n", ":2: needs a model and a score that is a number"),
        ("model,score\nb,2\nb,3\n", ":3: b stands twice"),
        ("model,score,low,high\nb,2,abc,3\n", ":2: low and high must be two numbers"),
        ("model,score,low,high\na,2,,\nb,2,3,1\n", ":3: low and high must be two numbers"),
    ],
)
def test_a_leaderboard_that_cannot_be_used(
    run: str, tmp_path: Path, content: str, told: str
) -> None:
    """What is wrong with the file is told with its line."""
    file = tmp_path / "other.csv"
    file.write_text(content)
    result = called(run, "--with", str(file))
    assert result.exit_code == 2
    assert told in result.stderr


@needs_mt_bench
def test_the_two_vicuna_runs_are_not_told_apart(tmp_path: Path) -> None:
    """Real judgments: their paired difference has an interval that holds 0."""
    folder = tmp_path / "run"
    taken = CliRunner().invoke(
        main, ["import", "fastchat", str(MT_BENCH), "--run-dir", str(folder)]
    )
    assert taken.exit_code == 0
    words = ("vicuna-7b-v1.3", "vicuna-7b-v1.3-greedy", "--judge", "gpt-4_single")
    (found,) = compared(str(folder), *words)
    assert found["n"] == 80
    assert found["ci"][0] < 0 < found["difference"] < found["ci"][1]
    assert found["p"] > 0.05
    assert found["win"] + found["tie"] + found["loss"] == 160


@pytest.mark.parametrize(("width", "shown"), [(60, 0), (80, 1), (140, 3)])
def test_names_stay_readable_on_a_narrow_terminal(tmp_path: Path, width: int, shown: int) -> None:
    """Columns that tell less go before the names do; what is shown is shown whole."""
    names = ("a-model-of-a-house-with-a-long-name-v1", "a-model-of-a-house-with-a-long-name-v2")
    long = plan((*names, "beta"), questions=12)
    run = str(run_directory(tmp_path / "run", long, lambda cell: 5 + len(cell.target) % 4))
    result = called(run, columns=width)
    assert result.exit_code == 0
    head, _, *rows = [line for line in result.stdout.splitlines() if line.strip()][1:]
    assert "difference" in head
    assert "p (Holm)" in head
    assert sum(title in head for title in ("95 %", "wins", "  n")) == shown
    firsts = {row.split()[0] for row in rows[:3]}
    assert len(firsts) == 2
    assert all(len(first) >= 12 or first == "beta" for first in firsts)
