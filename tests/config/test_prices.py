"""A price is the config's, else what is known of it, and nothing unknown is taken for free."""

import sys
from dataclasses import replace

import pytest

from asynceval.config.prices import priced, unpriced
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Sweep, Target

OURS = Price(1.0, 2.0)
SWEEP = Sweep(
    "s",
    (
        Endpoint("openai", "https://api.openai.com/v1"),
        Endpoint("local", "http://127.0.0.1:{port}/v1"),
    ),
    (
        Target("own", "openai", "gpt-4o", price=OURS),
        Target("known", "openai", "gpt-4o-mini-2024-07-18"),
        Target("unknown", "openai", "no-such-model"),
        Target("local", "local", "gpt-4o-mini"),
    ),
    (Judge("judge", "openai", "gpt-4o"),),
)


def prices(sweep: Sweep) -> dict[str, Price | None]:
    """Return the prices of a sweep by name."""
    models: tuple[Target | Judge, ...] = (*sweep.targets, *sweep.judges)
    return {model.name: model.price for model in models}


def test_prices_are_found_by_model_and_url() -> None:
    """The config's price holds; the others come from the package by URL, or stay unknown."""
    assert prices(priced(SWEEP)) == {
        "own": OURS,
        "known": Price(0.15, 0.6),
        "unknown": None,
        "local": None,
        "judge": Price(2.5, 10.0),
    }


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://openrouter.ai/api/v1", "meta-llama/llama-3.3-70b-instruct:free"),
        ("https://api.openai.com/v1", "text-embedding-3-small"),
        ("https://api.perplexity.ai", "sonar"),
    ],
)
def test_a_price_that_does_not_say_all_is_none(url: str, model: str) -> None:
    """Listed without a price, for input alone, or with a price for each request: not taken."""
    sweep = Sweep("s", (Endpoint("e", url),), (Target("m", "e", model),), ())
    assert prices(priced(sweep)) == {"m": None}


def test_without_the_package_prices_are_the_configs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is optional, and a message tells how to get it."""
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    assert priced(SWEEP) == SWEEP
    problems = list(unpriced(replace(SWEEP, budget=Budget(usd=1))))
    assert all('or pip install "asynceval[prices]"' in str(problem) for problem in problems)


def test_a_run_directory_keeps_its_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found for an earlier run holds on, with another edition of the package or without."""
    stored = replace(SWEEP, targets=(Target("old name", "openai", "gpt-4o-mini-2024-07-18"),))
    stored = replace(stored, targets=(replace(stored.targets[0], price=Price(7, 8)),))
    assert prices(priced(SWEEP, stored))["known"] == Price(7, 8)
    assert prices(priced(SWEEP, stored))["judge"] == Price(2.5, 10.0)
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    found = prices(priced(SWEEP, stored))
    assert (found["own"], found["known"], found["judge"]) == (OURS, Price(7, 8), None)


def test_a_budget_in_dollars_names_every_model_without_a_price() -> None:
    """Each one is a problem at its key, with what to do."""
    sweep = replace(priced(SWEEP), budget=Budget(usd=10))
    told = [str(problem) for problem in unpriced(sweep)]
    assert [text.split(":")[0] for text in told] == ["models.unknown", "models.local"]
    assert "set price = { input = ..., output = ... }" in told[0]
    assert "pip install" not in told[0]


def test_a_budget_of_a_judge_needs_that_judges_price_alone() -> None:
    """Models without a price may be asked; and tokens need no price."""
    judge = Judge("j", "local", "j", budget=Budget(usd=1))
    sweep = replace(SWEEP, judges=(judge, replace(judge, name="k", budget=Budget(tokens=9))))
    assert [problem.key for problem in unpriced(sweep)] == ["judges.j"]
    assert not list(unpriced(replace(SWEEP, budget=Budget(tokens=1))))
    assert not list(unpriced(SWEEP))


def test_a_free_model_has_a_price() -> None:
    """Nothing is a price, where the config says so."""
    free = replace(SWEEP.targets[3], price=Price(0, 0))
    sweep = replace(SWEEP, targets=(free,), judges=(), budget=Budget(usd=1))
    assert not list(unpriced(priced(sweep)))
