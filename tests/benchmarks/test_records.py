"""JSONL files are read object by object, whatever bytes they hold."""

import tracemalloc
from pathlib import Path

import pytest

from asynceval.benchmarks.records import LINE_LIMIT, Problems, Record, read
from asynceval.domain.errors import ConfigError


def objects(path: Path) -> list[tuple[int, Record]]:
    """Return what a file holds; raise what is wrong with it."""
    problems = Problems()
    found = list(read(path, problems, problems))
    problems.raise_if_any()
    return found


def complaint(path: Path) -> str:
    """Return the text of the error that a file raises."""
    with pytest.raises(ConfigError) as caught:
        objects(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1}\n{"a":2}\n',
        b'{"a":1}\n{"a":2}',
        b'{"a":1}\r\n{"a":2}\r\n',
        b'\xef\xbb\xbf{"a":1}\n{"a":2}\n',
    ],
)
def test_common_variants_of_a_file_read_the_same(tmp_path: Path, raw: bytes) -> None:
    """A byte order mark, CRLF and a missing final newline change nothing."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw)
    assert objects(path) == [(1, {"a": 1}), (2, {"a": 2})]


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    """A blank line yields nothing, and the lines after it keep their numbers."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\n  \t\r\n{"a":1}\n\n')
    assert objects(path) == [(3, {"a": 1})]


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    """U+2028, U+0085 and U+000B inside a text do not end its line."""
    path = tmp_path / "a.jsonl"
    text = "one\u2028two\u0085three"
    path.write_text(f'{{"a":"{text}"}}\n{{"a":1}}\n', encoding="utf-8", newline="\n")
    assert objects(path) == [(1, {"a": text}), (2, {"a": 1})]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_named(tmp_path: Path, codec: str) -> None:
    """UTF-16, with its mark or without, is named once with line and byte."""
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"a":1}\n{"a":2}\n'.encode(codec))
    assert complaint(path) == f"{path}: line 1, byte 1: this is UTF-16; save the file as UTF-8"


def test_invalid_utf_8_is_named_with_line_and_byte(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is told with its line and its place in the line."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1}\n{"a":"\xff"}\n')
    assert complaint(path) == f"{path}:2: byte 7 (0xff) is not UTF-8"


def test_a_byte_is_counted_from_the_start_of_the_line_with_its_mark(tmp_path: Path) -> None:
    """The byte order mark counts when a place in the first line is told."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\xff")
    assert complaint(path) == f"{path}:1: byte 4 (0xff) is not UTF-8"


def test_a_json_error_has_its_column(tmp_path: Path) -> None:
    """Broken JSON is told with line and column."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":1}\n{"a":1,}\n', encoding="utf-8")
    assert complaint(path).startswith(f"{path}:2: column 7: not JSON: ")


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00"])
def test_half_a_surrogate_pair_is_refused(tmp_path: Path, half: str) -> None:
    """Half a surrogate pair, which no file can hold later, is told in words."""
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"a":"{half}"}}\n', encoding="utf-8")
    assert "half of a \\u surrogate pair" in complaint(path)


@pytest.mark.parametrize("line", ["[1]", "81", '"text"', "null"])
def test_what_is_no_object_is_refused(tmp_path: Path, line: str) -> None:
    """A line that is JSON but no object is told."""
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")
    assert complaint(path).startswith(f"{path}:1: must be one JSON object")


def test_json_nested_without_end_is_refused(tmp_path: Path) -> None:
    """Depth is an error of the line, not of the stack."""
    path = tmp_path / "a.jsonl"
    path.write_text("[" * 100_000, encoding="utf-8")
    assert "depth" in complaint(path)


def test_a_line_at_the_limit_is_read(tmp_path: Path) -> None:
    """The longest line that is allowed is read, and one byte more is refused."""
    path = tmp_path / "a.jsonl"
    line = b'{"a":"' + b"x" * (LINE_LIMIT - 8) + b'"}'
    path.write_bytes(line + b"\n" + b'{"a":1}\n')
    assert [number for number, _ in objects(path)] == [1, 2]
    path.write_bytes(b" " + line + b"\n" + b'{"a":1}\n')
    assert complaint(path) == f"{path}:1: longer than 16 MB: refused"


def test_a_huge_line_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    """A line of 100 MB is told and skipped without being held, and reading goes on after it."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 2**20)
        file.write(b'\n{"a":1}\nbad\n')
    tracemalloc.start()
    try:
        said = complaint(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert f"{path}:1: longer than 16 MB: refused\n{path}:3: column 1" in said
    assert peak < 3 * LINE_LIMIT


def test_a_missing_file_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file is told with the whole path that was tried."""
    monkeypatch.chdir(tmp_path)
    assert complaint(Path("no.jsonl")) == f"no.jsonl: no such file; looked for {tmp_path}/no.jsonl"


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder in place of a file is told as such."""
    assert "is a folder" in complaint(tmp_path)


def test_an_endless_device_is_not_read() -> None:
    """What is no regular file is refused rather than read for ever."""
    assert "is not a regular file" in complaint(Path("/dev/zero"))


def test_the_first_twenty_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    """Of 25 broken lines 20 are listed, and five are counted."""
    path = tmp_path / "a.jsonl"
    path.write_text("x\n" * 25, encoding="utf-8")
    said = complaint(path).split("\n")
    assert len(said) == 21
    assert said[19].startswith(f"{path}:20: ")
    assert said[20] == "and 5 more problems"
