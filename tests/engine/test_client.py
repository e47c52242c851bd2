"""Check the one door that every paid call goes through."""

from pathlib import Path

import orjson
import pytest
from anyio import create_task_group, current_time, move_on_after, sleep

from asynceval.domain.events import Answered, CallFailed, CallRetried, EndpointHalted
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import Endpoint
from asynceval.engine.retry import Policy
from asynceval.engine.route import HEAD_START
from asynceval.engine.transport import Response
from asynceval.providers.signal import Action, Signal
from tests.engine.fakes import (
    ENDPOINT,
    Asked,
    FakeTransport,
    Rig,
    broken,
    completion,
    refusal,
    rig,
    script,
    talk,
)
from tests.virtual_time import run

KEY = "sk-" + "s3cr3t" * 6
OTHER = Endpoint("other", "http://other.test", parallel=4)


def text(outcome: Answered | Failure) -> str:
    assert isinstance(outcome, Answered), outcome
    return outcome.reply.text


def cause(outcome: Answered | Failure) -> Cause:
    assert isinstance(outcome, Failure), outcome
    return outcome.cause


async def ask_all(rig: Rig, *asks: tuple[str, str, str]) -> list[Answered | Failure]:
    """Ask (prompt, model, endpoint) all at once."""
    outcomes: dict[int, Answered | Failure] = {}

    async def ask(number: int, prompt: str, model: str, endpoint: str) -> None:
        outcomes[number] = await rig.ask(prompt, model, endpoint)

    async with create_task_group() as tasks:
        for number, (prompt, model, endpoint) in enumerate(asks):
            tasks.start_soon(ask, number, prompt, model, endpoint)
    return [outcomes[number] for number in range(len(asks))]


