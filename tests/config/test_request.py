"""A config file becomes one checked request, or one error with everything that is wrong."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.config.request import Request, load, read
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Endpoint, Sweep, Target
from tests.config.build import MINIMAL, config, references


def test_a_config_becomes_a_request(tmp_path: Path) -> None:
    """The least config resolves to absolute paths and the defaults."""
    path = config(tmp_path)
    assert load(path) == Request(
        sweep=Sweep("s", (Endpoint("e", "https://host.example/v1"),), (Target("m", "e", "m"),), ()),
        questions=tmp_path / "q.jsonl",
        references=None,
        templates=None,
        categories=(),
        limit=None,
        reference_categories=("coding", "math", "reasoning"),
        missing_reference="refuse",
    )


def test_the_benchmark_table_arrives(tmp_path: Path) -> None:
    """Every key of [benchmark] is in the request."""
    references(tmp_path / "r/a.jsonl", 1)
    (tmp_path / "t.jsonl").write_text("", encoding="utf-8")
    more = """questions = "q.jsonl"
        references = "r"
        templates = "t.jsonl"
        categories = ["writing"]
        limit = 3
        reference_categories = ["x", "writing"]
        missing_reference = "warn"
    """
    request = load(config(tmp_path, MINIMAL.replace('questions = "q.jsonl"', more)))
    assert (request.references, request.templates) == (tmp_path / "r", tmp_path / "t.jsonl")
    assert (request.categories, request.limit) == (("writing",), 3)
    assert (request.reference_categories, request.missing_reference) == (("writing", "x"), "warn")


def test_no_reference_categories_are_none(tmp_path: Path) -> None:
    """An empty list of reference categories is not the default."""
    text = MINIMAL.replace("[endpoints", "reference_categories = []\n[endpoints")
    assert load(config(tmp_path, text)).reference_categories == ()


def test_a_config_is_independent_of_where_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative config path resolves to the same absolute files."""
    (tmp_path / "sub").mkdir()
    config(tmp_path / "sub")
    monkeypatch.chdir(tmp_path)
    assert load(Path("sub/c.toml")).questions == tmp_path / "sub/q.jsonl"


def test_own_references_stand_before_those_beside_the_questions(tmp_path: Path) -> None:
    """reference_answer beside the questions is the default, and `references` overrules it."""
    references(tmp_path / "reference_answer/a.jsonl", 1)
    references(tmp_path / "own.jsonl", 1)
    assert load(config(tmp_path)).references == tmp_path / "reference_answer"
    text = MINIMAL.replace("[endpoints", 'references = "own.jsonl"\n[endpoints')
    assert load(config(tmp_path, text)).references == tmp_path / "own.jsonl"


def test_an_endpoint_that_nothing_uses_is_left_out(tmp_path: Path) -> None:
    """Only the endpoints of models and judges need a key or a server; `read` keeps all."""
    text = MINIMAL + (
        '[endpoints.idle]\nbase_url = "http://idle"\n[endpoints.j]\nbase_url = "http://j"\n'
        '[[judges]]\nname = "j"\nendpoint = "j"\n'
    )
    path = config(tmp_path, text)
    assert [endpoint.name for endpoint in load(path).sweep.endpoints] == ["e", "j"]
    assert [endpoint.name for endpoint in read(path).sweep.endpoints] == ["e", "idle", "j"]


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    """Wrong keys, wrong values, contradictions and missing files are in one error, in order."""
    text = """\
name = 5
bogus = 1

[benchmark]
questions = "nowhere.jsonl"
references = "nor/here"
lmit = 3

[endpoints.local]
base_url = "http://127.0.0.1:{port}/v1"
paralel = 3
api_key = "canary"

[[models]]
name = "m"
endpoint = "locla"
temperature = 3

[[models]]
name = "m"
endpoint = "local"
price = { input = 1 }

[[judges]]
name = "j"
mode = "pair"
"""
    path = config(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (1, "name"),
        (2, "bogus"),
        (5, "benchmark.questions"),
        (6, "benchmark.references"),
        (7, "benchmark.lmit"),
        (10, "endpoints.local.base_url"),
        (11, "endpoints.local.paralel"),
        (12, "endpoints.local.api_key"),
        (16, "models[0].endpoint"),
        (17, "models[0].temperature"),
        (20, "models[1].name"),
        (22, "models[1].price.output"),
        (24, "judges[0].endpoint"),
        (26, "judges[0].mode"),
    ]
    assert {problem.file for problem in caught.value.problems} == {str(path)}
    assert f"{path}:16: models[0].endpoint: no such endpoint; did you mean local?" in str(
        caught.value
    )


