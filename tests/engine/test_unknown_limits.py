"""Check that limits which nobody configured are found, whoever they belong to."""

from asyncio import get_running_loop
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from math import exp
from pathlib import Path
from random import Random

import pytest
from anyio import create_task_group, current_time, sleep
from multidict import CIMultiDict

from asynceval.domain.sweep import Endpoint, Parallel
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Signal
from tests.engine.fakes import FakeTransport, completion, refusal, rig
from tests.virtual_time import run

RPM = 1200
IN_FLIGHT = 40
MEAN = 0.6


class Busy(FakeTransport):
    """A server with a limit of its own; `landed` and `refused` are times.

    With `states_early` an answer's headers are from when its request came in.
    """

    states_early = True
    sigma = 0.6

    def __init__(self, admit: Callable[["Busy", str], Response | None]) -> None:
        super().__init__()
        self.admit = admit
        self.random = Random(1)
        self.open = 0
        self.windows: defaultdict[str, deque[float]] = defaultdict(deque)
        self.landed: list[tuple[float, str]] = []
        self.refused: list[float] = []

    async def post(self, request: Request) -> Response | Signal:
        model = request.body.partition(b'"model":"')[2].partition(b'"')[0].decode()
        refused = self.admit(self, model)
        if refused is not None:
            self.refused.append(current_time())
            await sleep(0.02)
            return refused
        headers = self.headers(model)
        await self.serve(model)
        if not self.states_early:
            headers = self.headers(model)
        return Response(200, headers, completion("x").body)

    async def serve(self, model: str) -> None:
        self.open += 1
        await sleep(MEAN * exp(-(self.sigma**2) / 2) * self.random.lognormvariate(0, self.sigma))
        self.open -= 1
        self.landed.append((current_time(), model))

    def headers(self, _: str) -> CIMultiDict[str]:
        return CIMultiDict()

    def rate(self, start: float, end: float, *models: str) -> float:
        """Return the answers a second between two times, of some models or of all."""
        chosen = [at for at, model in self.landed if not models or model in models]
        return sum(start <= at < end for at in chosen) / (end - start)

    def share_refused(self) -> float:
        return len(self.refused) / (len(self.refused) + len(self.landed))


class Stating(Busy):
    """A server that states its limit of requests in a window of a minute."""

    def __init__(
        self, *, is_by_model: bool, states_early: bool = True, rpms: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(lambda _, model: self.window(model))
        self.is_by_model = is_by_model
        self.states_early = states_early
        self.rpms = rpms or {}

    def of(self, model: str) -> deque[float]:
        window = self.windows[model if self.is_by_model else ""]
        while window and window[0] <= current_time() - 60:
            window.popleft()
        return window

    def window(self, model: str) -> Response | None:
        window = self.of(model)
        if len(window) >= self.rpms.get(model, RPM):
            return refusal(429, Retry_After=f"{window[0] + 60 - current_time():.3f}")
        window.append(current_time())
        return None

    def headers(self, model: str) -> CIMultiDict[str]:
        window, rpm = self.of(model), self.rpms.get(model, RPM)
        reset = f"{window[-1] + 60 - current_time():.3f}s" if window else "0s"
        return CIMultiDict(
            {
                "x-ratelimit-limit-requests": str(rpm),
                "x-ratelimit-remaining-requests": str(rpm - len(window)),
                "x-ratelimit-reset-requests": reset,
            }
        )


class Calendar(Stating):
    """A server that counts from 0 at every full minute."""

    def of(self, model: str) -> deque[float]:
        window = super().of(model)
        while window and window[0] < current_time() // 60 * 60:
            window.popleft()
        return window

    def headers(self, model: str) -> CIMultiDict[str]:
        headers = super().headers(model)
        headers["x-ratelimit-reset-requests"] = f"{60 - current_time() % 60:.3f}s"
        return headers


def at_most(server: Busy, _: str) -> Response | None:
    """Refuse more than so many in flight, to all models together."""
    return refusal(429) if server.open >= IN_FLIGHT else None


class Jittery(Busy):
    """A server far away: requests arrive in any order, and a place is free a moment after its answer."""

    def __init__(self) -> None:
        super().__init__(at_most)

    async def post(self, request: Request) -> Response | Signal:
        await sleep(0.05 * self.random.random())
        return await super().post(request)

    async def serve(self, model: str) -> None:
        await super().serve(model)
        self.open += 1
        get_running_loop().call_later(0.02, self.free)

    def free(self) -> None:
        self.open -= 1


class Apart(Busy):
    """A server that takes ten calls in flight to each model."""

    def __init__(self) -> None:
        super().__init__(lambda _, model: refusal(429) if self.places[model] >= 10 else None)
        self.places: Counter[str] = Counter()

    async def serve(self, model: str) -> None:
        self.places[model] += 1
        await super().serve(model)
        self.places[model] -= 1


def ask_for_two_minutes(folder: Path, server: Busy, models: int, parallel: Parallel) -> None:
    """Keep every model busy."""

    async def main() -> None:
        async with create_task_group() as tasks:
            for model in range(models):
                for number in range(12_000 // models):
                    tasks.start_soon(r.ask, f"{number}", f"m{model}")
            await sleep(120)
            r.request_stop()

    with rig(folder, server, Endpoint("house", "http://house.test", parallel=parallel)) as r:
        run(main)


@pytest.mark.parametrize("parallel", ["auto", 50])
@pytest.mark.parametrize("models", [1, 2, 4])
def test_calls_in_flight_of_an_account(tmp_path: Path, models: int, parallel: Parallel) -> None:
    """A number of calls that the account may have in flight is found, and shared by its models."""
    server = Busy(at_most)
    ask_for_two_minutes(tmp_path, server, models, parallel)
    assert server.rate(30, 120) >= 0.88 * IN_FLIGHT / MEAN
    assert server.share_refused() <= 0.03
    each = [server.rate(30, 120, f"m{model}") for model in range(models)]
    assert min(each) >= 0.5 * max(each)


class Small(Busy):
    """A server for 20 calls in flight, each of which takes 0.6 s, that may say how long to wait."""

    def __init__(self, **headers: str) -> None:
        super().__init__(lambda server, _: refusal(429, **headers) if server.open >= 20 else None)
        self.sigma = 0.0


def test_calls_in_flight_of_an_account_that_is_far_away(tmp_path: Path) -> None:
    """What the network adds to the number in flight is not taken for a limit of another kind."""
    server = Jittery()
    ask_for_two_minutes(tmp_path, server, 2, "auto")
    assert server.rate(30, 120) >= 0.85 * IN_FLIGHT / MEAN
    assert server.share_refused() <= 0.03


@pytest.mark.parametrize(("models", "parallel"), [(2, "auto"), (3, 50)])
def test_calls_in_flight_of_each_model(tmp_path: Path, models: int, parallel: Parallel) -> None:
    """A number that each model may have in flight is not taken for the account's."""
    server = Apart()
    ask_for_two_minutes(tmp_path, server, models, parallel)
    assert server.rate(30, 120) >= 0.88 * 10 * models / MEAN
    assert server.share_refused() <= 0.03


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "1"}])
@pytest.mark.parametrize("models", [1, 3])
def test_a_small_server_is_busy_within_seconds(
    tmp_path: Path, models: int, headers: dict[str, str]
) -> None:
    """A run that is over in half a minute is not spent with finding out what the server takes."""

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(600):
                tasks.start_soon(r.ask, f"{number}", f"m{number % models}")
            await sleep(15)
            r.request_stop()

    server = Small(**headers)
    with rig(tmp_path, server, Endpoint("house", "http://house.test", parallel="auto")) as r:
        run(main)
    assert server.rate(4.8, 15) >= 0.85 * 20 / MEAN
    assert server.share_refused() <= 0.05


