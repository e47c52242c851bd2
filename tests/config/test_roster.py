"""Names and patterns choose models, and a URL leads to one account."""

import pytest

from asynceval.config.roster import Pick, account, pick, with_variable
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Endpoint, Server

KNOWN = ("qwen3-8b", "qwen3-32b", "gpt[4]", "gpt4")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ((), KNOWN),
        (("qwen3-8b",), ("qwen3-8b",)),
        (("qwen*",), ("qwen3-8b", "qwen3-32b")),
        (("qwen*", "gpt4", "gpt4"), ("qwen3-8b", "qwen3-32b", "gpt4")),
        (("gpt[4]",), ("gpt[4]",)),
        (("gpt[45]",), ("gpt4",)),
        (("*",), KNOWN),
    ],
)
def test_names_and_patterns_choose(wanted: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """A name means itself before it is a pattern, and nothing wanted means all."""
    for may_add in (True, False):
        assert pick("--model", KNOWN, wanted, may_add=may_add) == Pick(frozenset(kept), (), ())


def test_a_name_that_is_not_known_is_refused_with_the_near_one() -> None:
    """Without a URL to ask it at, an unknown name or pattern is a slip."""
    picked = pick("--model", KNOWN, ("qwen3-8", "zzz*"), may_add=False)
    listed = ", ".join(KNOWN)
    assert [str(problem) for problem in picked.problems] == [
        f"--model: qwen3-8: no such model; did you mean qwen3-8b? Known: {listed}",
        f"--model: zzz*: no such model. Known: {listed}",
    ]


def test_a_name_that_is_not_known_is_added_where_there_is_a_url() -> None:
    """With a URL, a new name is added once, and a pattern that matches nothing is refused."""
    picked = pick("--judge", KNOWN, ("gpt4", "new", "new", "zzz*"), may_add=True)
    assert (picked.kept, picked.added) == (frozenset({"gpt4"}), ("new",))
    assert [problem.key for problem in picked.problems] == ["--judge"]


OPEN = Endpoint("open", "http://a/v1")
KEYED = Endpoint("keyed", "http://b/v1", api_key_env="B", rpm=5)


@pytest.mark.parametrize(
    ("url", "variable", "found"),
    [
        ("http://a/v1", None, OPEN),
        ("http://a/v1/", None, OPEN),
        ("http://b/v1", None, KEYED),
        ("http://b/v1", "B", KEYED),
        ("http://b/v1", "C", Endpoint("default", "http://b/v1", api_key_env="C")),
        ("http://a/v1", "C", Endpoint("default", "http://a/v1", api_key_env="C")),
        ("http://c/v1", None, Endpoint("default", "http://c/v1")),
    ],
)
def test_a_url_and_a_variable_are_an_account(
    url: str, variable: str | None, found: Endpoint
) -> None:
    """The same URL with the same key is the same account, with its limits; else it is a new one."""
    endpoint, endpoints = account((OPEN, KEYED), url, variable, "default")
    assert endpoint == found
    assert endpoints == ((OPEN, KEYED) if found in (OPEN, KEYED) else (OPEN, KEYED, found))


def test_a_new_account_gets_a_name_that_is_free() -> None:
    """A name that is taken gets a number."""
    endpoints = (Endpoint("default", "http://a"), Endpoint("default-2", "http://b"))
    endpoint, _ = account(endpoints, "http://c", None, "default")
    assert endpoint.name == "default-3"


def test_a_variable_is_set_on_the_one_endpoint_in_use() -> None:
    """The endpoint in use takes the variable, and keeps everything else."""
    served = Endpoint("s", "http://h:{port}", server=Server("c"))
    changed = with_variable((KEYED, served), {"s"}, "V", "--key-env")
    assert changed == (KEYED, Endpoint("s", "http://h:{port}", api_key_env="V", server=Server("c")))


def test_a_variable_for_several_endpoints_is_refused() -> None:
    """One key is not sent to several servers by accident."""
    with pytest.raises(
        ConfigError, match=r"--key-env: is for one endpoint, and here are 2 \(keyed, open\)"
    ):
        with_variable((OPEN, KEYED), {"open", "keyed"}, "V", "--key-env")
