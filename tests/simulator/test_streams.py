"""Replies of the simulator in pieces: the same words, in time, and told as they are broken off."""

import time
from typing import Any

import orjson
import pytest

from asynceval.domain.sweep import Endpoint
from asynceval.providers.openai import OpenAI
from asynceval.providers.stream import UnreadableError, streamed
from asynceval.simulator.faults import Fault
from asynceval.simulator.latency import Constant
from asynceval.simulator.settings import Settings
from tests.simulator.rig import Client, client, faulty

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
STREAM = OpenAI(Endpoint("house", "http://h")).stream


async def stream(simulator: Client, **fields: Any) -> tuple[bytes, list[float]]:
    """Ask for a reply in pieces; return them as one, and when each arrived."""
    asked = {"model": "sim-s50", "messages": [{"role": "user", "content": "Hello"}]}
    raw = orjson.dumps(asked | {"stream": True} | fields)
    arrivals, content = [], b""
    async with simulator.session.post(f"{simulator.base_url}/chat/completions", data=raw) as got:
        assert got.status == 200
        assert got.content_type == "text/event-stream"
        async for piece in got.content.iter_any():
            content += piece
            arrivals.append(time.monotonic())
    return content, arrivals


def joined(content: bytes) -> Any:
    """Return the completion that the pieces are of."""
    assert STREAM is not None
    return streamed(STREAM, content, ()).whole


@pytest.mark.parametrize("limit", [None, 30])
async def test_a_stream_says_what_is_said_in_one(limit: int | None) -> None:
    """Words, endings and, if they are asked for, tokens; it is paid for and answered once."""
    async with client(Settings()) as simulator:
        _, whole, _ = await simulator.post(n=2, max_tokens=limit)
        counted = {"stream_options": {"include_usage": True}}
        content, _ = await stream(simulator, n=2, max_tokens=limit, **counted)
        got = joined(content)
        assert got["usage"] == whole["usage"]
        for ours, theirs in zip(got["choices"], whole["choices"], strict=True):
            assert ours["message"]["content"] == theirs["message"]["content"]
            assert ours["finish_reason"] == theirs["finish_reason"]
        assert content.endswith(b"data: [DONE]\n\n")
        stats = simulator.ledger.stats()
        assert (stats["paid"], stats["answered"], stats["in_flight"]) == (2, 2, 0)
        uncounted, _ = await stream(simulator)
        assert joined(uncounted)["usage"] is None


async def test_the_pieces_come_as_time_goes() -> None:
    """The first when a quarter of the latency is over, the last at its end."""
    async with client(Settings(Constant(0.8))) as simulator:
        at = time.monotonic()
        _, arrivals = await stream(simulator)
        assert arrivals[0] - at >= 0.2
        assert arrivals[-1] - at >= 0.8
        assert len(arrivals) > 5


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.NULL])
async def test_a_stream_may_say_nothing(fault: Fault) -> None:
    """In a text or in none."""
    async with client(faulty(fault)) as simulator:
        (choice,) = joined((await stream(simulator))[0])["choices"]
        assert (choice["message"]["content"], choice["finish_reason"]) == ("", "stop")


async def test_a_truncated_stream_ends_in_order_without_its_end() -> None:
    """Only what is missing tells, and the reply counts as lost."""
    async with client(faulty(Fault.TRUNCATE)) as simulator:
        content, _ = await stream(simulator)
        assert len(content) > 500
        with pytest.raises(UnreadableError):
            joined(content)
        assert simulator.ledger.stats()["answered"] == 0


async def test_json_is_given_if_it_is_asked_for() -> None:
    """A model's answer and a judge's verdict each come as an object."""
    wanted = {"type": "json_object"}
    async with client(Settings()) as simulator:
        _, plain, _ = await simulator.post()
        _, reply, _ = await simulator.post(response_format=wanted)
        said = orjson.loads(reply["choices"][0]["message"]["content"])
        assert said == {"answer": plain["choices"][0]["message"]["content"]}
        for prompt, name in (("Rating: [[rating]]", "rating"), ("[[A]] or [[B]]", "verdict")):
            _, plain, _ = await simulator.post(prompt)
            _, reply, _ = await simulator.post(prompt, response_format=wanted)
            said = orjson.loads(reply["choices"][0]["message"]["content"])
            words = plain["choices"][0]["message"]["content"]
            assert words.startswith(said["explanation"])
            assert words.endswith(f"[[{said[name]}]]")
