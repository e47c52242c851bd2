"""Check what is read in a judge's words, and in a model's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.prompts.verdicts import read_choice, read_score, strip_reasoning

JUDGMENTS = Path(__file__).parents[3] / "shared/mt_bench/model_judgment/gpt-4_single.jsonl"
MEGABYTE = 1_000_000

CRASH = Unparsed("fastchat_crash")
NONE = Unparsed("no_verdict")
OUT = Unparsed("out_of_range")

# The words, what the default rule makes of them, and what FastChat does.
SCORES: list[tuple[str, Score | Unparsed, Score | Unparsed]] = [
    ("Rating: [[7]]", Score(7), Score(7)),
    ("**[[8]]**", Score(8), Score(8)),
    ("**Rating: [[8]]**", Score(8), Score(8)),
    ("## Rating\n\n[[8]]", Score(8), Score(8)),
    ("[[7.5]]", Score(7.5, ("fractional",)), Score(7.5)),
    ("[[10.]]", Score(10), Score(10)),
    ("[[[8]]]", Score(8), Score(8)),
    ("I would give it a [[9]].", Score(9), Score(9)),
    # reasoning
    ("<think>maybe [[3]]</think> Rating: [[9]]", Score(9), Score(3)),
    ("<thinking>maybe [[3]]</thinking> Rating: [[9]]", Score(9), Score(3)),
    ("Hm. <think>[[3]]</think> So [[9]] <think>or [[2]]?</think>", Score(9), Score(3)),
    ("maybe [[3]] </think> Rating: [[9]]", Score(9), Score(3)),
    ("<think>a <think> b [[3]]</think> [[4]]</think> [[9]]", Score(9), Score(3)),
    ("[[9]] <think>or is it [[3]]", Score(9), Score(9)),
    ("<think>maybe [[3]]", Unparsed("only_reasoning"), Score(3)),
    ("It explains the tags `<think>` and `</think>` well. [[9]]", Score(9), Score(9)),
    ("[<think></think>[9]]", NONE, Score(9)),
    # several verdicts
    ("the answer wrote [[10]] but Rating: [[2]]", Score(2, ("ambiguous",)), Score(10)),
    ("Rating: [[2]], although it asked for [[10]]", Score(2, ("ambiguous",)), Score(2)),
    ("[[8]]/10 ... Rating: [[3]]", Score(3, ("ambiguous",)), Score(8)),
    ("At first [[4]], on balance [[6]]", Score(6, ("ambiguous",)), Score(4)),
    ("Rating: [[7]]. Again: [[7]]", Score(7), Score(7)),
    ("Operating: [[4]]. Overall [[6]]", Score(6, ("ambiguous",)), Score(4)),
    ("the answer wrote [[100]]. Rating: [[3]]", Score(3, ("ambiguous",)), Score(100)),
    ("[[10]] is what it asks for. Rating: [[N/A]]", NONE, Score(10)),
    ("It has to end in [[rating]]. Rating: [[3]]", Score(3), Score(3)),
    ("Rating: [[3]]\n(Its form is Rating: [[rating]].)", Score(3), Score(3)),
    ("f returns [[1, 2], [3]]. Rating: [[3]]", Score(3), Score(3)),
    # single brackets
    ("see [1] for source", NONE, Score(1)),
    ("Rating: [8]", NONE, Score(8)),
    # range and digits
    ("[[11]]", OUT, Score(11)),
    ("[[100]]", OUT, Score(100)),
    ("[[0]]", OUT, Score(0)),
    ("the answer wrote [[9]]. Rating: [[11]]", OUT, Score(9)),
    ("[[08]]", Score(8), CRASH),
    ("[08]", NONE, CRASH),
    ("[[08.5]]", Score(8.5, ("fractional",)), Score(8.5)),
    ("[[00]]", OUT, Score(0)),
    ("[[٣]]", NONE, CRASH),
    ("[[８]]", NONE, CRASH),
    ("[[٣]] [[5]]", Score(5), CRASH),
    ("[٣] [5]", NONE, CRASH),
    ("[[-5]]", NONE, NONE),
    ("[[1e3]]", NONE, NONE),
    ("[[" + "9" * 400 + "]]", NONE, OUT),
    ("[[" + "9" * 400 + ".]]", NONE, OUT),
    ("[[" + "9" * 5000 + "]]", NONE, CRASH),
    # lenient levels
    ("[[ 8 ]]", Score(8, ("spaced",)), NONE),
    ("【【8】】", Score(8, ("full_width",)), NONE),
    ("评分：［［8］］", Score(8, ("full_width",)), NONE),
    (r"\[\[8\]\]", Score(8, ("escaped",)), NONE),
    ("[[8/10]]", Score(8, ("out_of_ten",)), NONE),
    (r"\[\[ 7.5 / 10 \]\]", Score(7.5, ("escaped", "spaced", "out_of_ten", "fractional")), NONE),
    ("[[8/20]]", NONE, NONE),
    ("[[8】】", NONE, NONE),
    ("Rating: 8/10", Score(8, ("unbracketed", "out_of_ten")), NONE),
    ("Good.\n**Final rating:** 8\n", Score(8, ("unbracketed",)), NONE),
    ("It wrote [[10]].\r\nRating: 2\r\n", Score(2, ("unbracketed", "ambiguous")), Score(10)),
    ("Rating: 3/10\nNo: Rating: [[4]]", Score(4), Score(4)),
    ("Rating: 8 would be too much", NONE, NONE),
    ("Clarity rating: 3/10\nOverall: [[8]]", Score(8), Score(8)),
    ("Rating: 8/20", NONE, NONE),
    # nothing
    ("[[rating]] 8", NONE, NONE),
    ("I cannot grade this.", NONE, NONE),
    ("", Unparsed("empty"), Unparsed("empty")),
    (" \n", Unparsed("empty"), Unparsed("empty")),
]

CHOICES: list[tuple[str, Choice | Unparsed, Choice | Unparsed]] = [
    ("[[A]]", Choice("A"), Choice("A")),
    ("Final verdict: [[B]]", Choice("B"), Choice("B")),
    ("[[C]]", Choice("tie"), Choice("tie")),
    ("[[ A ]]", Choice("A", ("spaced",)), NONE),
    ("【【B】】", Choice("B", ("full_width",)), NONE),
    ("[[D]]", NONE, NONE),
    ("", Unparsed("empty"), Unparsed("empty")),
    ("<think>[[A]]</think>[[B]]", Choice("B"), Choice("A")),
    ("<think>[[A]]", Unparsed("only_reasoning"), Choice("A")),
    ("[[A]] and [[B]]", Unparsed("ambiguous"), Choice("A")),
    ("[[A]] or not?\n\n[[B]]\n", Choice("B", ("ambiguous",)), Choice("A")),
    ("[[B]]\n[[B]], for [[A]] is worse", Unparsed("ambiguous"), Choice("A")),
    ("[[C]] at first. Verdict: [[B]], not [[A]]", Choice("B", ("ambiguous",)), Choice("A")),
    ("[[A]], [[B]]\nbye", Unparsed("ambiguous"), Choice("A")),
]

# What a model wrote, what of it is the answer, and what is thinking.
ANSWERS: list[tuple[str, str, str | None]] = [
    ("Four.", "Four.", None),
    (" I think\n", " I think\n", None),
    ("<think>2 + 2</think>Four.\n", "Four.\n", "2 + 2"),
    ("\n<think>\n2 + 2\n</think>\n\nFour.", "Four.", "2 + 2"),
    ("<thinking>2 + 2</thinking> Four.", "Four.", "2 + 2"),
    ("<think>\n\n</think>\n\nFour.", "Four.", None),
    ("<think>the tag `</think>` ends it</think>Yes.", "Yes.", "the tag `</think>` ends it"),
    ("<think>2 + 2 is", "", "2 + 2 is"),
    ("2 + 2\n</think>\n\nFour.", "Four.", "2 + 2"),
    ("```\n2 + 2\n```\n</think>\nFour.", "Four.", "```\n2 + 2\n```"),
    ("Put <think> before it.", "Put <think> before it.", None),
    ("A <think>b</think> c", "A <think>b</think> c", None),
    ("It ends in </think>, you see.", "It ends in </think>, you see.", None),
    ("```\n</think>\n```", "```\n</think>\n```", None),
    ("<p>\n<think>\na\n</think>\n</p>", "<p>\n<think>\na\n</think>\n</p>", None),
]

HOSTILE = [
    *("[", "[[", "<think>", "<think></think>", "</think>\n", "`</think>", "[[1]]", "\\[", "【"),
    *("Rating: ", "Rating:\n", "\n", " ", "1", "_", "[1"),
]
READERS: list[Callable[[str], object]] = [
    read_score,
    lambda text: read_score(text, rule="fastchat"),
    read_choice,
    lambda text: read_choice(text, "fastchat"),
    strip_reasoning,
]

# Text that is likely to look like a verdict.
verdictish = st.lists(
    st.sampled_from(
        [
            *("[[", "]]", "[", "]", r"\[\[", r"\]\]", "【【", "】】", "Rating: ", "\n", " ", "/10"),
            *("<think>", "</think>", "`", "```", "verdict: ", "A", "B", "0", "7", "10", ".5", "٣"),
            *("[[3]]", "[[0]]", "[[99]]", "Rating: [[4.5]]", "Rating: 11/10", "[[A]]", "[[B]]"),
        ]
    )
    | st.text(max_size=3)
).map("".join)


@pytest.mark.parametrize(("text", "default", "fastchat"), SCORES)
def test_scores(text: str, default: Score | Unparsed, fastchat: Score | Unparsed) -> None:
    """Every form of a grade is read as the table of faults demands, by either rule."""
    assert (read_score(text), read_score(text, rule="fastchat")) == (default, fastchat)


def test_another_scale() -> None:
    """The range and the `8/10` form follow the scale."""
    assert read_score("[[4/5]]", highest=5) == Score(4, ("out_of_ten",))
    assert read_score("[[6]]", highest=5) == OUT
    assert read_score("[[0]]", lowest=0) == Score(0)


@pytest.mark.parametrize(("text", "default", "fastchat"), CHOICES)
def test_choices(text: str, default: Choice | Unparsed, fastchat: Choice | Unparsed) -> None:
    """A single choice counts; of several, only one on a final line does; FastChat likes A best."""
    assert (read_choice(text), read_choice(text, "fastchat")) == (default, fastchat)


@pytest.mark.parametrize(("text", "said", "thinking"), ANSWERS)
def test_strip_reasoning(text: str, said: str, thinking: str | None) -> None:
    """Only thinking at the start is taken off an answer; tags that it is about stay."""
    assert strip_reasoning(text) == (said, thinking)


@given(st.text() | verdictish)
def test_no_text_raises(text: str) -> None:
    """Any text is read, and a score is always a finite number, by default one on the scale."""
    score = read_score(text)
    assert isinstance(score, Unparsed) or 1 <= score.value <= 10
    read_score(text, rule="fastchat")
    read_choice(text)
    strip_reasoning(text)


@given(
    verdictish,
    st.sampled_from(["Rating: [[7]]", "[[7]]", r"Rating: \[\[ 7/10 \]\]", "Rating: 7/10\n"]),
    st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="[]【】［］\\<")),
)
def test_later_words_change_nothing(before: str, verdict: str, after: str) -> None:
    """Words without brackets, digits and tags after the verdict do not change the score."""
    text = f"{before}\n{verdict}"
    assert read_score(text + after) == read_score(text)


@given(verdictish)
def test_nothing_before_the_answer_is_lost(text: str) -> None:
    """What is said and what is thought are both parts of what was written."""
    said, thinking = strip_reasoning(text)
    assert text.endswith(said)
    assert thinking is None or thinking in text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read(piece: str) -> None:
    """Reading takes linear time: a quadratic step would take hours on a megabyte."""
    many = piece * (MEGABYTE // len(piece))
    for text in (many, f"[[{many}", f"<think>{many}", f"Rating: {many}", f"{many}</think>x"):
        for read in READERS:
            read(text)


def judgments() -> list[dict[str, Any]]:
    """Return GPT-4's real judgments; skip when they are not here."""
    if not JUDGMENTS.is_file():
        pytest.skip(f"the real MT-Bench judgments are not here: {JUDGMENTS}")
    return [json.loads(line) for line in JUDGMENTS.read_bytes().split(b"\n") if line]


def test_fastchat_rule_on_real_judgments() -> None:
    """The rule "fastchat" gives the recorded score of each of 640 real judgments."""
    records = judgments()
    assert len(records) == 640
    for record in records:
        assert read_score(record["judgment"], rule="fastchat") == Score(record["score"])


def test_default_rule_on_real_judgments() -> None:
    """The default rule agrees with the recorded score of each of 640 real judgments."""
    for record in judgments():
        score = read_score(record["judgment"])
        assert isinstance(score, Score)
        assert score.value == record["score"]
        assert score.flags == (() if score.value.is_integer() else ("fractional",))


@given(
    st.text(alphabet="aR :[]8<>`\n", max_size=30) | st.text(max_size=30),
    st.sampled_from(["", "\n", " "]),
    st.integers(0, 12),
)
def test_the_quick_way_reads_what_the_long_way_reads(before: str, gap: str, grade: int) -> None:
    """A plain final verdict is read at once, and comes to what the whole rule makes of it."""
    text = f"{before}{gap}Rating: [[{grade}]]"
    assert read_score(text) == read_score(f"{text}\n")
