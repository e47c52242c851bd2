"""Models that an endpoint lists are taken into a config, and what keeps them out is told."""

from pathlib import Path

import pytest

from asynceval.config.flags import Flags, resolve
from asynceval.config.listing import Ask
from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Endpoint, Target
from tests.config.build import MINIMAL, config

SERVED = MINIMAL.replace('name = "m"', 'from = "server"') + "max_tokens = 64\n"


def serving(*names: str) -> Ask:
    """Return an endpoint that lists these names."""
    return lambda _: names


def problems(folder: Path, text: str, ask: Ask | None = None) -> list[str]:
    """Return what is wrong with a config, with lines and keys; a and b are served by default."""
    with pytest.raises(ConfigError) as caught:
        load(config(folder, text), ask or serving("a", "b"))
    return [f"{p.line} {p.key}: {p.message}" for p in caught.value.problems]


def test_every_listed_model_is_one_of_the_config(tmp_path: Path) -> None:
    """Each has its own name and what the table says of all of them, once."""
    found = load(config(tmp_path, SERVED), serving("org/a", "b", "b")).sweep.targets
    assert found == (
        Target("org/a", "e", "org/a", max_tokens=64),
        Target("b", "e", "b", max_tokens=64),
    )


def test_only_some_are_taken(tmp_path: Path) -> None:
    """The config chooses by pattern, and so do flags."""
    path = config(tmp_path, SERVED + 'only = ["qwen*", "llama"]\n')
    ask = serving("qwen-1", "qwen-2", "llama", "llama-2")
    assert [t.name for t in load(path, ask).sweep.targets] == ["qwen-1", "qwen-2", "llama"]
    chosen = resolve(path, Flags(models=("*-2",)), ask).sweep.targets
    assert [target.name for target in chosen] == ["qwen-2"]


def test_a_model_that_has_a_table_stays_as_it_is(tmp_path: Path) -> None:
    """It is known by its name or by the one on the wire, at the same endpoint alone."""
    text = (
        SERVED
        + """\
[[models]]
name = "own"
model = "a"
endpoint = "e"
[[models]]
name = "b"
endpoint = "f"
[endpoints.f]
base_url = "https://other.example/v1"
"""
    )
    found = load(config(tmp_path, text), serving("a", "c")).sweep.targets
    assert [(t.name, t.endpoint, t.max_tokens) for t in found] == [
        ("c", "e", 64),
        ("own", "e", 1024),
        ("b", "f", 1024),
    ]
    assert problems(tmp_path, text) == [
        "15 models[2].name: b is the name of one of the models already"
    ]


def test_a_matrix_multiplies_what_is_listed(tmp_path: Path) -> None:
    """Listed models are swept like others, and what is wrong with them is told where it stands."""
    text = SERVED + '[matrix.models]\nonly = "a*"\nseed = [1, 2]\n'
    found = load(config(tmp_path, text), serving("a1", "b")).sweep.targets
    assert [target.name for target in found] == ["a1 seed=1", "a1 seed=2", "b"]
    assert problems(tmp_path, text.replace("64", '"x"'), serving("a1", "b")) == [
        "9 models[0].max_tokens: must be a whole number"
    ]
    assert problems(tmp_path, text + "max_tokens = [1]\n", serving("a1", "a2")) == [
        (
            '9 models[0].max_tokens: has no use: matrix.models.max_tokens takes its place; add "default" '
            "there to keep it, or leave it out"
        )
    ]


def test_faults_of_other_tables_stay_where_they_are(tmp_path: Path) -> None:
    """Listed models before a table do not move what is wrong with it."""
    text = SERVED + '[[models]]\nname = "m"\nendpoint = "e"\nmode = "single"\n'
    (said,) = problems(tmp_path, text, serving("a", "b", "c"))
    assert said.startswith("13 models[1].mode: unknown key")


