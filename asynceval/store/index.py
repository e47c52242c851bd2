"""The index: where in the log each finished call lies, in 23 to 35 bytes a call."""

from array import array
from collections.abc import Iterable, Iterator

_SMALLEST = 4096
_FULLEST = 0.7
_GROWTH = 1.5


class Index:
    """Maps a key to a place in the log, by the first 8 bytes of the key.

    A hash table in two arrays, 8 bytes for a key's head and 8 for its place in each slot: heads are
    digests, so one says where its slot is, and what finds that taken lies behind it. Two keys that
    share 8 bytes would be one entry: the reader compares the whole key, so such a call (one in
    10**7 sweeps of a million calls) would be paid again, never mistaken.
    """

    __slots__ = ("_count", "_heads", "_places")

    def __init__(self, entries: Iterable[tuple[bytes, int]] = ()) -> None:
        """Take entries as (key, place); the first of equal keys wins."""
        self._count = 0
        self._heads = _zeros(_SMALLEST)
        self._places = _zeros(_SMALLEST)  # one more than it is; 0 in a slot that is free
        for key, place in entries:
            self.add(key, place)

    def __len__(self) -> int:
        """Return the number of calls."""
        return self._count

    def add(self, key: bytes, place: int) -> bool:
        """Note where a call lies; False, and nothing changed, if the key is known already."""
        head = int.from_bytes(key[:8])
        slot = self._slot(head)
        if self._places[slot]:
            return False
        self._heads[slot], self._places[slot] = head, place + 1
        self._count += 1
        if self._count > _FULLEST * len(self._heads):
            self._grow()
        return True

    def find(self, key: bytes) -> int | None:
        """Return the place noted for the key, None if there is none."""
        place = self._places[self._slot(int.from_bytes(key[:8]))]
        return place - 1 if place else None

    def places(self) -> Iterator[int]:
        """Yield every place, in the order of the log."""
        yield from sorted(place - 1 for place in self._places if place)

    def _slot(self, head: int) -> int:
        """Return the slot where a head is, or that it would take."""
        heads, places = self._heads, self._places
        slot = head * len(heads) >> 64
        while places[slot] and heads[slot] != head:
            slot = slot + 1 if slot + 1 < len(heads) else 0
        return slot

    def _grow(self) -> None:
        heads, places = self._heads, self._places
        size = int(len(heads) * _GROWTH)
        self._heads, self._places = _zeros(size), _zeros(size)
        for head, place in zip(heads, places, strict=True):
            if place:
                slot = self._slot(head)
                self._heads[slot], self._places[slot] = head, place


def _zeros(count: int) -> "array[int]":
    return array("Q", bytes(8 * count))
