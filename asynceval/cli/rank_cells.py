"""Ranks as cells of a table: a range of places, with a letter for each group."""

from string import ascii_lowercase

from asynceval.report.ranks import Rank

ALIKE = (
    "Models that share a letter cannot be told apart; a rank is a range where the data allow one."
)


def ranks_of(rank: Rank | None) -> str:
    """Return the range of ranks and the groups, such as "1-3 ab"; a dash where there are none."""
    if rank is None:
        return "-"
    places = str(rank.best) if rank.best == rank.worst else f"{rank.best}–{rank.worst}"
    return f"{places} {_letters(rank.groups)}"


def _letters(groups: tuple[int, ...]) -> str:
    """Return a letter for each group; a range of many, and numbers where letters do not suffice."""
    is_lettered = max(groups) <= len(ascii_lowercase)
    names = [ascii_lowercase[n - 1] if is_lettered else str(n) for n in groups]
    if len(names) == 1:
        return names[0]
    return "".join(names) if is_lettered and len(names) < 4 else f"{names[0]}–{names[-1]}"
