"""Check our own templates, the files of others, and which template judges what."""

import json
from pathlib import Path
from typing import Any

import pytest

from asynceval.domain.errors import ConfigError
from asynceval.domain.verdict import Choice
from asynceval.prompts import templates
from asynceval.prompts.fields import fields, pair_fields
from asynceval.prompts.template import TemplateMode
from asynceval.prompts.verdicts import read_choice, read_score

SHARED = Path(__file__).parents[3] / "shared/mt_bench"
CHINESE = Path(__file__).parents[2] / "data/testcases_zh/judge_prompts.jsonl"
ROLES: list[tuple[TemplateMode, int, bool]] = [
    ("single", 1, False),
    ("single", 1, True),
    ("single", 2, False),
    ("single", 2, True),
]
QUESTIONS = ["Name a prime.", "And its square?", "Thanks!"]
ANSWERS = ["Seven.", "Forty-nine."]
REFERENCES = ["7", "49"]

FIRST = {"name": "f", "type": "single", "prompt_template": "{question} {answer}"}
LATER = {"name": "l", "type": "single", "prompt_template": "{conversation}"}


def written(tmp_path: Path, *lines: object) -> Path:
    """Return the path of a file with a line for each record or text."""
    path = tmp_path / "judge_prompts.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(texts))
    return path


def problems(path: Path) -> list[str]:
    """Return what is wrong with a file, as it is shown, but without the file's name."""
    with pytest.raises(ConfigError) as caught:
        templates.load(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def single(text: str, **changes: Any) -> dict[str, Any]:
    """Return a record with that user text."""
    return {"name": "n", "type": "single", "prompt_template": text, **changes}


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (ROLES[0], "single-first"),
        (ROLES[1], "single-first-reference"),
        (ROLES[2], "single-conversation"),
        (ROLES[3], "single-conversation-reference"),
    ],
)
def test_ours(role: tuple[TemplateMode, int, bool], name: str) -> None:
    """Our templates play every role and show the judge the question, the answer and the reference."""
    mode, turn, has_reference = role
    template = templates.builtin().pick(mode, turn, has_reference)
    assert template.name == name
    references = REFERENCES if has_reference else []
    system, user = template.fill(fields(QUESTIONS, ANSWERS[:turn], references))
    for text in [*QUESTIONS[:turn], *ANSWERS[:turn], *references[:turn]]:
        assert f">\n{text}\n</" in user.content
    assert "Thanks!" not in user.content
    assert user.content.endswith("\nRating: [[n]]")
    assert "{" not in system.content + user.content
    for anchor in ["1-2:", "3-4:", "5-6:", "7-8:", "9-10:"]:
        assert f"\n{anchor} " in system.content


@pytest.mark.parametrize("role", ROLES)
def test_our_words_are_no_verdict(role: tuple[TemplateMode, int, bool]) -> None:
    """A judge that repeats our template has given no verdict."""
    template = templates.builtin().pick(*role)
    assert not hasattr(read_score(template.system + template.user), "value")


PAIR_ROLES: list[tuple[TemplateMode, int, bool]] = [("pairwise", *role[1:]) for role in ROLES]
OTHERS = ["Eleven.", "A hundred and twenty-one."]


@pytest.mark.parametrize("role", PAIR_ROLES)
def test_ours_for_pairs(role: tuple[TemplateMode, int, bool]) -> None:
    """Our pairwise templates show both sides and the references, and ask for a choice."""
    _, turn, has_reference = role
    template = templates.builtin().pick(*role)
    references = REFERENCES if has_reference else []
    made = pair_fields(QUESTIONS, ANSWERS[:turn], OTHERS[:turn], references)
    system, user = template.fill(made)
    for text in [*QUESTIONS[:turn], *ANSWERS[:turn], *OTHERS[:turn], *references[:turn]]:
        assert f">\n{text}\n</" in user.content
    assert user.content.index(ANSWERS[turn - 1]) < user.content.index(OTHERS[turn - 1])
    assert "Thanks!" not in user.content
    assert user.content.endswith("\nVerdict: [[X]]")
    assert "{" not in system.content + user.content
    assert not hasattr(read_choice(system.content + user.content), "winner")


def test_pairs_of_any_number_of_turns() -> None:
    """Our pairwise templates judge a third turn too, and each side shows its own conversation."""
    template = templates.builtin().pick("pairwise", 3, has_reference=False)
    made = pair_fields(QUESTIONS, [*ANSWERS, "Bye."], [*OTHERS, "Welcome."], mark="0f")
    _, user = template.fill(made)
    one, _, other = user.content.partition("<conversation_b-0f>")
    assert '<answer-0f turn="3">\nBye.\n</answer-0f>' in one
    assert '<answer-0f turn="3">\nWelcome.\n</answer-0f>' in other
    assert "Welcome." not in one
    assert "Bye." not in other


