"""Budgets hold whatever calls come to and in whatever order they end; nobody waits for nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

import pytest
from anyio import CancelScope, create_task_group, sleep
from hypothesis import given, settings
from hypothesis import strategies as st

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Tokens, Usage
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Sweep, Target
from asynceval.engine.forecast import Expected
from asynceval.engine.purse import Purse, Reservation
from tests.virtual_time import run

P = ParamSpec("P")
DOLLAR = Price(1.0, 1.0)
"""A dollar for a million tokens."""
FIRST, LATER = Cell("q", "math", 1, "m"), Cell("q", "math", 2, "m")
JUDGMENT, OTHER = replace(FIRST, judge="j"), replace(FIRST, judge="k")


def sweep(
    budget: Budget | None = None,
    own: Budget | None = None,
    price: Price | None = DOLLAR,
) -> Sweep:
    """Return a sweep of one model and two judges, the first with a budget of its `own`."""
    return Sweep(
        "s",
        (Endpoint("e", "http://127.0.0.1:1"),),
        (Target("m", "e", "m", price=price),),
        (
            Judge("j", "e", "j", price=price, budget=own),
            Judge("k", "e", "k", price=price),
        ),
        budget=budget,
    )


def worst(prompt: int, completion: int = 0) -> Expected:
    """Return what a call takes at the worst."""
    return Expected(1, 1, 1, Tokens(prompt, completion))


def purse(
    usd: float | None = None, tokens: int | None = None, *, own: Budget | None = None
) -> Purse:
    """Return a fresh purse; a token costs a millionth of a dollar."""
    budget = None if usd is None and tokens is None else Budget(usd, tokens)
    return Purse(sweep(budget, own), {})


async def taken(of: Purse, size: int, cell: Cell = FIRST) -> Reservation:
    """Reserve what must fit."""
    reservation = await of.reserve(cell, worst(size))
    assert reservation is not None
    return reservation


def on_virtual_time(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Run a test's coroutine; a call that waits for ever is an error there."""

    @wraps(test)
    def wrapped(*arguments: P.args, **named: P.kwargs) -> None:
        run(lambda: test(*arguments, **named))

    return wrapped


def test_without_a_budget_there_is_nothing_to_reserve() -> None:
    """A sweep without budgets says so, and one with any does not."""
    assert purse().is_open_ended
    assert not purse(usd=1).is_open_ended
    assert not purse(tokens=1).is_open_ended
    assert not purse(own=Budget(usd=1)).is_open_ended


@pytest.mark.parametrize("budget", [{"usd": 100e-6}, {"tokens": 100}])
@on_virtual_time
async def test_a_call_that_cannot_fit_is_refused(budget: dict[str, float]) -> None:
    """With nothing outstanding, a worst case above what is left is refused, and said why."""
    spender = Purse(sweep(Budget(**budget)), {})  # type: ignore[arg-type]
    spender.settle(await taken(spender, 60), Usage(50, 0), maybe_paid=True)
    assert await spender.reserve(FIRST, worst(51)) is None
    ((judge, said),) = spender.reached
    assert judge is None
    assert said == spender.refusal(FIRST)
    assert said.startswith("the budget of ")
    assert "is reached" in said
    assert await spender.reserve(FIRST, worst(50)) is not None


@on_virtual_time
async def test_a_call_waits_for_what_open_calls_may_leave() -> None:
    """While a reservation is open, what does not fit beside it waits, and goes once it fits."""
    spender = purse(tokens=100)
    first = await taken(spender, 80)
    landed: list[bool] = []

    async def second() -> None:
        landed.append(await spender.reserve(FIRST, worst(50)) is not None)

    async with create_task_group() as tasks:
        tasks.start_soon(second)
        await sleep(1)
        assert (landed, spender.waiting) == ([], 1)
        spender.settle(first, Usage(40, 10), maybe_paid=True)
        await sleep(1)
        assert (landed, spender.waiting) == ([True], 0)


@on_virtual_time
async def test_a_call_that_waits_in_vain_is_refused() -> None:
    """When what open calls leave is too little, those who wait hear it at once."""
    spender = purse(tokens=100)
    first = await taken(spender, 80)
    async with create_task_group() as tasks:
        tasks.start_soon(_refused, spender, worst(50))
        await sleep(1)
        spender.settle(first, Usage(70, 0), maybe_paid=True)
        await sleep(1)
        assert spender.waiting == 0
        assert spender.reached


async def _refused(spender: Purse, expected: Expected) -> None:
    assert await spender.reserve(FIRST, expected) is None


