"""The rules about what a part leaves behind: outcomes, money, the log, and nothing that is still held."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import orjson

from asynceval.domain.cell import Cell
from asynceval.domain.events import AnswerLanded, BudgetReached, CallFailed, JudgmentLanded
from asynceval.domain.failure import Cause
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Budget
from asynceval.engine.transport import Request
from asynceval.protocol.conversation import conversation, dependents
from asynceval.providers.kinds import provider
from asynceval.providers.reading import decode
from tests.engine.fakes import Asked
from tests.engine.simulation.course import Came, Sent, Stopped
from tests.engine.simulation.ended import Ended
from tests.engine.simulation.scene import PRICE
from tests.engine.simulation.server import reply
from tests.engine.simulation.traffic import traffic

_FULL_SECONDS = 60.0


def broken_rules(ended: Ended) -> Iterator[str]:
    """Yield what is against the rules in a part."""
    yield from traffic(ended)
    yield from _once(ended)
    yield from _causes(ended)
    yield from _clean(ended)
    yield from _paid(ended)
    yield from _budgets(ended)


def whole(ended: Ended, *, is_plain: bool) -> Iterator[str]:
    """Yield what differs from an unbroken run on calm servers, once all has come to its end."""
    planned = _cells(ended)
    if ended.filled != len(planned):
        yield f"{ended.filled} of {len(planned)} cells are filled"
    if is_plain and {key: record.reply for key, record in ended.after.items()} != _unbroken(ended):
        yield "the log differs from that of an unbroken run"


def _unbroken(ended: Ended) -> dict[str, Reply]:
    """Return what an unbroken run on calm servers stores, without the engine."""
    plan, asks = ended.plan, provider(ended.plan.sweep.endpoints[0])
    found: dict[str, Reply] = {}
    for target in plan.sweep.targets:
        for question, choice in plan.conversations():
            steps = conversation(plan, question, target, choice)
            said: Reply | None = None
            with suppress(StopIteration):
                while True:
                    step = steps.send(said)
                    body = asks.body(step.call)
                    asked = Asked(0, 0.0, Request("", {}, body, 0.0), orjson.loads(body))
                    decoded = decode(asks, 200, {}, reply(asked).body)
                    assert isinstance(decoded, Reply)
                    said = found[step.call.key().hex()] = decoded
    return found


def _cells(ended: Ended) -> set[Cell]:
    """Return every cell of the plan."""
    plan = ended.plan
    found: set[Cell] = set()
    for target in plan.sweep.targets:
        for question, choice in plan.conversations():
            first = next(conversation(plan, question, target, choice)).cell
            found |= {first, *dependents(plan, question, first)}
    return found


def _once(ended: Ended) -> Iterator[str]:
    """Each planned cell has exactly one outcome; at most one if the part did not come to its end."""
    landed = [e.cell for e in ended.course.each(AnswerLanded)]
    landed += [e.cell for e in ended.course.each(JudgmentLanded)]
    outcomes = Counter([*landed, *(e.cell for e in ended.course.each(CallFailed))])
    planned = _cells(ended)
    if ended.is_whole:
        yield from (f"{cell} has no outcome" for cell in planned - outcomes.keys())
    yield from (f"{cell} is not planned" for cell in outcomes.keys() - planned)
    yield from (f"{cell} ended {count} times" for cell, count in outcomes.items() if count > 1)
    if len(landed) != ended.filled:
        yield f"{len(landed)} cells have landed, {ended.filled} are said to be filled"


def _causes(ended: Ended) -> Iterator[str]:
    """Look whether calls fail for no reason: limits alone cost no call, a moment's full disk no run."""
    limited = not any(
        habits.faults or habits.outage or habits.dead_at or habits.unknown
        for habits in ended.habits.values()
    )
    for failed in ended.course.each(CallFailed):
        if failed.failure.cause is Cause.INTERNAL:
            yield f"{failed.cell}: {failed.failure.message}"
        has_reason = ended.is_full or any(map(ended.course.has, (BudgetReached, Stopped)))
        if limited and not has_reason:
            yield f"{failed.cell} failed on servers without faults: {failed.failure.message}"
    full = ended.part.disk_full
    if ended.is_full and (full is None or full[1] - full[0] < _FULL_SECONDS):
        yield "the run ended for a disk that was full for a moment"


def _clean(ended: Ended) -> Iterator[str]:
    """No place, no token and no money is still held, and nobody waits."""
    r = ended.rig
    for gate in r.gates.values():
        if gate.in_flight or any(gate._waiting._outside.values()) or gate._is_pacing:
            yield f"{gate.endpoint.gate}: {gate.in_flight} in flight"
        for queue in gate._queues:
            if queue.first() is not None or queue.throttle.in_flight:
                yield f"{gate.endpoint.gate}: a queue is not empty"
    if r.purse.waiting:
        yield "somebody waits for money"
    for pots, _ in r.purse._known.values():
        if any((pot._held.money, pot._held.tokens) != (0, 0) for pot in pots):
            yield "money is set aside for nobody"
    if r.client._pending or r.space.unkept or r.space._waiting or r.attempts.oldest() is not None:
        yield "a call is still open"


def _paid(ended: Ended) -> Iterator[str]:
    """Nothing that is stored is asked again, and whatever else is charged twice is counted as such."""
    asked = {sent.key for sent in ended.course.each(Sent)}
    yield from (f"{key} was stored and is asked again" for key in asked & ended.before.keys())
    came = list(ended.course.each(Came))
    replies = Counter(thing.key for thing in came if thing.what == "reply")
    yield from (f"{key} was answered {n} times" for key, n in replies.items() if n > 1)
    if lost := ended.before.keys() - ended.after.keys():
        yield f"{len(lost)} records are gone"
    charged = sum(thing.tokens is not None for thing in came)
    stored = len(ended.after) - len(ended.before)
    counted = stored + ended.lost
    # What is not charged after all counts as charged where a full disk does not let that be noted.
    is_more = counted > charged and ended.part.disk_full is not None
    if charged != counted and not is_more:
        yield f"{charged} requests were charged, {counted} are stored or counted"


def _budgets(ended: Ended) -> Iterator[str]:
    """No budget is exceeded by what is stored and what the servers charge besides."""
    sweep = ended.plan.sweep
    if sweep.budget is not None:
        yield from _budget(ended, sweep.budget, None)
    for judge in sweep.judges:
        if judge.budget is not None:
            yield from _budget(ended, judge.budget, judge.name)


def _budget(ended: Ended, budget: Budget, judge: str | None) -> Iterator[str]:
    usages = [r.reply.usage for r in ended.before.values() if judge in (None, r.cell.judge)]
    spent = [(usage.prompt_tokens or 0, usage.completion_tokens or 0) for usage in usages]
    spent += [
        thing.tokens
        for thing in ended.course.each(Came)
        if thing.tokens is not None and judge in (None, thing.model)
    ]
    prompt, completed = (sum(counts) for counts in zip((0, 0), *spent, strict=True))
    if budget.tokens is not None and prompt + completed > budget.tokens:
        yield f"{prompt + completed} tokens of {budget.tokens} were charged"
    usd = (prompt * PRICE.input + completed * PRICE.output) / 1e6
    if budget.usd is not None and usd > budget.usd:
        yield f"{usd} USD of {budget.usd} were charged"
