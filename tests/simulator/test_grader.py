"""Check the verdicts of simulated judges, under templates that the grader has never seen."""

import re
from itertools import pairwise
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.prompts.fields import fields
from asynceval.prompts.templates import builtin
from asynceval.simulator.grader import find_answers, grade
from asynceval.simulator.writer import answer

TOPICS = ("tides", "bridges", "glaciers", "markets", "orchestras", "vaccines", "maps", "bees")
QUESTIONS = [f"Why do {topic} number {i} matter to a town?" for topic in TOPICS for i in range(8)]
MODELS = ("sim-s05", "sim-s25", "sim-s45", "sim-s65", "sim-s85")

ENGLISH = """Judge the answer below from 1 to 10. Look at:
1. Accuracy
2. Depth
End with "[[rating]]", for example: "Rating: [[5]]".
[Question] {question} [Answer] {answer} [End]"""
CHINESE = """请依次考察以下方面：
1. 需求覆盖
2. 边界与异常
<<<题目>>>{question}
<<<回答>>>{answer}
<<<结束>>>
最后一行给出评分，形式如下：
Rating: [[8]]"""
TWO_TURNS = """Rate the second answer: "[[rating]]".
User: {question} Assistant: {first}
User: And what follows? Assistant: {answer}"""
PAIR = """Say [[A]], [[B]], or [[C]] for a tie.
{question}
[Assistant A's answer]
{a}
[End]
[Assistant B's answer]
{b}
[End]"""
PAIR_TWO_TURNS = """Say [[A]], [[B]], or [[C]] for a tie.
{question} <reference>{reference}</reference>
<talk with assistant A> ### A: {a1} ### And what about model 7? ### A: {a2}
<talk with assistant B> ### B: {b1} ### And what about model 7? ### B: {b2}"""


def ask(model: str, question: str) -> str:
    """Return the model's answer to a question."""
    return answer(model, (("user", question),))


def judged(prompt: str, judge: str = "judge") -> str:
    """Return the words of a judge."""
    words = grade(judge, (("system", "Be fair."), ("user", prompt)))
    assert words is not None
    return words


def rating(words: str) -> int:
    """Return the only verdict in a judge's words, which is how they end."""
    (value,) = re.findall(r"\[\[(.*?)\]\]", words)
    assert words.endswith(f"\nRating: [[{value}]]")
    return int(value)


def choice(words: str) -> str:
    """Return the only verdict in a judge's words, which is how they end."""
    (value,) = re.findall(r"\[\[(.*?)\]\]", words)
    assert words.endswith(f"\n[[{value}]]")
    return str(value)


@pytest.mark.parametrize("template", [ENGLISH, CHINESE])
def test_models_rank_by_skill(template: str) -> None:
    """On average a more skilled model is rated clearly higher, and ratings are spread."""
    ratings = [
        [rating(judged(template.format(question=q, answer=ask(m, q)))) for q in QUESTIONS]
        for m in MODELS
    ]
    assert all(1 <= value <= 10 for each in ratings for value in each)
    assert all(mean(worse) + 0.5 < mean(better) for worse, better in pairwise(ratings))
    assert all(stdev(each) > 0.5 for each in ratings)


def test_the_last_answer_counts() -> None:
    """The rating of a conversation follows the second answer, however good the first was."""
    ratings = [
        mean(
            rating(
                judged(TWO_TURNS.format(question=q, first=ask(first, q), answer=ask(m, q + "!")))
            )
            for q in QUESTIONS
        )
        for first, m in [("sim-s95", "sim-s15"), ("sim-s15", "sim-s95")]
    ]
    assert ratings[0] < 4
    assert ratings[1] > 7


def test_the_mark_of_a_template_makes_no_difference() -> None:
    """The same answer gets the same rating whatever the mark in the tags around it."""
    prompt = "<answer-{mark}>\n{answer}\n</answer-{mark}>\nRating: [[n]] ({mark})"
    words = {
        judged(prompt.format(mark=mark, answer=ask("sim-s50", QUESTIONS[0])))
        for mark in ("0123abcd", "7f3a9100", "ffffffff")
    }
    assert len(words) == 1


def test_a_choice_is_asked_for_by_a_letter_to_fill_in() -> None:
    """A template may ask for `Verdict: [[X]]` without writing each choice."""
    prompt = "<answer_a>\n{a}\n</answer_a>\n<answer_b>\n{b}\n</answer_b>\nVerdict: [[X]]"
    strong, weak = ask("sim-s95", QUESTIONS[0]), ask("sim-s05", QUESTIONS[0])
    assert choice(judged(prompt.format(a=strong, b=weak))) == "A"
    assert choice(judged(prompt.format(a=weak, b=strong))) == "B"


@pytest.mark.parametrize("has_reference", [False, True])
@pytest.mark.parametrize("turn", [1, 2])
def test_our_templates_have_all_grades(turn: int, *, has_reference: bool) -> None:
    """A judge that is asked with our own templates uses the whole scale from 1 to 10."""
    template = builtin().pick("single", turn, has_reference)
    found = set()
    for model in MODELS:
        for q in QUESTIONS:
            texts = [q] * turn
            made = fields(texts, [ask(model, q)] * turn, ["42"] * turn, "0123abcd")
            system, user = template.fill(made)
            found.add(rating(judged(f"{system.content}\n{user.content}")))
    assert min(found) <= 3
    assert max(found) >= 8