def test_sends_and_keeps(tmp_path: Path) -> None:
    """A call is sent once; its reply is returned, and is in the store with what it took."""
    with rig(tmp_path, FakeTransport(latency=3.0), key=KEY) as r:
        outcome = run(r.ask)
        (record,) = r.store.records()
        assert outcome == Answered(record.key, record.reply, stored=False)
    (asked,) = r.transport.asked
    assert asked.body == {"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}
    assert asked.request.url == "http://house.test/v1/chat/completions"
    assert asked.request.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.request.headers["Idempotency-Key"] == record.key.hex()
    assert asked.request.timeout == ENDPOINT.timeout
    assert (record.reply.text, record.attempts) == ("m on Hello?", 1)
    assert record.sent == pytest.approx(3, abs=0.01)
    assert record.waited == pytest.approx(0, abs=0.01)
    assert (r.events, r.failures()) == ([], [])


def test_the_wait_is_told_apart(tmp_path: Path) -> None:
    """The record tells the wait at the gate from the time on the wire."""
    one = Endpoint("house", "http://house.test", parallel=1)
    with rig(tmp_path, FakeTransport(latency=3.0), one) as r:
        run(ask_all, r, ("a", "m", "house"), ("b", "m", "house"))
        waited = [(round(record.waited), round(record.sent)) for record in r.store.records()]
    assert waited == [(0, 3), (3, 3)]


def test_what_is_stored_is_not_sent(tmp_path: Path) -> None:
    """A call whose reply is in the store is answered from there, also by a new client."""
    with rig(tmp_path) as first:
        paid, stored = run(first.ask_each, "Hello?", "Hello?")
    with rig(tmp_path) as second:
        outcome = run(second.ask)
    assert isinstance(paid, Answered)
    assert stored == outcome == Answered(paid.key, paid.reply, stored=True)
    assert (len(first.transport.asked), second.transport.asked) == (1, [])


def test_two_who_ask_the_same_share_a_request(tmp_path: Path) -> None:
    """Several who ask for one call at the same time wait for one request."""
    with rig(tmp_path) as r:
        outcomes = run(ask_all, r, *[("a", "m", "house")] * 5, ("b", "m", "house"))
    assert [text(outcome) for outcome in outcomes] == ["m on a"] * 5 + ["m on b"]
    assert len(r.transport.asked) == 2


def test_who_shares_goes_on_after_a_cancellation(tmp_path: Path) -> None:
    """If the one whose request is shared is cancelled, another one of them sends it."""

    async def main() -> Answered | Failure:
        outcomes = []

        async def patient() -> None:
            outcomes.append(await r.ask())

        async with create_task_group() as tasks:
            with move_on_after(0.5):
                tasks.start_soon(patient)
                # The first to run is this task: `start_soon` only plans the other one.
                await r.ask()
        return outcomes[0]

    with rig(tmp_path) as r:
        assert text(run(main)) == "m on Hello?"
        assert len(r.store) == 1
    assert len(r.transport.asked) == 2
    assert r.gates["house"].in_flight == 0


def test_a_failure_is_no_answer(tmp_path: Path) -> None:
    """A failure is told and written down, is not in the store, and the next client asks again."""
    refused = refusal(400, "the request is odd")
    with rig(tmp_path, FakeTransport(script(refused))) as first:
        failed = run(first.ask)
        assert len(first.store) == 0
    assert failed == Failure(Cause.REQUEST, "HTTP 400: the request is odd", 400)
    assert [event.failure for event in first.told(CallFailed)] == [failed]
    (line,) = first.failures()
    assert (line["cause"], line["message"], line["status"]) == (
        "request",
        "HTTP 400: the request is odd",
        400,
    )
    assert (line["question"], line["turn"], line["target"]) == ("Hello?", 1, "m")
    with rig(tmp_path) as second:
        assert text(run(second.ask)) == "m on Hello?"


@pytest.mark.parametrize(
    "fault",
    [refusal(500), refusal(503), refusal(408), refusal(524), broken(), broken(Cause.TIMEOUT)],
    ids=lambda fault: str(getattr(fault, "status", "broken")),
)
def test_transient_faults_are_retried(tmp_path: Path, fault: Response | Signal) -> None:
    """A failing server and a broken connection are tried again, with the same key each time."""
    with rig(tmp_path, FakeTransport(script(completion("up"), fault, fault, fault))) as r:
        assert text(run(r.ask_each, "first", "Hello?")[1]) == "m on Hello?"
        assert [record.attempts for record in r.store.records()] == [1, 4]
    attempts = r.transport.asked[1:]
    assert len({asked.request.headers["Idempotency-Key"] for asked in attempts}) == 1
    counts = [asked.request.headers.get("X-Retry-Count") for asked in attempts]
    assert counts == [None, "1", "2", "3"]
    assert len(r.told(CallRetried)) == 3
    assert r.failures() == []


def test_retries_end(tmp_path: Path) -> None:
    """A call that fails for good is given up after its retries, and the endpoint goes on."""
    with rig(tmp_path, FakeTransport(lambda _: refusal(500)), policy=Policy(retries=3)) as r:
        outcomes = run(r.ask_each, "one", "another")
    assert [cause(outcome) for outcome in outcomes] == [Cause.SERVER] * 2
    assert len(r.transport.asked) == 8
    assert r.told(EndpointHalted) == []
    assert [len(r.told(CallRetried)), len(r.told(CallFailed))] == [6, 2]


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry_After": "7"}, 7, 7.7),
        ({"retry_after_ms": "2500", "retry_after": "9"}, 2.5, 2.75),
        ({"Retry_After": "1e9"}, 300, 330),
        ({"Retry_After": "-4"}, 0, 1),
        ({}, 0, 1),
    ],
)
def test_a_wait_that_is_asked_for(
    tmp_path: Path, headers: dict[str, str], least: float, most: float
) -> None:
    """The next request goes out after the wait the server asked for, but not after 330 s."""
    slow = refusal(429, "slow down", **headers)
    with rig(tmp_path, FakeTransport(script(slow), latency=0.0)) as r:
        assert text(run(r.ask)) == "m on Hello?"
    first, second = (asked.at for asked in r.transport.asked)
    assert least <= second - first <= most + 0.01
    (retried,) = r.told(CallRetried)
    assert retried.wait == pytest.approx(second - first, abs=0.01)
    assert r.gates["house"].rate_limited == 1


def test_slowing_down_charges_no_attempt(tmp_path: Path) -> None:
    """However often a server asks to slow down, the retries for faults are still there."""
    slow = [refusal(429, Retry_After="1")] * 50
    faults = [refusal(500)] * 2
    answer = script(*slow, *faults)
    with rig(tmp_path, FakeTransport(answer), policy=Policy(retries=2)) as r:
        assert text(run(r.ask)) == "m on Hello?"
    assert len(r.transport.asked) == 53


def test_patience_ends(tmp_path: Path) -> None:
    """A server that asks to slow down for longer than the patience loses the call."""

    async def main() -> float:
        assert cause(await r.ask()) is Cause.RATE
        return current_time()

    answer = FakeTransport(lambda _: refusal(429, Retry_After="60"))
    with rig(tmp_path, answer, policy=Policy(patience=600)) as r:
        assert 600 < run(main) < 700


