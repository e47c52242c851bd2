"""Check managed servers, with real processes."""

import fcntl
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

import anyio
import pytest

from asynceval.domain.errors import ServerError
from asynceval.domain.events import Event, ServerReady, ServerStarted
from asynceval.domain.sweep import Endpoint, Server
from asynceval.engine import leftovers, servers
from asynceval.engine.servers import serving

pytestmark = pytest.mark.timeout(60)

SERVE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS if self.path == "/health" else 404)
        self.end_headers()
    def log_message(self, *args):
        pass
print("serving", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# Keeps a file locked for as long as the process is there.
HOLD = """
import fcntl, pathlib
held = open(pathlib.Path(__file__).with_name("held"), "w")
fcntl.flock(held, fcntl.LOCK_EX)
"""


def endpoint(folder: Path, script: str, timeout: float = 30.0) -> Endpoint:
    """Return an endpoint that is served by a script."""
    path = folder / "server.py"
    path.write_text(script)
    command = shlex.join([sys.executable, str(path)]) + " {port}"
    server = Server(command, startup_timeout=timeout)
    return Endpoint("a/b", "http://127.0.0.1:{port}/v1", server=server)


def serve(declared: Endpoint, folder: Path) -> tuple[Endpoint, list[Event]]:
    """Start and end the server; return the endpoint while it served, and what was told."""
    events: list[Event] = []

    async def main() -> Endpoint:
        async with serving(declared, folder, events.append) as served:
            url = served.endpoint.base_url.replace("/v1", "/health")
            assert await anyio.to_thread.run_sync(status_of, url) == 200
            return served.endpoint

    return anyio.run(main), events


def status_of(url: str) -> int:
    with urlopen(url, timeout=10) as response:
        status: int = response.status
    return status


def is_gone(folder: Path) -> bool:
    """Wait until nobody holds the file; the test's time-out ends the wait."""
    with (folder / "held").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    return True


def test_ready(tmp_path: Path) -> None:
    """The endpoint gets the real port once its server answers, and the server ends with it."""
    declared = endpoint(tmp_path, HOLD + SERVE.replace("STATUS", "200"))
    served, events = serve(declared, tmp_path)
    started, ready = events
    assert isinstance(started, ServerStarted)
    assert isinstance(ready, ServerReady)
    port = served.base_url.removeprefix("http://127.0.0.1:").removesuffix("/v1")
    assert started.command.endswith(f"server.py {port}")
    assert ready.base_url == served.base_url
    assert (ready.endpoint, ready.seconds > 0) == ("a/b", True)
    assert Path(started.log).parent == tmp_path
    assert Path(started.log).read_text() == "serving\n"
    assert is_gone(tmp_path)


def test_never_ready(tmp_path: Path) -> None:
    """A server that does not get ready in time is ended, and its last words are told."""
    declared = endpoint(tmp_path, HOLD + SERVE.replace("STATUS", "503"), timeout=1.0)
    started = monotonic()
    with pytest.raises(
        ServerError, match=r"(?s)the server was not ready at .*/health within 1 s.*serving"
    ):
        serve(declared, tmp_path)
    assert monotonic() - started < 20
    assert is_gone(tmp_path)


def test_ends_early(tmp_path: Path) -> None:
    """A server that ends before it is ready is told with its exit code and its last 8 lines."""
    script = "for n in range(20): print('line', n)\nraise SystemExit(7)"
    started = monotonic()
    with pytest.raises(ServerError) as raised:
        serve(endpoint(tmp_path, script), tmp_path)
    message = str(raised.value)
    assert "ended with exit code 7" in message
    assert message.endswith("):\n" + "\n".join(f"line {n}" for n in range(12, 20)))
    assert monotonic() - started < 20


def test_last_words_without_an_end_are_cut(tmp_path: Path) -> None:
    """A program may print megabytes in one line; of its last ones the beginnings are told."""
    script = "print('a' * 3_000_000)\nprint('b' * 999)\nprint('killed')\nraise SystemExit(7)"
    with pytest.raises(ServerError) as raised:
        serve(endpoint(tmp_path, script), tmp_path)
    first, *lines = str(raised.value).splitlines()
    assert len(first) < 500
    assert lines == ["a" * 300 + "…", "b" * 300 + "…", "killed"]


def test_ends_early_and_silently(tmp_path: Path) -> None:
    """A server that says nothing is told so, with the file where its words would be."""
    with pytest.raises(ServerError, match=r"It printed nothing \(.*\.log\)"):
        serve(endpoint(tmp_path, ""), tmp_path)


def test_cannot_be_started(tmp_path: Path) -> None:
    """A command that is not there is told by its name."""
    server = Server("/no/such/program --port {port}")
    with pytest.raises(ServerError, match="cannot start /no/such/program: No such file"):
        serve(Endpoint("e", "http://127.0.0.1:{port}", server=server), tmp_path)


def test_children_end_with_it(tmp_path: Path) -> None:
    """What the server started is ended with it."""
    (tmp_path / "child.py").write_text(
        HOLD + "print('held', flush=True)\nimport time; time.sleep(60)"
    )
    start = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, {str(tmp_path / 'child.py')!r}],"
        " stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
    )
    serve(endpoint(tmp_path, start + SERVE.replace("STATUS", "200")), tmp_path)
    assert is_gone(tmp_path)


