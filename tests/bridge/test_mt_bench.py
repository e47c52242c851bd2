"""Real MT-Bench files: what is imported is reported as FastChat reports it, and comes back whole."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean

import orjson
import pytest
from click.testing import CliRunner

from asynceval.bridge.duplicates import REPLACED
from asynceval.bridge.intake import take_in
from asynceval.bridge.outlet import write_out
from asynceval.cli.main import main
from asynceval.store.store import Store
from tests.bridge.folder import rows

MT_BENCH = Path(__file__).parents[3] / "shared/mt_bench"
pytestmark = pytest.mark.skipif(not MT_BENCH.is_dir(), reason="the files are not here")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run directory with all the files."""
    folder = tmp_path_factory.mktemp("mt-bench") / "run"
    account = take_in(MT_BENCH, folder)
    assert account.taken == {
        "questions": 80,
        "reference answers": 30,
        "answers": 960,
        "judgments": 650,
    }
    lines = [line for oddity in account.oddities() for line in oddity.lines()]
    assert lines == [
        "model_judgment/gpt-4_pair.jsonl: 5 rows (lines 1, 2, 3, 4, 5): " + REPLACED,
    ]
    return folder


def test_averages_are_those_of_fastchats_rule(run: Path) -> None:
    """Rows with a score of -1 are dropped; turns and the whole are means over the rows."""
    scores: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for line in (MT_BENCH / "model_judgment/gpt-4_single.jsonl").read_bytes().splitlines():
        row = orjson.loads(line)
        if row["score"] != -1:
            scores[row["model"]].append((row["turn"], row["score"]))
    result = CliRunner().invoke(main, ["report", str(run), "--json"])
    assert result.exit_code == 0
    reported = {
        row["model"]: row
        for row in orjson.loads(result.stdout)["single"]
        if row["judge"] == "gpt-4_single"
    }
    assert reported.keys() == scores.keys()
    assert len(reported) == 4
    for model, found in scores.items():
        its = reported[model]
        assert its["average"] == pytest.approx(fmean(s for _, s in found), abs=1e-9)
        assert its["n"] == len(found) == 160
        for turn in (1, 2):
            mean = fmean(score for at, score in found if at == turn)
            assert its["turns"][str(turn)]["mean"] == pytest.approx(mean, abs=1e-9)


def test_wins_are_those_of_fastchats_rule(run: Path) -> None:
    """Each pair once, as a later row replaces the earlier: equal winners win, all else is a tie."""
    last = {}
    for line in (MT_BENCH / "model_judgment/gpt-4_pair.jsonl").read_bytes().splitlines():
        row = orjson.loads(line)
        last[row["question_id"], row["turn"], row["model_1"], row["model_2"]] = row
    counts = Counter(
        row["g1_winner"] if row["g1_winner"] == row["g2_winner"] else "tie" for row in last.values()
    )
    assert counts == {"model_1": 1, "tie": 4}
    result = CliRunner().invoke(main, ["report", str(run), "--json"])
    found = orjson.loads(result.stdout)
    (its,) = (row for row in found["pairwise"] if row["model"] == "gpt-3.5-turbo")
    assert (its["win"], its["loss"], its["tie"], its["n"]) == (1, 0, 4, 5)
    assert its["win_rate_adjusted"] == pytest.approx(0.6)
    # One question of five says anything, and that may be chance.
    assert its["p"] == 1
    assert its["ci"][0] <= 0.5 < its["ci"][1]
    (bias,) = found["position_bias"]
    same = sum(row["g1_winner"] == row["g2_winner"] for row in last.values())
    assert (bias["n"], bias["consistent"]) == (5, same)


def test_scores_read_from_the_words_are_the_recorded_ones(run: Path) -> None:
    """Each of the 640 has its words in the log, and no oddity was told of any (see `run`)."""
    with Store(run, write=False) as store:
        judged = [r for r in store.records() if r.cell.judge == "gpt-4_single"]
    assert len(judged) == 640
    assert not any(record.reply.flags for record in judged)


def test_a_round_trip_gives_back_every_row(run: Path, tmp_path: Path) -> None:
    """The files that were imported, row by row."""
    write_out(run, tmp_path / "out")
    source = rows(MT_BENCH)
    wanted = {
        name: source[name]
        for name in source
        if name == "question.jsonl" or name.startswith(("model_", "reference_"))
    }
    assert rows(tmp_path / "out") == wanted
