"""Check what is read from the command line, and what is refused."""

from typing import Any

import pytest

from asynceval.simulator.faults import Fault, FaultRate
from asynceval.simulator.latency import Constant, Latency, Lognormal
from asynceval.simulator.settings import (
    ModelLimit,
    Settings,
    parse_faults,
    parse_latency,
    parse_model_rpm,
)


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("0", Constant(0.0)),
        (" 0.2 ", Constant(0.2)),
        ("lognormal:0.8,4.0", Lognormal(0.8, 4.0)),
        ("lognormal:1, 1", Lognormal(1.0, 1.0)),
    ],
)
def test_latency(text: str, latency: Latency) -> None:
    """Seconds and lognormal percentiles are read."""
    assert parse_latency(text) == latency


@pytest.mark.parametrize(
    "text",
    [
        *("", "fast", "-1", "nan", "200ms", "normal:1,2", ":1,2", "lognormal", "lognormal:"),
        *("lognormal:1", "lognormal:1,2,3", "lognormal:4,1", "lognormal:0,1"),
    ],
)
def test_latency_says_what_is_allowed(text: str) -> None:
    """Any other latency is refused with the text itself and an example of each kind."""
    with pytest.raises(ValueError, match=r"0\.2, .*lognormal:0\.8,4\.0") as caught:
        parse_latency(text)
    assert repr(text) in str(caught.value)


def test_faults() -> None:
    """Faults are read in their order."""
    assert parse_faults(["500=0.05", "hang=1"]) == (
        FaultRate(Fault.INTERNAL, 0.05),
        FaultRate(Fault.HANG, 1.0),
    )


@pytest.mark.parametrize("text", ["", "500", "500=", "=0.1", "explode=0.1", "500=2", "500=often"])
def test_fault_says_what_is_allowed(text: str) -> None:
    """Any other fault is refused with the text itself and the names of all kinds."""
    with pytest.raises(
        ValueError, match=r"500, 503, 529, 429, .*reset, close, hang, lost"
    ) as caught:
        parse_faults([text])
    assert repr(text) in str(caught.value)


def test_model_rpm() -> None:
    """Limits of single models are read in their order; a name may hold an equals sign."""
    assert parse_model_rpm(["sim-s25=60", " a=b=1 "]) == (
        ModelLimit("sim-s25", 60),
        ModelLimit("a=b", 1),
    )


@pytest.mark.parametrize("text", ["", "m", "m=", "=5", "m=0", "m=-1", "m=1.5", "m=many"])
def test_model_rpm_says_what_is_allowed(text: str) -> None:
    """Any other limit of a model is refused with the text itself and an example."""
    with pytest.raises(ValueError, match="sim-s25=60, with N requests a minute") as caught:
        parse_model_rpm([text])
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rpm": 0}, "rpm is 1 or more, not 0"),
        ({"tpm": -5}, "tpm is 1 or more, not -5"),
        ({"faults": parse_faults(["500=0.6", "503=0.6"])}, "add up to more than 1"),
        ({"faults": parse_faults(["500=0.1", "500=0.2"])}, "given twice"),
        ({"api_key": ""}, "the API key is empty"),
        ({"slots": 0}, "slots is 1 or more, not 0"),
        ({"most_in_flight": 0}, "most_in_flight is 1 or more, not 0"),
        ({"burst": 0.0}, "a burst is more than 0 seconds"),
        ({"burst": float("inf")}, "a burst is more than 0 seconds"),
        ({"burst": float("nan")}, "a burst is more than 0 seconds"),
        ({"most_in_flight": 1, "retry_after": -1.0}, "retry_after is 0 seconds or more"),
        ({"most_in_flight": 1, "retry_after": float("nan")}, "retry_after is 0 seconds or more"),
        ({"retry_after": 1.0}, "retry_after needs most_in_flight"),
        ({"most_in_flight": 1, "retry_after": 1.0, "quiet_limits": True}, "not quiet"),
        ({"model_rpm": (ModelLimit("m", 1), ModelLimit("m", 2))}, "limit is given twice"),
    ],
)
def test_impossible_settings(settings: dict[str, Any], message: str) -> None:
    """Settings that cannot be are refused with the reason."""
    with pytest.raises(ValueError, match=message):
        Settings(**settings)


def test_rates_may_add_up_to_one() -> None:
    """Rates that add up to 1 but for a rounding error are taken."""
    faults = parse_faults([f"{kind}={1 / len(Fault) + 1e-12}" for kind in Fault])
    assert sum(each.rate for each in faults) > 1
    assert len(Settings(faults=faults).faults) == len(Fault)


def test_key_is_not_shown() -> None:
    """The key does not show in the settings' repr."""
    assert "canary" not in repr(Settings(api_key="canary"))
