"""Check what a client does about servers that refuse, stall, go down and come back."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from anyio import create_task_group, current_time, move_on_after, sleep

from asynceval.domain.call import Call, Message
from asynceval.domain.cell import Cell
from asynceval.domain.errors import DiskFullError
from asynceval.domain.events import (
    Answered,
    AnswerLanded,
    BudgetReached,
    CallFailed,
    CallRetried,
    ConnectionsClosed,
    DefectMet,
    EndpointBack,
    EndpointDown,
    EndpointHalted,
    JudgmentLanded,
    OtherModelAnswered,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Sweep, Target
from asynceval.engine.churn import MANY
from asynceval.engine.retry import Policy
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Action, Signal
from asynceval.store.line import Record
from tests.engine.fakes import (
    Asked,
    FakeTransport,
    Rig,
    broken,
    completion,
    plan,
    refusal,
    rig,
    script,
    talk,
)
from tests.virtual_time import run

WIDE = Endpoint("house", "http://house.test", parallel=50)
JUDGES = Endpoint("judges", "http://judges.test", parallel=50)


async def ask_many(r: Rig, count: int, model: str = "m") -> list[Answered | Failure]:
    """Ask many things at once."""
    outcomes: list[Answered | Failure] = []

    async def ask(number: int) -> None:
        outcomes.append(await r.ask(f"{number}", model))

    async with create_task_group() as tasks:
        for number in range(count):
            tasks.start_soon(ask, number)
    return outcomes


def answered(outcomes: list[Answered | Failure]) -> int:
    return sum(isinstance(outcome, Answered) for outcome in outcomes)


def causes(outcomes: list[Answered | Failure]) -> list[Cause]:
    return [outcome.cause for outcome in outcomes if isinstance(outcome, Failure)]


def down_between(start: float, end: float) -> FakeTransport:
    """Return a server that refuses every connection for a while."""

    def answer(asked: Asked) -> Response | Signal:
        is_down = start <= asked.at < end
        return broken(Cause.UNREACHABLE, "refused") if is_down else talk(asked)

    return FakeTransport(answer, lambda asked: 0.01 if start <= asked.at < end else 1.0)


def test_a_server_that_is_away_for_a_while_costs_nothing(tmp_path: Path) -> None:
    """While an endpoint is down only probes go out; when it is back, every call gets its reply."""
    transport = down_between(3.5, 63.5)
    with rig(tmp_path, transport, WIDE) as r:
        assert answered(run(ask_many, r, 400)) == 400
    during = [asked.at for asked in transport.asked if 3.5 <= asked.at < 63.5]
    # Those that went out before the first refusal was back, and a probe now and then.
    assert len(during) <= 50 + 12 + 8
    assert sum(at > 10 for at in during) <= 8
    late = [b - a for a, b in pairwise(during[-4:])]
    assert all(gap > 2 for gap in late)
    (went,), (back,) = r.told(EndpointDown)[:1], r.told(EndpointBack)
    assert went.failure.cause is Cause.UNREACHABLE
    assert 59 <= back.seconds <= 80
    assert r.told(EndpointHalted, CallFailed) == []


def test_a_restart_is_no_stampede(tmp_path: Path) -> None:
    """When a server with 50 calls in flight restarts, they come back spread over more than a second."""

    def answer(asked: Asked) -> Response | Signal:
        return broken() if asked.number <= 50 + 1 and asked.at < 3 else talk(asked)

    with rig(tmp_path, FakeTransport(answer), WIDE) as r:
        assert answered(run(ask_many, r, 50)) == 50
    retried = [a.at for a in r.transport.asked if "X-Retry-Count" in a.request.headers]
    assert len(retried) >= 49
    assert max(retried) - min(retried) > 1
    first = [at for at in retried if at < min(retried) + 1]
    assert len(first) <= 5


def test_an_outage_without_end_ends_the_endpoint(tmp_path: Path) -> None:
    """After half an hour of nothing but failures the endpoint is given up, with the reason."""

    def answer(asked: Asked) -> Response:
        return refusal(500, "broken for good") if asked.at > 5 else talk(asked)

    async def main() -> float:
        outcomes = await ask_many(r, 500)
        assert 0 < answered(outcomes) < 500
        assert set(causes(outcomes)) <= {Cause.SERVER, Cause.NOT_REACHED}
        return current_time()

    with rig(tmp_path, FakeTransport(answer), WIDE) as r:
        assert 1800 < run(main) < 1900
    (halted,) = r.told(EndpointHalted)
    assert "broken for good" in halted.failure.message
    during = sum(asked.at > 5 for asked in r.transport.asked)
    assert during < 50 + 1800 / 7


def test_one_poisonous_call_is_no_outage(tmp_path: Path) -> None:
    """A call that always breaks the server fails after its retries, and nobody else does."""

    def answer(asked: Asked) -> Response:
        return refusal(500) if asked.texts[-1] == "7" else talk(asked)

    with rig(tmp_path, FakeTransport(answer), WIDE, policy=Policy(retries=3)) as r:
        outcomes = run(ask_many, r, 100)
    assert (answered(outcomes), causes(outcomes)) == (99, [Cause.SERVER])
    assert r.told(EndpointDown) == []
    assert len(r.transport.asked) == 99 + 4


def test_retries_are_a_fifth_of_the_load(tmp_path: Path) -> None:
    """However many attempts fail, retries add a fifth to the new calls, and a few that are saved up."""

    def answer(asked: Asked) -> Response:
        return refusal(503) if asked.number % 2 else talk(asked)

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(ask_many, r, 1000)
            await sleep(60)
            r.request_stop()

    with rig(tmp_path, FakeTransport(answer), WIDE) as r:
        run(main)
    retries = sum("X-Retry-Count" in asked.request.headers for asked in r.transport.asked)
    fresh = len(r.transport.asked) - retries
    assert fresh == 1000
    assert 200 <= retries <= 0.2 * fresh + 20 + 61


def test_a_key_may_be_refused_once_in_mid_run(tmp_path: Path) -> None:
    """A key that worked is tried once more, since it may be changing; at the second refusal it is over."""
    with rig(tmp_path, FakeTransport(script(completion("a"), refusal(401)))) as r:
        assert answered(run(r.ask_each, "1", "2", "3")) == 3
        assert r.told(EndpointHalted) == []
    folder = tmp_path / "twice"
    folder.mkdir()
    with rig(folder, FakeTransport(script(completion("a"), then=lambda _: refusal(401)))) as r:
        outcomes = run(r.ask_each, "1", "2", "3")
    assert causes(outcomes) == [Cause.AUTH, Cause.NOT_REACHED]
    assert len(r.transport.asked) == 3


def test_an_empty_account_is_asked_once(tmp_path: Path) -> None:
    """With 50 calls at the gate, an account without money refuses one or two of them."""
    broke = refusal(429, "You exceeded your current quota", "insufficient_quota")
    with rig(tmp_path, FakeTransport(lambda _: broke, latency=0.05), WIDE) as r:
        outcomes = run(ask_many, r, 50)
    assert len(r.transport.asked) <= 2
    assert causes(outcomes).count(Cause.QUOTA) <= 2
    assert len(r.failures()) <= 2


def test_five_refusals_from_the_start_halt_a_model(tmp_path: Path) -> None:
    """When a model's first five requests are refused, its others are not sent; other models go on."""

    def answer(asked: Asked) -> Response:
        return refusal(400, "bad knob") if asked.model == "odd" else talk(asked)

    with rig(tmp_path, FakeTransport(answer, latency=0.05), WIDE) as r:
        assert causes(run(ask_many, r, 50, "odd")).count(Cause.REQUEST) == 5
        assert answered(run(ask_many, r, 50, "even")) == 50
    (halted,) = r.told(EndpointHalted)
    assert (halted.model, "bad knob" in halted.failure.message) == ("odd", True)


