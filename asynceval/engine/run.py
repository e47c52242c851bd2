"""One run of a sweep: every limit, key and server in its place, all cells filled, servers down."""

from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

from anyio import CancelScope, create_task_group, sleep, to_thread

from asynceval.domain.errors import ServerError
from asynceval.domain.events import (
    GateStatus,
    Listener,
    Pulsed,
    SweepEnded,
    SweepStarted,
)
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Only
from asynceval.engine.attempts import Attempts
from asynceval.engine.berth import Berth
from asynceval.engine.client import Client
from asynceval.engine.entrance import Entrance
from asynceval.engine.gate import Gate
from asynceval.engine.interrupt import heed
from asynceval.engine.leftovers import stop_leftovers
from asynceval.engine.mask import masked_of_all
from asynceval.engine.purse import Purse, Spent
from asynceval.engine.rota import Rota
from asynceval.engine.route import Route
from asynceval.engine.scratch import stop_abandoned
from asynceval.engine.space import Space
from asynceval.engine.stop import Stop
from asynceval.engine.sweep import Sweep
from asynceval.engine.transport import transport
from asynceval.protocol.conversation import Plan
from asynceval.store.store import Store

_PULSE_SECONDS = 0.25
_SYNC_SECONDS = 0.2


class Run:
    """A run of a plan into a store.

    `is_complete` and `is_interrupted` tell how it ended.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        folder: Path,
        keys: Mapping[str, Secret | None],
        tell: Listener,
        only: Only | None = None,
    ) -> None:
        """Prepare a run; `folder` is where servers leave their output, `keys` is by endpoint."""
        self._plan = plan
        self._store = store
        self._folder = folder
        self._keys = keys
        self._tell = tell
        self._only = only
        self._stop = Stop()
        self._gates: dict[str, Gate] = {}
        self._space = Space(self._stop)
        self._routes: list[Route] = []
        self.is_complete = False
        self.is_interrupted = False

    async def __call__(self) -> None:
        """Run to the end, or to the user's interrupt. Raises StorageError and ServerError."""
        clock = get_running_loop().time
        started = clock()

        def elapsed() -> float:
            return clock() - started

        async with create_task_group() as background:
            with CancelScope() as work:
                background.start_soon(heed, self._stop, work, self._open_calls, self._tell)
                background.start_soon(self._sync)
                await self._work(clock, elapsed)
            background.cancel_scope.cancel()
        self.is_interrupted = self._stop.is_requested
        self._tell(SweepEnded(elapsed(), self.is_interrupted))

    def _open_calls(self) -> int:
        return self._space.unkept + sum(gate.in_flight for gate in self._gates.values())

    async def _work(self, clock: Callable[[], float], elapsed: Callable[[], float]) -> None:
        async with AsyncExitStack() as stack:
            purse = Purse(self._plan.sweep, self._spent())
            entrance = Entrance(purse, self._store, self._space, self._stop, self._tell, clock)
            attempts = Attempts(
                await stack.enter_async_context(transport()),
                entrance,
                self._stop,
                self._tell,
                clock=clock,
                random=Random(),  # noqa: S311 - spreads back-off, guards nothing
            )
            client = Client(self._store, attempts, self._space, self._tell)
            berths = {
                endpoint.name: Berth(endpoint.name, endpoint.server.gpus)
                for endpoint in self._plan.sweep.endpoints
                if endpoint.server is not None
            }
            rotas: list[Rota] = []

            async def connect() -> None:
                if not rotas:
                    rotas.append(self._connect(client, berths))
                    tasks.start_soon(rotas[0].run)

            sweep = Sweep(
                self._plan,
                self._store,
                client,
                self._stop,
                self._tell,
                connect,
                self._only,
                berths,
            )
            lanes = sweep.lanes()
            self._tell(SweepStarted(self._plan.sweep.name, str(self._folder), lanes))
            await stop_leftovers(self._folder, self._tell)
            await stop_abandoned(self._tell)
            async with create_task_group() as tasks:
                tasks.start_soon(self._pulse, attempts, purse, elapsed)
                tasks.start_soon(self._close_gates, purse, rotas)
                await sweep.run()
                tasks.cancel_scope.cancel()
            self._tell(Pulsed(elapsed(), self._statuses(purse)))
            self.is_complete = sweep.filled == sum(lane.total for lane in lanes)
            failures = [failure for rota in rotas for failure in rota.failures]
            if failures and not any(route.has_answered for route in self._routes):
                raise ServerError("\n".join(failures))

    def _connect(self, client: Client, berths: Mapping[str, Berth]) -> Rota:
        """Open the gates when the first call needs one, and return who starts the servers.

        Those of judges are started at once, those of targets with the first call to them.
        """
        gates: dict[str, Gate] = {}
        for declared in self._plan.sweep.endpoints:
            if declared.is_imported:
                continue
            gate = gates.setdefault(declared.gate, Gate(declared))
            name, streaming = declared.name, self._plan.sweep.streaming(declared)
            route = Route(declared, gate, self._keys.get(name), berths.get(name), streaming)
            client.connect(route)
            self._routes.append(route)
        self._gates = gates
        judging = {judge.endpoint for judge in self._plan.sweep.judges}
        for endpoint, berth in berths.items():
            if endpoint in judging and self._only != "answers":
                berth.prepare()
        ours = {route.berth: route for route in self._routes if route.berth is not None}
        return Rota(ours, self._folder, self._tell, self._masked)

    def _masked(self, words: str) -> str:
        """Return what a server's program said without any key: it has seen all of them."""
        return masked_of_all(words, self._keys.values())

    def _spent(self) -> Spent:
        """Return what was spent in this directory before, if there is a budget that it counts for."""
        sweep = self._plan.sweep
        if sweep.budget is None and all(judge.budget is None for judge in sweep.judges):
            return {}
        return self._store.spent()

    async def _close_gates(self, purse: Purse, rotas: list[Rota]) -> None:
        await self._stop.wait()
        for rota in rotas:
            rota.close()
        purse.close()
        for gate in self._gates.values():
            gate.close()

    async def _pulse(self, attempts: Attempts, purse: Purse, elapsed: Callable[[], float]) -> None:
        lag = 0.0
        while True:
            begun = elapsed()
            self._tell(Pulsed(begun, self._statuses(purse), attempts.oldest(), lag))
            await sleep(_PULSE_SECONDS)
            lag = max(0.0, elapsed() - begun - _PULSE_SECONDS)

    def _statuses(self, purse: Purse) -> tuple[GateStatus, ...]:
        """Return the state of each gate; it is halted when all its endpoints are."""
        statuses = []
        for gate in self._gates.values():
            halts = [route.halted() for route in self._routes if route.gate is gate]
            reasons = [halt.message for halt in halts if halt is not None]
            is_halted = len(reasons) == len(halts)
            status = gate.status(reasons[0] if is_halted else None)
            if purse.waiting and status.waits_for is None:
                status = replace(status, waits_for="budget")
            statuses.append(status)
        return tuple(statuses)

    async def _sync(self) -> None:
        """Put the log on the disk a few times a second, off the event loop."""
        while True:
            await sleep(_SYNC_SECONDS)
            await to_thread.run_sync(self._store.sync)
