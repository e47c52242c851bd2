"""Real MT-Bench judgments: the means are FastChat's, and two runs of one model are compared."""

import json
from collections import defaultdict
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from asynceval.stats.mean import clustered_mean, mean
from asynceval.stats.spots import Scores, Spot
from tests.real_files import MT_BENCH, needs_mt_bench
from tests.stats.two import paired

pytestmark = needs_mt_bench


@pytest.fixture(scope="module")
def judgments() -> pd.DataFrame:
    path = MT_BENCH / "model_judgment/gpt-4_single.jsonl"
    lines = path.read_text("utf-8").splitlines()
    columns = ["model", "question_id", "turn", "score"]
    return pd.DataFrame([json.loads(line) for line in lines])[columns]


def scores_of(judgments: pd.DataFrame) -> dict[str, list[tuple[str, int, float]]]:
    """Return each model's valid scores as (question, turn, score)."""
    found: defaultdict[str, list[tuple[str, int, float]]] = defaultdict(list)
    for row in judgments.itertuples():
        if row.score != -1:
            found[row.model].append((str(row.question_id), row.turn, float(row.score)))
    return dict(found)


def spots(rows: list[tuple[str, int, float]]) -> Scores:
    return [(Spot(question, turn), score) for question, turn, score in rows]


def test_the_means_are_those_of_fastchat(judgments: pd.DataFrame) -> None:
    """By its rule: without scores of -1, the mean by model and turn, and over all rows of a model."""
    valid = judgments[judgments["score"] != -1]
    turns = valid.groupby(["model", "turn"])["score"].mean()
    whole = valid.groupby("model")["score"].mean()
    found = scores_of(judgments)
    assert len(found) == 4
    for model, rows in found.items():
        pooled = clustered_mean((question, score) for question, _, score in rows)
        assert pooled is not None
        assert pooled.value == pytest.approx(whole[model], abs=1e-9)
        for turn in (1, 2):
            got = mean(score for _, at, score in rows if at == turn)
            assert got == pytest.approx(turns[model, turn], abs=1e-9)


def test_the_errors_are_of_the_usual_size(judgments: pd.DataFrame) -> None:
    """0.17 to 0.38 points, and more than scores that do not depend on each other would have."""
    for rows in scores_of(judgments).values():
        got = clustered_mean((question, score) for question, _, score in rows)
        assert got is not None and got.se is not None
        assert 0.17 < got.se < 0.38
        naive = np.std([score for *_, score in rows], ddof=1) / np.sqrt(len(rows))
        assert 1.05 < got.se / naive < 1.6


def test_two_runs_of_one_model_are_not_told_apart(judgments: pd.DataFrame) -> None:
    """The two vicuna runs differ by less than their interval, which holds 0."""
    rows = scores_of(judgments)
    one, other = (spots(rows[name]) for name in sorted(rows) if "medusa" not in name)
    got = paired(one, other)
    wide = judgments[judgments["model"].isin([n for n in rows if "medusa" not in n])]
    means = wide.pivot_table(index="question_id", columns="model", values="score")
    gaps = means.iloc[:, 0] - means.iloc[:, 1]
    assert got is not None and got.difference.se is not None
    assert got.difference.value == pytest.approx(gaps.mean(), abs=1e-9)
    assert got.difference.se == pytest.approx(gaps.sem(), abs=1e-9)
    assert got.difference.n == 80
    assert got.difference.interval is not None
    low, high = got.difference.interval
    assert low < 0 < high
    assert got.p > 0.05


def test_pairing_pays(judgments: pd.DataFrame) -> None:
    """The paired error is 0.19 to 0.75 of the unpaired one on every two models of these."""
    whole = scores_of(judgments)
    rows = {model: [(q, s) for q, _, s in each] for model, each in whole.items()}
    for a, b in combinations(rows, 2):
        got = paired(spots(whole[a]), spots(whole[b]))
        one, other = clustered_mean(rows[a]), clustered_mean(rows[b])
        assert got is not None and one is not None and other is not None
        assert got.difference.se is not None and one.se is not None and other.se is not None
        assert got.difference.se < 0.8 * np.hypot(one.se, other.se)
