"""Check places, quiet refusals, late faults, echoed keys and outages over real HTTP."""

from functools import partial
from typing import Any

import aiohttp
import anyio
import orjson
import pytest

from asynceval.simulator.faults import ACCEPTED, Fault
from asynceval.simulator.latency import Constant
from asynceval.simulator.ledger import Stats
from asynceval.simulator.settings import ModelLimit, Settings
from tests.simulator.rig import AN_HOUR, Client, client, faulty

pytestmark = pytest.mark.anyio

SENT = {"Authorization": "Bearer sk-canary"}


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Run each test on both event loops: the command uses uvloop, other tests may not."""
    return "asyncio", {"use_uvloop": request.param}


async def outage(simulator: Client, seconds: str) -> int:
    """Ask for an outage, and return the status."""
    url = simulator.base_url.removesuffix("/v1") + "/outage"
    async with simulator.session.post(url, params={"seconds": seconds}) as response:
        return response.status


def has_paid(number: int, stats: Stats) -> bool:
    """Tell whether so many calls were accepted."""
    return stats["paid"] == number


async def test_slots_are_taken_in_turn() -> None:
    """With one place, requests are all accepted, and answered one by one in their order."""
    answered: list[str] = []
    async with client(Settings(latency=Constant(0.02), slots=1)) as simulator:

        async def ask(question: str) -> None:
            assert (await simulator.post(question))[0] == 200
            answered.append(question)

        started = anyio.current_time()
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(ask, str(number))
                # so that they come in this order, each on a connection of its own
                await simulator.until(partial(has_paid, number + 1))
        assert anyio.current_time() - started >= 5 * 0.02
        stats = simulator.ledger.stats()
        assert answered == [str(number) for number in range(5)]
        assert (stats["paid"], stats["answered"], stats["rate_limited"]) == (5, 5, 0)


async def test_a_client_that_goes_leaves_its_slot() -> None:
    """A place whose client has gone is taken by the next in the queue."""
    async with client(Settings(latency=AN_HOUR, slots=1)) as simulator:
        async with anyio.create_task_group() as group:
            group.start_soon(simulator.post, "first")
            await simulator.until(lambda stats: stats["paid"] == 1)
            async with anyio.create_task_group() as others:
                others.start_soon(simulator.post, "second")
                await simulator.until(lambda stats: stats["paid"] == 2)
                others.cancel_scope.cancel()
            await simulator.until(lambda stats: stats["lost_after_accept"] == 1)
            group.cancel_scope.cancel()
        stats = await simulator.until(lambda stats: stats["in_flight"] == 0)
        assert (stats["answered"], stats["lost_after_accept"]) == (0, 2)


async def test_most_in_flight() -> None:
    """One more than may be in flight gets a 429 without any wait, and is not paid for."""
    async with client(Settings(latency=AN_HOUR, most_in_flight=2)) as simulator:
        async with anyio.create_task_group() as group:
            group.start_soon(simulator.post, "1")
            group.start_soon(simulator.post, "2")
            await simulator.until(lambda stats: stats["paid"] == 2)
            status, reply, headers = await simulator.post("3")
            assert (status, reply["error"]["code"]) == (429, "rate_limit_exceeded")
            assert not any(name.startswith("retry-after") for name in headers)
            group.cancel_scope.cancel()
        await simulator.until(lambda stats: stats["in_flight"] == 0)
        async with anyio.create_task_group() as group:
            group.start_soon(simulator.post, "3")
            stats = await simulator.until(lambda stats: stats["paid"] == 3)
            assert stats["rate_limited"] == 1
            group.cancel_scope.cancel()


async def test_a_refused_request_does_not_stay_in_flight() -> None:
    """Errors, too, give their place back: under a limit of one, one after the other gets through."""
    settings = Settings(most_in_flight=1, faults=faulty(Fault.INTERNAL, 0.5).faults)
    async with client(settings) as simulator:
        statuses = [(await simulator.post(str(number)))[0] for number in range(20)]
        assert set(statuses) == {200, 500}


async def test_model_limit() -> None:
    """Only the limited model is refused."""
    async with client(Settings(model_rpm=(ModelLimit("sim-s50", 1),))) as simulator:
        assert (await simulator.post("1"))[0] == 200
        status, _, headers = await simulator.post("2")
        assert (status, headers["retry-after"]) == (429, "60")
        status, _, headers = await simulator.post("2", model="sim-s75")
        assert status == 200
        assert not any(name.startswith("x-ratelimit") for name in headers)


@pytest.mark.parametrize("settings", [Settings(rpm=1), faulty(Fault.RATE)], ids=["limit", "fault"])
async def test_quiet_limits(settings: Settings) -> None:
    """With quiet limits a 429 says neither the limit nor when to come back."""
    quiet = Settings(rpm=settings.rpm, faults=settings.faults, quiet_limits=True)
    async with client(quiet) as simulator:
        await simulator.post()
        status, reply, headers = await simulator.post()
        assert status == 429
        assert not [name for name in headers if name.startswith(("x-ratelimit", "retry-after"))]
        assert "try again" not in reply["error"]["message"]


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Fault.OVERLOADED, 529, None),
        (Fault.QUOTA, 429, "insufficient_quota"),
        (Fault.INVALID, 400, "unsupported_value"),
        (Fault.CONTEXT, 400, "context_length_exceeded"),
        (Fault.KEY, 401, "invalid_api_key"),
        (Fault.MODEL, 404, "model_not_found"),
    ],
)
async def test_more_error_faults(fault: Fault, expected: int, code: str | None) -> None:
    """These faults have the status and the code of what they stand for, and cost nothing."""
    async with client(faulty(fault)) as simulator:
        status, reply, headers = await simulator.post()
        assert (status, reply["error"]["code"]) == (expected, code)
        assert "retry-after" not in headers
        stats = simulator.ledger.stats()
        assert (stats["faults"], stats["paid"], stats["rate_limited"]) == ({fault.value: 1}, 0, 0)


async def test_page() -> None:
    """A web page comes as a 200 that is no JSON, and costs nothing."""
    async with client(faulty(Fault.PAGE)) as simulator:
        url = f"{simulator.base_url}/chat/completions"
        raw = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
        async with simulator.session.post(url, data=raw) as response:
            assert (response.status, response.content_type) == (200, "text/html")
            assert (await response.text()).startswith("<!DOCTYPE html>")
        assert simulator.ledger.stats()["paid"] == 0


@pytest.mark.parametrize(("fault", "content"), [(Fault.EMPTY, ""), (Fault.NULL, None)])
async def test_no_content(fault: Fault, content: str | None) -> None:
    """A reply without a text is complete in all else, and is paid for and lost."""
    async with client(faulty(fault)) as simulator:
        status, reply, _ = await simulator.post(n=2)
        assert status == 200
        assert [each["message"]["content"] for each in reply["choices"]] == [content, content]
        assert reply["choices"][0]["finish_reason"] == "stop"
        assert reply["usage"]["completion_tokens"] == 0
        stats = simulator.ledger.stats()
        assert (stats["paid"], stats["answered"], stats["lost_after_accept"]) == (1, 0, 1)


async def test_lost() -> None:
    """A lost reply ends in a reset after its latency, and is paid for."""
    settings = Settings(latency=Constant(0.05), faults=faulty(Fault.LOST).faults)
    async with client(settings) as simulator:
        started = anyio.current_time()
        with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
            await simulator.post()
        assert anyio.current_time() - started >= 0.05
        stats = await simulator.until(lambda stats: stats["in_flight"] == 0)
        assert (stats["paid"], stats["answered"], stats["lost_after_accept"]) == (1, 0, 1)


async def test_slow() -> None:
    """A slow reply takes ten times its latency, and is good."""
    settings = Settings(latency=Constant(0.01), faults=faulty(Fault.SLOW).faults)
    async with client(settings) as simulator:
        started = anyio.current_time()
        assert (await simulator.post())[0] == 200
        assert anyio.current_time() - started >= 0.1
        stats = simulator.ledger.stats()
        assert (stats["answered"], stats["lost_after_accept"]) == (1, 0)


async def body(simulator: Client, raw: bytes, headers: dict[str, str]) -> bytes:
    """Post a raw body, and return the body of the response."""
    url = f"{simulator.base_url}/chat/completions"
    async with simulator.session.post(url, data=raw, headers=headers) as response:
        return await response.read()


HELLO = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})


@pytest.mark.parametrize(
    ("change", "raw"),
    [
        ({"api_key": "another"}, HELLO),
        ({}, b"{nope"),
        ({"rpm": 1, "tpm": 1}, HELLO),
        *(
            ({"faults": faulty(fault).faults}, HELLO)
            for fault in Fault
            if fault not in ACCEPTED | {Fault.RESET, Fault.CLOSE}
        ),
    ],
)
async def test_echo(change: dict[str, Any], raw: bytes) -> None:
    """With `echo_key` every error repeats the key it was sent, and without it none does."""
    for echo_key in (True, False):
        async with client(Settings(**change, echo_key=echo_key)) as simulator:
            assert (b"sk-canary" in await body(simulator, raw, SENT)) == echo_key


async def test_echo_of_strange_bytes() -> None:
    """A header that is no UTF-8 is echoed as far as it can be."""
    async with client(Settings(api_key="another", echo_key=True)) as simulator:
        host, port = simulator.base_url.removeprefix("http://").removesuffix("/v1").split(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(
                b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                b"Authorization: Bearer \xff-canary\r\n\r\n"
            )
            received = b""
            async for piece in stream:
                received += piece
        assert received.startswith(b"HTTP/1.1 401")
        assert b"-canary" in received


async def test_outage() -> None:
    """An outage resets what is open and whatever comes, until its time is over."""
    now = [10.0]
    async with client(Settings(latency=AN_HOUR), lambda: now[0]) as simulator:
        async with anyio.create_task_group() as group:

            async def expect_the_end() -> None:
                with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
                    await simulator.post()

            group.start_soon(expect_the_end)
            await simulator.until(lambda stats: stats["paid"] == 1)
            assert await outage(simulator, "30") == 200
        now[0] += 29.9
        for path in ("/health", "/v1/models"):
            with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
                await simulator.get(path)
        with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
            await simulator.post("another")
        _, stats = await simulator.get("/stats")
        assert (stats["cut_off"], stats["paid"], stats["lost_after_accept"]) == (2, 1, 1)
        assert (stats["answered"], stats["in_flight"], stats["faults"]) == (0, 0, {})
        now[0] += 0.2
        assert (await simulator.get("/health"))[0] == 200


async def test_an_outage_can_be_ended() -> None:
    """An outage of no seconds ends one, and cuts nothing off."""
    async with client(Settings()) as simulator:
        await outage(simulator, "1000")
        assert await outage(simulator, "0") == 200
        assert (await simulator.post())[0] == 200
        assert simulator.ledger.stats()["cut_off"] == 0


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "nan", "inf"])
async def test_outage_of_no_length(seconds: str) -> None:
    """An outage whose length is no number is refused, and is none."""
    async with client(Settings()) as simulator:
        assert await outage(simulator, seconds) == 400
        assert (await simulator.post())[0] == 200
