"""The client: the one door that every paid call goes through."""

from dataclasses import dataclass
from functools import partial
from time import time
from traceback import format_exc

from anyio import Event

from asynceval.domain.call import Call
from asynceval.domain.cell import Cell
from asynceval.domain.errors import AsyncEvalError
from asynceval.domain.events import Answered, CallFailed, DefectMet, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.engine.asked import Asked
from asynceval.engine.attempts import Attempts
from asynceval.engine.entrance import POSTPONED, STOPPED
from asynceval.engine.mask import masked_of_all
from asynceval.engine.route import Route
from asynceval.engine.space import Space
from asynceval.store.store import Store


@dataclass(slots=True)
class _Shared:
    """A call that several ask for at once: when it has landed, and why it failed if it did."""

    landed: Event
    failure: Failure | None = None


class Client:
    """Answers calls: from the store if they are done, else from their endpoint."""

    def __init__(self, store: Store, attempts: Attempts, space: Space, tell: Listener) -> None:
        """Open without an endpoint; `connect` adds them."""
        self._store = store
        self._attempts = attempts
        self._space = space
        self._tell = tell
        self._routes: dict[str, Route] = {}
        self._pending: dict[tuple[str, bytes], _Shared | None] = {}

    def connect(self, route: Route) -> None:
        """Make an endpoint known."""
        self._routes[route.endpoint.name] = route
        self._space.guard(route.gate)

    async def ask(
        self, call: Call, cell: Cell, endpoint: str, priority: int, *, may_postpone: bool = False
    ) -> Answered | Failure:
        """Return the reply to a call, or why there is none.

        Look in the store; else wait at the endpoint's gate, send, decode, append, return. Two who
        ask for the same call at once share one request. A defect of ours costs this call alone.
        """
        asked = Asked(call, call.key(), cell, priority, may_postpone)
        try:
            outcome = await self._answer(asked, endpoint)
        except AsyncEvalError:
            raise
        except Exception as error:  # noqa: BLE001 - one call's defect must not end the run
            outcome = self.defect(cell, error)
        if isinstance(outcome, Failure):
            if outcome.cause is not Cause.NOT_REACHED:
                self._store.note_failure(asked.key, cell, outcome, time())
            if outcome is not STOPPED and outcome is not POSTPONED:
                self._tell(CallFailed(cell, endpoint, outcome))
        return outcome

    def defect(self, cell: Cell, error: Exception) -> Failure:
        """Tell of a defect of ours, to be called where it was caught, and return the failure it is."""
        keys = [route.key for route in self._routes.values()]
        self._tell(DefectMet(cell, masked_of_all(format_exc(), keys)))
        message = f"a defect of asynceval ({type(error).__name__}); see events.log"
        return Failure(Cause.INTERNAL, message)

    async def _answer(self, asked: Asked, endpoint: str) -> Answered | Failure:
        outcome: Reply | Failure | None = None
        while outcome is None:
            reply = self._store.get(asked.key)
            if reply is not None:
                return Answered(asked.key, reply, stored=True)
            if (endpoint, asked.key) in self._pending:
                outcome = await self._other(asked.key, endpoint)
                if outcome is POSTPONED and not asked.may_postpone:
                    outcome = None  # the other can do without for now, this one cannot
            else:
                outcome = await self._first(asked, endpoint)
        return Answered(asked.key, outcome, stored=False) if isinstance(outcome, Reply) else outcome

    async def _other(self, key: bytes, endpoint: str) -> Failure | None:
        """Wait for whoever pays for this call; None if its reply is in the store, or it gave up."""
        shared = self._pending[endpoint, key]
        if shared is None:
            shared = self._pending[endpoint, key] = _Shared(Event())
        await shared.landed.wait()
        return shared.failure

    async def _first(self, asked: Asked, endpoint: str) -> Reply | Failure:
        """Pay for a call, and tell those who ask for the same one meanwhile."""
        place = (endpoint, asked.key)
        self._pending[place] = None
        outcome: Reply | Failure | None = None
        try:
            paid = await self._attempts.pay(asked, self._routes[endpoint])
            if isinstance(paid, Failure):
                outcome = paid
            else:
                await self._space.keep(partial(self._store.put, paid))
                outcome = paid.reply
        finally:
            shared = self._pending.pop(place)
            if shared is not None:
                if isinstance(outcome, Failure):
                    shared.failure = outcome
                shared.landed.set()
        return outcome
