"""The page of a run, opened from disk: it is quiet, it is found one's way in, and everybody can read it."""

from pathlib import Path
from time import monotonic
from typing import Any

import axe_core_python
import orjson
import pytest

from tests.page.browser import Browser
from tests.page.conftest import page_of
from tests.page.runs import finish, plan, said

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")


def rows(tab: Browser) -> list[str]:
    """Return the models in the list of conversations."""
    found: list[str] = tab.value(
        "[...document.querySelectorAll('#talks b')].map(b => b.textContent)"
    )
    return found


def words(tab: Browser, selector: str) -> str:
    """Return the text of an element."""
    text: str = tab.value(f"document.querySelector({orjson.dumps(selector).decode()}).textContent")
    return text


def choose(tab: Browser, name: str, value: str) -> None:
    """Set a filter, as a hand does."""
    tab.value(
        f"(() => {{ const its = document.querySelector('#filters [name={name}]'); its.value = '{value}';"
        " its.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_the_page_is_quiet_and_fits_the_window(
    tab: Browser, six: Path, width: int, *, dark: bool
) -> None:
    """Nothing on the console, no request but the file itself, and no scrolling sideways."""
    tab.look(width, dark=dark)
    tab.open(six)
    tab.press("j")
    assert tab.complaints == []
    assert tab.requests == [six.as_uri()]
    assert tab.value("document.documentElement.scrollWidth <= window.innerWidth")
    paper = tab.value("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1600])
def test_axe_finds_nothing_serious(tab: Browser, six: Path, width: int, *, dark: bool) -> None:
    """The accessibility checker has no serious or critical finding, with a conversation open."""
    tab.look(width, dark=dark)
    tab.open(six)
    tab.press("j")
    choose_beside(tab, 1)
    tab.value(AXE.read_text(encoding="utf-8") + ";0")
    report: dict[str, Any] = tab.value("axe.run()")
    grave = [
        (finding["id"], node["target"], node.get("failureSummary"))
        for finding in report["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]
    assert grave == []
    assert len(report["passes"]) > 20


def choose_beside(tab: Browser, model: int) -> None:
    """Choose the model to be shown beside the open one."""
    tab.value(
        f"(() => {{ const its = document.getElementById('beside'); its.value = '{model}';"
        " its.dispatchEvent(new Event('change')); })()"
    )
    tab.settle()


def test_every_section_is_there(tab: Browser, six: Path) -> None:
    """All that a report is to show stands in a section of its own, reached from the top."""
    tab.open(six)
    names = tab.value("[...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))")
    assert names == [
        *("#leaderboard", "#categories", "#wins", "#length", "#judges", "#coverage", "#cost"),
        "#conversations",
    ]
    assert tab.value(f"{orjson.dumps(names).decode()}.every(name => document.querySelector(name))")
    assert tab.value("document.querySelectorAll('#leaderboard svg .dot').length") == 12
    assert tab.value("document.querySelector('main').firstElementChild.id") == "warnings"


def test_filters_narrow_the_list_and_say_how_far(tab: Browser, six: Path) -> None:
    """By model, category, score, disagreement, flag and words; the count is told to screen readers."""
    tab.open(six)
    assert words(tab, "#count") == "96 of 96 conversations"
    choose(tab, "model", "2")
    assert set(rows(tab)) == {"gamma"} and words(tab, "#count") == "16 of 96 conversations"
    choose(tab, "category", "3")
    assert words(tab, "#count") == "2 of 96 conversations"
    tab.value("document.querySelector('#filters [type=reset]').click()")
    tab.settle()
    choose(tab, "min", "8")
    values = "[...document.querySelectorAll('#talks .value')].map(v => parseFloat(v.textContent))"
    assert 0 < len(tab.value(values)) < 96 and min(tab.value(values)) >= 8
    choose(tab, "min", "")
    choose(tab, "flag", "7")
    marked = tab.value("[...document.querySelectorAll('#talks a')].map(a => a.textContent)")
    assert marked and all("orders disagree" in text for text in marked)
    choose(tab, "flag", "")
    choose(tab, "text", "CASE 12?")
    assert words(tab, "#count") == "6 of 96 conversations"
    choose(tab, "text", "")
    choose(tab, "order", "low")
    assert tab.value(values)[:90] == sorted(tab.value(values)[:90])


def test_a_link_leads_back_to_what_is_seen(tab: Browser, six: Path) -> None:
    """The address holds the filters, the conversation, and who stands beside it."""
    tab.open(six)
    choose(tab, "category", "1")
    tab.press("j")
    choose_beside(tab, 3)
    title, place = words(tab, "#talk h3"), tab.value("location.hash")
    assert "delta" in tab.value(
        "[...document.querySelectorAll('.side h5')].map(h => h.textContent)"
    )
    tab.open(six, place)
    assert words(tab, "#talk h3") == title
    assert words(tab, "#count") == "12 of 96 conversations"
    assert tab.value("document.getElementById('beside').value") == "3"
    assert tab.value("document.querySelector('#talk .bar a').hash") == place
    assert "category=roleplay" in place
    tab.value("document.querySelectorAll('#talks a')[5].click()")
    tab.settle()
    assert words(tab, "#talk h3") != title
    tab.value("history.back()")
    tab.settle()
    assert words(tab, "#talk h3") == title


def test_one_step_back_leaves_what_keys_went_through(tab: Browser, six: Path) -> None:
    """However many conversations were looked at by key, and nothing of them is left standing."""
    tab.open(six)
    start = words(tab, "#talk")
    for _ in range(4):
        tab.press("j")
    assert words(tab, "#talk") != start
    tab.value("history.back()")
    tab.settle()
    assert words(tab, "#talk") == start and tab.value("location.hash") == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("model=gamma", 16),
        ("category=math&model=gamma", 2),
        ("flag=any", None),
        ("model=nobody", 96),
        ("judge=referee&order=low", 96),
    ],
)
def test_filters_are_named_in_the_address(
    tab: Browser, six: Path, query: str, found: int | None
) -> None:
    """A link says the same on a page with other models; what is not there filters nothing."""
    tab.open(six, f"#conversations?{query}")
    if found is not None:
        assert words(tab, "#count") == f"{found} of 96 conversations"
    tab.press("j")
    for part in query.split("&"):
        assert ("nobody" in part) != (part in tab.value("location.hash"))


def test_two_models_stand_side_by_side_with_the_judges_words(tab: Browser, six: Path) -> None:
    """Both answers to a question, the grade of each with its reasons, and the games between them."""
    tab.open(six, "#conversations?q=82&a=alpha&b=beta")
    sides = tab.value("[...document.querySelectorAll('.side')].map(s => s.textContent)")
    assert [text[:4] for text in sides] == ["alph", "beta"] * 2
    assert "grader: score" in sides[0] and "Rating: [[" in sides[0]
    games = tab.value("[...document.querySelectorAll('#talk > .judged')].map(s => s.textContent)")
    assert len(games) == 4
    assert "alpha shown first, beta second" in games[0] and "[[" in games[0]
    assert "beta shown first, alpha second" in games[1]
    boxes = tab.value(
        "[...document.querySelectorAll('.side')].map(s => s.getBoundingClientRect().y)"
    )
    assert boxes[0] == boxes[1]


def test_the_keyboard_reaches_everything(tab: Browser, six: Path) -> None:
    """Keys j and k walk, / searches, ? shows the keys, Escape leaves; letters typed in a field are letters."""
    tab.open(six)
    tab.press("j")
    first = words(tab, "#talk h3")
    assert tab.value("document.activeElement.id") == "talk"
    tab.press("j")
    assert words(tab, "#talk h3") != first
    tab.press("k")
    assert words(tab, "#talk h3") == first
    tab.press("/")
    assert tab.value("document.activeElement.name") == "text"
    tab.press("j")
    assert tab.value("document.activeElement.value") == "j" and words(tab, "#talk h3") == first
    tab.press("Escape")
    assert tab.value("document.activeElement.name") is None
    tab.press("?")
    assert tab.value("document.getElementById('keys').open")
    tab.press("Escape")
    assert not tab.value("document.getElementById('keys').open")


def test_the_theme_can_be_switched(tab: Browser, six: Path) -> None:
    """The button goes from the system's theme to light and to dark."""
    tab.open(six)
    seen = []
    for _ in range(3):
        tab.value("document.getElementById('theme').click()")
        seen.append(
            (words(tab, "#theme"), tab.value("getComputedStyle(document.body).backgroundColor"))
        )
    assert seen == [
        ("Theme: light", "rgb(255, 255, 255)"),
        ("Theme: dark", "rgb(20, 24, 29)"),
        ("Theme: automatic", "rgb(255, 255, 255)"),
    ]


def test_paper_is_light_and_has_no_controls(tab: Browser, six: Path) -> None:
    """Printed from a dark screen the page is black on white, without filters and list."""
    tab.look(1000, dark=True)
    tab.open(six, "#conversations?q=82&a=alpha")
    tab.tell("Emulation.setEmulatedMedia", media="print")
    try:
        assert tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        shown = "getComputedStyle(document.querySelector('{}')).display !== 'none'"
        seen = {
            name: tab.value(shown.format(name))
            for name in ("nav", "#filters", "#list", "#talk .side", "#leaderboard table")
        }
        assert [name for name, is_seen in seen.items() if is_seen] == [
            "#talk .side",
            "#leaderboard table",
        ]
    finally:
        tab.tell("Emulation.setEmulatedMedia", media="")


def test_forty_models_on_eighty_questions_open_at_once(tab: Browser, tmp_path: Path) -> None:
    """The page of a large run stands within 3 s and 500 MB, and shows a conversation right away."""
    run = tmp_path / "large"
    names = [f"model-{number:02d}" for number in range(40)]
    large = page_of(
        run, finish(run, plan(names, 80, "pairwise-baseline"), lambda cell: said(cell, 120))
    )
    took = []
    for _ in range(2):  # other tests may have the machine for a while
        began = monotonic()
        tab.open(large)
        took.append(monotonic() - began)
    assert min(took) < 3
    assert words(tab, "#count") == "3200 of 3200 conversations"
    tab.press("j")
    assert "model-00 on 81" in words(tab, "#talk h3")
    tab.tell("HeapProfiler.collectGarbage")
    assert tab.tell("Runtime.getHeapUsage")["totalSize"] < 500e6
    assert tab.complaints == [] and tab.requests == [large.as_uri()]
    tab.value("document.getElementById('more').click()")
    assert len(rows(tab)) == 200
