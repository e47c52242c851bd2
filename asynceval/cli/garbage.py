"""Garbage: how often Python's cyclic collector looks for it."""

import gc


def rest() -> None:
    """Let the cyclic collector run seldom: with much in memory each pass costs much.

    Next to nothing in a run or a report forms cycles, so there is little to find.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