def test_the_endpoint_is_asked_as_it_is_configured(tmp_path: Path) -> None:
    """It is asked once for each table, with its kind, its key's variable and its certificates."""
    asked: list[Endpoint] = []

    def ask(endpoint: Endpoint) -> tuple[str, ...]:
        asked.append(endpoint)
        return ("a",)

    text = SERVED.replace("[[models]]", 'api_key_env = "K"\nkind = "gemini"\n[[models]]')
    sweep = load(config(tmp_path, text), ask).sweep
    assert asked == list(sweep.endpoints)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"server"', '"list"', '7 models[0].from: must be "server"'),
        (
            "max_tokens = 64",
            'name = "x"',
            '9 models[0].name: has no use: from = "server" takes the names that the server lists',
        ),
        (
            "max_tokens = 64",
            "only = []",
            '9 models[0].only: must be a name or a pattern, or a list, as in "qwen*"',
        ),
        (
            "max_tokens = 64",
            'only = "z"',
            "7 models[0].from: endpoint e lists 2 models, none that `only` chooses",
        ),
        (
            'endpoint = "e"',
            'endpoint = "f"',
            "7 models[0].from: needs an endpoint that has no fault",
        ),
        (
            "[[models]]",
            'kind = "azure"\n[[models]]',
            '8 models[0].from: has no use: an endpoint of kind "azure" lists no models',
        ),
        (
            "host.example/v1",
            'h:{port}/v1"\nserver = { command = "x {port}" }\n#',
            (
                "9 models[0].from: has no use: its server is started by the run, so name the model that "
                "it serves"
            ),
        ),
    ],
)
def test_what_keeps_models_from_being_listed_is_told(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Each slip is told with its line and key, and no other is made up of it."""
    text = SERVED + '[matrix.models]\nonly = "a"\nseed = [1]\n[[judges]]\nname = "j"\n'
    text += 'endpoint = "e"\nmode = "pairwise-baseline"\nbaseline = "a seed=1"\n'
    assert problems(tmp_path, text.replace(old, new, 1)) == [said]


def test_an_endpoint_without_a_port_yet_is_not_asked(tmp_path: Path) -> None:
    """Where models have servers of their own, there is nothing to ask before the run."""

    def ask(endpoint: Endpoint) -> tuple[str, ...]:
        raise AssertionError(endpoint)

    text = SERVED.replace("https://host.example/v1", "http://127.0.0.1:{port}/v1")
    (said,) = problems(tmp_path, text + 'server = { command = "x {port}" }\n', ask)
    assert "its server is started by the run" in said


def test_a_listed_name_that_is_none_is_told_with_the_way_round_it(tmp_path: Path) -> None:
    """A pattern leaves it out, and it harms nobody then."""
    ask = serving("x\ny", "good")
    assert problems(tmp_path, SERVED, ask) == [
        (
            "7 models[0].from: endpoint e lists 'x\\ny', which holds a control character: "
            'choose the others with only = "..."'
        )
    ]
    found = load(config(tmp_path, SERVED + 'only = "g*"\n'), ask).sweep.targets
    assert [target.name for target in found] == ["good"]


def test_what_an_endpoint_has_against_it_is_told(tmp_path: Path) -> None:
    """Its own reason stands at the table that wanted its models."""

    def ask(_: Endpoint) -> tuple[str, ...]:
        raise LookupError("it is on holiday")

    assert problems(tmp_path, SERVED, ask) == ["7 models[0].from: it is on holiday"]
    assert problems(tmp_path, SERVED, serving()) == [
        "7 models[0].from: endpoint e lists 0 models, none"
    ]


def test_too_many_are_refused_with_their_number(tmp_path: Path) -> None:
    """A thousand models are the most."""
    ask = serving(*map(str, range(1001)))
    assert problems(tmp_path, SERVED, ask) == [
        '7 models[0].from: endpoint e lists 1,001 models, and 1,000 are the most: choose with only = "..."'
    ]


def test_without_anyone_to_ask_that_is_told(tmp_path: Path) -> None:
    """A config that needs an answer from a server does not load without one."""
    with pytest.raises(ConfigError, match="needs its endpoint"):
        load(config(tmp_path, SERVED))


def test_an_endpoint_that_is_no_name_is_told(tmp_path: Path) -> None:
    """A list where a name belongs is a mistake like any other."""
    own = '[[models]]\nname = "m"\nendpoint = ["e"]\n'
    assert any("models" in told for told in problems(tmp_path, SERVED + own))
