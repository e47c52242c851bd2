"""Dice: chance that comes out of hashes, so that the same input always gives the same result."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b, shake_128
from struct import unpack_from

_DRAWS = 256


def unit(*parts: str | bytes) -> float:
    """Return a number in [0, 1) that looks random and depends on the parts alone."""
    bits = int.from_bytes(digest(*parts)[:8], "big") >> 11
    return bits / (1 << 53)


def digest(*parts: str | bytes) -> bytes:
    """Return 16 bytes that stand for the parts; where one part ends matters."""
    state = blake2b(digest_size=16)
    for part in parts:
        # aiohttp gives header bytes that are no UTF-8 as lone surrogates
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        state.update(b"%d:" % len(raw))
        state.update(raw)
    return state.digest()


class Dice:
    """A stream of throws that starts at a seed."""

    __slots__ = ("_numbers",)

    def __init__(self, seed: bytes) -> None:
        """Take the seed; the same seed gives the same throws."""
        self._numbers = _numbers(seed)

    def unit(self) -> float:
        """Return the next number in [0, 1)."""
        return next(self._numbers) / 65536

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, but not including, the limit."""
        return next(self._numbers) * limit >> 16

    def pick(self, values: Sequence[str]) -> str:
        """Return one of the values."""
        return values[self.below(len(values))]


def _numbers(seed: bytes) -> Iterator[int]:
    """Yield numbers below 65536 without end."""
    while True:
        block = shake_128(seed).digest(2 * _DRAWS + 16)
        seed = block[-16:]
        yield from unpack_from(f"<{_DRAWS}H", block)
