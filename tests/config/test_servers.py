"""Check the servers of a config: of an endpoint, and of a model to itself."""

import tomllib

import pytest

from asynceval.config.crosscheck import faults
from asynceval.config.schema import parse
from asynceval.domain.sweep import Server, Sweep

URL = "http://127.0.0.1:{port}/v1"
HEAD = f"""
name = "s"
[benchmark]
questions = "q.jsonl"
[endpoints.box]
base_url = "{URL}"
parallel = 7
"""


def model(name: str, server: str | None, kind: str = "models") -> str:
    own = "" if server is None else f"server = {server}\n"
    return f'[[{kind}]]\nname = "{name}"\nendpoint = "box"\n{own}'


def sweep(text: str) -> Sweep:
    table, wrong = parse(tomllib.loads(text))
    assert table is not None, wrong
    assert list(faults(tomllib.loads(text))) == []
    return table.sweep()


def test_a_model_with_a_server_has_an_endpoint_to_itself() -> None:
    """Like the one it names, but for the server; equal servers are one."""
    big, small = '{ command = "v b {port}", gpus = [0, 1] }', '{ command = "v s {port}" }'
    text = (
        HEAD + model("b", big) + model("c", big) + model("s", small) + model("j", small, "judges")
    )
    found = sweep(text)
    assert [endpoint.name for endpoint in found.endpoints] == ["box/b", "box/s"]
    assert {endpoint.parallel for endpoint in found.endpoints} == {7}
    assert found.endpoints[0].server == Server("v b {port}", gpus=("0", "1"))
    assert [target.endpoint for target in found.targets] == ["box/b", "box/b", "box/s"]
    assert found.judges[0].endpoint == "box/s"


def test_an_endpoint_whose_models_have_no_server_keeps_its_own() -> None:
    """And is there beside those of the others."""
    head = HEAD + 'server = { command = "v {port}", env = { B = "2", A = "{port}" } }\n'
    found = sweep(head + model("a", None) + model("b", '{ command = "w {port}" }'))
    assert [endpoint.name for endpoint in found.endpoints] == ["box", "box/b"]
    assert found.endpoints[0].server == Server("v {port}", env=(("A", "{port}"), ("B", "2")))


def test_a_model_without_a_server_where_others_have_one_is_told() -> None:
    """Nobody would listen at its port."""
    text = HEAD + model("a", None) + model("b", '{ command = "w {port}" }')
    (fault,) = faults(tomllib.loads(text))
    assert fault[0] == ("endpoints", "box", "base_url")
    text = text.replace("{port}/v1", "8000/v1")
    (fault,) = faults(tomllib.loads(text))
    assert fault[0] == ("models", 1, "server")
    assert "holds no {port}" in fault[1]


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("gpus = []", "must be a list of GPUs"),
        ("gpus = 0", "must be a list of GPUs"),
        ("gpus = [-1]", "must hold the numbers of GPUs"),
        ("gpus = [true]", "must hold the numbers of GPUs"),
        ("env = 7", "must be a table of variables"),
        ('env = { "A=B" = "1" }', "no name of a variable"),
        ("env = { A = 1 }", "A must be a text"),
        ('env = { A = "sk-proj-abcdefghijklmnop1234567890" }', "A holds a key"),
        ("gpu = [0]", "gpus"),
    ],
)
def test_what_is_wrong_with_a_server_is_told(server: str, words: str) -> None:
    """With its key."""
    text = HEAD + model("a", f'{{ command = "w {{port}}", {server} }}')
    table, ((path, message),) = parse(tomllib.loads(text))
    assert table is None
    assert path[:3] == ("models", 0, "server")
    assert words in message
