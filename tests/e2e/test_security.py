"""Security, with real processes: a key that may be seen nowhere, and folders made by strangers."""

import ast
import base64
import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from anyio.from_thread import start_blocking_portal

import asynceval
from tests.e2e.rig import (
    Done,
    Simulator,
    cli,
    environment,
    finish,
    measured,
    simulating,
    started,
    write_config,
    write_questions,
)
from tests.engine.fault_server import Fault, FaultServer, cut, response, says, serve, zipped

SECRET = "Canary7f3a9b2c4d5e6f708192a3b4"
KEY = f"sk-{SECRET}/+x=="
"""A key with letters that JSON and URLs may write in another way."""

ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
SLASHED = KEY.replace("/", "\\/")
QUOTED = quote(KEY, safe="")


def forms() -> Iterator[bytes]:
    """Yield what a key looks like in text, JSON, a URL, hexadecimal and base64, in lower case."""
    secret = SECRET.encode()
    yield secret.lower()
    yield "".join(f"\\u{code:04x}" for code in secret).encode()
    yield "".join(f"%{code:02x}" for code in secret).encode()
    yield secret.hex().encode()
    for shift in range(3):
        # The letters at the ends depend on what stands beside the key.
        packed = base64.b64encode(bytes(shift) + secret)
        yield packed[4:-4].lower()


def leaks(content: bytes) -> list[bytes]:
    """Return the forms of the key that are in some bytes."""
    low = content.lower()
    return [form for form in forms() if form in low]


def written(folder: Path) -> bytes:
    """Return every byte of every file in a folder, and every name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


def assert_no_leak(done: Done, folder: Path) -> None:
    """Check what was printed and all that was written."""
    assert leaks(done.out.encode()) == [], done.out
    assert leaks(done.err.encode()) == [], done.err
    for path in folder.rglob("*"):
        if path.is_file():
            assert leaks(path.read_bytes()) == [], f"{path}: {path.read_bytes()!r}"


def completion(text: str, **more: object) -> bytes:
    """Return a reply that says this."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return orjson.dumps({"model": "m", "choices": [choice], **more})


def failed(status: str, body: str, *headers: str) -> Fault:
    """Answer with this status and body."""
    return says(response(body.encode(), *headers, status=status))


def error(**fields: str) -> str:
    """Return the body of an error."""
    return orjson.dumps({"error": fields}).decode()


def elsewhere(status: str, location: str) -> Fault:
    """Send the client to another place."""
    return failed(status, "", f"Location: {location}")


def echoes(other: str) -> dict[str, Fault]:
    """Return the ways to repeat a key, by name; `other` is the URL of another server."""
    good, ok = response(completion(f"My key is {KEY}.")), "200 OK"
    said = f"Bad key: Bearer {KEY}"
    return {
        "said": says(good),
        "said-escaped": says(response(completion("@").replace(b"@", ESCAPED.encode()))),
        "said-slashed": says(response(completion("@").replace(b"@", SLASHED.encode()))),
        "said-zipped": says(zipped(completion(f"My key is {KEY}."))),
        "said-as-model": says(response(completion("yes", model=KEY, id=KEY))),
        "said-as-usage": says(response(completion("yes", usage={"prompt_tokens": KEY}))),
        "401": failed("401 Unauthorized", error(message=said)),
        "401-escaped": failed("401 Unauthorized", f'{{"error": {{"message": "{ESCAPED}"}}}}'),
        "401-slashed": failed("401 Unauthorized", f'{{"error": "{SLASHED}"}}'),
        "401-quoted": failed("401 Unauthorized", error(message=f"GET /?key={QUOTED}")),
        "401-reason": failed(f"401 {KEY}", ""),
        "402-text": failed("402 Payment Required", said),
        "403-page": failed("403 Forbidden", f"<html><p>{said}</p>"),
        "404-code": failed("404 Not Found", error(message="no", code=KEY, param=KEY, type=KEY)),
        "400-detail": failed("400 Bad Request", orjson.dumps({"detail": [{"msg": KEY}]}).decode()),
        "400-object": failed("400 Bad Request", f'{{"object": "error", "message": "{KEY}"}}'),
        "429-quota": failed("429 Slow", error(message=said, code="insufficient_quota")),
        "500": failed("500 Oops", error(message=said)),
        "503-header": failed("503 Busy", said, f"Retry-After: {KEY}", f"X-Key: {KEY}"),
        "302-query": elsewhere("302 Found", f"{other}?key={KEY}"),
        "302-quoted": elsewhere("302 Found", f"{other}?key={QUOTED}"),
        "307-user": elsewhere("307 Temporary", other.replace("//", f"//me:{QUOTED}@")),
        "308-path": elsewhere("308 Permanent", f"/{KEY}/v1"),
        "page": failed(ok, f"<!DOCTYPE html><p>{said}</p>", "Content-Type: text/html"),
        "cut-json": failed(ok, f'{{"choices": "{KEY}", "id": "{QUOTED}'),
        "cut-escaped": failed(ok, f'{{"choices": "{ESCAPED}"'),
        "stream": failed(ok, f'data: {{"key": "{KEY}"}}\n\n', "Content-Type: text/event-stream"),
        "no-choices": failed(ok, f'{{"choices": [], "key": "{KEY}"}}'),
        "null": says(response(completion("@", key=KEY).replace(b'"@"', b"null"))),
        "refusal": says(response(completion("@").replace(b'"@"', f'null,"refusal":"{KEY}"'.encode()))),
        "no-http": cut(f"{KEY} 200 {KEY}\r\n\r\n".encode()),
        "long-header": cut(f"HTTP/1.1 200 OK\r\nX-Key: {KEY * 400}\r\n\r\n".encode()),
        "encoding": says(response(b"x", "Content-Encoding: br", f"X-Key: {KEY}")),
        "closed": cut(response(f'{{"key": "{KEY}"}}'.encode(), length=999)),
    }  # fmt: skip


