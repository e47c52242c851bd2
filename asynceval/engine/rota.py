"""The rota: which managed server is up when. Those that need the same GPUs take turns."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from anyio import Event, create_task_group, current_time, move_on_after, sleep

from asynceval.domain.errors import ServerError
from asynceval.domain.events import (
    EndpointBack,
    EndpointHalted,
    Listener,
    ServerEnded,
    ServerStopped,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.engine.berth import Berth
from asynceval.engine.route import Route
from asynceval.engine.servers import Served, serving

_RESTARTS = 3
_STEADY_SECONDS = 600.0
"""A server that was up for so long has as many restarts again."""
_PAUSE_SECONDS = 1.0
_IDLE_SECONDS = 0.5
"""For so long nobody must need a server before its GPUs go to another: a judge may be asked again."""


class Rota:
    """Starts servers when they are needed and their GPUs are free, and keeps them up meanwhile.

    Those that are asked for answers come first, in the order of `routes`; one goes on until it has
    given its last answer, so the next one loads while these are judged. Then come those that only
    judge. A server that crashes is started again, a few times; its calls wait.
    """

    def __init__(
        self,
        routes: Mapping[Berth, Route],
        folder: Path,
        tell: Listener,
        masked: Callable[[str], str],
    ) -> None:
        """Start nothing yet. `folder` is where servers leave their output."""
        self._routes = routes
        self._folder = folder
        self._tell = tell
        self._masked = masked
        self._busy: set[Berth] = set()
        self._news = Event()
        self.failures: list[str] = []
        """What is told of servers that never got ready."""
        for berth in routes:
            berth.watch(self._note)

    async def run(self) -> None:
        """Serve until cancelled; then all servers are stopped."""
        async with create_task_group() as tasks:
            while True:
                self._news = Event()
                for berth in self._next():
                    self._busy.add(berth)
                    tasks.start_soon(self._serve, berth)
                await self._news.wait()

    def close(self) -> None:
        """Let nobody wait for a server any more: the run stops."""
        for berth in self._routes:
            berth.close()

    def _note(self) -> None:
        self._news.set()

    def _next(self) -> Iterator[Berth]:
        """Yield the servers to be started now.

        A GPU that an earlier one needs is kept for it, even if it waits for another, so none is passed over for ever.
        """
        taken = {gpu for berth in self._busy for gpu in berth.gpus}
        idle = [berth for berth in self._routes if berth not in self._busy]
        for berth in sorted(idle, key=lambda berth: not berth.answering):
            if berth.is_closed or not (berth.is_wanted or berth.answering):
                continue
            if berth.is_wanted and not berth.gpus & taken:
                yield berth
            taken |= berth.gpus

    def _is_in_the_way(self, berth: Berth) -> bool:
        """Whether another server waits for the GPUs of one that is up."""
        return any(
            other.is_wanted and other.gpus & berth.gpus
            for other in self._routes
            if other not in self._busy
        )

    async def _serve(self, berth: Berth) -> None:
        """Keep a server up until nobody needs it and others wait for its GPUs, or it is given up."""
        route, restarts, was_up = self._routes[berth], 0, False
        try:
            while True:
                try:
                    async with serving(route.declared, self._folder, self._tell) as served:
                        was_up, since = True, current_time()
                        self._open(berth, served)
                        ended = await self._watch(berth, served)
                        berth.shut()
                        if current_time() - since > _STEADY_SECONDS:
                            restarts = 0
                        if ended is None:
                            self._tell(ServerStopped(berth.endpoint))
                            return
                except ServerError as error:
                    ended = str(error)
                ended = self._masked(ended)
                if not was_up or restarts == _RESTARTS:
                    self._give_up(berth, ended, restarts)
                    return
                restarts += 1
                self._tell(ServerEnded(berth.endpoint, ended))
                await sleep(_PAUSE_SECONDS)
        finally:
            berth.shut()
            self._busy.discard(berth)
            self._note()

    def _open(self, berth: Berth, served: Served) -> None:
        """Send calls to a server that is up; what was noted while it was not is no outage of its own."""
        route = self._routes[berth]
        route.move(served.endpoint)
        down = route.reach(current_time(), is_probe=False)
        if down is not None:
            self._tell(EndpointBack(berth.endpoint, down))
        berth.open()

    async def _watch(self, berth: Berth, served: Served) -> str | None:
        """Return how a server ended by itself; None once it is not needed, and in the way of others."""
        ended: str | None = None
        async with create_task_group() as tasks:

            async def end() -> None:
                nonlocal ended
                ended = await served.ended()
                tasks.cancel_scope.cancel()

            tasks.start_soon(end)
            while not (berth.is_idle and self._is_in_the_way(berth)):
                await self._next_news()
                if berth.is_idle and self._is_in_the_way(berth):
                    await sleep(_IDLE_SECONDS)
            tasks.cancel_scope.cancel()
        return ended

    async def _next_news(self) -> None:
        with move_on_after(_PAUSE_SECONDS):
            await self._news.wait()

    def _give_up(self, berth: Berth, ended: str, restarts: int) -> None:
        """Send nothing more to a server that does not stay up."""
        if restarts:
            ended = f"started again {restarts} times. {ended}"
        else:
            self.failures.append(f"endpoint {berth.endpoint}: {ended}")
        failure = Failure(Cause.UNREACHABLE, ended)
        if self._routes[berth].halt(None, failure):
            self._tell(EndpointHalted(berth.endpoint, None, failure))
        berth.close(failure)
