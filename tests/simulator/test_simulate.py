"""Check the command: its errors, and a real process from its ready line to its end."""

import re
import signal
import subprocess
import sys
import urllib.request

import click
import pytest
from click.testing import CliRunner

from asynceval.cli.simulate import simulate
from asynceval.simulator.faults import Fault, FaultRate
from asynceval.simulator.latency import Constant
from asynceval.simulator.settings import ModelLimit, Settings

COMMAND = "from asynceval.cli.simulate import simulate; simulate()"


def refused(*arguments: str) -> str:
    """Return what a command that is refused says; it must say so with exit code 2."""
    result = CliRunner().invoke(simulate, ["--port", "0", *arguments])
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--latency", "fast"], "lognormal:0.8,4.0"),
        (["--fault", "explode=1"], "reset, close, hang, lost, truncate"),
        (["--fault", "500=0.7", "--fault", "503=0.7"], "more than 1"),
        (["--rpm", "0"], "--rpm"),
        (["--tpm", "some"], "--tpm"),
        (["--slots", "0"], "--slots"),
        (["--model-rpm", "sim-s25"], "sim-s25=60"),
        (["--burst", "2"], "--burst needs --bucket"),
        (["--bucket", "--burst", "0"], "more than 0 seconds"),
        (["--most-in-flight", "0"], "--most-in-flight"),
        (["--retry-after", "1"], "--retry-after needs --most-in-flight"),
        (["--port", "70000"], "--port"),
        (["--api-key-env", "ASYNCEVAL_TEST_NOT_SET"], "ASYNCEVAL_TEST_NOT_SET is not set"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    """A mistake ends with exit code 2 and a sentence about it."""
    assert message in refused(*arguments)


def test_port_is_required() -> None:
    """Without a port the command is refused."""
    result = CliRunner().invoke(simulate, [])
    assert result.exit_code == 2
    assert "--port" in result.output


def test_every_option_has_help() -> None:
    """Every option has a help text, there is an example, and every fault is named."""
    options = [option for option in simulate.params if isinstance(option, click.Option)]
    assert len(options) == len(simulate.params) == 16
    assert all(option.help for option in options)
    text = CliRunner().invoke(simulate, ["--help"]).output
    assert "Example: asynceval simulate --port 8000" in text
    assert all(re.search(rf"\b{kind}\b", text) for kind in Fault)


def test_options_become_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option reaches the setting that it is named after."""
    served: list[Settings] = []

    async def serve(settings: Settings, **_: object) -> None:
        served.append(settings)

    monkeypatch.setattr("asynceval.simulator.server.serve", serve)
    monkeypatch.setenv("SIMULATED_KEY", "canary")
    options = """--port 0 --latency 0.5 --slots 4 --rpm 60 --tpm 600 --model-rpm m=6 --bucket
        --burst 3 --most-in-flight 9 --retry-after 2 --fault 500=0.5 --seed 7
        --api-key-env SIMULATED_KEY --echo-key"""
    for more in (options, "--port 0 --quiet-limits --bucket", "--port 0"):
        result = CliRunner().invoke(simulate, more.split())
        assert (result.exit_code, result.output) == (0, "")
    assert served == [
        Settings(
            Constant(0.5),
            slots=4,
            rpm=60,
            tpm=600,
            model_rpm=(ModelLimit("m", 6),),
            burst=3.0,
            most_in_flight=9,
            retry_after=2.0,
            faults=(FaultRate(Fault.INTERNAL, 0.5),),
            seed=7,
            api_key="canary",
            echo_key=True,
        ),
        Settings(burst=1.0, quiet_limits=True),
        Settings(),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_process(stop: signal.Signals) -> None:
    """A process prints one line when it serves, and ends with exit code 0 when told to."""
    command = [sys.executable, "-c", COMMAND, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            ready = process.stderr.readline().decode()
            assert ready.startswith("simulator ready at http://127.0.0.1:")
            assert ready.endswith("/v1\n")
            with urllib.request.urlopen(f"{ready.split()[-1]}/models") as response:
                assert response.status == 200
            process.send_signal(stop)
            out, rest = process.communicate(timeout=30)
            assert (process.returncode, out, rest) == (0, b"", b"")
        finally:
            process.kill()
