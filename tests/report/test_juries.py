"""Juries: what several judges come to together, each also on its own."""

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from asynceval.cli.tables import show
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.jury import Jury, JuryRule
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Judge
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.protocol.conversation import Plan
from asynceval.report.document import document
from asynceval.report.juries import Juries
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import summarise
from tests.report.scene import plan

NAMES = ("one", "two", "three")
Said = Verdict | Cause | None


def sitting(rule: JuryRule, minimum: int = 2, **judge: object) -> Plan:
    """Return a plan of one question for two models and a jury of three judges."""
    base = plan(("a", "b"), NAMES, questions=1)
    judges = tuple(replace(each, **judge) for each in base.sweep.judges)  # type: ignore[arg-type]
    jury = Jury("jury", NAMES, rule, minimum)
    return replace(base, sweep=replace(base.sweep, judges=judges, juries=(jury,)))


def outcome(cell: Cell, said: Said) -> Outcome:
    """Return what a judge's cell came to."""
    if isinstance(said, Cause):
        return Outcome(cell, cause=said)
    return Outcome(cell, Usage(1, 1), said) if said else Outcome(cell, cause=Cause.NOT_REACHED)


def decided(rule: JuryRule, said: Mapping[str, list[Said]], minimum: int = 2) -> Outcome:
    """Return what a jury comes to, where its judges' repeats say this."""
    juries = Juries(sitting(rule, minimum, repeats=len(next(iter(said.values())))))
    cell = Cell("q0", "writing", 1, "a")
    if any(isinstance(one, Choice) for row in said.values() for one in row):
        cell = replace(cell, opponent="b")
    found = [
        its
        for judge, row in said.items()
        for repeat, one in enumerate(row)
        for its in juries.add(outcome(replace(cell, judge=judge, repeat=repeat), one))
    ]
    (last,) = found
    assert last.cell == replace(cell, judge="jury")
    assert list(juries.rest()) == []
    return last


def each(*said: Said) -> dict[str, list[Said]]:
    """Return what the three judges say, once each."""
    return {name: [one] for name, one in zip(NAMES, said, strict=True)}


A, B, TIE = Choice("A"), Choice("B"), Choice("tie")


@pytest.mark.parametrize(
    ("rule", "said", "expected"),
    [
        ("mean", (Score(9), Score(6), Score(3)), Score(6)),
        ("mean", (Score(9), Score(9), Score(3)), Score(7)),
        ("median", (Score(9), Score(9), Score(3)), Score(9)),
        ("median", (Score(9), Score(4), Unparsed("x")), Score(6.5)),
        ("mean", (Score(9), Cause.SERVER, Score(3)), Score(6)),
        ("mean", (Score(9), Unparsed("x"), Unparsed("x")), Unparsed("too_few_judges")),
        ("majority", (Score(1), Score(0), Score(1)), Score(1)),
        ("majority", (Score(1), Score(0), Unparsed("x")), Unparsed("no_majority")),
        ("majority", (A, A, B), A),
        ("majority", (A, B, TIE), TIE),
        ("majority", (A, B, Unparsed("x")), TIE),
        ("majority", (A, A, TIE), A),
        ("majority", (TIE, TIE, A), TIE),
        ("majority", (B, Unparsed("x"), Unparsed("x")), Unparsed("too_few_judges")),
    ],
)
def test_what_a_jury_comes_to(
    rule: JuryRule, said: tuple[Said, ...], expected: Score | Choice | Unparsed
) -> None:
    """Grades by mean, median or strict majority, games by strict majority or a tie, of enough judges."""
    assert decided(rule, each(*said)).verdict == expected


@pytest.mark.parametrize(
    ("said", "ending", "reason"),
    [
        ((Score(9), Cause.SERVER, Unparsed("x")), "failed", "server"),
        ((None, None, None), "not_reached", "not_reached"),
        ((Cause.REFUSED, Cause.REFUSED, Score(1)), "refused", "refused"),
        ((Unparsed("x"), Unparsed("x"), Cause.SERVER), "unparsed", "too_few_judges"),
    ],
)
def test_a_jury_ends_as_its_judges_do_if_those_would_have_made_up_the_minimum(
    said: tuple[Said, ...], ending: str, reason: str
) -> None:
    """Judges that were never asked, or failed, said nothing that could not be read."""
    found = decided("mean", each(*said))
    assert (found.ending, found.reason) == (ending, reason)


