"""`--html` and `--figures`: the page and its figures, by every command that writes them."""

from csv import DictReader
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from asynceval.cli.main import main
from asynceval.config.request import load
from tests.config.build import config
from tests.e2e.rig import cli
from tests.page.runs import finish, plan, said


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a run in which some calls are missing."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    finish(folder, plan(("alpha", "beta"), 3), said)
    return folder


def report(run: Path, *flags: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["report", str(run), *map(str, flags)], catch_exceptions=False)


def test_report_writes_page_and_figures(run: Path, tmp_path: Path) -> None:
    """Both are written where they are wanted, and said on stderr; the tables are shown all the same."""
    page = tmp_path / "new" / "page.html"
    done = report(run, "--html", page, "--figures", tmp_path / "figures", "--figure-format", "svg")
    assert done.exit_code == 0 and f"wrote {page}" in done.stderr
    assert "Scores by grader" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"leaderboard-grader.svg", "wins-referee.svg", "position-bias.svg"} <= names
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize(("mode", "judge"), [("single", "grader"), ("pairwise", "referee")])
def test_one_mode_alone_is_reported_everywhere(
    run: Path, tmp_path: Path, mode: str, judge: str
) -> None:
    """JSON, CSV and page have the judges of that mode only."""
    page, tables = tmp_path / "page.html", tmp_path / "tables"
    done = report(run, "--mode", mode, "--json", "--csv", tables, "--html", page)
    found = orjson.loads(done.stdout)
    names = ("single", "pairwise", "position_bias", "win_matrix", "judge_quality", "reasks")
    assert {row["judge"] for name in names for row in found[name]} == {judge}
    for name in ("scores", "pairs", "judgments"):
        with (tables / f"{name}.csv").open(encoding="utf-8") as file:
            assert {row["judge"] for row in DictReader(file)} <= {judge}
    other = {"grader", "referee"} - {judge}
    text = page.read_text(encoding="utf-8").partition('id="index"')[0]
    assert judge in text.partition('id="cost"')[0] and not any(
        name in text.partition('id="coverage"')[0] for name in other
    )


def test_a_page_that_cannot_be_written_is_told(run: Path, tmp_path: Path) -> None:
    """A file where the folder should be is named, nothing half-written is left, and the code is 4."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for flag, name in (("--html", "file/page.html"), ("--figures", "file/figures")):
        done = report(run, flag, tmp_path / name)
        assert done.exit_code == 4
        assert "file" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_earlier_page_stands_until_the_new_one_is_whole(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What interrupts the writing leaves the old page as it was, and nothing beside it."""
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")

    def full(_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asynceval.report.html.page.packed", full)
    done = report(run, "--html", page)
    assert done.exit_code == 4 and "No space left" in done.stderr
    assert page.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_run_ends_with_its_page(tmp_path: Path) -> None:
    """`resume --html` writes the page of a run with nothing to do; without the flag there is none."""
    folder = tmp_path / "runs" / "done"
    finish(folder, plan(("alpha", "beta"), 2), lambda cell: said(cell) or said(cell, 1))
    done = cli("resume", folder, "--html", "page.html", cwd=tmp_path)
    assert "wrote page.html" in done.err
    assert "alpha" in (tmp_path / "page.html").read_text(encoding="utf-8")
    (tmp_path / "page.html").unlink()
    cli("resume", folder, cwd=tmp_path)
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_fails_after_a_run_says_how_to_have_it(tmp_path: Path) -> None:
    """The results are shown first; the sentence names the command that writes the page."""
    folder = tmp_path / "runs" / "done"
    finish(folder, plan(("alpha", "beta"), 2), lambda cell: said(cell) or said(cell, 1))
    done = cli("resume", folder, "--html", "runs/done/sweep.json/page.html", cwd=tmp_path)
    assert done.code == 4 and "Scores by grader" in done.out
    assert f"asynceval report {folder} --html FILE" in done.err


def test_the_config_may_ask_for_the_page(tmp_path: Path) -> None:
    """`html` is a key of the file, and no part of what is asked of models."""
    plain = load(config(tmp_path))
    path = config(tmp_path)
    path.write_text(f'html = "out/page.html"\n{path.read_text("utf-8")}', encoding="utf-8")
    wanted = load(path)
    assert (plain.html, wanted.html) == (None, "out/page.html")
    assert wanted.sweep == plain.sweep
