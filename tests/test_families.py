"""Families: a judge's own models are found, marked or left out."""

from dataclasses import replace

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.family import family_of
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint, Judge, OwnFamily, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan, conversation, dependents
from asynceval.protocol.pairs import Pairs
from asynceval.report.document import document
from asynceval.report.summary import summarise

QUESTION = Question("q", "writing", ("Why?",))
TARGETS = (
    Target("mini", "e", "gpt-4o-mini"),
    Target("llama", "e", "meta-llama/Llama-3.1-8B"),
    Target("mine", "e", "tuned", family="GPT"),
    Target("qwen", "e", "Qwen/Qwen3-8B"),
)


def plan(own_family: OwnFamily, **judge: str) -> Plan:
    single = Judge("judge", "e", judge.pop("model", "gpt-4.1"), own_family=own_family, **judge)  # type: ignore[arg-type]
    pairs = replace(single, name="pairs", mode="pairwise-all")
    sweep = Sweep("s", (Endpoint("e", "http://e"),), TARGETS, (single, pairs))
    return Plan(sweep, (QUESTION,), builtin())


def judged(what: Plan) -> set[str]:
    """Return the targets that the judge of single answers judges."""
    found = set()
    for target in what.sweep.targets:
        steps = conversation(what, QUESTION, target, 0)
        next(steps)
        try:
            found.add(steps.send(Reply("Because.")).cell.target)
        except StopIteration:
            assert not list(dependents(what, QUESTION, Cell("q", "writing", 1, target.name)))
    return found


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (("gpt-4o",), "gpt"),
        (("o3-mini",), "gpt"),
        (("Qwen/Qwen3-8B",), "qwen"),
        (("meta-llama/Llama-3.1-8B",), "llama"),
        (("openai/whatever",), "gpt"),
        (("deepseek-r1-distill-qwen-7b",), "deepseek"),
        (("tuned", "claude-opus"), "claude"),
        (("strong", "sim-s85"), None),
        (("egypt", "photo1"), None),
    ],
)
def test_families_are_told_by_name(names: tuple[str, ...], family: str | None) -> None:
    """The model's part of a name tells first, then the organisation, then the next name."""
    assert family_of(*names) == family


def test_a_judge_may_leave_out_its_own() -> None:
    """Neither answers nor pairs of its family are in its plan; families of the config count."""
    what = plan("skip")
    assert judged(what) == {"llama", "qwen"}
    assert list(Pairs(what).of["pairs"]) == [("llama", "qwen")]
    assert judged(plan("skip", family="qwen")) == {"mini", "llama", "mine"}
    assert judged(plan("skip", model="tuned", family="other")) == {"mini", "llama", "qwen"}
    assert judged(plan("skip", model="sim-s85")) == {target.name for target in TARGETS}


@pytest.mark.parametrize("own_family", ["judge", "mark"])
def test_otherwise_all_are_judged(own_family: OwnFamily) -> None:
    """Marked or not, every model is judged and every pair compared."""
    what = plan(own_family)
    assert judged(what) == {target.name for target in TARGETS}
    assert len(Pairs(what).of["pairs"]) == 6


def test_the_report_tells_which_are_of_the_family() -> None:
    """Rows say it, a warning does where it was asked for, and what is left out has no row."""
    marked = summarise(plan("mark"), ())
    rows = {row["model"]: row["own_family"] for row in document(plan("mark"), marked)["single"]}
    assert rows == {"mini": True, "mine": True, "llama": False, "qwen": False}
    assert marked.warnings[0] == (
        "judge judge: models of its own family, which it may favour, judged all the same: mini, mine"
    )
    left = summarise(plan("skip"), ())
    assert {standing.model for standing in left.standings} == {"llama", "qwen"}
    assert "left out: mini, mine" in left.warnings[0]
    assert summarise(plan("judge"), ()).warnings == ()
