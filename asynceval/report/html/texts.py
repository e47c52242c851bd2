"""Texts: all words of one question's conversations, packed so that the page reads them when asked for."""

import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.verdict import Choice, Score, Unparsed
from asynceval.prompts.verdicts import strip_reasoning
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome
from asynceval.store.store import Store

_RAW_DEFLATE = -15


def packed(content: object) -> str:
    """Return a value as JSON, deflated (RFC 1951) and in base64: letters that mean nothing in HTML."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, _RAW_DEFLATE)
    return b64encode(deflate.compress(orjson.dumps(content)) + deflate.flush()).decode()


def texts(
    plan: Plan, question: Question, outcomes: Iterable[Outcome], store: Store
) -> Mapping[str, Any]:
    """Return all that was asked, answered and judged on a question, as plain values.

    Models and judges are named by their places in the plan.
    """
    models = {target.name: place for place, target in enumerate(plan.sweep.targets)}
    judges = {judge.name: place for place, judge in enumerate(plan.sweep.judges)}
    answers: list[Mapping[str, Any]] = []
    judgments: list[Mapping[str, Any]] = []
    for outcome in outcomes:
        cell = outcome.cell
        if cell.target not in models:
            continue
        keys = (*(key for key, _ in outcome.before), *([outcome.key] if outcome.key else []))
        replies = [reply for key in keys if (reply := store.get(key)) is not None]
        place = {"m": models[cell.target], "c": cell.choice, "t": cell.turn}
        if cell.judge is None:
            cut = outcome.is_truncated
            answers.append({**place, **_said(replies), "cut": cut, "cause": outcome.cause})
        else:
            judgments.append(
                {
                    **place,
                    "j": judges[cell.judge],
                    "r": cell.repeat,
                    "o": None if cell.opponent is None else models[cell.opponent],
                    "order": cell.order,
                    "verdict": _verdict(outcome),
                    "winner": _winner(outcome, models),
                    "asked": outcome.rungs,
                    "words": [_said([reply]) for reply in replies],
                }
            )
    return {
        "turns": question.turns,
        "reference": question.reference,
        "answers": answers,
        "judgments": judgments,
    }


def _said(replies: list[Reply]) -> Mapping[str, Any]:
    """Return the words of the last reply, and the thinking before them."""
    if not replies:
        return {"text": None, "thinking": None}
    said, thinking = strip_reasoning(replies[-1].text)
    return {"text": said, "thinking": replies[-1].reasoning or thinking}


def _verdict(outcome: Outcome) -> str:
    match outcome.verdict:
        case Score(value):
            return f"{value:g}"
        case Choice():
            return "tie" if outcome.winner == "tie" else "better"
        case Unparsed(reason):
            return f"no verdict: {reason}".replace("_", " ")
    return f"missing: {outcome.reason}".replace("_", " ")


def _winner(outcome: Outcome, models: Mapping[str, int]) -> int | None:
    """Return the place of the model that won a game, None of a tie and without a verdict."""
    winner = outcome.winner
    return None if winner is None or winner == "tie" else models[winner]
