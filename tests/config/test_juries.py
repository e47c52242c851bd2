"""Juries of a config: who sits in them, and everything that can be wrong."""

from pathlib import Path

import pytest

from asynceval.config.flags import Flags, resolve
from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.jury import Jury
from tests.config.build import MINIMAL, config

JUDGES = "".join(f'[[judges]]\nname = "{name}"\nendpoint = "e"\n' for name in ("x", "y", "z"))
PAIRS = JUDGES.replace('endpoint = "e"', 'endpoint = "e"\nmode = "pairwise-all"')


def jury(lines: str, judges: str = JUDGES) -> str:
    """Return a config with three judges and a jury."""
    return f'{MINIMAL}[[models]]\nname = "n"\nendpoint = "e"\n{judges}[[juries]]\nname = "panel"\n{lines}\n'


def test_a_jury_is_read(tmp_path: Path) -> None:
    """It has its judges, its rule, and needs more than half of the judges unless told otherwise."""
    text = jury('judges = ["x", "y", "z"]\nrule = "median"')
    assert load(config(tmp_path, text)).sweep.juries == (
        Jury("panel", ("x", "y", "z"), "median", 2),
    )
    text = jury('judges = ["x", "y"]\nrule = "majority"\nminimum = 1', PAIRS)
    assert load(config(tmp_path, text)).sweep.juries == (Jury("panel", ("x", "y"), "majority", 1),)


@pytest.mark.parametrize(
    ("lines", "judges", "message"),
    [
        ('judges = ["x", "w"]\nrule = "mean"', JUDGES, "no such judge"),
        ('judges = ["x", "w"]', JUDGES, "no such judge"),
        ('judges = ["x", "x"]\nrule = "mean"', JUDGES, "names a judge twice"),
        ('judges = ["x"]\nrule = "mean"', JUDGES, "needs two judges or more"),
        ('judges = ["x", "y"]', JUDGES, "rule: is missing"),
        ('judges = ["x", "y"]\nrule = "best"', JUDGES, 'must be "mean", "median" or "majority"'),
        ('judges = ["x", "y"]\nrule = "mean"\nminimum = 3', JUDGES, "is more than its 2 judges"),
        ('judges = ["x", "y"]\nrule = "mean"\nminimum = 0', JUDGES, "must be at least 1"),
        ('judges = ["x", "y"]\nrule = "mean"', PAIRS, 'must be "majority"'),
        (
            'judges = ["x", "p"]\nrule = "majority"',
            f'{JUDGES}[[judges]]\nname = "p"\nendpoint = "e"\nmode = "pairwise-all"\n',
            "do not judge the same",
        ),
        (
            'judges = ["x", "panel"]\nrule = "mean"',
            f'{JUDGES}[[judges]]\nname = "panel"\nendpoint = "e"\n',
            "is the name of a judge already",
        ),
    ],
)
def test_a_wrong_jury_is_refused(tmp_path: Path, lines: str, judges: str, message: str) -> None:
    """Each mistake is named at its key."""
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, jury(lines, judges)))
    assert any(message in str(problem) for problem in caught.value.problems)


def test_a_jury_goes_with_its_judges(tmp_path: Path) -> None:
    """Where flags leave out one of its judges there is no jury."""
    path = config(tmp_path, jury('judges = ["x", "y"]\nrule = "mean"'))
    assert resolve(path, Flags(judges=("x", "y"))).sweep.juries
    assert resolve(path, Flags(judges=("x", "z"))).sweep.juries == ()
