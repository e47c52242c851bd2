"""Keys are read by the names of their variables, and never told."""

import pytest

from asynceval.config.keys import exposed, read_keys, unmasked
from asynceval.domain.errors import ConfigError
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Endpoint


def endpoint(name: str, variable: str | None = None, url: str = "https://h/v1") -> Endpoint:
    """Return an endpoint with a key's variable."""
    return Endpoint(name, url, api_key_env=variable)


def test_each_endpoint_gets_its_key() -> None:
    """Keys come by the endpoint's name, without the white space around them."""
    environ = {"A": "!sk-canary~", "B": " sk-canary-2\r\n"}
    keys = read_keys([endpoint("a", "A"), endpoint("b", "B"), endpoint("c")], environ)
    assert keys == {"a": Secret("!sk-canary~"), "b": Secret("sk-canary-2"), "c": None}
    assert "canary" not in repr(keys)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "is not set"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("canary\ncanary", "holds a space, a control character"),
        ("canary canary", "holds a space, a control character"),
        ("canary\0", "holds a space, a control character"),
        ("canary\x7f", "holds a space, a control character"),
        ("canary…", "holds a space, a control character"),
        ("canary\udcff", "holds a space, a control character"),
    ],
)
def test_a_variable_without_a_key_is_named(value: str | None, fault: str) -> None:
    """A key that is missing or cannot be sent is told by the variable's name alone."""
    environ = {} if value is None else {"MY_KEY": value}
    with pytest.raises(ConfigError) as caught:
        read_keys([endpoint("a", "MY_KEY")], environ)
    assert str(caught.value).startswith(
        f"endpoints.a.api_key_env: the environment variable MY_KEY {fault}"
    )
    assert "canary" not in str(caught.value) + repr(caught.value)


def test_all_variables_are_told_at_once() -> None:
    """Every variable without a key is in one error."""
    with pytest.raises(ConfigError) as caught:
        read_keys([endpoint("a", "A"), endpoint("b", "B"), endpoint("c", "C")], {"B": "k"})
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("url", "is_exposed"),
    [
        ("https://h/v1", False),
        ("http://h/v1", True),
        ("http://10.0.0.1:8000/v1", True),
        ("http://localhost:8000/v1", False),
        ("http://127.0.0.1:{port}/v1", False),
        ("http://[::1]/v1", False),
    ],
)
def test_a_key_over_plain_http_is_warned_about(url: str, is_exposed: bool) -> None:
    """A key that goes unencrypted to another machine is named by its endpoint."""
    assert bool(exposed([endpoint("a", "A", url)])) == is_exposed
    assert exposed([endpoint("a", None, url)]) == ()


@pytest.mark.parametrize(
    ("key", "url", "is_told"),
    [
        ("EMPTY", "https://h/v1", True),
        ("sk-no-key-required", "https://h/v1", True),
        ("hunter2", "https://h/v1", True),
        ("hunter22", "https://h/v1", False),
        ("abcdefghijklmnopqrst", "https://h/v1", False),
        ("EMPTY", "http://127.0.0.1:8000/v1", False),
    ],
)
def test_a_key_that_is_not_masked_is_warned_about(key: str, url: str, is_told: bool) -> None:
    """But on this machine, where such a word is what servers without keys are given."""
    endpoints = [endpoint("a", "A", url), endpoint("b", None, url)]
    told = unmasked(endpoints, {"a": Secret(key), "b": None})
    assert [key not in warning and "endpoint a " in warning for warning in told] == [True] * is_told
