"""FastChat's question and reference files are read as they are, and their faults told at once."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.benchmarks.jsonl import load_questions, load_references
from asynceval.benchmarks.records import Problems
from asynceval.domain.errors import ConfigError
from asynceval.domain.question import Question
from tests.real_files import MT_BENCH, needs_mt_bench

GOOD = {"question_id": 81, "category": "writing", "turns": ["Hello?", "And now?"]}


def written(path: Path, *records: object) -> Path:
    """Write records as JSONL, and return the path."""
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def answer(identity: object, *turns: str) -> dict[str, object]:
    """Return an answer in FastChat's form."""
    return {"question_id": identity, "choices": [{"index": 0, "turns": list(turns)}]}


def refused(path: Path) -> list[str]:
    """Return the problems of a question file, one text each."""
    with pytest.raises(ConfigError) as caught:
        load_questions(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_question_is_read_with_what_counts(tmp_path: Path) -> None:
    """Ids become text, the temperature is read, and other fields and `reference` are left alone."""
    path = written(
        tmp_path / "q.jsonl",
        GOOD | {"reference": ["not shown"], "extra": {"a": 1}},
        {"question_id": "b-2", "category": "x", "turns": ["One."], "required_temperature": 0.5},
        {"question_id": 3, "category": "x", "turns": ["One."], "required_temperature": None},
    )
    assert load_questions(path) == (
        Question("81", "writing", ("Hello?", "And now?")),
        Question("b-2", "x", ("One.",), temperature=0.5),
        Question("3", "x", ("One.",)),
    )


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_has_zero_questions(tmp_path: Path, text: str) -> None:
    """A file without a question is an error that says so."""
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    assert refused(path) == [f"{path}: 0 questions in {path}"]


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        ({"question_id": None}, "question_id", "must be a whole number or a text"),
        ({"question_id": True}, "question_id", "must be a whole number or a text"),
        ({"question_id": 81.0}, "question_id", "must be a whole number or a text"),
        ({"question_id": " "}, "question_id", "must be a whole number or a text"),
        ({"category": 7}, "category", "must be a text (question 81)"),
        ({"category": " "}, "category", "must be a text (question 81)"),
        ({"turns": "Hello?"}, "turns", "is a text; write a list of texts: [...] (question 81)"),
        ({"turns": []}, "turns", "is empty; at least one turn is needed (question 81)"),
        ({"turns": None}, "turns", "is missing (question 81)"),
        ({"turns": {"a": 1}}, "turns", "must be a list of texts (question 81)"),
        ({"turns": ["a", None]}, "turns[1]", "must be a text, is null (question 81)"),
        ({"turns": [5, "a"]}, "turns[0]", "must be a text, is a number (question 81)"),
        ({"turns": ["a", " \n"]}, "turns[1]", "is empty (question 81)"),
        ({"required_temperature": "0"}, "required_temperature", "must be a number from 0 to 2"),
        ({"required_temperature": True}, "required_temperature", "must be a number from 0 to 2"),
        ({"required_temperature": 2.5}, "required_temperature", "must be a number from 0 to 2"),
    ],
)
def test_a_wrong_field_is_named(
    tmp_path: Path, change: dict[str, object], key: str, message: str
) -> None:
    """A field of the wrong type or content is told with line, key and question."""
    path = written(tmp_path / "q.jsonl", GOOD | {"question_id": 1}, GOOD | change)
    (said,) = refused(path)
    assert said.startswith(f"{path}:2: {key}: {message}")


@pytest.mark.parametrize("key", ["question_id", "category", "turns"])
def test_a_missing_field_is_named(tmp_path: Path, key: str) -> None:
    """A field that is not there is told as missing."""
    path = written(tmp_path / "q.jsonl", {k: v for k, v in GOOD.items() if k != key})
    (said,) = refused(path)
    assert said.startswith(f"{path}:1: {key}: is missing")


