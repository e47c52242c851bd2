"""What can go wrong, by whose fault it is and what happens next.

AsyncEvalError
├── ConfigError     the user's files or flags: nothing was sent, exit 2
├── StorageError    the run directory cannot be written or read: the run stops, exit 4
│   └── DiskFullError   no space is left: worth another try in a while
└── ServerError     a managed server did not start: nothing was sent, exit 2
"""

from dataclasses import dataclass


class AsyncEvalError(Exception):
    """The base of every error that is told to the user as a sentence, never as a traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file or a flag: what, where, and what to do about it."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return `file:line: key: message`, without the parts that are not known."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ConfigError(AsyncEvalError):
    """Every problem found in the user's files and flags, at once."""

    def __init__(self, *problems: Problem | str) -> None:
        """Take the problems in the order in which they are to be shown."""
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StorageError(AsyncEvalError):
    """The run directory cannot be used: full, read-only, locked, damaged or of a newer format."""


class DiskFullError(StorageError):
    """No space is left, or no quota: nothing was written, and the same write may work later."""


class ServerError(AsyncEvalError):
    """A managed server did not start."""
