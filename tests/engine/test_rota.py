"""Check whose server is up when, on virtual time, with servers that are nowhere."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from anyio import create_task_group, current_time, sleep, sleep_forever

from asynceval.domain.errors import ServerError
from asynceval.domain.events import EndpointHalted, Event, JudgmentLanded, Listener, ServerEnded
from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Endpoint, Judge, Server, Target
from asynceval.engine import rota
from asynceval.engine.berth import Berth
from asynceval.engine.rota import Rota
from asynceval.engine.sweep import Sweep
from asynceval.protocol.conversation import Plan
from tests.engine.fakes import FakeTransport, Rig, plan, rig
from tests.virtual_time import run

LOAD = 5.0
"""Seconds that a server takes until it answers."""


class Box:
    """A box of GPUs, and the rota of its servers. `story` tells which of them went up and down, and when.

    A server in `broken` never gets ready; one in `crashes` ends after so many seconds, start by start.
    """

    def __init__(self, r: Rig) -> None:
        """Give each endpoint that has a server its berth; nothing is started."""
        self.rig = r
        self.story: list[str] = []
        self.at: dict[str, float] = {}
        self.broken: set[str] = set()
        self.crashes: defaultdict[str, list[float]] = defaultdict(list)
        self.berths: dict[str, Berth] = {}
        for endpoint in r.endpoints:
            if endpoint.server is not None:
                berth = Berth(endpoint.name, endpoint.server.gpus)
                self.berths[endpoint.name] = r.routes[endpoint.name].berth = berth
        ours = {berth: r.routes[name] for name, berth in self.berths.items()}
        self.rota = Rota(ours, r.folder, r.events.append, lambda words: words)

    @asynccontextmanager
    async def serving(
        self, endpoint: Endpoint, _folder: Path, _tell: Listener
    ) -> AsyncIterator[SimpleNamespace]:
        """Load for a while and be up, as a program would."""
        name = endpoint.name
        await sleep(LOAD)
        if name in self.broken:
            raise ServerError("CUDA out of memory")

        async def ended() -> str:
            if not self.crashes[name]:
                await sleep_forever()
            await sleep(self.crashes[name].pop(0))
            return "it crashed"

        self._note(f"{name} up")
        try:
            yield SimpleNamespace(endpoint=endpoint, ended=ended)
        finally:
            self._note(f"{name} down")

    def play(self, *parts: Callable[[], Coroutine[Any, Any, None]]) -> list[str]:
        """Play all parts at once, from the first to the last moment of the rota; return the story."""

        async def main() -> None:
            async with create_task_group() as background:
                background.start_soon(self.rota.run)
                async with create_task_group() as tasks:
                    for part in parts:
                        tasks.start_soon(part)
                self.story.append("end")
                background.cancel_scope.cancel()

        run(main)
        return self.story[: self.story.index("end")]

    def hold(self, wanted: Plan) -> list[str]:
        """Hold and judge all conversations of a plan; servers of judges start with the first call."""
        r = self.rig

        async def connect() -> None:
            for judge in wanted.sweep.judges:
                self.berths[judge.endpoint].prepare()

        sweep = Sweep(wanted, r.store, r.client, r.stop, self._tell, connect, berths=self.berths)
        return self.play(sweep.run)

    def needs(
        self, name: str, *spells: tuple[float, float]
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        """Need a server from a second on for so many seconds, counted once it is up; and again."""

        async def need() -> None:
            berth = self.berths[name]
            for begin, seconds in spells:
                await sleep(max(0.0, begin - current_time()))
                with berth.needed():
                    await berth.until_up()
                    await sleep(seconds)

        return need

    def _tell(self, event: Event) -> None:
        if isinstance(event, JudgmentLanded):
            self.at[f"{event.cell.target} judged"] = current_time()

    def _note(self, what: str) -> None:
        self.story.append(what)
        self.at[what] = current_time()


@contextmanager
def box(folder: Path, **gpus: str) -> Iterator[Box]:
    """Open a box of servers, by the names of their endpoints, each with the GPUs it needs."""
    endpoints = [
        Endpoint(name, f"http://{name}.test", server=Server(name, gpus=tuple(needed)))
        for name, needed in gpus.items()
    ]
    slow_judge = FakeTransport(latency=lambda asked: 100.0 if asked.model == "judge" else 1.0)
    with rig(folder, slow_judge, *endpoints) as r, pytest.MonkeyPatch.context() as patch:
        opened = Box(r)
        patch.setattr(rota, "serving", opened.serving)
        yield opened


def judged(b: Box, *models: str) -> Plan:
    """Return a plan in which the models of these endpoints are judged by that of `judge`."""
    return plan(
        3,
        targets=[Target(name, name, name) for name in models],
        judges=[Judge("judge", "judge", "judge")],
        endpoints=b.rig.endpoints,
    )


def test_the_next_one_loads_while_the_answers_of_the_last_one_are_judged(tmp_path: Path) -> None:
    """A server gives its GPU away with its last answer, not with that one's judgment."""
    with box(tmp_path, a="0", b="0", judge="1") as b:
        story = b.hold(judged(b, "a", "b"))
        assert len(b.rig.told(EndpointHalted)) == 0
    assert story == ["a up", "judge up", "a down", "b up"]
    answered = LOAD + 2.0
    assert b.at["a down"] == pytest.approx(answered + 0.5, abs=0.3)
    assert b.at["b up"] == pytest.approx(b.at["a down"] + LOAD, abs=0.1)
    assert b.at["a judged"] > b.at["b up"] + 90


