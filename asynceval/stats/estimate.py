"""An estimate: a number with what is known about its uncertainty."""

from dataclasses import dataclass, replace

from asynceval.stats.student import t_quantile


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was estimated from `n` observations.

    `se` is its standard error and `interval` its 95 % interval, in the unit of `value`; both are None
    where they are not defined. `method` says in a few words how they were found. `dropped` counts the
    observations that could not be used, and `seed` repeats what was drawn by chance.
    """

    value: float
    n: int
    se: float | None
    interval: tuple[float, float] | None
    method: str
    dropped: int = 0
    seed: int | None = None

    def within(self, low: float, high: float) -> "Estimate":
        """Return it with its interval cut to what its value can be."""
        if self.interval is None:
            return self
        ends = max(low, self.interval[0]), min(high, self.interval[1])
        return replace(self, interval=ends)


def by_question(
    value: float, n: int, se: float | None, questions: int, method: str, dropped: int = 0
) -> Estimate:
    """Return an estimate whose standard error rests on so many independent questions.

    The interval is value +- t SE, with Student's t for one degree of freedom less than there are
    questions, so that few questions claim little. Fewer than two have neither error nor interval. Nor has
    what does not vary at all an interval: that nothing varied in these questions makes nothing certain.
    """
    if se is None or questions < 2:
        return Estimate(value, n, None, None, method, dropped)
    if is_nothing(se, value):
        return Estimate(value, n, 0.0, None, method, dropped)
    reach = t_quantile(questions - 1) * se
    return Estimate(value, n, se, (value - reach, value + reach), method, dropped)


def is_nothing(se: float, value: float) -> bool:
    """Whether a standard error is 0 on paper: sums of equal numbers may differ in their last digit."""
    return se <= 1e-12 * max(1.0, abs(value))
