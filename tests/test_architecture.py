"""Check that the tree is what docs/design.md says: who may import whom, and how long a file is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import asynceval

ROOT = Path(asynceval.__file__).parent
# A part imports from itself and from the parts before it.
ORDER = (
    "domain",
    "prompts",
    "benchmarks",
    "judges",
    "protocol",
    "providers",
    "store",
    "engine",
    "stats",
    "report",
    "bridge",
    "simulator",
    "config",
    "progress",
    "cli",
)
ONLY = {
    "domain": {"domain"},
    "progress": {"domain", "progress"},
}
NOT = {
    "report": {"engine"},
    "bridge": {"engine"},
    "simulator": {"engine"},
    "config": {"engine"},
}
# Where a library is known; everything else does without it.
LIBRARIES = {
    "aiohttp": ("engine/transport.py", "engine/peer.py", "engine/servers.py", "simulator/"),
    "aiolimiter": ("engine/pace.py",),
    "rich": ("progress/", "cli/"),
    "pydantic": ("config/",),
    "click": ("cli/",),
    "numpy": ("stats/",),
}
LONGEST = 300
MODULES = sorted(ROOT.rglob("*.py"))
PARTS = [path for path in MODULES if path.parent != ROOT]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that are imported anywhere under a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from (alias.name for alias in inner.names)
        elif isinstance(inner, ast.ImportFrom):
            assert inner.level == 0, "imports are absolute"
            yield from (f"{inner.module}.{alias.name}" for alias in inner.names)


def ours(path: Path) -> set[str]:
    """Return the parts of asynceval that a module imports from."""
    found = (target.split(".") for target in imports(tree(path)))
    return {names[1] for names in found if names[0] == "asynceval" and names[1] != "__version__"}


def test_every_part_has_its_place() -> None:
    """The parts in the tree are the ones in the order, and no other."""
    assert {part(path) for path in PARTS} == set(ORDER)


@pytest.mark.parametrize("path", PARTS, ids=name)
def test_imports_go_upwards(path: Path) -> None:
    """A module imports only from its own part and those before it."""
    place = ORDER.index(part(path))
    allowed = ONLY.get(part(path), set(ORDER[: place + 1])) - NOT.get(part(path), set())
    assert ours(path) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_libraries_stay_where_they_belong(path: Path) -> None:
    """A library is imported only where it is known."""
    for target in imports(tree(path)):
        places = LIBRARIES.get(target.split(".")[0])
        assert places is None or name(path).startswith(places), target


@pytest.mark.parametrize("path", [p for p in PARTS if part(p) != "cli"], ids=name)
def test_no_import_inside_a_function(path: Path) -> None:
    """Imports stand at the top, where a reader looks for them."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            assert list(imports(node)) == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_long(path: Path) -> None:
    """No module has more than 300 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_no_cycles() -> None:
    """No module imports itself by way of others."""
    modules = {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in MODULES
    }
    # What is imported is a module, or a name in one.
    needed = {
        module: {
            found
            for target in imports(tree(path))
            for found in (target, target.rpartition(".")[0])
            if found in modules and found not in {module, "asynceval"}
        }
        for module, path in modules.items()
    }
    done: set[str] = set()
    while ready := {module for module in needed if needed[module] <= done} - done:
        done |= ready
    assert needed.keys() - done == set()
