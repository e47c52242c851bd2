"""How much CPU do gate, retry and budget take for a call?

500 callers for 50 places, under limits of requests and tokens and a budget that are never reached, and a
transport that goes nowhere: through the client, against the same loop at the transport itself. The
difference holds the key, the request's body and the reply's reading as well, which are also measured
alone. The least of a few rounds.

Usage: python -m bench.gate_cost [CALLS]
"""

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Iterator
from random import Random
from time import process_time
from typing import cast

import anyio
import orjson
from anyio.lowlevel import checkpoint

from asynceval.domain.call import Call, Message
from asynceval.domain.cell import Cell
from asynceval.domain.events import Event
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Budget, Endpoint, Price, Sweep, Target
from asynceval.engine.attempts import Attempts
from asynceval.engine.client import Client
from asynceval.engine.entrance import Entrance
from asynceval.engine.gate import Gate
from asynceval.engine.purse import Purse
from asynceval.engine.route import Route
from asynceval.engine.space import Space
from asynceval.engine.stop import Stop
from asynceval.engine.transport import Request, Response
from asynceval.providers.openai import OpenAI
from asynceval.providers.reading import decode
from asynceval.store.line import Record
from asynceval.store.store import Store
from bench.rig import answer, size

CALLS = 20_000
CALLERS = 500
ROUNDS = 5
BODY = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "The parts fit together. " * 40},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 60, "completion_tokens": 240, "total_tokens": 300},
    }
)
ENDPOINT = Endpoint("house", "http://house.test/v1", parallel=50, rpm=1e9, tpm=1e12)
Ask = Callable[[Call], Awaitable[object]]


class Nowhere:
    """A transport that has the reply already; it lets others go first once, as a socket would."""

    async def post(self, request: Request) -> Response:  # noqa: ARG002 - a transport's shape
        """Return the reply."""
        await checkpoint()
        return Response(200, {}, BODY)

    async def get(self, request: Request) -> Response:  # noqa: ARG002 - a transport's shape
        """Return nothing of use."""
        return Response(404, {}, b"")


class Oblivion:
    """A store that keeps nothing."""

    def get(self, key: bytes) -> Reply | None:  # noqa: ARG002 - a store's shape
        """Return that nothing is known."""
        return None

    def put(self, record: Record) -> None:
        """Forget the record."""

    def note_sent(self, *about: object) -> None:
        """Forget what is sent."""

    def note_failure(self, *about: object) -> None:
        """Stop: nothing here may fail."""
        raise RuntimeError(f"a call failed: {about}")


def client() -> Client:
    """Return a client under every kind of limit, with a transport and a store that cost nothing."""
    target = Target("m", ENDPOINT.name, "m", price=Price(1, 1))
    sweep = Sweep("bench", (ENDPOINT,), (target,), (), budget=Budget(usd=1e9, tokens=10**15))
    stop, clock, store = Stop(), get_running_loop().time, cast(Store, Oblivion())
    space = Space(stop)
    entrance = Entrance(Purse(sweep, {}), store, space, stop, _ignore, clock)
    attempts = Attempts(Nowhere(), entrance, stop, _ignore, clock=clock, random=Random(1))
    client = Client(store, attempts, space, _ignore)
    client.connect(Route(ENDPOINT, Gate(ENDPOINT), None))
    return client


def _ignore(event: Event) -> None:
    pass


def through_client() -> Ask:
    """Return how a call is asked through the client."""
    door = client()
    cell = Cell("1", "writing", 1, "m")
    return lambda call: door.ask(call, cell, ENDPOINT.name, 1)


def at_transport() -> Ask:
    """Return how a ready request is sent by the transport alone."""
    transport = Nowhere()
    request = Request("http://house.test/v1/chat/completions", {}, b"{}", 600)
    return lambda _: transport.post(request)


async def seconds(ask: Ask, calls: list[Call]) -> float:
    """Return the CPU time that the callers take to ask all calls."""
    rest = iter(calls)
    started = process_time()
    async with anyio.create_task_group() as callers:
        for _ in range(CALLERS):
            callers.start_soon(work, ask, rest)
    return process_time() - started


async def work(ask: Ask, calls: Iterator[Call]) -> None:
    """Ask one call after the other."""
    for call in calls:
        await ask(call)


def wire_seconds(calls: list[Call]) -> float:
    """Return the CPU time for keys, bodies and reading the replies of all calls."""
    openai = OpenAI(ENDPOINT)
    started = process_time()
    for call in calls:
        call.key()
        openai.body(call)
        decode(openai, 200, {}, BODY)
    return process_time() - started


async def measure(calls: list[Call]) -> tuple[float, float, float]:
    """Return microseconds a call: through the client, at the transport, and for the wire format."""
    ours = [await seconds(through_client(), calls) for _ in range(ROUNDS)]
    bare = [await seconds(at_transport(), calls) for _ in range(ROUNDS)]
    wire = [wire_seconds(calls) for _ in range(ROUNDS)]
    us = 1e6 / len(calls)
    return min(ours) * us, min(bare) * us, min(wire) * us


def main() -> None:
    """Measure the three, on uvloop as a run does."""
    calls = [
        Call("m", "m", (Message("user", f"How do the parts fit together, case {number}? " * 6),))
        for number in range(size(CALLS))
    ]
    ours, bare, wire = anyio.run(measure, calls, backend_options={"use_uvloop": True})
    answer(
        bench="gate_cost",
        us_a_call=round(ours - bare, 1),
        us_without_wire_format=round(ours - bare - wire, 1),
        over_bare_transport=round(ours / bare, 1),
        must=60,
        aim=25,
    )


if __name__ == "__main__":
    main()
