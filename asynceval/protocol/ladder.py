"""The ladder of a judgment: its call, what is asked again if its words hold no verdict, the verdict.

Each rung is climbed once at most, and no more of them than the judge's `reasks`:

    longer     the same prompt with room for twice the tokens, where the words were cut off
    reformat   the judge's own words, to write down the verdict that is in them
    fresh      the same prompt, judged anew, with a sentence that says what was missing

By the rule "fastchat" there is no ladder: what FastChat drops is dropped.
"""

from dataclasses import replace
from typing import Literal

from asynceval.domain.call import Call
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.domain.rubric import Scale
from asynceval.domain.sweep import Judge, Rule
from asynceval.domain.verdict import Choice, Rung, Score, Unparsed, Verdict
from asynceval.prompts.labels import read_label
from asynceval.prompts.mark import mark
from asynceval.prompts.reformat import ANEW, reformat
from asynceval.prompts.structured import read_object
from asynceval.prompts.verdicts import read_choice, read_score
from asynceval.prompts.weighing import weighed
from asynceval.protocol.conversation import Plan, Step

_FRESH = 1_000_000
"""Added to the number of a repeat for its fresh judgment; no judge repeats itself so often."""
_FEW_TOKENS = 256
_WORDLESS = frozenset({"empty", "only_reasoning"})


class Ladder:
    """The climb of one judgment from its step on.

    `rungs` say what was asked after each reply but the last.
    """

    def __init__(self, plan: Plan, step: Step) -> None:
        """Start at the judgment itself."""
        self._plan = plan
        self._cell = step.cell
        self._judge = plan.judge(step.cell)
        self._judging = step.call
        self._most = 0 if plan.sweep.rule == "fastchat" else self._judge.reasks
        self._read: list[Verdict] = []
        self.rungs: tuple[Rung, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What the replies come to: the verdict in the last, or why there is none in the first."""
        return self._read[0] if isinstance(self._read[-1], Unparsed) else self._read[-1]

    def take(self, reply: Reply) -> Step | None:
        """Take in the reply to the last call; return the next one for the same cell, if there is any."""
        found = verdict_in(self._plan, self._cell, reply)
        self._read.append(found)
        if not isinstance(found, Unparsed) or len(self.rungs) == self._most:
            return None
        rung = _next(self._judge, self.rungs, found, reply)
        if rung is None:
            return None
        self.rungs += (rung,)
        return Step(self._cell, self._call(rung, reply.text))

    def _call(self, rung: Rung, words: str) -> Call:
        if rung != "reformat":
            self._judging = _again(self._judging, rung)
            return self._judging
        asked: Literal["score", "choice"] = "score" if self._cell.opponent is None else "choice"
        sampling = replace(
            self._judging.sampling, max_tokens=_FEW_TOKENS, is_json=False, logprobs=False
        )
        messages = reformat(words, asked, mark(self._plan.secret, [words]))
        return replace(self._judging, messages=messages, sampling=sampling)


def verdict_in(plan: Plan, cell: Cell, reply: Reply) -> Verdict:
    """Return the verdict in one reply, by the sweep's rule.

    Words that were cut before any verdict are "cut_off": mostly, more tokens would help.
    """
    judge = plan.judge(cell)
    scale = plan.sweep.scale(cell.category) if cell.opponent is None else None
    found: Verdict | None = None
    if judge.verdict == "json":
        found = read_object(reply.text, scale)
    if found is None:
        found = _found(reply.text, plan.sweep.rule, scale)
    if judge.logprobs and isinstance(found, Score | Choice):
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
