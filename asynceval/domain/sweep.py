"""A sweep: all the user asked for, resolved and checked."""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["single"]
Rule = Literal["default", "fastchat"]
Only = Literal["answers", "judgments"]


@dataclass(frozen=True, slots=True)
class Server:
    """A program that serves an endpoint, started and stopped by the sweep.

    `command` may hold `{port}`; `ready` is the path that answers 200 once it serves;
    `startup_timeout` is in seconds.
    """

    command: str
    ready: str = "/health"
    startup_timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An account with limits, reached under one URL.

    `api_key_env` is the name of the variable that holds the key. `parallel` is calls in flight,
    `rpm` requests a minute, `timeout` seconds from sending a request to the last byte of its reply.
    """

    name: str
    base_url: str
    kind: str = "openai"
    api_key_env: str | None = None
    parallel: int = 50
    rpm: float | None = None
    timeout: float = 600.0
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Target:
    """A model under test. `model` is its name on the wire; `temperature` overrides the category's."""

    name: str
    endpoint: str
    model: str
    max_tokens: int | None = 1024
    temperature: float | None = None
    system: str | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that judges, in one mode, with the sweep's templates."""

    name: str
    endpoint: str
    model: str
    mode: Mode = "single"
    max_tokens: int | None = 2048
    temperature: float | None = 0.0
    repeats: int = 1
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """All the user asked for, but for the questions and templates themselves.

    `choices` is how many conversations each target holds on each question. `rule` names the
    verdict parsing rule. `only` restricts a run to one stage.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    targets: tuple[Target, ...]
    judges: tuple[Judge, ...]
    choices: int = 1
    rule: Rule = "default"

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of that name; KeyError if the sweep has none."""
        for endpoint in self.endpoints:
            if endpoint.name == name:
                return endpoint
        raise KeyError(name)
