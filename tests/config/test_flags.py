"""Flags make a request by themselves, and change the request of a config."""

from dataclasses import replace
from pathlib import Path

import pytest

from asynceval.benchmarks import shipped
from asynceval.config.flags import Flags, resolve
from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Budget, Endpoint, Judge, Target
from tests.config.build import MINIMAL, config, questions, references

URL, JUDGE_URL = "http://127.0.0.1:8000/v1", "https://judge.example/v1"
ALONE = Flags(models=("m",), base_url=URL)
TWO = (
    MINIMAL.replace("[[models]]", 'api_key_env = "E"\n[[models]]', 1)
    + '[endpoints.f]\nbase_url = "https://f.example/v1"\n'
    '[[models]]\nname = "n-1"\nendpoint = "f"\n[[models]]\nname = "n-2"\nendpoint = "f"\n'
    '[[judges]]\nname = "j"\nendpoint = "f"\n[[judges]]\nname = "k"\nendpoint = "e"\n'
)


@pytest.fixture(autouse=True)
def duet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, with a set "duet" that ships; return the set's folder."""
    folder = tmp_path / "package/data/duet"
    questions(folder / "question.jsonl", "writing", "math")
    references(folder / "reference_answer/duet.jsonl", 2)
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "package")
    monkeypatch.chdir(tmp_path)
    return folder


def refused(config_path: Path | None, flags: Flags) -> list[str]:
    """Return the problems of some flags, one text each."""
    with pytest.raises(ConfigError) as caught:
        resolve(config_path, flags)
    return [str(problem) for problem in caught.value.problems]


def test_a_model_and_a_url_are_a_request(duet: Path) -> None:
    """Without a config, the shipped questions are answered, and the sweep is called like them."""
    request = resolve(None, ALONE)
    assert request.sweep.name == "duet"
    assert request.sweep.endpoints == (Endpoint("default", URL),)
    assert request.sweep.targets == (Target("m", "default", "m"),)
    assert request.sweep.judges == ()
    assert request.questions == duet / "question.jsonl"
    assert request.references == duet / "reference_answer"


def test_every_flag_arrives(tmp_path: Path) -> None:
    """Each flag is in the request; names given twice count once."""
    path = questions(tmp_path / "mine/question.jsonl")
    request = resolve(
        None,
        Flags(
            models=("a/b", "c", "a/b"),
            judges=("j",),
            base_url=URL,
            judge_base_url=JUDGE_URL,
            key_env="KEY",
            judge_key_env="JUDGE_KEY",
            parallel=7,
            budget=2.5,
            questions="mine/question.jsonl",
            categories=("writing",),
            limit=3,
        ),
    )
    assert request.sweep.name == "mine"
    assert request.sweep.endpoints == (
        Endpoint("default", URL, api_key_env="KEY", parallel=7),
        Endpoint("judge", JUDGE_URL, api_key_env="JUDGE_KEY", parallel=7),
    )
    assert request.sweep.targets == (Target("a/b", "default", "a/b"), Target("c", "default", "c"))
    assert request.sweep.judges == (Judge("j", "judge", "j"),)
    assert request.sweep.budget == Budget(usd=2.5)
    assert (request.questions, request.references) == (path, None)
    assert (request.categories, request.limit) == (("writing",), 3)


@pytest.mark.parametrize(
    ("more", "endpoints"),
    [
        (Flags(), {"default": None}),
        (Flags(judge_base_url=URL + "/"), {"default": None}),
        (Flags(key_env="K"), {"default": "K"}),
        (Flags(key_env="K", judge_base_url=URL), {"default": "K"}),
        (Flags(key_env="K", judge_key_env="K"), {"default": "K"}),
        (Flags(key_env="K", judge_key_env="J"), {"default": "K", "judge": "J"}),
        (Flags(judge_key_env="J"), {"default": None, "judge": "J"}),
        (Flags(judge_base_url=JUDGE_URL), {"default": None, "judge": None}),
        (Flags(key_env="K", judge_base_url=JUDGE_URL), {"default": "K", "judge": None}),
    ],
)
def test_judges_share_the_account_unless_it_is_another(
    more: Flags, endpoints: dict[str, str | None]
) -> None:
    """A judge is asked where the models are, unless its URL or key differs; keys stay with URLs."""
    sweep = resolve(None, replace(more, models=("m",), judges=("j",), base_url=URL)).sweep
    assert {e.name: e.api_key_env for e in sweep.endpoints} == endpoints
    assert sweep.judges[0].endpoint == ("judge" if "judge" in endpoints else "default")
    assert sweep.targets[0].endpoint == "default"


