"""What verdicts tell of judges: cases worked by hand, and nothing where nothing can be told."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from asynceval.cli.judge_lines import judges as told
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Target
from asynceval.domain.verdict import Score
from asynceval.protocol.conversation import Plan
from asynceval.report.arena import arenas
from asynceval.report.columns import Columns
from asynceval.report.concord import concords
from asynceval.report.document import document
from asynceval.report.evened import evened
from asynceval.report.favour import favours
from asynceval.report.outcomes import Outcome
from asynceval.report.quality import qualities
from asynceval.report.summary import summarise
from asynceval.stats.length_adjusted import Unfit
from tests.report.scene import Answer, answered, graded, plan, play
from tests.report.test_pairwise import ALL, BASELINE, pairs, scene

EMPTY = {"value": None, "se": None, "ci": None, "n": 0, "dropped": 0}


def test_longer_answers_and_repeats(tmp_path: Path) -> None:
    """A judge that adds a point for each e-fold of length is found out, and so is one that wavers."""

    def say(cell: Cell) -> Answer:
        if cell.judge is None:
            return Reply("x" * (100 if cell.target == "a" else 200))
        return graded(5 + (cell.target == "b") * 2 + (cell.repeat == 2))

    what = plan(("a", "b"), questions=4, repeats=3)
    summary, _ = play(tmp_path, what, say)
    (found,) = qualities(what, summary.columns)
    assert found.length_slope is not None and found.stability is not None
    assert found.length_slope.value == pytest.approx(2 / 0.6931471805599453)
    assert found.stability.value == pytest.approx(2 / 3)
    assert found.longer_wins is found.self_preference is None
    lines = "\n".join(told(what, summary.columns))
    assert "judge gives +2.89" in lines
    assert "judge says again what it mostly says in 67 %" in lines


def test_nothing_is_told_where_nothing_can_be(tmp_path: Path) -> None:
    """Without repeats, lengths that differ or other judges all is null, and no line is printed."""
    what = plan(("a",), questions=3)
    summary, _ = play(tmp_path, what, lambda c: graded(7) if c.judge else Reply("same"))
    got = document(what, summary)
    (row,) = got["judge_quality"]
    assert row == {
        "judge": "judge",
        "repeat_stability": EMPTY,
        "length_slope": EMPTY,
        "length_correlation": None,
        "longer_wins": EMPTY,
        "self_preference": EMPTY,
    }
    assert got["judge_agreement"] == got["judge_panels"] == got["win_matrix"] == []
    assert got["length_adjusted"] == []
    assert list(told(what, summary.columns)) == []


def test_a_judge_that_favours_its_own_family(tmp_path: Path) -> None:
    """It gives its own 3 more than others do, and the others 1 more: a preference of 2."""
    base = plan(("gpt-x", "claude-y"), ("gpt-judge", "qwen-judge"), questions=4)
    gift = {"gpt-x": 3, "claude-y": 1}

    def say(cell: Cell) -> Answer:
        if cell.judge is None:
            return answered(cell)
        grade = 4 + int(cell.question[1:]) % 2
        return graded(grade + (gift[cell.target] if cell.judge == "gpt-judge" else 0))

    summary, _ = play(tmp_path, base, say)
    gpt, qwen = qualities(base, summary.columns)
    assert gpt.self_preference is not None
    assert gpt.self_preference.value == pytest.approx(2)
    assert gpt.self_preference.n == 16
    assert qwen.self_preference is None
    ((two,), (every,)) = concords(base, summary.columns)
    assert two.judges == every.judges == ("gpt-judge", "qwen-judge")
    assert two.same is not None and two.reliability is not None
    assert (two.same.value, two.reliability.distance) == (0, 2)
    assert (every.items, every.full) == (16, 16)
    lines = "\n".join(told(base, summary.columns))
    assert "gpt-judge gives its own family +2.00" in lines
    assert "gpt-judge and qwen-judge say the same of 0 %" in lines


def test_a_judge_of_the_same_family_is_no_witness(tmp_path: Path) -> None:
    """Two judges that favour the same family are told apart from it by the third alone."""
    base = plan(("gpt-x", "claude-y"), ("gpt-judge", "gpt-other", "qwen-judge"), questions=4)

    def say(cell: Cell) -> Answer:
        if cell.judge is None:
            return answered(cell)
        gift = 2 * (cell.target == "gpt-x" and cell.judge.startswith("gpt"))
        return graded(4 + int(cell.question[1:]) % 2 + gift)

    summary, _ = play(tmp_path, base, say)
    gpt, other, qwen = qualities(base, summary.columns)
    assert gpt.self_preference is not None and other.self_preference is not None
    assert gpt.self_preference.value == other.self_preference.value == pytest.approx(2)
    assert qwen.self_preference is None
    found = {
        (f.judge, f.family): (f.beyond.value, f.is_own) for f in favours(base, summary.columns)
    }
    assert found == {
        ("gpt-judge", "gpt"): (2, True),
        ("gpt-judge", "claude"): (0, False),
        ("gpt-other", "gpt"): (2, True),
        ("gpt-other", "claude"): (0, False),
        ("qwen-judge", "claude"): (0, False),
    }


def test_the_others_are_all_unrelated_judges_together(tmp_path: Path) -> None:
    """Next to 6 and 4 by two others a gift of 9 is 4 more, and what the other model gets is as they say."""
    given = {
        ("gpt-judge", "gpt-x"): 9,
        ("gpt-judge", "claude-y"): 5,
        ("qwen-judge", "gpt-x"): 6,
        ("qwen-judge", "claude-y"): 5,
        ("llama-judge", "gpt-x"): 4,
        ("llama-judge", "claude-y"): 5,
    }
    what = plan(("gpt-x", "claude-y"), ("gpt-judge", "qwen-judge", "llama-judge"), questions=4)
    summary, _ = play(
        tmp_path, what, lambda c: graded(given[c.judge, c.target]) if c.judge else answered(c)
    )
    gpt, _, _ = qualities(what, summary.columns)
    assert gpt.self_preference is not None
    assert gpt.self_preference.value == pytest.approx(4)


def paired(*said: tuple[str, str, str, str]) -> tuple[Plan, Columns]:
    """Return judges of pairs of gpt-x and claude-y, each with the verdicts of its four pairs."""
    base = scene(ALL)
    models = tuple(Target(name, "here", name) for name in ("gpt-x", "claude-y"))
    judges = tuple(replace(ALL, name=name, model=name) for name in ("gpt-judge", "qwen-judge"))
    what = replace(base, sweep=replace(base.sweep, targets=models, judges=judges))
    columns = Columns(what)
    for judge, verdicts in zip(judges, said, strict=True):
        for game in pairs("gpt-x", "claude-y", *verdicts):
            columns.add(replace(game, cell=replace(game.cell, judge=judge.name)))
    return what, columns


def test_the_gain_of_a_family_in_pairs_is_that_of_its_win_rate() -> None:
    """From half of the pairs to all of them is half a win rate, each pair once."""
    what, columns = paired(("AB", "AB", "AB", "AB"), ("AB", "BA", "AB", "BA"))
    gpt, qwen = qualities(what, columns)
    assert gpt.self_preference is not None
    assert (gpt.self_preference.value, gpt.self_preference.n) == (0.5, 4)
    assert qwen.self_preference is None
    assert "+50.0 percentage points" in "".join(told(what, columns))


def test_stability_is_of_calls_and_not_of_what_pairs_come_to() -> None:
    """A judge whose every verdict changes but whose pairs all are ties is not stable."""
    judge = replace(ALL, repeats=4)
    what = scene(judge)
    columns = Columns(what)
    for repeat, verdicts in enumerate(("AA", "BB", "CA", "AC")):
        for game in pairs("a", "b", verdicts):
            columns.add(replace(game, cell=replace(game.cell, repeat=repeat)))
    (found,) = qualities(what, columns)
    assert found.stability is not None
    assert (found.stability.value, found.stability.n) == (0.5, 8)


def test_weighed_grades_are_not_counted_as_equal_or_not() -> None:
    """7.1 and 7.2 are next to the same: they lie 0.1 apart, and no share of equal ones is told."""
    base = plan(("a",), ("one", "two"), questions=3, repeats=2)
    judges = tuple(replace(judge, logprobs=True) for judge in base.sweep.judges)
    what = replace(base, sweep=replace(base.sweep, judges=judges))
    columns = Columns(what)
    for number, judge, repeat in product(range(3), ("one", "two"), (0, 1)):
        value = 7 + number + 0.1 * (judge == "two") + 0.01 * repeat
        cell = Cell(f"q{number}", "writing", 1, "a", 0, judge, repeat)
        columns.add(Outcome(cell, verdict=Score(value, mass=0.99)))
    assert [its.stability for its in qualities(what, columns)] == [None, None]
    ((two,), (every,)) = concords(what, columns)
    assert (two.same, two.cohen, every.fleiss) == (None, None, None)
    assert two.weighted is not None and two.weighted > 0.98
    assert two.reliability is not None
    assert two.reliability.distance == pytest.approx(0.1)
    lines = "\n".join(told(what, columns))
    assert (
        "one and two are 0.10 points apart on average (Spearman 1.00, weighted kappa 0.99)" in lines
    )
    assert "say the same" not in lines


def test_each_order_of_a_pair_is_repeated_by_itself() -> None:
    """A in one order and B in the other, each time: as stable as can be; then A and A to tie and A."""
    judge = replace(ALL, repeats=3)
    what = scene(judge)
    for said, share in ((("AB", "AB", "AB"), 1.0), (("AA", "CA", "CA"), 5 / 6)):
        columns = Columns(what)
        for repeat, verdict in enumerate(said):
            for game in pairs("a", "b", verdict):
                columns.add(replace(game, cell=replace(game.cell, repeat=repeat)))
        (found,) = qualities(what, columns)
        assert found.stability is not None
        assert found.stability.value == pytest.approx(share)
        assert found.stability.n == 6


def test_a_family_gains_no_more_than_all_pairs() -> None:
    """Eleven losses made to wins and a tie in twelve pairs: intervals of the gain end at 1 and at -1."""
    what, _ = paired(("AB",) * 4, ("AB",) * 4)
    what = replace(plan(("gpt-x", "claude-y"), questions=6), sweep=what.sweep)
    columns = Columns(what)
    for judge, verdicts in (("gpt-judge", ["AB"] * 12), ("qwen-judge", ["BA"] * 11 + ["AA"])):
        for game in pairs("gpt-x", "claude-y", *verdicts):
            columns.add(replace(game, cell=replace(game.cell, judge=judge)))
    gpt, _ = qualities(what, columns)
    assert gpt.self_preference is not None and gpt.self_preference.interval is not None
    assert gpt.self_preference.interval[1] == 1
    ends = {its.family: its.beyond.interval for its in favours(what, columns)}
    assert ends["gpt"] is not None and ends["claude"] is not None
    assert (ends["gpt"][1], ends["claude"][0]) == (1, -1)


def test_two_models_of_one_family_gain_nothing_from_each_other() -> None:
    """Whom of its own it prefers is no self-preference: the one pair with another family counts."""
    base = scene(ALL)
    models = tuple(Target(name, "here", name) for name in ("gpt-x", "gpt-z", "claude-y"))
    judges = tuple(replace(ALL, name=name, model=name) for name in ("gpt-judge", "qwen-judge"))
    what = replace(base, sweep=replace(base.sweep, targets=models, judges=judges))
    columns = Columns(what)
    for judge, verdict in (("gpt-judge", "AB"), ("qwen-judge", "AA")):
        games = pairs("gpt-x", "gpt-z", verdict, verdict) + pairs("gpt-x", "claude-y", verdict)
        for game in games:
            columns.add(replace(game, cell=replace(game.cell, judge=judge)))
    gpt, _ = qualities(what, columns)
    assert gpt.self_preference is not None
    assert (gpt.self_preference.value, gpt.self_preference.n) == (0.5, 1)


def test_pairwise_judges_are_compared_whatever_order_they_name_a_pair_in() -> None:
    """One compares with a baseline and one all; on what both judged they agree by the same model."""
    one, other = replace(BASELINE, name="one", baseline="a"), replace(ALL, name="other")
    base = scene(ALL)
    what = replace(base, sweep=replace(base.sweep, judges=(one, other)))
    columns = Columns(what)
    for judge, games in (
        ("one", pairs("b", "a", "BA", "AB", "AA", "BA")),
        ("other", pairs("a", "b", "AB", "BA", "AB", "AB") + pairs("b", "c", "AB")),
    ):
        for game in games:
            columns.add(replace(game, cell=replace(game.cell, judge=judge)))
    ((two,), (every,)) = concords(what, columns)
    assert two.same is not None
    assert (two.same.value, two.same.n) == (0.75, 4)
    # The four: a, b, tie and a by one; a, b, a and a by the other. Chance alone agrees in 7 of 16.
    assert two.cohen == pytest.approx((12 / 16 - 7 / 16) / (1 - 7 / 16))
    assert (every.items, every.full) == (4, 4)


def test_the_longer_answer_of_a_pair(tmp_path: Path) -> None:
    """Ties and pairs whose answers are not known are dropped and counted."""
    what = scene(ALL)
    columns = Columns(what)
    written = play(tmp_path, plan(("a", "b")), lambda c: Reply("x" * (1 + (c.target == "a"))))[1]
    for outcome in written:
        if outcome.cell.judge is None:
            columns.add(outcome)
    for game in pairs("a", "b", "AB", "AB", "BA", "AA") + pairs("a", "c", "AB"):
        columns.add(game)
    (found,) = qualities(what, columns)
    assert found.longer_wins is not None
    assert found.longer_wins.value == pytest.approx(2 / 3)
    assert (found.longer_wins.n, found.longer_wins.dropped) == (3, 2)


def test_who_beat_whom_and_what_no_win_connects() -> None:
    """The matrix has shares of pairs; a model that never lost stands apart, and a warning says so."""
    what = scene(ALL)
    games = pairs("a", "b", "AB", "AB", "AB", "AB") + pairs("b", "c", "AB", "BA", "AA")
    summary = summarise(what, games)
    (arena,) = summary.arenas
    assert arena.models == ("a", "b", "c")
    assert arena.matrix == ((None, 1, None), (0, None, 0.5), (None, 0.5, None))
    assert arena.counts == ((0, 4, 0), (4, 0, 3), (0, 3, 0))
    assert arena.averages == (1, 0.25, 0.5)
    assert sorted(map(sorted, arena.components)) == [["a"], ["b", "c"]]
    (warning,) = (w for w in summary.warnings if "penalty" in w)
    assert "judge judge" in warning and warning.endswith("apart from the rest: a")
    even = summarise(what, pairs("a", "b", "AB", "BA"))
    assert not [w for w in even.warnings if "penalty" in w]
    assert arenas(what, Columns(what)) == ()


def test_win_rates_with_equal_lengths_need_a_hundred_questions() -> None:
    """With fewer there is none, and the report says why; a judge of all pairs has no baseline."""
    what = scene(BASELINE)
    columns = Columns(what)
    for game in pairs("a", "c", "AB", "BA"):
        columns.add(game)
    assert list(evened(what, columns)) == []  # no lengths are known
    base = plan(("a", "c"), questions=3)
    sweep = replace(
        base.sweep, judges=(BASELINE,), targets=(Target("a", "here", "a"), Target("c", "here", "c"))
    )
    what = replace(base, sweep=sweep)
    columns = Columns(what)
    for game in pairs("a", "c", "AB", "BA"):
        for name, size in (("a", 10), ("c", 20)):
            cell = Cell(game.cell.question, "writing", game.cell.turn, name)
            columns.add(replace(game, cell=cell, characters=size))
        columns.add(game)
    (found,) = evened(what, columns)
    assert isinstance(found.rate, Unfit)
    assert "100 are needed" in found.rate.reason