def test_a_refused_request_later_on_is_its_own(tmp_path: Path) -> None:
    """Once a model has answered, refused requests are theirs alone."""

    def answer(asked: Asked) -> Response:
        return talk(asked) if asked.number == 1 else refusal(400, "odd")

    with rig(tmp_path, FakeTransport(answer, latency=0.05), WIDE) as r:
        assert causes(run(ask_many, r, 20)) == [Cause.REQUEST] * 19
    assert r.told(EndpointHalted) == []


def test_an_unknown_model_is_told_with_others_that_are_served(tmp_path: Path) -> None:
    """The message names models of the endpoint that look like the one that it does not know."""

    class Listing(FakeTransport):
        async def get(self, request: Request) -> Response | Signal:
            self.looked.append(request)
            return Response(200, {}, b'{"data": [{"id": "Qwen/Qwen3-8B"}, {"id": "other"}]}')

    missing = refusal(404, "no such model", "model_not_found")
    with rig(tmp_path, Listing(lambda _: missing, latency=0.05), WIDE) as r:
        run(ask_many, r, 50, "qwen3-8b")
    (halted,) = r.told(EndpointHalted)
    assert "Qwen/Qwen3-8B" in halted.failure.message
    assert "other" not in halted.failure.message
    assert len(r.transport.looked) == 1
    assert r.transport.looked[0].url == "http://house.test/v1/models"
    assert len(r.transport.asked) <= 2


