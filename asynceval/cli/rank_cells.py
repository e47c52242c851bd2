"""Ranks as cells of a table: a range of places, with a letter for each group."""

from asynceval.report.ranks import Rank

ALIKE = (
    "Models that share a letter cannot be told apart; a rank is a range where the data allow one."
)


def ranks_of(rank: Rank | None) -> str:
    """Return the range of ranks and the groups, such as "1-3 ab"; a dash where there are none."""
    if rank is None:
        return "-"
    return f"{rank.places} {rank.letters}"