@pytest.mark.parametrize(
    ("unusable", "expected"),
    [
        (completion(None), Cause.NO_CONTENT),
        (completion("x", choices=[]), Cause.MALFORMED),
        (Response(200, {}, b'{"choices": [{"mess'), Cause.MALFORMED),
    ],
)
def test_unusable_replies_are_retried_twice(
    tmp_path: Path, unusable: Response, expected: Cause
) -> None:
    """A success without a usable body is tried again, twice at most."""
    with rig(tmp_path, FakeTransport(lambda _: unusable)) as r:
        assert cause(run(r.ask)) is expected
    assert len(r.transport.asked) == 3
    with rig(tmp_path, FakeTransport(script(unusable, unusable))) as r:
        assert text(run(r.ask)) == "m on Hello?"


def test_an_answer_that_stays_empty_is_an_answer(tmp_path: Path) -> None:
    """No text is tried again like any unusable reply; then it is kept for what it is, with a flag."""
    with rig(tmp_path, FakeTransport(lambda _: completion("  \n"))) as r:
        answered = run(r.ask)
        assert isinstance(answered, Answered)
        assert (answered.reply.text, answered.reply.flags) == ("  \n", ("empty",))
        assert len(r.store) == 1
        assert r.store.lost()["answer", "m"].attempts == 2
    assert len(r.transport.asked) == 3


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (refusal(401, "who are you?"), Cause.AUTH),
        (refusal(429, "pay first", "insufficient_quota"), Cause.QUOTA),
        (refusal(404, "no such page"), Cause.CONFIG),
        (Response(200, {}, b"<html>Welcome!"), Cause.CONFIG),
    ],
)
def test_a_refused_account_halts_its_endpoint_only(
    tmp_path: Path, refused: Response, expected: Cause
) -> None:
    """After one refusal nothing more is sent to the endpoint, while the others go on."""

    def answer(asked: Asked) -> Response:
        return refused if "house" in asked.request.url else talk(asked)

    one = Endpoint("house", "http://house.test", parallel=1)
    with rig(tmp_path, FakeTransport(answer), one, OTHER) as r:
        asks = [(f"{n}", "m", name) for n in range(5) for name in ("house", "other")]
        outcomes = run(ask_all, r, *asks)
        assert cause(run(r.ask, "later")) is Cause.NOT_REACHED
        assert [failure["cause"] for failure in r.failures()] == [expected]
    causes = [cause(outcome) for outcome in outcomes[::2]]
    assert causes == [expected, *[Cause.NOT_REACHED] * 4]
    assert [text(outcome) for outcome in outcomes[1::2]] == [f"m on {n}" for n in range(5)]
    assert sum("house" in asked.request.url for asked in r.transport.asked) == 1
    (halted,) = r.told(EndpointHalted)
    assert (halted.endpoint, halted.model) == ("house", None)
    assert r.halted("house") == halted.failure.message
    assert r.halted("other") is None
    waits = {name: gate.status(None).waits_for for name, gate in r.gates.items()}
    assert waits == {"house": None, "other": None}


def test_only_an_endpoints_first_call_goes_ahead(tmp_path: Path) -> None:
    """The first call of an endpoint's second model waits for nothing, nor do the others to it."""
    asked = [("0", "m", "house"), ("1", "m", "house"), ("2", "n", "house"), ("3", "n", "house")]
    with rig(tmp_path) as r:
        run(ask_all, r, *asked)
    starts = [round(asked.at, 2) for asked in sorted(r.transport.asked, key=lambda a: a.texts)]
    assert starts == [0, HEAD_START, 0, 0]


def test_halted_once(tmp_path: Path) -> None:
    """When several calls are refused at the same time, that is told once."""
    with rig(tmp_path, FakeTransport(lambda _: refusal(401))) as r:
        run(ask_all, r, *[(f"{n}", "m", "house") for n in range(4)])
    assert len(r.transport.asked) == 4  # the first takes longer than its head start
    assert len(r.told(EndpointHalted)) == 1


