"""A lane's counts: what one target or one judge has got done."""

from dataclasses import dataclass, field

from asynceval.domain.events import Lane
from asynceval.progress.window import Window


@dataclass(slots=True, eq=False)
class LaneCount:
    """The counts of one lane. Tokens, calls and cost are this run's; stored cells cost nothing.

    `scores` and `score_sum` are of the scores a judge gave or a target received. `uncounted`
    calls came without a token count, so the cost is more than it says.
    """

    lane: Lane
    done: int = 0
    stored: int = 0
    failed: int = 0
    not_reached: int = 0
    retried: int = 0
    unparsed: int = 0
    calls: int = 0
    uncounted: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    scores: int = 0
    score_sum: float = 0.0
    _window: Window = field(default_factory=lambda: Window(10.0))

    @property
    def remaining(self) -> int:
        """Cells that may still be filled."""
        return max(0, self.lane.total - self.done - self.failed - self.not_reached)

    @property
    def tokens(self) -> int:
        """Tokens of this run, prompts and completions."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def mean(self) -> float | None:
        """The mean score so far."""
        return self.score_sum / self.scores if self.scores else None

    @property
    def cost(self) -> float | None:
        """US dollars paid in this run; None if the price is not known."""
        price = self.lane.price
        if price is None:
            return None
        return (self.prompt_tokens * price.input + self.completion_tokens * price.output) / 1e6

    def mark(self, seconds: float) -> None:
        """Note the counts at this second, so that rates can be told from them."""
        self._window.mark(seconds, self.calls, self.tokens)

    def restart(self, seconds: float) -> None:
        """Forget the speed so far: the seconds before this one say nothing about it."""
        self._window.restart(seconds, self.calls, self.tokens)

    def rates(self, seconds: float) -> tuple[float, float] | None:
        """Return calls and tokens a second over the last ten seconds; None at the very start."""
        return self._window.rates(seconds, self.calls, self.tokens)
