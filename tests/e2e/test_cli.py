"""The command line as scripts and people meet it: exit codes, streams, words, and no secrets."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import orjson
import pytest

from asynceval.cli.main import _COMMANDS
from tests.e2e.rig import (
    COMMAND,
    Done,
    Simulator,
    cli,
    environment,
    log_keys,
    log_lines,
    simulating,
    started,
    until,
    write_config,
    write_questions,
)

KEY = "sk-canary-7f3a9b2c4d5e6f708192a3b4"
LOST = r"  up to 1 call may have been charged for without a reply: 1 for \w+ of sim-\w+\n"
"""A key that may be seen nowhere; the wrong one is this with other letters behind."""


def flags(simulator: Simulator, questions: Path, *more: str | Path) -> tuple[str | Path, ...]:
    """Return a run's flags without a config: 16 calls by one model and one judge."""
    url = simulator.base_url.removesuffix("/v1")
    named = ("--model", "sim-s75", "--base-url", url, "--judge", "sim-judge")
    return ("run", *named, "--questions", questions, *more)


def nothing_listens() -> str:
    """Return a URL at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def written(folder: Path) -> bytes:
    """Return every byte of every file in a folder, and every name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


@contextmanager
def disk(folder: Path, size: str, *options: str) -> Iterator[Path]:
    """Mount a small disk in memory, where that is permitted."""
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("there is no mount here")
    mount = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs"]
    if subprocess.run([*mount, str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def damage(log: Path, line: int) -> int:
    """Flip a bit in a line of a log; return where that line begins."""
    content = bytearray(log.read_bytes())
    offset = sum(map(len, content.splitlines(keepends=True)[:line]))
    content[offset + 50] ^= 8
    log.write_bytes(content)
    return offset


def test_without_config(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A model, its URL and a judge are enough; results are on stdout, all else on stderr."""
    done = cli(*flags(simulator, questions, "--parallel", "50"), cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.out.lstrip().startswith("Scores by sim-judge")
    assert "8 of 8 judgments have a verdict." in done.out
    assert "16/16 (100 %)" in done.err
    assert "Scores" not in done.err
    assert simulator.paid == (16, 0)
    (run,) = (tmp_path / "runs").iterdir()
    assert len(log_keys(run)) == 16
    assert cli("resume", cwd=tmp_path).out == done.out
    assert simulator.paid == (16, 0)


def test_one_more_model(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """One more model in the same run directory pays for its own calls alone, and that is said."""
    config = write_config(tmp_path / "a.toml", simulator.base_url, questions, ("sim-s25",))
    assert cli("run", config, "--run-dir", "run", cwd=tmp_path).code == 0
    write_config(config, simulator.base_url, questions, ("sim-s25", "sim-s75"))
    done = cli("run", config, "--run-dir", "run", cwd=tmp_path)
    assert done.code == 0
    assert "changed since the last run: model sim-s75 added" in done.err
    assert simulator.paid == (32, 0)


def test_stages(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """The answers alone and then the judgments alone come to the whole run."""
    answers = cli(
        *flags(simulator, questions, "--run-dir", "run", "--only", "answers"), cwd=tmp_path
    )
    assert answers.code == 0
    assert simulator.stats()["by_model"] == {"sim-s75": 8}
    done = cli(
        *flags(simulator, questions, "--run-dir", "run", "--only", "judgments"), cwd=tmp_path
    )
    assert done.code == 0
    assert simulator.stats()["by_model"] == {"sim-s75": 8, "sim-judge": 8}
    assert "8 of 8 judgments have a verdict." in done.out


def test_report(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A report sends nothing and changes nothing, and is the same each time, in every form."""
    run = cli(*flags(simulator, questions, "--run-dir", "run"), cwd=tmp_path)
    before = written(tmp_path / "run")
    assert cli("report", "run", cwd=tmp_path) == Done(0, run.out.lstrip(), "")
    one, other = (cli("report", "run", "--json", cwd=tmp_path) for _ in range(2))
    assert one == other
    assert orjson.loads(one.out)["coverage"]["scored"] == 8
    sheets = cli("report", "run", "--json", "--csv", "tables", cwd=tmp_path)
    assert sheets.out == one.out
    assert "wrote tables/scores.csv\n" in sheets.err
    assert sheets.err.endswith("wrote tables/judgments.csv\n")
    assert written(tmp_path / "run") == before


@pytest.mark.parametrize("arguments", [("report",), ("report", "--json"), ("verify",)], ids=str)
def test_reader_is_gone(
    tmp_path: Path, simulator: Simulator, questions: Path, arguments: tuple[str, ...]
) -> None:
    """With nobody to read the results, as after `| head -1`, a command ends without a word."""
    cli(*flags(simulator, questions, "--run-dir", "run"), cwd=tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMMAND, *arguments, "run"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        _, err = process.communicate(timeout=120)
    assert err == b""


def test_head(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """`report | head -1` shows the first line and nothing else."""
    cli(*flags(simulator, questions, "--run-dir", "run"), cwd=tmp_path)
    shell = ["/bin/sh", "-c", '"$@" | head -1', "sh", *COMMAND, "report", "run"]
    done = subprocess.run(
        shell, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip() == "Scores by sim-judge, 1 to 10"
    assert done.stderr == ""


def test_progress_is_not_read(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """With nobody to read the progress the run goes on to its end."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMMAND, *map(str, flags(simulator, questions, "--run-dir", "run"))]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=writer
    ) as process:
        os.close(writer)
        process.communicate(timeout=120)
    assert simulator.paid == (16, 0)
    assert len(log_keys(tmp_path / "run")) == 16


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_help(tmp_path: Path, command: str) -> None:
    """Every command has a help with an example, on stdout, in lines of 80 columns."""
    done = cli(*command.split(), "--help", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"Examples?:\s+asynceval {command}", done.out)
    assert all(len(line) <= 80 for line in done.out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--nope"), "No such option '--nope'"),
        (("nope",), "No such command 'nope'"),
        (("run", "--parallel", "0"), "--parallel"),
        (("run", "--only", "nothing"), "--only"),
        (("report",), "there is no run in runs/"),
        (("run",), "--model"),
        (("run", "--model", "m", "--base-url", "127.0.0.1:8000"), "--base-url"),
        (("run", "--model", "m", "--base-url", "http://h", "--key-env", KEY), "--key-env"),
        (("run", "--model", "m", "--base-url", "http://h", "--questions", "no.jsonl"), "no.jsonl"),
        (("run", "no.toml"), "no.toml: no such file"),
        (("simulate", "--port", "0", "--latency", "fast"), "latency"),
        (("resume",), "there is no run in runs/"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_usage(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """A mistake on the command line is told on stderr with exit code 2, and makes no file."""
    done = cli(*arguments, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "canary" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_a_config(tmp_path: Path, questions: Path) -> None:
    """Every mistake in a config is told at once, with file and line, and nothing is sent."""
    config = write_config(
        tmp_path / "bad.toml", nothing_listens(), questions, endpoint="paralel = 3\nrpm = -1"
    )
    lines = config.read_text().splitlines()
    lines.append('mode = "pairwise"')
    lines[lines.index('name = "sim-s75"') + 1] = 'endpoint = "smi"'
    config.write_text("\n".join(lines))
    done = cli("run", config, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    for wrong in ("paralel = 3", "rpm = -1", 'endpoint = "smi"', 'mode = "pairwise"'):
        assert f"error: {config}:{lines.index(wrong) + 1}: " in done.err
    assert "did you mean parallel?" in done.err
    assert not (tmp_path / "runs").exists()


def test_mistakes_in_questions(tmp_path: Path) -> None:
    """Every mistake in a question file is told at once, with file and line."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question_id": 1, "category": "stem", "turns": ["?"]}\n{"\n[]\n')
    config = write_config(tmp_path / "c.toml", nothing_listens(), questions)
    done = cli("run", config, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert f"error: {questions}:2: " in done.err
    assert f"error: {questions}:3: " in done.err


def test_key_is_not_set(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A variable without a key is named before anything is sent or written."""
    done = cli(*flags(simulator, questions, "--key-env", "NO_SUCH_KEY"), cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "the environment variable NO_SUCH_KEY is not set" in done.err
    assert simulator.stats()["requests"] == 0
    assert not (tmp_path / "runs").exists()


def test_judge_is_down(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """With the judge down the answers are kept, what is missing is told, and a later run pays it."""
    down = flags(simulator, questions, "--run-dir", "run", "--judge-base-url", nothing_listens())
    done = cli(*down, cwd=tmp_path)
    assert done.code == 3
    assert "0 of 8 judgments have a verdict." in done.out
    assert re.search(r"8 judgments +sim-judge .*unreachable", done.out)
    assert "is the server up?" in done.err
    assert "To try them again: asynceval resume run" in done.err
    assert simulator.paid == (8, 0)
    again = cli(*flags(simulator, questions, "--run-dir", "run"), cwd=tmp_path)
    assert again.code == 0
    assert simulator.paid == (16, 0)


def test_every_call_fails(tmp_path: Path, questions: Path) -> None:
    """When nothing can be used, the run ends with exit code 3, and every judgment is accounted for."""
    with simulating("--fault", "truncate=1") as simulator:
        done = cli(*flags(simulator, questions, "--run-dir", "run"), cwd=tmp_path)
    assert done.code == 3
    report = orjson.loads(cli("report", "run", "--json", cwd=tmp_path).out)
    coverage = report["coverage"]
    assert coverage["failed"] == coverage["not_reached"] == 4, (
        "of the second turns nothing was sent"
    )
    assert coverage["expected"] == 8
    assert report["single"][0]["average"] is None
    causes = {failure["cause"] for failure in report["failures"]}
    assert causes == {"malformed", "not_reached"}


def test_faults_that_pass(tmp_path: Path, questions: Path) -> None:
    """Faults that pass are overcome: nothing is missing, and the report is that of a quiet run."""
    reports: list[str] = []
    for options in ((), ("--fault", "503=0.1", "--fault", "429=0.1", "--fault", "reset=0.1")):
        with simulating(*options) as simulator:
            run = f"run{len(reports)}"
            done = cli(*flags(simulator, questions, "--run-dir", run), cwd=tmp_path)
            assert done.code == 0, done.err
            assert sum(simulator.stats()["faults"].values()) == 0 or options
        reports.append(cli("report", run, "--json", cwd=tmp_path).out)
    assert reports[0] == reports[1]


def test_no_run(tmp_path: Path) -> None:
    """A directory that is no run is told with exit code 4."""
    (tmp_path / "empty").mkdir()
    for command in ("report", "resume", "verify"):
        for run in ("empty", "missing"):
            done = cli(command, run, cwd=tmp_path)
            assert (done.code, done.out) == (4, "")
            assert done.err.startswith(f"error: {run}")


def test_run_directory_is_a_file(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A file where the run directory should be is told before anything is sent."""
    (tmp_path / "file").touch()
    done = cli(*flags(simulator, questions, "--run-dir", "file"), cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "'file' is a file" in done.err
    assert simulator.stats()["requests"] == 0


def test_run_directory_below_a_file(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A run directory that cannot be made is told before anything is sent."""
    (tmp_path / "file").touch()
    done = cli(*flags(simulator, questions, "--run-dir", "file/run"), cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert "error: file/run" in done.err
    assert simulator.stats()["requests"] == 0


@pytest.mark.parametrize("name", ["", "run"])
def test_read_only(tmp_path: Path, simulator: Simulator, questions: Path, name: str) -> None:
    """A run directory on a read-only disk is told before anything is sent."""
    with disk(tmp_path / "disk", "64k", "ro") as folder:
        done = cli(*flags(simulator, questions, "--run-dir", folder / name), cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert "Read-only file system" in done.err
    assert simulator.stats()["requests"] == 0


def test_full_disk(tmp_path: Path, simulator: Simulator) -> None:
    """On a full disk the run stops, keeps what it has, and goes on once there is room."""
    questions = write_questions(tmp_path / "question.jsonl", 60)
    with disk(tmp_path / "disk", "160k") as folder:
        command = flags(simulator, questions, "--run-dir", folder / "run", "--parallel", "8")
        done = cli(*command, cwd=tmp_path)
        assert done.code == 4
        assert "No space left on device" in done.err
        kept = log_lines(folder / "run")
        assert 0 < len(kept) < 240
        assert (folder / "run" / "calls-1.jsonl").read_bytes().endswith(b"}\n")
        # What was in flight is lost, and what was let in before the error was known everywhere.
        paid, _ = simulator.paid
        assert paid <= len(kept) + 2 * 8

        subprocess.run(["mount", "-o", "remount,size=4m", str(folder)], check=True)
        done = cli(*command, cwd=tmp_path)
        assert done.code == 0, done.err
        assert log_lines(folder / "run")[: len(kept)] == kept
        assert len(set(log_keys(folder / "run"))) == len(log_keys(folder / "run")) == 240
        assert simulator.paid[1] <= 2 * 8


def test_two_processes(tmp_path: Path) -> None:
    """A second process in the same run directory is refused, and told which one is there."""
    questions = write_questions(tmp_path / "question.jsonl", 4)
    with simulating("--latency", "60") as simulator:
        command = flags(simulator, questions, "--run-dir", "run")
        with started(*command, cwd=tmp_path) as process:
            until(lambda: simulator.stats()["in_flight"] == 4, "the first run to be busy")
            for refused in (command, ("resume", "run")):
                done = cli(*refused, cwd=tmp_path)
                assert (done.code, done.out) == (4, "")
                assert f"in use by process {process.pid} on " in done.err
            assert cli("report", "run", cwd=tmp_path).code == 0
        assert simulator.stats()["requests"] == 4


def test_torn_tail(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """A torn last line is cut with one warning, and only its call is paid again."""
    command = flags(simulator, questions, "--run-dir", "run")
    first = cli(*command, cwd=tmp_path)
    log = tmp_path / "run" / "calls-1.jsonl"
    log.write_bytes(log.read_bytes()[:-30])
    verified = cli("verify", "run", cwd=tmp_path)
    assert (verified.code, verified.out) == (4, "15 records are intact in 1 file\n")
    assert "a torn last line" in verified.err
    done = cli(*command, cwd=tmp_path)
    assert done.code == 0
    assert re.fullmatch(re.escape(first.out) + LOST, done.out)
    assert done.err.count("warning: run/calls-1.jsonl: cut a torn last line") == 1
    assert simulator.paid == (17, 1)
    assert cli("verify", "run", cwd=tmp_path) == Done(0, "16 records are intact in 1 file\n", "")


def test_verify_and_repair(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """Damage is named and refused until it is repaired, which costs the damaged calls alone."""
    command = flags(simulator, questions, "--run-dir", "run")
    first = cli(*command, cwd=tmp_path)
    offset = damage(tmp_path / "run" / "calls-1.jsonl", 3)
    for refused in (command, ("report", "run")):
        done = cli(*refused, cwd=tmp_path)
        assert (done.code, done.out) == (4, "")
        assert f"calls-1.jsonl: no intact record at byte {offset} " in done.err
        assert "asynceval verify run --repair" in done.err
    verified = cli("verify", "run", cwd=tmp_path)
    assert (verified.code, verified.out) == (4, "15 records are intact in 1 file\n")
    assert f"at byte {offset} " in verified.err
    repaired = cli("verify", "run", "--repair", cwd=tmp_path)
    assert repaired.code == 0
    assert "set aside what was damaged in run/calls-1.jsonl.damaged" in repaired.err
    assert simulator.stats()["requests"] == 16
    done = cli(*command, cwd=tmp_path)
    assert re.fullmatch(re.escape(first.out) + LOST, done.out)
    assert done.code == 0
    assert simulator.paid == (17, 1)
    assert cli("verify", "run", cwd=tmp_path).code == 0


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_key_is_a_secret(tmp_path: Path, questions: Path, *, is_right: bool) -> None:
    """A key is in no byte that is written or printed, be it accepted or refused."""
    env = environment(SERVER_KEY=KEY, MY_KEY=KEY if is_right else f"{KEY}x")
    with simulating("--api-key-env", "SERVER_KEY", env=env) as simulator:
        command = flags(simulator, questions, "--run-dir", "run", "--key-env", "MY_KEY")
        done = cli(*command, cwd=tmp_path, env=env)
        assert done.code == (0 if is_right else 3), done.err
        assert simulator.paid == ((16, 0) if is_right else (0, 0))
        # A key that was refused is not tried for each call again.
        assert simulator.stats()["requests"] <= 16
    reports = cli("report", "run", "--json", cwd=tmp_path, env=env)
    assert "canary" not in done.out + done.err + reports.out + reports.err
    assert b"canary" not in written(tmp_path / "run")
    assert b"MY_KEY" in written(tmp_path / "run")
    assert ("HTTP 401" in done.err) is not is_right


class _Echo(BaseHTTPRequestHandler):
    """Refuses every request, and repeats its key."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        said = self.headers["Authorization"]
        body = orjson.dumps({"error": {"message": f"Incorrect API key provided: {said}"}})
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as there
        """Say nothing."""


def test_key_is_echoed(tmp_path: Path, questions: Path) -> None:
    """A key that the server repeats in its error is in no byte that is written or printed either."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        named = ("--model", "m", "--base-url", url, "--judge", "j", "--key-env", "MY_KEY")
        env = environment(MY_KEY=KEY)
        command = ("run", *named, "--questions", questions, "--run-dir", "run")
        done = cli(*command, cwd=tmp_path, env=env)
        server.shutdown()
    assert done.code == 3
    assert "Incorrect API key provided: Bearer ***" in done.err
    assert b"Incorrect API key provided" in written(tmp_path / "run")
    assert "canary" not in done.out + done.err
    assert b"canary" not in written(tmp_path / "run")


def test_every_problem_of_files_and_keys_at_once(tmp_path: Path) -> None:
    """Bad questions, bad templates and a missing key are told by one run, and nothing is sent."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question_id": 1, "category": "math", "turns": []}\n')
    (tmp_path / "t.jsonl").write_text("{}\n")
    (tmp_path / "c.toml").write_text(
        'name = "x"\n[benchmark]\nquestions = "q.jsonl"\ntemplates = "t.jsonl"\n'
        '[endpoints.e]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "NO_SUCH_KEY"\n'
        '[[models]]\nname = "m"\nendpoint = "e"\n[[judges]]\nname = "j"\nendpoint = "e"\n'
    )
    done = cli("run", "c.toml", cwd=tmp_path)
    assert done.code == 2
    for word in ("q.jsonl:1", "t.jsonl:1", "NO_SUCH_KEY"):
        assert word in done.err
    assert not (tmp_path / "runs").exists()


def test_config_and_files_at_once(tmp_path: Path) -> None:
    """A misspelt key, a bad question and a bad template are told by one run."""
    (tmp_path / "q.jsonl").write_text('{"question_id": 1, "category": "math", "turns": []}\n')
    (tmp_path / "t.jsonl").write_text("{}\n")
    (tmp_path / "c.toml").write_text(
        'name = "x"\nchoises = 2\n[benchmark]\nquestions = "q.jsonl"\ntemplates = "t.jsonl"\n'
        '[endpoints.e]\nbase_url = "http://127.0.0.1:9/v1"\n'
        '[[models]]\nname = "m"\nendpoint = "e"\n'
    )
    done = cli("run", "c.toml", cwd=tmp_path)
    assert done.code == 2
    for word in ("c.toml:2", "choices", "q.jsonl:1", "t.jsonl:1"):
        assert word in done.err


def test_bad_lines(tmp_path: Path, simulator: Simulator, questions: Path) -> None:
    """They end every command before anything is sent, unless they are to be left out."""
    questions.write_bytes(questions.read_bytes() + b'{"question_id": 9}\n')
    config = write_config(tmp_path / "c.toml", simulator.base_url, questions)
    for command in ("run", "plan", "check"):
        done = cli(command, config, cwd=tmp_path)
        assert done.code == 2
        assert f"error: {questions}:5: turns: is missing (question 9)" in done.err
        assert "error: --skip-bad: leaves lines that are wrong out" in done.err
    done = cli("run", config, "--skip-bad", cwd=tmp_path)
    assert done.code == 0, done.err
    assert f"warning: left out: {questions}:5: turns: is missing (question 9)" in done.err
    assert cli("resume", cwd=tmp_path).code == 0, "the run has its own copy"
    assert simulator.stats()["paid"] >= 32