@on_virtual_time
async def test_who_can_never_fit_does_not_queue() -> None:
    """A call above all that is left is refused at once, however many wait before it."""
    spender = purse(tokens=100)
    await taken(spender, 80)
    async with create_task_group() as tasks:
        tasks.start_soon(spender.reserve, FIRST, worst(50))
        await sleep(1)
        assert await spender.reserve(FIRST, worst(101)) is None
        assert spender.waiting == 1
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("usage", "maybe_paid", "left"),
    [
        (Usage(10, 20), True, 70),
        (Usage(10, None), True, 50),
        (Usage(None, 20), True, 30),
        (Usage(), True, 10),
        (None, True, 10),
        (None, False, 100),
    ],
)
@on_virtual_time
async def test_a_call_settles_for_what_is_known(
    usage: Usage | None, maybe_paid: bool, left: int
) -> None:
    """Tokens that are counted count; the worst case stands for those that are not, if any were paid."""
    spender = purse(tokens=100)
    reservation = await spender.reserve(FIRST, worst(50, 40))
    assert reservation is not None
    spender.settle(reservation, usage, maybe_paid=maybe_paid)
    assert await spender.reserve(FIRST, worst(left + 1)) is None
    assert await spender.reserve(FIRST, worst(left)) is not None


@on_virtual_time
async def test_a_reservation_is_settled_once() -> None:
    """Settling twice would give money back twice."""
    spender = purse(tokens=100)
    reservation = await taken(spender, 50)
    spender.settle(reservation, None, maybe_paid=False)
    with pytest.raises(ValueError, match="once"):
        spender.settle(reservation, None, maybe_paid=False)


@on_virtual_time
async def test_a_judges_budget_is_for_its_judgments_alone() -> None:
    """When one judge has spent its own budget, answers and other judges go on."""
    spender = purse(tokens=1000, own=Budget(tokens=100))
    await taken(spender, 90, JUDGMENT)
    spender.settle(await taken(spender, 10, JUDGMENT), Usage(10, 0), maybe_paid=True)
    assert await spender.reserve(JUDGMENT, worst(100)) is None
    await taken(spender, 500)
    await taken(spender, 200, OTHER)
    ((judge, said),) = spender.reached
    assert judge == "j"
    assert said.startswith("the budget of judge j of 100 tokens is reached")
    assert spender.refusal(JUDGMENT) == said
    assert spender.refusal(FIRST) != said


@on_virtual_time
async def test_a_judge_that_waits_for_its_own_budget_holds_up_nobody_else() -> None:
    """Only who lacks room in the run's budget stands before all others."""
    spender = purse(tokens=1000, own=Budget(tokens=100))
    await taken(spender, 90, JUDGMENT)
    async with create_task_group() as tasks:
        tasks.start_soon(spender.reserve, JUDGMENT, worst(20))
        await sleep(1)
        assert spender.waiting == 1
        await taken(spender, 500)
        tasks.cancel_scope.cancel()


@on_virtual_time
async def test_the_runs_budget_holds_for_judges_too() -> None:
    """A judgment draws on the judge's budget and on the run's."""
    spender = purse(tokens=100, own=Budget(tokens=1000))
    spender.settle(await taken(spender, 80, JUDGMENT), Usage(80, 0), maybe_paid=True)
    assert await spender.reserve(FIRST, worst(30)) is None
    assert await spender.reserve(JUDGMENT, worst(30)) is None
    assert [judge for judge, _ in spender.reached] == [None]


@on_virtual_time
async def test_conversations_that_have_begun_go_first() -> None:
    """Of those who wait, later turns and judgments get what is left before a first turn does."""
    spender = purse(tokens=100)
    first = await taken(spender, 100)
    order: list[Cell] = []

    async def wait(cell: Cell) -> None:
        reservation = await spender.reserve(cell, worst(100))
        assert reservation is not None
        order.append(cell)
        spender.settle(reservation, None, maybe_paid=False)

    async with create_task_group() as tasks:
        for cell in (FIRST, LATER, JUDGMENT):
            tasks.start_soon(wait, cell)
            await sleep(1)
        spender.settle(first, None, maybe_paid=False)
    assert order == [LATER, JUDGMENT, FIRST]


@on_virtual_time
async def test_new_conversations_go_target_by_target() -> None:
    """However early one target lined up all of its own, the others' first ones go before the rest."""
    several = sweep(Budget(tokens=100))
    one, two = several.targets[0], replace(several.targets[0], name="n")
    spender = Purse(replace(several, targets=(one, two)), {})
    first = await taken(spender, 100)
    order: list[str] = []

    async def wait(cell: Cell) -> None:
        reservation = await spender.reserve(cell, worst(100))
        assert reservation is not None
        order.append(cell.target)
        spender.settle(reservation, None, maybe_paid=False)

    async with create_task_group() as tasks:
        for target in ("m", "m", "n", "n"):
            tasks.start_soon(wait, replace(FIRST, target=target))
            await sleep(1)
        spender.settle(first, None, maybe_paid=False)
    assert order == ["n", "m", "n", "m"]


