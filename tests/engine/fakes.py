"""A server that never was, and all that a client or a sweep needs around it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import orjson
from anyio import current_time, sleep
from multidict import CIMultiDict

from asynceval.domain.call import Call, Message
from asynceval.domain.cell import Cell
from asynceval.domain.events import Answered, DefectMet, Event, Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.question import Question
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Endpoint, Judge, Only, Target
from asynceval.domain.sweep import Sweep as Wanted
from asynceval.engine.attempts import Attempts
from asynceval.engine.client import Client
from asynceval.engine.entrance import Entrance
from asynceval.engine.gate import Gate
from asynceval.engine.purse import Purse
from asynceval.engine.retry import Policy
from asynceval.engine.route import Route
from asynceval.engine.space import Space
from asynceval.engine.stop import Stop
from asynceval.engine.sweep import Sweep
from asynceval.engine.transport import Request, Response
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.providers.signal import Action, Signal
from asynceval.store.disk import REAL_DISK, Disk
from asynceval.store.line import Record
from asynceval.store.store import Store

ENDPOINT = Endpoint("house", "http://house.test", parallel=4)
UNLIMITED = Wanted("test", (), (), ())
"""A sweep without a budget."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the server saw it, and when; `number` counts from 1."""

    number: int
    at: float
    request: Request
    body: dict[str, Any]

    @property
    def model(self) -> str:
        """The name on the wire."""
        model: str = self.body["model"]
        return model

    @property
    def texts(self) -> list[str]:
        """The contents of the messages."""
        return [message["content"] for message in self.body["messages"]]


Answer = Callable[[Asked], Response | Signal]


