"""A frame fits its terminal and can be read."""

import re

import pytest

from asynceval.domain.events import (
    EndpointHalted,
    GateStatus,
    Lane,
    SweepEnded,
    SweepStarted,
    SweepStopping,
)
from asynceval.domain.failure import Cause, Failure
from asynceval.progress import Dashboard, Tally
from asynceval.progress.busiest import Busiest
from asynceval.progress.endpoint_rows import endpoint_rows
from asynceval.progress.frame import frame
from tests.progress.feed import (
    JUDGE,
    Clock,
    answer,
    busy,
    console,
    pulse,
    screen_of,
    text_of,
    trouble,
    went_down,
)

HOSTILE = ["\x1b[2J\x1b[31mred", "[/b]", "[[a]]", "\u202egnp.exe", "two\nlines\r\x9b2J", "\ud83d"]
SIZES = [
    *[(80, 24), (200, 50), (500, 200), (40, 12), (20, 8), (20, 5), (12, 24)],
    *[(5, 24), (5, 3), (1, 1)],
]
HALT = Failure(Cause.AUTH, "the key in OPENAI_API_KEY was refused", 401)


def seen(tally: Tally, width: int = 80, height: int = 24) -> str:
    """Return what a terminal of this size shows of the tally."""
    terminal, written = console(width, height)
    with Dashboard(terminal, tally, clock=Clock()) as dashboard:
        dashboard(pulse(tally.seconds))
        return text_of(screen_of(written.getvalue(), width, height))


def test_numbers_are_readable_at_80_columns() -> None:
    """The plan, the progress, the rates, the means and the limits are there in 80 columns."""
    text = seen(busy("qwen3-8b", "llama-3.1-70b"))
    assert text.splitlines()[0] == "mt-bench  runs/mt-bench"
    assert re.search(r"━+─+   48/640    8 %  00:12  eta \d\d:\d\d$", text, re.MULTILINE)
    assert re.search(r"^qwen3-8b +╸─+ +12/160 +1\.0 +200 +7\.50 +1 +0\.01$", text, re.MULTILINE)
    assert re.search(r"^gpt-4o .* 24/320 ", text, re.MULTILINE)
    assert re.search(r"^openai +48/50 .* 1,312 +rpm +100 % +3,000 +12$", text, re.MULTILINE)
    assert re.search(r"^local +8/8 .* 31  in flight", text, re.MULTILINE)
    assert (
        "failed: context length 1  ·  retried: rate 1\ncost of this run: at least 0.0275 USD, 1 without a price"
        in text
    )


def test_wide_terminals_show_more_columns() -> None:
    """200 columns hold the whole names, what was stored and what was retried."""
    name = "my-org/checkpoint-with-a-long-name-step-004000-dpo"
    text = seen(busy(name), 200, 50)
    assert f"\n{name}  ━" in text
    assert all(title in text for title in ("stored", "retried", "cost", "tokens/s"))


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("models", [1, 60])
@pytest.mark.parametrize("stage", ["running", "halted", "troubled", "ended"])
def test_frames_fit(width: int, height: int, models: int, stage: str) -> None:
    """No frame is wider or higher than the terminal, and none is empty."""
    tally = busy(*(f"model-{number:02}-{'x' * number}" for number in range(models)))
    if stage == "halted":
        tally.count(EndpointHalted("openai", None, HALT))
        tally.count(SweepStopping(50, 10))
    if stage in ("troubled", "ended"):
        for event in trouble():
            tally.count(event)
    if stage == "ended":
        tally.count(SweepEnded(13, interrupted=True))
    lines = frame(tally, Busiest(), width, height)
    assert 0 < len(lines) <= max(1, height - 1)
    assert all(line.cell_len <= max(1, width - 1) for line in lines)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_numbers_are_whole_or_absent(width: int, height: int) -> None:
    """A number is never cut: columns go instead, and only names and sentences are shortened."""
    tally = busy(*(f"model-{number:02}" for number in range(60)))
    whole = {words[0]: set(words) for words in words_of(tally, 300, 90)}
    for name, *words in words_of(tally, width, height):
        if name in whole:
            numbers = {word for word in words if re.search(r"\d", word)}
            assert numbers <= whole[name]
    if width >= 20:
        counted = sum("/" in line.plain for line in frame(tally, Busiest(), width, height))
        assert counted >= min(3, height - 3)


def words_of(tally: Tally, width: int, height: int) -> list[list[str]]:
    """Return the words of each line that has a name and numbers."""
    lines = [line.plain.split() for line in frame(tally, Busiest(), width, height)]
    return [words for words in lines if words and re.match(r"model-|gpt-4o|openai|local", words[0])]