@pytest.mark.parametrize(
    ("scale", "allowed"),
    [("scale 1-5", "12345"), ("评分尺度：0-3", "0123"), ("scale fail | so so | pass", None)],
)
def test_grades_are_on_the_scale_that_is_named(scale: str, allowed: str | None) -> None:
    """Ratings are of the scale in the prompt, a number or a label, and follow skill on it."""
    prompt = "{answer}\nOne grade of the " + scale + ":\nRating: [[n]]"
    grades = list(allowed or ("fail", "so so", "pass"))
    found = {
        model: [
            grades.index(
                re.findall(r"\[\[(.*?)\]\]", judged(prompt.format(answer=ask(model, q))))[0]
            )
            for q in QUESTIONS
        ]
        for model in ("sim-s15", "sim-s85")
    }
    assert mean(found["sim-s15"]) + 0.5 < mean(found["sim-s85"])


def test_judges_differ() -> None:
    """Two judges do not give all the same ratings, and one judge gives the same every time."""
    prompts = [ENGLISH.format(question=q, answer=ask("sim-s50", q)) for q in QUESTIONS]
    ratings = [[rating(judged(p, j)) for p in prompts] for j in ("one", "two", "one")]
    assert ratings[0] == ratings[2] != ratings[1]


@pytest.mark.parametrize(
    ("a", "b", "winner"), [("sim-s85", "sim-s25", "A"), ("sim-s25", "sim-s85", "B")]
)
def test_pairs_follow_skill(a: str, b: str, winner: str) -> None:
    """The much more skilled model wins nearly all games on either side."""
    one = [choice(judged(PAIR.format(question=q, a=ask(a, q), b=ask(b, q)))) for q in QUESTIONS]
    assert one.count(winner) > 0.9 * len(QUESTIONS)


@pytest.mark.parametrize("reference", ["42", ask("sim-s50", "What is the reference?")])
def test_pairs_of_conversations(reference: str) -> None:
    """In a pair of conversations the second answers count, with and without a reference."""
    games = [
        choice(
            judged(
                PAIR_TWO_TURNS.format(
                    question=q,
                    reference=reference,
                    a1=ask("sim-s95", q),
                    a2=ask("sim-s20", q + "!"),
                    b1=ask("sim-s05", q),
                    b2=ask("sim-s80", q + "!"),
                )
            )
        )
        for q in QUESTIONS
    ]
    assert games.count("B") > 0.9 * len(QUESTIONS)


def test_even_pairs() -> None:
    """Two models of the same skill both win games, and some games are ties."""
    games = {
        choice(judged(PAIR.format(question=q, a=ask("a-s50", q), b=ask("b-s50", q))))
        for q in QUESTIONS
    }
    assert games == {"A", "B", "C"}


@pytest.mark.parametrize(
    "text",
    ["What is 2 + 2?", "Use a[[i]] here", "Is [[A]] a link?", "Rating: 5", "What is a rating?"],
)
def test_not_asked_for_a_verdict(text: str) -> None:
    """Messages that ask for no verdict are left to the writer."""
    assert grade("judge", (("user", text),)) is None


def test_own_words_ask_for_nothing() -> None:
    """A verdict in what the assistant said before asks for none."""
    assert grade("m", (("user", "Hi"), ("assistant", "Rating: [[5]]"), ("user", "Ok"))) is None


def test_request_in_the_system_message() -> None:
    """A verdict asked for in the system message counts, as in FastChat's two-turn templates."""
    words = grade("judge", (("system", 'Follow "[[rating]]"'), ("user", ask("sim-s50", "Why?"))))
    assert words is not None
    assert 1 <= rating(words) <= 10


def test_answer_cannot_change_the_kind() -> None:
    """An answer that mentions other verdicts does not change which kind was asked for."""
    rating(judged(ENGLISH.format(question="Why?", answer="I say [[A]], not [[B]].")))
    choice(judged(PAIR.format(question="Why?", a="Rating: [[10]]", b="Rating: [[1]]")))


@given(st.text())
def test_any_text_gets_a_verdict(text: str) -> None:
    """An answer that the writer did not write still gets exactly one verdict."""
    assert 1 <= rating(judged(ENGLISH.format(question="Why?", answer=text))) <= 10
    assert choice(judged(PAIR.format(question="Why?", a=text, b=ask("sim-s50", "Why?")))) in "ABC"


def test_answers_are_found() -> None:
    """Answers are found with their points, also when they were cut or put into JSON."""
    first, second = ask("sim-s100", QUESTIONS[0]), ask("sim-s00", QUESTIONS[1])
    prompt = f"1. Accuracy\n2. Depth\n{first[:400]}\n{second!r}"
    points = [len(re.findall(r"(?m)^\d\. ", text)) for text in (first[:400], second)]
    assert [found.points for found in find_answers(prompt)] == points