def completion(text: str | None, *, status: int = 200, **changes: Any) -> Response:
    """Return a chat completion; `changes` go into its body."""
    body = {
        "choices": [
            {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"},
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7},
        **changes,
    }
    return Response(status, CIMultiDict(), orjson.dumps(body))


def refusal(status: int, message: str = "no", code: str | None = None, **headers: str) -> Response:
    """Return an error response; `headers` have _ for -."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status, named, orjson.dumps({"error": {"message": message, "code": code}}))


def broken(cause: Cause = Cause.CONNECTION, message: str = "reset") -> Signal:
    """Return what a transport says of a connection that broke."""
    return Signal(Failure(cause, message), Action.RETRY)


def talk(asked: Asked) -> Response:
    """Answer as a model that repeats the question, or as a judge that gives a 7."""
    if asked.model.startswith("judge"):
        return completion("Fair. Rating: [[7]]")
    return completion(f"{asked.model} on {asked.texts[-1]}")


def script(*lines: Response | Signal, then: Answer = talk) -> Answer:
    """Return an answer that says the lines one after the other, and then goes on as `then`."""
    rest = iter(lines)

    def answer(asked: Asked) -> Response | Signal:
        line = next(rest, None)
        return then(asked) if line is None else line

    return answer


class FakeTransport:
    """A transport to nowhere: what comes back is computed, and takes its time on the loop's clock."""

    def __init__(
        self, answer: Answer = talk, latency: float | Callable[[Asked], float] = 1.0
    ) -> None:
        """Answer every request by `answer`, `latency` seconds after it came."""
        self._answer = answer
        self._latency = latency
        self.asked: list[Asked] = []
        self.looked: list[Request] = []
        self.in_flight: defaultdict[str, int] = defaultdict(int)
        self.peak: defaultdict[str, int] = defaultdict(int)

    async def post(self, request: Request) -> Response | Signal:
        """Record the request, take the time, and answer."""
        number = len(self.asked) + 1
        asked = Asked(number, current_time(), request, orjson.loads(request.body))
        self.asked.append(asked)
        self.in_flight[request.url] += 1
        self.peak[request.url] = max(self.peak[request.url], self.in_flight[request.url])
        try:
            latency = self._latency
            await sleep(latency if isinstance(latency, float) else latency(asked))
            return self._answer(asked)
        finally:
            self.in_flight[request.url] -= 1

    async def get(self, request: Request) -> Response | Signal:
        """Answer as a server that lists no models."""
        self.looked.append(request)
        return Response(404, CIMultiDict(), b"")

    def models(self) -> list[str]:
        """Return which models were asked, in order."""
        return [asked.model for asked in self.asked]


@dataclass
class Rig:
    """A client and everything around it, on one folder; `events` are what it told."""

    folder: Path
    store: Store
    transport: FakeTransport
    endpoints: tuple[Endpoint, ...] = (ENDPOINT,)
    key: Secret | None = None
    policy: Policy | None = None
    wanted: Wanted = UNLIMITED
    seed: int = 1
    events: list[Event] = field(default_factory=list)
    connections: int = 0
    may_fail: bool = False

    def __post_init__(self) -> None:
        """Connect every endpoint."""
        self.stop = Stop()
        self._listener: Listener = lambda _: None
        self.purse = Purse(self.wanted, self.store.spent())
        self.space = Space(self.stop)
        self.attempts = Attempts(
            self.transport,
            Entrance(self.purse, self.store, self.space, self.stop, self._tell, current_time),
            self.stop,
            self._tell,
            clock=current_time,
            random=Random(self.seed),
            policy=self.policy,
        )
        self.client = Client(self.store, self.attempts, self.space, self._tell)
        self.gates: dict[str, Gate] = {}
        self.routes: dict[str, Route] = {}
        for endpoint in self.endpoints:
            gate = self.gates.setdefault(endpoint.gate, Gate(endpoint))
            route = self.routes[endpoint.name] = Route(endpoint, gate, self.key)
            self.client.connect(route)

    def halted(self, endpoint: str) -> str | None:
        """Return why nothing is sent to an endpoint any more."""
        halted = self.routes[endpoint].halted()
        return None if halted is None else halted.message

    async def ask(
        self,
        prompt: str = "Hello?",
        model: str = "m",
        endpoint: str = "house",
        priority: int = 0,
    ) -> Answered | Failure:
        """Ask a model one thing."""
        call = Call(model, model, (Message("user", prompt),))
        return await self.client.ask(call, Cell(prompt, "misc", 1, model), endpoint, priority)

    async def ask_each(self, *prompts: str) -> list[Answered | Failure]:
        """Ask one thing after the other."""
        return [await self.ask(prompt) for prompt in prompts]

    def sweep(self, plan: Plan, only: Only | None = None) -> Sweep:
        """Return the sweep of a plan through this client."""
        return Sweep(plan, self.store, self.client, self.stop, self._tell, self._connect, only)

    async def hold(self, plan: Plan, only: Only | None = None) -> Sweep:
        """Run the sweep of a plan to its end."""
        sweep = self.sweep(plan, only)
        await sweep.run()
        return sweep

    def listen(self, listener: Listener) -> None:
        """Tell a listener of every event as well."""
        self._listener = listener

    def request_stop(self) -> None:
        """Stop, and close the gates as a run does."""
        self.stop.request()
        self.purse.close()
        for gate in self.gates.values():
            gate.close()

    def told(self, *kinds: type) -> list[Any]:
        """Return the events of some kinds."""
        return [event for event in self.events if isinstance(event, kinds)]

    def failures(self) -> list[dict[str, Any]]:
        """Return the lines of `failures.jsonl`."""
        path = self.folder / "failures.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [orjson.loads(line) for line in lines]

    def _tell(self, event: Event) -> None:
        if isinstance(event, DefectMet) and not self.may_fail:
            raise AssertionError(event.trace)
        self.events.append(event)
        self._listener(event)

    async def _connect(self) -> None:
        self.connections += 1


@contextmanager
def rig(
    folder: Path,
    transport: FakeTransport | None = None,
    *endpoints: Endpoint,
    key: str | None = None,
    policy: Policy | None = None,
    wanted: Wanted | None = None,
    seed: int = 1,
    disk: Disk = REAL_DISK,
) -> Iterator[Rig]:
    """Open a folder's store with a client on it."""
    with Store(folder, write=True, disk=disk) as store:
        yield Rig(
            folder,
            store,
            transport or FakeTransport(),
            endpoints or (ENDPOINT,),
            None if key is None else Secret(key),
            policy,
            wanted or UNLIMITED,
            seed,
        )


def plan(
    questions: int | Iterable[Question] = 2,
    *,
    targets: Iterable[Target | str] = ("target",),
    judges: Iterable[Judge | str] = ("judge",),
    endpoints: Iterable[Endpoint] = (ENDPOINT,),
    choices: int = 1,
) -> Plan:
    """Return a plan of two-turn questions; names make a target or a judge on the first endpoint."""
    endpoints = tuple(endpoints)
    home = endpoints[0].name
    if isinstance(questions, int):
        questions = [
            Question(f"q{n}", "writing", (f"First {n}?", f"Second {n}?")) for n in range(questions)
        ]
    return Plan(
        Wanted(
            "test",
            endpoints,
            tuple(Target(t, home, t) if isinstance(t, str) else t for t in targets),
            tuple(Judge(j, home, j) if isinstance(j, str) else j for j in judges),
            choices,
        ),
        tuple(questions),
        builtin(),
    )


def content(folder: Path) -> set[Record]:
    """Return the records of a folder's log, but for when and how they were paid."""
    with Store(folder, write=False) as store:
        return {replace(r, at=0, waited=0, sent=0, attempts=0) for r in store.records()}
