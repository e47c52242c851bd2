"""Names, URLs and variables are checked, and never repeated in what is said about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.config import fields


@pytest.mark.parametrize(
    "name", ["a", "../../etc/x", "a/b", "CON", "x" * 300, "🦙", "Qwen/Qwen3-8B", "[[A]]", "a b"]
)
def test_a_strange_name_is_a_name(name: str) -> None:
    """Names never become paths, so paths, reserved words and emoji are names like any other."""
    assert fields.name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "is empty"),
        (" \t", "is empty"),
        ("x" * 301, "is longer than 300 characters"),
        ("a\0b", "holds a control character"),
        ("a\nb", "holds a control character"),
        ("a\x1b[2J", "holds a control character"),
        ("a\x9b", "holds a control character"),
        ("a\ud800", "holds a control character"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(name: str, fault: str) -> None:
    """An empty, endless or invisible name is refused."""
    assert fields.name_fault(name) == fault


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "_x", "key2", "my_token", "hf_token", "OPENAI_KEY_FOR_PROJECT_2024"]
)
def test_a_variable_is_named(name: str) -> None:
    """What looks like the name of a variable is one."""
    assert fields.variable_fault(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2KEY",
        "MY-KEY",
        "MY KEY",
        "sk-canary",
        "sk-proj-abcdefgh12345678",
        "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
        "AKIAIOSFODNN7EXAMPLE",
        "0123456789abcdef0123456789abcdef",
        "a1b2c3d4e5f6a7b8c9d0e1f2",
        "${sk_abcdefghijklmnopqrstuvw}",
        "é",
    ],
)
def test_a_key_in_place_of_a_variable_is_refused_and_not_repeated(name: str) -> None:
    """What is no variable's name is refused with the same words whatever it is."""
    fault = fields.variable_fault(name)
    assert fault is not None
    assert fault.startswith("must be the name of an environment variable, such as OPENAI_API_KEY.")
    assert not name or name not in fault


@pytest.mark.parametrize("text", ["${MISSING}", "$MISSING", "env:MISSING"])
def test_a_reference_to_a_variable_is_explained(text: str) -> None:
    """The forms of other tools are answered with the bare name to write."""
    assert fields.variable_fault(text) == "must be the bare name of a variable: MISSING"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "http://127.0.0.1:{port}/v1",
        "http://localhost:8000",
        "http://[::1]:8000/v1/",
        "https://x.example/openai?api-version=2024-10-21",
    ],
)
def test_a_base_url_is_accepted(url: str) -> None:
    """Hosts, addresses, ports, {port} and a harmless query are fine."""
    assert fields.url_fault(url) is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is empty"),
        ("api.openai.com/v1", "must begin with http"),
        ("ftp://host/v1", "must begin with http"),
        ("https:///v1", "has no host"),
        ("https://:8000/v1", "has no host"),
        ("https://host:99999/v1", "is not a URL"),
        ("https://[::1/v1", "is not a URL"),
        ("https://host/v 1", "holds a space"),
        ("https://host/v1\n", "holds a space"),
        ("https://host/\x07", "holds a space"),
        ("https://host/v1#x", "holds a #fragment"),
        ("https://${HOST}/v1", "holds a $: variables are not expanded"),
        ("https://host:{prot}/v1", "may hold {port} once"),
        ("https://host:{port}/{port}", "may hold {port} once"),
        ("https://canary@host/v1", "holds a user or password"),
        ("https://user:canary@host/v1", "holds a user or password"),
        ("https://host/v1?key=canary", "holds a key in its query"),
        ("https://host/v1?sig=canary", "holds a key in its query"),
        ("https://host/v1?x=sk-canary", "holds a key in its query"),
    ],
)
def test_a_wrong_base_url_is_refused_and_not_repeated(url: str, fault: str) -> None:
    """Each way for a URL to be wrong has its sentence, which does not repeat the URL."""
    said = fields.url_fault(url)
    assert said is not None
    assert said.startswith(fault)
    assert "canary" not in said


@given(st.text() | st.text(alphabet="htps:/[]@?#{}.1a%"))
def test_any_text_is_checked(text: str) -> None:
    """The checks never raise, and what they call fine has a host that a URL parser finds."""
    fields.name_fault(text)
    fields.path_fault(text)
    fields.variable_fault(text)
    fields.command_fault(text)
    fields.url_fault(text)
    fields.url_fault(f"http://{text}")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("paralel", "unknown key; did you mean parallel?"),
        ("max_token", "unknown key; did you mean max_tokens?"),
        ("api_key_envs", "unknown key; did you mean api_key_env?"),
        ("para", "unknown key; did you mean parallel?"),
        ("zzz", "unknown key; known here: parallel, max_tokens, api_key_env"),
    ],
)
def test_an_unknown_key_is_answered_with_the_near_one(key: str, said: str) -> None:
    """A slip of the pen and a stranger are told apart."""
    known = ("parallel", "max_tokens", "api_key_env")
    assert fields.unknown_key(key, known) == said


@pytest.mark.parametrize("key", ["api_key", "key", "token", "Authorization", "password", "secret"])
def test_a_key_for_secrets_is_refused(key: str) -> None:
    """A key under which people write secrets is answered with where to put them."""
    said = fields.unknown_key(key, ("base_url", "api_key_env"))
    assert "never stands in a config file" in said


def test_a_command_with_a_key_is_refused() -> None:
    """A server's command is shown and stored, so a key in it is refused."""
    assert fields.command_fault("vllm serve Qwen/Qwen3-8B --port {port}") is None
    assert fields.command_fault(" ") == "is empty"
    said = fields.command_fault("vllm serve x --api-key sk-canary-1")
    assert said is not None
    assert said.startswith("holds a key")
    assert "canary" not in said


def test_a_path_is_checked() -> None:
    """The text of a path is not empty and holds no control character."""
    assert fields.path_fault("../a b/ü.jsonl") is None
    assert fields.path_fault(" ") == "is empty"
    assert fields.path_fault("a\0b") == "holds a control character"


def test_an_unknown_name_is_answered_with_the_near_one() -> None:
    """The near name and the known ones are told, but for those that may be keys."""
    known = ("local", "openai", "sk-canary-1")
    assert (
        fields.unknown_name("endpoint", known, "locl")
        == "no such endpoint; did you mean local? Known: local, openai"
    )
    assert "canary" not in fields.unknown_name("endpoint", known, "sk-canary-2")
    assert fields.unknown_name("judge", (), "x") == "no such judge."


def test_an_unbalanced_quotation_mark() -> None:
    """A command that cannot be split into words is refused before anything is started."""
    assert fields.command_fault("serve 'it {port}") == "has a quotation mark without its partner"
    assert fields.command_fault("serve 'it' {port}") is None
