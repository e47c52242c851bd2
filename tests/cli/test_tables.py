"""The result tables: readable at 80 columns, with few models and with many."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from asynceval.cli.tables import show
from asynceval.domain.cell import Cell
from asynceval.domain.failure import Cause
from asynceval.domain.imported import IMPORTED
from asynceval.domain.question import Question
from asynceval.domain.reply import Usage
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.domain.verdict import Score, Unparsed, Verdict
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.report.outcomes import Outcome
from asynceval.report.summary import summarise
from tests.report.test_pairwise import ALL, pairs, scene

CATEGORIES = ("writing", "roleplay", "reasoning", "math", "extraction", "humanities")


def shown(names: list[str], width: int, verdict: Verdict | None = None) -> str:
    """Return the tables of a run in which every judgment came to the same, or nearly."""
    questions = tuple(Question(str(n), c, ("a", "b")) for n, c in enumerate(CATEGORIES))
    targets = tuple(Target(name, "e", name) for name in names)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), targets, (Judge("judge", "e", "judge"),))
    plan = Plan(sweep, questions, builtin())
    outcomes = [
        Outcome(
            Cell(question.id, question.category, turn, name, judge="judge"),
            None if verdict is None else Usage(1, 1),
            Score(verdict.value + (n - 2.5) / 10) if isinstance(verdict, Score) else verdict,
            Cause.TIMEOUT if verdict is None else None,
        )
        for name in names
        for n, question in enumerate(questions)
        for turn in (1, 2)
    ]
    console = Console(file=StringIO(), width=width)
    show(console, plan, summarise(plan, outcomes))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("models", [1, 3, 60])
def test_no_number_is_cut(width: int, models: int) -> None:
    """At any width every line fits, and every mean stands whole, once in the leaderboard."""
    names = [f"organisation/checkpoint-{number:03d}" for number in range(models)]
    text = shown(names, width, Score(7.0))
    assert all(len(line) <= width for line in text.splitlines())
    assert text.count("6.80–7.20") == models
    # the average; the turns where there is room for them
    turns = 2 if width >= 80 or models == 1 else 0
    assert text.count("7.00") == models * (1 + turns)
    for n in range(len(CATEGORIES)):
        assert text.count(f"{7 + (n - 2.5) / 10:.2f}") == models


def test_means_by_category_have_their_spread_where_it_fits() -> None:
    """Grades of 6 and 8 on two questions of a category are 7.00 give or take 12.7."""
    sweep = Sweep(
        "s", (Endpoint("e", "http://e"),), (Target("m", "e", "m"),), (Judge("judge", "e", "judge"),)
    )
    questions = tuple(Question(str(n), c, ("a",)) for n, c in enumerate(CATEGORIES * 2))
    outcomes = [
        Outcome(
            Cell(its.id, its.category, 1, "m", judge="judge"), Usage(1, 1), Score(6 + 2 * (n > 5))
        )
        for n, its in enumerate(questions)
    ]
    plan = Plan(sweep, questions, builtin())
    for width, times in ((80, len(CATEGORIES)), (24, 0)):
        console = Console(file=StringIO(), width=width)
        show(console, plan, summarise(plan, outcomes))
        assert isinstance(console.file, StringIO)
        assert console.file.getvalue().count("7.00 ±12.7") == times


def test_ranks_stand_beside_the_models_where_there_are_several() -> None:
    """Equal models share all ranks and a letter, and a line says what that means; one has no rank."""
    text = shown(["one", "other"], 80, Score(7.0))
    assert text.count("1–2 a ") == 2
    assert "cannot be told apart" in text
    assert "cannot be told apart" not in shown(["one"], 80, Score(7.0))
    assert "1–2" not in shown(["one", "other"], 50, Score(7.0))


def test_what_is_missing_is_named() -> None:
    """A run without a score shows dashes, the number missing, and the cause with its count."""
    text = shown(["m"], 80)
    assert "0 of 12 judgments have a verdict" in text
    assert ["12", "judgments", "judge", "timeout"] in [line.split() for line in text.splitlines()]
    assert "7.00" not in text


def test_unread_verdicts_are_named() -> None:
    """Verdicts that could not be read are counted by their reason."""
    text = shown(["m"], 80, Unparsed("out_of_range"))
    assert "12 judgments   judge   out of range" in text


def test_hostile_names_are_harmless() -> None:
    """Escape sequences and markup in a model's name are shown, not obeyed."""
    text = shown(["\x1b[2J[red]x[/red]\u202e"], 80, Score(7.0))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]" in text


