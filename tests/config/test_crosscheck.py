"""Keys of a config that contradict each other are found, whatever else is wrong."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from asynceval.config.accounts import LIMITS
from asynceval.config.crosscheck import faults
from tests.config.build import MINIMAL


def found(text: str) -> dict[str, str]:
    """Return the contradictions of a config, by dotted key."""
    return {".".join(map(str, path)): said for path, said in faults(tomllib.loads(text))}


def test_a_sound_config_has_none() -> None:
    """The least config, and one with the same name for a model and a judge, are fine."""
    assert found(MINIMAL) == {}
    judge = '[[judges]]\nname = "m"\nendpoint = "e"\n[[models]]\nname = "M"\nendpoint = "e"\n'
    assert found(MINIMAL + judge) == {}


def test_an_unknown_endpoint_is_answered_with_the_near_one() -> None:
    """A model or a judge on an endpoint that is not there is told which there are."""
    text = MINIMAL.replace('endpoint = "e"', 'endpoint = "loacl"') + (
        '[endpoints.local]\nbase_url = "http://h"\n[[judges]]\nname = "j"\nendpoint = "zzz"\n'
    )
    assert found(text) == {
        "models.0.endpoint": "no such endpoint; did you mean local? Known: e, local",
        "judges.0.endpoint": "no such endpoint. Known: e, local",
    }


def test_the_endpoint_of_what_was_imported_needs_no_table_and_has_none() -> None:
    """Its name is reserved."""
    assert found(MINIMAL.replace('endpoint = "e"', 'endpoint = "imported"')) == {}
    table = '[endpoints.imported]\nbase_url = "http://h"\n'
    assert found(MINIMAL + table) == {
        "endpoints.imported": "is a reserved name: it stands for what was imported"
    }


def test_a_name_is_used_once_among_models_and_once_among_judges() -> None:
    """The second use of a name is told with the place of the first."""
    model = '[[models]]\nname = "m"\nendpoint = "e"\n'
    judge = '[[judges]]\nname = "j"\nendpoint = "e"\n'
    assert found(MINIMAL + model + judge + judge + judge) == {
        "models.1.name": "m is the name of one of the models already",
        "judges.1.name": "j is the name of one of the judges already",
        "judges.2.name": "j is the name of one of the judges already",
    }


def test_a_port_and_a_server_need_each_other() -> None:
    """{port} without a server, and a server without {port}, are told: who never gets it is waited for in vain."""
    text = """
        [endpoints.a]
        base_url = "http://h:{port}"
        [endpoints.b]
        base_url = "http://h:80"
        server = {command = "c {port}"}
        [endpoints.c]
        base_url = "http://h:{port}"
        server = {command = "c", env = {PORT = "{port}"}}
        [endpoints.d]
        base_url = "http://h:{port}"
        server = {command = "c {prot}"}
        [[models]]
        name = "m"
        endpoint = "d"
        server = {command = "c"}
    """
    assert list(found(text)) == [
        "endpoints.a.base_url",
        "endpoints.b.base_url",
        "endpoints.d.server.command",
        "models.0.server.command",
    ]
    assert "no server" in found(text)["endpoints.a.base_url"]
    assert "must hold {port}" in found(text)["endpoints.b.base_url"]


def test_an_endpoint_is_reached_in_the_way_of_its_kind() -> None:
    """By a URL or as a program, and by a template if it is of no kind that is known."""
    program = MINIMAL.replace(
        'base_url = "https://host.example/v1"', 'kind = "command"\ncommand = "./ask"'
    )
    assert found(program) == {}
    url = MINIMAL.replace('base_url = "https://host.example/v1"', "")
    assert found(url) == {"endpoints.e.base_url": "is missing"}
    assert found(url.replace("[endpoints.e]", '[endpoints.e]\nkind = "command"')) == {
        "endpoints.e.command": "is missing"
    }
    both = MINIMAL.replace("[endpoints.e]", '[endpoints.e]\nkind = "command"\ncommand = "./ask"')
    assert found(both) == {
        "endpoints.e.base_url": 'has no use: an endpoint of kind "command" is a program'
    }
    other = MINIMAL.replace("[endpoints.e]", '[endpoints.e]\ncommand = "./ask"\nhttp = {}')
    assert found(other) == {
        "endpoints.e.command": 'has no use without kind = "command"',
        "endpoints.e.http": 'has no use without kind = "http"',
    }
    bare = MINIMAL.replace("[endpoints.e]", '[endpoints.e]\nkind = "http"')
    assert "is missing: a table" in found(bare)["endpoints.e.http"]


def test_one_account_has_one_set_of_limits() -> None:
    """A limit that differs is told at the second place, with the first."""
    text = """
        [endpoints.a]
        base_url = "https://a"
        account = "team"
        parallel = 5
        rpm = 60
        [endpoints.b]
        base_url = "https://b"
        account = "team"
        parallel = "auto"
        rpm = 60.0
        tpm = 100
        [endpoints.c]
        base_url = "https://c"
        parallel = 7
        [endpoints.d]
        base_url = "https://d"
        account = "c"
        parallel = 8
        charges_max_tokens = true
    """
    assert found(text) == {
        "endpoints.b.parallel": (
            "differs from endpoints.a.parallel: both are limits of the account team"
        ),
        "endpoints.d.parallel": (
            "differs from endpoints.c.parallel: both are limits of the account c"
        ),
    }


def test_keys_without_effect_are_told() -> None:
    """Certificates for plain http, and a deadline that ends before the first attempt may."""
    text = """
        [endpoints.a]
        base_url = "http://a"
        ca_file = "ca.pem"
        timeout = 60
        deadline = 30.5
        [endpoints.b]
        base_url = "https://b"
        ca_file = "ca.pem"
        timeout = 60
        deadline = 60
    """
    assert found(text) == {
        "endpoints.a.ca_file": "has no use: base_url is http://, without certificates",
        "endpoints.a.deadline": "is less than the timeout of one attempt, 60 s",
    }


def test_a_budget_has_a_bound() -> None:
    """An empty budget is told, the run's and a judge's."""
    text = "budget = {}\n" + MINIMAL + '[[judges]]\nname = "j"\nendpoint = "e"\nbudget = {}\n'
    said = "is empty: give usd, tokens or both"
    assert found(text) == {"budget": said, "judges.0.budget": said}


@given(
    st.dictionaries(
        st.sampled_from(["account", *LIMITS, "base_url", "timeout", "deadline", "ca_file"]),
        st.sampled_from([None, True, 0, 1, 2.5, float("nan"), "", "auto", "a", "http://h", [], {}]),
    )
)
def test_wrong_limits_are_left_to_the_schema(table: dict[str, object]) -> None:
    """Whatever an endpoint's keys hold, comparing them with another's never raises."""
    list(faults({"endpoints": {"a": table, "b": {"account": "a", "rpm": 1, "parallel": 5}}}))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["endpoints", "models", "judges", "name", "endpoint", "base_url", "budget"]
                ),
                inner,
            )
        ),
    )
)
def test_wrong_types_are_left_to_the_schema(value: object) -> None:
    """Whatever stands where, looking for contradictions never raises."""
    list(faults({"endpoints": value, "models": value, "judges": value, "budget": value}))
