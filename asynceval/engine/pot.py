"""A pot: one budget, what of it is spent, and what calls that are open may still spend."""

from dataclasses import dataclass
from typing import Final

from asynceval.domain.sweep import Budget, Price

_PICO: Final = 10**12
"""Money is counted in whole trillionths of a dollar: sums of floats would leave a rest."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in trillionths of a dollar, and tokens."""

    money: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a token of a model costs, in trillionths of a dollar."""

    input: int = 0
    output: int = 0

    @classmethod
    def of(cls, price: Price) -> "Tariff":
        """Return a price as a tariff."""
        return cls(round(price.input * 1e6), round(price.output * 1e6))

    def amount(self, prompt: int, completion: int) -> Amount:
        """Return what these tokens come to."""
        return Amount(prompt * self.input + completion * self.output, prompt + completion)


class Pot:
    """The budget of a run, or of one judge. `refused` says which call was too much, once one was."""

    __slots__ = ("_held", "_most", "_name", "_spent", "judge", "refused")

    def __init__(self, judge: str | None, budget: Budget) -> None:
        """Start with nothing spent; `judge` is None for the run's."""
        self.judge = judge
        self.refused: str | None = None
        self._name = "the budget" if judge is None else f"the budget of judge {judge}"
        self._most = (None if budget.usd is None else round(budget.usd * _PICO), budget.tokens)
        self._spent = Amount(0, 0)
        self._held = Amount(0, 0)

    @property
    def needs_price(self) -> bool:
        """Whether it is about money."""
        return self._most[0] is not None

    def has_room(self, amount: Amount) -> bool:
        """Whether an amount fits beside all that is spent and all that is held for open calls."""
        money, tokens = self._most
        return (money is None or self._spent.money + self._held.money + amount.money <= money) and (
            tokens is None or self._spent.tokens + self._held.tokens + amount.tokens <= tokens
        )

    def has_hope(self, amount: Amount) -> bool:
        """Whether it would fit if the open calls came to cost nothing."""
        money, tokens = self._most
        return (money is None or self._spent.money + amount.money <= money) and (
            tokens is None or self._spent.tokens + amount.tokens <= tokens
        )

    def hold(self, amount: Amount) -> None:
        """Set an amount aside."""
        self._held = _sum(self._held, amount)

    def spend(self, amount: Amount, held: Amount | None = None) -> None:
        """Count an amount as spent, in place of what was held for it."""
        self._spent = _sum(self._spent, amount)
        if held is not None:
            self._held = Amount(self._held.money - held.money, self._held.tokens - held.tokens)

    def refuse(self, amount: Amount) -> None:
        """Note in a sentence that a call was too much; the first one says it for all."""
        if self.refused is not None:
            return
        (money, tokens), spent = self._most, self._spent
        if money is not None and spent.money + amount.money > money:
            self.refused = (
                f"{self._name} of {_usd(money)} USD is reached: {_usd(spent.money)} USD are spent, "
                f"and the next call may cost {_usd(amount.money)} USD"
            )
        else:
            self.refused = (
                f"{self._name} of {tokens} tokens is reached: {spent.tokens} are spent, "
                f"and the next call may take {amount.tokens}"
            )


def _sum(one: Amount, other: Amount) -> Amount:
    return Amount(one.money + other.money, one.tokens + other.tokens)


def _usd(money: int) -> str:
    """Return dollars with as many decimals as say something, six at most."""
    return f"{money / _PICO:.6f}".rstrip("0").rstrip(".")
