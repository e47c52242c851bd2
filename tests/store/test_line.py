"""A line of the log: what is written is read, and what is damaged is noticed."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.store.line import Record, decode, encode, key_of
from tests.store.samples import key, record, records


@given(records)
def test_round_trip(item: Record) -> None:
    """Any record comes back from its line as it was, its times to a microsecond."""
    got = decode(encode(item)[:-1])
    assert got == replace(item, at=got.at, waited=got.waited, sent=got.sent)
    times = (item.at, item.waited, item.sent)
    assert (got.at, got.waited, got.sent) == pytest.approx(times, rel=0, abs=1.5e-6)


@given(records)
def test_one_line(item: Record) -> None:
    """A record is one line of JSON, whatever its texts hold."""
    line = encode(item)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert orjson.loads(line)["text"] == item.reply.text


@pytest.mark.parametrize(
    "text",
    [
        "a\u2028b\u2029c\x85d",
        "nul \x00 nul",
        "\r\n\n\x0b\x0c",
        '"},"crc":"00000000"}',
        "日本語 😀 \u202e",
    ],
    ids=["separators", "nul", "line-ends", "forged-checksum", "wide"],
)
def test_awkward_text(text: str) -> None:
    """Text that looks like an end of line or of record is only text."""
    line = encode(record(1, text))
    assert key_of(line[:-1]) == key(1)
    assert decode(line).reply.text == text


def test_long_text() -> None:
    """A reply of a megabyte is a line like any other."""
    text = "word \u2028\x00 " * (1 << 17)
    line = encode(record(1, text))
    assert len(line) > 1 << 20
    assert key_of(line[:-1]) == key(1)
    assert decode(line).reply.text == text


def test_layout() -> None:
    """The key comes first and the checksum last, so that a scan need not parse."""
    line = encode(record(1))
    assert line.startswith(b'{"key":"%b",' % key(1).hex().encode())
    assert list(orjson.loads(line))[-1] == "crc"


@given(records)
def test_key_of_view(item: Record) -> None:
    """The key is read off a view of the line as well, without a copy."""
    assert key_of(memoryview(encode(item))[:-1]) == item.key


def test_flipped_bits() -> None:
    """A flip of any bits in any byte of a line is noticed."""
    line = encode(record(1, "Some words, é and 日本."))[:-1]
    for position in range(len(line)):
        for mask in (0x01, 0x02, 0x20, 0x80, 0xFF):
            damaged = bytearray(line)
            damaged[position] ^= mask
            assert key_of(bytes(damaged)) is None, (position, mask)


def test_cut_anywhere() -> None:
    """No beginning of a line, and no line with something behind it, is taken for a whole one."""
    line = encode(record(1))[:-1]
    assert all(key_of(line[:length]) is None for length in range(len(line)))
    assert key_of(line + b" ") is None
    assert key_of(line + line) is None


@given(st.binary(max_size=200))
def test_other_bytes(line: bytes) -> None:
    """Bytes that are no record have no key, and raise nothing."""
    assert key_of(line) is None


def test_a_line_of_an_older_version() -> None:
    """What lines did not hold at first is not known, and no reason to refuse them."""
    content = orjson.loads(encode(record(1, "text")))
    del content["fingerprint"]
    old = decode(orjson.dumps(content))
    assert (old.reply.text, old.reply.fingerprint, old.worst) == ("text", None, None)
