"""Check what a config says about pairs, and about references that a model writes."""

from pathlib import Path

import pytest

from asynceval.config.questions import load_all
from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.store import request as stored
from tests.config.build import MINIMAL, config

TWO = MINIMAL + '[[models]]\nname = "n"\nendpoint = "e"\n[[judges]]\nname = "j"\nendpoint = "e"\n'


@pytest.mark.parametrize(
    ("lines", "key", "message"),
    [
        ('mode = "pairwise-baseline"', "baseline", "is missing"),
        (
            'mode = "pairwise-baseline"\nbaseline = "mm"',
            "baseline",
            "no such model; did you mean m?",
        ),
        ('mode = "pairwise-all"\nbaseline = "m"', "baseline", "has no use"),
        ('baseline = "m"', "baseline", "has no use"),
        ('orders = "one"', "orders", "has no use"),
    ],
)
def test_a_pairwise_judge_that_cannot_work_is_refused(
    tmp_path: Path, lines: str, key: str, message: str
) -> None:
    """What a pairwise judge lacks, or has for nothing, is told with its key."""
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, TWO + lines))
    assert f"judges[0].{key}: {message}" in str(caught.value)


def test_one_model_is_no_pair(tmp_path: Path) -> None:
    """A pairwise judge needs two models."""
    text = MINIMAL + '[[judges]]\nname = "j"\nendpoint = "e"\nmode = "pairwise-all"\n'
    with pytest.raises(ConfigError, match=r"judges\[0\].mode: needs at least two"):
        load(config(tmp_path, text))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('{ model = "m" }', Target("m", "e", "m")),
        ('{ model = "m", max_tokens = 5 }', Target("m", "e", "m", 5)),
        ('{ model = "j" }', Target("j", "e", "j", 2048)),
        ('{ model = "j", max_tokens = 5 }', Target("j", "e", "j", 5)),
    ],
)
def test_a_model_or_a_judge_may_write_the_references(
    tmp_path: Path, table: str, expected: Target
) -> None:
    """The questions of the reference categories need one then, and it survives the run directory."""
    text = TWO.replace(
        "[endpoints.e]",
        f'references = {table}\nreference_categories = ["writing"]\n[endpoints.e]',
    )
    request = load(config(tmp_path, text))
    assert request.sweep.author == expected
    questions, warnings = load_all(request)
    assert [q.needs_reference for q in questions] == [True]
    assert warnings == ()
    plan = Plan(request.sweep, questions, builtin())
    stored.write(tmp_path / "run", plan)
    assert stored.read(tmp_path / "run") == plan
    is_target = expected in request.sweep.targets
    assert len(request.sweep.asked) == (2 if is_target else 3)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{ model = "k" }', "benchmark.references.model: no such model or judge"),
        ("{}", "benchmark.references.model: is missing"),
        ('{ model = "m", temprature = 1 }', "benchmark.references.temprature: unknown key"),
        ("5", "benchmark.references: must be a text"),
    ],
)
def test_an_author_that_cannot_be_is_refused(tmp_path: Path, table: str, message: str) -> None:
    """What is wrong with the table is told with its key."""
    text = TWO.replace("[endpoints.e]", f"references = {table}\n[endpoints.e]")
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, text))
    assert message in str(caught.value)
