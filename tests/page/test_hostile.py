"""Whatever a model, a question file or a server writes is text on the page, and runs nowhere."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from asynceval.domain.cell import Cell
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Judge, Target
from asynceval.report.figures.files import drawing
from asynceval.report.figures.gallery import gallery
from asynceval.report.outcomes import outcomes
from asynceval.report.summary import summarise
from asynceval.store.request import read
from asynceval.store.store import Store
from tests.page.browser import Browser
from tests.page.conftest import page_of
from tests.page.runs import finish, plan

PAYLOADS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<!--<script>window.ran=1;//",
    "--><svg onload=window.ran=1>",
    "<img src=x onerror=window.ran=1>",
    "\"><img src=x onerror='window.ran=1'>",
    "' onmouseover='window.ran=1",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "</title></style></textarea></noscript><img src=x onerror=window.ran=1>",
    "<style>*{display:none}</style><link rel=stylesheet href=http://127.0.0.1:1/x>",
    "<base href=http://127.0.0.1:1/><meta http-equiv=refresh content='0;url=javascript:ran=1'>",
    "![x](http://127.0.0.1:1/x.png) [link](javascript:window.ran=1)",
    "`<b onclick=ran=1>` **<img src=x onerror=ran=1>** *<svg/onload=ran=1>*",
    "```html\n<script>window.ran=1</script>\n```",
    "| a | b |\n|---|---|\n| <img src=x onerror=ran=1> | </td><script>ran=1</script> |",
    "> <details open ontoggle=window.ran=1>\n\n# <img src=x onerror=ran=1>",
    "- <a href=javascript:ran=1>here</a>\n1. <form action=http://127.0.0.1:1/><button>go</button>",
    "\u2028\u2029 alert(1) \u202e evil \ufeff",
    "]]><![CDATA[<x onload=ran=1>&lt;script&gt;&#60;script&#62;",
    "\x00\x01\x0b\x1b[31m</text><script>window.ran=1</script>\x7f\x9b",
    "${window.ran=1} {{constructor.constructor('ran=1')()}} \\u003cscript\\u003e",
    "__proto__",
    "constructor",
    "javascript:window.ran=1//",
)
ALL = "\n\n".join(PAYLOADS)


def hostile(cell: Cell) -> Reply | None:
    """Answer and judge in payloads, with a verdict so that numbers stand beside them."""
    if cell.judge is None:
        if (cell.question, cell.target) == (PAYLOADS[0], PAYLOADS[1]):
            return None
        return Reply(ALL, reasoning=ALL, finish_reason="length", usage=Usage(10, 10), model=ALL)
    verdict = "[[A]]" if cell.opponent else "Rating: [[7]]"
    return Reply(f"{ALL}\n{verdict}", reasoning=ALL, usage=Usage(10, 10), fingerprint=ALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a run whose every name and text is hostile: models, judges, categories, questions, all."""
    folder = tmp_path_factory.mktemp("hostile") / "run"
    base = plan(("x",), 1)
    questions = tuple(
        Question(payload, PAYLOADS[-1 - number], (payload, ALL), (ALL, payload))
        for number, payload in enumerate(PAYLOADS)
    )
    targets = tuple(Target(name, "here", name) for name in PAYLOADS[:5])
    judges = (
        Judge(PAYLOADS[5], "here", "j", reasks=0),
        Judge(PAYLOADS[6], "here", "p", mode="pairwise-all", reasks=0),
        Judge(PAYLOADS[18], "here", "q", reasks=0),
    )
    sweep = replace(base.sweep, name=PAYLOADS[8], targets=targets, judges=judges)
    finish(folder, replace(base, sweep=sweep, questions=questions), hostile)
    return folder


@pytest.fixture(scope="module")
def page(run: Path) -> Path:
    """Write the page of the hostile run."""
    return page_of(run, read(run))


