"""Prices: what the config says, else what genai-prices knows, and what a budget needs."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from asynceval.config.keys import is_loopback
from asynceval.domain.errors import Problem
from asynceval.domain.sweep import Judge, Price, Sweep, Target

_SAMPLE: Final = 1000
"""Tokens that are priced to learn the price of a million: few enough for the lowest tier."""

_Model = TypeVar("_Model", Target, Judge)


def priced(sweep: Sweep, earlier: Sweep | None = None) -> Sweep:
    """Return the sweep with a price for each model, as far as one can be had without a network.

    A price in the config holds. A model without one keeps the price that it has in the `earlier`
    sweep of its run directory, so that a new edition of genai-prices changes nothing there; else
    that package is asked, if it is installed, by the endpoint's URL and the model's name there.
    Unknown stays None.
    """
    urls = {endpoint.name: endpoint.base_url for endpoint in sweep.endpoints}
    known = {} if earlier is None else _known(earlier)

    def with_price(model: _Model) -> _Model:
        if model.price is not None:
            return model
        where = (urls[model.endpoint], model.model)
        price = known.get(where)
        return replace(model, price=_looked_up(*where) if price is None else price)

    return replace(
        sweep,
        targets=tuple(with_price(target) for target in sweep.targets),
        author=None if sweep.author is None else with_price(sweep.author),
        judges=tuple(with_price(judge) for judge in sweep.judges),
    )


def unpriced(sweep: Sweep) -> Iterator[Problem]:
    """Yield a problem for each model whose price a budget in dollars needs and nobody knows."""
    for_all = sweep.budget is not None and sweep.budget.usd is not None
    for target in sweep.asked:
        if target.price is None and for_all:
            yield _problem("models", target)
    for judge in sweep.judges:
        own = judge.budget is not None and judge.budget.usd is not None
        if judge.price is None and (for_all or own):
            yield _problem("judges", judge)


def _problem(kind: str, model: Target | Judge) -> Problem:
    hint = "" if _is_installed() else ', or pip install "asynceval[prices]"'
    message = (
        "a budget in US dollars needs a price here, and none is known: set price = "
        f"{{ input = ..., output = ... }} for a million tokens (0 and 0 where it is free){hint}"
    )
    return Problem(message, key=f"{kind}.{model.name}")


def _known(sweep: Sweep) -> dict[tuple[str, str], Price]:
    urls = {endpoint.name: endpoint.base_url for endpoint in sweep.endpoints}
    models: tuple[Target | Judge, ...] = (*sweep.asked, *sweep.judges)
    return {(urls[m.endpoint], m.model): m.price for m in models if m.price is not None}


def _is_installed() -> bool:
    try:
        return find_spec("genai_prices") is not None
    except ValueError:  # what stands for it has no spec
        return False


def _looked_up(url: str, model: str) -> Price | None:
    """Return the price that genai-prices has for a model at this URL.

    Nothing is taken for free: models that it lists without a price are left to the user, and so are
    those that cost something for each request, which a price by tokens cannot say.
    """
    # No list says what a server on this machine costs.
    if is_loopback(url) or not _is_installed():
        return None
    # Imported by name: the package is optional, and takes longer to import than all of ours.
    prices: Any = import_module("genai_prices")
    usage = prices.Usage(input_tokens=_SAMPLE, output_tokens=_SAMPLE)
    try:
        found = prices.calc_price(usage, model, provider_api_url=url)
    except LookupError:
        return None
    amounts = (found.input_price, found.output_price)
    if min(amounts) <= 0 or sum(amounts) != found.total_price:
        return None
    return Price(*(float(amount * 1_000_000 / _SAMPLE) for amount in amounts))
