"""The index: a dictionary from keys to places, in little memory."""

import tracemalloc
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from asynceval.store import index as module
from asynceval.store.index import Index
from tests.store.samples import key


def near(number: int) -> bytes:
    """Return a key of its own for each number, all of them in one table."""
    return b"\0" + key(number)[1:]


_KEYS = st.integers(0, 30).map(near)
_ENTRIES = st.lists(st.tuples(_KEYS, st.integers(0, 2**60)))


@given(_ENTRIES, st.integers(2, 8))
def test_like_a_dictionary(entries: list[tuple[bytes, int]], smallest: int) -> None:
    """It finds what a dictionary finds that keeps the first of equal keys, however it grows."""
    with patch.object(module, "_SMALLEST", smallest):
        index, model = Index(), dict[bytes, int]()
        for name, place in entries:
            assert index.add(name, place) is (name not in model)
            model.setdefault(name, place)
            assert len(index) == len(model)
            assert all(index.find(known) == where for known, where in model.items())
        assert all(index.find(near(n)) == model.get(near(n)) for n in range(40))
        assert list(index.places()) == sorted(model.values())


@given(_ENTRIES)
def test_filled_at_once(entries: list[tuple[bytes, int]]) -> None:
    """Entries given to the constructor count as if they were added one by one."""
    index = Index(entries)
    model = dict(reversed(entries))
    assert len(index) == len(model)
    assert {name: index.find(name) for name in model} == model


def test_place_zero() -> None:
    """The first record of a log, at place 0, is found like any other."""
    index = Index([(key(1), 0)])
    assert index.find(key(1)) == 0
    assert not index.add(key(1), 7)


def test_many() -> None:
    """Every one of some tens of thousands of entries is found, in the order of the log."""
    index = Index()
    for number in range(30_000):
        assert index.add(key(number), number * 1000)
    assert all(index.find(key(number)) == number * 1000 for number in range(30_000))
    assert index.find(key(30_000)) is None
    assert list(index.places()) == [number * 1000 for number in range(30_000)]


def test_memory() -> None:
    """An entry takes a few dozen bytes at most, so that millions of calls fit."""
    keys = [key(number) for number in range(100_000)]
    tracemalloc.start()
    try:
        index = Index()
        before = tracemalloc.get_traced_memory()[0]
        for number, name in enumerate(keys):
            index.add(name, number << 12)
        each = (tracemalloc.get_traced_memory()[0] - before) / len(keys)
    finally:
        tracemalloc.stop()
    assert each < 40
