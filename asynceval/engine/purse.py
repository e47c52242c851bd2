"""The purse: the budgets of a run and of its judges, never overspent by calls that run at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from anyio import Event

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Tokens, Usage
from asynceval.domain.sweep import Judge, Sweep, Target
from asynceval.engine.forecast import Expected
from asynceval.engine.pot import Amount, Pot, Tariff

Spent = Mapping[tuple[str, str], Tokens]
"""Tokens by kind of cell ("answer" or "judgment") and model."""


@dataclass(slots=True, eq=False)
class Reservation:
    """The worst case of one call, set aside in each pot it draws on until it is settled."""

    pots: tuple[Pot, ...]
    tariff: Tariff
    worst: Tokens
    held: Amount
    is_open: bool = True

    def take(self) -> bool:
        """Set the amount aside, if there is room for it in every pot."""
        if not all(pot.has_room(self.held) for pot in self.pots):
            return False
        for pot in self.pots:
            pot.hold(self.held)
        return True

    def is_hopeless(self) -> bool:
        """Whether it will never fit; the pot that it is too much for notes that."""
        for pot in self.pots:
            if not pot.has_hope(self.held):
                pot.refuse(self.held)
                return True
        return False


@dataclass(slots=True, eq=False)
class _Waiter:
    """A call that waits for open calls to leave some of what is set aside for them."""

    rank: tuple[bool, int, int]
    wanted: Reservation
    decided: Event = field(default_factory=Event)
    is_granted: bool = False
    is_gone: bool = False

    def __lt__(self, other: "_Waiter") -> bool:
        return self.rank < other.rank


class Purse:
    """Lets a call go out only if its worst case fits into every budget that it draws on.

    So no budget is exceeded while no call takes more than its worst case. Budgets are for the run
    directory: what was spent on earlier runs counts, at today's prices; only models that the sweep
    no longer has count with their tokens alone. A call that does not fit waits while open calls may
    leave enough; calls of conversations that have begun go first, and new ones target by target in
    turn, so that a small budget is spent on all of them alike. `is_open_ended` says that there
    is no budget at all, so that nothing needs to be reserved; `waiting` is how many calls wait.
    """

    def __init__(self, sweep: Sweep, spent: Spent) -> None:
        """Open with what is spent already. ValueError if a budget in dollars lacks a price."""
        self._run = () if sweep.budget is None else (Pot(None, sweep.budget),)
        # For each model: the pots that its calls draw on, and what they cost.
        self._known: dict[tuple[str, str], tuple[tuple[Pot, ...], Tariff]] = {}
        for target in sweep.asked:
            self._known["answer", target.name] = (self._run, _tariff(target, self._run))
        for judge in sweep.judges:
            own = () if judge.budget is None else (Pot(judge.name, judge.budget),)
            pots = (*own, *self._run)
            self._known["judgment", judge.name] = (pots, _tariff(judge, pots))
        for model, tokens in spent.items():
            pots, tariff = self._known.get(model, (self._run, Tariff()))
            for pot in pots:
                pot.spend(tariff.amount(*tokens))
        self.is_open_ended = not any(pots for pots, _ in self._known.values())
        self._queues: dict[tuple[Pot, ...], list[_Waiter]] = {}
        self._tickets = 0
        # By target: the conversations that have their money, or stand in line for it.
        self._begun: Counter[str] = Counter()
        self._is_closed = False
        self.waiting = 0

    @property
    def reached(self) -> tuple[tuple[str | None, str], ...]:
        """The budgets for which a call was too much: the judge, None for the run's, and a sentence."""
        pots = dict.fromkeys(pot for pots, _ in self._known.values() for pot in pots)
        return tuple((pot.judge, pot.refused) for pot in pots if pot.refused is not None)

    def refusal(self, cell: Cell) -> str:
        """Say why a call for this cell was refused."""
        pots, _ = self._known[cell.kind, cell.asked]
        told = [pot.refused for pot in pots if pot.refused is not None]
        return told[0] if told else "the run was stopped"

    async def reserve(self, cell: Cell, expected: Expected) -> Reservation | None:
        """Set a call's worst case aside; None if it will never fit, or the purse is closed.

        Waits while it might fit once open calls are settled.
        """
        wanted = self._wanted(cell, expected)
        if wanted is None or self._is_free(cell, wanted):
            return wanted
        waiter = self._line_up(cell, wanted)
        try:
            if not waiter.decided.is_set():
                await waiter.decided.wait()
        except BaseException:
            self._withdraw(waiter)
            raise
        return wanted if waiter.is_granted else None

    def take(self, cell: Cell, expected: Expected) -> Reservation | None:
        """Set a call's worst case aside; None if it is not its turn, or does not fit now."""
        wanted = self._wanted(cell, expected)
        if wanted is None or self._is_free(cell, wanted):
            return wanted
        if self.waiting:
            waiter = self._line_up(cell, wanted)
            if waiter.is_granted:
                return wanted
            self._begun[cell.target] -= waiter.rank[0]
            self._withdraw(waiter)
        return None

    def settle(self, reservation: Reservation, usage: Usage | None, *, maybe_paid: bool) -> None:
        """Turn a reservation into what was spent, and let those who wait look again.

        `usage` is that of a reply, None for a failed attempt, which costs nothing unless the server
        may have charged for it. What is not known counts as the worst case: a budget is a promise.
        ValueError if it is settled already.
        """
        if not reservation.is_open:
            raise ValueError("a reservation is settled once")
        reservation.is_open = False
        prompt, completion = reservation.worst
        if usage is not None:
            prompt = prompt if usage.prompt_tokens is None else usage.prompt_tokens
            completion = completion if usage.completion_tokens is None else usage.completion_tokens
        elif not maybe_paid:
            prompt = completion = 0
        amount = reservation.tariff.amount(prompt, completion)
        for pot in reservation.pots:
            pot.spend(amount, reservation.held)
        if self.waiting:
            self._admit()

    def close(self) -> None:
        """Send away all who wait, and whoever comes from now on."""
        self._is_closed = True
        for queue in self._queues.values():
            while queue:
                self._decide(heappop(queue), is_granted=False)

    def _wanted(self, cell: Cell, expected: Expected) -> Reservation | None:
        """Return what is to be set aside for a call; None if it will never fit."""
        pots, tariff = self._known[cell.kind, cell.asked]
        wanted = Reservation(pots, tariff, expected.worst, tariff.amount(*expected.worst))
        return None if self._is_closed or wanted.is_hopeless() else wanted

    def _is_free(self, cell: Cell, wanted: Reservation) -> bool:
        """Set it aside, if nobody waits and there is room for it."""
        is_free = not self.waiting and wanted.take()
        if is_free:
            self._place(cell)
        return is_free

    def _place(self, cell: Cell) -> int:
        """Return the place of a new conversation among those of its target, 0 for all other calls."""
        if cell.judge is not None or cell.turn > 1:
            return 0
        self._begun[cell.target] += 1
        return self._begun[cell.target]

    def _line_up(self, cell: Cell, wanted: Reservation) -> _Waiter:
        """Let a call wait behind those of its rank."""
        self._tickets += 1
        place = self._place(cell)
        waiter = _Waiter((place > 0, place, self._tickets), wanted)
        heappush(self._queues.setdefault(wanted.pots, []), waiter)
        self.waiting += 1
        self._admit()
        return waiter

    def _withdraw(self, waiter: _Waiter) -> None:
        """Forget a waiter that was cancelled; what it was granted meanwhile goes back."""
        if waiter.is_granted:
            self.settle(waiter.wanted, None, maybe_paid=False)
        elif not waiter.decided.is_set():
            waiter.is_gone = True
            self.waiting -= 1
            self._admit()

    def _admit(self) -> None:
        """Decide about those who wait, the first in rank first, as far as it can be told now.

        Who lacks room in the run's budget holds up all; who lacks it in a judge's, that judge alone.
        """
        for queue in self._queues.values():
            _drop_gone(queue)
        queues = [queue for queue in self._queues.values() if queue]
        while queues:
            queue = min(queues, key=_first)
            wanted = queue[0].wanted
            if wanted.is_hopeless():
                self._decide(heappop(queue), is_granted=False)
            elif wanted.take():
                self._decide(heappop(queue), is_granted=True)
            elif all(pot.has_room(wanted.held) for pot in self._run):
                queues.remove(queue)
                continue
            else:
                return
            _drop_gone(queue)
            if not queue:
                queues.remove(queue)

    def _decide(self, waiter: _Waiter, *, is_granted: bool) -> None:
        if not waiter.is_gone:
            waiter.is_granted = is_granted
            waiter.decided.set()
            self.waiting -= 1


def _first(queue: list[_Waiter]) -> _Waiter:
    return queue[0]


def _drop_gone(queue: list[_Waiter]) -> None:
    while queue and queue[0].is_gone:
        heappop(queue)


def _tariff(model: Target | Judge, pots: tuple[Pot, ...]) -> Tariff:
    if model.price is not None:
        return Tariff.of(model.price)
    if any(pot.needs_price for pot in pots):
        raise ValueError(f"a budget in dollars needs the price of {model.name}")
    return Tariff()
