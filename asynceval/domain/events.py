"""What happens in a sweep, told to listeners in the past tense.

A listener is synchronous and quick: it counts, and draws on `Pulsed` at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from asynceval.domain.cell import Cell
from asynceval.domain.failure import Failure
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Price
from asynceval.domain.verdict import Rung, Verdict

Wait = Literal[
    "in flight",
    "rpm",
    "tpm",
    "cool-down",
    "outage",
    "back-off",
    "retries",
    "budget",
    "disk",
    "stopped",
]
"""What calls wait for: a place in flight, the rates, the wait that a server asked for, a server that
is down, the pause after a failed attempt, the allowance of retries, the money, a disk that is full."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the plan: how many cells one target or one judge has to fill.

    `gate` is the name of the gate its calls go through.
    """

    kind: Literal["target", "judge"]
    name: str
    endpoint: str
    gate: str
    total: int
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class ServerStarted:
    """A managed server was started; its output goes to `log`."""

    endpoint: str
    command: str
    log: str


@dataclass(frozen=True, slots=True)
class ServerReady:
    """A managed server answered on its ready path after `seconds`."""

    endpoint: str
    base_url: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ServerEnded:
    """A managed server ended by itself, and is started again; its calls wait. `message` has its last lines."""

    endpoint: str
    message: str


@dataclass(frozen=True, slots=True)
class ServerStopped:
    """A managed server was stopped, since another needs its GPUs."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class LeftoverStopped:
    """A server that an earlier run had left behind was stopped; `pid` is its first process."""

    endpoint: str
    pid: int


@dataclass(frozen=True, slots=True)
class SweepStarted:
    """The plan is known: a lane for each target and each judge."""

    name: str
    run_dir: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply that is in the store under its call's key; `stored` if it was there before."""

    key: bytes
    reply: Reply
    stored: bool


@dataclass(frozen=True, slots=True)
class AnswerLanded:
    """An answer is in the store under its call's key; `stored` if it was there before this run."""

    cell: Cell
    key: bytes
    reply: Reply
    stored: bool


@dataclass(frozen=True, slots=True)
class JudgmentLanded:
    """A judgment is in the store under its call's key; `stored` if it was there before this run.

    `before` are the replies whose words came to nothing usable, `rungs` what was asked after each.
    """

    cell: Cell
    key: bytes
    reply: Reply
    verdict: Verdict
    stored: bool
    before: tuple[Answered, ...] = ()
    rungs: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRetried:
    """An attempt failed; the call goes out again after `wait` seconds."""

    cell: Cell
    endpoint: str
    failure: Failure
    wait: float


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call ended without a reply. Cells that depend on it are not reached."""

    cell: Cell
    endpoint: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class EndpointHalted:
    """No more calls are sent to an endpoint (or to one `model` on it), for the reason given."""

    endpoint: str
    model: str | None
    failure: Failure


@dataclass(frozen=True, slots=True)
class EndpointDown:
    """An endpoint fails every call: nothing is sent but a probe now and then, the next in `wait` s."""

    endpoint: str
    failure: Failure
    wait: float


@dataclass(frozen=True, slots=True)
class EndpointBack:
    """An endpoint that was down for `seconds` answers again."""

    endpoint: str
    seconds: float


@dataclass(frozen=True, slots=True)
class BudgetReached:
    """No call fits into the budget any more, of the run or of one judge."""

    judge: str | None
    message: str


@dataclass(frozen=True, slots=True)
class OtherModelAnswered:
    """The server answers with another model's name than it was asked for. Told once for each."""

    endpoint: str
    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class ConnectionsClosed:
    """A server closes so many connections after one response that ports may run out. Told once."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class DefectMet:
    """A call failed inside asynceval itself: `trace` is for its developers."""

    cell: Cell
    trace: str


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is in flight, for `seconds` by now."""

    cell: Cell
    seconds: float


@dataclass(frozen=True, slots=True)
class GateStatus:
    """A gate at one moment: an account, or an endpoint that has no account.

    `limit` is how many calls may be in flight now. `waits_for` is the limit that most calls wait
    for, None if none waits. `rate_limited` counts replies that asked to slow down. `halted` says why
    nothing is sent any more.
    """

    name: str
    in_flight: int
    limit: int
    waiting: int
    rpm: float | None = None
    tpm: float | None = None
    waits_for: Wait | None = None
    rate_limited: int = 0
    halted: str | None = None


@dataclass(frozen=True, slots=True)
class Pulsed:
    """A few times a second: `seconds` since the sweep started, and the state of each gate.

    `oldest` is the call that is in flight for the longest time. `lag` are the seconds by which this
    pulse came late: so long the process stood still.
    """

    seconds: float
    gates: tuple[GateStatus, ...]
    oldest: OpenCall | None = None
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class SweepStopping:
    """The user asked to stop: nothing new is started, open calls have `grace` seconds."""

    open_calls: int
    grace: float


@dataclass(frozen=True, slots=True)
class SweepEnded:
    """Nothing runs any more. `seconds` since the sweep started."""

    seconds: float
    interrupted: bool


Event = (
    ServerStarted
    | ServerReady
    | ServerEnded
    | ServerStopped
    | LeftoverStopped
    | SweepStarted
    | AnswerLanded
    | JudgmentLanded
    | CallRetried
    | CallFailed
    | EndpointHalted
    | EndpointDown
    | EndpointBack
    | BudgetReached
    | OtherModelAnswered
    | ConnectionsClosed
    | DefectMet
    | Pulsed
    | SweepStopping
    | SweepEnded
)
Listener = Callable[[Event], None]
