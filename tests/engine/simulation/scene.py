"""A scene: what a seed is about, drawn before anything happens."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from asynceval.domain.question import Question
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Target
from asynceval.protocol.conversation import Plan
from tests.engine.fakes import plan

PRICE = Price(1.0, 2.0)
Span = tuple[float, float]
How = Literal["whole", "stopped", "killed", "torn"]


@dataclass(frozen=True, slots=True)
class Habits:
    """What an endpoint's server does to its calls; times are seconds since a part's begin.

    `faults` is the share of attempts that fail; only if it is not `is_plain` can a fault change what is
    stored. From `dead_at` on every call is refused with `dead_status`, calls to the model `unknown` always.
    `most` in flight and `rpm` are limits that nobody wrote into the config; a refusal for them has a
    `Retry-After` of `asks` seconds. With `states_limits` the responses' headers tell of `rpm`.
    """

    latency: Span = (0.2, 3.0)
    faults: float = 0.0
    is_plain: bool = True
    outage: Span | None = None
    dead_at: float | None = None
    dead_status: int = 401
    unknown: str | None = None
    most: int | None = None
    rpm: int | None = None
    asks: float | None = None
    states_limits: bool = False


CALM = Habits()


@dataclass(frozen=True, slots=True)
class Part:
    """One run of several into one directory: how it ends and when, and when its disk is full."""

    how: How = "whole"
    at: float = 0.0
    disk_full: Span | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A sweep, its servers' habits by endpoint, and the parts in which it is run.

    After them comes one more with calm servers and without a budget, in which all comes to its end.
    """

    seed: int
    plan: Plan
    habits: dict[str, Habits]
    parts: tuple[Part, ...]

    @property
    def is_plain(self) -> bool:
        """Whether every reply that is stored is what a calm server would have said."""
        return all(habits.is_plain for habits in self.habits.values())


def scene(seed: int) -> Scene:
    """Draw the scene of a seed."""
    random = Random(seed)
    ends = tuple(_level([_endpoint(random, n) for n in range(random.randint(1, 3))]))
    sweep = _sweep(random, ends)
    habits = {end.name: _habits(random, sweep) for end in ends}
    if random.random() < 0.3:
        # All that is behind one roof goes down together.
        habits = {name: replace(each, outage=_outage(random)) for name, each in habits.items()}
    parts = [_part(random) for _ in range(random.choice([0, 0, 0, 1, 2]))]
    parts.append(replace(_part(random), how="whole"))
    return Scene(seed, sweep, habits, tuple(parts))


def _endpoint(random: Random, number: int) -> Endpoint:
    return Endpoint(
        f"e{number}",
        f"http://e{number}.test",
        account=random.choice([None, None, "shared"]),
        parallel=random.choice([1, 3, 8, 20, 20, "auto"]),
        rpm=random.choice([None, None, 60, 300]),
        tpm=random.choice([None, None, 30_000]),
        deadline=random.choice([1800, 1800, 60]),
    )


def _level(ends: list[Endpoint]) -> Iterator[Endpoint]:
    """Give the endpoints of one account the limits of the first of them."""
    first: dict[str, Endpoint] = {}
    for end in ends:
        lead = first.setdefault(end.gate, end)
        yield replace(end, parallel=lead.parallel, rpm=lead.rpm, tpm=lead.tpm)


def _sweep(random: Random, ends: tuple[Endpoint, ...]) -> Plan:
    """Draw a sweep in which many calls are equal: models share their names on the wire and their words."""
    targets = [
        Target(
            f"m{n}",
            random.choice(ends).name,
            f"w{random.randrange(2)}",
            max_tokens=random.choice([64, 300, 1024]),
            price=PRICE,
        )
        for n in range(random.randint(1, 4))
    ]
    budgets = [None, None, None, Budget(tokens=20_000), Budget(usd=0.02)]
    judges = [
        Judge(
            f"judge{n}",
            random.choice(ends).name,
            f"judge{n}",
            max_tokens=500,
            price=PRICE,
            repeats=random.choice([1, 1, 2]),
            budget=random.choice(budgets),
        )
        for n in range(random.choice([0, 1, 1, 2]))
    ]
    texts = random.choice([3, 100])
    questions = [
        Question(
            f"q{n}",
            random.choice(["writing", "stem"]),
            (f"First {n % texts}?", f"Second {n % texts}?"),
        )
        for n in range(random.choice([2, 6, 12, 20]))
    ]
    wanted = plan(
        questions,
        targets=targets,
        judges=judges,
        endpoints=ends,
        choices=random.choice([1, 1, 2]),
    )
    if random.random() < 0.25:
        budget = random.choice([Budget(tokens=3000), Budget(tokens=30_000), Budget(usd=0.03)])
        wanted = replace(wanted, sweep=replace(wanted.sweep, budget=budget))
    return wanted


def _habits(random: Random, wanted: Plan) -> Habits:
    habits = Habits(
        latency=random.choice([(0.2, 3.0), (0.2, 3.0), (0.05, 0.3)]),
        faults=random.choice([0.0, 0.05, 0.2, 0.5, 0.7]),
        is_plain=random.random() < 0.5,
        outage=_outage(random) if random.random() < 0.2 else None,
    )
    match random.randrange(8):
        case 0:
            return replace(
                habits, dead_at=random.uniform(0, 15), dead_status=random.choice([401, 402, 429])
            )
        case 1:
            return replace(habits, unknown=random.choice(wanted.sweep.targets).model)
        case 2:
            return replace(CALM, most=random.choice([1, 2, 5]), asks=random.choice([None, 1]))
        case 3:
            return replace(
                CALM,
                rpm=random.choice([30, 120]),
                asks=random.choice([None, 1, 5]),
                states_limits=random.random() < 0.5,
            )
    return habits


def _outage(random: Random) -> Span:
    start = random.uniform(1, 15)
    return start, start + random.choice([5, 30, 90])


def _part(random: Random) -> Part:
    full = None
    if random.random() < 0.15:
        start = random.uniform(0, 15)
        full = (start, start + random.choice([5, 20, 90]))
    hows: list[How] = ["stopped", "killed", "torn"]
    return Part(random.choice(hows), random.uniform(0, 30), full)
