"""Check that a throttle finds what a server takes."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from random import Random

import pytest

from asynceval.engine.breaker import Breaker
from asynceval.engine.throttle import Throttle

HEAD_START = 0.1


def throttle_of(most: int, *, is_auto: bool = False, is_proven: bool = True) -> Throttle:
    throttle = Throttle(most, Breaker(), is_auto=is_auto, head_start=HEAD_START)
    throttle.is_proven = is_proven
    return throttle


def refuse(
    throttle: Throttle,
    sent: float,
    level: int,
    now: float,
    seconds: float | None = None,
    random: float = 0.5,
) -> None:
    throttle.refuse(sent, level, now, seconds, random, is_accounts=False)


@dataclass
class World:
    """Calls without end through a throttle, against a server that is a function of time.

    `serve` is told the time and the calls in flight with this one; it returns the seconds that the
    answer takes, or None to refuse. `landed` and `refused` are the times.
    """

    throttle: Throttle
    serve: Callable[[float, int], float | None]
    asked_for: float | None = None
    landed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)

    def run(self, until: float, seed: int = 1, start: float = 0.0) -> None:
        """Run from one time to another."""
        random = Random(seed)
        due: list[tuple[float, int, float, int, bool]] = []
        now, number, accepted = start, 0, 0
        while now < until:
            while self.throttle.has_room(now):
                self.throttle.admit(now)
                latency = self.serve(now, accepted + 1)
                accepted += latency is not None
                number += 1
                landing = now + (0.02 if latency is None else latency)
                level = self.throttle.in_flight
                heapq.heappush(due, (landing, number, now, level, latency is not None))
            self.in_flight.append(self.throttle.in_flight)
            opens = self.throttle.opens_at(now)
            if opens is not None and (not due or opens < due[0][0]):
                now = opens
                continue
            now, _, sent, level, is_answer = heapq.heappop(due)
            if is_answer:
                accepted -= 1
                self.landed.append(now)
                self.throttle.land(sent, min(level, self.throttle.in_flight), now)
            else:
                self.refused.append(now)
                level = max(level, self.throttle.in_flight)
                refuse(self.throttle, sent, level, now, self.asked_for, random.random())
            self.throttle.leave()

    def rate(self, since: float, until: float) -> float:
        """Return the answers a second between two times."""
        return sum(since <= at < until for at in self.landed) / (until - since)


def latency(random: Random, p50: float = 0.5) -> float:
    return p50 * random.lognormvariate(0, 0.5)


def at_most(limit: int, seed: int = 1) -> Callable[[float, int], float | None]:
    """Return a server that refuses more than so many in flight."""
    random = Random(seed)
    return lambda _, in_flight: latency(random) if in_flight <= limit else None


def places(count: int, seed: int = 1) -> Callable[[float, int], float]:
    """Return a server with so many places, where others queue: it never refuses."""
    random = Random(seed)
    free = [0.0] * count

    def serve(now: float, _: int) -> float:
        start = max(now, heapq.heappop(free))
        end = start + latency(random)
        heapq.heappush(free, end)
        return end - now

    return serve


def bucket(rate: float, burst: float, seed: int = 1) -> Callable[[float, int], float | None]:
    """Return a server with a token bucket."""
    random = Random(seed)
    level, then = burst, 0.0

    def serve(now: float, _: int) -> float | None:
        nonlocal level, then
        level = min(burst, level + (now - then) * rate)
        then = now
        if level < 1:
            return None
        level -= 1
        return latency(random)

    return serve


def test_never_more_than_the_number_given() -> None:
    """A number for `parallel` is used at once, and never exceeded."""
    world = World(throttle_of(50), places(1000))
    world.run(30)
    assert max(world.in_flight) == 50
    assert world.in_flight[0] == 50


def test_the_first_call_goes_ahead() -> None:
    """Until a model has answered, its first call goes ahead of the others by a head start."""
    throttle = throttle_of(50, is_proven=False)
    throttle.admit(1.0)
    assert not throttle.has_room(1.0)
    assert throttle.opens_at(1.0) == 1.0 + HEAD_START
    assert throttle.has_room(1.0 + HEAD_START)
    throttle.admit(1.0 + HEAD_START)
    assert throttle.has_room(1.0 + HEAD_START)


def test_an_answer_ends_the_head_start() -> None:
    """After the first answer all may go."""
    throttle = throttle_of(50, is_proven=False)
    throttle.admit(1.0)
    throttle.land(1.0, 1, 1.1)
    assert throttle.has_room(1.1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limit", [3, 12, 40, 100])
@pytest.mark.parametrize("is_auto", [True, False])
def test_a_limit_of_calls_in_flight_is_found(limit: int, seed: int, *, is_auto: bool) -> None:
    """Where more than some calls in flight are refused, nearly so many are in flight soon."""
    world = World(throttle_of(1000 if is_auto else 120, is_auto=is_auto), at_most(limit, seed))
    world.run(180, seed)
    reachable = limit / 0.567
    assert world.rate(30, 180) >= 0.85 * reachable
    refused = sum(at > 30 for at in world.refused)
    assert refused <= 0.03 * (refused + len([at for at in world.landed if at > 30]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [8, 24, 32, 50, 100])
def test_a_plateau_is_found(count: int, seed: int) -> None:
    """Where more calls only queue, the limit stays near what keeps the server busy."""
    throttle = throttle_of(1000, is_auto=True)
    world = World(throttle, places(count, seed))
    world.run(120, seed)
    assert world.rate(30, 120) >= 0.9 * count / 0.567
    assert throttle.limit <= max(40, 3 * count)
    assert not world.refused


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rate", [8.0, 20.0, 60.0])
@pytest.mark.parametrize("is_auto", [True, False])
def test_a_rate_that_nobody_named_is_found(rate: float, seed: int, *, is_auto: bool) -> None:
    """Where only so many a second are taken, nearly all of them are used and few are refused."""
    throttle = throttle_of(1000 if is_auto else 50, is_auto=is_auto)
    world = World(throttle, bucket(rate, rate, seed))
    world.run(180, seed)
    assert world.rate(30, 180) >= 0.85 * min(rate, 50 / 0.567 if not is_auto else rate)
    refused = sum(at > 30 for at in world.refused)
    assert refused <= 0.05 * (refused + len([at for at in world.landed if at > 30]))


def test_the_servers_wait_is_kept() -> None:
    """Nothing goes out before the wait is over that the server asked for."""
    throttle = throttle_of(10)
    throttle.admit(0.0)
    throttle.admit(0.0)
    refuse(throttle, 0.0, 2, 1.0, 7.0)
    throttle.leave()
    assert not throttle.has_room(7.9)
    assert throttle.is_cooling(7.9)
    throttle.land(0.0, 1, 2.0)
    throttle.leave()
    assert throttle.opens_at(3.0) == 8.0
    assert throttle.has_room(8.0)


def test_refused_for_ever_is_asked_rarely() -> None:
    """When everything is refused and no wait is named, the distance grows to half a minute and more."""
    world = World(throttle_of(50), lambda _, __: None)
    world.run(600)
    assert len(world.refused) < 50 + 40
    late = [at for at in world.refused if at > 300]
    assert len(late) <= 12
    assert min(b - a for a, b in pairwise(late)) >= 30


def test_only_what_was_refused_cuts() -> None:
    """The refused calls are taken off; the others have shown what the server takes."""
    throttle = throttle_of(10)
    for _ in range(10):
        throttle.admit(0.0)
    for _ in range(4):
        refuse(throttle, 0.0, 10, 0.1, None)
        throttle.leave()
    assert throttle.limit == 6


def test_refused_since() -> None:
    """The time since when everything is refused ends with an answer, however long ago it was sent."""
    throttle = throttle_of(10)
    throttle.admit(0.0)
    throttle.admit(0.0)
    refuse(throttle, 0.0, 2, 1.0, None)
    throttle.leave()
    assert throttle.refused_since == 1.0
    throttle.land(0.0, 1, 2.0)  # sent before
    throttle.leave()
    assert throttle.refused_since is None


def test_after_an_outage_it_begins_with_few() -> None:
    """After an outage two go out, and each answer makes room for one more, up to where it was."""
    throttle = throttle_of(8)
    throttle.restart()
    limits = []
    for _ in range(9):
        throttle.admit(0.0)
        throttle.land(0.0, 1, 1.0)
        throttle.leave()
        limits.append(throttle.limit)
    assert limits == [3, 4, 5, 6, 7, 8, 8, 8, 8]


@pytest.mark.parametrize("seed", range(4))
def test_a_server_that_refuses_at_random_is_not_slowed_down(seed: int) -> None:
    """Where one call in a hundred is refused for no reason, the others keep their speed."""
    random = Random(seed)

    def serve(_: float, __: int) -> float | None:
        return None if random.random() < 0.01 else latency(random, 0.05)

    world = World(throttle_of(50), serve)
    world.run(60, seed)
    assert world.rate(30, 60) >= 0.9 * 50 / 0.0567


def later(
    serve: Callable[[float, int], float | None], start: float, now: float, in_flight: int
) -> float | None:
    return serve(now - start, in_flight)


def test_what_the_clock_shows_at_the_start_does_not_matter() -> None:
    """The first cut measures from the first call, on a machine that has been up for weeks too."""
    speeds = []
    for start in (0.0, 1e6):
        throttle = throttle_of(50)
        serve = bucket(20.0, 20.0)
        world = World(throttle, partial(later, serve, start))
        world.run(start + 60, start=start)
        speeds.append(world.rate(start + 20, start + 60))
    assert speeds[1] >= 0.95 * speeds[0]
    assert speeds[0] >= 18
