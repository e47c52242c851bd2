"""The servers of a scene behind one transport: replies that the request decides, faults drawn by chance."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

import orjson
from anyio import current_time, sleep
from multidict import CIMultiDict

from asynceval.domain.failure import Cause, Failure
from asynceval.domain.sweep import Endpoint
from asynceval.engine.transport import Request, Response
from asynceval.providers.signal import Action, Signal
from tests.engine.fakes import Asked, FakeTransport, broken, completion, refusal
from tests.engine.simulation.course import Came, Course, Sent
from tests.engine.simulation.scene import Habits

_QUICK = 0.01
_LONGEST_ASKED = 300.0
_DEAD = {
    401: refusal(401, "wrong key", "invalid_api_key"),
    402: refusal(402, "pay first"),
    429: refusal(429, "no money", "insufficient_quota"),
}
_STATUSES = (500, 502, 503, 504, 408, 409, 425, 520, 524)
Outcome = tuple[Response | Signal, str, float]
"""What is answered, what it is in the course, and the seconds that were asked for."""


def tokens(asked: Asked) -> tuple[int, int]:
    """Return what a request takes: its prompt, and as many tokens more as its hash says."""
    prompt = sum(map(len, asked.texts)) // 4
    most = min(asked.body.get("max_tokens", 256), 256)
    return prompt, 1 + sha256(asked.request.body).digest()[0] * most // 256


def reply(asked: Asked) -> Response:
    """Answer as the request decides: a judge gives a 7, models say what models of their name say."""
    prompt, completed = tokens(asked)
    usage = {"prompt_tokens": prompt, "completion_tokens": completed}
    said = f"{asked.model} {asked.texts[-1]}"
    return completion("Rating: [[7]]" if asked.model.startswith("judge") else said, usage=usage)


@dataclass(slots=True)
class _Limit:
    """A server's own limits, at one endpoint."""

    in_flight: int = 0
    minute: deque[float] = field(default_factory=deque)

    def refuses(self, habits: Habits, now: float) -> bool:
        while self.minute and self.minute[0] <= now - 60:
            self.minute.popleft()
        is_full = habits.most is not None and self.in_flight >= habits.most
        return is_full or (habits.rpm is not None and len(self.minute) >= habits.rpm)

    def headers(self, habits: Habits, now: float) -> dict[str, str]:
        if habits.rpm is None or not habits.states_limits:
            return {}
        reset = 60 - (now - self.minute[0]) if self.minute else 0.0
        return {
            "x-ratelimit-limit-requests": str(habits.rpm),
            "x-ratelimit-remaining-requests": str(habits.rpm - len(self.minute)),
            "x-ratelimit-reset-requests": f"{reset:.3f}s",
        }