def test_nothing_of_it_runs_or_is_asked_for(tab: Browser, page: Path) -> None:
    """Every conversation is opened, as Markdown and as plain text, and no payload has come to life."""
    tab.open(page)
    assert tab.value("document.querySelectorAll('#talks li').length") == 100
    for number in range(len(PAYLOADS) * 5):
        tab.press("j") if number % 6 == 0 else tab.value(
            f"document.querySelectorAll('#talks a')[{number % 100}].click()"
        )
    tab.press("j")
    tab.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.value("document.getElementById('plain').click()")
    tab.settle()
    tab.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.settle()
    assert tab.value("window.ran") is None
    assert tab.dialogs == [] and tab.complaints == []
    assert tab.requests == [page.as_uri()]
    foreign = (
        "img, iframe, object, embed, base, [onerror], [onload], [onclick], [ontoggle], [style], "
        "main form:not(#filters, [method=dialog]), main a:not([href^='#'])"
    )
    assert tab.value(f"document.querySelectorAll({orjson.dumps(foreign).decode()}).length") == 0
    assert tab.value("document.querySelectorAll('script:not([type])').length") == 1
    assert tab.value("document.querySelectorAll('style').length") == 1


def test_all_of_it_can_be_read(tab: Browser, page: Path) -> None:
    """Names, questions, answers and judgments stand there letter by letter."""
    tab.open(page)
    tab.press("j")
    tab.value("document.getElementById('plain').click()")
    tab.settle()
    tab.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    text: str = tab.value("document.getElementById('talk').textContent")
    clean = [payload for payload in PAYLOADS if "\x00" not in payload]
    assert [payload for payload in clean if text.count(payload) < 3] == []
    assert tab.value("document.querySelector('h1').textContent") == PAYLOADS[8]
    names = tab.value(
        "[...document.querySelectorAll('#leaderboard tbody th')].map(h => h.textContent)"
    )
    assert set(names) == set(PAYLOADS[:5])
    options = tab.value(
        "[...document.querySelectorAll('[name=category] option')].map(o => o.value)"
    )
    assert len(options) == len(PAYLOADS) + 1


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_a_link_to_a_hostile_name_works(tab: Browser, page: Path, number: int) -> None:
    """A question of any name is found again by the address."""
    tab.open(page)
    tab.value(f"document.querySelectorAll('#talks a')[{min(number * 5 + 2, 99)}].click()")
    tab.settle()
    title = tab.value("document.querySelector('#talk h3').textContent")
    place = tab.value("location.hash")
    tab.open(page, place)
    assert tab.value("document.querySelector('#talk h3').textContent") == title


def test_the_policy_forbids_what_the_page_does_not_do(tab: Browser, page: Path) -> None:
    """Even if a payload became an element, the browser would refuse to run it, load it or send it."""
    tab.open(page)
    tab.value(
        "(() => { window.refused = []; document.addEventListener('securitypolicyviolation',"
        " e => window.refused.push(e.effectiveDirective)); })()"
    )
    tab.value(
        """(() => {
        const box = document.createElement('div');
        box.innerHTML = '<img src=http://127.0.0.1:1/x><p style="color:red" onclick="window.ran=1">x</p>'
          + '<iframe src=http://127.0.0.1:1/></iframe>';
        document.body.append(box);
        box.querySelector('p').click();
        const made = document.createElement('script');
        made.textContent = 'window.ran=1';
        document.body.append(made);
        fetch('http://127.0.0.1:1/').catch(() => 0);
        })()"""
    )
    tab.value("new Promise(r => setTimeout(r, 100))")
    assert tab.value("window.ran") is None
    refused = set(tab.value("window.refused"))
    assert {"img-src", "script-src-elem", "script-src-attr", "connect-src", "frame-src"} <= refused
    assert any(name.startswith("style-src") for name in refused)


def test_the_data_ends_no_element(page: Path) -> None:
    """The file itself has exactly the scripts that we wrote, whatever the browser makes of it."""
    text = page.read_text(encoding="utf-8")
    assert text.count("</script") == len(PAYLOADS) + 2
    assert "<!--" not in text.replace("<!doctype", "")
    assert "\u2028" not in text.partition('id="index"')[2]


def test_figures_are_whole_files_whatever_the_names(run: Path) -> None:
    """Each figure is XML that any reader takes, without scripts, and with no address to load."""
    what = read(run)
    with Store(run, write=False) as store:
        summary = summarise(what, outcomes(what, store, {}))
    figures = list(gallery(what, summary))
    assert len({figure.name for figure in figures}) == len(figures) > 10
    for figure in figures:
        assert figure.name.replace("-", "").replace(".", "").isalnum()
        root = ET.fromstring(drawing(figure))
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "g", "title", "desc", "style", "rect", "line", "text", "circle", "polygon", "polyline"}  # fmt: skip
        assert not any(name.startswith("on") or "href" in name for e in root.iter() for name in e.attrib)  # fmt: skip