def test_an_unknown_model_halts_that_model_only(tmp_path: Path) -> None:
    """After one refusal the model is asked no more, while its endpoint's others go on."""

    def answer(asked: Asked) -> Response:
        return refusal(404, "none", "model_not_found") if asked.model == "no" else talk(asked)

    one = Endpoint("house", "http://house.test", parallel=1)
    with rig(tmp_path, FakeTransport(answer), one) as r:
        outcomes = run(ask_all, r, *[(f"{n}", m, "house") for n in range(5) for m in ("no", "yes")])
    causes = [cause(outcome) for outcome in outcomes[::2]]
    assert causes == [Cause.CONFIG, *[Cause.NOT_REACHED] * 4]
    assert [text(outcome) for outcome in outcomes[1::2]] == [f"yes on {n}" for n in range(5)]
    assert r.transport.models().count("no") == 1
    (halted,) = r.told(EndpointHalted)
    assert (halted.endpoint, halted.model) == ("house", "no")
    assert r.gates["house"].in_flight == 0


@pytest.mark.parametrize(
    "refused", [refusal(402), refusal(404, "none", "model_not_found")], ids=["endpoint", "model"]
)
def test_who_is_to_be_sent_again_does_not_wait_for_what_is_halted(
    tmp_path: Path, refused: Response
) -> None:
    """The run ends at once, and not when a server that is given up would have been asked again."""

    def answer(asked: Asked) -> Response:
        return refused if asked.texts == ["late"] else refusal(503, retry_after="50")

    transport = FakeTransport(answer, lambda asked: 5.0 if asked.texts == ["late"] else 1.0)
    with rig(tmp_path, transport) as r:

        async def main() -> float:
            first, second = await ask_all(r, ("soon", "m", "house"), ("late", "m", "house"))
            assert (cause(first), cause(second)) == (
                Cause.SERVER,
                r.told(EndpointHalted)[0].failure.cause,
            )
            return current_time()

        assert run(main) < 10.0
    assert len(transport.asked) == 2


def test_backing_off_takes_no_place(tmp_path: Path) -> None:
    """While a call waits to be made again, others use its place."""
    one = Endpoint("house", "http://house.test", parallel=1)
    slow = refusal(500, Retry_After="100")

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(r.ask, "slow")
            await sleep(2)
            status = r.gates["house"].status(None)
            assert (status.in_flight, status.waiting, status.waits_for) == (0, 1, "back-off")
            await ask_all(r, *[(f"{n}", "m", "house") for n in range(20)])
            assert current_time() < 30

    with rig(tmp_path, FakeTransport(script(slow)), one) as r:
        run(main)
        assert len(r.store) == 21
    assert r.transport.asked[-1].texts == ["slow"]
    assert r.gates["house"].status(None).waiting == 0


@pytest.mark.parametrize(
    "echo",
    [
        refusal(401, f"Incorrect API key provided: {KEY}."),
        refusal(400, f"header 'Authorization: Bearer {KEY}' is odd"),
        Response(400, {}, f"GET / Bearer {KEY}".encode()),
        completion("x", choices=KEY),
        broken(message=f"broke while sending {KEY}"),
    ],
)
def test_an_echoed_key_is_shown_nowhere(tmp_path: Path, echo: Response | Signal) -> None:
    """A server that repeats the key does not get it into failures, events or files."""
    with rig(tmp_path, FakeTransport(lambda _: echo), key=KEY) as r:
        outcome = run(r.ask)
    shown = [str(outcome), str(r.events), str(r.halted("house"))]
    shown += [path.read_text() for path in tmp_path.iterdir()]
    assert "***" in shown[0]
    assert not [place for place in shown if KEY in place]


def test_never_connected_ends_soon(tmp_path: Path) -> None:
    """An endpoint that cannot be reached at all is halted within seconds, for everyone."""
    down = "cannot connect to house.test (refused): is the server up?"

    async def main() -> float:
        outcomes = await ask_all(r, *[(f"{n}", "m", "house") for n in range(30)])
        assert Cause.UNREACHABLE in {cause(outcome) for outcome in outcomes}
        assert {cause(outcome) for outcome in outcomes} <= {Cause.UNREACHABLE, Cause.NOT_REACHED}
        return current_time()

    answer = FakeTransport(lambda _: broken(Cause.UNREACHABLE, down), latency=0.0)
    with rig(tmp_path, answer) as r:
        assert run(main) < 15
    (halted,) = r.told(EndpointHalted)
    assert "is the server up?" in halted.failure.message
    # A dozen faults tell that it is down.
    assert len(r.transport.asked) <= 20


