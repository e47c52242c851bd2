"""Build configs and question sets for the tests of this folder."""

import json
from pathlib import Path

MINIMAL = """\
name = "s"
[benchmark]
questions = "q.jsonl"
[endpoints.e]
base_url = "https://host.example/v1"
[[models]]
name = "m"
endpoint = "e"
"""


def questions(path: Path, *categories: str) -> Path:
    """Write a question file with one question of two turns for each category, ids from 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [
        {"question_id": number, "category": category, "turns": ["One?", "Two?"]}
        for number, category in enumerate(categories or ("writing",), 1)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def references(path: Path, *ids: int) -> Path:
    """Write a file of reference answers to both turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [{"question_id": i, "choices": [{"turns": [f"a{i}", f"b{i}"]}]} for i in ids]
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def config(folder: Path, text: str = MINIMAL, name: str = "c.toml") -> Path:
    """Write a config with a question file beside it, and return its path."""
    questions(folder / "q.jsonl")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