def test_60_models_at_24_rows() -> None:
    """The busiest models are shown in the plan's order, the others as one sum."""
    models = [f"model-{number:02}" for number in range(60)]
    tally = busy(*models)
    for _ in range(30):
        for model in ("model-41", "model-07"):
            tally.count(answer(model))
    text = seen(tally)
    shown = re.findall(r"^model-\d\d", text, re.MULTILINE)
    more = re.search(r"^and (\d+) more .* ([\d,]+)/([\d,]+) ", text, re.MULTILINE)
    assert more
    assert len(shown) + int(more[1]) == 60
    assert int(more[3].replace(",", "")) == 160 * int(more[1])
    assert {"model-07", "model-41"} <= set(shown)
    assert shown == sorted(shown)
    assert "\ngpt-4o " in text
    assert "\nopenai " in text


def test_rows_stay_for_a_while() -> None:
    """The choice of rows is kept for some seconds, so that they can be read."""
    tally = busy(*(f"model-{number:02}" for number in range(60)))
    busiest = Busiest()
    before = [line.plain.split()[0] for line in frame(tally, busiest, 80, 24) if line]
    for _ in range(9):
        tally.count(answer("model-59"))
    tally.count(pulse(13))
    assert [line.plain.split()[0] for line in frame(tally, busiest, 80, 24) if line] == before
    tally.count(pulse(18))
    assert any("model-59" in line.plain for line in frame(tally, busiest, 80, 24))


def test_hostile_names_are_shown() -> None:
    """Names that act on a terminal, look like markup or are endless are shown and do nothing."""
    names = [*HOSTILE, "x" * 300, "模型" * 40]
    tally = busy(*names)
    tally.count(SweepStarted("\x1b]0;title\x07", "runs/[/]\u2066", tuple(lanes(names))))
    tally.count(EndpointHalted("\x1b[H", "[bold]", Failure(Cause.CONFIG, "\x1b[2J\n[/]\u202e")))
    terminal, written = console(100, 30)
    with Dashboard(terminal, tally, clock=Clock()) as dashboard:
        dashboard(pulse(13, GateStatus("\x1b[5m", 1, 2, 3, halted="\x1b")))
    bare = re.sub(r"\x1b\[[\d;?]*[mhlAK]", "", written.getvalue())
    assert not set(
        re.findall(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u2069\ud800-\udfff]", bare)
    )
    screen = screen_of(written.getvalue(), 100, 30)
    text = text_of(screen)
    shown = ("␛]0;title␇", "␛[2J␛[31mred", "[/b]", "[[a]]", "\\u202egnp.exe", "two␊lines␍\\x9b2J")
    assert all(name in text for name in shown)
    assert "halted [bold] on ␛[H: ␛[2J␊[/]\\u202e" in text
    assert "xxx…xxx" in text


def lanes(names: list[str]) -> list[Lane]:
    """Return a lane for each name, and one for the judge."""
    targets = [Lane("target", name, "local", "local", 9) for name in names]
    return [*targets, Lane("judge", JUDGE, "\x1b[5m", "\x1b[5m", 9)]


def test_many_endpoints_are_summed() -> None:
    """Where there is no room for all endpoints, the busiest and the halted stay."""
    tally = busy("a")
    endpoints = [GateStatus(f"server-{n}", n, 50, 2, rate_limited=n) for n in range(30)]
    endpoints[3] = GateStatus("server-3", 0, 50, 0, halted="its process has died")
    tally.count(pulse(13, *endpoints))
    text = "\n".join(line.plain for line in frame(tally, Busiest(), 100, 24))
    assert re.search(r"^server-3 +0/50 +· +· +halted", text, re.MULTILINE)
    assert re.search(r"^server-29 +29/50 ", text, re.MULTILINE)
    assert re.search(r"^and 25 more +3\d\d/1,250 +· +50 +· +· +3\d\d$", text, re.MULTILINE)
    assert "halted server-3: its process has died" in text
    assert [row.name for row in endpoint_rows(tally, 2)] == ["endpoints", "all 30"]


def test_the_eta_is_not_guessed_while_an_endpoint_is_down() -> None:
    """The overall line says what the end depends on, or nothing where there is no room."""
    tally = busy("a")
    tally.count(went_down("openai" * 20))
    assert "eta after" not in seen(tally)  # no cell of the plan waits for that one
    tally.count(went_down("openai"))
    assert seen(tally).splitlines()[1].endswith("00:12  eta after openai is back")
    assert seen(tally, 40).splitlines()[1].endswith("00:12  eta --:--")
