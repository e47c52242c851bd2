"""The JSON report: the contract of docs/design.md, section 9."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from asynceval import __version__
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Price
from asynceval.protocol.conversation import Plan
from asynceval.report.document import document
from tests.report.scene import Answer, answered, graded, plan, play

PART = {"mean", "se", "ci", "n", "comparable"}


def said(cell: Cell) -> Answer:
    """Grade alpha 4 and 6 by turns, beta 8; give no grade to gamma; lose delta's first answers."""
    if cell.target == "delta":
        return Cause.SERVER
    if cell.judge is None:
        return answered(cell)
    if cell.target == "gamma":
        return Cause.REFUSED
    return graded(8 if cell.target == "beta" else 2 + 2 * cell.turn)


def report(folder: Path, what: Plan) -> dict[str, Any]:
    """Return the report as its reader parses it."""
    summary, _ = play(folder, what, said)
    parsed: dict[str, Any] = orjson.loads(orjson.dumps(document(what, summary)))
    return parsed


def test_keys(tmp_path: Path) -> None:
    """The report has exactly the keys that are promised."""
    got = report(tmp_path, plan(("alpha", "beta")))
    assert set(got) == {
        "run",
        "coverage",
        "answers",
        "single",
        "pairwise",
        "position_bias",
        "win_matrix",
        "length_adjusted",
        "judge_quality",
        "judge_families",
        "judge_agreement",
        "judge_panels",
        "reasks",
        "juries",
        "weights",
        "speed",
        "failures",
        "cost",
        "warnings",
    }
    assert got["run"] == {
        "name": "scene",
        "asynceval": __version__,
        "questions": 3,
        "choices": 1,
        "verdict_rule": "default",
        "models": ["alpha", "beta"],
        "judges": ["judge"],
        "answered_by": [],
    }
    assert set(got["coverage"]) == {
        "expected",
        "scored",
        "unparsed",
        "failed",
        "refused",
        "filtered",
        "context_length",
        "not_reached",
        "truncated",
    }
    for answers in got["answers"]:
        assert set(answers) == {"model", "expected", "n", "truncated", "empty", "imitations"}
    for standing in got["single"]:
        assert set(standing) == {
            "judge",
            "model",
            "average",
            "se",
            "ci",
            "n",
            "average_unflagged",
            "n_unflagged",
            "own_family",
            "expected",
            "missing",
            "rank",
            "groups",
            "comparable",
            "turns",
            "categories",
        }
        assert list(standing["turns"]) == ["1", "2"]
        assert list(standing["categories"]) == ["writing", "math"]
        parts = [*standing["turns"].values(), *standing["categories"].values()]
        assert all(set(part) == PART for part in parts)
    assert got["juries"] == got["weights"] == []
    (reasks,) = got["reasks"]
    assert reasks == {
        "judge": "judge",
        "n": 12,
        "asked_again": 0,
        "longer": 0,
        "reformat": 0,
        "fresh": 0,
        "unparsed": 0,
    }
    assert got["pairwise"] == got["position_bias"] == got["failures"] == got["warnings"] == []


def test_values(tmp_path: Path) -> None:
    """An estimate comes with its n, its error and its interval."""
    got = report(tmp_path, plan(("alpha", "beta")))
    alpha = got["single"][1]
    assert (alpha["judge"], alpha["model"]) == ("judge", "alpha")
    assert (alpha["average"], alpha["n"], alpha["expected"], alpha["se"]) == (5, 6, 6, 0)
    assert alpha["ci"] is None  # nothing varied
    assert alpha["turns"]["2"] == {"mean": 6, "se": 0, "ci": None, "n": 3, "comparable": True}
    math = {"mean": 5, "se": None, "ci": None, "n": 2, "comparable": True}
    assert alpha["categories"]["math"] == math
    assert (alpha["missing"], alpha["comparable"]) == ({}, True)
    assert (alpha["rank"], alpha["groups"]) == ([1, 2], [1])


def test_best_first(tmp_path: Path) -> None:
    """The best model is first; a model without a score is last."""
    got = report(tmp_path, plan(("delta", "gamma", "alpha", "beta")))
    assert [s["model"] for s in got["single"]] == ["beta", "alpha", "delta", "gamma"]