@on_virtual_time
async def test_a_large_call_is_not_overtaken_for_ever() -> None:
    """Who comes later waits behind who has no room yet, even where it would fit itself."""
    spender = purse(tokens=100)
    first, second = await taken(spender, 40), await taken(spender, 40)
    order: list[int] = []

    async def wait(size: int) -> None:
        reservation = await spender.reserve(FIRST, worst(size))
        assert reservation is not None
        order.append(size)
        spender.settle(reservation, None, maybe_paid=False)

    async with create_task_group() as tasks:
        tasks.start_soon(wait, 90)
        await sleep(1)
        tasks.start_soon(wait, 10)
        await sleep(1)
        assert order == []
        for reservation in (first, second):
            spender.settle(reservation, None, maybe_paid=False)
    assert order == [90, 10]


@on_virtual_time
async def test_what_was_spent_before_counts() -> None:
    """Earlier runs of the directory count for the run's budget and the judge's, at today's prices."""
    asked = sweep(Budget(usd=100e-6), Budget(usd=60e-6))
    spender = Purse(asked, {("answer", "m"): Tokens(20, 10), ("judgment", "j"): Tokens(30, 10)})
    assert await spender.reserve(FIRST, worst(31)) is None
    assert await spender.reserve(JUDGMENT, worst(21)) is None
    assert await spender.reserve(JUDGMENT, worst(20)) is not None


@on_virtual_time
async def test_a_model_that_left_the_sweep_counts_with_its_tokens() -> None:
    """Its price is not known any more; its tokens are."""
    spender = Purse(sweep(Budget(1.0, 100)), {("answer", "gone"): Tokens(30, 30)})
    assert await spender.reserve(FIRST, worst(41)) is None
    assert await spender.reserve(FIRST, worst(40)) is not None


def test_a_budget_in_dollars_needs_prices() -> None:
    """Nothing is reserved at an unknown price; tokens need none."""
    with pytest.raises(ValueError, match="price of m"):
        Purse(sweep(Budget(usd=1), price=None), {})
    with pytest.raises(ValueError, match="price of j"):
        Purse(sweep(own=Budget(usd=1), price=None), {})
    Purse(sweep(Budget(tokens=1), price=None), {})


@on_virtual_time
async def test_a_reached_budget_is_told_in_dollars() -> None:
    """The sentence has the budget, what is spent, and what the next call may cost."""
    spender = Purse(
        sweep(Budget(usd=10), price=Price(2.5, 10)), {("answer", "m"): Tokens(0, 999_990)}
    )
    assert await spender.reserve(FIRST, worst(1000, 1024)) is None
    assert spender.refusal(FIRST) == (
        "the budget of 10 USD is reached: 9.9999 USD are spent, "
        "and the next call may cost 0.01274 USD"
    )


@on_virtual_time
async def test_free_models_fit_any_budget() -> None:
    """A price of nothing is a price."""
    spender = Purse(sweep(Budget(usd=1e-6), price=Price(0, 0)), {})
    for _ in range(100):
        await taken(spender, 10**9)


@on_virtual_time
async def test_a_cancelled_waiter_leaves_nothing_behind() -> None:
    """It is no longer counted, and those behind it move up."""
    spender = purse(tokens=100)
    await taken(spender, 50)
    scope = CancelScope()

    async def large() -> None:
        with scope:
            await spender.reserve(FIRST, worst(90))

    async with create_task_group() as tasks:
        tasks.start_soon(large)
        await sleep(1)
        tasks.start_soon(taken, spender, 50)
        await sleep(1)
        assert spender.waiting == 2
        scope.cancel()
        await sleep(1)
        assert spender.waiting == 0


@on_virtual_time
async def test_a_grant_that_meets_a_cancellation_goes_back() -> None:
    """What was granted to a call that had just been cancelled is free again."""
    spender = purse(tokens=100)
    first = await taken(spender, 100)
    scope = CancelScope()

    async def waiter() -> None:
        with scope:
            await spender.reserve(FIRST, worst(100))

    async with create_task_group() as tasks:
        tasks.start_soon(waiter)
        await sleep(1)
        scope.cancel()
        spender.settle(first, None, maybe_paid=False)
    await taken(spender, 100)


@on_virtual_time
async def test_closing_sends_everybody_away() -> None:
    """After a stop nobody waits and nobody is let in; what is open still settles."""
    spender = purse(tokens=100)
    first = await taken(spender, 80)
    async with create_task_group() as tasks:
        tasks.start_soon(_refused, spender, worst(50))
        await sleep(1)
        spender.close()
    assert await spender.reserve(FIRST, worst(1)) is None
    spender.settle(first, Usage(1, 1), maybe_paid=True)
    assert (spender.waiting, spender.reached) == (0, ())


