"""The ladder of a judgment: its call, what is asked again if its words hold no verdict, the verdict."""

from collections.abc import Sequence

from asynceval.conversation import Plan, Step
from asynceval.domain.cell import Cell
from asynceval.domain.reply import Reply
from asynceval.domain.verdict import Unparsed, Verdict
from asynceval.prompts.verdicts import read_choice, read_score


def follow_up(plan: Plan, step: Step, replies: Sequence[Reply]) -> Step | None:
    """Return what is asked after these replies to a judgment's step and its follow-ups, if anything.

    The follow-up has the step's cell and another call.
    """
    del plan, step, replies
    return None


def verdict(plan: Plan, cell: Cell, replies: Sequence[Reply]) -> Verdict:
    """Return what the replies to a judgment and its follow-ups come to, by the sweep's rule.

    Words that were cut before any verdict are "cut_off": mostly, more tokens would help.
    """
    reply = replies[-1]
    read = read_choice if cell.opponent is not None else read_score
    found: Verdict = read(reply.text, rule=plan.sweep.rule)
    if isinstance(found, Unparsed) and reply.is_truncated:
        return Unparsed("cut_off")
    return found
