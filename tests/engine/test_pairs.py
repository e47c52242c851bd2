"""Check that pairs are compared as soon as both answers are there, each game once."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from anyio import create_task_group, sleep

from asynceval.domain.cell import Cell
from asynceval.domain.events import AnswerLanded, CallFailed, JudgmentLanded
from asynceval.domain.failure import Cause
from asynceval.domain.sweep import Endpoint, Judge
from asynceval.domain.verdict import Choice
from asynceval.engine.sweep import Sweep
from asynceval.engine.transport import Response
from asynceval.protocol.conversation import Plan
from asynceval.protocol.pairs import Pairs
from asynceval.providers.signal import Signal
from asynceval.report.outcomes import outcomes
from tests.engine.fakes import (
    Asked,
    FakeTransport,
    Rig,
    broken,
    completion,
    plan,
    refusal,
    rig,
    talk,
)
from tests.virtual_time import run

EVERYONE = Judge("judge", "house", "judge", "pairwise-all")
AGAINST_A = Judge("judge-b", "house", "judge-b", "pairwise-baseline", baseline="a")


def talk_of_pairs(asked: Asked) -> Response:
    """Answer as `talk`, but so that the judge prefers what it reads first."""
    return completion("Verdict: [[A]]") if asked.model.startswith("judge") else talk(asked)


def cells(r: Rig, *kinds: type) -> Counter[Cell]:
    """Count the cells of judgments that were told of."""
    return Counter(event.cell for event in r.told(*kinds) if event.cell.judge is not None)


def games(wanted: Plan) -> set[Cell]:
    """Return every game of a plan, by the numbers alone."""
    names = [target.name for target in wanted.sweep.targets]
    return {
        Cell(q.id, q.category, turn, first, choice, judge.name, 0, second, order)
        for q, choice in wanted.conversations()
        for judge in wanted.sweep.judges
        for turn in (1, 2)
        for first in names
        for second in names
        if (
            names.index(first) < names.index(second)
            if judge.baseline is None
            else second == judge.baseline != first
        )
        for order in ((1, 2) if judge.orders == "both" else (1,))
    }


@pytest.mark.parametrize("judges", [(EVERYONE,), (AGAINST_A,), (EVERYONE, AGAINST_A)])
def test_every_pair_is_compared_once_in_each_order(
    tmp_path: Path, judges: tuple[Judge, ...]
) -> None:
    """Each judge compares each of its pairs on each turn and choice, in both orders."""
    wanted = plan(3, targets=("b", "a", "c"), judges=judges, choices=2)
    with rig(tmp_path, FakeTransport(talk_of_pairs, lambda asked: 1 + asked.number % 7)) as r:
        sweep = run(r.hold, wanted)
    assert cells(r, JudgmentLanded) == Counter(games(wanted))
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert {e.verdict for e in r.told(JudgmentLanded)} == {Choice("A")}


def test_one_order_is_a_choice(tmp_path: Path) -> None:
    """With `orders` "one" the first of each pair is shown first, and half the games are played."""
    one = Judge("judge", "house", "judge", "pairwise-all", orders="one")
    wanted = plan(2, targets=("a", "b"), judges=(one,))
    with rig(tmp_path, FakeTransport(talk_of_pairs)) as r:
        run(r.hold, wanted)
    assert cells(r, JudgmentLanded) == Counter(games(wanted))
    shown = [asked.texts[-1] for asked in r.transport.asked if asked.model == "judge"]
    assert len(shown) == 4
    assert all(text.index("a on First") < text.index("b on First") for text in shown)


def test_the_second_game_shows_the_answers_swapped(tmp_path: Path) -> None:
    """What is A in the first game is B in the second, and later turns show the whole conversation."""
    with rig(tmp_path, FakeTransport(talk_of_pairs)) as r:
        run(r.hold, plan(1, targets=("a", "b"), judges=(EVERYONE,)))
    shown = [asked.texts[-1] for asked in r.transport.asked if asked.model == "judge"]
    swapped = [text.index("a on First") > text.index("b on First") for text in shown]
    assert Counter(swapped) == {True: 2, False: 2}
    later = [text for text in shown if "on Second" in text]
    assert len(later) == 2
    assert all(word in text for text in later for word in ("a on First", "b on Second"))


def test_games_start_while_others_still_answer(tmp_path: Path) -> None:
    """The first pair is compared long before a slow third model has answered."""
    home = Endpoint("house", "http://house.test", parallel=50)
    wanted = plan(4, targets=("a", "b", "slow"), judges=(EVERYONE,), endpoints=(home,))
    transport = FakeTransport(talk_of_pairs, lambda asked: 50 if asked.model == "slow" else 1)
    with rig(tmp_path, transport, home) as r:
        run(r.hold, wanted)
    judged = sorted(asked.at for asked in transport.asked if asked.model == "judge")
    assert len(judged) == 4 * 2 * 2 * 3
    assert sum(at < 10 for at in judged) == 4 * 2 * 2


def test_a_new_model_pays_only_for_its_answers_and_pairs(tmp_path: Path) -> None:
    """When a model joins a finished sweep, nothing that was there is asked again."""
    with rig(tmp_path, FakeTransport(talk_of_pairs)) as r:
        run(r.hold, plan(3, targets=("a", "b"), judges=(EVERYONE,)))
    wanted = plan(3, targets=("a", "b", "c"), judges=(EVERYONE,))
    with rig(tmp_path, FakeTransport(talk_of_pairs)) as r:
        sweep = run(r.hold, wanted)
    assert Counter(r.transport.models()) == {"c": 6, "judge": 3 * 2 * 2 * 2}
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert cells(r, JudgmentLanded) == Counter(games(wanted))


@pytest.mark.parametrize("unlucky", ["a", "b", "ab"])
def test_a_missing_answer_loses_its_games_once(tmp_path: Path, unlucky: str) -> None:
    """A game that lacks an answer is told as lost once, also if both are missing, and never asked."""

    def answer(asked: Asked) -> Response:
        is_lost = asked.model in unlucky and asked.texts == ["First 0?"]
        return refusal(400) if is_lost else talk_of_pairs(asked)

    wanted = plan(2, targets=("a", "b", "c"), judges=(EVERYONE, AGAINST_A))
    with rig(tmp_path, FakeTransport(answer)) as r:
        run(r.hold, wanted)
        whole = {o.cell: o for o in outcomes(wanted, r.store, {})}
    lost = cells(r, CallFailed)
    assert lost + cells(r, JudgmentLanded) == Counter(games(wanted))
    assert set(lost) == {
        cell
        for cell in games(wanted)
        if cell.question == "q0" and {cell.target, cell.opponent} & set(unlucky)
    }
    assert {cell for cell in games(wanted) if whole[cell].is_dependent} == set(lost)
    assert all(whole[cell].blamed in tuple(unlucky) for cell in lost)


@pytest.mark.parametrize("seed", range(25))
def test_a_broken_run_ends_as_an_unbroken_one(tmp_path: Path, seed: int) -> None:
    """Stopped at any moment and run again, no game is lost, none is paid twice."""
    wanted = plan(3, targets=("a", "b", "c"), judges=(EVERYONE, AGAINST_A))
    paid: list[tuple[str, ...]] = []
    dice = Random(seed)
    for _ in range(4):
        transport = FakeTransport(talk_of_pairs, lambda _: dice.uniform(0.5, 3))
        with rig(tmp_path, transport) as r:
            run(_hold_until, r, wanted, dice.uniform(0, 20))
        paid += [(asked.model, *asked.texts) for asked in transport.asked]
    with rig(tmp_path, FakeTransport(talk_of_pairs)) as r:
        sweep = run(r.hold, wanted)
        paid += [(asked.model, *asked.texts) for asked in r.transport.asked]
    assert sweep.filled == sum(lane.total for lane in sweep.lanes())
    assert cells(r, JudgmentLanded) == Counter(games(wanted))
    assert len(paid) == len(set(paid)) == sweep.filled


async def _hold_until(r: Rig, wanted: Plan, end: float) -> Sweep:
    async with create_task_group() as tasks:
        tasks.start_soon(_stop_at, r, end)
        sweep = await r.hold(wanted)
        tasks.cancel_scope.cancel()
    return sweep


async def _stop_at(r: Rig, end: float) -> None:
    await sleep(end)
    r.request_stop()


def test_games_are_played_when_the_judge_is_back(tmp_path: Path) -> None:
    """While the judge's endpoint is down answers go on; the games are played at the end."""
    apart = Endpoint("apart", "http://apart.test", parallel=4)
    judge = Judge("judge", "apart", "judge", "pairwise-all")

    def outage(asked: Asked) -> Response | Signal:
        is_down = asked.model == "judge" and 3 < asked.at < 200
        return broken(Cause.UNREACHABLE, "refused") if is_down else talk_of_pairs(asked)

    home = Endpoint("house", "http://house.test", parallel=4)
    wanted = plan(20, targets=("a", "b"), judges=(judge,), endpoints=(home, apart))
    transport = FakeTransport(outage)
    with rig(tmp_path, transport, home, apart) as r:
        sweep = run(r.hold, wanted)
    answers = [asked.at for asked in transport.asked if asked.model != "judge"]
    assert max(answers) < 40
    assert len(r.told(AnswerLanded)) == 80
    assert sweep.filled == sum(lane.total for lane in sweep.lanes()) == 80 + 80


def test_who_meets_whom() -> None:
    """Opponents are those that any judge compares; each pair is listed once."""
    pairs = Pairs(plan(1, targets=("a", "b", "c"), judges=(AGAINST_A,)))
    assert pairs.opponents == {"a": ("b", "c"), "b": ("a",), "c": ("a",)}
    assert pairs.all() == (("b", "a"), ("c", "a"))
    both = Pairs(plan(1, targets=("a", "b", "c"), judges=(AGAINST_A, EVERYONE)))
    assert len(both.all()) == 3
