"""Check the structure of the English question set "duet"."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "data/duet"
MT_BENCH = Path(__file__).parents[3] / "shared/mt_bench/question.jsonl"
FIRST_ID = {
    "writing": 201,
    "roleplay": 211,
    "reasoning": 221,
    "math": 231,
    "coding": 241,
    "extraction": 251,
    "stem": 261,
    "humanities": 271,
}
WITH_REFERENCE = ["reasoning", "math", "coding"]
ALIKE = 0.6
SHARED_WORDS = 1 / 3


def records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSONL file; nothing else splits a line than a line feed."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


def turns(path: Path) -> list[str]:
    """Return all turns of a question file in lower case."""
    return [text.lower() for record in records(path) for text in record["turns"]]


def ids(categories: list[str]) -> list[int]:
    """Return the ids of the questions of some categories."""
    return [FIRST_ID[category] + i for category in categories for i in range(10)]


def alike(text: str, others: list[str]) -> Iterator[tuple[float, str]]:
    """Yield those of the other texts that are much like this one, with the ratio.

    Comparing letters is slow, and two English texts nearly always have the same letters; so
    texts that do not share a third of their words count as different first.
    """
    words = SequenceMatcher(None, [""], text.split(), autojunk=False)
    letters = SequenceMatcher(None, "", text, autojunk=False)
    for other in others:
        words.set_seq1(other.split())
        if words.real_quick_ratio() < SHARED_WORDS or words.quick_ratio() < SHARED_WORDS:
            continue
        letters.set_seq1(other)
        # the two quick ratios are upper bounds
        if letters.real_quick_ratio() < ALIKE or letters.quick_ratio() < ALIKE:
            continue
        ratio = letters.ratio()
        if ratio >= ALIKE:
            yield ratio, other


def test_questions_and_categories() -> None:
    """Eight categories have ten questions each, with the ids 201 to 280 in order."""
    expected = [(i, category) for category in FIRST_ID for i in ids([category])]
    questions = records(SET / "question.jsonl")
    assert [(q["question_id"], q["category"]) for q in questions] == expected


def test_two_turns() -> None:
    """Every question has exactly two turns, and neither is empty."""
    for question in records(SET / "question.jsonl"):
        assert len(question["turns"]) == 2, question["question_id"]
        assert all(text.strip() for text in question["turns"]), question["question_id"]


def test_references() -> None:
    """Reasoning, math and coding have a reference of two turns per question, the rest none."""
    references = records(SET / "reference_answer/duet.jsonl")
    assert [r["question_id"] for r in references] == ids(WITH_REFERENCE)
    for reference in references:
        (choice,) = reference["choices"]
        assert len(choice["turns"]) == 2, reference["question_id"]
        assert all(text.strip() for text in choice["turns"]), reference["question_id"]


def test_alike_finds_a_variant() -> None:
    """A text with some words exchanged is found, and an unrelated one is not."""
    text = "write a short letter to your landlord about the broken heating in the kitchen."
    variant = "write a brief letter to your landlord about the leaking pipe in the kitchen."
    unrelated = "how many prime numbers between 10 and 50 have a digit sum that is even?"
    assert [other for _, other in alike(text, [unrelated, variant])] == [variant]


def test_no_two_turns_alike() -> None:
    """No turn of the set is much like another one, of any question."""
    texts = turns(SET / "question.jsonl")
    found = [(text, *pair) for i, text in enumerate(texts) for pair in alike(text, texts[:i])]
    assert found == []


def test_unlike_mt_bench() -> None:
    """No turn of the set is much like a turn of MT-Bench's own questions."""
    if not MT_BENCH.is_file():
        pytest.skip(f"the real MT-Bench questions are not here: {MT_BENCH}")
    theirs = turns(MT_BENCH)
    found = [
        (text, *pair) for text in turns(SET / "question.jsonl") for pair in alike(text, theirs)
    ]
    assert found == []