def test_fields_of_pairs() -> None:
    """What belongs to one side is named by it, and nothing shows a side without its letter."""
    assert set(pair_fields(QUESTIONS, ANSWERS, OTHERS)) == {
        *("mark", "question", "question_1", "question_2", "reference_conversation"),
        *("ref_answer_1", "ref_answer_2", "conversation_a", "conversation_b"),
        *("answer_a", "answer_b", "answer_a_1", "answer_b_1", "answer_a_2", "answer_b_2"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{question} {answer_a}", "the answer to judge is not shown: {answer_b}"),
        (
            "{question_1} {answer_a_1} {question_2} {answer_a_2} {answer_b_1}",
            "the answer to judge is not shown: {answer_b_2}",
        ),
        ("{conversation_a}", "the answer to judge is not shown: {answer_b}"),
        ("{answer_a} {answer_b}", "no {question} (first turn), {question_1} or {conversation_a}"),
        ("{question} {answer_a} {answer_b} {answer}", "{answer} is for type 'single'"),
        ("{conversation_a} {conversation_b} {answer_1}", "{answer_1} is for type 'single'"),
        ("{conversation_a} {conversation_b} {rubric}", "{rubric} is for type 'single'"),
        ("{conversation_a} {conversation_c}", "unknown placeholder {conversation_c}"),
    ],
)
def test_no_role_for_pairs(tmp_path: Path, text: str, message: str) -> None:
    """A pairwise template that hides a side, or is for single answers, is refused by what it lacks."""
    (problem,) = problems(written(tmp_path, single(text, type="pairwise")))
    assert problem.startswith(f"1: prompt_template: {message}")


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("has_reference", [False, True])
def test_ours_by_a_rubric(turn: int, *, has_reference: bool) -> None:
    """One template judges any turn by a rubric, and shows the scale and the conversation."""
    template = templates.builtin().pick("single", turn, has_reference, has_rubric=True)
    references = REFERENCES if has_reference else []
    made = fields(QUESTIONS, ANSWERS[:turn], references, "0f")
    _, user = template.fill({**made, "rubric": "5: all well", "scale": "1-5"})
    assert ">\n5: all well\n</rubric-0f>" in user.content
    assert "the scale 1-5:\nRating: [[n]]" in user.content
    for text in [*QUESTIONS[:turn], *ANSWERS[:turn], *references[:turn]]:
        assert f">\n{text}\n</" in user.content


def test_a_rubric_needs_a_template_that_shows_it(tmp_path: Path) -> None:
    """A file without {rubric} has no template for a category with one, and the error says so."""
    loaded = templates.load(written(tmp_path, FIRST, LATER))
    with pytest.raises(ConfigError, match=r"by a rubric \(.*, and \{rubric\}\)"):
        loaded.check([("single", 1, False, True)])
    by_rubric = single("{conversation} {rubric} {scale}", name="r")
    loaded = templates.load(written(tmp_path, FIRST, LATER, by_rubric))
    loaded.check([("single", turn, False, True) for turn in (1, 2, 3)])
    assert loaded.pick("single", 1, False, has_rubric=True).name == "r"
    assert loaded.pick("single", 1, False).name == "f"


def test_any_number_of_turns() -> None:
    """Our templates judge a third turn, and show a reference only for turns that have one."""
    template = templates.builtin().pick("single", 3, has_reference=True)
    _, user = template.fill(fields(QUESTIONS, [*ANSWERS, "Welcome."], ["7", "", "-"], "0f"))
    order = [user.content.index(text) for text in ["7", "-\n</ref", *QUESTIONS, "Welcome."]]
    assert order == sorted(order)
    assert '<answer-0f turn="3">\nWelcome.\n</answer-0f>' in user.content
    assert '<reference-0f turn="2">' not in user.content


def test_fields() -> None:
    """The fields are those of all turns up to the judged one; a missing reference is empty."""
    made = fields(QUESTIONS, ANSWERS, ["7"])
    blocks = made.pop("conversation"), made.pop("reference_conversation")
    assert made == {
        "question": "And its square?",
        "answer": "Forty-nine.",
        "question_1": "Name a prime.",
        "answer_1": "Seven.",
        "ref_answer_1": "7",
        "mark": "",
        "question_2": "And its square?",
        "answer_2": "Forty-nine.",
        "ref_answer_2": "",
    }
    conversation = """\
<question turn="1">
Name a prime.
</question>

<answer turn="1">
Seven.
</answer>

<question turn="2">
And its square?
</question>

<answer turn="2">
Forty-nine.
</answer>"""
    assert blocks == (conversation, '<reference turn="1">\n7\n</reference>')


