"""Check that chance comes from the input alone and is spread evenly."""

from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.dice import Dice, digest, unit


@given(st.lists(st.text()))
def test_unit_is_a_function_of_its_parts(parts: list[str]) -> None:
    """The same parts give the same number, and it lies in [0, 1)."""
    assert 0 <= unit(*parts) < 1
    assert unit(*parts) == unit(*parts)


def test_unit_is_even() -> None:
    """The numbers of many parts fill each tenth of [0, 1) about alike."""
    tenths = [int(10 * unit("x", str(i))) for i in range(10_000)]
    assert all(900 < tenths.count(tenth) < 1100 for tenth in range(10))


def test_digest_keeps_parts_apart() -> None:
    """Moving the border between two parts gives another digest."""
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4


def test_digest_takes_broken_header_bytes() -> None:
    """A lone surrogate, which is how aiohttp gives a header that is no UTF-8, is no error."""
    assert digest("\udcff") != digest("\udcfe")


def test_dice_repeat_from_a_seed() -> None:
    """Two dice of one seed throw the same for longer than one block, another seed does not."""
    throws = [[dice.unit() for _ in range(1000)] for dice in map(Dice, (b"a", b"a", b"b"))]
    assert throws[0] == throws[1] != throws[2]
    assert len(set(throws[0])) > 900
    assert 0.45 < mean(throws[0]) < 0.55


def test_dice_reach_every_value() -> None:
    """Picking often enough picks every value and nothing else."""
    dice = Dice(b"seed")
    assert {dice.pick(("a", "b", "c")) for _ in range(100)} == {"a", "b", "c"}
