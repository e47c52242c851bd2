"""What models and servers say is shown, and never obeyed: on a terminal, in a pipe, in every line."""

import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest
from anyio.from_thread import start_blocking_portal

from tests.e2e.rig import Done, cli, write_questions
from tests.e2e.test_terminal import terminal
from tests.engine.fault_server import Fault, response, says, serve

ATTACKS = {
    "clear": "\x1b[2J\x1b[H",
    "colour": "\x1b[97;45m",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "c1": "\x9b2J\x9d0;owned\x9c",
    "bidi": "\u202edetrevni\u2066x\u2069",
    "overwrite": "\rScore 10\x08\x08\x7f",
    "hidden": "\u200b\u200d\ufeff\U000e0041\u2028",
}
MARKUP = "[/] [/b] [red]x[/red] [link=http://evil.example]y[/link] [[7a]]"
HOSTILE = MARKUP + "".join(ATTACKS.values())
MEANT = {"\n", "\t"}


def acts(text: str) -> set[str]:
    """Return the characters of a text that a terminal would obey, or that hide."""
    kinds = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    return {letter for letter in text if unicodedata.category(letter) in kinds} - MEANT


def assert_harmless(done: Done) -> None:
    """Check what a command has printed."""
    assert acts(done.out) == set(), done.out
    assert acts(done.err) == set(), done.err


def completion(text: str, model: str = "m") -> bytes:
    """Return a reply."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return response(orjson.dumps({"model": model, "choices": [choice]}))


def failed(status: str, message: str, **more: str) -> Fault:
    """Answer with an error."""
    body = orjson.dumps({"error": {"message": message, **more}})
    return says(response(body, status=status))


FAULTS: dict[str, tuple[Fault, ...]] = {
    "answers": (says(completion(HOSTILE)),),
    "another": (says(completion("yes", model=HOSTILE)),),
    "halted": (failed("401 No", f"says {HOSTILE}"),),
    "refused": (failed("422 No", f"says {HOSTILE}"),),
    "long": (failed("400 No", f"says {HOSTILE}", code="context_length_exceeded"),),
    "no-model": (
        failed("404 No", f"says {HOSTILE}", code="model_not_found"),
        says(response(orjson.dumps({"data": [{"id": f"m [/b] no-model{HOSTILE}"}]}))),
    ),
    "page": (says(response(f"<p>{HOSTILE}".encode())),),
    "cut": (says(response(f"{{{HOSTILE}".encode())),),
    "busy": (failed("500 No", f"says {HOSTILE}"), says(completion("yes"))),
    "moved": (says(response(b"", "Location: http://h\x1b[2J.example/[/b]", status="302 No")),),
}
JUDGES: dict[str, tuple[Fault, ...]] = {
    "judge": (says(completion(f"{HOSTILE} Rating: [[7]]")),),
    "silent": (says(completion(f"{HOSTILE} Rating: [[high]]")),),
}


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Return a config with a hostile server for each model and judge, and hostile names."""
    questions = write_questions(tmp_path / "question.jsonl", 1, turns=1)
    with ExitStack() as servers:
        portal = servers.enter_context(start_blocking_portal())
        lines = [f'name = "[/b] run"\n[benchmark]\nquestions = "{questions}"\n']
        for kind, group in (("models", FAULTS), ("judges", JUDGES)):
            for name, faults in group.items():
                server = servers.enter_context(portal.wrap_async_context_manager(serve(*faults)))
                lines.append(f'[endpoints."e [/b] {name}"]\nbase_url = "{server.url}"\n')
                lines.append(f'[[{kind}]]\nname = "m [/b] {name}"\nendpoint = "e [/b] {name}"\n')
        path = tmp_path / "sweep.toml"
        path.write_text("".join(lines))
        yield path


def test_in_a_pipe(tmp_path: Path, config: Path) -> None:
    """Without a terminal no line holds anything that acts, and the text can still be read."""
    done = cli("run", config, "--run-dir", "run", cwd=tmp_path)
    assert_harmless(done)
    assert done.code == 3, done.err
    assert f"{MARKUP}␛[2J␛[H␛[97;45m" in done.err
    assert "m [/b] answers" in done.out
    for command in (("report", "run"), ("report", "run", "--csv", "csv"), ("verify", "run")):
        assert_harmless(cli(*command, cwd=tmp_path))
    assert acts((tmp_path / "run" / "events.log").read_text("utf-8")) == set()


def test_in_a_check(tmp_path: Path, config: Path) -> None:
    """`check` names what is wrong with each endpoint in harmless words."""
    done = cli("check", config, cwd=tmp_path)
    assert_harmless(done)
    assert done.code == 2
    assert "␛[2J" in done.err


def test_on_a_terminal(tmp_path: Path, config: Path) -> None:
    """The dashboard and the tables pass nothing on that a model or server wrote to act."""
    with terminal((120, 40), "run", config, "--run-dir", "run", cwd=tmp_path) as seen:
        code = seen.end()
    received = seen.received.decode()
    assert code == 3, seen.text
    assert not seen.screen.cursor.hidden
    assert {name for name, attack in ATTACKS.items() if attack in received} == set()
    assert acts(received) <= {"\x1b", "\r"}
    assert "owned" not in seen.screen.title
    assert "m [/b] answers" in seen.text
    assert "␛" in seen.text


def test_the_last_words_of_a_server(tmp_path: Path) -> None:
    """What a program of ours printed before it ended is quoted in harmless words."""
    questions = write_questions(tmp_path / "question.jsonl", 1)
    (tmp_path / "words").write_text(HOSTILE)
    (tmp_path / "a.toml").write_text(f"""\
name = "x"
[benchmark]
questions = "{questions}"
[endpoints.e]
base_url = "http://127.0.0.1:{{port}}/v1"
server = {{ command = "sh -c 'cat {tmp_path / "words"}' {{port}}" }}
[[models]]
name = "m"
endpoint = "e"
""")
    done = cli("run", "a.toml", "--run-dir", "run", cwd=tmp_path)
    assert_harmless(done)
    assert done.code == 2
    assert "␛[2J" in done.err


@pytest.mark.parametrize("where", ["name", "question_id", "category", "unknown key"])
def test_in_the_users_own_files(tmp_path: Path, where: str) -> None:
    """What a config or a question file holds is shown harmless too, where it is complained about."""
    text = "bad\x1b[2J\u202e[/b]"
    question = {"question_id": 1, "category": "stem", "turns": ["?"]}
    if where in question:
        question[where] = text
    path = tmp_path / "question.jsonl"
    path.write_bytes(2 * (orjson.dumps(question) + b"\n"))
    escaped = r"bad\u001b[2J\u202e[/b]"
    (tmp_path / "a.toml").write_text(f"""\
name = "{escaped if where == "name" else "x"}"
{f'"{escaped}" = 1' if where == "unknown key" else ""}
[benchmark]
questions = "{path}"
[endpoints.e]
base_url = "http://127.0.0.1:9/v1"
[[models]]
name = "m"
endpoint = "e"
""")
    done = cli("run", "a.toml", "--category", text, cwd=tmp_path)
    assert_harmless(done)
    assert done.code == 2
    assert done.out == ""