@on_virtual_time
async def test_who_has_a_place_takes_its_money_in_its_turn() -> None:
    """Taking does not wait: it fails where there is no room, and where others were there before."""
    spender = purse(tokens=100)
    first = spender.take(FIRST, worst(60))
    assert first is not None
    assert spender.take(FIRST, worst(41)) is None
    async with create_task_group() as tasks:
        tasks.start_soon(taken, spender, 70)
        await sleep(1)
        assert spender.take(FIRST, worst(10)) is None
        assert spender.take(LATER, worst(10)) is not None, "a conversation has begun"
        assert spender.waiting == 1
        spender.settle(first, Usage(10, 0), maybe_paid=True)
    assert (spender.waiting, spender.take(FIRST, worst(11))) == (0, None)


CALLS = st.lists(
    st.tuples(
        st.sampled_from([FIRST, LATER, JUDGMENT, OTHER]),
        st.integers(0, 60),  # the worst case
        st.sampled_from(["reply", "uncounted", "paid failure", "failure", "cancelled"]),
        st.floats(0, 1),  # the share of the worst case that it takes
        st.integers(0, 9),  # when it is asked
        st.integers(0, 9),  # how long it takes
    ),
    max_size=30,
)


@settings(deadline=None)
@given(
    CALLS,
    st.sampled_from([(200e-6, None), (None, 200), (150e-6, 180)]),
    st.sampled_from([None, Budget(tokens=80), Budget(usd=70e-6)]),
)
@on_virtual_time
async def test_no_budget_is_exceeded_and_nobody_waits_for_ever(
    calls: list[tuple[Cell, int, str, float, int, int]],
    most: tuple[float | None, int | None],
    own: Budget | None,
) -> None:
    """Spent and reserved stay within each budget at every moment, in any order of endings.

    The ledger is the test's own. A refused call did not fit into what was left by then.
    """
    limits = (most[1], None if most[0] is None else round(most[0] * 1e6))
    limit = min(limit for limit in limits if limit is not None)
    own_limit = None if own is None else (own.tokens or round((own.usd or 0) * 1e6))
    spender = Purse(sweep(Budget(*most), own), {})
    spent = {"run": 0, "j": 0}
    held = {"run": 0, "j": 0}

    def pots(cell: Cell) -> list[tuple[str, int]]:
        found = [("run", limit)]
        if cell.judge == "j" and own_limit is not None:
            found.append(("j", own_limit))
        return found

    async def make(cell: Cell, size: int, end: str, share: float, start: int, seconds: int) -> None:
        await sleep(start)
        reservation = None
        with CancelScope() as scope:
            if end == "cancelled":
                scope.deadline = start + seconds + 0.5
            reservation = await spender.reserve(cell, worst(size))
            if reservation is None:
                assert any(spent[pot] + size > most for pot, most in pots(cell))
                return
            for pot, its_most in pots(cell):
                held[pot] += size
                assert spent[pot] + held[pot] <= its_most
        if reservation is None:
            return
        await sleep(seconds)
        used = {"reply": int(share * size), "failure": 0, "cancelled": 0}.get(end, size)
        usage = {"reply": Usage(used, 0), "uncounted": Usage()}.get(end)
        for pot, _ in pots(cell):
            held[pot] -= size
            spent[pot] += used
        spender.settle(reservation, usage, maybe_paid=end == "paid failure")

    async with create_task_group() as tasks:
        for arguments in calls:
            tasks.start_soon(make, *arguments)
    assert spender.waiting == 0
    assert held == {"run": 0, "j": 0}


@on_virtual_time
async def test_who_looks_first_and_then_waits_is_counted_once() -> None:
    """A call that finds no room and comes back to wait has one place in line, not two."""
    several = sweep(Budget(tokens=100))
    one, two = several.targets[0], replace(several.targets[0], name="n")
    spender = Purse(replace(several, targets=(one, two)), {})
    first = await taken(spender, 100, LATER)
    order: list[str] = []

    async def wait(target: str, looks: int) -> None:
        cell = replace(FIRST, target=target)
        for _ in range(looks):
            assert spender.take(cell, worst(100)) is None
        reservation = await spender.reserve(cell, worst(100))
        assert reservation is not None
        order.append(target)
        spender.settle(reservation, None, maybe_paid=False)

    async with create_task_group() as tasks:
        for target, looks in (("n", 0), ("n", 0), ("m", 3), ("m", 3)):
            tasks.start_soon(wait, target, looks)
            await sleep(1)
        spender.settle(first, None, maybe_paid=False)
    assert order == ["n", "m", "n", "m"]
