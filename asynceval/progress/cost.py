"""The cost: what this run has taken so far, in words."""

from asynceval.progress.tally import Tally
from asynceval.progress.wording import dollars


def cost(tally: Tally) -> str | None:
    """Return what this run has cost, and what that does not include; None if no model has a price."""
    if tally.cost is None:
        return None
    priced = [lane for lane in tally.lanes if lane.lane.price is not None]
    least = "at least " if any(lane.uncounted for lane in priced) else ""
    unknown = len(tally.lanes) - len(priced)
    amount = f"cost of this run: {least}{dollars(tally.cost)}"
    return amount + (f", {unknown:,} without a price" if unknown else "")
