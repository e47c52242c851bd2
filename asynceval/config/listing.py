"""Models that nobody wrote down: `[[models]] from = "server"` is every model that its endpoint lists."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from pydantic import ValidationError

from asynceval.config.axes import patterns
from asynceval.config.document import Fault
from asynceval.config.endpoints import EndpointTable
from asynceval.config.fields import PORT, name_fault
from asynceval.config.lines import KeyPath
from asynceval.config.written import Written
from asynceval.domain.sweep import Endpoint
from asynceval.domain.text import counted
from asynceval.providers.kinds import provider

Ask = Callable[[Endpoint], tuple[str, ...]]
"""Asks an endpoint which models it has. Raises LookupError that says why it does not tell."""

MOST: Final = 1000
"""Models that one endpoint may add."""

_Table = Mapping[str, object]


def nobody(_: Endpoint) -> tuple[str, ...]:
    """Ask no endpoint."""
    raise LookupError("needs its endpoint, which is not asked here")


def expand(document: _Table, ask: Ask) -> Written:
    """Return the config with every listed model under a name and a table of its own.

    A model that has a table at the same endpoint already, by its name or the one on the wire, is
    that one. Whatever has a wrong type is left to the schema.
    """
    tables = document.get("models")
    if not isinstance(tables, list):
        return Written(document)
    own = [table for table in tables if isinstance(table, dict) and "from" not in table]
    known = {
        (str(table.get("endpoint")), str(name))
        for table in own
        for name in (table.get("name"), table.get("model", table.get("name")))
    }
    faults: list[Fault] = []
    models: list[object] = []
    origins: dict[KeyPath, KeyPath] = {}
    for at, table in enumerate(tables):
        found: list[object] = [table]
        if isinstance(table, dict) and "from" in table:
            rest = {key: value for key, value in table.items() if key not in ("from", "only")}
            found = [{**rest, "name": "?"}]  # stands for them where they cannot be known
            if wrong := list(_faults(("models", at), table)):
                faults += wrong
            elif (endpoint := _endpoint(document, table.get("endpoint"))) is None:
                faults.append((("models", at, "from"), "needs an endpoint that has no fault"))
            else:
                try:
                    names = _chosen(endpoint, table, ask)
                    found = [
                        {**rest, "name": name}
                        for name in names
                        if (endpoint.name, name) not in known
                    ]
                except LookupError as error:
                    faults.append((("models", at, "from"), str(error)))
        origins |= {("models", len(models) + place): ("models", at) for place in range(len(found))}
        models += found
    if faults:
        rest = {key: value for key, value in document.items() if key != "matrix"}
        return Written({**rest, "models": models}, origins, tuple(faults))
    return Written({**document, "models": models}, origins)


def _faults(path: KeyPath, table: _Table) -> Iterator[Fault]:
    if table["from"] != "server":
        yield (*path, "from"), 'must be "server"'
    for key in ("name", "model"):
        if key in table:
            yield (*path, key), 'has no use: from = "server" takes the names that the server lists'
    if patterns(table.get("only", "*")) is None:
        yield (*path, "only"), 'must be a name or a pattern, or a list, as in "qwen*"'


def _endpoint(document: _Table, name: object) -> Endpoint | None:
    """Return an endpoint as far as it takes to ask it, None if the config has none that can be read."""
    tables = document.get("endpoints")
    table = tables.get(name) if isinstance(tables, dict) and isinstance(name, str) else None
    try:
        return EndpointTable.model_validate(table).endpoint(str(name))
    except ValidationError:
        return None


def _chosen(endpoint: Endpoint, table: _Table, ask: Ask) -> list[str]:
    """Return the names that an endpoint lists and `only` wants. LookupError says why there are none."""
    if endpoint.server is not None or PORT in endpoint.base_url:
        raise LookupError(
            "has no use: its server is started by the run, so name the model that it serves"
        )
    if endpoint.is_imported or provider(endpoint).listing() is None:
        raise LookupError(f'has no use: an endpoint of kind "{endpoint.kind}" lists no models')
    listed = dict.fromkeys(ask(endpoint))
    wanted = patterns(table.get("only", "*")) or ()
    chosen = [name for name in listed if any(fnmatchcase(name, one) for one in wanted)]
    if not chosen:
        fitting = " that `only` chooses" if listed else ""
        raise LookupError(
            f"endpoint {endpoint.name} lists {counted(len(listed), 'model')}, none{fitting}"
        )
    if len(chosen) > MOST:
        raise LookupError(
            f"endpoint {endpoint.name} lists {len(chosen):,} models, and {MOST:,} are the most: "
            'choose with only = "..."'
        )
    for name in chosen:
        if fault := name_fault(name):
            said = f"endpoint {endpoint.name} lists {name!r}, which {fault}"
            raise LookupError(f'{said}: choose the others with only = "..."')
    return chosen
