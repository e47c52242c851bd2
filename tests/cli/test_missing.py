"""The table of what is missing: a row for each model and judge, whatever the causes."""

from io import StringIO

from rich.console import Console

from asynceval.cli.missing import table
from asynceval.report.summary import Failures


def shown(*failures: Failures, width: int = 80) -> list[list[str]]:
    """Return the rows of the table as words."""
    console = Console(file=StringIO(), width=width)
    made = table(failures, width)
    assert made is not None
    console.print(made)
    assert isinstance(console.file, StringIO)
    return [line.split() for line in console.file.getvalue().splitlines() if line.strip()]


def test_each_model_has_one_row_however_many_causes() -> None:
    """The most frequent cause comes first; a judge's unread verdicts are among its judgments."""
    rows = shown(
        Failures("answer", "m", "not_reached", 1),
        Failures("answer", "m", "timeout", 1087),
        Failures("judgment", "j", "server", 1),
        Failures("verdict", "k", "out_of_range", 2),
        Failures("judgment", "k", "server", 3),
    )
    assert rows[2:] == [
        ["1,088", "answers", "m", "1,087", "timeout,", "1", "not", "reached"],
        ["1", "judgment", "j", "server"],
        ["5", "judgments", "k", "3", "server,", "2", "out", "of", "range"],
    ]


def test_lost_judgments_stand_beside_the_answers_that_took_them_along() -> None:
    """They count for the model that did not answer, and need no causes of their own."""
    rows = shown(
        Failures("answer", "m", "timeout", 2),
        Failures("lost judgment", "m", "timeout", 10),
        Failures("lost judgment", "m", "not_reached", 10),
        Failures("judgment", "m", "server", 1),
    )
    assert rows[-2:] == [
        ["2", "answers", "m", "20", "timeout"],
        ["1", "judgment", "m", "server"],
    ]


def test_no_number_is_cut_in_a_narrow_terminal() -> None:
    """Names and causes give way."""
    failures = [
        Failures("answer", "organisation/" + "long" * 20, "context_length", 123456),
        Failures("answer", "organisation/" + "long" * 20, "not_reached", 7),
        Failures("lost judgment", "organisation/" + "long" * 20, "not_reached", 654321),
    ]
    words = [word for row in shown(*failures, width=70) for word in row]
    assert {"123,463", "123,456", "654,321", "7"} <= set(words)


def test_nothing_missing_has_no_table() -> None:
    """An empty table would be one thing more to read."""
    assert table((), 80) is None
