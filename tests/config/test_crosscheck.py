"""Keys of a config that contradict each other are found, whatever else is wrong."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

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


def test_a_name_is_used_once_among_models_and_once_among_judges() -> None:
    """The second use of a name is told with the place of the first."""
    model = '[[models]]\nname = "m"\nendpoint = "e"\n'
    judge = '[[judges]]\nname = "j"\nendpoint = "e"\n'
    assert found(MINIMAL + model + judge + judge + judge) == {
        "models.1.name": "m is the name of models[0] already",
        "judges.1.name": "j is the name of judges[0] already",
        "judges.2.name": "j is the name of judges[0] already",
    }


def test_a_port_and_a_server_need_each_other() -> None:
    """{port} without a server, and a server without {port}, are told at the URL."""
    text = """
        [endpoints.a]
        base_url = "http://h:{port}"
        [endpoints.b]
        base_url = "http://h:80"
        server = {command = "c"}
        [endpoints.c]
        base_url = "http://h:{port}"
        server = {command = "c"}
    """
    assert list(found(text)) == ["endpoints.a.base_url", "endpoints.b.base_url"]
    assert "no server" in found(text)["endpoints.a.base_url"]
    assert "must hold {port}" in found(text)["endpoints.b.base_url"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["endpoints", "models", "judges", "name", "endpoint", "base_url"]),
                inner,
            )
        ),
    )
)
def test_wrong_types_are_left_to_the_schema(value: object) -> None:
    """Whatever stands where, looking for contradictions never raises."""
    list(faults({"endpoints": value, "models": value, "judges": value}))
