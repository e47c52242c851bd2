"""Connectivity: which models the games tie together."""

import numpy as np

from asynceval.stats.arrays import Bools, Floats, Ints


def strong_components(wins: Floats) -> Ints:
    """Return a number for each model; two share it if each is reached from the other by wins.

    `wins` is how often each model (row) beat each other, ties counting both ways. Ratings are finite
    within such a component only (Ford 1957), so one component is what a Bradley-Terry fit needs.
    """
    reach = _reach(wins > 0)
    return _numbers(reach & reach.T)


def islands(wins: Floats) -> Ints:
    """Return a number for each model; two share it if any chain of games leads from one to the other."""
    met = wins > 0
    return _numbers(_reach(met | met.T))


def _reach(steps: Bools) -> Bools:
    """Return what can be reached in any number of steps, none included, by squaring."""
    reach: Bools = steps | np.eye(len(steps), dtype=np.bool_)
    while True:
        counts = reach.astype(np.float32)
        further: Bools = counts @ counts > 0
        if (further == reach).all():
            return reach
        reach = further


def _numbers(same: Bools) -> Ints:
    """Return for each row the first that it is the same as."""
    return np.asarray(same.argmax(axis=1), dtype=np.intp)
