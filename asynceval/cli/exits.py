"""Exit codes, and how an error becomes one. See docs/design.md, section 7."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import click

from asynceval.domain.errors import AsyncEvalError, ConfigError, ServerError, StorageError
from asynceval.domain.text import visible

COMPLETE = 0
USAGE = 2
INCOMPLETE = 3
STORAGE = 4
INTERRUPTED = 130

_MOST_PROBLEMS = 20


def leave_on_interrupt() -> None:
    """Let Ctrl-C end the process at once, without a traceback, while there is nothing to save."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))


@contextmanager
def told() -> Iterator[None]:
    """Turn errors that are the user's to know into sentences on stderr and an exit code."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here it can still be told, not when Python ends
    except ConfigError as error:
        problems = error.problems
        for problem in problems[:_MOST_PROBLEMS]:
            say(f"error: {problem}")
        if len(problems) > _MOST_PROBLEMS:
            say(f"error: and {len(problems) - _MOST_PROBLEMS} more problems")
        sys.exit(USAGE)
    except StorageError as error:
        say(f"error: {error}")
        sys.exit(STORAGE)
    except ServerError as error:
        say(f"error: {error}")
        sys.exit(USAGE)
    except BrokenPipeError:
        raise  # nobody reads on; click ends quietly
    except OSError as error:
        _drop(sys.stdout)
        say(f"error: the output cannot be written: {error.strerror or error}")
        sys.exit(STORAGE)
    except BaseExceptionGroup as group:
        # A task group wraps what its tasks raise; the first error for the user is what to say.
        known = group.subgroup(AsyncEvalError)
        if known is None:
            raise
        with told():
            raise first(known) from None


def _drop(stream: TextIO) -> None:
    """Let what is still to be written to a terminal that is gone go nowhere, or Python exits with 120."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(line: str) -> None:
    """Print a line on stderr, made harmless for a terminal; if nobody reads it, that is no error."""
    try:
        click.echo(visible(line), err=True)
    except OSError:
        _drop(sys.stderr)


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error in a group that is no group itself."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
