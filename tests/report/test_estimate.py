"""What a plan still takes: counted by its own protocol, learned from what is stored, else assumed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Budget, Price
from asynceval.protocol.conversation import Plan
from asynceval.report.duration import AUTO, duration
from asynceval.report.estimate import Row, estimate, total
from asynceval.report.outlook import Outlook, outlook
from asynceval.report.survey import Survey, survey
from asynceval.stats.span import Sample, Span
from asynceval.store.store import Store
from tests.report.scene import answered, graded, plan, play

PRICE = Price(1.0, 10.0)


def nothing(_: bytes) -> Reply | None:
    """Find nothing: no call is stored."""
    return None


def say(cell: Cell) -> Reply | None:
    """Say something to every cell."""
    return answered(cell) if cell.judge is None else graded(7)


def after(
    folder: Path, what: Plan, say: Callable[[Cell], Reply | None], later: Plan | None = None
) -> Outlook:
    """Play a plan into a store, and return the outlook of a later one from there."""
    folder.mkdir(exist_ok=True)
    play(folder, what, say)
    with Store(folder, write=False) as store:
        return outlook(later or what, store)


def by_name(rows: tuple[Row, ...]) -> dict[str, Row]:
    """Return rows by their model's name."""
    return {row.model: row for row in rows}


def test_every_cell_is_planned() -> None:
    """With nothing stored, all cells are to do: turns, choices, judges and their repeats."""
    found = survey(plan(choices=2, repeats=3), nothing)
    assert found.planned == {
        ("answer", "alpha"): 12,
        ("answer", "beta"): 12,
        ("judgment", "judge"): 72,
    }
    assert sum(work.calls for work in found.todo.values()) == 96
    assert not found.stored


def test_what_is_stored_is_not_to_do(tmp_path: Path) -> None:
    """A finished plan takes nothing more."""
    done = after(tmp_path, plan(price=PRICE), say)
    assert (done.planned, done.stored) == (24, 24)
    assert all(row.todo == 0 for row in done.rows)
    assert done.usd == Span()
    assert done.tokens == Span()
    assert done.durations[0][1].seconds == Span()
    assert done.notes == ()


def test_what_depends_on_a_missing_answer_is_to_do(tmp_path: Path) -> None:
    """Without its first answer, a conversation's second turn and judgments are missing too."""

    def silent(cell: Cell) -> Reply | None:
        return None if (cell.target, cell.question) == ("alpha", "q0") else say(cell)

    rows = by_name(after(tmp_path, plan(), silent).rows)
    assert [rows[name].todo for name in ("alpha", "beta", "judge")] == [2, 0, 2]


def test_an_answer_that_is_missing_counts_in_the_prompts_after_it() -> None:
    """The second turn shows one answer; the judge sees one, and then both."""
    found = survey(plan(("alpha",), questions=1), nothing)
    work = {group.kind: work for group, work in found.todo.items()}
    assert (work["answer"].calls, work["answer"].answers) == (2, 1)
    assert (work["judgment"].calls, work["judgment"].answers) == (2, 3)
    short, long = (
        by_name(estimate(replace(what.sweep, targets=(target,)), survey(what, nothing)))["judge"]
        for what in [plan(("alpha",))]
        for target in (
            replace(what.sweep.targets[0], max_tokens=60),
            replace(what.sweep.targets[0], max_tokens=900),
        )
    )
    assert long.prompt.high > short.prompt.high + 800


def test_prompts_follow_what_servers_counted(tmp_path: Path) -> None:
    """Tokens of prompts are learned by the model on the wire, whatever its name in the sweep."""
    what = plan(("alpha",), ())
    later = replace(what, questions=plan(questions=6).questions)

    def counted(tokens: int) -> Callable[[Cell], Reply]:
        return lambda cell: replace(answered(cell), usage=Usage(tokens, 5))

    low = after(tmp_path / "low", what, counted(20), later).rows[0].prompt
    high = after(tmp_path / "high", what, counted(200), later).rows[0].prompt
    assert high.mid == pytest.approx(10 * low.mid)
    assert low.low < low.mid < low.high


