"""A config written out: what stands for many in the file, one by one, and where it stood."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from asynceval.config.document import Fault
from asynceval.config.lines import KeyPath


@dataclass(frozen=True, slots=True)
class Written:
    """A config written out. `origins` tells where the file has a table, or a key of one.

    With any fault it is not written out, and other names in it may not be what they are called.
    """

    table: Mapping[str, object]
    origins: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def placed(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Yield faults of the written-out config at the keys of the file, each once."""
        yield from dict.fromkeys((self._origin(path), message) for path, message in faults)

    def then(self, further: "Written") -> "Written":
        """Return what was written out of this one further, with the places in the first file."""
        origins = {path: self._origin(origin) for path, origin in further.origins.items()}
        faults = tuple(self.placed(further.faults))
        return Written(further.table, {**self.origins, **origins}, faults)

    def _origin(self, path: KeyPath) -> KeyPath:
        for length in (3, 2):
            if (origin := self.origins.get(path[:length])) is not None:
                return (*origin, *path[length:])
        return path
