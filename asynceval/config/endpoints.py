"""The tables of endpoints in a config."""

from dataclasses import replace

from asynceval.config.table import Table
from asynceval.config.values import (
    Command,
    Environment,
    File,
    Gpus,
    Header,
    InFlight,
    Kind,
    Name,
    Path,
    Place,
    Positive,
    Ready,
    Template,
    Text,
    Url,
    Variable,
)
from asynceval.domain.sweep import COMMAND, Endpoint, Http, Server


class ServerTable(Table):
    """`server = {...}` of an endpoint."""

    command: Command
    ready: Ready | None = None
    startup_timeout: Positive | None = None
    env: Environment | None = None
    gpus: Gpus | None = None

    def server(self) -> Server:
        """Return the server."""
        return Server(**self.given())


class HttpTable(Table):
    """`[endpoints.NAME.http]`."""

    body: Template
    text: Place
    path: Path | None = None
    finish_reason: Place | None = None
    reasoning: Place | None = None
    model: Place | None = None
    prompt_tokens: Place | None = None
    completion_tokens: Place | None = None
    reasoning_tokens: Place | None = None


class EndpointTable(Table):
    """`[endpoints.NAME]`. A program is asked under a URL of its own, made of its command."""

    base_url: Url | None = None
    command: Command | None = None
    kind: Kind | None = None
    api_key_env: Variable | None = None
    account: Name | None = None
    parallel: InFlight | None = None
    rpm: Positive | None = None
    tpm: Positive | None = None
    charges_max_tokens: bool | None = None
    timeout: Positive | None = None
    deadline: Positive | None = None
    stream: bool | None = None
    stall_timeout: Positive | None = None
    ca_file: File | None = None
    key_header: Header | None = None
    api_version: Text | None = None
    http: HttpTable | None = None
    server: ServerTable | None = None

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of this name; of `timeout` and `deadline` each goes with the other."""
        endpoint = Endpoint(
            name=name,
            base_url=self.base_url or f"{COMMAND}{self.command}",
            server=None if self.server is None else self.server.server(),
            http=None if self.http is None else Http(**self.http.given()),
            **self.given("base_url", "command", "server", "http"),
        )
        if self.deadline is None:
            return replace(endpoint, deadline=max(endpoint.deadline, 3 * endpoint.timeout))
        if self.timeout is None:
            return replace(endpoint, timeout=min(endpoint.timeout, endpoint.deadline))
        return endpoint
