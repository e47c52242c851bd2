"""The sweep: a lane for each target, a task for each open conversation."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

from anyio import create_task_group
from anyio.lowlevel import checkpoint

from asynceval.domain.events import Lane, Listener
from asynceval.domain.sweep import Only, Target
from asynceval.engine.berth import Berth
from asynceval.engine.cells import Cells
from asynceval.engine.client import Client
from asynceval.engine.conversations import Conversations, Talk
from asynceval.engine.stop import Stop
from asynceval.engine.window import LaneWindow, Window
from asynceval.protocol.conversation import Plan
from asynceval.protocol.pairs import Pairs
from asynceval.store.store import Store

_REPLAYS_AT_ONCE = 20


class Sweep:
    """Holds every conversation of a plan and has it judged, as far as the store has it not yet.

    With `only` "answers" nothing is judged; with "judgments" no target is asked, and the answers
    that are there are judged.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        client: Client,
        stop: Stop,
        tell: Listener,
        connect: Callable[[], Awaitable[None]],
        only: Only | None = None,
        berths: Mapping[str, Berth] | None = None,
    ) -> None:
        """Prepare. `connect` makes the endpoints ready; it is awaited before the first call.

        `berths` are of the endpoints that have a server of ours.
        """
        self._plan = plan.without_judges() if only == "answers" else plan
        self._cells = Cells(self._plan, client, tell)
        self._conversations = Conversations(self._plan, store.get, self._cells, stop, only)
        self._stop = stop
        # Where nothing is stored, nothing can be over.
        self._is_new = len(store) == 0 and only != "judgments"
        self._connect = connect
        self._berths = berths or {}

    @property
    def filled(self) -> int:
        """How many cells have their reply."""
        return self._cells.filled

    def lanes(self) -> tuple[Lane, ...]:
        """Return how many cells each target and each judge has to fill, by the plan."""
        sweep, pairs = self._plan.sweep, Pairs(self._plan)
        turns = sum(len(question.turns) for question in self._plan.questions) * sweep.choices
        judged = sum(map(len, map(self._plan.judged, self._plan.questions))) * sweep.choices
        written = sum(
            len(question.turns) for question in self._plan.questions if question.needs_reference
        )
        gates = {endpoint.name: endpoint.gate for endpoint in sweep.endpoints}
        lanes = [
            Lane("target", t.name, t.endpoint, gates[t.endpoint], turns, t.price)
            for t in sweep.targets
        ]
        if (a := sweep.author) is not None and a not in sweep.targets:
            lanes.append(Lane("target", a.name, a.endpoint, gates[a.endpoint], written, a.price))
        for j in sweep.judges:
            answers = sum(not sweep.skips(j, target.name) for target in sweep.targets)
            total = judged * (pairs.total(j) if j.is_pairwise else answers * j.repeats)
            lanes.append(Lane("judge", j.name, j.endpoint, gates[j.endpoint], total, j.price))
        return tuple(lanes)

    async def run(self) -> None:
        """Fill every cell that can be filled."""
        sweep = self._plan.sweep
        parallel = {endpoint.name: endpoint.most_in_flight for endpoint in sweep.endpoints}
        judging = {judge.endpoint for judge in sweep.judges}
        windows = {
            # Twice what can be in flight for these conversations, so no slot waits for a question.
            target.endpoint: Window(2 * sum(parallel[e] for e in {target.endpoint} | judging))
            for target in sweep.asked
        }
        lanes = [(target, windows[target.endpoint].lane()) for target in sweep.asked]
        for target, _ in lanes:
            self._berth(target).expect()
        async with create_task_group() as tasks:
            for target, window in lanes:
                tasks.start_soon(self._lane, target, window)

    def _berth(self, target: Target) -> Berth:
        """Return where the server of a target is waited for; one of nobody's if it has none."""
        return self._berths.get(target.endpoint) or Berth(target.endpoint)

    async def _lane(self, target: Target, window: LaneWindow) -> None:
        is_connected, berth = False, self._berth(target)
        served = target.endpoint in self._berths
        later: list[Talk] = []

        def ended(talk: Talk) -> None:
            window.leave()
            if talk.postponed:
                later.append(talk)

        async with create_task_group() as conversations:
            for number, (question, choice) in enumerate(self._plan.talks(target)):
                talk = Talk(question, target, choice, ended)
                if not self._is_new and self._conversations.is_over(talk):
                    if number % _REPLAYS_AT_ONCE == 0:
                        await checkpoint()
                    continue
                if not is_connected and not self._stop.is_requested:
                    await self._connect()
                    is_connected = True
                if served and not berth.is_up and self._conversations.asks(talk):
                    with berth.needed():
                        await berth.until_up()
                await window.enter()
                if self._stop.is_requested:
                    break
                berth.expect()
                conversations.start_soon(
                    self._conversations.hold, talk, conversations, berth.release
                )
                if len(self._plan.sweep.asked) > 1:
                    # Lanes begin in turn, so what a budget or an interrupt leaves undone is alike.
                    await checkpoint()
            berth.release()
        await self._judge_later(later, window)
        window.close()

    async def _judge_later(self, later: list[Talk], window: LaneWindow) -> None:
        """Have judged what was put off while its judges could not be asked."""
        for judges in self._bench():
            async with create_task_group() as conversations:
                for talk in later:
                    if not any(cell.judge in judges for cell in talk.postponed):
                        continue
                    await window.enter()
                    if self._stop.is_requested:
                        break
                    conversations.start_soon(self._judge, talk, window, judges)

    def _bench(self) -> Iterable[Collection[str]]:
        """Return the judges that judge side by side: all of them, but for those with servers of ours.

        These come one after the other, since they may need the same GPUs.
        """
        sides: dict[str | None, set[str]] = {}
        for judge in self._plan.sweep.judges:
            side = judge.endpoint if judge.endpoint in self._berths else None
            sides.setdefault(side, set()).add(judge.name)
        return sides.values()

    async def _judge(self, talk: Talk, window: LaneWindow, judges: Collection[str]) -> None:
        try:
            await self._conversations.judge(talk, judges)
        finally:
            window.leave()