def test_a_missing_question_file_names_both_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the path beside the config and the one in the working directory."""
    beside, here = tmp_path / "beside", tmp_path / "here"
    beside.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    path = config(beside, MINIMAL.replace("q.jsonl", "no/q.jsonl"))
    with pytest.raises(ConfigError) as caught:
        load(path)
    places = f"looked for {beside}/no/q.jsonl and {here}/no/q.jsonl"
    assert str(caught.value) == f"{path}:3: benchmark.questions: no such file; {places}"


FULL = """\
name = "s"
choices = 1
compat = "fastchat"
system_messages = "fastchat"
budget = { usd = 1, tokens = 1 }
[benchmark]
questions = "q.jsonl"
references = "q.jsonl"
templates = "q.jsonl"
categories = ["writing"]
limit = 1
reference_categories = ["math"]
missing_reference = "warn"
[endpoints.e]
kind = "openai"
base_url = "http://127.0.0.1:{port}/v1"
api_key_env = "KEY"
account = "a"
parallel = 1
rpm = 1
tpm = 1
timeout = 1
deadline = 1
ca_file = "q.jsonl"
server = { command = "c {port}", ready = "/r", startup_timeout = 1 }
[[models]]
name = "m"
endpoint = "e"
model = "w"
max_tokens = 1
temperature = 1
system = "x"
price = { input = 1, output = 1 }
[[judges]]
name = "j"
endpoint = "e"
model = "w"
mode = "single"
max_tokens = 1
temperature = 1
repeats = 1
price = { input = 1, output = 1 }
budget = { usd = 1, tokens = 1 }
"""
SCRAPS = st.sampled_from(
    [
        "1",
        "-1",
        "1.5",
        "nan",
        "true",
        '""',
        '"x"',
        "'{port}'",
        "[]",
        "[1]",
        "{}",
        "{a = 1}",
        "07:32:00",
    ]
)
WITHOUT_CA = FULL.replace('ca_file = "q.jsonl"\n', "")
"""What loads as it is."""


def spans(text: str) -> list[tuple[int, int]]:
    """Return where the values of a config stand."""
    return [match.span(1) for match in re.finditer(r'= \[?("[^"]*"|\d+)', text)]


VALUES = spans(FULL)


@given(st.lists(SCRAPS, min_size=43, max_size=43), st.sets(st.integers(0, 42), max_size=4))
def test_any_values_are_accepted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, scraps: list[str], at: set[int]
) -> None:
    """Whatever TOML values the keys have, loading succeeds or raises ConfigError, nothing else."""
    text, values = WITHOUT_CA, spans(WITHOUT_CA)
    for number in sorted(at, reverse=True):
        start, end = values[number]
        text = text[:start] + scraps[number] + text[end:]
    with suppress(ConfigError):
        load(config(tmp_path_factory.getbasetemp(), text))


def test_what_has_every_key_loads(tmp_path: Path) -> None:
    """The config that the tests here change is right, but for its certificates."""
    assert load(config(tmp_path, WITHOUT_CA)).sweep.name == "s"


@pytest.mark.parametrize("canary", ["sk-canary-0001", "c4n4ry0123456789abcdef0123456789"])
@pytest.mark.parametrize("span", VALUES, ids=lambda span: FULL[: span[0]].split()[-2])
def test_a_key_in_any_field_is_in_no_error(
    tmp_path: Path, span: tuple[int, int], canary: str
) -> None:
    """A key pasted anywhere, beside a mistake that makes an error, is not repeated by it."""
    assert len(VALUES) == 45
    text = FULL[: span[0]] + f'"{canary}"' + FULL[span[1] :]
    path = config(tmp_path, text + 'bogus = 1\n[[judges]]\nname = "j"\nendpoint = "no"\n')
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert len(caught.value.problems) >= 2
    assert canary not in str(caught.value) + repr(caught.value) + repr(caught.value.problems)


@pytest.mark.parametrize(
    "change",
    [
        ('base_url = "http', 'base_url = "http://sk-canary-1@host'),
        ('base_url = "http', 'base_url = "http://host/?key=canary'),
        ("[endpoints.e]", "[endpoints.sk-canary-1]\n[endpoints.e]"),
        ("[benchmark]", "sk-canary-1 = 1\n[benchmark]"),
        ("[benchmark]", 'api_key = "canary"\n[benchmark]'),
        ("[[judges]]", '[models.headers]\nx-api-key = "canary"\n[[judges]]'),
        ('name = "j"', 'name = "sk-canary-1"\nendpoint = "e"\n[[judges]]\nname = "sk-canary-1"'),
        ("[benchmark]", '["sk-canary-1"]\n["sk-canary-1"]\n[benchmark]'),
    ],
)
def test_a_key_in_any_other_place_is_in_no_error(tmp_path: Path, change: tuple[str, str]) -> None:
    """Keys in URLs, in names of tables and keys, and under invented keys are not repeated."""
    assert change[0] in FULL
    path = config(tmp_path, FULL.replace(*change, 1))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "canary" not in str(caught.value) + repr(caught.value.problems)
