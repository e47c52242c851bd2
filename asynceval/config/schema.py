"""The config's schema. pydantic stays in this package: what leaves it are the domain's values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationError
from pydantic_core import ErrorDetails

from asynceval.benchmarks import fastchat
from asynceval.config import fields
from asynceval.config.accounts import shared
from asynceval.config.document import Fault
from asynceval.config.endpoints import EndpointTable, HttpTable, ServerTable
from asynceval.config.judging import Judging, JuryTable, RubricTable
from asynceval.config.servers import Own
from asynceval.config.table import Table
from asynceval.config.values import (
    Body,
    Count,
    Dollars,
    Effort,
    File,
    Headers,
    Name,
    Positive,
    Share,
    Stop,
    Temperature,
    Text,
)
from asynceval.config.wording import message
from asynceval.domain.call import PLAIN, Settings
from asynceval.domain.imported import FREE, IMPORTED
from asynceval.domain.sweep import (
    Budget,
    Judge,
    Mode,
    Orders,
    Price,
    Server,
    Sweep,
    Target,
)

_SETTINGS = tuple(Settings.__slots__)


class PriceTable(Table):
    """`price = {...}`, in US dollars for a million tokens."""

    input: Dollars
    output: Dollars


class BudgetTable(Table):
    """`budget = {...}`: US dollars, tokens or both."""

    usd: Positive | None = None
    tokens: Count | None = None


class _ModelTable(Table):
    """What `[[models]]` and `[[judges]]` share."""

    name: Name
    endpoint: str
    model: Name | None = None
    max_tokens: Count | None = None
    temperature: Temperature | None = None
    price: PriceTable | None = None
    top_p: Share | None = None
    seed: int | None = None
    stop: Stop | None = None
    effort: Effort | None = None
    reasoning: bool | None = None
    body: Body | None = None
    headers: Headers | None = None
    server: ServerTable | None = None
    stream: bool | None = None

    def own_server(self) -> Server | None:
        """Return the server that the model has to itself."""
        return None if self.server is None else self.server.server()

    def values(self) -> dict[str, Any]:
        """Return what the file sets, with the name as the default for the model on the wire.

        What was imported costs nothing, and how it was asked is not known.
        """
        if self.endpoint == IMPORTED.name:
            unknown = {"price": FREE, "max_tokens": None, "temperature": None}
            return {"model": self.name, **self.given("server"), **unknown}
        price = None if self.price is None else Price(**self.price.given())
        own = {key: getattr(self, key) for key in _SETTINGS if key in self.model_fields_set}
        return {
            "model": self.name,
            "price": price,
            "settings": Settings(**own) if own else PLAIN,
            **self.given("price", "server", *_SETTINGS),
        }


class TargetTable(_ModelTable):
    """`[[models]]`."""

    system: Text | None = None
    family: Name | None = None


class JudgeTable(_ModelTable, Judging):
    """`[[judges]]`."""

    mode: Mode | None = None
    baseline: Name | None = None
    orders: Orders | None = None
    repeats: Count | None = None
    budget: BudgetTable | None = None

    def judge(self) -> Judge:
        """Return the judge."""
        values = {key: value for key, value in self.values().items() if key != "budget"}
        return Judge(**values, budget=_budget(self.budget))


class AuthorTable(Table):
    """`references = {...}` of `[benchmark]`: one of the models or judges writes them."""

    model: Name
    max_tokens: Count | None = None

    def author(self, models: Iterable[Target], judges: Iterable[Judge]) -> Target:
        """Return the author; a model without an own `max_tokens` here writes what it answers anyway."""
        for model in models:
            if model.name == self.model:
                return model if self.max_tokens is None else replace(model, **self.given("model"))
        for judge in judges:
            if judge.name == self.model:
                most = self.max_tokens or judge.max_tokens
                return Target(
                    judge.name,
                    judge.endpoint,
                    judge.model,
                    most,
                    price=judge.price,
                    settings=judge.settings,
                )
        raise KeyError(self.model)


def _source(references: object) -> str:
    return "model" if isinstance(references, dict) else "file"


References = Annotated[
    Annotated[File, Tag("file")] | Annotated[AuthorTable, Tag("model")], Discriminator(_source)
]


class BenchmarkTable(Table):
    """`[benchmark]`."""

    questions: File
    references: References | None = None
    templates: File | None = None
    categories: list[Name] = Field(default_factory=list)
    limit: Count | None = None
    reference_categories: list[Name] | None = None
    missing_reference: Literal["refuse", "warn"] = "refuse"


class ConfigTable(Table):
    """The whole file, its matrix written out."""

    name: Name
    html: File | None = None
    benchmark: BenchmarkTable
    endpoints: dict[Name, EndpointTable]  # the imported one is known without a table
    models: Annotated[list[TargetTable], Field(min_length=1)]
    judges: list[JudgeTable] = Field(default_factory=list)
    rubrics: list[RubricTable] = Field(default_factory=list)
    juries: list[JuryTable] = Field(default_factory=list)
    choices: Count | None = None
    compat: Literal["fastchat"] | None = None
    system_messages: Literal["fastchat"] | None = None
    budget: BudgetTable | None = None

    def sweep(self) -> Sweep:
        """Return the sweep that the file describes."""
        settings = self.given(
            *("benchmark", "endpoints", "models", "judges", "rubrics", "juries"),
            *("compat", "system_messages", "budget", "html"),
        )
        if self.compat is not None:
            settings["rule"] = self.compat
        given = {name: table.model_fields_set for name, table in self.endpoints.items()}
        endpoints = tuple(table.endpoint(name) for name, table in self.endpoints.items())
        own = Own(shared(endpoints, given))
        targets = tuple(own.placed(self._target(t), t.own_server()) for t in self.models)
        judges = tuple(own.placed(self._judge(t), t.own_server()) for t in self.judges)
        author = self.benchmark.references
        used = {t.endpoint for t in targets} | {j.endpoint for j in judges}
        return Sweep(
            endpoints=own.endpoints() + ((IMPORTED,) if IMPORTED.name in used else ()),
            targets=targets,
            judges=judges,
            budget=_budget(self.budget),
            rubrics=tuple(table.rubric() for table in self.rubrics),
            juries=tuple(table.jury() for table in self.juries),
            author=author.author(targets, judges) if isinstance(author, AuthorTable) else None,
            **settings,
        )

    def _target(self, table: TargetTable) -> Target:
        """Return a target, with the system message of its name if it is to have that."""
        target = Target(**table.values())
        if self.system_messages is None or target.system is not None:
            return target
        return replace(target, system=fastchat.system_message(target.name))

    def _judge(self, table: JudgeTable) -> Judge:
        """Return a judge, within FastChat's limit for Anthropic's if that is to hold."""
        judge, endpoint = table.judge(), self.endpoints.get(table.endpoint)
        is_anthropic = endpoint is not None and endpoint.kind == "anthropic"
        if self.compat is None or not is_anthropic or table.max_tokens is not None:
            return judge
        return replace(judge, max_tokens=fastchat.ANTHROPIC_MAX_TOKENS)


def _budget(table: BudgetTable | None) -> Budget | None:
    return None if table is None else Budget(**table.given())


def parse(table: Mapping[str, object]) -> tuple[ConfigTable | None, list[Fault]]:
    """Return the checked config, or None and everything that is wrong with single keys."""
    try:
        return ConfigTable.model_validate(table), []
    except ValidationError as error:
        return None, [_fault(e) for e in error.errors(include_url=False)]


def _fault(error: ErrorDetails) -> Fault:
    path = tuple(part for part in error["loc"] if part != "[key]")
    if path[:2] == _REFERENCES:
        path = (*_REFERENCES, *path[3:])  # without the tag of what it is
    if error["type"] == "extra_forbidden":
        return path, fields.unknown_key(str(path[-1]), _known(path[:-1]))
    last = str(path[-1]) if path else ""
    return path, message(error["type"], last, error.get("ctx", {}))


def _known(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have."""
    if not path:
        return (*ConfigTable.model_fields, "matrix")
    table = _INNER[str(path[-1])] if len(path) > 2 else _OUTER[str(path[0])]
    return tuple(table.model_fields)


_REFERENCES = ("benchmark", "references")
_OUTER: Mapping[str, type[Table]] = {
    "benchmark": BenchmarkTable,
    "endpoints": EndpointTable,
    "models": TargetTable,
    "judges": JudgeTable,
    "rubrics": RubricTable,
    "juries": JuryTable,
    "budget": BudgetTable,
}
"""The tables of the document, by the first key of a path."""
_INNER: Mapping[str, type[Table]] = {
    "server": ServerTable,
    "http": HttpTable,
    "price": PriceTable,
    "budget": BudgetTable,
    "references": AuthorTable,
}
"""The tables inside of those, by their key."""
