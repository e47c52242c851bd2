"""A folder in FastChat's layout, made row by row."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]


def write(folder: Path, files: Mapping[str, Sequence[Row | bytes]]) -> Path:
    """Write rows into files below the folder; bytes are written as they are, as a whole line."""
    for name, rows in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, bytes) else orjson.dumps(row) for row in rows]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def rows(folder: Path) -> dict[str, list[bytes]]:
    """Return the rows of every file below a folder, sorted and in one way of writing them."""
    return {
        path.relative_to(folder).as_posix(): sorted(
            orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS)
            for line in path.read_bytes().split(b"\n")
            if line.strip()
        )
        for path in folder.rglob("*.jsonl")
    }


def question(number: int | str, turns: int = 2, category: str = "writing") -> Row:
    """Return a question."""
    texts = [f"Question {number}, turn {turn}?" for turn in range(1, turns + 1)]
    return {"question_id": number, "category": category, "turns": texts}


def answer(number: int | str, model: str, *turns: object, **fields: object) -> Row:
    """Return an answer with one choice."""
    row = {
        "question_id": number,
        "answer_id": f"id-{number}",
        "model_id": model,
        "choices": [{"index": 0, "turns": list(turns)}],
        "tstamp": 1700000000.25,
    }
    return row | fields


def single(number: int | str, model: str, words: object, score: object, **fields: object) -> Row:
    """Return a single judgment of turn 1."""
    row = {
        "question_id": number,
        "model": model,
        "judge": ["gpt-4", "single-v1"],
        "user_prompt": f"Judge {model} on {number}.",
        "judgment": words,
        "score": score,
        "turn": 1,
        "tstamp": 1700000001.5,
    }
    return row | fields


def pair(
    number: int | str, one: str, other: str, winners: tuple[str, str], words: tuple[object, object]
) -> dict[str, Any]:
    """Return a pair of games on turn 1."""
    return {
        "question_id": number,
        "model_1": one,
        "model_2": other,
        "g1_winner": winners[0],
        "g2_winner": winners[1],
        "judge": ["gpt-4", "pair-v2"],
        "g1_user_prompt": f"{one} or {other} on {number}?",
        "g1_judgment": words[0],
        "g2_user_prompt": f"{other} or {one} on {number}?",
        "g2_judgment": words[1],
        "turn": 1,
        "tstamp": 1700000002.75,
    }
