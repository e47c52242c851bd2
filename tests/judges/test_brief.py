"""What a judge's settings make of its prompts: names that are hidden, and what is added."""

import pytest

from asynceval.domain.call import Call
from asynceval.domain.question import Question
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.judges import pairwise, single
from asynceval.prompts.templates import builtin, from_records
from asynceval.protocol.conversation import Plan

QUESTION = Question("q", "writing", ("Is GPT-4o good?", "And now?"))
TARGETS = (Target("fast", "e", "Qwen/Qwen3-8B"), Target("gpt-4o", "e", "gpt-4o", family="GPT"))
PLAIN = Judge("judge", "e", "j")


def asked(judge: Judge, *answers: str, other: tuple[str, ...] = ()) -> Call:
    """Return the call that judges the last of the answers, beside those of another if given."""
    sweep = Sweep("s", (Endpoint("e", "http://e"),), TARGETS, (judge,))
    brief = Plan(sweep, (QUESTION,), builtin(), "secret").brief
    if other:
        return pairwise.call(judge, brief, QUESTION, (answers, other), 1, 0)
    (call,) = single.calls(judge, brief, QUESTION, answers)
    return call


def test_a_blind_judge_sees_no_names() -> None:
    """The names of models and of their families are replaced in every answer, and nowhere else."""
    blind = Judge("judge", "e", "j", blind=True)
    call = asked(blind, "I am Qwen3-8B, run fast.", "As ChatGPT, no: Qwen.")
    text = call.messages[-1].content
    assert "I am [model], run fast." in text
    assert "As [model], no: [model]." in text
    assert "Is GPT-4o good?" in text
    pair = asked(blind, "I am gpt-4o-mini.", other=("I am QWEN 2.5!",)).messages[-1].content
    assert "I am [model]." in pair
    assert "I am [model]!" in pair
    assert "I am Qwen3-8B." in asked(PLAIN, "I am Qwen3-8B.").messages[-1].content


def test_a_length_neutral_judge_is_told_so() -> None:
    """A sentence is added to the instruction, for grades and for pairs."""
    neutral = Judge("judge", "e", "j", length_neutral=True)
    for other in ((), ("B.",)):
        plain, told = asked(PLAIN, "A.", other=other), asked(neutral, "A.", other=other)
        assert told.messages[0].content.startswith(plain.messages[0].content)
        assert "Take no account of length" in told.messages[0].content
        assert told.messages[1:] == plain.messages[1:]
    record = {"name": "n", "type": "single", "prompt_template": "{question} {answer}"}
    sweep = Sweep("s", (), TARGETS, (neutral,))
    brief = Plan(sweep, (QUESTION,), from_records([record])).brief
    (call,) = single.calls(neutral, brief, QUESTION, ["A."])
    assert [message.role for message in call.messages] == ["system", "user"]


def test_a_verdict_as_json_is_asked_for() -> None:
    """The prompt ends with the form of the object, and the server is told to keep to JSON."""
    structured = Judge("judge", "e", "j", verdict="json")
    grade, pair = asked(structured, "A."), asked(structured, "A.", other=("B.",))
    assert grade.messages[-1].content.endswith('"rating": a number of 1-10}')
    assert pair.messages[-1].content.endswith('"verdict": "A", "B" or, for a tie, "C"}')
    assert grade.sampling.is_json and pair.sampling.is_json
    assert not asked(PLAIN, "A.").sampling.is_json
    assert grade.key() != asked(PLAIN, "A.").key()


@pytest.mark.parametrize("setting", ["blind", "length_neutral"])
def test_a_setting_that_is_off_changes_no_call(setting: str) -> None:
    """A judge without the setting asks what it asked before there was one."""
    off = Judge("judge", "e", "j", **{setting: False})  # type: ignore[arg-type]
    assert asked(off, "A. Qwen.").key() == asked(PLAIN, "A. Qwen.").key()
    on = Judge("judge", "e", "j", **{setting: True})  # type: ignore[arg-type]
    assert asked(on, "A. Qwen.").key() != asked(PLAIN, "A. Qwen.").key()
