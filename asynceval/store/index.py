"""The index: where in the log each finished call lies, in about 16 bytes a call."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

_RECENT = 4096


class Index:
    """Maps a key to a place in the log, by the first 8 bytes of the key.

    Most entries rest in two sorted arrays, 8 bytes each; the newest are in a dict that is merged
    into them when it has grown to half their size, so an entry is moved a few times at most. Two
    keys that share 8 bytes would be one entry: the reader compares the whole key, so such a call
    (one in 10**7 sweeps of a million calls) would be paid again, never mistaken.
    """

    __slots__ = ("_places", "_prefixes", "_recent")

    def __init__(self, entries: Iterable[tuple[bytes, int]] = ()) -> None:
        """Take entries as (key, place); the first of equal keys wins."""
        self._prefixes = array("Q")
        self._places = array("Q")
        self._recent: dict[int, int] = {}
        for key, place in entries:
            self.add(key, place)

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self._prefixes) + len(self._recent)

    def add(self, key: bytes, place: int) -> bool:
        """Note where a call lies; False, and nothing changed, if the key is known already."""
        if self.find(key) is not None:
            return False
        self._recent[int.from_bytes(key[:8])] = place
        if len(self._recent) >= max(_RECENT, len(self._prefixes) // 2):
            self._merge()
        return True

    def find(self, key: bytes) -> int | None:
        """Return the place noted for the key, None if there is none."""
        prefix = int.from_bytes(key[:8])
        place = self._recent.get(prefix)
        if place is not None:
            return place
        position = bisect_left(self._prefixes, prefix)
        if position < len(self._prefixes) and self._prefixes[position] == prefix:
            return self._places[position]
        return None

    def places(self) -> Iterator[int]:
        """Yield every place, in the order of the log."""
        yield from sorted([*self._places, *self._recent.values()])

    def _merge(self) -> None:
        prefixes = self._prefixes + array("Q", sorted(self._recent))
        places = self._places + array("Q", (self._recent[p] for p in sorted(self._recent)))
        # Two sorted runs, which Python's sort merges in linear time.
        order = sorted(range(len(prefixes)), key=prefixes.__getitem__)
        self._prefixes = array("Q", map(prefixes.__getitem__, order))
        self._places = array("Q", map(places.__getitem__, order))
        self._recent = {}
