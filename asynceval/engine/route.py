"""A route: an endpoint as the client sees it, with gate and key, and what is known of its state."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import orjson
from anyio import CancelScope, current_time

from asynceval.domain.alias import is_own
from asynceval.domain.call import Call
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import COMMAND, Endpoint
from asynceval.engine import program
from asynceval.engine.allowance import Allowance
from asynceval.engine.berth import Berth
from asynceval.engine.breaker import Breaker
from asynceval.engine.churn import Churn
from asynceval.engine.gate import Gate
from asynceval.engine.mask import masked, masked_body, masked_reply
from asynceval.engine.queue import Admission, Queue, Refusal
from asynceval.engine.stall import Stall
from asynceval.engine.throttle import Throttle
from asynceval.engine.transport import Request, Response, Transport
from asynceval.providers import models
from asynceval.providers.kinds import provider
from asynceval.providers.limits import stated
from asynceval.providers.provider import Provider
from asynceval.providers.reading import decode
from asynceval.providers.signal import Action, Signal
from asynceval.providers.stream import last_words

HEAD_START = 0.1
"""Seconds by which an endpoint's first call goes ahead: a refused key shows quickly, and once."""
_FIRST_REFUSALS = 5
_MOST_NAMES = 100
_LIST_SECONDS = 10.0
_OK = 200
_EXCERPT = 500