def test_an_outage_later_on_is_waited_out(tmp_path: Path) -> None:
    """An endpoint that answered once gets its full retries when it cannot be reached."""
    faults = [broken(Cause.UNREACHABLE, "refused")] * 5
    with rig(tmp_path, FakeTransport(script(completion("up"), *faults))) as r:
        assert text(run(r.ask_each, "first", "Hello?")[1]) == "m on Hello?"
    assert r.told(EndpointHalted) == []


def test_a_broken_certificate_halts_at_once(tmp_path: Path) -> None:
    """What the transport says will never work is not tried again."""
    fault = Signal(Failure(Cause.CONNECTION, "the certificate"), Action.HALT_ENDPOINT)
    with rig(tmp_path, FakeTransport(lambda _: fault)) as r:
        assert cause(run(r.ask)) is Cause.CONNECTION
    assert len(r.transport.asked) == 1
    assert len(r.told(EndpointHalted)) == 1


def test_stopped_calls_are_no_failures(tmp_path: Path) -> None:
    """After a stop, open requests end and are kept, and nothing else is sent or noted."""
    one = Endpoint("house", "http://house.test", parallel=1)

    outcomes: list[Answered | Failure] = []

    async def main() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(stop)
            outcomes.extend(await ask_all(r, *[(f"{n}", "m", "house") for n in range(3)]))

    async def stop() -> None:
        await sleep(0.5)
        r.request_stop()

    with rig(tmp_path, FakeTransport(), one) as r:
        run(main)
        assert len(r.store) == 1
        assert cause(run(r.ask, "later")) is Cause.NOT_REACHED
    assert text(outcomes[0]) == "m on 0"
    assert [cause(outcome) for outcome in outcomes[1:]] == [Cause.NOT_REACHED] * 2
    assert (r.events, r.failures(), len(r.transport.asked)) == ([], [], 1)


def test_a_stop_ends_a_back_off(tmp_path: Path) -> None:
    """Who backs off when the run is stopped is back at once, without another request."""

    async def main() -> float:
        async with create_task_group() as tasks:
            tasks.start_soon(r.ask)
            await sleep(5)
            # The gates are still open: the run closes them a moment later.
            r.stop.request()
        return current_time()

    slow = refusal(500, Retry_After="100")
    with rig(tmp_path, FakeTransport(script(slow))) as r:
        assert run(main) < 6
    assert (len(r.transport.asked), r.failures()) == (1, [])


def test_cancelled_anywhere_leaks_nothing(tmp_path: Path) -> None:
    """A call that is cancelled gives its place back, and can be asked again."""

    async def main() -> None:
        for tenths in range(1, 60):
            with move_on_after(tenths / 10):
                await r.ask(f"{tenths}")
            assert r.gates["house"].status(None).waiting == 0
            assert r.gates["house"].in_flight == 0
        assert text(await r.ask("1"))

    answer = FakeTransport(script(*[refusal(500), completion("fine")] * 60))
    with rig(tmp_path, answer) as r:
        run(main)
        assert 0 < len(r.store) < 59


@pytest.mark.parametrize("before", [470, 490, 499])
def test_half_an_echoed_key_is_shown_nowhere(tmp_path: Path, before: int) -> None:
    """A key that an excerpt cuts in two is masked like a whole one."""
    echo = refusal(400, "x" * before + KEY)
    with rig(tmp_path, FakeTransport(lambda _: echo), key=KEY) as r:
        outcome = run(r.ask)
    assert "xs" not in str(outcome)


def test_one_unlucky_call_halts_nobody(tmp_path: Path) -> None:
    """Connections that break while others stand say nothing about the endpoint's address."""

    def answer(asked: Asked) -> Response | Signal:
        if asked.texts == ["unlucky"]:
            return broken(message="house.test closed the connection before it answered")
        return talk(asked)

    def latency(asked: Asked) -> float:
        return 0.1 if asked.texts == ["unlucky"] else 30.0

    async def main() -> Answered | Failure:
        asks = [(prompt, "m", "house") for prompt in ("unlucky", "a", "b", "c")]
        unlucky, *others = await ask_all(r, *asks)
        assert cause(unlucky) is Cause.CONNECTION
        assert [text(outcome) for outcome in others] == ["m on a", "m on b", "m on c"]
        return await r.ask("later")

    with rig(tmp_path, FakeTransport(answer, latency)) as r:
        assert text(run(main)) == "m on later"