def test_a_call_has_a_deadline(tmp_path: Path) -> None:
    """Attempts and the pauses between them end at the deadline; the last one is cut to fit."""
    slow = Endpoint("house", "http://house.test", timeout=100, deadline=250)

    def hang(_: Asked) -> Signal:
        return Signal(Failure(Cause.TIMEOUT, "no whole reply"), Action.RETRY, maybe_paid=True)

    transport = FakeTransport(hang, lambda asked: asked.request.timeout)

    async def main() -> float:
        outcome = await r.ask()
        assert isinstance(outcome, Failure)
        assert outcome.cause is Cause.DEADLINE
        assert "no whole reply" in outcome.message
        return current_time()

    with rig(tmp_path, transport, slow) as r:
        assert run(main) <= 251
    assert [asked.request.timeout for asked in transport.asked[:2]] == [100, 100]
    assert transport.asked[2].request.timeout < 51


def test_the_deadline_does_not_count_waiting_for_a_limit(tmp_path: Path) -> None:
    """Who waits at the gate for longer than the deadline still gets its whole time."""
    narrow = Endpoint("house", "http://house.test", parallel=1, timeout=40, deadline=50)
    with rig(tmp_path, FakeTransport(latency=30.0), narrow) as r:
        assert answered(run(ask_many, r, 10)) == 10
    assert {asked.request.timeout for asked in r.transport.asked} == {40}


def test_refused_for_ten_minutes(tmp_path: Path) -> None:
    """When every call is refused for ten minutes, one goes out every few seconds at most."""

    def answer(asked: Asked) -> Response:
        return refusal(429) if asked.at < 600 else talk(asked)

    with rig(tmp_path, FakeTransport(answer, latency=0.05), WIDE) as r:
        assert answered(run(ask_many, r, 200)) == 200
    during = [asked.at for asked in r.transport.asked if asked.at < 600]
    assert len(during) < 40


def test_a_limit_that_nobody_named_is_kept(tmp_path: Path) -> None:
    """At a server that takes ten a second, 50 at once are refused rarely, and lose no time."""
    level, then = 10.0, 0.0

    def answer(asked: Asked) -> Response:
        nonlocal level, then
        level, then = min(10.0, level + (asked.at - then) * 10), asked.at
        if level < 1:
            return refusal(429, Retry_After="0.2")
        level -= 1
        return talk(asked)

    async def main() -> float:
        assert answered(await ask_many(r, 2000)) == 2000
        return current_time()

    with rig(tmp_path, FakeTransport(answer, latency=0.5), WIDE) as r:
        assert run(main) < 200 / 0.9
    assert len(r.transport.asked) - 2000 < 0.05 * 2000


def test_one_limited_model_holds_up_no_other(tmp_path: Path) -> None:
    """A model that the server refuses leaves the places of its endpoint to the others."""
    free_at = 0.0

    def answer(asked: Asked) -> Response:
        nonlocal free_at
        if asked.model == "m7":
            if asked.at < free_at:
                return refusal(429, Retry_After="2")
            free_at = asked.at + 2
        return talk(asked)

    ended: dict[str, float] = {}

    async def use(model: str) -> None:
        assert answered(await ask_many(r, 200, model)) == 200
        ended[model] = current_time()

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(8):
                tasks.start_soon(use, f"m{number}")

    with rig(tmp_path, FakeTransport(answer), WIDE) as r:
        run(main)
    others = [at for model, at in ended.items() if model != "m7"]
    assert max(others) <= 1.05 * 1600 / 50
    assert ended["m7"] > 100


def test_no_model_starves(tmp_path: Path) -> None:
    """Models at one endpoint are served in turn, however many calls each has waiting."""

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(ask_many, r, 1000, "many")
            await sleep(5)
            tasks.start_soon(ask_many, r, 20, "few")

    one = Endpoint("house", "http://house.test", parallel=4)
    with rig(tmp_path, FakeTransport(), one) as r:
        run(main)
    few = [asked.at for asked in r.transport.asked if asked.model == "few"]
    assert max(few) < 5 + 2 * 20 / 4 + 3


