"""Spending: what the calls of each model took, each call counted once however many cells share it."""

from array import array
from collections import defaultdict
from dataclasses import dataclass

from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Price
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Spending:
    """What one model's calls took; `usd` is None when its price or some call's tokens are unknown.

    `uncounted` is for how many of the calls the server did not say all tokens; `reasoning_tokens` are
    those of the completions that were told to be thinking.
    """

    kind: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    uncounted: int
    usd: float | None
    reasoning_tokens: int = 0


class Bill:
    """Gathers the usage of outcomes as they come, in any order.

    What was imported is left out: it was paid for elsewhere, and nobody knows how much.
    """

    def __init__(self, plan: Plan) -> None:
        """Start with nothing spent."""
        self._plan = plan
        self._calls: defaultdict[tuple[str, str], _Calls] = defaultdict(_Calls)
        sweep = plan.sweep
        self._imported = {("answer", its.name) for its in sweep.asked if sweep.is_imported(its)}
        self._imported |= {("judgment", its.name) for its in sweep.judges if sweep.is_imported(its)}

    def add(self, outcome: Outcome) -> None:
        """Gather the replies of a cell; equal calls are told by their key."""
        who = outcome.cell.kind, outcome.cell.asked
        if who in self._imported:
            return
        calls = self._calls[who]
        for key, usage in outcome.before:
            calls.add(key, usage)
        if outcome.usage is not None:
            calls.add(outcome.key, outcome.usage)

    def spending(self) -> tuple[Spending, ...]:
        """Return what each model took, by kind and name."""
        return tuple(
            calls.spending(kind, model, self._price(kind, model))
            for (kind, model), calls in sorted(self._calls.items())
        )

    def _price(self, kind: str, model: str) -> Price | None:
        sweep = self._plan.sweep
        asked = sweep.asked if kind == "answer" else sweep.judges
        return next((item.price for item in asked if item.name == model), None)


class _Calls:
    """The calls of one model in columns: 21 bytes a call, more from a call of 2^32 tokens on.

    Which of them are equal is found out at the end, so that nothing but columns grows meanwhile.
    """

    def __init__(self) -> None:
        self._heads = array("Q")
        # Tokens in prompts, in completions, and in thinking.
        self._columns = [array("I") for _ in range(3)]
        self._is_counted = array("B")

    def add(self, key: bytes | None, usage: Usage) -> None:
        self._heads.append(len(self._heads) if key is None else int.from_bytes(key[:8]))
        prompt, completion, reasoning = (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.reasoning_tokens,
        )
        self._append(0, prompt or 0)
        self._append(1, completion or 0)
        self._append(2, reasoning or 0)
        self._is_counted.append(prompt is not None and completion is not None)

    def _append(self, place: int, tokens: int) -> None:
        try:
            self._columns[place].append(tokens)
        except OverflowError:
            self._columns[place] = array("Q", self._columns[place])
            self._columns[place].append(tokens)

    def spending(self, kind: str, model: str, price: Price | None) -> Spending:
        columns = (self._heads, *self._columns, self._is_counted)
        calls = {head: row for head, *row in zip(*columns, strict=True)}
        prompt, completion, reasoning, counted = map(sum, zip(*calls.values(), strict=True))
        uncounted = len(calls) - counted
        usd = None if price is None or uncounted else _usd(price, prompt, completion)
        return Spending(kind, model, len(calls), prompt, completion, uncounted, usd, reasoning)


def _usd(price: Price, prompt: int, completion: int) -> float:
    return (prompt * price.input + completion * price.output) / 1e6
