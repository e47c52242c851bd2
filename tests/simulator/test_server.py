"""Check the simulator over real HTTP, inside the process, without waiting for the clock."""

import io
import re

import aiohttp
import anyio
import orjson
import pytest

from asynceval.domain.errors import ConfigError
from asynceval.simulator.faults import Fault
from asynceval.simulator.latency import Constant
from asynceval.simulator.server import running
from asynceval.simulator.settings import Settings
from tests.simulator.rig import AN_HOUR, PATIENCE, Client, client, faulty

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Run each test on both event loops: the command uses uvloop, other tests may not."""
    return "asyncio", {"use_uvloop": request.param}


async def test_answer() -> None:
    """A question is answered with a chat completion of the model that was asked."""
    async with client(Settings()) as simulator:
        status, reply, headers = await simulator.post("Why do tides matter?")
        assert status == 200
        assert headers["content-type"].startswith("application/json")
        assert reply["model"] == "sim-s50"
        assert "1. " in reply["choices"][0]["message"]["content"]
        assert not any(name.startswith("x-ratelimit") for name in headers)
        again = await simulator.post("Why do tides matter?")
        assert again[1]["choices"] == reply["choices"]


async def test_verdict() -> None:
    """A judge's prompt is answered with a verdict by the same endpoint."""
    async with client(Settings()) as simulator:
        _, reply, _ = await simulator.post('Rate this: "Yes." Follow "[[rating]]".')
        assert re.search(r"Rating: \[\[\d+\]\]$", reply["choices"][0]["message"]["content"])


async def test_path_without_version() -> None:
    """The endpoint is also there without /v1."""
    async with client(Settings()) as simulator:
        url = simulator.base_url.removesuffix("/v1") + "/chat/completions"
        raw = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
        async with simulator.session.post(url, data=raw) as response:
            assert response.status == 200


async def test_choices_and_limit() -> None:
    """Several choices differ, and each is cut to the limit."""
    async with client(Settings()) as simulator:
        _, reply, _ = await simulator.post(n=3, max_tokens=40)
        texts = {choice["message"]["content"] for choice in reply["choices"]}
        assert len(texts) == 3
        assert {len(text) for text in texts} == {160}
        assert {choice["finish_reason"] for choice in reply["choices"]} == {"length"}
        assert reply["usage"]["completion_tokens"] == 120


async def test_malformed_body() -> None:
    """A body that is not JSON gets a 400 in OpenAI's shape."""
    async with client(Settings()) as simulator:
        url = f"{simulator.base_url}/chat/completions"
        async with simulator.session.post(url, data=b"{nope") as response:
            assert response.status == 400
            error = orjson.loads(await response.read())["error"]
        assert error["type"] == "invalid_request_error"
        assert set(error) == {"message", "type", "param", "code"}


async def test_large_body() -> None:
    """A prompt of 8 MB is answered."""
    async with client(Settings()) as simulator:
        url = f"{simulator.base_url}/chat/completions"
        messages = [{"role": "user", "content": "tides " * 1_400_000}]
        raw = io.BytesIO(orjson.dumps({"model": "m", "messages": messages}))
        async with simulator.session.post(url, data=raw) as response:
            assert response.status == 200
            usage = orjson.loads(await response.read())["usage"]
        assert usage["prompt_tokens"] == 2_100_000


async def test_key() -> None:
    """With a key set, requests without it get a 401 in OpenAI's shape, on both endpoints."""
    async with client(Settings(api_key="secret")) as simulator:
        for given in (None, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}):
            status, reply, _ = await simulator.post(headers=given)
            assert (status, reply["error"]["code"]) == (401, "invalid_api_key")
        assert (await simulator.get("/v1/models"))[0] == 401
        status, _, _ = await simulator.post(headers={"Authorization": "Bearer secret"})
        assert status == 200
        assert simulator.ledger.stats()["paid"] == 1