def test_endpoints_of_an_account_share_its_limits(tmp_path: Path) -> None:
    """Two endpoints that name one account have its calls in flight and its rate together."""
    one = Endpoint("one", "http://one.test", account="us", parallel=4, rpm=120)
    two = Endpoint("two", "http://two.test", account="us", parallel=4, rpm=120)

    async def main() -> None:
        async with create_task_group() as tasks:
            for number in range(120):
                for name in ("one", "two"):
                    tasks.start_soon(r.ask, f"{number}", name, name)

    with rig(tmp_path, FakeTransport(latency=0.5), one, two) as r:
        run(main)
        assert len(r.gates) == 1
        assert len(r.store) == 240
    times = [asked.at for asked in r.transport.asked]
    assert times[120] - times[0] > 59
    assert sum(r.transport.peak.values()) <= 8


@pytest.mark.parametrize("charges_max_tokens", [False, True])
def test_tokens_a_minute_are_kept_and_used(tmp_path: Path, *, charges_max_tokens: bool) -> None:
    """No minute sees more tokens than allowed, and over minutes nearly all of them are used."""
    end = Endpoint(
        "house",
        "http://house.test",
        parallel=60,
        tpm=100_000,
        charges_max_tokens=charges_max_tokens,
    )

    def size(asked: Asked) -> int:
        return 1024 if charges_max_tokens else 100 + (asked.number * 7919) % 400

    def answer(asked: Asked) -> Response:
        return completion("x", usage={"prompt_tokens": 2, "completion_tokens": size(asked)})

    transport = FakeTransport(answer, latency=2.0)

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(ask_many, r, 3000)
            await sleep(300)
            r.request_stop()

    with rig(tmp_path, transport, end) as r:
        run(main)
    sent = [(asked.at, 2 + size(asked)) for asked in transport.asked]
    for at, _ in sent:
        assert sum(tokens for when, tokens in sent if at - 60 < when <= at) <= 100_000
    if not charges_max_tokens:  # with it, the prompts are asked without max_tokens here
        assert sum(tokens for _, tokens in sent) >= 0.95 * 100_000 * 5


def test_another_model_is_told_once(tmp_path: Path) -> None:
    """A server that answers as another model is told once; a dated name is the same model."""

    def answer(asked: Asked) -> Response:
        return completion("x", model="m-2026-01-01" if asked.number % 2 else "cheap")

    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.ask_each, "1", "2", "3", "4")
    assert r.told(OtherModelAnswered) == [OtherModelAnswered("house", "m", "cheap")]


def test_a_name_made_up_for_each_answer_costs_no_memory_for_ever(tmp_path: Path) -> None:
    """After a hundred names nothing more is told, or kept, of them."""
    server = FakeTransport(lambda asked: completion("x", model=f"made up {asked.number}"))
    with rig(tmp_path, server) as r:
        run(r.ask_each, *map(str, range(200)))
    assert len(r.told(OtherModelAnswered)) == 100


def test_a_server_that_closes_each_connection_is_told_of_once(tmp_path: Path) -> None:
    """At a rate that would use up the ports of this machine, and at no lower one."""

    async def main() -> None:
        churn = r.routes["house"].churn
        for _ in range(MANY - 1):
            churn.close(current_time())
        await sleep(60)
        await r.ask("a minute later")
        for _ in range(MANY - 2):
            churn.close(current_time())
        assert r.told(ConnectionsClosed) == []
        await r.ask("too many in a minute")
        await r.ask("more")

    with rig(tmp_path, FakeTransport(lambda _: replace(completion("x"), is_last=True))) as r:
        run(main)
    assert r.told(ConnectionsClosed) == [ConnectionsClosed("house")]


def test_responses_on_a_kept_connection_are_not_counted(tmp_path: Path) -> None:
    """However many there are."""
    with rig(tmp_path) as r:
        for _ in range(MANY - 1):
            r.routes["house"].churn.close(0.0)
        run(r.ask_each, "1", "2")
    assert r.told(ConnectionsClosed) == []


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("HOUSE_KEY", "(the key is that of the variable HOUSE_KEY)"),
        (None, "(no key was sent: endpoint house has no api_key_env)"),
    ],
)
def test_whose_key_is_refused_is_told(tmp_path: Path, variable: str | None, words: str) -> None:
    """The variable that holds the key is named, or that there is none; other faults name no key."""
    house = Endpoint("house", "http://house.test", api_key_env=variable)
    lines = script(refusal(500), refusal(401, "Incorrect API key"))
    with rig(tmp_path, FakeTransport(lines), house) as r:
        run(r.ask)
    (halted,) = r.told(EndpointHalted)
    assert halted.failure.message.endswith(f"Incorrect API key {words}")
    (retried,) = r.told(CallRetried)
    assert "key" not in retried.failure.message