@pytest.mark.parametrize("width", [60, 71, 72, 88, 95, 96, 120])
def test_no_number_of_a_pairwise_judge_is_cut(width: int) -> None:
    """Ratings, and then the counts, give way on a narrow terminal; what stays stands whole."""
    plan = scene(ALL)
    games = [*pairs("a", "b", *["AB"] * 5, "BA"), *pairs("a", "c", "AB", "BA", "CC", "CC")]
    console = Console(file=StringIO(), width=width)
    show(console, plan, summarise(plan, games))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "…" not in text
    assert all(len(line) <= width for line in text.splitlines())
    assert ("loss" in text, "rating" in text) == (width >= 72, width >= 96)


def test_an_imported_judge_of_other_models_has_no_empty_table() -> None:
    """A sentence says why there are no means."""
    sweep = Sweep("s", (IMPORTED,), (Target("m", IMPORTED.name, "m"),), ())
    judge = Judge("old", IMPORTED.name, "old")
    plan = Plan(replace(sweep, judges=(judge,)), (Question("1", "math", ("a",)),), builtin())
    console = Console(file=StringIO(), width=80)
    show(console, plan, summarise(plan, ()))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert text.startswith("old has graded no answer of these models.")
    assert "average" not in text


def test_long_names_stay_apart() -> None:
    """Two names that would be shortened to the same keep what tells them apart."""
    names = [f"Qwen/Qwen3-{size}-Instruct-2507-FP8" for size in ("235B-A22B", "30B-A3B")]
    board = shown(names, 80, Score(7.0)).split("Means by category")[0]
    assert "235B" in board
    assert "30B-A3B" in board


def test_a_run_without_judges() -> None:
    """A plan without a judge says how many answers there are."""
    console = Console(file=StringIO(), width=80)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), (Target("m", "e", "m"),), ())
    plan = Plan(sweep, (Question("1", "math", ("a", "b")),), builtin())
    show(console, plan, summarise(plan, [Outcome(Cell("1", "math", 1, "m"), Usage(1, 1))]))
    assert isinstance(console.file, StringIO)
    assert "1 of 2 answers are there." in console.file.getvalue()


def test_means_without_imitations_have_a_column_where_there_are_any() -> None:
    """A flagged answer adds a column with the means without it; without any there is none."""
    sweep = Sweep(
        "s",
        (Endpoint("e", "http://e"),),
        (Target("honest", "e", "m"), Target("sly", "e", "m")),
        (Judge("judge", "e", "judge"),),
    )
    plan = Plan(sweep, (Question("1", "math", ("a",)), Question("2", "math", ("a",))), builtin())
    texts = {}
    for imitates in (False, True):
        outcomes = [
            outcome
            for target in ("honest", "sly")
            for question in ("1", "2")
            for is_flagged in [imitates and (target, question) == ("sly", "2")]
            for outcome in (
                Outcome(Cell(question, "math", 1, target), Usage(1, 1), is_imitation=is_flagged),
                Outcome(
                    Cell(question, "math", 1, target, judge="judge"),
                    Usage(1, 1),
                    Score(9.0 if is_flagged else 4.0),
                ),
            )
        ]
        console = Console(file=StringIO(), width=100)
        show(console, plan, summarise(plan, outcomes))
        assert isinstance(console.file, StringIO)
        texts[imitates] = console.file.getvalue()
    assert "unflagged" not in texts[False]
    assert "unflagged" in texts[True]
    ranks = texts[True].split("Means")[0]
    lines = {line.split()[0]: line.split() for line in ranks.splitlines() if line.strip()}
    assert "6.50" in lines["sly"]
    assert "4.00" in lines["sly"]
    assert lines["honest"].count("4.00") == 3


