"""Tables for papers: every number in its place, and names that are nothing but text."""

from pathlib import Path

from asynceval.domain.cell import Cell
from asynceval.report.paper import latex, markdown, paper_tables
from asynceval.report.summary import summarise
from tests.report.scene import Answer, answered, graded, plan, play
from tests.report.test_pairwise import ALL, pairs, scene


def grade(cell: Cell) -> Answer:
    return graded(5 + cell.turn) if cell.judge else answered(cell)


def test_markdown_and_latex_have_the_leaderboard(tmp_path: Path) -> None:
    """A row for each model, with mean, interval, turns and n."""
    what = plan(("one", "other"))
    tables = tuple(paper_tables(what, play(tmp_path, what, grade)[0]))
    text = markdown(tables)
    assert "**Mean scores by judge with 95 % intervals, 3 questions**" in text
    assert "| Model | Rank | Average | 95 % CI | Turn 1 | Turn 2 | n |" in text
    assert "| one | 1–2 | 6.50 | – | 6.00 | 7.00 | 6 |" in text
    made = latex(tables)
    assert r"Model & Rank & Average & 95 \% CI & Turn 1 & Turn 2 & n \\" in made
    assert r"one & 1--2 & 6.50 & -- & 6.00 & 7.00 & 6 \\" in made
    assert made.count(r"\begin{tabular}{lrrrrrr}") == 1


def test_a_star_is_explained_and_what_is_missing_counted(tmp_path: Path) -> None:
    """Every mean over fewer scores has its star, the turns' too; a full table has neither line nor column."""
    what = plan(("one", "other"))

    def lossy(cell: Cell) -> Answer:
        return None if cell.judge and (cell.target, cell.turn) == ("one", 2) else grade(cell)

    tables = tuple(paper_tables(what, play(tmp_path, what, lossy)[0]))
    text, made = markdown(tables), latex(tables)
    assert "| Turn 2 | n | Missing |" in text
    assert r"| \*6.00 | – | 6.00 | – | 3 | 3 |" in text
    assert "| 6.50 | – | 6.00 | 7.00 | 6 | 0 |" in text
    assert r"\* over fewer scores than other models have" in text
    assert r"{*}6.00 & -- & 6.00 & -- & 3 & 3 \\" in made
    assert r"\par {*} over fewer scores" in made
    (tmp_path / "whole").mkdir()
    whole = markdown(tuple(paper_tables(what, play(tmp_path / "whole", what, grade)[0])))
    assert "fewer" not in whole
    assert "Missing" not in whole


def test_pairs_that_lack_a_verdict_are_counted() -> None:
    """A pair with an unread game is missing from the model's row."""
    what = scene(ALL)
    text = markdown(tuple(paper_tables(what, summarise(what, pairs("a", "b", "AB", "A?")))))
    assert "| Rating | n | Missing |" in text
    assert text.count("| 1 | 1 |\n") == 2


def test_pairs_have_their_own_table() -> None:
    """Win rates are in per cent; what is not defined is a dash."""
    what = scene(ALL)
    text = markdown(tuple(paper_tables(what, summarise(what, pairs("a", "b", "AB", "AB", "AA")))))
    assert "| Model | Rank | Win rate | 95 % CI | Win | Tie | Loss | Rating | n |" in text
    assert "| a | 1–2 | 83.3 |" in text


def test_no_name_is_markup(tmp_path: Path) -> None:
    """Signs of Markdown and LaTeX, ends of cells and of lines are shown as they are."""
    what = plan(("[a|b <b>*x*</b>", "100%_$5 {\\input}\n&"))
    tables = tuple(paper_tables(what, play(tmp_path, what, grade)[0]))
    lines = markdown(tables).splitlines()
    assert r"| \[a\|b \<b\>\*x\*\</b\> |" in "\n".join(lines)
    assert len([line for line in lines if line.startswith("|")]) == 4
    made = latex(tables)
    assert r"100\%\_\$5 \{\textbackslash{}input\}" in made
    assert "<b>" not in made
    assert "\n{[}a" in made, "a bracket after a line's end would be its argument"
    assert r"a\textbar{}b" in made
