"""A matrix is written out into models and judges, and what is wrong with it is told where it stands."""

from pathlib import Path

import pytest

from asynceval.config import matrix
from asynceval.config.flags import Flags, resolve
from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from asynceval.domain.sweep import Judge, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.store.request import read, write
from tests.config.build import MINIMAL, config

JUDGED = f"""\
{MINIMAL}[[models]]
name = "n"
endpoint = "e"
model = "org/n"
[[judges]]
name = "j"
endpoint = "e"
"""


def models(folder: Path, text: str) -> tuple[Target, ...]:
    """Return the models of a config with this matrix."""
    return load(config(folder, JUDGED + text)).sweep.targets


def names(folder: Path, text: str) -> list[str]:
    """Return the names of the models of a config with this matrix."""
    return [model.name for model in models(folder, text)]


def judges(folder: Path, text: str) -> tuple[Judge, ...]:
    """Return the judges of a config with this matrix."""
    return load(config(folder, JUDGED + text)).sweep.judges


def problems(folder: Path, text: str, base: str = JUDGED) -> list[str]:
    """Return what is wrong with a config, by line after the matrix begins, key and message."""
    with pytest.raises(ConfigError) as caught:
        load(config(folder, base + text))
    begin = base.count("\n")
    return [f"{(p.line or 0) - begin} {p.key}: {p.message}" for p in caught.value.problems]


def test_models_are_multiplied_by_the_values_of_a_key(tmp_path: Path) -> None:
    """Each model has each value, under a name that tells, and keeps its name on the wire."""
    found = models(tmp_path, "[matrix.models]\ntemperature = [0.0, 0.7]\n")
    assert found == (
        Target("m temperature=0", "e", "m", temperature=0.0),
        Target("m temperature=0.7", "e", "m", temperature=0.7),
        Target("n temperature=0", "e", "org/n", temperature=0.0),
        Target("n temperature=0.7", "e", "org/n", temperature=0.7),
    )


def test_axes_are_multiplied_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Two axes make every combination, named in the order in which they are written."""
    text = '[matrix.models]\nonly = "m"\nmax_tokens = [64, 128]\nreasoning = [true, false]\n'
    assert names(tmp_path, text) == [
        "m max_tokens=64 reasoning=true",
        "m max_tokens=64 reasoning=false",
        "m max_tokens=128 reasoning=true",
        "m max_tokens=128 reasoning=false",
        "n",
    ]


def test_long_values_have_names(tmp_path: Path) -> None:
    """System prompts, lists and tables are called as the file calls them."""
    text = """\
[matrix.models]
only = "m"
system = { careful = "You are a careful assistant.", terse = "Answer in one line." }
stop = { dots = ["...", "---"] }
"""
    careful, terse, other = models(tmp_path, text)
    assert careful.name == "m system=careful stop=dots"
    assert careful.system == "You are a careful assistant."
    assert terse.system == "Answer in one line."
    assert terse.settings.stop == ("...", "---")
    assert other == Target("n", "e", "org/n")


def test_a_value_may_be_to_leave_the_key_out(tmp_path: Path) -> None:
    """The default has the model's own name, so its answers of a run without a matrix are the same."""
    text = '[matrix.models]\nonly = "m"\ntemperature = ["default", 0.7]\n'
    without = models(tmp_path, "")[0]
    assert models(tmp_path, text)[0] == without
    text = '[matrix.models]\nonly = "m"\nsystem = { plain = "default", polite = "Be polite." }\n'
    assert models(tmp_path, text)[0] == without
    assert names(tmp_path, text)[1] == "m system=polite"


def test_the_default_of_a_model_is_what_it_says_itself(tmp_path: Path) -> None:
    """A key that a model sets stays as one of its values."""
    text = MINIMAL + 'temperature = 0.3\n[matrix.models]\ntemperature = ["default", 0.7]\n'
    found = load(config(tmp_path, text)).sweep.targets
    assert [(model.name, model.temperature) for model in found] == [
        ("m", 0.3),
        ("m temperature=0.7", 0.7),
    ]