def test_what_is_missing_without_a_config_is_told_at_once() -> None:
    """Each missing or wrong flag is named, all in one error, and no value is repeated."""
    flags = Flags(
        judge_base_url="canary",
        key_env="sk-canary-1",
        judge_key_env="sk-canary-2",
        parallel=0,
        limit=0,
        questions="no/such.jsonl",
        models=(),
    )
    said = refused(None, flags)
    assert [text.split(":")[0] for text in said] == [
        "--judge-base-url",
        "--key-env",
        "--judge-key-env",
        "--parallel",
        "--limit",
        "--model",
        "--base-url",
        "--judge-base-url",
        "--judge-key-env",
        "--questions",
    ]
    assert "canary" not in "".join(said)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (Flags(models=("",)), "--model: is empty"),
        (Flags(judges=("a\0",)), "--judge: holds a control character"),
        (Flags(base_url="host/v1"), "--base-url: must begin with http"),
        (Flags(base_url="http://h:{port}/v1"), "--base-url: holds {port}"),
        (Flags(base_url="http://canary@h/v1"), "--base-url: holds a user or password"),
        (Flags(questions=""), "--questions: is empty"),
        (Flags(questions="a\0b"), "--questions: holds a control character"),
        (Flags(questions="duett"), "--questions: no such file"),
        (Flags(budget=-1.0), "--budget: must be above 0, in US dollars"),
        (Flags(budget=float("nan")), "--budget: must be above 0, in US dollars"),
        (Flags(budget=float("inf")), "--budget: must be above 0, in US dollars"),
    ],
)
def test_a_wrong_flag_is_named(change: Flags, flag: str) -> None:
    """A wrong value is told by the name of its flag."""
    given = {name: getattr(change, name) for name in Flags.__slots__}
    wrong = {name: value for name, value in given.items() if value not in (None, ())}
    (said,) = refused(None, replace(ALONE, **wrong))
    assert said.startswith(flag)
    assert "canary" not in said


def test_a_config_without_flags_is_the_config(tmp_path: Path) -> None:
    """With no flag given, the request is what the file says."""
    path = config(tmp_path, TWO)
    assert resolve(path, Flags()) == load(path)


def test_flags_choose_among_the_models_and_judges_of_a_config(tmp_path: Path) -> None:
    """Names and patterns select, the config's order stays, and idle endpoints leave."""
    path = config(tmp_path, TWO)
    sweep = resolve(path, Flags(models=("n-*",), judges=("j",))).sweep
    assert [t.name for t in sweep.targets] == ["n-1", "n-2"]
    assert [j.name for j in sweep.judges] == ["j"]
    assert [e.name for e in sweep.endpoints] == ["f"]
    assert [t.name for t in resolve(path, Flags(models=("n-2", "m"))).sweep.targets] == ["m", "n-2"]
    assert refused(path, Flags(models=("n-3",), judges=("x*",))) == [
        "--model: n-3: no such model; did you mean n-2? Known: m, n-1, n-2",
        "--judge: x*: no such judge. Known: j, k",
    ]


def test_a_choice_of_models_that_leaves_out_a_judges_baseline_is_refused(tmp_path: Path) -> None:
    """Games without it could not be played; naming it, or another judge, is the way out."""
    pairwise = """\
[[judges]]
name = "p"
endpoint = "e"
mode = "pairwise-baseline"
baseline = "m"
"""
    path = config(tmp_path, TWO + pairwise)
    assert refused(path, Flags(models=("n-*",))) == [
        "--model: leaves out m, the baseline of judge p: name it too, or choose judges with --judge"
    ]
    assert len(resolve(path, Flags(models=("n-1", "m"))).sweep.targets) == 2
    assert len(resolve(path, Flags(models=("n-*",), judges=("j",))).sweep.targets) == 2


def test_a_url_adds_models_to_a_config(tmp_path: Path) -> None:
    """With --base-url, a name that the config lacks is asked there, beside those it has."""
    path = config(tmp_path, TWO)
    flags = Flags(models=("m", "new"), base_url=URL, key_env="K")
    sweep = resolve(path, flags).sweep
    assert sweep.name == "s"
    assert sweep.targets == (Target("m", "e", "m"), Target("new", "default", "new"))
    assert [j.name for j in sweep.judges] == ["j", "k"]
    assert sweep.endpoints[-1] == Endpoint("default", URL, api_key_env="K")
    assert sweep.endpoints[0].api_key_env == "E"


def test_a_url_of_the_config_is_the_configs_account(tmp_path: Path) -> None:
    """A new model at a URL that the config has shares that endpoint's limits and key."""
    path = config(tmp_path, TWO)
    sweep = resolve(path, Flags(models=("new",), base_url="https://host.example/v1/")).sweep
    assert sweep.targets == (Target("new", "e", "new"),)
    assert {e.name: e.api_key_env for e in sweep.endpoints} == {"e": "E", "f": None}


