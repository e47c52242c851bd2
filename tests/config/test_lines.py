"""The scanner finds the line of every key, and survives any text."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.config.lines import DEPTH, KeyPath, index, line_of

TEXT = '''\
name = "x"  # a comment with = and [brackets]

[benchmark]
note = """
[models]
name = "not a key"
quoted \\""" still inside"""
other = \'\'\'
[[judges]]\'\'\'
categories = [
  "a", # one
  "b", ]
[endpoints.local]
"base url" = 'x'
server.command = "c"
server . ready = "r"

[[models]]
name = "one"
price = { input = 1, output = { deep = [ { far = 1 } ] } }
[models.extra]
key = 1.5
[[models]]
  [models.extra]
  when = 1979-05-27 07:32:00
[[models.lists]]
z = 1
[[models.lists]]
"caf\\u00e9" = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("name",), 1),
        (("benchmark",), 3),
        (("benchmark", "note"), 4),
        (("benchmark", "other"), 8),
        (("benchmark", "categories"), 10),
        (("benchmark", "categories", 0), 11),
        (("benchmark", "categories", 1), 12),
        (("endpoints",), 13),
        (("endpoints", "local"), 13),
        (("endpoints", "local", "base url"), 14),
        (("endpoints", "local", "server"), 15),
        (("endpoints", "local", "server", "command"), 15),
        (("endpoints", "local", "server", "ready"), 16),
        (("models",), 18),
        (("models", 0), 18),
        (("models", 0, "name"), 19),
        (("models", 0, "price", "output"), 20),
        (("models", 0, "price", "output", "deep", 0, "far"), 20),
        (("models", 0, "extra", "key"), 22),
        (("models", 1), 23),
        (("models", 1, "extra", "when"), 25),
        (("models", 1, "lists", 0, "z"), 27),
        (("models", 1, "lists", 1, "café"), 29),
    ],
)
def test_every_key_has_its_line(path: KeyPath, line: int) -> None:
    """Tables, dotted keys, lists and inline tables are found; strings are not mistaken for them."""
    assert index(TEXT)[path] == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("models", 1, "name"), 23),
        (("models", 0, "price", "currency"), 20),
        (("models", 7, "name"), 18),
        (("judges", 0), 1),
        (("version",), 1),
    ],
)
def test_a_key_that_is_not_there_has_the_line_of_what_is_around_it(
    path: KeyPath, line: int
) -> None:
    """The nearest ancestor stands in for a missing key."""
    assert line_of(index(TEXT), path) == line


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the paths of everything in a parsed document."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from paths(item, (*path, at))


def test_the_example_is_toml() -> None:
    """The scanner finds exactly what tomllib finds in the example."""
    assert set(paths(tomllib.loads(TEXT))) == set(index(TEXT))


@dataclass
class Writer:
    """Writes TOML, and remembers where it wrote each key."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    expected: dict[KeyPath, int] = field(default_factory=dict)

    def value(self, path: KeyPath, depth: int) -> str:
        """Return a value as TOML, perhaps over several lines, with the places of what is in it."""
        kinds = ["number", "text", "literal", "long", "long literal", "date"]
        kind = self.draw(st.sampled_from(kinds + ["array", "inline"] * (depth < 3)))
        if kind == "array":
            return self.array(path, depth)
        if kind == "inline":
            return self.inline(path, depth)
        return {
            "number": "1.5e3",
            "text": '"a # = [x] \\" {"',
            "literal": '\'[[models]] """ \'',
            "long": '"""\n[a]\nb = 1 \\"""\n""c"""',
            "long literal": "'''\n[[a]]\n'' = 1\n'''",
            "date": "1979-05-27 07:32:00.5",
        }[kind]

    def array(self, path: KeyPath, depth: int) -> str:
        """Return an array whose elements stand on lines of their own, with comments between."""
        text = "["
        for at in range(self.draw(st.integers(0, 2))):
            text += self.draw(st.sampled_from(["", "\n", " # [x], y = '\n"]))
            self.expected[(*path, at)] = self.here + text.count("\n")
            text += self.nested((*path, at), depth, text) + ","
        return text + self.draw(st.sampled_from(["]", "\n]"]))

    def inline(self, path: KeyPath, depth: int) -> str:
        """Return an inline table."""
        text = "{"
        for key in self.draw(st.sets(KEYS, max_size=2)):
            text += ", " * (len(text) > 1)
            self.expected[(*path, key)] = self.here + text.count("\n")
            text += f"{quoted(key)} = "
            text += self.nested((*path, key), depth, text)
        return text + "}"

    def nested(self, path: KeyPath, depth: int, before: str) -> str:
        """Return a value that begins after some text on the line being written."""
        moved = before.count("\n")
        self.shift += moved
        text = self.value(path, depth + 1)
        self.shift -= moved
        return text

    shift: int = 0

    @property
    def here(self) -> int:
        """The line that is being written."""
        return sum(line.count("\n") + 1 for line in self.lines) + 1 + self.shift

    def keys(self, path: KeyPath) -> None:
        """Write some keys of a table."""
        for key in self.draw(st.sets(KEYS, max_size=3)):
            self.lines.extend(self.draw(st.sampled_from([[], [""], ["# [c] = '"]])))
            self.expected[(*path, key)] = self.here
            self.lines.append(f"{quoted(key)} = {self.value((*path, key), 0)}")


KEYS = st.sampled_from(["a", "b-1", "c d", "e.f", "é", 'g"', "#", "[h]", "i=\t"])


def quoted(key: str) -> str:
    """Return a key as TOML."""
    if key in {"a", "b-1"}:
        return key
    return '"' + key.replace('"', '\\"').replace("\t", "\\t") + '"'


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[KeyPath, int]]:
    """Draw a TOML document, and the line of each of its keys."""
    writer = Writer(draw)
    writer.keys(())
    for at in range(draw(st.integers(0, 3))):
        writer.expected.setdefault(("models",), writer.here)
        writer.expected[("models", at)] = writer.here
        writer.lines.append("[[models]]  # one more")
        writer.keys(("models", at))
        if draw(st.booleans()):
            writer.expected[("models", at, "sub")] = writer.here
            writer.lines.append("[ models . 'sub' ]")
            writer.keys(("models", at, "sub"))
    for name in draw(st.sets(KEYS, max_size=3)):
        writer.expected.setdefault(("tables",), writer.here)
        writer.expected[("tables", name)] = writer.here
        writer.lines.append(f"[tables.{quoted(name)}]")
        writer.keys(("tables", name))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join("\n".join(writer.lines).split("\n")) + end, writer.expected


@given(documents())
def test_generated_documents_have_every_key_on_its_line(
    document: tuple[str, dict[KeyPath, int]],
) -> None:
    """For any document, the index has the keys that tomllib has, each on the line it is on."""
    text, expected = document
    assert index(text) == {(): 1, **expected}
    assert set(paths(tomllib.loads(text))) == {(), *expected}


@given(st.text() | st.text(alphabet="ab[]{}=,.#\"'\\\n \r1"))
def test_any_text_is_scanned(text: str) -> None:
    """Whatever the text, the scanner returns lines that are in it."""
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in index(text).values())


def test_depth_is_no_problem() -> None:
    """A hundred thousand brackets or dots are indexed down to a limit, fast and in little memory."""
    for text in ("a = " + "[" * 100_000, "a" + ".a" * 100_000 + " = 1"):
        lines = index(text)
        assert lines[("a",)] == 1
        assert max(map(len, lines)) == DEPTH