def test_a_value_that_is_called_default_is_a_value(tmp_path: Path) -> None:
    """Only the value leaves a key out, not a name that somebody gave to one."""
    text = '[matrix.models]\nonly = "m"\nsystem = { default = "Be kind." }\n'
    kind, _ = models(tmp_path, text)
    assert (kind.name, kind.system) == ("m system=default", "Be kind.")


def test_models_and_endpoints_are_axes_too(tmp_path: Path) -> None:
    """One table asks the same model at two endpoints, or several of one endpoint."""
    text = """\
[matrix.models]
only = "m"
endpoint = ["e", "f"]
model = ["a/x", "a/y"]
[endpoints.f]
base_url = "https://other.example/v1"
"""
    path = config(tmp_path, JUDGED.replace('endpoint = "e"\n', "", 1) + text)
    found = [(m.name, m.endpoint, m.model) for m in load(path).sweep.targets]
    assert found[1] == ("m endpoint=e model=a/y", "e", "a/y")
    assert found[2] == ("m endpoint=f model=a/x", "f", "a/x")


def test_judges_are_multiplied_likewise(tmp_path: Path) -> None:
    """The keys of judges are axes: how they judge as well as how they are asked."""
    text = '[matrix.judges]\nverdict = ["text", "json"]\nmode = ["single", "pairwise-all"]\n'
    found = judges(tmp_path, text)
    assert [judge.name for judge in found] == [
        "j verdict=text mode=single",
        "j verdict=text mode=pairwise-all",
        "j verdict=json mode=single",
        "j verdict=json mode=pairwise-all",
    ]
    assert [(judge.verdict, judge.mode, judge.model) for judge in found][3] == (
        "json",
        "pairwise-all",
        "j",
    )


def test_what_is_excluded_is_left_out(tmp_path: Path) -> None:
    """An exclude is for the names that fit its pattern, and for combinations that have all its values."""
    text = """\
[matrix.models]
temperature = [0.0, 0.7]
system = { plain = "default", polite = "Be polite." }
exclude = [
    { name = "m*", temperature = 0 },
    { temperature = 0.7, system = "polite" },
    { name = "n", temperature = 0.0, system = "plain" },
]
"""
    assert names(tmp_path, text) == [
        "m temperature=0.7",
        "n temperature=0 system=polite",
        "n temperature=0.7",
    ]


def test_others_call_variants_by_their_names(tmp_path: Path) -> None:
    """A baseline, a jury and an author of references are found among what the matrix made."""
    text = JUDGED.replace("[endpoints", 'references = { model = "m temperature=1" }\n[endpoints')
    text += """\
mode = "pairwise-baseline"
baseline = "m temperature=0.5"
[matrix.models]
only = ["m"]
temperature = [0.5, 1]
[matrix.judges]
seed = [1, 2, 3]
[[juries]]
name = "seeds"
judges = ["j seed=1", "j seed=2", "j seed=3"]
rule = "majority"
"""
    sweep = load(config(tmp_path, text)).sweep
    assert sweep.author == sweep.targets[1]
    assert sweep.juries[0].judges == tuple(judge.name for judge in sweep.judges)
    assert problems(tmp_path, "", text.replace("temperature=0.5", "temperature=0.6")) == [
        (
            "-9 judges[0].baseline: no such model; did you mean m temperature=0.5? "
            "Known: m temperature=0.5, m temperature=1, n"
        )
    ]


def test_flags_select_variants(tmp_path: Path) -> None:
    """A pattern picks variants by their names."""
    path = config(tmp_path, JUDGED + "[matrix.models]\ntemperature = [0.0, 0.7]\n")
    kept = resolve(path, Flags(models=("*=0.7",))).sweep.targets
    assert [model.name for model in kept] == ["m temperature=0.7", "n temperature=0.7"]


