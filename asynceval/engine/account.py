"""An account: an endpoint as the client sees it, with its gate and key, and what has been refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from asynceval.domain.events import GateStatus
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Endpoint
from asynceval.engine.gate import Gate
from asynceval.engine.mask import masked, masked_body
from asynceval.engine.transport import Request, Transport
from asynceval.providers import openai
from asynceval.providers.signal import Signal


@dataclass(slots=True)
class Account:
    """Where calls to an endpoint go, and whether any still do.

    `has_answered` is true once a reply came. Halts are by model on the wire, None for all of them.
    """

    endpoint: Endpoint
    gate: Gate
    key: Secret | None
    has_answered: bool = False
    _halts: dict[str | None, Failure] = field(default_factory=dict)
    _url: str = field(init=False)
    _headers: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what all requests share."""
        self._url = openai.url(self.endpoint.base_url)
        self._headers = openai.headers(None if self.key is None else self.key.reveal())

    def request(self, key: bytes, body: bytes, attempt: int) -> Request:
        """Return the request of a call, under one idempotency key however often it is sent."""
        headers = {**self._headers, "Idempotency-Key": key.hex()}
        if attempt > 1:
            headers["X-Retry-Count"] = str(attempt - 1)
        return Request(self._url, headers, body, self.endpoint.timeout)

    def halt(self, model: str | None, failure: Failure) -> bool:
        """Send nothing more to a model, or to any; False if that is so already."""
        if model in self._halts:
            return False
        self._halts[model] = failure
        if model is None:
            self.gate.close(failure.message)
        return True

    def halted(self, model: str | None = None) -> Failure | None:
        """Return why nothing is sent to a model any more (to any, with None), None if it is."""
        return self._halts.get(None) or self._halts.get(model)

    def status(self) -> GateStatus:
        """Return the endpoint's state now."""
        halted = self.halted()
        return self.gate.status(None if halted is None else halted.message)

    async def send(self, transport: Transport, request: Request) -> Reply | Signal:
        """Send a request and return what came of it, without the key wherever it was echoed."""
        response = await transport.post(request)
        if not isinstance(response, Signal):
            body = masked_body(response.body, self.key)
            outcome = openai.decode(response.status, response.headers, body)
            if isinstance(outcome, Reply):
                return outcome
            response = outcome
        return replace(response, failure=self.redacted(response.failure))

    def redacted(self, failure: Failure) -> Failure:
        """Return a failure without the key, however it got into the message."""
        return replace(failure, message=masked(failure.message, self.key))