def test_fastchat_file() -> None:
    """FastChat's own file plays the roles that FastChat gives its templates, pairwise included."""
    path = SHARED / "judge_prompts.jsonl"
    if not path.is_file():
        pytest.skip(f"FastChat's real templates are not here: {path}")
    loaded = templates.load(path)
    assert [loaded.pick(*role).name for role in ROLES] == [
        *("single-v1", "single-math-v1", "single-v1-multi-turn", "single-math-v1-multi-turn"),
    ]
    assert [loaded.pick("pairwise", turn, ref).name for _, turn, ref in ROLES] == [
        *("pair-v2", "pair-math-v1", "pair-v2-multi-turn", "pair-math-v1-multi-turn"),
    ]


def test_fastchat_prompts() -> None:
    """The user text is letter by letter what FastChat sent in 640 real judgments."""
    judgments = SHARED / "model_judgment/gpt-4_single.jsonl"
    if not judgments.is_file():
        pytest.skip(f"the real MT-Bench judgments are not here: {judgments}")
    questions, references = {}, {}
    for line in (SHARED / "question.jsonl").read_bytes().splitlines():
        record = json.loads(line)
        questions[record["question_id"]] = record["turns"]
    for line in (SHARED / "reference_answer/gpt-4.jsonl").read_bytes().splitlines():
        record = json.loads(line)
        references[record["question_id"]] = record["choices"][0]["turns"]
    loaded = templates.load(SHARED / "judge_prompts.jsonl")
    for line in judgments.read_bytes().splitlines():
        record = json.loads(line)
        question, turn, prompt = record["question_id"], record["turn"], record["user_prompt"]
        reference = references.get(question, [])
        template = loaded.pick("single", turn, bool(reference))
        assert template.name == record["judge"][1]
        answers = answers_in(prompt, turn)
        _, user = template.fill(fields(questions[question], answers, reference))
        assert user.content == prompt


def test_fastchat_pairs() -> None:
    """Both games of ten real pairs show what FastChat sent, and come to the winners it recorded."""
    judgments = SHARED / "model_judgment/gpt-4_pair.jsonl"
    if not judgments.is_file():
        pytest.skip(f"the real MT-Bench judgments are not here: {judgments}")
    template = templates.load(SHARED / "judge_prompts.jsonl").pick("pairwise", 1, False)
    for line in judgments.read_bytes().splitlines():
        record = json.loads(line)
        question, answers = sides_in(record["g1_user_prompt"])
        shown = {"A": "model_1", "B": "model_2", "tie": "tie"}
        for game in ("g1", "g2"):
            first, second = answers
            made = pair_fields([question], [first], [second])
            assert template.fill(made)[1].content == record[f"{game}_user_prompt"]
            verdict = read_choice(record[f"{game}_judgment"], rule="fastchat")
            assert isinstance(verdict, Choice)
            assert shown[verdict.winner] == record[f"{game}_winner"]
            answers, shown = answers[::-1], {"A": "model_2", "B": "model_1", "tie": "tie"}


def sides_in(prompt: str) -> tuple[str, list[str]]:
    """Return the question and the answers in one of FastChat's prompts for a pair."""
    question, _, rest = prompt.partition("\n\n[The Start of Assistant A's Answer]\n")
    first, _, rest = rest.partition("\n[The End of Assistant A's Answer]\n\n")
    second = rest.removeprefix("[The Start of Assistant B's Answer]\n")
    end = "\n[The End of Assistant B's Answer]"
    return question.removeprefix("[User Question]\n"), [first, second.removesuffix(end)]


def answers_in(prompt: str, turn: int) -> list[str]:
    """Return the answers in one of FastChat's prompts for single answers."""
    if turn == 1:
        start, end = "[The Start of Assistant's Answer]\n", "\n[The End of Assistant's Answer]"
        return [prompt.partition(start)[2].removesuffix(end)]
    text = prompt.partition("<|The Start of Assistant A's Conversation with User|>")[2]
    _, first, second = text.split("\n\n### Assistant A:\n")
    end = "\n\n<|The End of Assistant A's Conversation with User|>"
    return [first.rpartition("\n\n### User:\n")[0], second.removesuffix(end)]


def test_the_chinese_set() -> None:
    """The templates of our Chinese set are loaded and play every role of two turns."""
    if not CHINESE.is_file():
        pytest.skip(f"the Chinese question set is not here: {CHINESE}")
    templates.load(CHINESE).check((*role, False) for role in ROLES)


def test_records() -> None:
    """A set that was stored as records is the same set again."""
    ours = templates.builtin()
    assert templates.from_records(json.loads(json.dumps(ours.to_records()))) == ours


