"""A berth: the place of a managed server, as its callers see it. Who needs it, and whether it is up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anyio import Event

from asynceval.domain.failure import Failure


class Berth:
    """Where calls wait for a server that is not up, and where it is seen whether it is still needed.

    `answering` are those who still ask it for answers: it keeps its GPUs until they are done.
    `calling` are the calls that wait for it, or are with it.
    """

    def __init__(self, endpoint: str, gpus: tuple[str, ...] = ()) -> None:
        """Start with nobody who needs it; servers with one of `gpus` in common take turns."""
        self.endpoint = endpoint
        self.gpus = frozenset(gpus)
        self.answering = 0
        self.calling = 0
        self.is_up = False
        self.is_closed = False
        self._is_awaited = False
        self._untold: Failure | None = None
        self._changed: Callable[[], None] = lambda: None
        self._news = Event()

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be started as soon as its GPUs are free."""
        return not self.is_closed and (self.calling > 0 or self._is_awaited)

    @property
    def is_idle(self) -> bool:
        """Whether nobody would miss it."""
        return not (self.answering or self.calling)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call this whenever something changes that the turns depend on."""
        self._changed = changed

    def expect(self) -> None:
        """Note that somebody may ask it for answers, until `release`."""
        self.answering += 1

    def release(self) -> None:
        """Note that somebody has all the answers that were to be had."""
        self.answering -= 1
        self._changed()

    def prepare(self) -> None:
        """Have it started although nobody waits yet: its calls are going to come."""
        self._is_awaited = True
        self._changed()

    @contextmanager
    def needed(self) -> Iterator[None]:
        """Need it while the block is open."""
        self.calling += 1
        if self.calling == 1:
            self._changed()
        try:
            yield
        finally:
            self.calling -= 1
            if not self.calling:
                self._changed()

    async def until_up(self) -> None:
        """Wait until it is up, or never will be."""
        while not (self.is_up or self.is_closed):
            await self._news.wait()

    def open(self) -> None:
        """Let the calls go on: it is up."""
        self.is_up, self._is_awaited = True, False
        self._tell()

    def shut(self) -> None:
        """Let calls wait: it is not up at present."""
        self.is_up = False

    def close(self, failure: Failure | None = None) -> None:
        """Let nobody wait any more: it is not going to be up again, for a failure if there is one."""
        self.is_up, self.is_closed, self._untold = False, True, failure
        self._tell()

    def blame(self) -> Failure | None:
        """Return why it was given up to the first call that asks, whose cause it is.

        The calls after it are not sent for that alone, so the report names the cause once.
        """
        failure, self._untold = self._untold, None
        return failure

    def _tell(self) -> None:
        news, self._news = self._news, Event()
        news.set()
