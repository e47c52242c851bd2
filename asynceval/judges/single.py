"""Single-answer grading: the judge sees one model's conversation and grades its last answer."""

from collections.abc import Sequence

from asynceval.domain.call import Call
from asynceval.domain.question import Question
from asynceval.domain.sweep import Judge
from asynceval.judges.brief import Brief


def calls(
    judge: Judge, brief: Brief, question: Question, answers: Sequence[str]
) -> tuple[Call, ...]:
    """Return the calls that grade the last of `answers`, one for each repeat of the judge.

    `answers` are the texts of turns 1 to n, as the judge may see them. The first answer is shown
    alone, a later one with all that came before it.
    """
    messages = brief.grading(judge, question, answers)
    sampling = brief.sampling(judge)
    return tuple(
        Call(judge.name, judge.model, messages, sampling, repeat) for repeat in range(judge.repeats)
    )
