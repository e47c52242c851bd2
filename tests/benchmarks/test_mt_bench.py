"""MT-Bench's rules choose questions, temperatures and references."""

import pytest

from asynceval.benchmarks import mt_bench
from asynceval.domain.errors import ConfigError
from asynceval.domain.question import Question

QUESTIONS = (
    Question("1", "writing", ("a", "b")),
    Question("2", "math", ("a", "b")),
    Question("3", "coding", ("a",)),
    Question("4", "math", ("a", "b")),
)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("writing", 0.7),
        ("roleplay", 0.7),
        ("stem", 0.1),
        ("humanities", 0.1),
        ("extraction", 0.0),
        ("math", 0.0),
        ("coding", 0.0),
        ("reasoning", 0.0),
        ("arena-hard-200", 0.0),
        ("功能测试", 0.7),
    ],
)
def test_the_temperature_follows_the_category(category: str, expected: float) -> None:
    """Each category has FastChat's temperature, and any other one 0.7."""
    assert mt_bench.temperature(category) == expected


def test_references_go_where_the_category_uses_them() -> None:
    """A reference is attached in math, reasoning and coding, and nowhere else."""
    references = {"1": ("x", "y"), "2": ("c", "d"), "9": ("z",)}
    attached = mt_bench.attach(QUESTIONS, references)
    assert [q.reference for q in attached] == [(), ("c", "d"), (), ()]
    assert [q.reference for q in mt_bench.attach(QUESTIONS, references, ["writing"])] == [
        ("x", "y"),
        (),
        (),
        (),
    ]


def test_attaching_forgets_what_was_there() -> None:
    """A question outside the categories has no reference afterwards, even if it had one."""
    (question,) = mt_bench.attach((Question("1", "writing", ("a",), ("old",)),), {"1": ("x",)})
    assert question.reference == ()


def test_missing_names_those_without_a_reference_for_every_turn() -> None:
    """A reference that is absent, or shorter than its question, is missing."""
    attached = mt_bench.attach(QUESTIONS, {"2": ("c",), "3": ("c",)})
    assert mt_bench.missing(attached) == ("2", "4")
    assert mt_bench.missing(attached, ["writing"]) == ("1",)


def test_select_takes_categories_and_then_the_first() -> None:
    """The limit counts after the categories, and the file's order stays."""
    assert [q.id for q in mt_bench.select(QUESTIONS)] == ["1", "2", "3", "4"]
    assert [q.id for q in mt_bench.select(QUESTIONS, ["math", "writing"], 2)] == ["1", "2"]
    assert [q.id for q in mt_bench.select(QUESTIONS, ["math"], 9)] == ["2", "4"]


def test_an_unknown_category_is_refused_with_a_suggestion() -> None:
    """A category that no question has is an error that names the near one and all known ones."""
    with pytest.raises(ConfigError) as caught:
        mt_bench.select(QUESTIONS, ["codng", "math", "zzz"])
    assert [str(problem) for problem in caught.value.problems] == [
        "categories: codng: no question has this category; did you mean coding? Known: writing, math, coding",
        "categories: zzz: no question has this category. Known: writing, math, coding",
    ]