@dataclass(slots=True)
class Route:
    """Where calls to an endpoint go, and whether any still do.

    `has_answered` is true once a reply came. Halts are by the model's name in the sweep, None for all of
    them: what a server refuses may be one model's settings, and others have the same name on the wire.
    `berth` is where calls wait for a server of ours, `streaming` are those whose replies come in pieces.
    """

    endpoint: Endpoint
    gate: Gate
    key: Secret | None
    berth: Berth | None = None
    streaming: frozenset[str] = frozenset()
    breaker: Breaker = field(default_factory=Breaker)
    allowance: Allowance = field(default_factory=Allowance)
    churn: Churn = field(default_factory=Churn)
    has_answered: bool = False
    _queues: dict[str, Queue] = field(default_factory=dict)
    _halts: dict[str | None, Failure] = field(default_factory=dict)
    _answered_as: set[tuple[str, str | None]] = field(default_factory=set)
    _refused: dict[str, int] = field(default_factory=dict)
    _proven: set[str] = field(default_factory=set)
    _elsewhere: dict[CancelScope, str] = field(default_factory=dict)
    _has_refused_key: bool = False
    declared: Endpoint = field(init=False)
    _provider: Provider = field(init=False)
    _headers: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what all requests share."""
        self.declared = self.endpoint
        self._provider = provider(self.endpoint)
        self._headers = self._provider.headers(None if self.key is None else self.key.reveal())

    def move(self, endpoint: Endpoint) -> None:
        """Send what follows to where the endpoint's server is now; `declared` is what the config says."""
        self.endpoint = endpoint
        self._provider = provider(endpoint)

    def queue(self, model: str) -> Queue:
        """Return where the calls to a model (its name on the wire) wait."""
        queue = self._queues.get(model)
        if queue is None:
            endpoint = self.endpoint
            is_auto = endpoint.parallel == "auto"
            throttle = Throttle(
                endpoint.most_in_flight,
                self.breaker,
                is_auto=is_auto,
                head_start=0.0 if self._queues else HEAD_START,
            )
            queue = self._queues[model] = self.gate.queue(throttle)
        return queue

    def request(self, call: Call, key: bytes, attempt: int, timeout: float) -> Request:
        """Return the request of a call, under one idempotency key however often it is sent."""
        headers = dict(self._headers)
        headers.update(call.sampling.settings.headers)
        headers["Idempotency-Key"] = key.hex()
        if attempt > 1:
            headers["X-Retry-Count"] = str(attempt - 1)
        url, body = self._provider.url(call), self._provider.body(call)
        stream = self._provider.stream
        if stream is None or call.model not in self.streaming:
            return Request(url, headers, body, timeout, self.endpoint.ca_file)
        body = orjson.dumps({**orjson.loads(body), **stream.fields})
        stall = Stall(self.endpoint.stall_timeout, partial(last_words, stream))
        return Request(stream.url(url), headers, body, timeout, self.endpoint.ca_file, stall)

    async def send(
        self, transport: Transport, request: Request, admission: Admission | None = None
    ) -> Reply | Signal:
        """Send a request and return what came of it, without the key if it was echoed.

        With its admission, the gate learns from it.
        """
        is_program = request.url.startswith(COMMAND)
        response = await (program.ask(request) if is_program else transport.post(request))
        if not isinstance(response, Signal):
            if response.is_last:
                self.churn.close(current_time())
            if admission is not None and (limit := stated(response.headers)) is not None:
                self.gate.learn(admission, limit)
            outcome = self._decoded(response)
            if isinstance(outcome, Reply):
                return outcome
            response = outcome
        failure = self.redacted(response.failure)
        if failure.cause is Cause.AUTH:
            failure = replace(failure, message=f"{failure.message} ({self._key_told()})")
        return replace(response, failure=failure)

    def _decoded(self, response: Response) -> Reply | Signal:
        """Return what a response says, without the key."""
        provider, status, headers = self._provider, response.status, response.headers
        outcome = decode(provider, status, headers, response.body, response.arrivals)
        if isinstance(outcome, Reply):
            return masked_reply(outcome, self.key)
        # A failure shows a part of the body, which must not begin or end within the key.
        body = masked_body(response.body, self.key)
        if body != response.body:
            outcome = decode(provider, status, headers, body, response.arrivals)
        if isinstance(outcome, Reply) or outcome.empty is None:
            return outcome
        return replace(outcome, empty=masked_reply(outcome.empty, self.key))

    async def advised(self, transport: Transport, model: str, signal: Signal) -> Failure:
        """Return a signal's failure; it names near models, if the endpoint does not know this one."""
        failure = signal.failure
        near = await self.near(transport, model) if signal.is_unknown_model else ()
        message = f"{failure.message} (it serves {', '.join(near)})"
        return replace(failure, message=message) if near else failure

    async def near(self, transport: Transport, model: str) -> tuple[str, ...]:
        """Return names that the endpoint serves and that are much like this one's, if it lists any."""
        listed = await self.listed(transport)
        return () if isinstance(listed, Failure) else models.near(listed, model)

    async def listed(self, transport: Transport) -> tuple[str, ...] | Failure:
        """Return the names of the models that the endpoint lists: none if it has no list."""
        listing = await self.listing(transport)
        if isinstance(listing, Failure) or not listing:
            return listing or ()
        if (names := models.names(listing)) is None:
            said = listing[:_EXCERPT].decode("utf-8", "replace")
            return Failure(Cause.MALFORMED, f"this is no list of models: {said}")
        return names

    async def listing(self, transport: Transport) -> bytes | Failure:
        """Return what the endpoint answers to who asks for its models: nothing if it has no list."""
        if (url := self._provider.listing()) is None:
            return b""
        request = Request(url, self._headers, b"", _LIST_SECONDS, self.endpoint.ca_file)
        response = await transport.get(request)
        if isinstance(response, Signal):
            return self.redacted(response.failure)
        body = masked_body(response.body, self.key)
        if response.status != _OK:
            refused = decode(self._provider, response.status, response.headers, body)
            if isinstance(refused, Signal):
                return refused.failure
        return body

    def redacted(self, failure: Failure) -> Failure:
        """Return a failure without the key, however it got into the message."""
        return replace(failure, message=masked(failure.message, self.key))

    def _key_told(self) -> str:
        """Return where the key comes from, for whoever has to look after it."""
        variable = self.endpoint.api_key_env
        if variable is None:
            return f"no key was sent: endpoint {self.endpoint.name} has no api_key_env"
        return f"the key is that of the variable {variable}"

    def halt(self, call: Call | None, failure: Failure) -> bool:
        """Send nothing more to a call's model, or to any; False if that is so already."""
        model = None if call is None else call.model
        if model in self._halts or None in self._halts:
            return False
        self._halts[model] = failure
        for name, queue in self._queues.items():
            if call is None or call.wire == name:
                queue.dismiss(Refusal.HALTED)
        for scope, name in self._elsewhere.items():
            if model in (None, name):
                scope.cancel()
        return True

    @contextmanager
    def until_halted(self, model: str) -> Iterator[None]:
        """Leave the block, which waits for something else, when nothing is sent to a model any more."""
        with CancelScope() as scope:
            self._elsewhere[scope] = model
            try:
                yield
            finally:
                del self._elsewhere[scope]

    def halted(self, model: str | None = None) -> Failure | None:
        """Return why nothing is sent to a model any more (to any, with None), None if it is."""
        return self._halts.get(None) or self._halts.get(model)

    def postpone(self) -> None:
        """Send away who waits here and can do without for now, since the endpoint is down."""
        for queue in self._queues.values():
            queue.postpone()

    def answer(self, model: str, now: float, *, is_probe: bool) -> float | None:
        """Note that the endpoint answered a model's call; the seconds that it was down, if it was."""
        self.has_answered = True
        self._proven.add(model)
        self._has_refused_key = False
        return self.reach(now, is_probe=is_probe)

    def reach(self, now: float, *, is_probe: bool) -> float | None:
        """Note that the endpoint is up, whatever it said; the seconds that it was down, if it was.

        After an outage nothing is sent with a bang: the throttles begin anew.
        """
        seconds = self.breaker.answer(now, is_probe=is_probe)
        if seconds is not None:
            for queue in self._queues.values():
                queue.throttle.restart()
        return seconds

    def is_new_name(self, call: Call, answered: str | None) -> bool:
        """Whether the server answers with a name that has nothing to do with a call's model.

        True once for each pair, as far as there are not many: some servers make a name up for every
        answer. A dated or shortened form of the name is the same model.
        """
        pair = (call.wire, answered)
        if pair in self._answered_as or len(self._answered_as) >= _MOST_NAMES:
            return False
        self._answered_as.add(pair)
        return answered is not None and not is_own(call.model, call.wire, answered)

    def classify(self, model: str, signal: Signal) -> Signal:
        """Return what a failed attempt calls for, in the light of those before it.

        A key that worked and is refused once may be in the middle of a rotation: once more. When
        the first five requests to a model are all refused, the sixth would be too.
        """
        failure = signal.failure
        if failure.cause is Cause.AUTH and self.has_answered and not self._has_refused_key:
            self._has_refused_key = True
            return replace(signal, action=Action.RETRY)
        is_final = failure.cause is Cause.REQUEST and signal.action is Action.GIVE_UP
        if not is_final or model in self._proven:
            return signal
        refused = self._refused[model] = self._refused.get(model, 0) + 1
        if refused < _FIRST_REFUSALS:
            return signal
        message = f"its first {refused} requests were all refused: {failure.message}"
        return replace(signal, failure=replace(failure, message=message), action=Action.HALT_MODEL)