def board(verdicts: dict[str, list[Verdict | Cause]], width: int = 80) -> str:
    """Return the tables of models that got these verdicts on as many questions of one turn."""
    size = max(map(len, verdicts.values()))
    questions = tuple(Question(str(n), CATEGORIES[n], ("a",)) for n in range(size))
    targets = tuple(Target(name, "e", name) for name in verdicts)
    sweep = Sweep("s", (Endpoint("e", "http://e"),), targets, (Judge("judge", "e", "judge"),))
    plan = Plan(sweep, questions, builtin())
    outcomes = [
        Outcome(cell, cause=got) if isinstance(got, Cause) else Outcome(cell, Usage(1, 1), got)
        for name, row in verdicts.items()
        for question, got in zip(questions, row, strict=True)
        for cell in [Cell(question.id, question.category, 1, name, judge="judge")]
    ]
    console = Console(file=StringIO(), width=width)
    show(console, plan, summarise(plan, outcomes))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_mean_over_fewer_questions_is_marked() -> None:
    """A star stands at every mean that lacks a score others have, and a line says what it means."""
    text = board({"whole": [Score(7.0), Score(8.0)], "part": [Score(9.0), Cause.TIMEOUT]})
    assert "* over fewer scores than other models have" in text
    lines = {line.split()[0]: line for line in text.split("Means")[0].splitlines() if line.strip()}
    assert "*9.00" in lines["part"]
    assert "*" not in lines["whole"]
    by_category = text.split("Means by category")[1]
    assert "*" not in next(line for line in by_category.splitlines() if "writing" in line)


def test_a_model_without_any_score_needs_no_mark() -> None:
    """A dash says enough; no line explains a mark that stands nowhere."""
    assert "*" not in board({"whole": [Score(7.0)], "none": [Cause.TIMEOUT]})


def test_equal_coverage_has_no_mark() -> None:
    """Where all models lack the same question their order is as good as their means."""
    text = board({"a": [Score(7.0), Cause.TIMEOUT], "b": [Score(9.0), Cause.TIMEOUT]})
    assert "*" not in text


def test_what_a_model_lacks_is_told_below_its_table() -> None:
    """Each model's missing scores are told in number, way and reason."""
    text = board(
        {
            "a": [Cause.TIMEOUT, Cause.SERVER, Cause.TIMEOUT, Score(7.0)],
            "b": [Unparsed("no_verdict"), Cause.FILTERED, Cause.CONTEXT_LENGTH, Score(7.0)],
            "c": [Score(7.0)] * 4,
        },
        width=120,
    )
    assert "a: 3 of 4 without a score: 3 failed (1 server, 2 timeout)\n" in text
    assert (
        "b: 3 of 4 without a score: 1 unparsed (no verdict), 1 filtered, 1 context length\n" in text
    )
    assert "c: " not in text


def test_ten_of_ten_fits() -> None:
    """The widest mean that there is, with a mark, stands whole in a narrow table."""
    names = [f"m{number}" for number in range(6)]
    verdicts: dict[str, list[Verdict | Cause]] = {name: [Score(10.0)] * 6 for name in names}
    verdicts["m0"] = [Score(10.0), *[Cause.TIMEOUT] * 5]
    text = board(verdicts, width=60)
    assert all(len(line) <= 60 for line in text.splitlines())
    assert text.count("10.00") == 5 * (1 + 6) + 2


@pytest.mark.parametrize("name", ["\x1b]52;c;x\x07", "\x9b2J", "a\nwarning: b", "[/]", "\u202eb"])
def test_a_hostile_model_name_in_a_reply_is_shown_harmless(name: str) -> None:
    """What a server calls itself reaches the terminal in one line, and does nothing there."""
    sweep = Sweep("s", (Endpoint("e", "http://e"),), (Target("m", "e", "m"),), ())
    plan = Plan(sweep, (Question("1", "math", ("a",)),), builtin())
    outcome = Outcome(Cell("1", "math", 1, "m"), Usage(1, 1), answered_by=name)
    console = Console(file=StringIO(), width=120)
    show(console, plan, summarise(plan, [outcome]))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "given by another model" in text
    assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) == {"\n"}
    assert sum(line.startswith("warning: ") for line in text.splitlines()) == 1
