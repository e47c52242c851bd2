"""Check how a template is compiled and filled."""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.call import Message
from asynceval.domain.errors import ConfigError
from asynceval.prompts.template import Template

FASTCHAT = Path(__file__).parents[3] / "shared/mt_bench/judge_prompts.jsonl"


def filled(user: str, **fields: str) -> str:
    """Return the user message of a template."""
    (message,) = Template("t", "single", "", user).fill(fields)
    return message.content


def refused(user: str) -> list[str]:
    """Return what is wrong with a template's user text."""
    with pytest.raises(ConfigError) as caught:
        Template("t", "single", "", user)
    return [problem.message for problem in caught.value.problems]


def test_messages() -> None:
    """A template becomes a system and a user message, and the system text has no holes."""
    template = Template("t", "single", "Grade {question}.", "Q: {question}\nA: {answer}")
    assert template.fill({"question": "1 + 1?", "answer": "2", "ref_answer_1": "two"}) == (
        Message("system", "Grade {question}."),
        Message("user", "Q: 1 + 1?\nA: 2"),
    )


def test_no_system_message() -> None:
    """There is no system message without a system text."""
    assert Template("t", "single", "", "{answer}").fill({"answer": "2"}) == (Message("user", "2"),)


def test_placeholders() -> None:
    """A template knows its placeholders and the last turn that they name."""
    template = Template("t", "single", "", "{question_1} {answer_1} {question_12} {conversation}")
    assert template.placeholders == {"question_1", "answer_1", "question_12", "conversation"}
    assert template.last_turn == 12
    assert Template("t", "single", "", "{question} {question}").last_turn == 0


@pytest.mark.parametrize(
    "name",
    [
        *("question", "answer", "question_1", "answer_3", "ref_answer_10", "conversation"),
        *("reference_conversation", "answer_a", "answer_b", "answer_a_1", "answer_b_2"),
        *("conversation_a", "conversation_b"),
    ],
)
def test_known_placeholders(name: str) -> None:
    """Every known placeholder is filled, whichever way the braces around it are read."""
    assert filled(f"<{{{name}}}>", **{name: "x"}) == "<x>"
    assert filled(f'<{{{name}}}> {{"a": 1}}', **{name: "x"}) == '<x> {"a": 1}'


def test_format_string() -> None:
    """In a format string of known placeholders doubled braces stand for single ones."""
    assert filled('{{"n": 1}} {answer} {{n}}', answer="x") == '{"n": 1} x {n}'
    assert filled("{{answer}}") == "{answer}"


@pytest.mark.parametrize(
    "text",
    ['{"rating": 1}', "{", "}", "{}", "{0}", "{ answer }", "{a b}", "%s", "{{a}} {", "{{{", "${1}"],
)
def test_braces_are_text(text: str) -> None:
    """Braces that are no placeholder are text where the whole is no format string."""
    assert filled(f"{text} {{answer}} {text} {{", answer="x") == f"{text} x {text} {{"


@pytest.mark.parametrize("text", ["{question}", "{0}", "{{", "}", "%s", "{answer.__class__}"])
def test_braces_in_fields_are_text(text: str) -> None:
    """What fills a hole is not looked at again."""
    assert filled("{answer} {question}", answer=text, question=text) == f"{text} {text}"


@given(st.lists(st.sampled_from(["{question}", "{answer}"]) | st.text("ab%$\\\n ")), st.data())
def test_fields_are_never_interpreted(pieces: list[str], data: st.DataObject) -> None:
    """The filled text is the template's pieces with each hole replaced by its field, verbatim."""
    texts = st.text() | st.sampled_from(["{question}", "{answer}", "{{", "}}", "{", "\\1"])
    fields = {"question": data.draw(texts), "answer": data.draw(texts)}
    expected = "".join(fields.get(piece.strip("{}"), piece) for piece in pieces)
    assert filled("".join(pieces), **fields) == expected
    assert filled("".join(["{ ", *pieces]), **fields) == "{ " + expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{questoin}", "{question}"),
        ("{anwser_2}", "{answer_2}"),
        ("{ref_answer}", "{ref_answer_1}"),
        ("{Conversation}", "{conversation}"),
        ("{refrence_conversation}", "{reference_conversation}"),
        ("{answer_0}", "{answer_1}"),
    ],
)
def test_did_you_mean(text: str, hint: str) -> None:
    """An unknown word in braces is refused, with the placeholder that was probably meant."""
    (message,) = refused(text)
    assert message.startswith(f"unknown placeholder {text}: did you mean {hint}")


def test_every_problem_at_once() -> None:
    """Every unknown word is named, and one that is like no placeholder without a guess."""
    first, second = refused('{xyz} {"a": 1} {answr} {{text}} {answer}')
    assert first.startswith("unknown placeholder {xyz}: known are")
    assert second.startswith("unknown placeholder {answr}: did you mean {answer}?")


@pytest.mark.parametrize("field", ["{answer!r}", "{answer:>8}", "{answer.text}", "{answer[0]}"])
def test_formatting_is_refused(field: str) -> None:
    """A placeholder is a name and nothing else."""
    assert refused(f"{field} {{question}}") == [f"write {{answer}} instead of {field}"]


def test_text_file() -> None:
    """In a text file a line divides the system text from the user text."""
    text = "Be fair.\nBe strict.\n=== user ===\n{answer}\n"
    template = Template.from_text("t", "single", text)
    assert template == Template("t", "single", "Be fair.\nBe strict.", "{answer}")


def test_text_file_without_the_line() -> None:
    """A text file without the dividing line is refused."""
    with pytest.raises(ConfigError, match="t: there is no line '=== user ==='"):
        Template.from_text("t", "single", "{answer}\n== user ==\n")


def test_like_fastchat() -> None:
    """FastChat's real templates are filled as `str.format` fills them, on answers with braces."""
    if not FASTCHAT.is_file():
        pytest.skip(f"FastChat's real templates are not here: {FASTCHAT}")
    fields: defaultdict[str, str] = defaultdict(lambda: 'def f(): return {"a": {0}} # {answer} }{')
    records = [json.loads(line) for line in FASTCHAT.read_bytes().splitlines()]
    assert len(records) == 8
    for record in records:
        user = record["prompt_template"]
        template = Template(record["name"], record["type"], record["system_prompt"], user)
        system, message = template.fill(fields)
        assert system == Message("system", record["system_prompt"])
        assert message == Message("user", user.format_map(fields))
