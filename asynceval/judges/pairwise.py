"""Pairwise comparison: the judge sees two models' answers to one question and says which is better."""

from collections.abc import Sequence

from asynceval.benchmarks.fastchat import without_system
from asynceval.domain.call import Call
from asynceval.domain.cell import Order
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge
from asynceval.judges.brief import Brief


def call(
    judge: Judge,
    brief: Brief,
    question: Question,
    answers: tuple[Sequence[str], Sequence[str]],
    order: Order,
    repeat: int,
) -> Call:
    """Return the call of one game.

    `answers` are the texts of turns 1 to n of the pair's first and of its second model, as the judge
    may see them; in order 2 the second is shown first. The first turn is judged by itself, a later
    one with all that came before it.
    """
    first, second = answers if order == 1 else reversed(answers)
    messages = brief.comparison(judge, question, first, second)
    sweep = brief.sweep
    if sweep.rule == "fastchat" and sweep.endpoint(judge.endpoint).kind == "anthropic":
        messages = without_system(messages)
    return Call(
        judge.name,
        judge.model,
        messages,
        brief.sampling(judge),
        repeat,
    )
