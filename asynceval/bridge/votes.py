"""Votes: who of people and judges preferred which of two answers, read from FastChat's files.

A file holds votes, a JSON array of them or one a line, as its compute_agreement reads them; or the rows
of a judge's `*_pair.jsonl` or `*_single.jsonl`. The rules are those of FastChat at 0e6d3e4b.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import orjson

from asynceval.benchmarks.records import Problems, Record, read
from asynceval.domain.errors import ConfigError, Problem
from asynceval.report.winners import by_scores
from asynceval.stats.agreement import Item, Winner, vote

_AUTHOR = "author"
_NO_VERDICT = frozenset({"error", "$ERROR$"})
_SIDES: Mapping[str, Literal["a", "b"]] = {
    "model_a": "a",
    "model_b": "b",
    "model_1": "a",
    "model_2": "b",
}


@dataclass(slots=True)
class Votes:
    """What people said of each item, each person one vote by name, and what each judge said, one verdict each.

    `dropped` counts what was left out, by why.
    """

    people: defaultdict[Item, dict[str, Winner]] = field(default_factory=lambda: defaultdict(dict))
    judges: defaultdict[str, dict[Item, Winner]] = field(default_factory=lambda: defaultdict(dict))
    dropped: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def judged(self, judge: str, item: Item, winner: Winner) -> None:
        """Take in a judge's verdict; a later one on the same item takes the place of the earlier."""
        self.dropped["verdicts that a later one of the same judge replaces"] += (
            item in self.judges[judge]
        )
        self.judges[judge][item] = winner


def read_votes(path: Path, votes: Votes, *, of_people: bool) -> None:
    """Take in a file of votes or judgments. ConfigError names the lines that cannot be used.

    In a file of people's votes a judge is told by a list such as ["gpt-4", "pair-v2"] in the place of a
    name; in one of judgments all are judges'.
    """
    problems = Problems()
    scores: dict[str, dict[tuple[str, int], dict[str, float]]] = {}
    for line, record in _records(path, problems):
        try:
            if "g1_winner" in record:
                _pair(record, path, votes)
            elif "score" in record:
                judge = _judge(record, path.stem)
                place = _question(record), _turn(record)
                if record["score"] == -1:
                    votes.dropped["judgments without a score"] += 1
                else:
                    its = scores.setdefault(judge, {}).setdefault(place, {})
                    its[str(record["model"])] = float(str(record["score"]))
            else:
                _vote(record, votes, of_people=of_people)
        except (KeyError, ValueError, TypeError) as error:
            what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            problems.add(path, line, None, f"is no vote and no judgment: {what}")
    problems.raise_if_any()
    for judge, places in scores.items():
        for (question, turn), found in places.items():
            for item, winner in by_scores(question, turn, found):
                votes.judged(judge, item, winner)


def _records(path: Path, problems: Problems) -> Iterator[tuple[int, Record]]:
    """Yield the objects of a file of lines, or of one that is a JSON array, with line or place."""
    try:
        with path.open("rb") as file:
            is_array = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        if not is_array:
            yield from read(path, problems, problems)
            return
        rows = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    except orjson.JSONDecodeError as error:
        raise ConfigError(Problem(f"is no JSON array: {error}", str(path))) from error
    for place, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield place, row
        else:
            problems.add(path, place, None, "must be a JSON object with a vote")


def _vote(record: Record, votes: Votes, *, of_people: bool) -> None:
    winner = str(record["winner"])
    judge = record["judge"]
    if winner in _NO_VERDICT:
        votes.dropped["votes without a winner"] += 1
        return
    side = _side(winner)
    one, other = str(record["model_a"]), str(record["model_b"])
    item, found = vote(_question(record), _turn(record), one, other, side)
    if not isinstance(judge, list) and str(judge).startswith(_AUTHOR):
        votes.dropped["votes of authors, who are no independent people"] += 1
    elif isinstance(judge, list) or not of_people:
        votes.judged(_judge(record, ""), item, found)
    else:
        its = votes.people[item]
        votes.dropped["votes that a later one of the same person replaces"] += str(judge) in its
        its[str(judge)] = found


def _pair(record: Record, path: Path, votes: Votes) -> None:
    one, other = str(record["g1_winner"]), str(record["g2_winner"])
    if _NO_VERDICT & {one, other}:
        votes.dropped["pairs in which a game has no verdict"] += 1
        return
    side = _side(one) if one == other else "tie"
    models = str(record["model_1"]), str(record["model_2"])
    item, winner = vote(_question(record), _turn(record), *models, side)
    votes.judged(_judge(record, path.stem), item, winner)


def _side(winner: str) -> Literal["a", "b", "tie"]:
    if winner.startswith("tie"):
        return "tie"
    if winner not in _SIDES:
        raise ValueError(f"the winner is {winner}, and must be model_a, model_b or tie")
    return _SIDES[winner]


def _judge(record: Record, name: str) -> str:
    """Return the judge's name: the model's, with what it was asked for, as in gpt-4-pair."""
    judge = record.get("judge", name)
    if isinstance(judge, list) and judge:
        kind = str(judge[1]).partition("-")[0] if len(judge) > 1 else ""
        return f"{judge[0]}-{kind}" if kind in ("pair", "single") else str(judge[0])
    return str(judge)


def _question(record: Record) -> str:
    return str(record["question_id"])


def _turn(record: Record) -> int:
    turn = record.get("turn", 1)
    if isinstance(turn, bool) or not isinstance(turn, int) or turn < 1:
        raise ValueError("turn must be a whole number from 1")
    return turn
