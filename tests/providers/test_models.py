"""Check how the list of a server's models is asked for, read and searched."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.sweep import Endpoint
from asynceval.providers.models import names, near
from asynceval.providers.openai import OpenAI


@pytest.mark.parametrize(
    ("base", "full"),
    [
        ("http://h", "http://h/v1/models"),
        ("http://h/", "http://h/v1/models"),
        ("http://h:8000/v1", "http://h:8000/v1/models"),
        ("http://h/v1/", "http://h/v1/models"),
        ("http://h/v1/chat/completions", "http://h/v1/models"),
        ("https://h/api/v3?api-version=1", "https://h/api/v3/models?api-version=1"),
    ],
)
def test_url(base: str, full: str) -> None:
    """The list is beside the chat completions, wherever these are."""
    assert OpenAI(Endpoint("house", base)).listing() == full


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": "b/c"}]}, ("a", "b/c")),
        ({"models": [{"name": "a"}]}, ("a",)),
        (["a", "b"], ("a", "b")),
        ({"data": [{"id": 7}, {}, None, "", "x" * 201, "a"]}, ("a",)),
        (
            {
                "models": [
                    {"name": "models/a", "supportedGenerationMethods": ["generateContent"]},
                    {"name": "models/b", "supportedGenerationMethods": ["embedContent"]},
                ]
            },
            ("a",),
        ),
        (
            {
                "data": [
                    {"id": "a", "capabilities": {"completion_chat": True}},
                    {"id": "b", "capabilities": {"completion_chat": False}},
                ]
            },
            ("a",),
        ),
        (
            {
                "data": [
                    {"id": "a", "architecture": {"output_modalities": ["text", "image"]}},
                    {"id": "b", "architecture": {"output_modalities": ["image"]}},
                ]
            },
            ("a",),
        ),
        ([{"id": "a", "type": "chat"}, {"id": "b", "type": "embedding"}], ("a",)),
        ({"object": "list", "data": []}, ()),
        ({"data": {"id": "a"}}, None),
        ({"object": "error", "message": "no"}, None),
        (7, None),
    ],
)
def test_names(body: object, found: tuple[str, ...] | None) -> None:
    """Names are read from each usual shape; what is none, and who cannot chat, is left out."""
    assert names(orjson.dumps(body)) == found


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["data", "id"]), inner),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_has_names_or_none(body: bytes) -> None:
    """Whatever comes back, nothing is raised."""
    assert all(isinstance(name, str) for name in names(body) or ())


SERVED = (
    "Qwen/Qwen3-8B",
    "Qwen/Qwen3-14B",
    "meta-llama/Llama-3.1-8B",
    "an-organisation-of-many-words/tiny",
    "gpt-4o",
    "gpt-4o-mini",
)


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("qwen3-8b", "Qwen/Qwen3-8B"),
        ("Qwen/Qwen3-8b", "Qwen/Qwen3-8B"),
        ("gpt4o", "gpt-4o"),
        ("gpt-4o-minni", "gpt-4o-mini"),
        ("other-org/llama-3.1-8b", "meta-llama/Llama-3.1-8B"),
        ("tiny", "an-organisation-of-many-words/tiny"),
        ("another-one-of-as-many/tiny", "an-organisation-of-many-words/tiny"),
    ],
)
def test_the_nearest_name_comes_first(wanted: str, first: str) -> None:
    """Capitals, the organisation and a slip of the finger do not hide what was meant."""
    found = near(SERVED, wanted)
    assert found[0] == first
    assert len(found) == len(set(found)) <= 3


def test_nothing_near_is_nothing() -> None:
    """A name that looks like none of them gets no advice."""
    assert near(SERVED, "claude") == ()
    assert near((), "claude") == ()
