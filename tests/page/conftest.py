"""What the tests of the page share: one browser, and the page of a run of six models."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynceval.cli.page import write_page
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import outcomes, read_causes
from asynceval.report.summary import summarise
from asynceval.store.store import Store
from tests.page.browser import Browser, browser, program
from tests.page.runs import finish, plan

SIX = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def page_of(run: Path, what: Plan) -> Path:
    """Write the page of a run directory beside it."""
    path = run.with_suffix(".html")
    with Store(run, write=False) as store:
        found = list(outcomes(what, store, read_causes(run)))
        write_page(path, run, what, summarise(what, found), found, store)
    return path


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start a browser. Only away from CI may there be none."""
    command = program()
    if command is None:
        assert "CI" not in os.environ, "no browser: the page was not looked at"
        pytest.skip("no Chromium is installed")
    with browser(command, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def tab(chromium: Browser) -> Browser:
    """Give a window of the usual size, in light."""
    chromium.look(1600)
    return chromium


@pytest.fixture(scope="session")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the page of six models on sixteen questions, graded and compared."""
    run = tmp_path_factory.mktemp("six") / "run"
    return page_of(run, finish(run, plan(SIX, 16)))