def test_patience_starts_with_the_first_attempt(tmp_path: Path) -> None:
    """A long wait for a place does not use up the patience with a server that is busy."""
    one = Endpoint("house", "http://house.test", parallel=1)

    def answer(asked: Asked) -> Response | Signal:
        return refusal(429, Retry_After="1") if asked.number == 2 else talk(asked)

    def latency(asked: Asked) -> float:
        return 100.0 if asked.number == 1 else 10.0

    policy = Policy(patience=60)
    with rig(tmp_path, FakeTransport(answer, latency), one, policy=policy) as r:
        outcomes = run(ask_all, r, ("a", "m", "house"), ("b", "m", "house"))
    assert [text(outcome) for outcome in outcomes] == ["m on a", "m on b"]


def test_a_halted_model_uses_up_no_rate(tmp_path: Path) -> None:
    """Calls to a model that is halted are turned away at once, and leave the rate to others."""
    slow = Endpoint("house", "http://house.test", rpm=2)

    async def main() -> float:
        await r.ask("first", "no")
        await ask_all(r, *[(f"{n}", "no", "house") for n in range(20)])
        return current_time()

    answer = FakeTransport(lambda _: refusal(404, "none", "model_not_found"))
    with rig(tmp_path, answer, slow) as r:
        assert run(main) < 10


def test_a_shared_call_that_fails_is_paid_for_once(tmp_path: Path) -> None:
    """Who waits for another's request gets its failure, and does not try all over again."""
    with rig(tmp_path, FakeTransport(lambda _: refusal(400, "no"), latency=1.0)) as r:
        asks = [("same", "m", "house")] * 3
        outcomes = run(ask_all, r, *asks)
    assert [cause(outcome) for outcome in outcomes] == [Cause.REQUEST] * 3
    assert len(r.transport.asked) == 1


def test_an_echoed_request_halts_nothing(tmp_path: Path) -> None:
    """Words of the prompt that a server repeats in its refusal are not taken for its error code."""
    echo = Response(422, {}, b'{"detail": [{"msg": "bad", "input": "model_not_found"}]}')
    with rig(tmp_path, FakeTransport(lambda _: echo)) as r:
        assert cause(run(r.ask)) is Cause.REQUEST
        assert r.told(EndpointHalted) == []


@pytest.mark.parametrize(
    "key", ["sk-a/b+c9f8e7d6c5", 'sk-"quoted"-9f8e7d6c5', "sk-plain-9f8e7d6c5b4"]
)
@pytest.mark.parametrize("way", ["slash", "unicode", "plain"])
def test_an_escaped_echo_is_masked(tmp_path: Path, key: str, way: str) -> None:
    """A key that a server echoes in a reply is stored masked, however its JSON writes it."""
    written = orjson.dumps(key)[1:-1]
    if way == "slash":
        written = written.replace(b"/", rb"\/")
    elif way == "unicode":
        written = b"".join(b"\\u%04x" % ord(letter) for letter in key)
    body = b'{"choices":[{"message":{"content":"You sent %b."}}]}' % written
    with rig(tmp_path, FakeTransport(lambda _: Response(200, {}, body)), key=key) as r:
        assert text(run(r.ask)) == "You sent ***."
    assert key.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("key", ["EMPTY", "ollama", "content", "sk-no-key-required", "1234"])
def test_a_placeholder_for_a_key_is_cut_out_of_no_answer(tmp_path: Path, key: str) -> None:
    """A server without keys is given such a word, which its model may well say."""
    reply = completion(f"The set is {key}.")
    with rig(tmp_path, FakeTransport(lambda _: reply), key=key) as r:
        outcome = run(r.ask)
    assert isinstance(outcome, Answered)
    assert (outcome.reply.text, outcome.reply.flags) == (f"The set is {key}.", ())


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
def test_a_key_that_comes_in_two_pieces_is_masked(tmp_path: Path, field: str) -> None:
    """The pieces are put together first; that the words are no more what was said is kept with them."""
    deltas = [{field: f"So: {KEY[:9]}"}, {field: KEY[9:]}, {"content": "."}]
    events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    body = b"".join(b"data: %b\n\n" % orjson.dumps(event) for event in events)
    reply = Response(200, {}, body, arrivals=((len(body), 1.0),))
    with rig(tmp_path, FakeTransport(lambda _: reply), key=KEY) as r:
        outcome = run(r.ask)
    assert isinstance(outcome, Answered)
    said = outcome.reply.text if field == "content" else outcome.reply.reasoning
    assert said is not None
    assert said.startswith("So: ***")
    assert outcome.reply.flags == ("masked",)
