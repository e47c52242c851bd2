"""Crosschecks: what one key of a config says about another.

They look at the document as it is, so that they are told together with what is wrong with single
keys. Whatever has a wrong type is left to the schema.
"""

from collections.abc import Iterator, Mapping

from asynceval.config import accounts
from asynceval.config.document import Fault
from asynceval.config.fields import PORT, unknown_name
from asynceval.config.lines import KeyPath
from asynceval.config.servers import has_own
from asynceval.domain.imported import IMPORTED
from asynceval.domain.secret import shown

_Table = Mapping[str, object]


def faults(document: _Table) -> Iterator[Fault]:
    """Yield every contradiction between keys."""
    endpoints = document.get("endpoints")
    asked = [table for kind in ("models", "judges") for _, table in _tables(document.get(kind))]
    for name, endpoint in _tables(endpoints):
        if name == IMPORTED.name:
            yield ("endpoints", name), "is a reserved name: it stands for what was imported"
        yield from _address(("endpoints", name), endpoint)
        yield from _port(("endpoints", name), endpoint, has_own(asked, name))
        yield from _idle(("endpoints", name), endpoint)
    yield from accounts.faults({str(name): table for name, table in _tables(endpoints)})
    yield from _boundless(("budget",), document)
    yield from _pairwise(document)
    yield from _compat(document)
    yield from _author(document)
    yield from _juries(document)
    for kind in ("models", "judges"):
        tables = list(_tables(document.get(kind)))
        yield from _repeated(kind, tables)
        for at, table in tables:
            yield from _boundless((kind, at, "budget"), table)
        if isinstance(endpoints, dict):
            yield from _unknown_endpoints(kind, tables, endpoints)


def _address(path: KeyPath, endpoint: _Table) -> Iterator[Fault]:
    """Yield what is missing to reach the endpoint by its kind, and what is of another kind."""
    kind = endpoint.get("kind", "openai")
    wanted = "command" if kind == "command" else "base_url"
    if wanted not in endpoint:
        yield (*path, wanted), "is missing"
    if kind == "http" and "http" not in endpoint:
        yield (
            (*path, "http"),
            "is missing: a table with the body of a request and the place of text",
        )
    for key in ("base_url", "server"):
        if kind == "command" and key in endpoint:
            yield (*path, key), 'has no use: an endpoint of kind "command" is a program'
    for key in ("command", "http"):
        if kind != key and key in endpoint:
            yield (*path, key), f'has no use without kind = "{key}"'


def _port(path: KeyPath, endpoint: _Table, is_split: bool) -> Iterator[Fault]:
    url, server = endpoint.get("base_url"), endpoint.get("server")
    if not isinstance(url, str):
        return
    if PORT in url and server is None and not is_split:
        yield (*path, "base_url"), "holds {port}, but the endpoint has no server that gets a port"
    if PORT not in url and server is not None:
        yield (
            (*path, "base_url"),
            ('must hold {port}, as in "http://127.0.0.1:{port}/v1": its server gets a free one'),
        )
    yield from _portless((*path, "server"), server)


def _portless(path: KeyPath, server: object) -> Iterator[Fault]:
    """Yield that a server is never told its port: it would be waited for in vain."""
    if not isinstance(server, dict) or not isinstance(server.get("command"), str):
        return
    env = server.get("env")
    told = (server["command"], *(env.values() if isinstance(env, dict) else ()))
    if not any(PORT in str(text) for text in told):
        yield (*path, "command"), "must hold {port}, or env must: the server is asked at that port"


def _idle(path: KeyPath, endpoint: _Table) -> Iterator[Fault]:
    """Yield the keys that could never have an effect."""
    url, timeout, deadline = (endpoint.get(key) for key in ("base_url", "timeout", "deadline"))
    if "ca_file" in endpoint and isinstance(url, str) and url.startswith("http://"):
        yield (*path, "ca_file"), "has no use: base_url is http://, without certificates"
    if (
        isinstance(timeout, int | float)
        and isinstance(deadline, int | float)
        and deadline < timeout
    ):
        yield (*path, "deadline"), f"is less than the timeout of one attempt, {timeout:g} s"