def test_prompts_follow_the_answers_that_judges_will_see(tmp_path: Path) -> None:
    """Long answers so far make long prompts of judges to come, with what is thought left out."""

    def saying(text: str) -> Callable[[Cell], Reply | None]:
        def words(cell: Cell) -> Reply | None:
            return None if cell.judge else replace(answered(cell), text=f"{text} {cell}")

        return words

    what = plan(("alpha",))
    later = replace(what, questions=plan(questions=9).questions)

    def judged(folder: str, text: str) -> float:
        rows = by_name(after(tmp_path / folder, what, saying(text), later).rows)
        return rows["judge"].prompt.mid

    short = judged("short", "")
    assert judged("long", "word " * 4000) > short + 18 * 4000
    assert judged("thought", "<think>" + "word " * 4000 + "</think>") < short + 500


def test_completions_follow_the_category(tmp_path: Path) -> None:
    """A category with replies has their mean and spread; one without has the model's, less surely."""
    what = plan(("alpha",), (), questions=9)

    def length(cell: Cell) -> Reply:
        number = int(cell.question[1:]) + cell.turn
        tokens = {"math": 300, "writing": 100}[cell.category] + number
        return replace(answered(cell), usage=Usage(20, tokens))

    play(tmp_path, what, length)
    more = tuple(
        replace(
            question,
            id=f"{category} {question.id}",
            category=category,
            turns=(f"In {category}: {question.turns[0]}", "And then?"),
        )
        for category in ("math", "writing", "stem")
        for question in what.questions
    )
    with Store(tmp_path, write=False) as store:
        found = survey(replace(what, questions=(*what.questions, *more)), store.get)
    alone = {
        category: by_name(estimate(what.sweep, _only(found, category)))["alpha"].completion
        * (1 / 18)
        for category in ("math", "writing", "stem")
    }
    assert alone["math"].mid == pytest.approx(306, abs=5)
    assert alone["writing"].mid == pytest.approx(106, abs=5)
    assert 100 < alone["stem"].mid < 300
    assert alone["stem"].high - alone["stem"].low > 5 * (alone["math"].high - alone["math"].low)


def _only(found: Survey, category: str) -> Survey:
    """Return a survey with the work of one category alone."""
    part = Survey(found.planned, found.stored)
    part.densities, part.completions, part.answers = (
        found.densities,
        found.completions,
        found.answers,
    )
    for group, work in found.todo.items():
        if group.category == category:
            part.todo[group] = work
    return part


def test_without_replies_assumptions_are_wide_and_say_so() -> None:
    """No reply is expected beyond its limit, and a note says what is assumed."""
    found = outlook(plan(("alpha",), ()), None)
    (row,) = found.rows
    assert row.is_assumed
    assert row.completion == Span(60, 350, 1024) * 6
    assert any("alpha: no replies are stored for it" in note for note in found.notes)


def test_an_unknown_price_is_unknown() -> None:
    """One model without a price leaves the whole cost open, and is named."""
    what = plan(("alpha",), price=PRICE)
    found = outlook(what, None)
    assert found.usd is not None
    assert found.usd.low > 0
    judge = replace(what.sweep.judges[0], price=None)
    open_end = outlook(replace(what, sweep=replace(what.sweep, judges=(judge,))), None)
    assert open_end.usd is None
    assert by_name(open_end.rows)["alpha"].usd is not None
    assert "price unknown: judge" in open_end.notes
    assert total([Span(1, 1, 1), None]) is None


def test_the_cost_is_tokens_times_price() -> None:
    """Input and output have their own price, for a million tokens."""
    (row,) = outlook(plan(("alpha",), (), price=PRICE), None).rows
    assert row.usd is not None
    assert row.usd.mid == pytest.approx((row.prompt.mid + 10 * row.completion.mid) / 1e6)