class Servers(FakeTransport):
    """Answers by the habits of each endpoint, and notes everything in the course."""

    def __init__(
        self, ends: tuple[Endpoint, ...], habits: dict[str, Habits], random: Random, course: Course
    ) -> None:
        """Open with nothing in flight; `is_held` is asked at every request."""
        super().__init__()
        self._ends = {end.base_url: end for end in ends}
        self._habits = habits
        self._random = random
        self._course = course
        self._limits = {end.name: _Limit() for end in ends}
        self._of_account = {end.gate: 0 for end in ends}
        self._of_endpoint = {end.name: 0 for end in ends}
        self.is_held: Callable[[], bool] = lambda: False

    async def post(self, request: Request) -> Response | Signal:
        """Take the request, a while, and a decision."""
        asked = Asked(0, current_time(), request, orjson.loads(request.body))
        end = self._ends[request.url.removesuffix("/v1/chat/completions")]
        key = request.headers["Idempotency-Key"]
        self._of_account[end.gate] += 1
        self._of_endpoint[end.name] += 1
        self._course.note(
            Sent(
                end.name,
                asked.model,
                key,
                self._of_endpoint[end.name],
                self._of_account[end.gate],
                self.is_held(),
            )
        )
        what, wait = "dropped", 0.0
        paid: tuple[int, int] | None = tokens(asked)
        try:
            answer, what, wait = await self._decide(end.name, asked)
            is_paid = answer.maybe_paid if isinstance(answer, Signal) else answer.status == 200
            paid = paid if is_paid else None
            return answer
        finally:
            self._of_account[end.gate] -= 1
            self._of_endpoint[end.name] -= 1
            self._course.note(Came(end.name, asked.model, key, what, wait, paid))

    async def _decide(self, name: str, asked: Asked) -> Outcome:
        habits, limit, now = self._habits[name], self._limits[name], current_time()
        if habits.outage is not None and habits.outage[0] <= now < habits.outage[1]:
            await sleep(_QUICK)
            return broken(Cause.UNREACHABLE, "refused"), "fault", 0.0
        if limit.refuses(habits, now):
            await sleep(_QUICK)
            return self._slow(habits.asks, 429, limit.headers(habits, now))
        limit.minute.append(now)
        limit.in_flight += 1
        try:
            await sleep(self._random.uniform(*habits.latency))
        finally:
            limit.in_flight -= 1
        answer, what, wait = self._draw(habits, asked)
        if isinstance(answer, Response):
            headers = limit.headers(habits, current_time())
            answer = Response(answer.status, CIMultiDict(answer.headers, **headers), answer.body)
        return answer, what, wait

    def _draw(self, habits: Habits, asked: Asked) -> Outcome:
        """Return a reply, or one of the faults."""
        random = self._random
        if habits.dead_at is not None and current_time() >= habits.dead_at:
            return _DEAD[habits.dead_status], "unusable", 0.0
        if habits.unknown == asked.model:
            return refusal(404, "no such model", "model_not_found"), "end", 0.0
        if random.random() >= habits.faults:
            return reply(asked), "reply", 0.0
        kinds = (self._failing, self._asking, self._losing, self._unusable, self._ending)
        weights = (4, 3, 3, 2, 0 if habits.is_plain else 6)
        return random.choices(kinds, weights)[0](asked)

    def _failing(self, _: Asked) -> Outcome:
        wait = self._random.choice([None, None, None, 2])
        headers = {} if wait is None else {"Retry_After": str(wait)}
        return refusal(self._random.choice(_STATUSES), **headers), "fault", wait or 0.0

    def _asking(self, _: Asked) -> Outcome:
        asks = self._random.choice([None, 0.3, 2, 30, 1e9])
        return self._slow(asks, self._random.choice([429, 529]), {})

    def _losing(self, _: Asked) -> Outcome:
        cause = self._random.choice([Cause.CONNECTION, Cause.CONNECTION, Cause.TIMEOUT])
        is_stale = cause is Cause.CONNECTION and self._random.random() < 0.5
        lost = Failure(cause, "lost")
        return Signal(lost, Action.RETRY, maybe_paid=True, is_stale=is_stale), "fault", 0.0

    def _unusable(self, _: Asked) -> Outcome:
        half = Response(200, CIMultiDict(), b'{"choices": [{"mess')
        return self._random.choice([half, completion("x", choices=[])]), "unusable", 0.0

    def _ending(self, asked: Asked) -> Outcome:
        paid = dict(zip(("prompt_tokens", "completion_tokens"), tokens(asked), strict=True))
        ends = (
            (refusal(400, "maximum context length is 8", "context_length_exceeded"), "end", 0.0),
            (refusal(400, "odd request"), "end", 0.0),
            (refusal(400, "no", "content_policy_violation"), "end", 0.0),
            (completion(None, choices=[_choice(None, "content_filter")]), "end", 0.0),
            (completion("cut", choices=[_choice("cut", "length")], usage=paid), "reply", 0.0),
            (completion("  ", usage=paid), "unusable", 0.0),
        )
        return self._random.choice(ends)

    @staticmethod
    def _slow(asks: float | None, status: int, headers: dict[str, str]) -> Outcome:
        if asks is not None:
            headers["Retry-After"] = str(asks)
        return refusal(status, **headers), "slow", min(asks or 0.0, _LONGEST_ASKED)


def _choice(text: str | None, finish_reason: str) -> dict[str, object]:
    return {"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
