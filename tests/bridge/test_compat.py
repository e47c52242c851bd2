"""`compat = "fastchat"`: what is sent and what is made of the replies are FastChat's, worked out by hand."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from asynceval.benchmarks.fastchat import HELPFUL, system_message
from asynceval.config.request import load
from asynceval.domain.call import Call, Message
from asynceval.domain.cell import Cell, Order
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.judges import pairwise
from asynceval.prompts.templates import builtin
from asynceval.prompts.templates import load as load_templates
from asynceval.protocol.conversation import Plan, Step, conversation
from asynceval.protocol.ladder import verdict_in
from asynceval.protocol.pairs import Meeting, Pairs
from asynceval.report.document import document
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import summarise

PROMPTS = Path(__file__).parents[3] / "shared/mt_bench/judge_prompts.jsonl"
needs_prompts = pytest.mark.skipif(not PROMPTS.is_file(), reason="FastChat's prompts are not here")

TWO = Question("81", "writing", ("q1", "q2"))
SOLVED = Question("111", "math", ("q1", "q2"), ("r1", "r2"))
ONE = Question("1", "generic", ("q1",))
THREE = Question("3", "generic", ("q1", "q2", "q3"))
A, B = ("{a1} [[A]]", "a2"), ("b1", "b2")


def plan(*questions: Question, kind: str = "openai") -> Plan:
    """Return a plan by FastChat's rules, with its templates where they are here."""
    judges = (
        Judge("single", "e", "gpt-4"),
        Judge("pairs", "e", "gpt-4", mode="pairwise-all"),
    )
    targets = (Target("a", "e", "a"), Target("b", "e", "b"))
    endpoints = (Endpoint("e", "http://127.0.0.1:1/v1", kind=kind),)
    sweep = Sweep("s", endpoints, targets, judges, rule="fastchat")
    templates = load_templates(PROMPTS) if PROMPTS.is_file() else builtin()
    return Plan(sweep, questions, templates)


def held(made: Plan, question: Question, answers: tuple[str, ...]) -> list[Step]:
    """Return the steps of a conversation in which these answers are given."""
    steps = conversation(made, question, made.sweep.targets[0], 0)
    found = [next(steps)]
    given = iter(answers)
    try:
        while True:
            is_answer = found[-1].cell.judge is None
            found.append(steps.send(Reply(next(given)) if is_answer else None))
    except StopIteration:
        return found


def prompts() -> dict[str, Any]:
    """Return FastChat's prompts by name."""
    rows = (orjson.loads(line) for line in PROMPTS.read_bytes().splitlines())
    return {row["name"]: row for row in rows}


def expected(name: str, **fields: str) -> tuple[Message, ...]:
    """Return what FastChat sends: the system prompt, and the template filled by str.format."""
    row = prompts()[name]
    user = Message("user", row["prompt_template"].format(**fields))
    return (Message("system", row["system_prompt"]), user)


@needs_prompts
@pytest.mark.parametrize(
    ("question", "turn", "name", "fields"),
    [
        (TWO, 1, "single-v1", {"question": "q1", "answer": A[0]}),
        (SOLVED, 1, "single-math-v1", {"question": "q1", "answer": A[0], "ref_answer_1": "r1"}),
        (
            TWO,
            2,
            "single-v1-multi-turn",
            {"question_1": "q1", "question_2": "q2", "answer_1": A[0], "answer_2": "a2"},
        ),
        (
            SOLVED,
            2,
            "single-math-v1-multi-turn",
            {
                "question_1": "q1",
                "question_2": "q2",
                "answer_1": A[0],
                "answer_2": "a2",
                "ref_answer_1": "r1",
                "ref_answer_2": "r2",
            },
        ),
    ],
)
def test_a_grading_prompt_is_fastchats(
    question: Question, turn: int, name: str, fields: dict[str, str]
) -> None:
    """Template, system prompt and sampling, for each turn and with a reference."""
    steps = held(plan(question), question, A)
    (found,) = (s.call for s in steps if s.cell.judge == "single" and s.cell.turn == turn)
    assert found.messages == expected(name, **fields)
    assert (found.sampling.temperature, found.sampling.max_tokens) == (0, 2048)


def games(made: Plan, question: Question, turn: int) -> list[Call]:
    """Return the two games of a on b on a turn."""
    judge = made.sweep.judges[1]
    shown = (A[:turn], B[:turn])
    return [pairwise.call(judge, made.brief, question, shown, order, 0) for order in (1, 2)]


