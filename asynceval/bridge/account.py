"""The account of an import: what was taken in, and what was done with everything out of the ordinary."""

from collections import Counter as Counts
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asynceval.benchmarks.records import Problems
from asynceval.domain.text import counted

_SHOWN = 5
UNUSABLE = "cannot be used: left out"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One kind of oddity in one file: how often, and where it was met first, with details."""

    file: str
    what: str
    n: int
    first: tuple[tuple[int | None, str], ...]

    def lines(self) -> Iterator[str]:
        """Yield the oddity in words: the file, the number of rows, and the first lines."""
        numbers = ", ".join(str(line) for line, detail in self.first if line and not detail)
        where = f" (line{'s' if ',' in numbers else ''} {numbers})" if numbers else ""
        more = ", and more" if where and self.n > len(self.first) else ""
        yield f"{self.file}: {counted(self.n, 'row')}{where}{more}: {self.what}"
        for line, detail in self.first:
            if detail:
                yield f"    {self.file}{'' if line is None else f':{line}'}: {detail}"


class Account(Problems):
    """Counts what an import took in and what it met, file by file; it holds no text of a row.

    It takes the place of problems: a row that cannot be read is counted here and stops nothing.
    """

    def __init__(self, source: Path) -> None:
        """Start with nothing met in the files of this folder."""
        super().__init__()
        self._source = source
        self.taken: Counts[str] = Counts()
        self._counts: Counts[tuple[str, str]] = Counts()
        self._first: dict[tuple[str, str], list[tuple[int | None, str]]] = {}

    def add(self, path: Path, line: int | None, key: str | None, message: str) -> None:
        """Count a row that cannot be used."""
        self.note(path, line, UNUSABLE, f"{key}: {message}" if key else message)

    def note(self, path: Path, line: int | None, what: str, detail: str = "") -> None:
        """Count one oddity; `detail` is what differs from row to row."""
        file = path.relative_to(self._source).as_posix() if path.is_absolute() else path.as_posix()
        self._counts[file, what] += 1
        first = self._first.setdefault((file, what), [])
        if len(first) < _SHOWN:
            first.append((line, detail))

    def oddities(self) -> tuple[Oddity, ...]:
        """Return everything that was met, by file, in the order of the files."""
        return tuple(
            Oddity(file, what, n, tuple(self._first[file, what]))
            for (file, what), n in self._counts.items()
        )