@pytest.mark.parametrize(
    ("flags", "endpoint"),
    [
        (Flags(judges=("new",), judge_base_url=JUDGE_URL, judge_key_env="J"), JUDGE_URL),
        (Flags(judges=("new",), base_url=URL), URL),
    ],
)
def test_a_url_adds_judges_to_a_config(tmp_path: Path, flags: Flags, endpoint: str) -> None:
    """With --judge-base-url, or else --base-url, a judge that the config lacks is asked there."""
    sweep = resolve(config(tmp_path, TWO), flags).sweep
    assert sweep.judges == (Judge("new", "judge", "new"),)
    assert len(sweep.targets) == 3
    added = sweep.endpoint("judge")
    assert (added.base_url, added.api_key_env) == (endpoint, flags.judge_key_env)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (Flags(base_url=URL), "--base-url: needs --model"),
        (Flags(judge_base_url=URL), "--judge-base-url: needs --judge"),
        (Flags(models=("m",), base_url=URL), "--base-url: has no use"),
        (Flags(judges=("j",), judge_base_url=URL), "--judge-base-url: has no use"),
        (Flags(key_env="K"), "--key-env: is for one endpoint, and here are 2 (e, f)"),
        (Flags(judge_key_env="K"), "--judge-key-env: is for one endpoint, and here are 2 (e, f)"),
    ],
)
def test_a_flag_without_effect_is_refused(tmp_path: Path, flags: Flags, said: str) -> None:
    """A flag that would do nothing, or too much, is named."""
    (text,) = refused(config(tmp_path, TWO), flags)
    assert text.startswith(said)


def test_judge_flags_need_judges(tmp_path: Path) -> None:
    """A key for judges is refused when the config has none."""
    (text,) = refused(config(tmp_path), Flags(judge_key_env="K"))
    assert text.startswith("--judge-key-env: has no use")


def test_key_flags_set_the_variable_of_the_endpoint_in_use(tmp_path: Path) -> None:
    """The chosen models' and judges' endpoints take the variables."""
    path = config(tmp_path, TWO)
    flags = Flags(models=("m",), judges=("j",), key_env="K", judge_key_env="J")
    sweep = resolve(path, flags).sweep
    assert {e.name: e.api_key_env for e in sweep.endpoints} == {"e": "K", "f": "J"}


def test_two_keys_for_one_endpoint_are_refused(tmp_path: Path) -> None:
    """An endpoint is one account, so models and judges on it cannot have two keys."""
    path = config(tmp_path, TWO)
    flags = Flags(models=("m",), judges=("k",), key_env="K", judge_key_env="J")
    (text,) = refused(path, flags)
    assert text.startswith("--judge-key-env: is another key")
    same = replace(flags, judge_key_env="K")
    assert resolve(path, same).sweep.endpoint("e").api_key_env == "K"


def test_flags_overrule_the_benchmark_and_the_limits(tmp_path: Path, duet: Path) -> None:
    """--parallel sets all endpoints, and other questions come with their own references."""
    references(tmp_path / "own.jsonl", 1)
    text = TWO.replace(
        "[endpoints.e]",
        'references = "own.jsonl"\ntemplates = "own.jsonl"\ncategories = ["x"]\nlimit = 9\n'
        "[endpoints.e]",
    )
    path = config(tmp_path, text)
    flags = Flags(parallel=3, questions="duet", categories=("math",), limit=1)
    request = resolve(path, flags)
    assert request.sweep.name == "s"
    assert {e.parallel for e in request.sweep.endpoints} == {3}
    assert request.questions == duet / "question.jsonl"
    assert request.references == duet / "reference_answer"
    assert request.templates == tmp_path / "own.jsonl"
    assert (request.categories, request.limit) == (("math",), 1)
    kept = resolve(path, Flags())
    assert (kept.references, kept.categories, kept.limit) == (tmp_path / "own.jsonl", ("x",), 9)


def test_a_budget_on_the_command_line_overrules_the_configs_dollars(tmp_path: Path) -> None:
    """--budget is in dollars; a budget in tokens stays beside it."""
    path = config(tmp_path, "budget = {usd = 1, tokens = 5}\n" + MINIMAL)
    assert resolve(path, Flags(budget=7.5)).sweep.budget == Budget(7.5, 5)
    assert resolve(path, Flags()).sweep.budget == Budget(1, 5)


def test_parallel_may_be_left_to_be_found(tmp_path: Path) -> None:
    """--parallel auto is for every endpoint."""
    sweep = resolve(config(tmp_path, TWO), Flags(parallel="auto")).sweep
    assert [e.parallel for e in sweep.endpoints] == ["auto", "auto"]


def test_other_questions_stand_in_for_missing_ones(tmp_path: Path) -> None:
    """With --questions, the config's own question file need not be there."""
    path = config(tmp_path, MINIMAL.replace("q.jsonl", "gone.jsonl"))
    assert resolve(path, Flags(questions="duet")).sweep.name == "s"
    with pytest.raises(ConfigError):
        resolve(path, Flags())
