"""The index: where in the log each finished call lies, in 23 to 35 bytes a call."""

from array import array
from collections.abc import Iterable, Iterator

_TABLES = 256
_SMALLEST = 16
_FULLEST = 0.7
_GROWTH = 1.5


class Index:
    """Maps a key to a place in the log, by the first 8 bytes of the key.

    Keys are digests, so the first byte says in which of 256 hash tables an entry is. Many small tables
    and not one: each grows by itself, so no call waits for all to be moved, and the memory that one
    leaves behind is of use to the next. Two keys that share 8 bytes would be one entry: the reader
    compares the whole key, so such a call (one in 10**7 sweeps of a million calls) would be paid
    again, never mistaken.
    """

    __slots__ = ("_count", "_tables")

    def __init__(self, entries: Iterable[tuple[bytes, int]] = ()) -> None:
        """Take entries as (key, place); the first of equal keys wins."""
        self._count = 0
        self._tables = [_Table() for _ in range(_TABLES)]
        for key, place in entries:
            self.add(key, place)

    def __len__(self) -> int:
        """Return the number of calls."""
        return self._count

    def add(self, key: bytes, place: int) -> bool:
        """Note where a call lies; False, and nothing changed, if the key is known already."""
        is_new = self._tables[key[0]].add(int.from_bytes(key[1:8]), place)
        self._count += is_new
        return is_new

    def find(self, key: bytes) -> int | None:
        """Return the place noted for the key, None if there is none."""
        table = self._tables[key[0]]
        place = table.places[table.slot(int.from_bytes(key[1:8]))]
        return place - 1 if place else None

    def places(self) -> Iterator[int]:
        """Yield every place, in the order of the log."""
        yield from sorted(place - 1 for table in self._tables for place in table.places if place)


class _Table:
    """A hash table in two arrays: 7 bytes of a key, and one more than its place; 0 in a free slot.

    The digest itself says where its slot is; what finds that taken lies behind it.
    """

    __slots__ = ("count", "heads", "places")

    def __init__(self) -> None:
        self.count = 0
        self.heads = _zeros(_SMALLEST)
        self.places = _zeros(_SMALLEST)

    def add(self, head: int, place: int) -> bool:
        slot = self.slot(head)
        if self.places[slot]:
            return False
        self.heads[slot], self.places[slot] = head, place + 1
        self.count += 1
        if self.count > _FULLEST * len(self.heads):
            self.grow()
        return True

    def slot(self, head: int) -> int:
        """Return the slot where a head is, or that it would take."""
        heads, places = self.heads, self.places
        slot = head * len(heads) >> 56
        while places[slot] and heads[slot] != head:
            slot = slot + 1 if slot + 1 < len(heads) else 0
        return slot

    def grow(self) -> None:
        heads, places = self.heads, self.places
        size = int(len(heads) * _GROWTH)
        self.heads, self.places = _zeros(size), _zeros(size)
        for head, place in zip(heads, places, strict=True):
            if place:
                slot = self.slot(head)
                self.heads[slot], self.places[slot] = head, place


def _zeros(count: int) -> "array[int]":
    return array("Q", bytes(8 * count))
