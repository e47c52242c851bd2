"""The documents say what is so: commands, flags, config keys and links are real."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from shlex import split

import click
import pytest

from asynceval.cli.main import main
from asynceval.config import listing, matrix
from asynceval.config.schema import parse
from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.sweep import Endpoint, Http
from asynceval.providers.kinds import KINDS, provider

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "guide.md")
PROVIDERS = ROOT / "docs" / "providers.md"
CONFIGS = ROOT / "configs" / "providers"
CONTEXT = click.Context(main)


def commands() -> dict[str, click.Command]:
    """Return every command by name."""
    found = {name: main.get_command(CONTEXT, name) for name in main.list_commands(CONTEXT)}
    return {name: command for name, command in found.items() if command is not None}


def flags(command: click.Command) -> set[str]:
    """Return the long options of a command."""
    return {flag for option in command.params for flag in option.opts if flag.startswith("--")}


def shown(path: Path) -> list[list[str]]:
    """Return the asynceval command lines that stand indented in a document, in words."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^ {4}(asynceval .*?)(?:\s+#.*)?$", text, re.MULTILINE)
    return [split(line) for line in lines]


@pytest.mark.parametrize("path", [*DOCUMENTS, PROVIDERS], ids=lambda path: path.name)
def test_commands_shown_exist(path: Path) -> None:
    """Every command line in the documents uses a real command and real flags."""
    lines = shown(path)
    assert lines
    for words in lines:
        command = commands()[words[1]]
        assert {word for word in words if word.startswith("--")} <= flags(command), words


def test_every_command_and_flag_is_documented() -> None:
    """The guide names every command, and every flag of `run`, `report` and `verify`."""
    guide = DOCUMENTS[1].read_text(encoding="utf-8")
    for name, command in commands().items():
        assert f"asynceval {name}" in guide
        if name in ("run", "report", "verify"):
            for flag in flags(command):
                assert f"{flag}`" in guide or f"{flag} " in guide or f"{flag}]" in guide, flag


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_shows_an_example(name: str) -> None:
    """The help of each command has a line that can be typed."""
    command = commands()[name]
    text = command.get_help(click.Context(command, info_name=name, parent=CONTEXT))
    assert re.search(rf"asynceval {name} \S", text)
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_configs_shown_are_valid(path: Path) -> None:
    """The configs in the documents parse, with every key they name; a part goes with the first."""
    text = path.read_text(encoding="utf-8")
    configs = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert configs
    for config in configs:
        whole = f"{configs[0]}\n{config}" if "[benchmark]" not in config else config
        listed = listing.expand(tomllib.loads(whole), lambda _: ("qwen-1", "llama-2"))
        written = listed.then(matrix.expand(listed.table))
        _, faults = parse(written.table)
        assert not [*listed.faults, *written.faults, *faults]


def test_the_providers_page_shows_the_configs_that_ship() -> None:
    """Each config on it is part of a file that is tested, and each file is on it."""
    shown = re.findall(r"```toml\n(.*?)```", PROVIDERS.read_text(encoding="utf-8"), re.DOTALL)
    files = {path: path.read_text(encoding="utf-8") for path in CONFIGS.glob("*.toml")}
    assert len(shown) == len(files)
    assert {path for path, text in files.items() if any(part in text for part in shown)} == set(
        files
    )


def test_the_providers_page_says_what_each_kind_lacks() -> None:
    """Its table has a row for each kind, with the settings and efforts that the kind knows."""
    page = PROVIDERS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|(.*)\|$", page.partition("## Settings")[0], re.MULTILINE)
    cells = {kind: [cell.strip() for cell in row.split("|")] for kind, row in rows}
    del cells["kind"]
    assert cells.keys() == KINDS.keys()
    for kind, (path, header, lacks, efforts, *able, _, _) in cells.items():
        words = {str: "word", int: "tokens"}
        asked = provider(Endpoint("e", "http://h", kind, http=Http("{}", "x"), api_version="v"))
        assert efforts == ", ".join(words[form] for form in asked.efforts)
        call = Call("MODEL", "MODEL", (Message("user", "Hi"),))
        in_json = replace(call, sampling=Sampling(is_json=True))
        assert able == [
            "yes" if is_able else ""
            for is_able in (
                asked.stream is not None,
                asked.body(in_json) != asked.body(call),
                "logprobs" not in asked.lacks,
                asked.listing() is not None,
            )
        ]
        if kind in {"http", "command"}:
            continue
        assert asked.url(call).partition("?")[0] == f"http://h{path.strip('`')}"
        assert asked.headers("KEY").keys() - asked.headers(None).keys() == {header.strip("`")}
        named = {name.strip("`") for name in lacks.split(", ")} - {""}
        assert named == asked.lacks - {"api_version", "logprobs"}


def test_links_lead_somewhere() -> None:
    """Every relative link in the documents points to a file."""
    for path in (
        *DOCUMENTS,
        PROVIDERS,
        ROOT / "CHANGELOG.md",
        ROOT / "data" / "duet" / "README.md",
    ):
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (path.parent / link).exists(), (path, link)


def test_the_two_commands_stand_first() -> None:
    """The README's first screen has the two commands and the picture."""
    top = DOCUMENTS[0].read_text(encoding="utf-8").splitlines()[:16]
    assert any("make demo" in line for line in top)
    assert any("make test" in line for line in top)
    assert any("quickstart.svg" in line for line in top)