def test_a_judge_on_the_same_gpu_is_loaded_once_when_all_answers_are_there(tmp_path: Path) -> None:
    """Though it is awaited from the start: who is asked for answers comes first."""
    with box(tmp_path, judge="0", a="0", b="0") as b:
        story = b.hold(judged(b, "a", "b"))
        assert len(b.rig.store) == 12 + 12
    assert story == ["a up", "a down", "b up", "b down", "judge up"]


def test_servers_of_other_gpus_are_up_at_the_same_time(tmp_path: Path) -> None:
    """And one stays up when nobody needs it, as long as nobody else wants its GPUs."""
    with box(tmp_path, a="0", b="1") as b:
        story = b.play(b.needs("a", (0, 10)), b.needs("b", (0, 100)))
    assert story == ["a up", "b up"]


def test_gpus_are_kept_for_a_server_that_waits_for_others_too(tmp_path: Path) -> None:
    """Else those that need one of them would pass it over for ever."""
    with box(tmp_path, first="0", wide="01", small="1") as b:
        parts = [b.needs("first", (0, 50)), b.needs("wide", (1, 9)), b.needs("small", (2, 9))]
        story = b.play(*parts)
    assert story == ["first up", "first down", "wide up", "wide down", "small up"]


def test_a_server_is_kept_for_a_moment_when_nobody_needs_it(tmp_path: Path) -> None:
    """A judge whose words hold no verdict is asked again; a longer pause gives its GPU away."""
    with box(tmp_path, a="0", b="0") as b:
        story = b.play(b.needs("a", (0, 5), (10.3, 5), (16, 5)), b.needs("b", (1, 5)))
    assert story == ["a up", "a down", "b up", "b down", "a up"]
    assert b.at["b up"] == pytest.approx(15.3 + 0.5 + LOAD, abs=0.1)


@pytest.mark.parametrize(("steady", "is_kept"), [(599.0, False), (601.0, True)])
def test_a_server_that_was_up_for_long_has_its_restarts_again(
    tmp_path: Path, steady: float, *, is_kept: bool
) -> None:
    """Three in a row is what one gets; ten minutes of work make it good again, of loading not."""
    with box(tmp_path, a="0") as b:
        b.crashes["a"] = [steady] * 5
        story = b.play(b.needs("a", (0, 5000)))
        halted = b.rig.told(EndpointHalted)
        assert [event.message for event in b.rig.told(ServerEnded)] == ["it crashed"] * (
            5 if is_kept else 3
        )
    assert story.count("a up") == (6 if is_kept else 4)
    assert [event.failure.message for event in halted] == (
        [] if is_kept else ["started again 3 times. it crashed"]
    )


def test_calls_wait_while_a_server_is_started_again(tmp_path: Path) -> None:
    """No call is sent to where nobody is, and none is lost."""
    with box(tmp_path, a="0", judge="1") as b:
        b.crashes["a"] = [0.5]
        b.hold(judged(b, "a"))
        assert len(b.rig.store) == 12
        again = b.at["a up"]
        sent = [asked.at for asked in b.rig.transport.asked if asked.model == "a"]
    assert [at for at in sent if LOAD + 0.5 < at < again] == []
    assert max(sent) > again


def test_one_that_never_gets_ready_is_given_up_with_its_reason_and_the_next_one_comes(
    tmp_path: Path,
) -> None:
    """One call has the cause, for the report; the others are not sent."""
    with box(tmp_path, a="0", b="0", judge="1") as b:
        b.broken.add("a")
        story = b.hold(judged(b, "a", "b"))
        assert b.rig.failures()[0]["message"] == "CUDA out of memory"
        assert [line["cause"] for line in b.rig.failures()] == [Cause.UNREACHABLE]
        assert b.rig.halted("a") == "CUDA out of memory"
        assert len(b.rig.store) == 12
    assert b.rota.failures == ["endpoint a: CUDA out of memory"]
    assert story == ["judge up", "b up"]


def test_a_judge_whose_server_is_given_up_costs_no_answer(tmp_path: Path) -> None:
    """All answers land, and one judgment has the cause."""
    with box(tmp_path, a="0", judge="1") as b:
        b.broken.add("judge")
        b.hold(judged(b, "a"))
        assert len(b.rig.store) == 6
        assert [line["judge"] for line in b.rig.failures()] == ["judge"]
        assert b.rig.failures()[0]["cause"] == Cause.UNREACHABLE


def test_nobody_waits_for_a_server_when_the_run_stops(tmp_path: Path) -> None:
    """It may load for an hour; who waits goes on at once, and none is started any more."""
    with box(tmp_path, a="0", b="0") as b:

        async def stop() -> None:
            await sleep(1.0)
            b.rota.close()

        story = b.play(b.needs("a", (0, 0)), b.needs("b", (0, 0)), stop)
    assert story == []