async def test_models_and_health() -> None:
    """Models are listed, and health is a 200."""
    async with client(Settings()) as simulator:
        status, listed = await simulator.get("/v1/models")
        assert (status, listed["object"]) == (200, "list")
        assert "sim-s75" in {model["id"] for model in listed["data"]}
        assert await simulator.get("/health") == (200, {"status": "ok"})


async def test_requests_limit() -> None:
    """Over the limit comes a 429 that says when to come back, and then is the time."""
    now = [100.0]
    async with client(Settings(rpm=2), lambda: now[0]) as simulator:
        _, _, headers = await simulator.post()
        assert headers["x-ratelimit-limit-requests"] == "2"
        assert headers["x-ratelimit-remaining-requests"] == "1"
        now[0] += 58.8
        await simulator.post()
        status, reply, headers = await simulator.post()
        assert (status, reply["error"]["code"]) == (429, "rate_limit_exceeded")
        assert (headers["retry-after"], headers["retry-after-ms"]) == ("2", "1200")
        assert headers["x-ratelimit-remaining-requests"] == "0"
        assert headers["x-ratelimit-reset-requests"] == "60s"
        now[0] += 1.2
        assert (await simulator.post())[0] == 200
        stats = simulator.ledger.stats()
        assert (stats["requests"], stats["paid"], stats["rate_limited"]) == (4, 3, 1)


async def test_tokens_limit() -> None:
    """The token limit counts what the reply's usage says."""
    async with client(Settings(tpm=10_000)) as simulator:
        _, reply, headers = await simulator.post()
        rest = 10_000 - reply["usage"]["total_tokens"]
        assert headers["x-ratelimit-remaining-tokens"] == str(rest)
        assert simulator.ledger.stats()["tokens"] == reply["usage"]["total_tokens"]
        status, reply, _ = await simulator.post("x" * 40_000)
        assert (status, reply["error"]["type"]) == (429, "tokens")


@pytest.mark.parametrize(
    ("fault", "expected"), [(Fault.INTERNAL, 500), (Fault.UNAVAILABLE, 503), (Fault.RATE, 429)]
)
async def test_error_faults(fault: Fault, expected: int) -> None:
    """A status fault has its status and OpenAI's shape, and is counted but not paid for."""
    async with client(faulty(fault)) as simulator:
        status, reply, headers = await simulator.post()
        assert status == expected
        assert reply["error"]["message"]
        assert ("retry-after-ms" in headers) == (fault is Fault.RATE)
        stats = simulator.ledger.stats()
        assert (stats["faults"], stats["paid"], stats["rate_limited"]) == ({fault.value: 1}, 0, 0)


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (Fault.RESET, aiohttp.ClientOSError, "reset by peer"),
        (Fault.CLOSE, aiohttp.ServerDisconnectedError, "disconnected"),
    ],
)
async def test_connection_faults(fault: Fault, error: type[Exception], message: str) -> None:
    """A reset reaches the client as a reset, a close as an orderly end."""
    async with client(faulty(fault)) as simulator:
        with pytest.raises(error, match=message):
            await simulator.post()
        stats = await simulator.until(lambda stats: stats["in_flight"] == 0)
        assert (stats["faults"], stats["paid"]) == ({fault.value: 1}, 0)


async def test_hang() -> None:
    """A hanging request ends when the client goes; it was accepted, so it is paid for and lost."""
    async with client(faulty(Fault.HANG)) as simulator:
        async with anyio.create_task_group() as group:
            group.start_soon(simulator.post)
            await simulator.until(lambda stats: stats["faults"] == {"hang": 1})
            assert simulator.ledger.stats()["in_flight"] == 1
            group.cancel_scope.cancel()
        stats = await simulator.until(lambda stats: stats["in_flight"] == 0)
        assert (stats["paid"], stats["answered"], stats["lost_after_accept"]) == (1, 0, 1)