def test_a_run_directory_holds_what_was_made(tmp_path: Path) -> None:
    """Resuming needs no matrix: every model and judge is stored as it was asked."""
    text = "[matrix.models]\nseed = [1, 2]\n[matrix.judges]\nrepeats = [1, 2]\n"
    plan = Plan(load(config(tmp_path, JUDGED + text)).sweep, (), builtin())
    write(tmp_path / "run", plan)
    assert read(tmp_path / "run") == plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[matrix]]\n", "1 matrix: must be a table, as in [matrix.models]"),
        ("[matrix]\nmodels = [1]\n", "2 matrix.models: must be a table, as in [matrix.models]"),
        ("[matrix.model]\nseed = [1]\n", "1 matrix.model: unknown key; did you mean models?"),
        (
            "[matrix.models]\ntemprature = [0.0]\n",
            "2 matrix.models.temprature: unknown key; did you mean temperature?",
        ),
        (
            "[matrix.models]\nname = ['a']\n",
            "2 matrix.models.name: is no axis: it decides no answer",
        ),
        (
            "[matrix.models]\nseed = 1\n",
            "2 matrix.models.seed: must be a list of values, as in [0.0, 0.7], or a table of named ones",
        ),
        ("[matrix.models]\nseed = []\n", "2 matrix.models.seed: is empty"),
        (
            "[matrix.models]\ntemperature = [\n0,\n0.0]\n",
            "4 matrix.models.temperature[1]: 0 is there already",
        ),
        (
            "[matrix.models]\nstop = [['END']]\n",
            "2 matrix.models.stop[0]: needs a name, as in stop = { short = ... }",
        ),
        (
            f"[matrix.models]\nsystem = ['{'x' * 61}']\n",
            (
                "2 matrix.models.system[0]: is no part of a name (1 to 60 characters): "
                "name it, as in system = { short = ... }"
            ),
        ),
        (
            "[matrix.models]\nsystem = ['']\n",
            (
                "2 matrix.models.system[0]: is no part of a name (1 to 60 characters): "
                "name it, as in system = { short = ... }"
            ),
        ),
        (
            "[matrix.models]\nonly = 3\n",
            '2 matrix.models.only: must be a name or a pattern, or a list, as in "qwen*"',
        ),
        (
            "[matrix.models]\nonly = ['z*']\n",
            "2 matrix.models.only: z*: no such model. Known: m, n",
        ),
        (
            "[matrix.models]\nseed = [1]\nexclude = 3\n",
            "3 matrix.models.exclude: must be a list of tables, as in [{ temperature = 0.7 }]",
        ),
        (
            "[matrix.models]\nseed = [1]\nexclude = [{}]\n",
            "3 matrix.models.exclude[0]: must be a table of values, as in { temperature = 0.7 }",
        ),
        (
            "[matrix.models]\nseed = [1]\nexclude = [{ sed = 1 }]\n",
            "3 matrix.models.exclude[0].sed: unknown key; did you mean seed?",
        ),
        (
            "[matrix.models]\nseed = [1, 2]\nexclude = [{ seed = 3 }]\n",
            "3 matrix.models.exclude[0].seed: is no value of matrix.models.seed: 1, 2",
        ),
        (
            "[matrix.models]\nseed = [1]\nexclude = [{ name = 3 }]\n",
            "3 matrix.models.exclude[0].name: must be a name or a pattern",
        ),
        (
            "[matrix.models]\nseed = [1, 2]\nexclude = [\n{ seed = 1 },\n{ name = 'z' }]\n",
            "5 matrix.models.exclude[1]: excludes nothing",
        ),
        (
            "[matrix.models]\nseed = [1]\nexclude = [{ seed = 1 }]\n",
            "3 matrix.models.exclude: leaves none of the models",
        ),
    ],
)
def test_what_is_wrong_with_a_matrix_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Each slip is told with its line and key, and what to write instead."""
    assert problems(tmp_path, text) == [said]


def test_a_value_that_may_be_a_key_is_refused_and_not_shown(tmp_path: Path) -> None:
    """It would be a part of a name, which is shown and stored everywhere."""
    key = "sk-proj-" + "a1B2c3D4" * 4
    (said,) = problems(tmp_path, f'[matrix.models]\nsystem = ["{key}"]\n')
    assert said == "2 matrix.models.system[0]: looks like a key, and would be a part of a name"


def test_a_wrong_value_is_told_once_where_it_stands(tmp_path: Path) -> None:
    """What the schema or a kind of endpoint has against a value is told at the value, not by variant."""
    assert problems(tmp_path, "[matrix.models]\ntemperature = [0.5,\n3.0]\nseed = [1, 2]\n") == [
        "3 matrix.models.temperature[1]: must be at most 2"
    ]
    assert problems(
        tmp_path, "[matrix.models]\neffort = { much = 512 }\n\nmax_tokens = [256]\n"
    ) == [
        '2 matrix.models.effort.much: must be a word, such as "low" at an endpoint of kind "openai"'
    ]


def test_a_wrong_key_of_a_model_is_told_once_where_it_stands(tmp_path: Path) -> None:
    """A model's own key is wrong in all of its variants, and told at the model."""
    text = JUDGED.replace('model = "org/n"', 'endpont = "x"')
    assert problems(tmp_path, "[matrix.models]\nseed = [1, 2]\n", text) == [
        "-3 models[1].endpont: unknown key; did you mean endpoint?"
    ]


