"""A sweep: all the user asked for, resolved and checked."""

from dataclasses import dataclass
from typing import Literal

from asynceval.domain.call import PLAIN, Settings
from asynceval.domain.family import family_of
from asynceval.domain.jury import Jury
from asynceval.domain.rubric import TEN, Rubric, Scale

Mode = Literal["single", "pairwise-baseline", "pairwise-all"]
Orders = Literal["both", "one"]
Rule = Literal["default", "fastchat"]
Form = Literal["text", "json"]
OwnFamily = Literal["judge", "mark", "skip"]
Only = Literal["answers", "judgments"]
Parallel = int | Literal["auto"]

MOST_IN_FLIGHT = 1000
"""Calls that `parallel = "auto"` goes up to at most."""

COMMAND = "command:"
"""What the base URL of an endpoint begins with that is a program; its command line follows."""


@dataclass(frozen=True, slots=True)
class Server:
    """A program that serves an endpoint, started and stopped by the sweep.

    `command` and the values of `env` may hold `{port}`; `ready` is the path that answers 200 once it
    serves; `startup_timeout` is in seconds. Servers that name the same one of `gpus` are never up at
    the same time.
    """

    command: str
    ready: str = "/health"
    startup_timeout: float = 600.0
    env: tuple[tuple[str, str], ...] = ()
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Http:
    """How an endpoint of kind "http" is spoken to.

    `body` is the JSON of a request, with placeholders such as `{messages}` in it; `path` is where it is
    sent, below the base URL. The others are places in a response, as in `choices.0.message.content`.
    """

    body: str
    text: str
    path: str = ""
    finish_reason: str | None = None
    reasoning: str | None = None
    model: str | None = None
    prompt_tokens: str | None = None
    completion_tokens: str | None = None
    reasoning_tokens: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An account with limits, reached under one URL.

    `api_key_env` is the name of the variable that holds the key. `parallel` is calls in flight,
    `rpm` requests and `tpm` tokens a minute; endpoints of one `account` share these three limits.
    With `charges_max_tokens` a call counts its whole `max_tokens` against `tpm`, however short its
    reply is. `timeout` are the seconds from sending a request to the last byte of its reply,
    `deadline` those that all attempts of a call and the back-off between them may take together;
    waiting for a limit counts for neither. With `stream` replies come in pieces, their words at most
    `stall_timeout` seconds apart. `key_header` is the header that holds the key, instead of
    the kind's own; `api_version` and `http` are for the kinds that have them. `ca_file` holds certificates to
    trust besides the system's.
    """

    name: str
    base_url: str
    kind: str = "openai"
    api_key_env: str | None = None
    account: str | None = None
    parallel: Parallel = 50
    rpm: float | None = None
    tpm: float | None = None
    charges_max_tokens: bool = False
    timeout: float = 600.0
    deadline: float = 1800.0
    stream: bool = False
    stall_timeout: float = 60.0
    ca_file: str | None = None
    server: Server | None = None
    http: Http | None = None
    key_header: str | None = None
    api_version: str | None = None

    @property
    def gate(self) -> str:
        """The name of the gate that its calls go through: its account's, else its own."""
        return self.account or self.name

    @property
    def is_imported(self) -> bool:
        """Whether nobody is asked here: its answers and judgments were imported."""
        return self.kind == "imported"

    @property
    def most_in_flight(self) -> int:
        """How many calls may be in flight at most, whatever "auto" finds."""
        return MOST_IN_FLIGHT if self.parallel == "auto" else self.parallel


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent at most, in US dollars and in tokens; None without a limit."""

    usd: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A model under test. `model` is its name on the wire; `temperature` overrides the category's.

    One that only imported judgments name has no answers: it is not `is_answered`. `stream` overrides the
    endpoint's.
    """

    name: str
    endpoint: str
    model: str
    max_tokens: int | None = 1024
    temperature: float | None = None
    system: str | None = None
    price: Price | None = None
    settings: Settings = PLAIN
    is_answered: bool = True
    family: str | None = None
    stream: bool | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that judges, in one mode, with the sweep's templates and perhaps a budget of its own.

    A pairwise judge compares each model with the target named `baseline`, or all of them with each
    other, in both `orders` or in one alone: the first of the pair shown first. Where its words hold
    no verdict it is asked again, up to `reasks` times (protocol/ladder.py). `verdict` is the form it
    is asked for; with `logprobs` it is weighed by the probabilities of what else might have been said. A `blind` judge sees no names of models, a `length_neutral` one is told that length
    does not count; `own_family` says what becomes of the models of its own `family`, which is told by
    its name where it is not given: they are judged all the same, marked in the report, or left out.
    """

    name: str
    endpoint: str
    model: str
    mode: Mode = "single"
    max_tokens: int | None = 2048
    temperature: float | None = 0.0
    repeats: int = 1
    price: Price | None = None
    budget: Budget | None = None
    settings: Settings = PLAIN
    baseline: str | None = None
    orders: Orders = "both"
    reasks: int = 3
    verdict: Form = "text"
    logprobs: bool = False
    blind: bool = False
    length_neutral: bool = False
    own_family: OwnFamily = "judge"
    family: str | None = None
    stream: bool | None = None

    @property
    def is_pairwise(self) -> bool:
        """Whether it compares two answers, and grades none."""
        return self.mode != "single"


@dataclass(frozen=True, slots=True)
class Sweep:
    """All the user asked for, but for the questions and templates themselves.

    `choices` is how many conversations each target holds on each question. `rule` names the
    verdict parsing rule. `budget` is for all calls of the run directory together. `author` writes the
    reference answers that questions need; it may be one of the targets. `juries` are derived from
    what judges say.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    targets: tuple[Target, ...]
    judges: tuple[Judge, ...]
    choices: int = 1
    rule: Rule = "default"
    budget: Budget | None = None
    author: Target | None = None
    rubrics: tuple[Rubric, ...] = ()
    juries: tuple[Jury, ...] = ()

    def rubric(self, category: str) -> Rubric | None:
        """Return the rubric for a category: its own, else the one that is for all others, if any."""
        others = None
        for rubric in self.rubrics:
            if category in rubric.categories:
                return rubric
            if not rubric.categories:
                others = rubric
        return others

    def scale(self, category: str) -> Scale:
        """Return the scale of the grades in a category."""
        rubric = self.rubric(category)
        return TEN if rubric is None else rubric.scale

    @property
    def asked(self) -> tuple[Target, ...]:
        """The targets, and the author of references if it is none of them."""
        if self.author is None or self.author in self.targets:
            return self.targets
        return (*self.targets, self.author)

    def streaming(self, endpoint: Endpoint) -> frozenset[str]:
        """Return the models and judges whose replies come in pieces at an endpoint."""
        asked: tuple[Target | Judge, ...] = (*self.asked, *self.judges)
        here = (item for item in asked if item.endpoint == endpoint.name)
        return frozenset(
            item.name for item in here if (endpoint.stream if item.stream is None else item.stream)
        )

    def is_own(self, judge: Judge, *names: str | None) -> bool:
        """Whether a target of these names is of the judge's family, or is the judge's own model."""
        own = _family(judge)
        return any(
            target.model == judge.model or (own is not None and _family(target) == own)
            for target in self.targets
            if target.name in names
        )

    def skips(self, judge: Judge, *names: str | None) -> bool:
        """Whether a judge leaves out what these targets say, as one is of its own family."""
        return judge.own_family == "skip" and self.is_own(judge, *names)

    def is_imported(self, model: Target | Judge) -> bool:
        """Whether the model is never asked, since what it said was imported."""
        return self.endpoint(model.endpoint).is_imported

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of that name; KeyError if the sweep has none."""
        for endpoint in self.endpoints:
            if endpoint.name == name:
                return endpoint
        raise KeyError(name)


def _family(model: Target | Judge) -> str | None:
    return model.family.lower() if model.family else family_of(model.model, model.name)
