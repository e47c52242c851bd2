"""A secret shows itself to nobody who does not ask for it by name."""

import copy
import dataclasses
import json
import pickle

import orjson
import pytest

from asynceval.domain.secret import Secret, looks_like_key, shown

CANARY = "sk-canary-1"


@dataclasses.dataclass(frozen=True)
class Holder:
    """Something with a secret in it."""

    key: Secret


def test_a_secret_shows_a_mask() -> None:
    """Every way to turn a secret into text gives the mask, alone and inside other things."""
    secret = Secret(CANARY)
    texts = [str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]} {Holder(secret)}"]
    assert all("***" in text and "canary" not in text for text in texts)
    assert secret.reveal() == CANARY


def test_a_secret_is_written_by_no_one() -> None:
    """Pickle, copies and JSON refuse a secret."""
    secret = Secret(CANARY)
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps({"key": secret})
    with pytest.raises(TypeError):
        orjson.dumps(Holder(secret))


def test_a_secret_is_a_value() -> None:
    """Secrets compare by their text, and are frozen."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret("\ud800") == Secret("\ud800")
    assert len({Secret("a"), Secret("a")}) == 1
    with pytest.raises(AttributeError, match="frozen"):
        Secret("a")._text = "b"


@pytest.mark.parametrize(
    "text",
    [
        "sk-canary",
        "--key=sk-proj-1234",
        "hf_abcdefghijklmnopqrst",
        "Bearer abc",
        "eyJhbGciOiJIUzI1",
        "AIzaSyA1234567890abcdef",
        "0123456789abcdef0123",
        "x" * 32,
    ],
)
def test_a_key_is_recognised(text: str) -> None:
    """Vendors' prefixes and long random letters look like keys."""
    assert looks_like_key(text)
    assert shown(text) == "***"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-4o-2024-08-06",
        "Meta-Llama-3.1-8B-Instruct",
        "task-oriented-model",
        "../../etc/passwd",
        "hf_token",
        "accounts/fireworks/models/llama-v3p1-405b-instruct",
        "功能测试",
    ],
)
def test_a_name_is_no_key(text: str) -> None:
    """Models, paths and words do not look like keys."""
    assert not looks_like_key(text)
    assert shown(text) == text


def test_what_is_shown_is_one_short_line() -> None:
    """A text in a message has no control characters, and an end."""
    assert shown("a\nb\x1b[2J\u202e") == "a\ufffdb\ufffd[2J\ufffd"
    assert shown("ab " * 100, limit=10) == "ab ab ab …"
