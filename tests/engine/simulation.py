"""A whole run on virtual time, drawn from a seed: limits, a server with faults, and what is to hold.

`python -m tests.engine.simulation SEED` runs one seed and prints its trace.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import orjson
from anyio import CancelScope, create_task_group, current_time, sleep
from multidict import CIMultiDict

from asynceval.conversation import Plan, conversation, dependents
from asynceval.domain.cell import Cell
from asynceval.domain.events import AnswerLanded, CallFailed, EndpointDown, Event, JudgmentLanded
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.question import Question
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Target
from asynceval.engine.retry import Policy
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Action, Signal
from asynceval.store.store import Store
from tests.engine.fakes import Asked, FakeTransport, Rig, broken, completion, plan, refusal, rig
from tests.virtual_time import run

PATIENCE = Policy(patience=400, outage=200)
LAXITY = 0.5
"""Seconds by which the server's clock may differ from ours at a window's edge."""
OUTAGE = 90.0


@dataclass
class Server(FakeTransport):
    """A server whose faults are drawn per attempt, with one outage perhaps; `sent` are (time, body)."""

    random: Random
    faults: float
    outage: tuple[float, float] | None
    kept: dict[bytes, float] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)
    lost: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    async def post(self, request: Request) -> Response | Signal:
        asked = Asked(len(self.asked) + 1, current_time(), request, orjson.loads(request.body))
        self.asked.append(asked)
        key = request.headers["Idempotency-Key"].encode()
        if current_time() < self.kept.pop(key, 0.0) - 1e-6:
            self.early.append(f"{key!r} at {current_time():.3f}")
        host = request.url
        self.in_flight[host] += 1
        self.peak[host] = max(self.peak[host], self.in_flight[host])
        try:
            if self.is_out(asked.at):
                await sleep(0.01)
                return broken(Cause.UNREACHABLE, "refused")
            await sleep(self.random.uniform(0.2, 3.0))
            answer = self.draw(asked, key)
            self.lost += isinstance(answer, Signal) and answer.maybe_paid
            return answer
        finally:
            self.in_flight[host] -= 1

    def is_out(self, at: float) -> bool:
        return self.outage is not None and self.outage[0] <= at < self.outage[1]

    def draw(self, asked: Asked, key: bytes) -> Response | Signal:
        """Return a reply, or one of the faults."""
        random = self.random
        if random.random() >= self.faults:
            return reply(asked)
        kind = random.randrange(20)
        if kind < 4:
            return refusal(random.choice([500, 502, 503, 504, 408, 409, 425, 520, 524]))
        if kind < 8:
            wait = random.choice([None, 0.3, 2, 30, 1e9])
            self.kept[key] = asked_until(wait)
            status = random.choice([429, 429, 529])
            return refusal(status) if wait is None else refusal(status, Retry_After=str(wait))
        if kind < 10:
            lost = Failure(Cause.CONNECTION, "reset")
            return Signal(lost, Action.RETRY, maybe_paid=True, is_stale=random.random() < 0.5)
        if kind == 10:
            return Signal(Failure(Cause.TIMEOUT, "too slow"), Action.RETRY, maybe_paid=True)
        return [
            Response(200, CIMultiDict(), b'{"choices": [{"mess'),
            completion("x", choices=[]),
            completion(None),
            completion("  "),
            completion("cut", choices=[choice("cut", "length")]),
            completion(None, choices=[choice(None, "content_filter")]),
            refusal(400, "maximum context length is 8", "context_length_exceeded"),
            refusal(400, "odd request"),
            refusal(400, "no", "content_policy_violation"),
        ][kind - 11]


def choice(text: str | None, finish_reason: str) -> dict[str, object]:
    return {"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}


def asked_until(wait: float | None) -> float:
    return current_time() + min(wait or 0.0, 300.0)


def reply(asked: Asked) -> Response:
    """Answer with as many tokens as the request's hash says."""
    size = 20 + sha256(asked.request.body).digest()[0]
    usage = {"prompt_tokens": sum(map(len, asked.texts)) // 4, "completion_tokens": size}
    text = (
        "Rating: [[7]]" if asked.model.startswith("judge") else f"{asked.model} {asked.texts[-1]}"
    )
    return completion(text, usage=usage)


@dataclass
class Scene:
    """What a seed is about."""

    seed: int
    endpoints: tuple[Endpoint, ...]
    plan: Plan
    server: Server
    end_at: float | None
    is_cut: bool

    @classmethod
    def of(cls, seed: int) -> "Scene":
        """Draw a scene."""
        random = Random(seed)
        price = Price(1.0, 2.0)
        ends = tuple(
            Endpoint(
                f"e{n}",
                f"http://e{n}.test",
                account=random.choice([None, None, "shared"]),
                parallel=random.choice([1, 3, 8, 20, "auto"]),
                rpm=random.choice([None, None, 60, 300]),
                tpm=random.choice([None, None, 30_000]),
            )
            for n in range(random.randint(1, 3))
        )
        ends = tuple(level(ends))
        targets = [
            Target(f"m{n}", random.choice(ends).name, f"m{n % 3}", price=price)
            for n in range(random.randint(1, 4))
        ]
        judges = [
            Judge(f"judge{n}", random.choice(ends).name, f"judge{n}", price=price)
            for n in range(random.randint(0, 2))
        ]
        questions = [
            Question(f"q{n}", random.choice(["writing", "stem"]), (f"First {n}?", f"Second {n}?"))
            for n in range(random.randint(2, 25))
        ]
        wanted = plan(questions, targets=targets, judges=judges, endpoints=ends)
        if random.random() < 0.2:
            budget = Budget(tokens=random.choice([3000, 30_000]))
            wanted = replace(wanted, sweep=replace(wanted.sweep, budget=budget))
        start = random.uniform(2, 20)
        outage = (start, start + random.choice([5, 30, OUTAGE])) if random.random() < 0.3 else None
        faults = random.choice([0.0, 0.05, 0.2, 0.5])
        end_at = random.uniform(0, 30) if random.random() < 0.3 else None
        server = Server(Random(seed + 1), faults, outage)
        return cls(seed, ends, wanted, server, end_at, random.random() < 0.5)


def level(ends: tuple[Endpoint, ...]) -> Iterator[Endpoint]:
    """Give the endpoints of one account the limits of the first of them."""
    first: dict[str, Endpoint] = {}
    for end in ends:
        lead = first.setdefault(end.gate, end)
        yield replace(end, parallel=lead.parallel, rpm=lead.rpm, tpm=lead.tpm)


@dataclass
class Played:
    """A scene that has been played: what happened, and what was against the rules."""

    trace: bytes
    events: list[Event]
    wrong: list[str]


def play(seed: int) -> Played:
    """Run a seed to its end and look for what must not be."""
    scene = Scene.of(seed)
    with TemporaryDirectory() as name:
        sweep = scene.plan.sweep
        opened = rig(
            Path(name),
            scene.server,
            *scene.endpoints,
            policy=PATIENCE,
            wanted=sweep,
            seed=seed,
        )
        with opened as r:
            run(hold, r, scene)
            wrong = [*clean(r), *limits(scene), *kept(scene), *load(scene, r), *money(scene, r)]
            wrong += once(scene, r, is_whole=scene.end_at is None)
        if scene.end_at is not None:
            wrong += again(scene, Path(name))
    log = [(round(a.at, 6), a.request.url, a.request.body) for a in scene.server.asked]
    trace = sha256(repr((log, r.events)).encode()).digest()
    return Played(trace, r.events, wrong)


async def hold(r: Rig, scene: Scene) -> None:
    """Run the sweep to its end, or until it is stopped or cancelled on the way."""
    async with create_task_group() as tasks:
        if scene.end_at is not None:
            tasks.start_soon(end, r, scene, tasks.cancel_scope)
        await r.hold(scene.plan)
        tasks.cancel_scope.cancel()


async def end(r: Rig, scene: Scene, run_scope: CancelScope) -> None:
    """Stop the run as an interrupt does, or drop everything as a second one does."""
    await sleep(scene.end_at or 0.0)
    if scene.is_cut:
        run_scope.cancel()
    else:
        r.request_stop()


def again(scene: Scene, folder: Path) -> Iterator[str]:
    """Run what was interrupted to its end: nothing that is stored is asked for again."""
    with Store(folder, write=False) as store:
        stored = {record.key.hex() for record in store.records()}
    server = Server(Random(scene.seed + 2), 0.0, None)
    with rig(folder, server, *scene.endpoints, policy=PATIENCE, seed=scene.seed) as r:
        run(r.hold, scene.plan)
        yield from (f"again: {what}" for what in once(scene, r, is_whole=True))
        if r.told(CallFailed):
            yield "again: a call failed on a server without faults"
        keys = [record.key.hex() for record in r.store.records()]
    if len(set(keys)) < len(keys):
        yield "again: a reply stands twice in the log"
    asked = {asked.request.headers["Idempotency-Key"] for asked in server.asked}
    yield from (f"again: {key} was paid for twice" for key in asked & stored)


def cells(scene: Scene) -> set[Cell]:
    """Return every cell of the plan."""
    found: set[Cell] = set()
    for target in scene.plan.sweep.targets:
        for question, number in scene.plan.conversations():
            first = next(conversation(scene.plan, question, target, number)).cell
            found |= {first, *dependents(scene.plan, question, first)}
    return found


def once(scene: Scene, r: Rig, *, is_whole: bool) -> Iterator[str]:
    """Each planned cell has exactly one outcome; at most one if the run did not come to its end."""
    ended = Counter(e.cell for e in r.told(AnswerLanded, JudgmentLanded, CallFailed))
    planned = cells(scene)
    if is_whole:
        yield from (f"{cell} has no outcome" for cell in planned - ended.keys())
    yield from (f"{cell} is not planned" for cell in ended.keys() - planned)
    yield from (f"{cell} ended {count} times" for cell, count in ended.items() if count > 1)


def clean(r: Rig) -> Iterator[str]:
    """No place, no token and no money is still held, and nobody waits."""
    for gate in r.gates.values():
        if gate.in_flight or any(gate._outside.values()):
            yield f"{gate.endpoint.gate}: {gate.in_flight} in flight"
        for queue in gate._queues:
            if queue.first() is not None or queue.throttle.in_flight:
                yield f"{gate.endpoint.gate}: a queue is not empty"
    if r.purse.waiting:
        yield "somebody waits for money"
    if r.attempts.oldest() is not None:
        yield "a call is still open"


def limits(scene: Scene) -> Iterator[str]:
    """No limit is exceeded, in flight, in requests or in tokens of any minute."""
    sent: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    gates = {end.base_url: end for end in scene.endpoints}
    for asked in scene.server.asked:
        end = gates[asked.request.url.removesuffix("/v1/chat/completions")]
        tokens = int(orjson.loads(reply(asked).body)["usage"]["completion_tokens"])
        sent[end.gate].append((asked.at, tokens + sum(map(len, asked.texts)) // 4))
    for end in {end.gate: end for end in scene.endpoints}.values():
        times = [at for at, _ in sent[end.gate]]
        if end.rpm is not None:
            for first, last in zip(times, times[int(end.rpm) :], strict=False):
                if last - first < 60 - 1e-6:
                    yield f"{end.gate}: over {end.rpm} requests in the minute from {first:.2f}"
        if end.tpm is not None and not scene.server.faults:
            yield from minute(end.gate, sent[end.gate], end.tpm)
    for end in scene.endpoints:
        peak = scene.server.peak[f"{end.base_url}/v1/chat/completions"]
        if peak > end.most_in_flight:
            yield f"{end.name}: {peak} in flight"


def minute(gate: str, sent: list[tuple[float, int]], tpm: float) -> Iterator[str]:
    """Tokens in any minute; a call's own are known only when it has landed."""
    start, total = 0, 0
    for at, tokens in sent:
        total += tokens
        while sent[start][0] <= at - 60:
            total -= sent[start][1]
            start += 1
        if total > tpm:
            yield f"{gate}: {total} tokens in the minute before {at:.2f}"
            return


def kept(scene: Scene) -> Iterator[str]:
    """No call goes out again before the wait is over that the server asked for."""
    yield from (f"too early: {early}" for early in scene.server.early)


def load(scene: Scene, r: Rig) -> Iterator[str]:
    """Look whether an outage adds to the load: it is met with probes, and what was under way."""
    outage = scene.server.outage
    if outage is None or not r.told(EndpointDown):
        return
    during = [a.at for a in scene.server.asked if outage[0] <= a.at < outage[1]]
    seconds = outage[1] - outage[0]
    usual = sum(min(end.most_in_flight, 100) for end in scene.endpoints) / 1.6 * seconds
    # It takes a dozen faults to tell an outage.
    allowed = 1.2 * usual + 15 * len(scene.endpoints)
    if len(during) > allowed:
        yield f"{len(during)} requests in an outage of {seconds:g} s, usual are {usual:.0f}"
    probes = [b - a for a, b in pairwise(during[-4:])]
    if seconds == OUTAGE and len(scene.endpoints) == 1 and len(probes) == 3 and max(probes) < 1:
        yield f"probes follow each other after {probes}"


def money(scene: Scene, r: Rig) -> Iterator[str]:
    """Look whether the tokens that were paid for stay within the budget."""
    budget = scene.plan.sweep.budget
    if budget is None or budget.tokens is None:
        return
    spent = sum(_tokens(record.reply.usage) for record in r.store.records())
    if spent > budget.tokens:
        yield f"{spent} tokens spent of {budget.tokens}"


def _tokens(usage: Usage) -> int:
    return (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)


if __name__ == "__main__":
    played = play(int(sys.argv[1]))
    for event in played.events:
        print(event)  # noqa: T201
    print(*played.wrong or ["nothing is wrong"], sep="\n")  # noqa: T201