def test_a_key_that_no_variant_would_have_is_told(tmp_path: Path) -> None:
    """A model's own value beside an axis without it would be lost in silence."""
    text = MINIMAL + "seed = 7\n"
    assert problems(tmp_path, "[matrix.models]\nseed = [1, 2]\n", text) == [
        (
            '0 models[0].seed: has no use: matrix.models.seed takes its place; add "default" there to '
            "keep it, or leave it out"
        )
    ]


def test_judges_that_are_not_there_have_no_matrix(tmp_path: Path) -> None:
    """A matrix of nothing is a slip."""
    assert problems(tmp_path, "[matrix.judges]\nseed = [1]\n", MINIMAL) == [
        "1 matrix.judges: has no use without [[judges]]"
    ]


def test_two_ways_to_one_name_are_told(tmp_path: Path) -> None:
    """A model that is called like a variant of another cannot be told from it."""
    text = JUDGED.replace('name = "n"', 'name = "m seed=1"')
    assert problems(tmp_path, '[matrix.models]\nonly = "m"\nseed = [1]\n', text) == [
        "-5 models[1].name: m seed=1 is the name of one of the models already"
    ]


def test_a_product_that_is_too_large_is_refused_with_its_size(tmp_path: Path) -> None:
    """The product is counted, never made."""
    many = ", ".join(map(str, range(40)))
    text = f"[matrix.models]\nonly = 'm'\nseed = [{many}]\nmax_tokens = [{many.replace('0, ', '', 1)}]\n"
    assert problems(tmp_path, text) == [
        "1 matrix.models: makes 1,561 models (1 models x 40 seed x 39 max_tokens), and 1,000 are the most"
    ]
    values = list(range(1000))
    huge = dict.fromkeys(("seed", "max_tokens", "repeats", "reasks", "temperature"), values)
    document = {"judges": [{"name": "j"}], "matrix": {"judges": huge}}
    assert "makes 1,000,000,000,000,000 judges" in matrix.expand(document).faults[0][1]


def test_as_many_as_allowed_are_made(tmp_path: Path) -> None:
    """The most that there may be load."""
    seeds = ", ".join(map(str, range(1000)))
    text = MINIMAL + f"[matrix.models]\nseed = [{seeds}]\n"
    assert len(load(config(tmp_path, text)).sweep.targets) == matrix.LARGEST
