"""The client: the one door that every paid call goes through."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from time import time

from anyio import Event

from asynceval.domain.call import Call
from asynceval.domain.cell import Cell
from asynceval.domain.errors import StorageError
from asynceval.domain.events import CallFailed, CallRetried, EndpointHalted, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.engine.account import Account
from asynceval.engine.gate import Gate
from asynceval.engine.retry import History, Policy, wait
from asynceval.engine.stop import Stop
from asynceval.engine.transport import Transport
from asynceval.providers import openai
from asynceval.providers.signal import Action, Signal
from asynceval.store.line import Record
from asynceval.store.store import Store

_STOPPED = Failure(Cause.NOT_REACHED, "the run was stopped")


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply that is in the store; `stored` if it was there before it was asked for."""

    reply: Reply
    stored: bool


@dataclass(slots=True)
class _Shared:
    """A call that several ask for at once: when it has landed, and why it failed if it did."""

    landed: Event
    failure: Failure | None = None


class Client:
    """Answers calls: from the store if they are done, else from their endpoint.

    `clock` counts seconds for waits (monotonic), `random` draws the back-off.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        stop: Stop,
        tell: Listener,
        *,
        clock: Callable[[], float],
        random: Random,
        policy: Policy | None = None,
    ) -> None:
        """Open without an endpoint; `connect` adds them."""
        self._store = store
        self._transport = transport
        self._stop = stop
        self._tell = tell
        self._clock = clock
        self._random = random
        self._policy = policy or Policy()
        # An endpoint that never answered is mostly a wrong address: say so soon, and once.
        self._first_policy = replace(self._policy, retries=min(2, self._policy.retries))
        self._accounts: dict[str, Account] = {}
        self._pending: dict[tuple[str, bytes], _Shared | None] = {}

    def connect(self, account: Account) -> None:
        """Make an endpoint known."""
        self._accounts[account.endpoint.name] = account

    async def ask(self, call: Call, cell: Cell, endpoint: str, priority: int) -> Answered | Failure:
        """Return the reply to a call, or why there is none.

        Look in the store; else wait at the endpoint's gate, send, decode, append, return. Two who
        ask for the same call at once share one request.
        """
        key = call.key()
        outcome: Reply | Failure | None = None
        while outcome is None:
            reply = self._store.get(key)
            if reply is not None:
                return Answered(reply, stored=True)
            if (endpoint, key) in self._pending:
                outcome = await self._other(key, endpoint)
            else:
                outcome = await self._first(key, call, cell, endpoint, priority)
        if isinstance(outcome, Reply):
            return Answered(outcome, stored=False)
        if outcome.cause is not Cause.NOT_REACHED:
            self._store.note_failure(key, cell, outcome, time())
            self._tell(CallFailed(cell, endpoint, outcome))
        return outcome

    async def _other(self, key: bytes, endpoint: str) -> Failure | None:
        """Wait for whoever pays for this call; None if its reply is in the store, or it gave up."""
        shared = self._pending[endpoint, key]
        if shared is None:
            shared = self._pending[endpoint, key] = _Shared(Event())
        await shared.landed.wait()
        return shared.failure

    async def _first(
        self, key: bytes, call: Call, cell: Cell, endpoint: str, priority: int
    ) -> Reply | Failure:
        """Pay for a call, and tell those who ask for the same one meanwhile."""
        self._pending[endpoint, key] = None
        outcome = None
        try:
            outcome = await self._pay(key, call, cell, endpoint, priority)
        finally:
            shared = self._pending.pop((endpoint, key))
            if shared is not None:
                shared.failure = outcome if isinstance(outcome, Failure) else None
                shared.landed.set()
        return outcome

    async def _pay(
        self, key: bytes, call: Call, cell: Cell, endpoint: str, priority: int
    ) -> Reply | Failure:
        account = self._accounts[endpoint]
        body = openai.body(call)
        asked = self._clock()
        history, attempts = History(), 0
        while True:
            if (refused := await self._enter(account, call, priority)) is not None:
                return refused
            attempts += 1
            started, at = self._clock(), time()
            try:
                request = account.request(key, body, attempts)
                outcome = await account.send(self._transport, request)
            finally:
                account.gate.leave()
            ended = self._clock()
            if isinstance(outcome, Reply):
                record = Record(key, cell, outcome, at, started - asked, ended - started, attempts)
                self._keep(record)
                account.has_answered = True
                return outcome
            history = _with(history, outcome)
            failure = outcome.failure
            is_first = failure.cause is Cause.UNREACHABLE and not account.has_answered
            policy = self._first_policy if is_first else self._policy
            seconds = wait(policy, outcome, history, self._random.random())
            if seconds is None:
                self._halt(
                    account, call, Action.HALT_ENDPOINT if is_first else outcome.action, failure
                )
                return failure
            history = replace(history, waited=history.waited + seconds)
            self._tell(CallRetried(cell, endpoint, failure, seconds))
            await self._back_off(account.gate, outcome, seconds)

    async def _enter(self, account: Account, call: Call, priority: int) -> Failure | None:
        """Wait for a place at the gate; the failure if nothing is to be sent any more."""
        if (halted := account.halted(call.wire)) is not None:
            return halted
        is_in = not self._stop.is_requested and await account.gate.enter(priority)
        refused = account.halted(call.wire)
        if refused is None and (self._stop.is_requested or not is_in):
            refused = _STOPPED
        if refused is not None and is_in:
            account.gate.leave()
        return refused

    def _keep(self, record: Record) -> None:
        """Store a paid call; if that fails, nothing more is to be paid for."""
        try:
            self._store.put(record)
        except StorageError:
            self._stop.request()
            raise

    async def _back_off(self, gate: Gate, signal: Signal, seconds: float) -> None:
        gate.rate_limited += signal.action is Action.SLOW_DOWN
        gate.backing_off += 1
        try:
            await self._stop.sleep(seconds)
        finally:
            gate.backing_off -= 1

    def _halt(self, account: Account, call: Call, action: Action, failure: Failure) -> None:
        """Send nothing more to the endpoint or the model, if that is what the failure calls for."""
        name = account.endpoint.name
        if action is Action.HALT_ENDPOINT and account.halt(None, failure):
            self._tell(EndpointHalted(name, None, failure))
        if action is Action.HALT_MODEL and account.halt(call.wire, failure):
            self._tell(EndpointHalted(name, call.model, failure))


def _with(history: History, signal: Signal) -> History:
    return replace(
        history,
        faults=history.faults + (signal.action is Action.RETRY),
        unusable=history.unusable + (signal.action is Action.RETRY_ONCE),
        slow_downs=history.slow_downs + (signal.action is Action.SLOW_DOWN),
    )