def _pairwise(document: _Table) -> Iterator[Fault]:
    """Yield what is wrong with what judges are to compare."""
    models = [table.get("name") for _, table in _tables(document.get("models"))]
    names = tuple(name for name in models if isinstance(name, str))
    for at, judge in _tables(document.get("judges")):
        mode, baseline = judge.get("mode", "single"), judge.get("baseline")
        if mode == "pairwise-baseline" and baseline is None:
            yield (
                ("judges", at, "baseline"),
                'is missing: mode = "pairwise-baseline" compares each model with this one',
            )
        if mode != "pairwise-baseline" and baseline is not None:
            yield (
                ("judges", at, "baseline"),
                f'has no use: mode is {shown(str(mode))}, not "pairwise-baseline"',
            )
        if isinstance(baseline, str) and baseline not in names:
            yield ("judges", at, "baseline"), unknown_name("model", names, baseline)
        if mode == "single" and "orders" in judge:
            yield ("judges", at, "orders"), "has no use: only pairwise judges see a pair"
        if mode in ("pairwise-baseline", "pairwise-all") and len(names) == 1:
            yield ("judges", at, "mode"), "needs at least two [[models]] to compare"


def _compat(document: _Table) -> Iterator[Fault]:
    """Yield what FastChat's rules need and do not have."""
    benchmark = document.get("benchmark")
    has_none = isinstance(benchmark, dict) and "templates" not in benchmark
    if document.get("compat") == "fastchat" and has_none:
        message = 'is missing: compat = "fastchat" judges with FastChat\'s judge_prompts.jsonl'
        yield ("benchmark", "templates"), message


def _author(document: _Table) -> Iterator[Fault]:
    """Yield what is wrong with the model that is to write the references."""
    benchmark = document.get("benchmark")
    references = benchmark.get("references") if isinstance(benchmark, dict) else None
    author = references.get("model") if isinstance(references, dict) else None
    tables = [table for kind in ("models", "judges") for _, table in _tables(document.get(kind))]
    names = tuple(name for name in (table.get("name") for table in tables) if isinstance(name, str))
    if isinstance(author, str) and author not in names:
        path = ("benchmark", "references", "model")
        yield path, unknown_name("model or judge", names, author)


def _juries(document: _Table) -> Iterator[Fault]:
    """Yield the judges of juries that are not there."""
    judges = [table.get("name") for _, table in _tables(document.get("judges"))]
    names = tuple(name for name in judges if isinstance(name, str))
    for at, jury in _tables(document.get("juries")):
        wanted = jury.get("judges")
        for name in wanted if isinstance(wanted, list) else ():
            if isinstance(name, str) and name not in names:
                yield ("juries", at, "judges"), unknown_name("judge", names, name)


def _boundless(path: KeyPath, table: _Table) -> Iterator[Fault]:
    if table.get("budget") == {}:
        yield path, "is empty: give usd, tokens or both"


def _repeated(kind: str, tables: list[tuple[str | int, _Table]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, table in tables:
        name = table.get("name")
        if isinstance(name, str):
            if name in seen:
                yield (kind, at, "name"), f"{shown(name)} is the name of one of the {kind} already"
            seen.add(name)


def _unknown_endpoints(
    kind: str, tables: list[tuple[str | int, _Table]], endpoints: _Table
) -> Iterator[Fault]:
    known = tuple(endpoints)
    for at, table in tables:
        name = table.get("endpoint")
        if isinstance(name, str) and name not in (*known, IMPORTED.name):
            yield (kind, at, "endpoint"), unknown_name("endpoint", known, name)
        yield from _portless((kind, at, "server"), table.get("server"))
        url = _url(endpoints.get(name)) if isinstance(name, str) else None
        if "server" in table and url is not None and PORT not in url:
            yield (
                (kind, at, "server"),
                f"has no use: the base_url of endpoint {shown(str(name))} holds no {{port}}",
            )


def _url(endpoint: object) -> str | None:
    url = endpoint.get("base_url") if isinstance(endpoint, dict) else None
    return url if isinstance(url, str) else None


def _tables(value: object) -> Iterator[tuple[str | int, _Table]]:
    """Yield the tables in a table or list of tables, with their keys or indices."""
    items: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, item in items:
        if isinstance(item, dict):
            yield key, item