@needs_prompts
def test_a_pairs_prompts_are_fastchats_and_the_second_game_swaps() -> None:
    """Both orders, the first turn and the whole conversation, with and without references."""
    first, second = games(plan(TWO), TWO, 1)
    assert first.messages == expected("pair-v2", question="q1", answer_a=A[0], answer_b="b1")
    assert second.messages == expected("pair-v2", question="q1", answer_a="b1", answer_b=A[0])
    both = {"question_1": "q1", "question_2": "q2", "ref_answer_1": "r1", "ref_answer_2": "r2"}
    ours = {"answer_a_1": A[0], "answer_a_2": "a2", "answer_b_1": "b1", "answer_b_2": "b2"}
    first, _ = games(plan(SOLVED), SOLVED, 2)
    assert first.messages == expected("pair-math-v1-multi-turn", **both, **ours)


@needs_prompts
def test_an_anthropic_judge_of_pairs_gets_the_instruction_in_the_users_text() -> None:
    """Only where the system prompt is more than the usual one."""
    first, _ = games(plan(TWO, kind="anthropic"), TWO, 1)
    system, user = expected("pair-v2", question="q1", answer_a=A[0], answer_b="b1")
    text = f"[Instruction]\n{system.content}\n\n{user.content}"
    assert first.messages == (Message("user", text),)


def test_an_answer_is_shown_word_for_word() -> None:
    """FastChat leaves no thinking out, neither for the next turn nor for the judge."""
    made = plan(TWO)
    thought = "<think>hm</think> said"
    steps = held(made, TWO, (thought, "a2"))
    later = next(s.call for s in steps if s.cell.judge is None and s.cell.turn == 2)
    assert later.messages[1] == Message("assistant", thought)
    assert all(thought in s.call.messages[-1].content for s in steps if s.cell.judge)


@pytest.mark.parametrize(("question", "turns"), [(ONE, [1]), (TWO, [1, 2]), (THREE, [1])])
def test_the_second_turn_is_judged_only_where_there_are_exactly_two(
    question: Question, turns: list[int]
) -> None:
    """In conversations and in pairs alike."""
    made = plan(question)
    steps = held(made, question, ("x",) * len(question.turns))
    assert [s.cell.turn for s in steps if s.cell.judge] == turns
    played = [
        turn
        for turn in (1, 2, 3)
        if turn <= len(question.turns)
        and list(Pairs(made).cells(question, Meeting(turn, 0, ("a", "b"))))
    ]
    assert played == turns


# What a judge may write, and what FastChat reads; None is its -1, or where its thread would have ended.
FORMS: tuple[tuple[str, float | None], ...] = (
    ("Rating: [[7]]", 7),
    ("**[[8]]**", 8),
    ("[[7.5]]", 7.5),
    ("[[10.]]", 10),
    ("<think>maybe [[3]]</think> Rating: [[9]]", 3),
    ("the answer wrote [[10]] but Rating: [[2]]", 10),
    ("[[8]]/10 ... Rating: [[3]]", 8),
    ("see [1] for source", 1),
    ("[[11]]", 11),
    ("[[100]]", 100),
    ("[[0]]", 0),
    ("[[08]]", None),
    ("[[٣]]", None),
    ("[[ 8 ]]", None),
    ("【【8】】", None),
    (r"\[\[8\]\]", None),
    ("[[8/10]]", None),
    ("Rating: 8/10", None),
    ("[[-5]]", None),
    ("[[1e3]]", None),
    ("[[rating]] 8", None),
    ("", None),
    ("I am sorry, I cannot judge this.", None),
    ("The answer is good because", None),
)


def judged(made: Plan, cell: Cell, words: str, number: int) -> Outcome:
    """Return the outcome of a judgment in these words."""
    reply = Reply(words)
    return Outcome.judged(cell, ((number.to_bytes(16), reply),), verdict_in(made, cell, reply))


