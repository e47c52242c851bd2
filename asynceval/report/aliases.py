"""Aliases: under which names and fingerprints a server answered for a model."""

from collections import Counter as Counts
from dataclasses import dataclass

from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Alias:
    """How many replies of a model came under one name and fingerprint, None where none was given.

    `asked` is the name that the model was asked by; the fingerprint is what the server says of the
    configuration that answered (OpenAI's `system_fingerprint`).
    """

    kind: str
    model: str
    asked: str
    name: str | None
    fingerprint: str | None
    n: int


class Names:
    """Counts the names in replies as they come; a reply without any counts for nothing."""

    def __init__(self, plan: Plan) -> None:
        """Start with nothing counted."""
        sweep = plan.sweep
        self._asked = {("answer", target.name): target.model for target in sweep.asked}
        self._asked |= {("judgment", judge.name): judge.model for judge in sweep.judges}
        self._counts: Counts[tuple[str, str, str | None, str | None]] = Counts()

    def add(self, outcome: Outcome) -> None:
        """Count the name and fingerprint under which one reply came."""
        cell, name, fingerprint = outcome.cell, outcome.answered_by, outcome.fingerprint
        if name is not None or fingerprint is not None:
            self._counts[cell.kind, cell.asked, name, fingerprint] += 1

    def aliases(self) -> tuple[Alias, ...]:
        """Return the counts by kind, model, name and fingerprint."""
        found = (
            Alias(kind, model, self._asked[kind, model], name, fingerprint, n)
            for (kind, model, name, fingerprint), n in self._counts.items()
        )
        return tuple(sorted(found, key=_order))


def _order(alias: Alias) -> tuple[str, str, str, str]:
    return alias.kind, alias.model, alias.name or "", alias.fingerprint or ""