ONCE = {"500", "503-header", "closed"}
"""Faults that are tried again for long: these happen once, and an answer follows."""


@contextmanager
def careless(folder: Path) -> Iterator[tuple[Path, FaultServer, dict[str, FaultServer]]]:
    """Serve every fault, each on a port of its own; yield a config, the other server and them."""
    questions = write_questions(folder / "question.jsonl", 1, turns=1)
    good = says(response(completion(f"{KEY} is a fine key. Rating: [[7]]")))
    servers = ExitStack()
    portal = servers.enter_context(start_blocking_portal())

    def served(*faults: Fault) -> FaultServer:
        return servers.enter_context(portal.wrap_async_context_manager(serve(*faults)))

    try:
        other, judge = served(good), served(good)
        places = {
            name: served(fault, good) if name in ONCE else served(fault)
            for name, fault in echoes(other.url).items()
        }
        tables = [
            f'[endpoints."{name}"]\nbase_url = "{at.url}"\napi_key_env = "MY_KEY"\n'
            for name, at in (*places.items(), ("judge", judge))
        ]
        tables += [f'[[models]]\nname = "m {name}"\nendpoint = "{name}"\n' for name in places]
        config = folder / "sweep.toml"
        config.write_text(
            f'name = "canary"\n[benchmark]\nquestions = "{questions}"\n{"".join(tables)}'
            '[[judges]]\nname = "judge"\nendpoint = "judge"\n'
        )
        yield config, other, places
    finally:
        servers.close()


@pytest.mark.parametrize("env", [{}, {"PYTHONDEVMODE": "1"}], ids=["", "dev"])
def test_a_key_that_servers_repeat_is_nowhere(tmp_path: Path, env: dict[str, str]) -> None:
    """However the key comes back, it is in no byte that is printed or written."""
    variables = environment(MY_KEY=KEY, **env)
    with careless(tmp_path) as (config, other, places):
        done = cli("run", config, "--run-dir", "run", cwd=tmp_path, env=variables)
        asked = {name: b"".join(at.requests) for name, at in places.items()}
    assert done.code == 3, done.err
    assert [name for name, sent in asked.items() if f"Bearer {KEY}".encode() not in sent] == []
    assert other.connections == 0
    assert_no_leak(done, tmp_path / "run")
    assert b"***" in written(tmp_path / "run")
    for shown in (("report", "run", "--json"), ("report", "run", "--csv", "run/csv")):
        assert_no_leak(cli(*shown, cwd=tmp_path, env=variables), tmp_path / "run")


def test_a_check_does_not_show_the_key(tmp_path: Path) -> None:
    """`check` tells what is wrong with each endpoint, without the key that they repeat."""
    with careless(tmp_path) as (config, other, _):
        done = cli("check", config, cwd=tmp_path, env=environment(MY_KEY=KEY))
    assert done.code == 2
    assert other.connections == 0
    assert "***" in done.err
    assert_no_leak(done, tmp_path)


CRASHES = {
    "in a call": """
from asynceval.engine.transport import AiohttpTransport
async def post(self, request):
    raise RuntimeError(request)
AiohttpTransport.post = post
""",
    "in the end": """
import asynceval.cli.tables
def show(*shown):
    raise RuntimeError(shown)
asynceval.cli.tables.show = show
""",
}
"""Defects of ours, with what they hold in their messages."""


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash_does_not_show_the_key(tmp_path: Path, where: str) -> None:
    """A traceback of ours, on stderr or in the event log, holds no key and no variables."""
    questions = write_questions(tmp_path / "question.jsonl", 2)
    env = environment(MY_KEY=KEY, SIMULATOR_KEY=KEY)
    with simulating("--api-key-env", "SIMULATOR_KEY", env=env) as simulator:
        config = write_config(
            tmp_path / "a.toml", simulator.base_url, questions, endpoint='api_key_env = "MY_KEY"'
        )
        arguments = ["run", str(config), "--run-dir", "run"]
        program = (
            f"import sys{CRASHES[where]}from asynceval.cli.main import main\nmain(sys.argv[1:])"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
        )
    assert done.returncode != 0
    events = (tmp_path / "run" / "events.log").read_text("utf-8")
    assert "RuntimeError" in (events if where == "in a call" else done.stderr)
    assert_no_leak(Done(done.returncode, done.stdout, done.stderr), tmp_path / "run")


