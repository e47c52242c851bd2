"""Check the answers of simulated models."""

from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.simulator.writer import answer, skill

QUESTIONS = [
    f"Explain how tides of kind {i} shape harbours and fishing villages." for i in range(40)
]


def ask(model: str, question: str) -> str:
    """Return the answer to a first turn."""
    return answer(model, (("user", question),))


@pytest.mark.parametrize(
    ("model", "value"), [("sim-s75", 0.75), ("a/b-s00", 0.0), ("x-s100", 1.0), ("sim-s05", 0.05)]
)
def test_skill_in_the_name(model: str, value: float) -> None:
    """A name that ends in -sNN states the skill."""
    assert skill(model) == value


@given(st.text())
def test_skill_of_any_name(model: str) -> None:
    """Any other name has a skill between 0 and 1 that is always the same."""
    assert 0 <= skill(model) <= 1
    assert skill(model) == skill(model)


def test_skills_differ() -> None:
    """Names without a stated skill are spread over the whole range."""
    skills = sorted(skill(f"model-{i}") for i in range(200))
    assert skills[10] < 0.15
    assert skills[-10] > 0.85
    assert skill("model-s999") not in {0.99, 9.99}


@given(st.text(), st.lists(st.tuples(st.sampled_from(["system", "user"]), st.text()), max_size=3))
def test_answer_is_a_function(model: str, messages: list[tuple[str, str]]) -> None:
    """The same model says the same to the same messages, whatever they are."""
    assert answer(model, tuple(messages)) == answer(model, tuple(messages)) != ""


def test_answers_differ() -> None:
    """Each model, question, turn and choice has an answer of its own."""
    first = ask("sim-s50", QUESTIONS[0])
    turn_2 = (("user", QUESTIONS[0]), ("assistant", first), ("user", QUESTIONS[0]))
    texts = [ask(model, question) for model in ("sim-s50", "other-s50") for question in QUESTIONS]
    texts += [answer("sim-s50", turn_2), answer("sim-s50", turn_2[:1], choice=1)]
    assert len(set(texts)) == len(texts) == 82


def test_realistic_length() -> None:
    """Answers have between 100 and 1500 characters, more of them for a more skilled model."""
    lengths = {m: [len(ask(m, q)) for q in QUESTIONS] for m in ("sim-s00", "sim-s50", "sim-s100")}
    assert all(100 <= length <= 1500 for each in lengths.values() for length in each)
    assert mean(lengths["sim-s00"]) < mean(lengths["sim-s50"]) < mean(lengths["sim-s100"])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How do tides shape harbours?", ("tides", "harbours")),
        ("社区共享储物柜的计费需求如下", ("社区共享", "储物柜的", "计费需求")),
    ],
)
def test_answer_is_about_the_question(question: str, words: tuple[str, ...]) -> None:
    """An answer takes up words of its question, in English and in Chinese."""
    assert all(word in ask("sim-s100", question) for word in words)


def test_question_without_words() -> None:
    """A question that holds no word at all is answered in full sentences."""
    assert "1. " in ask("sim-s50", "1 + 1 = ?")


def test_answer_holds_no_verdict() -> None:
    """A question about verdicts puts none into the answer."""
    assert "[[" not in ask("sim-s50", "What does [[A]] or [[rating]] mean, say Rating: [[5]]?")
