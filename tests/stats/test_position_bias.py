"""Position bias: the nine pairs of verdicts fall into five classes, and errors apart."""

import pytest

from asynceval.stats.outcomes import Screen
from asynceval.stats.position_bias import PositionBias, position_bias

CLASSES: dict[str, list[tuple[Screen | None, Screen | None]]] = {
    "consistent": [("A", "B"), ("B", "A"), ("tie", "tie")],
    "first": [("A", "A")],
    "second": [("B", "B")],
    "half_tie_first": [("A", "tie"), ("tie", "A")],
    "half_tie_second": [("B", "tie"), ("tie", "B")],
    "error": [(None, "A"), ("tie", None), (None, None)],
}


@pytest.mark.parametrize("name", CLASSES)
def test_each_pair_has_its_class(name: str) -> None:
    """Each pair counts once, in the class of its two verdicts."""
    pairs = CLASSES[name]
    got = position_bias(pairs)
    assert getattr(got, name) == got.n == len(pairs)


def test_shares_are_of_all_pairs() -> None:
    """Errors are in the denominator; the preference is of the strict classes only."""
    got = position_bias(
        [("A", "B"), ("A", "A"), ("A", "A"), ("A", "A"), ("B", "B"), ("A", "tie"), (None, "A")]
    )
    assert got == PositionBias(1, 3, 1, 1, 0, 1)
    assert got.n == 7
    assert got.consistency == pytest.approx(1 / 7)
    assert got.preference == 0.5
    assert got.p == pytest.approx(10 / 16)


def test_a_published_row() -> None:
    """GPT-4's: of 80 pairs 52 consistent, 24 first, 4 second are 65.0, 30.0 and 5.0 %."""
    got = PositionBias(consistent=52, first=24, second=4)
    assert got.consistency == 0.65
    assert got.preference == pytest.approx(20 / 28)
    assert got.p is not None and got.p < 0.001


def test_of_nothing_all_is_undefined() -> None:
    """Never 0."""
    none = position_bias([])
    assert (none.n, none.consistency, none.preference, none.p) == (0, None, None, None)