@pytest.mark.parametrize(
    ("models", "parallel", "states_early"),
    [(1, "auto", True), (2, 50, False), (2, "auto", True), (4, 50, True)],
)
def test_a_stated_limit_of_an_account(
    tmp_path: Path, models: int, parallel: Parallel, *, states_early: bool
) -> None:
    """What a server states of its limit is believed from the first answer on, for all models."""
    server = Stating(is_by_model=False, states_early=states_early)
    ask_for_two_minutes(tmp_path, server, models, parallel)
    assert server.rate(30, 90) >= 0.95 * RPM / 60
    assert server.share_refused() <= 0.005


@pytest.mark.parametrize(("parallel", "states_early"), [("auto", True), (50, False)])
def test_a_stated_limit_by_model(tmp_path: Path, parallel: Parallel, *, states_early: bool) -> None:
    """When the server counts each model apart, none is held back for the others."""
    server = Stating(is_by_model=True, states_early=states_early)
    ask_for_two_minutes(tmp_path, server, 2, parallel)
    for model in ("m0", "m1"):
        assert server.rate(30, 90, model) >= 0.88 * RPM / 60
    assert server.share_refused() <= 0.01


@pytest.mark.parametrize("other", [RPM, RPM // 2])
def test_a_model_that_joins_late_has_a_limit_of_its_own(tmp_path: Path, other: int) -> None:
    """After minutes too it shows when a model is counted apart, whether its limit is the same or not."""

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(5000):
                tasks.start_soon(r.ask, f"{number}", "m0")
            await sleep(70)
            for number in range(2000):
                tasks.start_soon(r.ask, f"{number}", "m1")
            await sleep(80)
            r.request_stop()

    server = Stating(is_by_model=True, rpms={"m1": other})
    with rig(tmp_path, server, Endpoint("house", "http://house.test", parallel=100)) as r:
        run(main)
    assert server.rate(90, 150, "m0") >= 0.9 * RPM / 60
    assert server.rate(90, 150, "m1") >= 0.9 * other / 60
    assert server.share_refused() <= 0.005


def test_a_window_that_begins_with_the_minute_is_the_accounts_still(tmp_path: Path) -> None:
    """A server that counts from 0 at every full minute is not taken for one that counts by model."""
    server = Calendar(is_by_model=False)
    ask_for_two_minutes(tmp_path, server, 2, 50)
    assert server.share_refused() == 0
    assert server.rate(30, 120) >= 0.9 * RPM / 60


def test_a_configured_limit_is_not_changed(tmp_path: Path) -> None:
    """What the config says of the rate holds, whatever the server states."""

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(400):
                tasks.start_soon(r.ask, f"{number}")
            await sleep(60)
            r.request_stop()

    server = Stating(is_by_model=False)
    end = Endpoint("house", "http://house.test", parallel=50, rpm=120)
    with rig(tmp_path, server, end) as r:
        run(main)
        assert r.gates["house"].status(None).rpm == 120
    assert 110 <= len(server.landed) <= 121
