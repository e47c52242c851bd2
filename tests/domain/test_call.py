"""Check what decides a call's identity."""

from itertools import combinations

import pytest

from asynceval.domain.call import Call, Message, Sampling, Settings

ONE = (Message("user", "Hi"),)
TWO = (Message("system", "S"), Message("user", "Hi"))


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (Call("m", "w", ONE), "ab0e54141cf3142275b167aea4840b65"),
        (Call("m", "w", TWO, Sampling(0.5, 16), 2), "0224ff0d439ce237e8977b4a483aed23"),
        (Call("m", "w", ONE, Sampling(settings=Settings())), "ab0e54141cf3142275b167aea4840b65"),
    ],
)
def test_keys_are_what_they_always_were(call: Call, key: str) -> None:
    """Run directories of every version hold them; what is left to the server is not in them."""
    assert call.key().hex() == key


def test_every_setting_decides_the_answer() -> None:
    """Two calls that differ in one setting are two calls, whatever the setting."""
    settings = [
        Settings(),
        Settings(top_p=0.9),
        Settings(top_p=0.8),
        Settings(seed=1),
        Settings(seed=0),
        Settings(stop=("a",)),
        Settings(stop=("a", "b")),
        Settings(effort="low"),
        Settings(effort=0),
        Settings(reasoning=True),
        Settings(reasoning=False),
        Settings(body='{"a":1}'),
        Settings(headers=(("X-A", "1"),)),
        Settings(headers=(("X-A", "2"),)),
    ]
    keys = [Call("m", "w", ONE, Sampling(0.5, 16, own)).key() for own in settings]
    assert not [1 for one, other in combinations(keys, 2) if one == other]