def test_the_minimum_is_of_judges() -> None:
    """A judge that says it twice is one judge; three may be asked for."""
    said: dict[str, list[Said]] = {
        "one": [Score(9), Score(7)],
        "two": [Score(2), None],
        "three": [Unparsed("x"), Unparsed("x")],
    }
    assert decided("mean", said).verdict == Score(5)
    assert decided("mean", said, 3).verdict == Unparsed("too_few_judges")
    games: dict[str, list[Said]] = {"one": [A, B], "two": [A, A], "three": [A, None]}
    assert decided("majority", games).verdict == A


def test_the_report_shows_a_jury_beside_its_judges() -> None:
    """Each judge has its own row and the jury another; its missing judges are counted."""
    what = sitting("mean")
    grades = {"one": 8, "two": 6, "three": 4}

    def said(cell: Cell) -> Said:
        if cell.judge == "three" and cell.turn == 2:
            return Unparsed("no_verdict")
        return Score(grades[cell.judge or ""] + (cell.target == "a"))

    cells = [
        Cell("q0", "writing", turn, model, judge=judge)
        for model in ("a", "b")
        for turn in (1, 2)
        for judge in NAMES
    ]
    summary = summarise(what, [outcome(cell, said(cell)) for cell in cells])
    found = {(its.judge, its.model): its for its in summary.standings}
    assert len(found) == 8
    jury, one = found["jury", "a"].average, found["one", "a"].average
    assert jury is not None and one is not None
    assert (jury.value, jury.n, one.value) == ((7 + 8) / 2, 2, 9)
    assert (summary.coverage.expected, summary.coverage.scored) == (12, 10)
    (row,) = document(what, summary)["juries"]
    assert row == {
        "name": "jury",
        "judges": NAMES,
        "rule": "mean",
        "minimum": 2,
        "n": 4,
        "decided": 4,
        "missing": {"three": 2},
    }
    console = Console(file=StringIO(), width=120)
    show(console, what, summary)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "Scores by jury, 1 to 10" in text
    assert "jury is the mean of one, two, three: 4 of 4 verdicts, from 2 judges at least" in text
    assert "missing are 2 of three" in text


def test_a_jury_of_pairs_is_ranked_like_a_judge() -> None:
    """What most judges say in each game makes the jury's pairs."""
    what = sitting("majority", mode="pairwise-all")
    cells = [
        Cell("q0", "writing", turn, "a", judge=judge, opponent="b", order=order)
        for judge in NAMES
        for turn in (1, 2)
        for order in (1, 2)
    ]

    def said(cell: Cell) -> Choice:
        winner = B if cell.judge == "three" else A
        return winner if cell.order == 1 else (A if winner == B else B)

    summary = summarise(what, [outcome(cell, said(cell)) for cell in cells])
    wins = {(its.judge, its.model): its.record.win for its in summary.pairwise}
    assert wins["jury", "a"] == wins["one", "a"] == 2
    assert wins["three", "a"] == 0
    assert {bias.judge for bias in summary.place_biases} == {*NAMES, "jury"}


def test_a_lost_answer_is_lost_for_the_jury_too() -> None:
    """Where there is no answer nothing is missing of a judge: the jury's verdict ends as the answer."""
    juries = Juries(sitting("mean"))
    cell = Cell("q0", "writing", 1, "a")
    lost = [
        Outcome(replace(cell, judge=name), cause=Cause.TIMEOUT, is_dependent=True) for name in NAMES
    ]
    (found,) = [its for one in lost for its in juries.add(one)]
    assert (found.verdict, found.cause, found.is_dependent) == (None, Cause.TIMEOUT, True)
    (bench,) = juries.benches()
    assert (bench.n, bench.decided, bench.missing) == (1, 0, {})


def test_judges_that_say_nothing_at_all_are_missing() -> None:
    """Where a judgment does not even arrive, the jury closes at the end with what there is."""
    juries = Juries(sitting("mean"))
    cell = Cell("q0", "writing", 1, "a")
    assert list(juries.add(outcome(replace(cell, judge="one"), Score(4)))) == []
    assert list(juries.add(outcome(replace(cell, judge="two"), Score(5)))) == []
    (found,) = juries.rest()
    assert found.verdict == Score(4.5)
    assert juries.benches()[0].missing == {"three": 1}


def test_a_judge_outside_sits_in_no_jury() -> None:
    """Another judge's verdict is not counted in."""
    what = sitting("mean")
    other = Judge("other", "here", "o")
    what = replace(what, sweep=replace(what.sweep, judges=(*what.sweep.judges, other)))
    juries = Juries(what)
    cell = Cell("q0", "writing", 1, "a", judge="other")
    assert list(juries.add(outcome(cell, Score(1)))) == list(juries.rest()) == []
