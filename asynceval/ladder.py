"""The ladder of a judgment: its call, what is asked again if its words hold no verdict, the verdict.

Each rung is climbed once at most, and no more of them than the judge's `reasks`:

    longer     the same prompt with room for twice the tokens, where the words were cut off
    reformat   the judge's own words, to write down the verdict that is in them
    fresh      the same prompt, judged anew, with a sentence that says what was missing

By the rule "fastchat" there is no ladder: what FastChat drops is dropped.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from asynceval.conversation import Plan, Step
from asynceval.domain.call import Call
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.domain.rubric import Scale
from asynceval.domain.sweep import Judge, Rule
from asynceval.domain.verdict import Choice, Score, Unparsed, Verdict
from asynceval.prompts.labels import read_label
from asynceval.prompts.mark import mark
from asynceval.prompts.reformat import ANEW, reformat
from asynceval.prompts.structured import read_object
from asynceval.prompts.verdicts import read_choice, read_score
from asynceval.prompts.weighing import weighed

Rung = Literal["longer", "reformat", "fresh"]
"""A step of the ladder, by what is asked there."""

_FRESH = 1_000_000
"""Added to the number of a repeat for its fresh judgment; no judge repeats itself so often."""
_FEW_TOKENS = 256
_WORDLESS = frozenset({"empty", "only_reasoning"})


def follow_up(
    plan: Plan, step: Step, replies: Sequence[Reply], read: Sequence[Verdict] | None = None
) -> Step | None:
    """Return what is asked after these replies to a judgment's step and its follow-ups, if anything.

    The follow-up has the step's cell and another call. `read` is what `verdict_in` found in each reply,
    for who has it already.
    """
    climbed = _climb(plan, step.cell, replies, read)
    if len(climbed) < len(replies):
        return None
    judging = step.call
    for rung in climbed[:-1]:
        if rung != "reformat":
            judging = _again(judging, rung)
    if climbed[-1] != "reformat":
        return Step(step.cell, _again(judging, climbed[-1]))
    words = replies[-1].text
    asked: Literal["score", "choice"] = "score" if step.cell.opponent is None else "choice"
    return Step(
        step.cell,
        replace(
            judging,
            messages=reformat(words, asked, mark(plan.secret, [words])),
            sampling=replace(
                judging.sampling, max_tokens=_FEW_TOKENS, is_json=False, logprobs=False
            ),
        ),
    )


def rungs(plan: Plan, cell: Cell, replies: Sequence[Reply]) -> tuple[Rung, ...]:
    """Return the rungs that these replies after the first one stand on."""
    return _climb(plan, cell, replies[:-1])


def verdict(plan: Plan, cell: Cell, replies: Sequence[Reply]) -> Verdict:
    """Return what the replies to a judgment and its follow-ups come to, by the sweep's rule.

    Words that were cut before any verdict are "cut_off": mostly, more tokens would help. If no reply
    holds a verdict, the reason is that of the first.
    """
    return settled([verdict_in(plan, cell, reply) for reply in replies])


def settled(read: Sequence[Verdict]) -> Verdict:
    """Return what counts of the verdicts in a judgment's replies: the last, the first if that is none."""
    return read[0] if isinstance(read[-1], Unparsed) else read[-1]


def verdict_in(plan: Plan, cell: Cell, reply: Reply) -> Verdict:
    """Return the verdict in one reply, by the sweep's rule."""
    scale = plan.sweep.scale(cell.category) if cell.opponent is None else None
    found: Verdict | None = None
    if plan.judge(cell).verdict == "json":
        found = read_object(reply.text, scale)
    if found is None:
        found = _found(reply.text, plan.sweep.rule, scale)
    if plan.judge(cell).logprobs and isinstance(found, Score | Choice):
        found = weighed(found, reply.alternatives, scale)
    if isinstance(found, Unparsed) and reply.is_truncated:
        return Unparsed("cut_off")
    return found


def _found(text: str, rule: Rule, scale: Scale | None) -> Verdict:
    """Return the grade on a scale in a judge's words, the choice in them if there is no scale."""
    if scale is None:
        return read_choice(text, rule)
    if scale.labels:
        return read_label(text, scale.labels)
    return read_score(text, lowest=scale.lowest, highest=scale.highest, rule=rule)


def _climb(
    plan: Plan, cell: Cell, replies: Sequence[Reply], read: Sequence[Verdict] | None = None
) -> tuple[Rung, ...]:
    """Return the rung after each reply, as far as one follows: after the last too, if it is needed."""
    climbed: tuple[Rung, ...] = ()
    judge = plan.judge(cell)
    most = 0 if plan.sweep.rule == "fastchat" else judge.reasks
    for place, reply in enumerate(replies[:most]):
        found = verdict_in(plan, cell, reply) if read is None else read[place]
        rung = _next(judge, climbed, found, reply) if isinstance(found, Unparsed) else None
        if rung is None:
            break
        climbed += (rung,)
    return climbed


def _next(judge: Judge, climbed: tuple[Rung, ...], found: Unparsed, reply: Reply) -> Rung | None:
    """Return the rung that follows words without a verdict."""
    is_judging = climbed[-1:] != ("reformat",)
    can_grow = reply.finish_reason == "length" and judge.max_tokens is not None
    if is_judging and can_grow and "longer" not in climbed:
        return "longer"
    has_words = not reply.is_truncated and found.reason not in _WORDLESS
    if has_words and "reformat" not in climbed:
        return "reformat"
    return "fresh" if "fresh" not in climbed else None


def _again(call: Call, rung: Rung) -> Call:
    """Return the call that judges again on a rung."""
    if rung == "fresh":
        # Without another prompt, a judge at temperature 0 would say the same again.
        *before, last = call.messages
        told = replace(last, content=f"{last.content}\n\n{ANEW}")
        return replace(call, messages=(*before, told), choice=call.choice + _FRESH)
    sampling = call.sampling
    return replace(call, sampling=replace(sampling, max_tokens=2 * (sampling.max_tokens or 0)))