def test_duplicate_ids_are_refused_with_both_lines(tmp_path: Path) -> None:
    """81 and "81" are one id, and both of its lines are told."""
    path = written(
        tmp_path / "q.jsonl", GOOD, GOOD | {"question_id": 82}, GOOD | {"question_id": "81"}
    )
    assert refused(path) == [f"{path}:3: question_id: 81 is used twice, on lines 1 and 3"]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Every faulty line of a file is in one error, each with its line."""
    path = tmp_path / "q.jsonl"
    lines = [
        json.dumps(GOOD).encode(),
        b"",
        b'{"question_id": 1,',
        b"\xfe\xfe",
        b'{"question_id": 2, "category": 5, "turns": "x"}',
        json.dumps(GOOD).encode(),
    ]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(ConfigError) as caught:
        load_questions(path)
    places = [(problem.line, problem.key) for problem in caught.value.problems]
    assert places == [
        (3, None),
        (4, None),
        (5, "category"),
        (5, "turns"),
        (6, "question_id"),
    ]


@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from(
            [
                b'{"question_id":1,"category":"c","turns":["t"]}',
                b"\n",
                b"\r\n",
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b'{"question_id":1,"choices":[{"turns":["t"]}]}',
                b"null",
                b'"\\ud800"',
                b"\x00",
                b"[[[",
                b"{}",
            ]
        )
    ).map(b"".join)
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever a file holds, reading it succeeds or raises ConfigError, nothing else."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(raw)
    for load in (load_questions, load_references):
        try:
            found = load(path)
        except ConfigError:
            continue
        assert found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["question_id", "category", "turns", "choices", "required_temperature"]
                ),
                inner,
            )
        ),
    )
)
def test_any_json_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    """Whatever JSON a line holds, reading it succeeds or raises ConfigError, nothing else."""
    path = written(tmp_path_factory.getbasetemp() / "json.jsonl", value)
    for load in (load_questions, load_references):
        with suppress(ConfigError):
            load(path)


def test_the_last_answer_of_an_id_wins(tmp_path: Path) -> None:
    """FastChat appends answers made again, so the last line of an id counts."""
    path = written(tmp_path / "r.jsonl", answer(1, "old"), answer(2, "b"), answer("1", "new", "er"))
    assert load_references(path) == {"1": ("new", "er"), "2": ("b",)}


def test_only_the_first_choice_counts(tmp_path: Path) -> None:
    """A judge is shown choices[0], so the others are not read."""
    record = {"question_id": 1, "choices": [{"turns": ["first"]}, {"turns": None}]}
    assert load_references(written(tmp_path / "r.jsonl", record)) == {"1": ("first",)}


@pytest.mark.parametrize(
    ("choices", "key"),
    [
        (None, "choices"),
        ([], "choices"),
        (["text"], "choices"),
        ([{}], "choices[0].turns"),
        ([{"turns": ["a", None]}], "choices[0].turns[1]"),
        ([{"turns": ["$ERROR$"]}], "choices[0].turns"),
    ],
)
def test_a_wrong_answer_is_named(tmp_path: Path, choices: object, key: str) -> None:
    """A reference without texts, or with FastChat's mark of a failure, is told with its line."""
    path = written(tmp_path / "r.jsonl", answer(1, "a"), {"question_id": 2, "choices": choices})
    with pytest.raises(ConfigError) as caught:
        load_references(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (2, key)
    assert "(question 2)" in problem.message


def test_the_files_of_a_folder_are_read_together(tmp_path: Path) -> None:
    """Files that agree, or answer different questions, are one set of references."""
    written(tmp_path / "a.jsonl", answer(1, "one"), answer(2, "two"))
    written(tmp_path / "b.jsonl", answer(2, "two"), answer(3, "three"))
    (tmp_path / "notes.txt").write_text("not read", encoding="utf-8")
    assert sorted(load_references(tmp_path)) == ["1", "2", "3"]


def test_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """Two answers to one question are told with both files and how to choose."""
    written(tmp_path / "a.jsonl", answer(1, "one"), answer(2, "two"))
    written(tmp_path / "b.jsonl", answer(1, "ONE"), answer(2, "TWO"))
    with pytest.raises(ConfigError, match=r"a\.jsonl and b\.jsonl differ on 2 questions \(1, 2\)"):
        load_references(tmp_path)


def test_a_name_chooses_one_file_of_a_folder(tmp_path: Path) -> None:
    """With a name, only that file counts, and it need not agree with the others."""
    written(tmp_path / "a.jsonl", answer(1, "one"))
    written(tmp_path / "b.jsonl", answer(1, "ONE"))
    assert load_references(tmp_path, name="b") == {"1": ("ONE",)}


def test_a_folder_without_answers_is_refused(tmp_path: Path) -> None:
    """An empty folder is an error that says so."""
    with pytest.raises(ConfigError, match="0 reference answers in"):
        load_references(tmp_path)


@needs_mt_bench
def test_the_real_questions_load_unchanged() -> None:
    """All 80 questions of MT-Bench have the texts of their file."""
    path = MT_BENCH / "question.jsonl"
    raw = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    questions = load_questions(path)
    assert len(questions) == 80
    assert [(q.id, q.category, list(q.turns)) for q in questions] == [
        (str(r["question_id"]), r["category"], r["turns"]) for r in raw
    ]
    assert all(q.reference == () for q in questions)


@needs_mt_bench
def test_the_real_references_load_unchanged() -> None:
    """All 30 references of MT-Bench have the texts of their file, by folder and by file."""
    folder = MT_BENCH / "reference_answer"
    text = (folder / "gpt-4.jsonl").read_text(encoding="utf-8")
    raw = [json.loads(line) for line in text.split("\n") if line]
    expected = {str(r["question_id"]): tuple(r["choices"][0]["turns"]) for r in raw}
    assert len(expected) == 30
    assert load_references(folder) == load_references(folder / "gpt-4.jsonl") == expected


def test_bad_lines_are_left_out_if_so_wanted(tmp_path: Path) -> None:
    """Every line that is wrong in any way is left out and told, and no other."""
    path = tmp_path / "q.jsonl"
    wrong: list[object] = [
        GOOD | {"question_id": 82, "turns": "a text"},
        GOOD | {"question_id": 83, "required_temperature": 3},
        GOOD,
        GOOD | {"question_id": 84, "turns": ["One.", None]},
        ["no object"],
    ]
    written(path, GOOD, *wrong, GOOD | {"question_id": "last"})
    path.write_bytes(path.read_bytes() + b"{\n\xff\n")
    skipped = Problems()
    assert [question.id for question in load_questions(path, skipped)] == ["81", "last"]
    assert [problem.line for problem in skipped.told()] == [2, 3, 4, 5, 6, 8, 9]

    answers = written(tmp_path / "r.jsonl", answer(81, "a", "b"), answer(82, ""), {})
    skipped = Problems()
    assert load_references(answers, skipped=skipped) == {"81": ("a", "b")}
    assert {problem.line for problem in skipped.told()} == {2, 3}


def test_a_file_without_a_good_line_is_refused_all_the_same(tmp_path: Path) -> None:
    """Nothing is left to ask, and what concerns the whole file is no matter of a line."""
    path = written(tmp_path / "q.jsonl", [])
    with pytest.raises(ConfigError, match="0 questions"):
        load_questions(path, Problems())
    path.write_bytes("[]".encode("utf-16"))
    with pytest.raises(ConfigError, match="UTF-16"):
        load_questions(path, Problems())
