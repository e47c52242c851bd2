"""Read the reference answers of the duet question set."""

import json
import re
from pathlib import Path
from typing import cast

PATH = Path(__file__).parents[2] / "data/duet/reference_answer/duet.jsonl"


def reference(question_id: int) -> tuple[str, str]:
    """Return the reference answers to both turns of a question."""
    for line in PATH.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["question_id"] == question_id:
            first, second = cast(list[str], record["choices"][0]["turns"])
            return first, second
    raise KeyError(question_id)


def answer(question_id: int, turn: int) -> str:
    """Return what follows the last "Answer:" in the reference answer to turn 1 or 2."""
    _, mark, result = reference(question_id)[turn - 1].rpartition("Answer:")
    if not mark:
        raise ValueError(f"no 'Answer:' in the reference answer to {question_id}, turn {turn}")
    return result.strip()


def states(text: str, *claims: str) -> bool:
    """Tell whether a text contains every claim, none of them cut out of a longer word or number."""
    return all(
        re.search(rf"(?<![\w.-]){re.escape(claim)}(?!\w|\.\d|/\d)", text) for claim in claims
    )
