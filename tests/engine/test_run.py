"""Check a whole run: real sockets, real signals, and a server of its own."""

import os
import shlex
import signal
import sys
from pathlib import Path

import anyio
import pytest

from asynceval.domain.events import Event, Pulsed, ServerReady, SweepEnded, SweepStarted
from asynceval.domain.sweep import Endpoint, Server
from asynceval.engine.run import Run
from asynceval.protocol.conversation import Plan
from asynceval.store.store import Store
from tests.engine.fakes import completion, plan
from tests.engine.fault_server import hangs, response, says, serve

pytestmark = pytest.mark.timeout(60)

SAYS = says(response(completion("Rating: [[7]]").body))
# Serves completions, and is ready on /health.
SERVER = f"""
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(b"")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({completion("Rating: [[7]]").body!r})
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def at(base_url: str, server: Server | None = None) -> Plan:
    return plan(3, endpoints=[Endpoint("house", base_url, parallel=2, server=server)])


async def run_into(folder: Path, wanted: Plan, events: list[Event]) -> Run:
    with Store(folder, write=True) as store:
        run = Run(wanted, store, folder, {}, events.append)
        await run()
    return run


def test_a_run(tmp_path: Path) -> None:
    """A run fills every cell, says how it began and ended, and has nothing to do the next time."""

    async def main() -> None:
        events: list[Event] = []
        async with serve(SAYS) as server:
            wanted = at(server.url)
            run = await run_into(tmp_path, wanted, events)
            sent = len(server.requests)
            again = await run_into(tmp_path, wanted, [])
            assert len(server.requests) == sent
        assert (run.is_complete, run.is_interrupted) == (True, False)
        assert (again.is_complete, again.is_interrupted) == (True, False)
        assert isinstance(events[0], SweepStarted)
        assert isinstance(events[-1], SweepEnded)
        pulse = next(event for event in reversed(events) if isinstance(event, Pulsed))
        assert [(status.name, status.in_flight) for status in pulse.gates] == [("house", 0)]

    anyio.run(main)


def test_a_run_with_a_server_of_its_own(tmp_path: Path) -> None:
    """The server is started for the first call and its port is used; without calls it is not."""
    (tmp_path / "server.py").write_text(SERVER)
    command = shlex.join([sys.executable, str(tmp_path / "server.py")]) + " {port}"
    wanted = at("http://127.0.0.1:{port}/v1", Server(command, startup_timeout=30))
    first: list[Event] = []
    second: list[Event] = []
    assert anyio.run(run_into, tmp_path, wanted, first).is_complete
    assert anyio.run(run_into, tmp_path, wanted, second).is_complete
    assert [isinstance(event, ServerReady) for event in first].count(True) == 1
    assert not [event for event in second if isinstance(event, ServerReady)]


def test_an_interrupted_run(tmp_path: Path) -> None:
    """Two signals end a run whose calls hang; what had landed is kept, and a run again goes on."""

    async def interrupt() -> None:
        async with serve(SAYS, SAYS, hangs()) as server:

            def heard(event: Event) -> None:
                # The pulse proves that the receiver of signals is there.
                if isinstance(event, Pulsed) and len(server.requests) >= 4:
                    os.kill(os.getpid(), signal.SIGINT)

            with Store(tmp_path, write=True) as store:
                run = Run(at(server.url), store, tmp_path, {}, heard)
                await run()
                assert (run.is_complete, run.is_interrupted) == (False, True)
                assert len(store) == 2

    async def go_on() -> None:
        async with serve(SAYS) as server:
            run = await run_into(tmp_path, at(server.url), [])
            assert run.is_complete
            with Store(tmp_path, write=False) as store:
                assert len(server.requests) == len(store) - 2

    anyio.run(interrupt)
    anyio.run(go_on)


def test_a_run_whose_endpoint_is_down(tmp_path: Path) -> None:
    """A run that nothing answers ends, incomplete."""
    events: list[Event] = []
    run = anyio.run(run_into, tmp_path, at("http://127.0.0.1:1/v1"), events)
    assert (run.is_complete, run.is_interrupted) == (False, False)