async def test_hang_does_not_outlive_the_simulator() -> None:
    """A simulator that stops ends hanging requests at once."""
    async with aiohttp.ClientSession() as session, anyio.create_task_group() as group:
        with anyio.fail_after(PATIENCE):
            async with running(faulty(Fault.HANG), grace=PATIENCE * 2) as simulator:
                stuck = Client(session, simulator.base_url, simulator.ledger)

                async def expect_the_end() -> None:
                    with pytest.raises(aiohttp.ServerDisconnectedError):
                        await stuck.post()

                group.start_soon(expect_the_end)
                await stuck.until(lambda stats: stats["in_flight"] == 1)


async def test_truncated() -> None:
    """A truncated reply is a complete 200 whose JSON is cut, and is paid for."""
    async with client(faulty(Fault.TRUNCATE)) as simulator:
        with pytest.raises(orjson.JSONDecodeError):
            await simulator.post()
        stats = simulator.ledger.stats()
        assert (stats["faults"], stats["paid"]) == ({"truncate": 1}, 1)
        assert (stats["answered"], stats["lost_after_accept"]) == (0, 1)


async def test_retry_can_succeed() -> None:
    """At a rate of a half, every request gets through after some attempts."""
    async with client(faulty(Fault.INTERNAL, 0.5)) as simulator:
        for number in range(20):
            with anyio.fail_after(PATIENCE):
                while (await simulator.post(str(number)))[0] != 200:
                    pass
        stats = simulator.ledger.stats()
        assert (stats["paid"], stats["paid_twice"], stats["answered"]) == (20, 0, 20)
        assert 5 < stats["faults"]["500"] < 60


async def test_identity() -> None:
    """A call is known by its Idempotency-Key, else by its body."""
    async with client(Settings()) as simulator:
        for key, question in [("a", "1"), ("a", "2"), ("b", "2"), (None, "3"), (None, "3")]:
            await simulator.post(question, headers={"Idempotency-Key": key} if key else None)
        stats = simulator.ledger.stats()
        assert (stats["paid"], stats["paid_twice"]) == (5, 2)


async def test_client_that_goes_has_paid() -> None:
    """A request whose client goes before the answer is paid for, and no longer in flight."""
    async with client(Settings(latency=AN_HOUR)) as simulator:
        async with anyio.create_task_group() as group:
            group.start_soon(simulator.post)
            await simulator.until(lambda stats: stats["paid"] == 1)
            group.cancel_scope.cancel()
        stats = await simulator.until(lambda stats: stats["in_flight"] == 0)
        assert (stats["paid"], stats["by_model"]) == (1, {"sim-s50": 1})
        assert (stats["answered"], stats["lost_after_accept"]) == (0, 1)


async def test_peak() -> None:
    """Requests that wait for their latency at the same time are in flight together."""
    async with client(Settings(latency=AN_HOUR)) as simulator, anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(simulator.post, str(number))
        stats = await simulator.until(lambda stats: stats["in_flight"] == 30)
        assert stats["peak_in_flight"] == 30
        group.cancel_scope.cancel()


async def test_latency_is_waited_for() -> None:
    """A reply does not come before its latency is over."""
    async with client(Settings(latency=Constant(0.05))) as simulator:
        started = anyio.current_time()
        assert (await simulator.post())[0] == 200
        assert anyio.current_time() - started >= 0.05


async def test_stats() -> None:
    """The ledger is also there over HTTP, and can be reset."""
    async with client(Settings()) as simulator:
        await simulator.post()
        assert await simulator.get("/stats") == (200, simulator.ledger.stats())
        url = simulator.base_url.removesuffix("/v1") + "/stats/reset"
        async with simulator.session.post(url) as response:
            assert response.status == 200
        _, stats = await simulator.get("/stats")
        assert (stats["requests"], stats["paid"], stats["by_model"]) == (0, 0, {})


async def test_port_in_use() -> None:
    """A port that is taken is told as a sentence with its number."""
    async with running(Settings()) as simulator:
        port = int(simulator.base_url.removesuffix("/v1").rpartition(":")[2])
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: "):
            async with running(Settings(), port=port):
                pytest.fail("two simulators on one port")