def test_undefined_is_null(tmp_path: Path) -> None:
    """What is not defined is null, and never 0."""
    got = report(tmp_path, plan(("gamma",)))
    (gamma,) = got["single"]
    assert gamma["average"] is gamma["se"] is gamma["ci"] is None
    assert (gamma["n"], gamma["expected"]) == (0, 6)
    empty = {"mean": None, "se": None, "ci": None, "n": 0, "comparable": True}
    assert gamma["turns"] == {"1": empty, "2": empty}
    assert gamma["categories"] == {"writing": empty, "math": empty}
    assert got["cost"]["usd"] is None


def test_single_question(tmp_path: Path) -> None:
    """One question has a mean without an error."""
    got = report(tmp_path, plan(("beta",), questions=1))
    (beta,) = got["single"]
    assert (beta["average"], beta["n"], beta["se"], beta["ci"]) == (8, 2, None, None)


def test_what_is_missing(tmp_path: Path) -> None:
    """What was dropped is counted, with its causes, beside the estimates."""
    got = report(tmp_path, plan(("alpha", "gamma", "delta")))
    assert got["coverage"] == {
        "expected": 18,
        "scored": 6,
        "unparsed": 0,
        "failed": 3,
        "refused": 6,
        "filtered": 0,
        "context_length": 0,
        "not_reached": 3,
        "truncated": 0,
    }
    assert got["failures"] == [
        {"kind": "answer", "model": "delta", "cause": "not_reached", "n": 3},
        {"kind": "answer", "model": "delta", "cause": "server", "n": 3},
        {"kind": "judgment", "model": "judge", "cause": "refused", "n": 6},
        {"kind": "lost judgment", "model": "delta", "cause": "not_reached", "n": 3},
        {"kind": "lost judgment", "model": "delta", "cause": "server", "n": 3},
    ]
    lacks = {row["model"]: (row["missing"], row["comparable"]) for row in got["single"]}
    assert lacks == {
        "alpha": ({}, True),
        "gamma": ({"refused": 6}, False),
        "delta": ({"failed": 3, "not_reached": 3}, False),
    }
    assert got["warnings"][0] == "12 of 18 judgments have no verdict; every mean says its n"


def test_cost(tmp_path: Path) -> None:
    """The cost is the sum over the models, each with its calls and tokens."""
    got = report(tmp_path, plan(("beta",), price=Price(1.0, 2.0)))
    assert got["cost"]["usd"] == pytest.approx((120 + 2 * 30 + 600 + 2 * 60) / 1e6)
    assert got["cost"]["models"] == [
        {
            "kind": "answer",
            "model": "beta",
            "calls": 6,
            "prompt_tokens": 120,
            "completion_tokens": 30,
            "uncounted": 0,
            "usd": pytest.approx(180e-6),
            "reasoning_tokens": 0,
        },
        {
            "kind": "judgment",
            "model": "judge",
            "calls": 6,
            "prompt_tokens": 600,
            "completion_tokens": 60,
            "uncounted": 0,
            "usd": pytest.approx(720e-6),
            "reasoning_tokens": 0,
        },
    ]


def test_no_judge(tmp_path: Path) -> None:
    """A run without a judge has answers, and no standings."""
    got = report(tmp_path, plan(("alpha",), ()))
    assert got["single"] == []
    assert got["coverage"]["expected"] == 0
    assert [entry["calls"] for entry in got["cost"]["models"]] == [6]


def test_answers_and_names(tmp_path: Path) -> None:
    """Each model's answers are counted with what is unusual about them, and who gave them."""

    def say(cell: Cell) -> Answer:
        if cell.judge:
            return replace(graded(5), model="judge-2025-01-31", fingerprint="fp_1")
        if cell.question == "q0":
            return Reply(f"Rating: [[10]] {cell}", finish_reason="length", model="alpha")
        return Cause.SERVER if cell.question == "q1" else Reply("", model="alpha")

    summary, _ = play(tmp_path, plan(("alpha",)), say)
    got = document(plan(("alpha",)), summary)
    assert got["answers"] == [
        {"model": "alpha", "expected": 6, "n": 4, "truncated": 2, "empty": 2, "imitations": 2}
    ]
    assert got["run"]["answered_by"] == [
        {
            "kind": "answer",
            "model": "alpha",
            "asked": "alpha",
            "name": "alpha",
            "fingerprint": None,
            "n": 4,
        },
        {
            "kind": "judgment",
            "model": "judge",
            "asked": "judge",
            "name": "judge-2025-01-31",
            "fingerprint": "fp_1",
            "n": 4,
        },
    ]