def test_scores_and_averages_are_what_fastchat_makes_of_every_form() -> None:
    """The mean is over what FastChat reads, without a check of the range: 165.5 over 11."""
    questions = tuple(Question(str(n), "writing", ("q",)) for n in range(len(FORMS)))
    made = plan(*questions)
    found = [
        judged(made, Cell(str(n), "writing", 1, "a", judge="single"), words, n)
        for n, (words, _) in enumerate(FORMS)
    ]
    assert [getattr(outcome.verdict, "value", None) for outcome in found] == [s for _, s in FORMS]
    row = next(r for r in document(made, summarise(made, found))["single"] if r["model"] == "a")
    assert (row["n"], row["expected"]) == (11, 24)
    assert row["average"] == pytest.approx(165.5 / 11, abs=1e-9)


def test_wins_ties_and_losses_are_what_fastchat_counts() -> None:
    """Two games with one winner win; anything else is a tie; an error in either drops the pair."""
    pairs = (
        ("[[A]]", "[[B]]"),  # a, a: a wins
        ("[[B]]", "[[A]]"),  # b, b: b wins
        ("[[A]]", "[[A]]"),  # a, b: tie
        ("[[C]]", "[[B]]"),  # tie, a: tie
        ("[[C]]", "[[C]]"),  # tie
        ("first [[B]], no, [[A]]", "[[B]]"),  # A wherever it is: a wins
        ("[[A]]", "no verdict"),  # error: dropped
        ("[[D]]", "[[B]]"),  # error: dropped
    )
    questions = tuple(Question(str(n), "writing", ("q",)) for n in range(len(pairs)))
    made = plan(*questions)
    orders: tuple[Order, ...] = (1, 2)
    found = [
        judged(
            made,
            Cell(str(n), "writing", 1, "a", judge="pairs", opponent="b", order=order),
            words[order - 1],
            2 * n + order,
        )
        for n, words in enumerate(pairs)
        for order in orders
    ]
    rows = {row["model"]: row for row in document(made, summarise(made, found))["pairwise"]}
    assert [rows["a"][key] for key in ("win", "loss", "tie", "n")] == [2, 1, 3, 6]
    assert rows["a"]["win_rate"] == pytest.approx(2 / 6, abs=1e-9)
    assert rows["a"]["loss_rate"] == pytest.approx(1 / 6, abs=1e-9)
    assert rows["a"]["win_rate_adjusted"] == pytest.approx(3.5 / 6, abs=1e-9)
    assert rows["b"]["win_rate_adjusted"] == pytest.approx(2.5 / 6, abs=1e-9)


CONFIG = """\
name = "s"
compat = "fastchat"
[benchmark]
questions = "question.jsonl"
templates = "prompts.jsonl"
[endpoints.e]
base_url = "http://127.0.0.1:1/v1"
[endpoints.c]
kind = "anthropic"
base_url = "http://127.0.0.1:1"
[[models]]
name = "vicuna-13b"
endpoint = "e"
[[judges]]
name = "gpt-4"
endpoint = "e"
[[judges]]
name = "claude"
endpoint = "c"
"""


def test_the_config_takes_fastchats_categories_and_limits(tmp_path: Path) -> None:
    """Reference categories, and the tokens of Anthropic's judges."""
    for name in ("question.jsonl", "prompts.jsonl"):
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    path = tmp_path / "c.toml"
    path.write_text(CONFIG, encoding="utf-8")
    request = load(path)
    assert request.sweep.rule == "fastchat"
    assert request.reference_categories == ("arena-hard-200", "coding", "math", "reasoning")
    assert [judge.max_tokens for judge in request.sweep.judges] == [2048, 1024]
    assert request.sweep.targets[0].system is None
    path.write_text('system_messages = "fastchat"\n' + CONFIG, encoding="utf-8")
    assert load(path).sweep.targets[0].system == system_message("vicuna-13b")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("gpt-4", HELPFUL),
        ("gpt-3.5-turbo", HELPFUL),
        ("Qwen-7B-Chat", HELPFUL),
        ("vicuna-13b-v1.3", "A chat between a curious user"),
        ("gpt-4o", "A chat between a curious human"),
        ("gpt-4.1", "A chat between a curious human"),
        ("Llama-3-8B", "A chat between a curious human"),
        ("claude-3-opus", "A chat between a curious human"),
    ],
)
def test_a_system_message_follows_the_name(name: str, start: str) -> None:
    """As FastChat chooses one."""
    assert (system_message(name) or "").startswith(start)


@pytest.mark.parametrize("name", ["Mistral-7B", "llama-2-13b-chat", "zephyr-7b-beta"])
def test_some_names_have_no_system_message(name: str) -> None:
    """These were trained without one."""
    assert system_message(name) is None
