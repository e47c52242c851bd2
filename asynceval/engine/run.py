"""One run of a sweep: servers up, every limit and key in its place, all cells filled, servers down."""

from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

from anyio import CancelScope, Lock, create_task_group, sleep, to_thread

from asynceval.conversation import Plan
from asynceval.domain.events import EndpointHalted, Listener, Pulsed, SweepEnded, SweepStarted
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Only
from asynceval.engine.account import Account
from asynceval.engine.client import Client
from asynceval.engine.gate import Gate
from asynceval.engine.interrupt import heed
from asynceval.engine.servers import Served, serving
from asynceval.engine.stop import Stop
from asynceval.engine.sweep import Sweep
from asynceval.engine.transport import transport
from asynceval.store.store import Store

_PULSE_SECONDS = 0.25
_SYNC_SECONDS = 0.2


class Run:
    """A run of a plan into a store. `is_complete` and `is_interrupted` tell how it ended."""

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
        self._accounts: list[Account] = []
        self._served: list[tuple[Account, Served]] = []
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
        return sum(account.gate.in_flight for account in self._accounts)

    async def _work(self, clock: Callable[[], float], elapsed: Callable[[], float]) -> None:
        async with AsyncExitStack() as stack:
            client = Client(
                self._store,
                await stack.enter_async_context(transport()),
                self._stop,
                self._tell,
                clock=clock,
                random=Random(),  # noqa: S311 - spreads back-off, guards nothing
            )
            connecting = Lock()

            async def connect() -> None:
                async with connecting:
                    if not self._accounts:
                        await self._connect(stack, client)

            sweep = Sweep(
                self._plan, self._store, client, self._stop, self._tell, connect, self._only
            )
            lanes = sweep.lanes()
            self._tell(SweepStarted(self._plan.sweep.name, str(self._folder), lanes))
            async with create_task_group() as tasks:
                tasks.start_soon(self._pulse, elapsed)
                tasks.start_soon(self._close_gates)
                await sweep.run()
                tasks.cancel_scope.cancel()
            self._tell(self._pulsed(elapsed()))
            self.is_complete = sweep.filled == sum(lane.total for lane in lanes)

    async def _connect(self, stack: AsyncExitStack, client: Client) -> None:
        """Start what has to be started and open the gates, when the first call needs one."""
        accounts = []
        for declared in self._plan.sweep.endpoints:
            served = await stack.enter_async_context(serving(declared, self._folder, self._tell))
            account = Account(served.endpoint, Gate(served.endpoint), self._keys.get(declared.name))
            accounts.append(account)
            client.connect(account)
            self._served.append((account, served))
        self._accounts = accounts

    async def _close_gates(self) -> None:
        await self._stop.wait()
        for account in self._accounts:
            account.gate.close("the run was stopped")

    async def _pulse(self, elapsed: Callable[[], float]) -> None:
        while True:
            self._look_after_servers()
            self._tell(self._pulsed(elapsed()))
            await sleep(_PULSE_SECONDS)

    def _look_after_servers(self) -> None:
        """Send nothing more to an endpoint whose program has ended, and say so."""
        for account, served in self._served:
            ended = served.ended()
            if ended is None:
                continue
            failure = Failure(Cause.UNREACHABLE, ended)
            if account.halt(None, failure):
                told = account.redacted(replace(failure, message=f"{ended}. {served.last_words()}"))
                self._tell(EndpointHalted(account.endpoint.name, None, told))

    def _pulsed(self, seconds: float) -> Pulsed:
        return Pulsed(seconds, tuple(account.status() for account in self._accounts))

    async def _sync(self) -> None:
        """Put the log on the disk a few times a second, off the event loop."""
        while True:
            await sleep(_SYNC_SECONDS)
            await to_thread.run_sync(self._store.sync)
