"""What is missing of a run and why, as a table on a terminal: a row for each model and judge."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from asynceval.cli.names import fitted
from asynceval.domain.text import counted
from asynceval.report.summary import Failures

_LEAST = 20


def table(failures: Iterable[Failures], width: int) -> Table | None:
    """Return who lacks how many answers or verdicts, and for which causes; None if nothing is missing.

    Judgments that a missing answer takes with it stand beside that answer, without causes of their own.
    """
    rows: defaultdict[tuple[str, str], Counts[str]] = defaultdict(Counts)
    lost: Counts[str] = Counts()
    for its in failures:
        if its.kind == "lost judgment":
            lost[its.model] += its.n
        else:
            rows["answer" if its.kind == "answer" else "judgment", its.model][its.cause] += its.n
    for model in lost:
        rows.setdefault(("answer", model), Counts())
    if not rows:
        return None
    names = fitted((model for _, model in rows), max(_LEAST, width // 3))
    made = Table(box=SIMPLE_HEAD)
    made.add_column("missing", no_wrap=True)
    made.add_column("of", no_wrap=True)
    if lost:
        made.add_column("judgments\nlost with it", justify="right", no_wrap=True)
    made.add_column("why", overflow="fold")
    for (kind, model), causes in sorted(rows.items()):
        is_mixed = len(causes) > 1
        told = (f"{n:,} {cause}" if is_mixed else cause for cause, n in causes.most_common())
        with_it = lost[model] if kind == "answer" else 0
        made.add_row(
            counted(causes.total(), kind),
            Text(names[model]),
            *([f"{with_it:,}" if with_it else ""] if lost else []),
            ", ".join(told).replace("_", " "),
        )
    return made