def test_the_oldest_open_call_is_known(tmp_path: Path) -> None:
    """Which call is in flight for the longest time, and since when."""

    async def main() -> None:
        async with create_task_group() as tasks:
            assert r.attempts.oldest() is None
            tasks.start_soon(r.ask, "first")
            await sleep(3)
            tasks.start_soon(r.ask, "second")
            await sleep(2)
            oldest = r.attempts.oldest()
            assert oldest is not None
            assert (oldest.cell.question, round(oldest.seconds)) == ("first", 5)
            await sleep(6)
            oldest = r.attempts.oldest()
            assert oldest is not None
            assert oldest.cell.question == "second"

    with rig(tmp_path, FakeTransport(latency=10.0)) as r:
        run(main)


def test_what_may_have_been_paid_is_recorded(tmp_path: Path) -> None:
    """The ledger knows the attempts that had no reply, unless they cost nothing for certain."""
    lost = Signal(Failure(Cause.CONNECTION, "reset"), Action.RETRY, maybe_paid=True)
    refused = broken(Cause.UNREACHABLE, "refused")
    with rig(tmp_path, FakeTransport(script(completion("up"), lost, refused, lost))) as r:
        run(r.ask_each, "first", "second")
        _, record = r.store.records()
        (said,) = r.store.lost().items()
    assert (record.attempts, said[0], said[1].attempts) == (4, ("answer", "m"), 2)
    assert record.worst is not None
    assert said[1].completion_tokens == 2 * record.worst.completion > 0


def test_what_a_stopped_call_may_have_cost_is_recorded(tmp_path: Path) -> None:
    """A call that is stopped while it waits for another attempt, or dropped in flight, is counted."""
    lost = Signal(Failure(Cause.CONNECTION, "reset"), Action.RETRY, maybe_paid=True)

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(r.ask, "stopped")
            await sleep(1.01)
            r.request_stop()

    with rig(tmp_path, FakeTransport(script(lost))) as r:
        run(main)
        assert r.store.lost()["answer", "m"].attempts == 1
        assert r.failures() == []


def test_what_is_dropped_in_flight_may_have_been_paid(tmp_path: Path) -> None:
    """The server goes on with a request that nobody waits for any more."""

    async def main() -> None:
        with move_on_after(3):
            await r.ask()

    with rig(tmp_path, FakeTransport(latency=10.0)) as r:
        run(main)
        assert r.store.lost()["answer", "m"].attempts == 1


def test_a_defect_costs_one_call(tmp_path: Path) -> None:
    """An exception inside ends one call, not the run, and its trace is told."""

    class Defect(FakeTransport):
        async def post(self, request: Request) -> Response | Signal:
            if b"7" in request.body:
                raise ZeroDivisionError("the seventh")
            return await super().post(request)

    with rig(tmp_path, Defect(), WIDE) as r:
        r.may_fail = True
        outcomes = run(ask_many, r, 10)
        assert r.gates["house"].in_flight == 0
    assert (answered(outcomes), causes(outcomes)) == (9, [Cause.INTERNAL])
    (met,) = r.told(DefectMet)
    assert "the seventh" in met.trace
    assert [failure["cause"] for failure in r.failures()] == ["internal_error"]


def test_a_defect_in_a_conversation_costs_that_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When asking the judge cannot even be worked out, the other conversations go on."""
    from asynceval.judges import single  # noqa: PLC0415 - what is broken here

    whole = single.calls

    def calls(*what: Any) -> object:
        if any(getattr(each, "id", None) == "q1" for each in what):
            raise ZeroDivisionError("in the template")
        return whole(*what)

    monkeypatch.setattr(single, "calls", calls)
    with rig(tmp_path, FakeTransport(), WIDE) as r:
        r.may_fail = True
        run(r.hold, plan(3, endpoints=(WIDE,)))
    assert len(r.told(AnswerLanded)) == 5
    assert len(r.told(JudgmentLanded)) == 4
    failed = r.told(CallFailed)
    assert {event.failure.cause for event in failed} == {Cause.INTERNAL}
    assert {event.cell.question for event in failed} == {"q1"}
    assert len(failed) == 3


class FullDisk:
    """Stands before a store's `put`: the disk is full between two times."""

    def __init__(self, r: Rig, start: float, end: float) -> None:
        self._put, self._start, self._end = r.store.put, start, end

    def __call__(self, record: Record) -> None:
        if self._start <= current_time() < self._end:
            raise DiskFullError("no space left")
        self._put(record)


