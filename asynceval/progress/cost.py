"""The cost: what this run has taken so far, in words."""

from asynceval.domain.imported import IMPORTED
from asynceval.progress.tally import Tally, cost_of
from asynceval.progress.wording import dollars


def cost(tally: Tally) -> str | None:
    """Return what this run has cost, and what that does not include; None if no model has a price.

    What was imported is not asked, so that it costs nothing says nothing of those that are.
    """
    lanes = [lane for lane in tally.lanes if lane.lane.endpoint != IMPORTED.name]
    paid = cost_of(lanes)
    if paid is None:
        return None
    priced = [lane for lane in lanes if lane.lane.price is not None]
    is_more = any(lane.uncounted for lane in priced)
    is_more |= any(lane.calls for lane in lanes if lane.lane.price is None)
    amount = f"at least {dollars(paid)}" if is_more and paid else dollars(paid)
    if is_more and not paid:
        amount = "not known"
    unknown = len(lanes) - len(priced)
    return f"cost of this run: {amount}" + (f", {unknown:,} without a price" if unknown else "")