def test_a_budget_that_may_be_reached_is_told(tmp_path: Path) -> None:
    """The note compares the budget with what is spent and what is to come, at the worst."""
    what = plan(("alpha",), price=PRICE)

    def budgeted(usd: float) -> Plan:
        return replace(what, sweep=replace(what.sweep, budget=Budget(usd)))

    assert not any("budget" in note for note in outlook(budgeted(10), None).notes)
    assert "the budget of 0.01 USD may be reached" in outlook(budgeted(0.01), None).notes[-1]
    assert "the budget of 0.0001 USD will be reached" in outlook(budgeted(1e-4), None).notes[-1]
    judge = replace(what.sweep.judges[0], budget=Budget(tokens=10))
    own = outlook(replace(what, sweep=replace(what.sweep, judges=(judge,))), None).notes
    assert own[-1] == "the budget of judge judge of 10 tokens will be reached: 0 are spent"
    both = outlook(replace(what, sweep=replace(what.sweep, budget=Budget(10, 9999999))), None)
    assert not any("budget" in note for note in both.notes)
    few = outlook(replace(what, sweep=replace(what.sweep, budget=Budget(10, 1500))), None)
    assert "the budget of 1,500 tokens will be reached" in few.notes[-1]
    play(tmp_path, what, say)
    with Store(tmp_path, write=False) as store:
        spent = outlook(what, store).spent
    assert spent == pytest.approx((6 * (20 + 50) + 6 * (100 + 100)) / 1e6)


def test_the_slowest_limit_decides() -> None:
    """Each limit of each account is one bound; the longest binds, and is named with its gate."""
    what = plan(("alpha",), ())
    rows = estimate(what.sweep, survey(what, nothing))
    took = {("answer", "alpha"): _sample(10.0)}

    def binds(
        name: str, seconds: float, turns: int = 1, parallel: int | None = None, **limits: object
    ) -> None:
        endpoint = replace(what.sweep.endpoints[0], account="team", **limits)  # type: ignore[arg-type]
        sweep = replace(what.sweep, endpoints=(endpoint,))
        found = duration(sweep, rows, took, turns, parallel)
        assert found.binding is not None
        assert f"{found.binding.limit} at {found.binding.gate}" == name
        assert found.seconds.mid == pytest.approx(seconds)

    binds("in flight at team", 30, parallel=2)
    binds("turns at alpha", 20, turns=2)
    binds("rpm at team", 60, rpm=6.0)
    binds("tpm at team", rows[0].tokens.mid, tpm=60.0)
    binds("tpm at team", rows[0].prompt.mid + 6 * 1024, tpm=60.0, charges_max_tokens=True)


def _sample(*seconds: float) -> Sample:
    found = Sample()
    for value in seconds * 5:
        found.add(value)
    return found


def test_what_if_changes_the_time_alone() -> None:
    """The outlook has both times, the endpoints' own first."""
    what = plan(questions=30)
    what = replace(
        what, sweep=replace(what.sweep, endpoints=(replace(what.sweep.endpoints[0], parallel=2),))
    )
    (none, own), (case, other) = outlook(what, None, 4).durations
    assert (none, case) == (None, 4)
    assert own.seconds.mid == pytest.approx(2 * other.seconds.mid)


def test_auto_is_reckoned_with_a_number_that_is_told() -> None:
    """Nobody knows what a server can take before it is asked."""
    what = plan(questions=60)
    sweep = what.sweep
    auto = replace(sweep, endpoints=(replace(sweep.endpoints[0], parallel="auto"),))
    found = outlook(replace(what, sweep=auto), None, AUTO)
    (_, own), (_, other) = found.durations
    assert own == other
    assert any('"auto" is reckoned as 50' in note for note in found.notes)