def test_a_disk_that_is_full_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent while the disk is full, and what had arrived is kept and written."""
    with rig(tmp_path, FakeTransport(), WIDE) as r:
        monkeypatch.setattr(type(r.store), "put", FullDisk(r, 2.5, 42.5).__call__)
        outcomes = run(ask_many, r, 300)
        assert len(r.store) == 300
    assert answered(outcomes) == 300
    assert len(r.transport.asked) == 300
    assert not [asked for asked in r.transport.asked if 3.6 < asked.at < 42.5]


def test_a_disk_that_stays_full_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute the run stops, and says that the disk is full."""

    async def main() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            await ask_many(r, 300)
        assert caught.group_contains(DiskFullError)
        assert 62 < current_time() < 66

    with rig(tmp_path, FakeTransport(), WIDE) as r:
        monkeypatch.setattr(type(r.store), "put", FullDisk(r, 2.5, 1e9).__call__)
        run(main)
    assert r.stop.is_requested


def test_a_budget_ends_the_calls_that_do_not_fit(tmp_path: Path) -> None:
    """What is open finishes, nothing more is sent, and the budget is not exceeded."""
    wanted = Sweep(
        "s",
        (WIDE,),
        (Target("m", "house", "m", price=Price(1, 1)),),
        (),
        budget=Budget(usd=0.1),
    )

    async def main() -> list[Answered | Failure]:
        outcomes: list[Answered | Failure] = []

        async def ask(number: int) -> None:
            call = Call("m", "m", (Message("user", f"{number}"),))
            cell = Cell(f"{number}", "misc", 1, "m")
            outcomes.append(await r.client.ask(call, cell, "house", 0))

        async with create_task_group() as tasks:
            for number in range(400):
                tasks.start_soon(ask, number)
        return outcomes

    def answer(_: Asked) -> Response:
        return completion("x", usage={"prompt_tokens": 400, "completion_tokens": 600})

    with rig(tmp_path, FakeTransport(answer), WIDE, wanted=wanted) as r:
        outcomes = run(main)
    paid = answered(outcomes)
    assert 0 < paid <= 100
    assert set(causes(outcomes)) == {Cause.NOT_REACHED}
    (reached,) = r.told(BudgetReached)
    assert reached.judge is None
    assert r.failures() == []
    assert r.purse.waiting == 0


def test_answers_go_on_while_the_judge_is_down(tmp_path: Path) -> None:
    """While the judge's endpoint is down all answers are generated; then they are judged."""

    def answer(asked: Asked) -> Response | Signal:
        is_down = asked.model == "judge" and 3 < asked.at < 200
        return broken(Cause.UNREACHABLE, "refused") if is_down else talk(asked)

    async def main() -> float:
        await r.hold(wanted)
        return current_time()

    ends = (Endpoint("house", "http://house.test", parallel=4), JUDGES)
    judge = Judge("judge", "judges", "judge")
    wanted = plan(60, judges=(judge,), endpoints=ends)
    landed: list[float] = []
    with rig(tmp_path, FakeTransport(answer), *ends) as r:
        r.listen(lambda e: landed.append(current_time()) if isinstance(e, AnswerLanded) else None)
        assert run(main) < 250
        assert r.told(CallFailed) == []
    assert len(r.told(JudgmentLanded)) == len(landed) == 120
    # 120 answers at 4 in flight and a second each.
    assert max(landed) < 33


def test_a_setting_that_is_refused_halts_the_model_that_has_it_alone(tmp_path: Path) -> None:
    """Two models of a sweep may have one name on the wire: those of the other go on, waiting or not."""

    def answer(asked: Asked) -> Response:
        if asked.body["temperature"] == 0.0:
            return refusal(400, "Unsupported value: temperature", "unsupported_value")
        return talk(asked)

    targets = [
        Target("cold", "house", "m", temperature=0.0),
        Target("warm", "house", "m", temperature=1.0),
    ]
    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, plan(9, targets=targets, judges=()))
    assert [event.model for event in r.told(EndpointHalted)] == ["cold"]
    assert {event.cell.target for event in r.told(CallFailed)} == {"cold"}
    assert len(r.told(AnswerLanded)) == 18