@pytest.fixture
def refusing() -> Iterator[Simulator]:
    """Return a simulator that takes no request, so that every call is a failure to note."""
    with simulating("--fault", "400=1") as simulator:
        yield simulator


WRITTEN = ("calls-1.jsonl", "lock", "failures.jsonl", "events.log")


@pytest.mark.parametrize("name", [*WRITTEN, "sweep.new", "questions.new", "server-sim.log"])
def test_a_link_in_a_run_directory_is_not_followed(
    tmp_path: Path, refusing: Simulator, name: str
) -> None:
    """Where a file is a link to another one, that one stays as it is, and the user is told."""
    victim, run = tmp_path / "victim", tmp_path / "run"
    victim.write_text("precious\n")
    run.mkdir()
    (run / name).symlink_to(victim)
    questions = write_questions(tmp_path / "question.jsonl", 1)
    config = write_config(tmp_path / "a.toml", refusing.base_url, questions)
    if name.startswith("server"):
        command = "asynceval simulate --port {port} --fault 400=1"
        server = f'server = {{ command = "{command}", ready = "/health" }}'
        config = write_config(
            tmp_path / "a.toml", "http://127.0.0.1:{port}/v1", questions, endpoint=server
        )
    done = cli("run", config, "--run-dir", run, cwd=tmp_path)
    assert victim.read_text() == "precious\n"
    assert done.code == 4, done.err
    assert name in done.err
    assert refusing.stats()["requests"] == 0


class _Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._mark,))


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Return a run directory with one answer in it, as a stranger may send one."""
    questions = write_questions(tmp_path / "question.jsonl", 1, turns=1)
    with simulating() as simulator:
        config = write_config(tmp_path / "a.toml", simulator.base_url, questions, ("sim-s25",))
        assert cli("run", config, "--run-dir", "run", cwd=tmp_path).code == 0
    return tmp_path / "run"


READING = (("report", "run"), ("report", "run", "--json"), ("verify", "run"))


@pytest.mark.parametrize("name", ["sweep.json", "questions.jsonl", "calls-1.jsonl"])
def test_a_strangers_run_directory_runs_no_code(foreign: Path, name: str) -> None:
    """A pickle in place of a file is damage, and is not run."""
    mark = foreign.parent / "mark"
    trap = pickle.dumps(_Trap(mark))
    pickle.loads(trap)
    assert mark.exists()
    mark.unlink()
    (foreign / name).write_bytes(trap + b"\n")
    for command in (READING[0], ("resume", "run")):
        done = cli(*command, cwd=foreign.parent)
        assert (done.code, done.out) == (4, "")
        assert name in done.err
    assert not mark.exists()


@pytest.mark.parametrize(
    "name", ["sweep.json", "questions.jsonl", "calls-1.jsonl", "failures.jsonl"]
)
def test_a_strangers_run_directory_does_not_hang_us(foreign: Path, name: str) -> None:
    """A pipe in place of a file is told, and nobody waits for what will never come."""
    (foreign / name).unlink(missing_ok=True)
    os.mkfifo(foreign / name)
    commands = READING if name == "calls-1.jsonl" else READING[:1]
    for command in commands:
        with started(*command, cwd=foreign.parent) as process:
            assert finish(process, seconds=20).code == 4


@pytest.mark.parametrize("name", ["sweep.json", "calls-1.jsonl"])
def test_a_strangers_run_directory_fills_no_memory(foreign: Path, name: str) -> None:
    """A line of a gigabyte is nothing of ours, is told, and is not held in memory as a whole."""
    os.truncate(foreign / name, 1 << 30)
    code, err, peak = measured("report", "run", cwd=foreign.parent)
    assert code == 4, err
    assert "Traceback" not in err
    assert name in err
    assert peak < 300 << 20


def test_nothing_here_loads_code_from_data() -> None:
    """No module of ours reads a format that can hold code, or evaluates a text."""
    formats = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
    calls = {"eval", "exec", "compile", "__import__"}
    package = Path(asynceval.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                assert formats.isdisjoint(alias.name.split(".")[0] for alias in node.names), path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in formats, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in calls, f"{path}:{node.lineno}"


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000], ids="{:03o}".format)
def test_what_is_written_is_the_users_alone(
    tmp_path: Path, simulator: Simulator, umask: int
) -> None:
    """What holds prompts and answers is readable by nobody else; no file is wider than the umask."""
    questions = write_questions(tmp_path / "question.jsonl", 1)
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions)
    before = os.umask(umask)
    try:
        done = cli("run", config, "--run-dir", "run", cwd=tmp_path)
    finally:
        os.umask(before)
    assert done.code == 0, done.err
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
    assert {name for name, mode in modes.items() if mode & umask or mode & 0o111} == set()
    del modes["lock"]  # which tells who writes, and nothing else
    assert len(modes) >= 5
    assert set(modes.values()) == {0o600}