def test_bom_and_crlf(tmp_path: Path) -> None:
    """A byte order mark, CRLF, blank lines and U+2028 inside a text are accepted."""
    later = {**LATER, "system_prompt": "a\u2028b"}
    path = written(tmp_path, json.dumps(later, ensure_ascii=False).encode() + b"\r", b"\r", FIRST)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n")
    loaded = templates.load(path)
    assert loaded.pick("single", 1, has_reference=False).name == "f"
    assert loaded.pick("single", 2, has_reference=False).system == "a\u2028b"


def test_every_problem_of_a_file(tmp_path: Path) -> None:
    """Every problem of a file is named at once, each with its line and key."""
    path = written(
        tmp_path,
        b"{",
        FIRST,
        b'"\xff"',
        b"[]",
        {"name": 1, "type": "pairs"},
        single("{questoin} {answr}"),
        {**FIRST, "name": "again"},
    )
    found = problems(path)
    assert [problem.partition(" ")[0] for problem in found] == [
        *("1:", "3:", "4:", "5:", "5:", "5:", "6:", "6:", "7:")
    ]
    assert found[0].startswith("1: not JSON: ")
    assert found[1:6] == [
        "3: not UTF-8 at byte 2 of the line",
        "4: not a JSON object",
        "5: name: must be a text",
        "5: prompt_template: missing",
        '5: type: \'pairs\' is neither "single" nor "pairwise"',
    ]
    assert found[6].startswith("6: prompt_template: unknown placeholder {questoin}: did you mean")
    assert found[8].startswith("7: 'again' has the role of 'f' on line 2: type 'single', the first")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{answer}", "no {question}"),
        ("{answer_2} {conversation_1}", "unknown placeholder {conversation_1}"),
        ("{question}", "the answer to judge is not shown: {answer}"),
        ("{question_1} {answer_1} {question_2}", "the answer to judge is not shown: {answer_2}"),
        ("{question} {answer} {ref_answer_2}", "{question} is for the first turn only"),
        ("{question} {answer} {answer_a}", "{answer_a} is for type 'pairwise'"),
        ("{conversation} {answer_b_1}", "{answer_b_1} is for type 'pairwise'"),
        ("{question} {answer} {scale}", "{scale} is a rubric's, and there is no {rubric}"),
        ("{conversation} {conversation_b}", "{conversation_b} is for type 'pairwise'"),
    ],
)
def test_no_role(tmp_path: Path, text: str, message: str) -> None:
    """A template that could not do its work in any role is refused."""
    (problem,) = problems(written(tmp_path, single(text)))
    assert problem.startswith(f"1: prompt_template: {message}")


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    """A file without templates is refused."""
    assert problems(written(tmp_path, content)) == [" there are no templates"]


def test_utf_16(tmp_path: Path) -> None:
    """A file in UTF-16 is refused by that name."""
    path = written(tmp_path, json.dumps(FIRST).encode("utf-16"))
    assert problems(path) == [" the file is UTF-16: save it as UTF-8"]


def test_no_file(tmp_path: Path) -> None:
    """A file that is missing or a folder is named, with the reason."""
    assert problems(tmp_path / "none.jsonl") == [" No such file or directory"]
    assert problems(tmp_path) == [" Is a directory"]


def test_missing_roles(tmp_path: Path) -> None:
    """A role that is needed and missing is an error, one that is not needed is none."""
    loaded = templates.load(written(tmp_path, FIRST))
    loaded.check([("single", 1, False, False)])
    with pytest.raises(ConfigError) as caught:
        loaded.check(("single", turn, True, False) for turn in (2, 1, 3))
    assert [problem.message.partition(" (")[0] for problem in caught.value.problems] == [
        "no template for this role: type 'single', the first turn, with a reference",
        "no template for this role: type 'single', later turns, with a reference",
    ]
    assert {problem.file for problem in caught.value.problems} == {loaded.file}


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("{question_1} {answer_1} {question_2} {answer_2}", [2]),
        ("{conversation}", [2, 3, 4]),
        ("{conversation} {answer_3}", [3, 4]),
    ],
)
def test_turns(text: str, turns: list[int]) -> None:
    """A template with numbered turns judges the last of them, one with the conversation any."""
    loaded = templates.from_records([single(text)])
    fitting = []
    for turn in [2, 3, 4]:
        try:
            loaded.pick("single", turn, has_reference=False)
        except ConfigError as error:
            assert f"n: is for turn {text[-2]}, and turn {turn} is to be judged" in str(error)  # noqa: PT017
        else:
            fitting.append(turn)
    assert fitting == turns


def test_stored_problems_have_no_line() -> None:
    """A problem in stored records names no file and no line."""
    with pytest.raises(ConfigError, match=r"^prompt_template: missing$"):
        templates.from_records([{"name": "n", "type": "single"}])