def test_a_server_behind_a_script_gets_its_time_to_stop(tmp_path: Path) -> None:
    """A shell ends at once when it is asked to; what it started cleans up first."""
    (tmp_path / "behind.py").write_text(
        HOLD
        + "import signal, sys, time\n"
        + "def clean(*_):\n"
        + "    time.sleep(0.3)\n"
        + "    pathlib.Path(__file__).with_name('cleaned').touch()\n"
        + "    sys.exit()\n"
        + "signal.signal(signal.SIGTERM, clean)\n"
        + SERVE.replace("STATUS", "200")
    )
    (tmp_path / "start.sh").write_text(f"{sys.executable} {tmp_path}/behind.py $1\ntrue\n")
    command = f"sh {tmp_path}/start.sh {{port}}"
    serve(Endpoint("e", "http://127.0.0.1:{port}/v1", server=Server(command)), tmp_path)
    assert (tmp_path / "cleaned").exists()
    assert is_gone(tmp_path)


def test_a_server_is_stopped_where_processes_cannot_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every system has /proc: its group is asked to stop as well, and it may clean up."""
    monkeypatch.setattr(leftovers, "_PROC", tmp_path / "no-proc")
    script = HOLD + SERVE.replace("STATUS", "200").replace(
        "print(",
        "import signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('cleaned', flush=True)))\n"
        "print(",
    )
    _, events = serve(endpoint(tmp_path, script), tmp_path)
    assert isinstance(events[0], ServerStarted)
    assert Path(events[0].log).read_text() == "serving\ncleaned\n"
    assert is_gone(tmp_path)


def test_deaf_to_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not stop when asked is killed a few seconds later."""
    monkeypatch.setattr(leftovers, "TERM_SECONDS", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    serve(endpoint(tmp_path, HOLD + deaf + SERVE.replace("STATUS", "200")), tmp_path)
    assert is_gone(tmp_path)


def test_cancelled_while_it_starts(tmp_path: Path) -> None:
    """A run that is cancelled while a server starts leaves no process behind."""
    declared = endpoint(tmp_path, HOLD + SERVE.replace("STATUS", "503"))

    async def main() -> None:
        with anyio.CancelScope() as scope:

            def cancel(event: Event) -> None:
                assert isinstance(event, ServerStarted)
                scope.cancel()

            async with serving(declared, tmp_path, cancel):
                raise AssertionError

    (tmp_path / "held").touch()
    anyio.run(main)
    assert is_gone(tmp_path)


def test_who_listens_at_a_port_already_is_not_taken_for_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may answer on the path of readiness."""
    (tmp_path / "other").mkdir()
    other = endpoint(tmp_path / "other", SERVE.replace("STATUS", "200"))
    declared = endpoint(tmp_path, SERVE.replace("STATUS", "200"))

    async def main() -> tuple[str, str]:
        async with serving(other, tmp_path / "other", lambda _: None) as first:
            taken = int(first.endpoint.base_url.split(":")[2].split("/")[0])
            free, ports = servers._any_port(), iter((taken,))
            monkeypatch.setattr(servers, "_any_port", lambda: next(ports, free))
            async with serving(declared, tmp_path, lambda _: None) as served:
                return first.endpoint.base_url, served.endpoint.base_url

    first, second = anyio.run(main)
    assert first != second


def test_a_port_that_is_taken_meanwhile_is_changed(tmp_path: Path) -> None:
    """The server says so and ends; it is started once more, on another."""
    once = (
        "import pathlib, socket, sys\n"
        "first = pathlib.Path(__file__).with_name('first')\n"
        "if not first.exists():\n"
        "    first.write_text(sys.argv[1])\n"
        "    holder, late = socket.socket(), socket.socket()\n"
        "    holder.bind(('127.0.0.1', 0)); holder.listen()\n"
        "    late.bind(holder.getsockname())\n"
    )
    served, events = serve(endpoint(tmp_path, once + SERVE.replace("STATUS", "200")), tmp_path)
    assert (tmp_path / "first").read_text() not in served.base_url
    assert [type(event) for event in events] == [ServerStarted, ServerStarted, ServerReady]
    assert "Address already in use" in next(tmp_path.glob("server-*.log")).read_text()


def test_a_server_gets_its_variables_and_its_gpus(tmp_path: Path) -> None:
    """Those of the config come last, with the port in them."""
    told = "import os; print(os.environ['HOST'], os.environ['CUDA_VISIBLE_DEVICES'], flush=True)\n"
    declared = endpoint(tmp_path, told + SERVE.replace("STATUS", "200"))
    assert declared.server is not None
    server = replace(declared.server, env=(("HOST", "a:{port}"),), gpus=("1", "3"))
    served, events = serve(replace(declared, server=server), tmp_path)
    port = served.base_url.split(":")[2].removesuffix("/v1")
    assert isinstance(events[0], ServerStarted)
    assert Path(events[0].log).read_text() == f"a:{port} 1,3\nserving\n"


def test_what_leaves_its_group_ends_with_it(tmp_path: Path) -> None:
    """It bears the server's mark in its environment."""
    (tmp_path / "child.py").write_text(
        HOLD + "print('held', flush=True)\nimport time; time.sleep(60)"
    )
    start = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, {str(tmp_path / 'child.py')!r}],"
        " stdout=subprocess.PIPE, start_new_session=True)\n"
        "child.stdout.readline()\n"
    )
    serve(endpoint(tmp_path, start + SERVE.replace("STATUS", "200")), tmp_path)
    assert is_gone(tmp_path)


def test_this_installation() -> None:
    """`asynceval` in a command is this very installation, whatever PATH says; quotes are kept."""
    assert servers._command("asynceval simulate --x 'a b'") == [
        sys.executable,
        "-m",
        "asynceval",
        "simulate",
        "--x",
        "a b",
    ]
    assert servers._command("vllm serve asynceval") == ["vllm", "serve", "asynceval"]
