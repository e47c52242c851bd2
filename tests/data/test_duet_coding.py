"""Run the code in the duet set's coding references against independent oracles."""

import ast
import asyncio
import gc
import heapq
import itertools
import json
import random
import re
import sqlite3
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from copy import deepcopy
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from tests.data.duet import reference

# The reference to question 244 is about plain asyncio tasks and their cancellation.
# ruff: noqa: TID251

QUESTIONS = Path(__file__).parents[2] / "data/duet/question.jsonl"
IDS = range(241, 251)


def question(question_id: int) -> list[str]:
    """Return both turns of a question."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["question_id"] == question_id:
            return cast(list[str], record["turns"])
    raise KeyError(question_id)


def blocks(text: str, language: str = "python") -> list[str]:
    """Return the fenced code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(text: str, language: str = "python") -> str:
    """Return the fenced code of a language as one string; there must be some."""
    found = blocks(text, language)
    assert found
    return "\n".join(found)


def run(source: str) -> dict[str, Any]:
    """Execute Python code and return its names."""
    names: dict[str, Any] = {}
    exec(compile(source, "reference", "exec"), names)
    return names


@cache
def load(question_id: int, turn: int) -> dict[str, Any]:
    """Execute the reference code of a turn and return its names."""
    return run(code(reference(question_id)[turn - 1]))


def attempt(call: Callable[..., Any], *arguments: object) -> Any:
    """Return the result of a call, or "error" for ValueError."""
    try:
        return call(*arguments)
    except ValueError:
        return "error"


def table(text: str) -> list[tuple[str, ...]]:
    """Return the rows of a Markdown table without the two heading lines."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


@pytest.mark.parametrize("question_id", IDS)
def test_layout(question_id: int) -> None:
    """Both turns of each question have text, and their references code and explanation."""
    assert len(question(question_id)) == 2
    for text in reference(question_id):
        assert text.count("```") % 2 == 0
        assert blocks(text, "sql" if question_id == 245 else "python")
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert 20 <= len(prose.split()) <= 250


# 241: page selections


def parse_oracle(spec: str, total: int) -> list[int] | None:
    """Parse a page selection by splitting alone; None stands for an error."""
    pages: list[int] = []
    for item in spec.split(","):
        parts = [part.strip(" ") for part in item.split("-")]
        if len(parts) > 2 or not set("".join(parts)) <= set("0123456789"):
            return None
        if len(parts) == 1 and not parts[0]:
            return None
        first = int(parts[0]) if parts[0] else 1
        last = int(parts[-1]) if parts[-1] else total
        if not (0 < first <= total and 0 < last <= total):
            return None
        while first != last:
            pages.append(first)
            first += 1 if first < last else -1
        pages.append(last)
    return pages


def parsed(spec: str, total: int) -> list[int] | None:
    """Parse with the reference; None stands for ValueError."""
    try:
        return cast(list[int], load(241, 1)["parse_pages"](spec, total))
    except ValueError:
        return None


def test_parse_pages() -> None:
    """The parser agrees with a plain splitter on all short texts and refuses every bad one."""
    assert (
        '`parse_pages("4-2, 3,-2,5 -", 6)` returns `[4, 3, 2, 3, 1, 2, 5, 6]`' in question(241)[0]
    )
    assert parsed("4-2, 3,-2,5 -", 6) == [4, 3, 2, 3, 1, 2, 5, 6]
    for length in range(6):
        for letters in itertools.product("13 ,-", repeat=length):
            spec = "".join(letters)
            assert parsed(spec, 3) == parse_oracle(spec, 3), spec
    assert parsed("007 , 2-2,-", 7) == [7, 2, *range(1, 8)]
    assert parsed("-", 1) == parsed("1-", 1) == parsed(" - 1 ", 1) == [1]
    bad = ["", " ", ",", "1,", ",1", "+3", "-+3", "1_0", "٣", "²", "1\t", "\n1", "\u00a01", "1 0"]
    bad += ["--", "1--2", "1-2-3", "0", "0-2", "2-0", "7", "7-", "-7", "8-3", "1.0", "a", "1;2"]
    for spec in bad:
        assert parsed(spec, 6) is None, spec


def shortest(pages: tuple[int, ...], total: int, memo: dict[tuple[int, ...], int]) -> int:
    """Return the least length of a selection by trying every item for every beginning."""
    if pages not in memo:
        best = 10**9
        for size in range(1, len(pages) + 1):
            first, last = pages[0], pages[size - 1]
            items = [f"{first}", f"{first}-{last}", f"{first}-", f"-{last}", "-"]
            fit = [i for i in items if parse_oracle(i, total) == list(pages[:size])]
            if fit:
                rest = pages[size:]
                more = 1 + shortest(rest, total, memo) if rest else 0
                best = min(best, min(map(len, fit)) + more)
        memo[pages] = best
    return memo[pages]


def test_format_pages() -> None:
    """The inverse gives a shortest text that parses back, for all small and many other lists."""
    format_pages = load(241, 2)["format_pages"]
    least: dict[tuple[int, ...], int] = {}
    for length in range(1, 7):
        for letters in itertools.product("123,-", repeat=length):
            pages = parse_oracle("".join(letters), 3)
            if pages is not None:
                least.setdefault(tuple(pages), length)
    for known, length in least.items():
        spec = format_pages(list(known), 3)
        assert parsed(spec, 3) == list(known)
        assert len(spec) == length
    generator = random.Random(241)
    for _ in range(300):
        total = generator.choice([2, 5, 11, 101])
        pages = [generator.randint(max(1, total - 4), total)]
        for _ in range(generator.randint(0, 9)):
            step = generator.choice([1, 1, 1, -1, -1, 0, 3])
            pages.append(min(total, max(1, pages[-1] + step)))
        spec = format_pages(pages, total)
        assert parse_oracle(spec, total) == pages
        assert len(spec) == shortest(tuple(pages), total, {})
    assert format_pages(list(range(1, 1001)), 1000) == "-"
    assert format_pages(list(range(1000, 0, -1)), 1000) == "1000-1"
    for wrong in ([], [0], [1, 4], [-1]):
        assert attempt(format_pages, wrong, 3) == "error"


def test_format_pages_example() -> None:
    """The reference's example is one where the longest runs are not the shortest text."""
    text = reference(241)[1]
    match = re.search(
        r"fails for `(.*?)` in a document of (\d+) pages: .*? gives `(.*?)` \((\d+) characters\), "
        r"whereas `(.*?)` needs (\d+)",
        text,
    )
    assert match
    pages, total, greedy, size, best, least = match.groups()
    expected = ast.literal_eval(pages)
    assert parse_oracle(greedy, int(total)) == parse_oracle(best, int(total)) == expected
    assert (len(greedy), len(best)) == (int(size), int(least))
    assert load(241, 2)["format_pages"](expected, int(total)) == best
    assert expected[:2] == [7, 6]
    assert greedy.startswith("7-6,")


# 242: batches and messages


def test_batches_bugs() -> None:
    """The given code has just the results stated, and the corrected code the intended ones."""
    given = run(code(question(242)[0]))["batches"]
    fixed = load(242, 1)["batches"]
    claims = re.findall(
        r"`list\(batches\((.*?), (\d+)\)\)` returns `(.*?)`.*? instead of `(.*?)`",
        reference(242)[0],
    )
    assert len(claims) == 3
    for lines, limit, now, intended in claims:
        assert list(given(ast.literal_eval(lines), int(limit))) == ast.literal_eval(now)
        assert list(fixed(ast.literal_eval(lines), int(limit))) == ast.literal_eval(intended)


def test_batches_fixed() -> None:
    """The corrected generator keeps all five points on random input."""
    batches = load(242, 1)["batches"]
    generator = random.Random(242)
    for _ in range(500):
        lines = ["x" * generator.randint(0, 6) for _ in range(generator.randint(0, 8))]
        limit = generator.randint(0, 8)
        lists = []
        for batch in batches(iter(lines), limit):
            lists.append(list(batch))
            batch.append("changed by the caller")
        assert list(itertools.chain.from_iterable(lists)) == lines
        assert all(lists)
        for batch in lists:
            assert len(batch) == 1 or sum(map(len, batch)) <= limit
        for left, right in itertools.pairwise(lists):
            assert sum(map(len, left)) + len(right[0]) > limit
        assert list(batches(lines, limit)) == lists


def messages_oracle(lines: list[str], limit: int) -> list[list[str]]:
    """Return, for each line, the messages it completes, then those completed by the end."""
    result: list[list[str]] = []
    current: str | None = None
    for line in lines:
        done: list[str] = []
        longer = line if current is None else current + "\n" + line
        if len(longer.encode()) <= limit:
            current = longer
        else:
            if current is not None:
                done.append(current)
            current = ""
            for letter in line:
                if len((current + letter).encode()) > limit:
                    done.append(current)
                    current = ""
                current += letter
        result.append(done)
    result.append([] if current is None else [current])
    return result


def test_messages() -> None:
    """Messages are greedy, cut at characters, and come as early as they can."""
    messages = load(242, 2)["messages"]
    for call, intended in re.findall(
        r"`list\(messages\((.*?), 4\)\)` is `(.*?)`", question(242)[1]
    ):
        assert list(messages(ast.literal_eval(call), 4)) == ast.literal_eval(intended)
    assert question(242)[1].count("`list(messages(") == 3
    generator = random.Random(242)
    for _ in range(1500):
        lines = [
            "".join(generator.choices("aé€😀", k=generator.choice([0, 0, 1, 2, 3, 9])))
            for _ in range(generator.randint(0, 7))
        ]
        limit = generator.randint(4, 13)
        read = 0

        def feed(lines: list[str] = lines) -> Iterator[str]:
            nonlocal read
            for line in lines:
                read += 1
                yield line
            read += 1

        result: list[list[str]] = [[] for _ in range(len(lines) + 1)]
        for message in messages(feed(), limit):
            assert len(message.encode()) <= limit
            result[read - 1].append(message)
        assert result == messages_oracle(lines, limit)


# 243: credits


class CreditsOracle:
    """Credits as a plain list with one expiry for each credit."""

    def __init__(self) -> None:
        self.usable: list[int] = []
        self.purchases: list[list[int]] = []
        self.now = -(10**9)

    def check(self, valid: bool, now: int) -> None:
        if not valid or now < self.now:
            raise ValueError
        self.now = now
        self.usable = sorted(expires for expires in self.usable if expires > now)

    def add(self, amount: int, expires: int, now: int) -> None:
        self.check(amount > 0 and expires > now, now)
        self.usable += [expires] * amount

    def spend(self, amount: int, now: int) -> int | None:
        self.check(amount > 0, now)
        if amount > len(self.usable):
            return None
        self.purchases.append(self.usable[:amount])
        del self.usable[:amount]
        return len(self.purchases)

    def refund(self, purchase: int, amount: int, now: int) -> int:
        known = 0 < purchase <= len(self.purchases)
        self.check(known and 0 < amount <= len(self.purchases[purchase - 1]), now)
        used = self.purchases[purchase - 1]
        back = [expires for expires in used[-amount:] if expires > now]
        del used[-amount:]
        self.usable += back
        return len(back)

    def balance(self, now: int) -> int:
        self.check(True, now)
        return len(self.usable)


@pytest.mark.parametrize("turn", [1, 2])
def test_credits(turn: int) -> None:
    """The class agrees with single credits in a list on random calls, bad ones included."""
    make = load(243, turn)["Credits"]
    generator = random.Random(243)
    names = ["add", "add", "spend", "spend", "balance", *["refund"] * (2 * turn - 2)]
    for _ in range(300):
        actual, oracle, now = make(), CreditsOracle(), generator.randint(-3, 3)
        for _ in range(40):
            now += generator.choice([0, 0, 1, 2])
            when = now - generator.choice([0] * 9 + [3])
            name = generator.choice(names)
            arguments = {
                "add": (generator.randint(0, 9), now + generator.randint(-1, 12)),
                "spend": (generator.randint(0, 9),),
                "balance": (),
                "refund": (
                    generator.randint(0, len(oracle.purchases) + 1),
                    generator.randint(0, 5),
                ),
            }[name]
            expected = attempt(getattr(oracle, name), *arguments, when)
            if turn == 1 and name == "spend" and expected != "error":
                expected = expected is not None
            assert attempt(getattr(actual, name), *arguments, when) == expected
            assert actual.balance(oracle.now) == oracle.balance(oracle.now)


def test_credits_size() -> None:
    """Very large amounts, many grants and many readings of the balance are no burden."""
    for turn in (1, 2):
        account = load(243, turn)["Credits"]()
        for expires in range(1, 20001):
            account.add(10**30, expires, 0)
        for now in range(20001):
            assert account.balance(now) == (20000 - now) * 10**30
        account.add(10**30, 30000, 20000)
        assert account.spend(10**30 - 1, 20000) == 1
        assert account.balance(20000) == 1


def test_credits_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each grant and each piece given back enters the heap once, and leaves it at most once."""
    calls: Counter[str] = Counter()

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            calls[name] += 1
            return real(*arguments)

        return call

    for name in ("heappush", "heappop", "heapreplace"):
        monkeypatch.setattr(heapq, name, counted(name, getattr(heapq, name)))
    account = load(243, 2)["Credits"]()
    for expires in range(1, 101):
        account.add(2, expires, 0)
    for purchase in range(1, 11):
        assert account.spend(199, 0) == purchase
        assert account.refund(purchase, 199, 0) == 199
    assert calls["heappush"] == 100 + 10 * 100
    assert calls["heappop"] <= calls["heappush"]
    assert calls["heapreplace"] <= 10


# 244: shared loads


class Loads:
    """A load function whose calls are finished by hand."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, asyncio.Future[object]]] = []

    async def __call__(self, key: str) -> object:
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.calls.append((key, future))
        return await future


def finish(main: Awaitable[None]) -> None:
    """Run something in an event loop; what would wait for ever fails after a second."""

    async def limited() -> None:
        async with asyncio.timeout(1):
            await main

    asyncio.run(limited())


async def settle() -> None:
    """Let everything run that can run."""
    for _ in range(20):
        await asyncio.sleep(0)


def play(scene: Callable[[Any, Loads], Awaitable[None]], turn: int) -> None:
    """Run a scene with the reference's class; the loop must have nothing to report."""
    reports: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
        loads = Loads()
        await scene(load(244, turn)["Shared"](loads), loads)
        await settle()
        gc.collect()
        await settle()

    finish(main())
    assert reports == []


async def sharing(shared: Any, loads: Loads) -> None:
    """See that calls for one key share a load, and that results are kept."""
    tasks = [asyncio.create_task(shared.get(key)) for key in "aabab"]
    await settle()
    assert [key for key, _ in loads.calls] == ["a", "b"]
    loads.calls[1][1].set_result("B")
    await settle()
    assert [task.done() for task in tasks] == [False, False, True, False, True]
    loads.calls[0][1].set_result(None)
    assert await asyncio.gather(*tasks) == [None, None, "B", None, "B"]
    assert await shared.get("a") is None
    assert len(loads.calls) == 2


async def failing(shared: Any, loads: Loads) -> None:
    """See that all that wait get the exception, and that the next call loads again."""
    tasks = [asyncio.create_task(shared.get("a")) for _ in range(3)]
    await settle()
    error = OSError("no connection")
    loads.calls[0][1].set_exception(error)
    assert await asyncio.gather(*tasks, return_exceptions=True) == [error] * 3
    task = asyncio.create_task(shared.get("a"))
    await settle()
    loads.calls[1][1].set_result(1)
    assert await task == await shared.get("a") == 1
    assert len(loads.calls) == 2


async def cancelling_one(shared: Any, loads: Loads) -> None:
    """See that cancelling the first call leaves the others alone."""
    tasks = [asyncio.create_task(shared.get("a")) for _ in range(3)]
    await settle()
    tasks[0].cancel()
    await settle()
    assert [task.done() for task in tasks] == [True, False, False]
    loads.calls[0][1].set_result(1)
    assert await asyncio.gather(*tasks[1:]) == [1, 1]
    assert tasks[0].cancelled()
    assert len(loads.calls) == 1


async def cancelling_all_kept(shared: Any, loads: Loads) -> None:
    """See that a load goes on with nobody waiting, and may fail unheard."""
    for key in "ab":
        task = asyncio.create_task(shared.get(key))
        await settle()
        task.cancel()
    await settle()
    loads.calls[0][1].set_result(1)
    loads.calls[1][1].set_exception(OSError())
    await settle()
    assert await shared.get("a") == 1
    assert len(loads.calls) == 2


async def cancelling_all(shared: Any, loads: Loads) -> None:
    """See that a load that nobody waits for is cancelled, and that another can start."""
    tasks = [asyncio.create_task(shared.get("a")) for _ in range(2)]
    await settle()
    tasks[1].cancel()
    await settle()
    assert not loads.calls[0][1].cancelled()
    tasks[0].cancel()
    await settle()
    assert loads.calls[0][1].cancelled()
    late = asyncio.create_task(shared.get("a"))
    await settle()
    loads.calls[1][1].set_result(2)
    assert await late == await shared.get("a") == 2
    unstarted = asyncio.create_task(shared.get("b"))
    await asyncio.sleep(0)
    unstarted.cancel()
    await settle()
    assert unstarted.cancelled()


async def forgetting(shared: Any, loads: Loads) -> None:
    """See that a forgotten load serves those that wait but its result is not kept."""
    shared.forget("unknown")
    old = asyncio.create_task(shared.get("a"))
    await settle()
    shared.forget("a")
    new = asyncio.create_task(shared.get("a"))
    await settle()
    assert len(loads.calls) == 2
    loads.calls[1][1].set_result("new")
    await settle()
    loads.calls[0][1].set_result("old")
    assert list(await asyncio.gather(old, new)) == ["old", "new"]
    assert await shared.get("a") == "new"
    shared.forget("a")
    again = asyncio.create_task(shared.get("a"))
    await settle()
    shared.forget("a")
    other = asyncio.create_task(shared.get("a"))
    await settle()
    again.cancel()
    await settle()
    assert loads.calls[2][1].cancelled()
    assert not loads.calls[3][1].done()
    loads.calls[3][1].set_result("newest")
    assert await other == await shared.get("a") == "newest"


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("scene", [sharing, failing, cancelling_one])
def test_shared(scene: Callable[[Any, Loads], Awaitable[None]], turn: int) -> None:
    """What both versions of the class have in common holds for both."""
    play(scene, turn)


def test_shared_cancellation() -> None:
    """A load without waiting calls goes on in the first version and is cancelled in the second."""
    play(cancelling_all_kept, 1)
    play(cancelling_all, 2)
    play(forgetting, 2)


def test_shared_no_late_entry() -> None:
    """A call that begins when load has just raised, before anything else ran, loads again."""

    async def main(turn: int) -> None:
        calls = 0
        second: list[asyncio.Task[object]] = []

        async def once(key: str) -> object:
            nonlocal calls
            calls += 1
            if calls > 1:
                return calls
            await asyncio.sleep(0)
            try:
                raise OSError("no connection")
            finally:
                second.append(asyncio.create_task(shared.get(key)))

        shared = load(244, turn)["Shared"](once)
        with pytest.raises(OSError, match="no connection"):
            await shared.get("a")
        assert await second[0] == 2

    for turn in (1, 2):
        finish(main(turn))


@pytest.mark.parametrize("ending", ["result", "error", "cancelled"])
def test_shared_slow_cleanup(ending: str) -> None:
    """A cancelled load that ends late does not disturb the load that followed it."""

    async def main() -> None:
        release = [asyncio.Event(), asyncio.Event()]
        calls = 0

        async def slow(key: str) -> object:
            nonlocal calls
            assert key == "a"
            number, calls = calls, calls + 1
            assert number < 2
            try:
                await release[number].wait()
            except asyncio.CancelledError:
                await release[number].wait()
                if ending == "error":
                    raise OSError from None
                if ending == "cancelled":
                    raise
            return number

        reports: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
        shared = load(244, 2)["Shared"](slow)
        try:
            first = asyncio.create_task(shared.get("a"))
            await settle()
            first.cancel()
            await settle()
            assert first.cancelled()
            second = asyncio.create_task(shared.get("a"))
            await settle()
            assert calls == 2
            release[0].set()
            await settle()
            third = asyncio.create_task(shared.get("a"))
            await settle()
            assert calls == 2
            assert not second.done()
            assert not third.done()
            release[1].set()
            assert list(await asyncio.gather(second, third)) == [1, 1]
            assert await shared.get("a") == 1
        finally:
            for event in release:
                event.set()
        gc.collect()
        await settle()
        assert reports == []

    finish(main())


# 245: prices in SQL

Price = tuple[str, str, int | None, str]
Sale = tuple[int, str, str, int]


def database(statements: Iterable[str]) -> sqlite3.Connection:
    """Return a database in memory after some SQL."""
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.executescript(statement)
    return connection


def price_on(prices: list[Price], sku: str, day: str, known: str) -> int | None:
    """Return the price of a sku on a day by what was known on another."""
    rows = [p for p in prices if p[0] == sku and p[1] <= day and p[3] <= known]
    return max(rows, key=lambda p: (p[1], p[3]))[2] if rows else None


def revenue(
    prices: list[Price], sales: list[Sale], known: str
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return revenue and number of unpriced sales by sku and month."""
    result: dict[tuple[str, str], tuple[int, int]] = {}
    for _, sku, day, quantity in sales:
        total, unpriced = result.get((sku, day[:7]), (0, 0))
        cents = price_on(prices, sku, day, known)
        if cents is None:
            unpriced += 1
        else:
            total += cents * quantity
        result[sku, day[:7]] = (total, unpriced)
    return result


def random_day(generator: random.Random) -> str:
    """Return one of sixty days."""
    return f"2025-{generator.choice([1, 2, 12]):02}-{generator.randint(1, 20):02}"


def random_sales(generator: random.Random) -> list[Sale]:
    """Return some sales of three skus."""
    return [
        (number, generator.choice("abc"), random_day(generator), generator.randint(-3, 9))
        for number in range(generator.randint(0, 12))
    ]


def shown(rows: list[tuple[object, ...]]) -> list[tuple[str, ...]]:
    """Return rows as texts, as they are in a table."""
    return [tuple(str(value) for value in row) for row in rows]


def test_revenue_query() -> None:
    """The query gives the table shown and agrees with plain Python on random data."""
    schema, data = blocks(question(245)[0], "sql")
    first = reference(245)[0]
    query = code(first, "sql")
    assert shown(database([schema, data]).execute(query).fetchall()) == table(first)
    generator = random.Random(245)
    for _ in range(150):
        keys = {(generator.choice("ab"), random_day(generator)) for _ in range(8)}
        prices: list[Price] = [
            (*key, generator.choice([None, *range(1, 99)]), "") for key in sorted(keys)
        ]
        sales = random_sales(generator)
        connection = database([schema])
        connection.executemany("INSERT INTO price VALUES (?, ?, ?)", [p[:3] for p in prices])
        connection.executemany("INSERT INTO sale VALUES (?, ?, ?, ?)", sales)
        expected = sorted((*k, *v) for k, v in revenue(prices, sales, "").items())
        assert connection.execute(query).fetchall() == expected


def test_audit_query() -> None:
    """The query of the second turn does the same for two days of knowledge."""
    schema, data = blocks(question(245)[0], "sql")
    changed, more = blocks(question(245)[1], "sql")
    second = reference(245)[1]
    query = code(second, "sql")
    days = dict(re.findall(r"`:(day\d) = '(.*?)'`", question(245)[1]))
    sale_table = schema[schema.index("CREATE TABLE sale") :]
    prices, sales = data.split("INSERT INTO sale")
    recorded = re.sub(r"\((\S+), (\S+), (\S+)\)", r"(\1, \2, \3, \2)", prices)
    connection = database([changed, sale_table, recorded, f"INSERT INTO sale{sales}", more])
    assert len(connection.execute("SELECT * FROM price").fetchall()) == 9
    assert shown(connection.execute(query, days).fetchall()) == table(second)
    generator = random.Random(245)
    for _ in range(150):
        keys = {
            (generator.choice("ab"), random_day(generator)[:9] + "5", random_day(generator))
            for _ in range(12)
        }
        rows: list[Price] = [
            (sku, day, generator.choice([None, *range(1, 99)]), known)
            for sku, day, known in sorted(keys)
        ]
        sold = random_sales(generator)
        connection = database([changed, sale_table])
        connection.executemany("INSERT INTO price VALUES (?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO sale VALUES (?, ?, ?, ?)", sold)
        day1, day2 = random_day(generator), random_day(generator)
        before, after = revenue(rows, sold, day1), revenue(rows, sold, day2)
        expected = [
            (*key, before[key][0], after[key][0], after[key][0] - before[key][0])
            for key in sorted(before)
            if before[key][0] != after[key][0]
        ]
        result = connection.execute(query, {"day1": day1, "day2": day2}).fetchall()
        assert result == expected


# 246: words broken at line ends


def removed(text: str) -> set[int]:
    """Return the indices of the characters which joining the words takes out."""
    result: set[int] = set()
    for hyphen, character in enumerate(text):
        end = hyphen + 1
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        if character != "-" or text[end : end + 1] != "\n":
            continue
        end += 1
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        if not (hyphen and text[hyphen - 1].isalpha() and text[end : end + 1].isalpha()):
            continue
        head = ""
        for before in reversed(text[:hyphen]):
            if before != "-" and not before.isalpha():
                break
            head = before + head
        if text[end].isupper() or (text[end].islower() and "-" in head):
            result.update(range(hyphen + 1, end))
        elif text[end].islower():
            result.update(range(hyphen, end))
    return result


def texts() -> Iterator[str]:
    """Return short random texts full of breaks."""
    generator = random.Random(246)
    for _ in range(3000):
        parts = generator.choices(
            ["a", "B", "ss", "ß", "中", "1", "²", "-", "-\n", "- \t\n ", "\n", " ", "\r"],
            weights=[6, 2, 1, 1, 1, 1, 1, 3, 8, 4, 1, 1, 1],
            k=generator.randint(0, 12),
        )
        yield "".join(parts)


def test_dehyphenate() -> None:
    """Joining agrees with a character-by-character oracle and with the examples."""
    dehyphenate = load(246, 1)["dehyphenate"]
    for text in texts():
        out = removed(text)
        assert dehyphenate(text) == "".join(c for i, c in enumerate(text) if i not in out), text
    for before, after in re.findall(r'`("[^`]*?")` becomes `("[^`]*?")`', question(246)[0]):
        assert dehyphenate(ast.literal_eval(before)) == ast.literal_eval(after)
    assert question(246)[0].count("becomes `") == 3
    match = re.search(r'`dehyphenate\((".*?")\)` returns `(".*?")`', reference(246)[0])
    assert match
    assert match[1] in question(246)[0]
    assert dehyphenate(ast.literal_eval(match[1])) == ast.literal_eval(match[2])
    for same in ("中-\n中", "a-\n中", "a--\nb", "a-\n\nb", "a-\n1", "1-\na", "-\na", "a-", "a-\n"):
        assert dehyphenate(same) == same


def test_find_word() -> None:
    """Words are found over breaks, whole and case-folded, at their original places."""
    find_word = load(246, 2)["find_word"]
    assert '`find_word("A win-\\n dow.", "window")` is `[(2, 11)]`' in question(246)[1]
    assert find_word("A win-\n dow.", "window") == [(2, 11)]
    assert find_word("STRASSE, Stra-\nße; strasse-\nB", "straße") == [(0, 7), (9, 17), (19, 26)]
    assert find_word("out-of-\n date", "date") == [(9, 13)]
    assert find_word("out-of-\n date", "of") == [(4, 6)]
    assert find_word("party art", "art") == [(6, 9)]
    for wrong in ("", "a b", "a-b", "a1", " "):
        assert attempt(find_word, "a b", wrong) == "error"
    for text in texts():
        out = removed(text)
        keep = [index for index in range(len(text)) if index not in out]
        groups = itertools.groupby(((text[i].isalpha(), i) for i in keep), lambda pair: pair[0])
        runs = [[index for _, index in group] for letters, group in groups if letters]
        for word in ("a", "aa", "ass", "ß", "aB", "中"):
            assert find_word(text, word) == [
                (indices[0], indices[-1] + 1)
                for indices in runs
                if "".join(text[i] for i in indices).casefold() == word.casefold()
            ]


# 247: sums of square roots


def sign_oracle(terms: Iterable[tuple[int, int]], digits: int = 400) -> int:
    """Return the sign of a sum of roots by many digits; what is tiny counts as 0."""
    with localcontext() as context:
        context.prec = digits
        total = sum((k * Decimal(n).sqrt() for k, n in terms), Decimal(0))
        if abs(total) < Decimal(10) ** (60 - digits):
            return 0
        return 1 if total > 0 else -1


def test_compare_roots() -> None:
    """The comparison is exact for equal, nearly equal, random and huge numbers."""
    compare = load(247, 1)["compare"]
    assert "import" not in code(reference(247)[0])
    for a, b, c, d in itertools.product(range(9), repeat=4):
        assert compare(a, b, c, d) == sign_oracle([(1, a), (1, b), (-1, c), (-1, d)], 70)
    generator = random.Random(247)
    for _ in range(500):
        m = generator.randint(1, 10**6)
        parts = [generator.randint(0, 99) for _ in range(4)]
        values = [m * part * part + generator.choice([0, 0, 0, 1]) for part in parts]
        terms = list(zip((1, 1, -1, -1), values, strict=True))
        assert compare(*values) == sign_oracle(terms)
    assert "`compare(10**40 - 1, 10**40 + 1, 10**40, 10**40)`" in question(247)[0]
    assert "`compare(8, 18, 50, 0)`" in question(247)[0]
    assert "The first call returns -1" in reference(247)[0]
    assert "and the second returns 0" in reference(247)[0]
    assert compare(10**40 - 1, 10**40 + 1, 10**40, 10**40) == -1
    assert compare(8, 18, 50, 0) == 0
    n = 10**5000
    assert compare(n - 1, n + 1, n, n) == -1
    assert compare(n, n, n - 1, n + 1) == 1
    assert compare(4 * n, 0, n, n) == 0


def test_sign_of_roots() -> None:
    """The sign is exact for sums of many roots, among them sums which are 0."""
    sign = load(247, 2)["sign"]
    reduce_root = load(247, 2)["reduce_root"]
    for n in range(1, 3000):
        s, m = reduce_root(n)
        assert s * s * m == n
        assert all(m % (p * p) for p in range(2, 55))
    for n in (10**9, 999999937, 31607**2, 31601 * 31607, 999**3, 2 * 22349**2):
        s, m = reduce_root(n)
        assert s * s * m == n
        assert all(m % (p * p) for p in range(2, 31623))
    assert sign([]) == sign([(5, 0)]) == sign([(0, 7)]) == 0
    assert sign([(-2, 9), (3, 4)]) == 0
    calls = re.findall(r"`sign\((\[.*?\])\)`", reference(247)[1])
    assert len(calls) == 1
    assert sign(ast.literal_eval(calls[0])) == 0
    asked = re.findall(r"`sign\((\[.*?\])\)`", question(247)[1])
    assert len(asked) == 1
    assert sign(ast.literal_eval(asked[0])) == sign_oracle(ast.literal_eval(asked[0])) == -1
    assert "returns -1: after collecting, the sum is √5 + √6 + 3√2 − 4√3 − 2" in reference(247)[1]
    with localcontext() as context:
        context.prec = 40
        near = sum((k * Decimal(n).sqrt() for k, n in ast.literal_eval(asked[0])), Decimal(0))
        assert round(near, 7) == Decimal("-0.0000048")
    generator = random.Random(247)
    for _ in range(400):
        terms = [
            (
                generator.randint(-9, 9),
                generator.choice([2, 3, 5, 6]) * generator.randint(0, 9) ** 2,
            )
            for _ in range(generator.randint(0, 5))
        ]
        if generator.random() < 0.4:
            terms += [(-k * 3, n) if n % 4 else (-k * 6, n // 4) for k, n in terms * 1]
            terms += [(2 * k, n) for k, n in terms[: len(terms) // 2]]
        assert sign(terms) == sign_oracle(terms)
    for _ in range(200):
        terms = [(generator.randint(-999, 999), generator.randint(0, 10**9)) for _ in range(4)]
        assert sign(terms) == sign_oracle(terms)


# 248: suspicious events

Event = tuple[int, str, str]


def random_events(generator: random.Random) -> list[Event]:
    """Return a few events that are close to each other."""
    span = generator.choice([0, 5, 30])
    addresses = generator.choice(["x", "xy"])
    return [
        (generator.randint(-span, span), generator.choice("abcdef"), generator.choice(addresses))
        for _ in range(generator.randint(0, 25))
    ]


def test_suspicious() -> None:
    """The fast function gives the same as the slow one in the question, and is fast."""
    slow = run(code(question(248)[0]))["suspicious"]
    fast = load(248, 1)["suspicious"]
    generator = random.Random(248)
    hits = 0
    for _ in range(1500):
        events = random_events(generator)
        window = generator.choice([-1, 0, 1, 3, 10, 100])
        expected = slow(events, window)
        hits += len(expected)
        assert fast(events, window) == expected
    assert hits > 1000
    many = [(i % 7, f"user {i % 20000}", "x") for i in range(40000)]
    assert fast(many, 10**9) == list(range(40000))
    assert fast([(0, user, "x") for _, user, _ in many[:3]] * 5000, 0) == []


def test_suspicious_stream() -> None:
    """The generator yields the same indices, each as soon as it is settled."""
    slow = run(code(question(248)[0]))["suspicious"]
    stream = load(248, 2)["suspicious_stream"]
    generator = random.Random(248)
    for _ in range(1000):
        events = sorted(random_events(generator), key=lambda event: event[0])
        window = generator.choice([0, 1, 3, 10, 100])
        read = 0

        def feed(events: list[Event] = events) -> Iterator[Event]:
            nonlocal read
            for event in events:
                read += 1
                yield event
            read += 1

        result = [(index, read) for index in stream(feed(), window)]
        times = [time for time, _, _ in events]
        expected = [
            (i, next((j for j, t in enumerate(times) if t > times[i] + window), len(times)) + 1)
            for i in slow(events, window)
        ]
        assert result == expected


class Name(str):
    """A text that can be watched by a weak reference."""

    __slots__ = ("__weakref__",)


def test_suspicious_stream_memory() -> None:
    """Of an endless feed, only the names of recent events are kept."""
    stream = load(248, 2)["suspicious_stream"]
    alive: weakref.WeakSet[Name] = weakref.WeakSet()
    peak = 0

    def feed(shared: bool) -> Iterator[tuple[int, Name, Name]]:
        nonlocal peak
        for time in itertools.count():
            for user in range(4):
                peak = max(peak, len(alive))
                name, address = Name(f"{time}.{user}"), Name(f"at {time}.{user * (not shared)}")
                alive.update((name, address))
                yield time, name, address

    assert list(itertools.islice(stream(feed(True), 2), 2000)) == list(range(2000))
    assert list(stream(itertools.islice(feed(False), 2000), 2)) == []
    assert 20 < peak < 70
    peak = 0
    gaps = ((100 * time, user, address) for time, user, address in feed(True))
    assert list(itertools.islice(stream(gaps, 2), 400)) == list(range(400))
    assert 0 < peak <= 8


# 249: keypad


def keypad_oracle(code: str, presses: list[tuple[int, str]]) -> list[str]:
    """Return the results of presses by looking at the whole history each time."""
    results: list[str] = []
    entry: list[tuple[int, str]] = []
    tries: list[bool] = []
    locks: list[tuple[int, int]] = []
    for t, key in presses:
        if any(start <= t < start + period for start, period in locks):
            results.append("locked")
            continue
        if entry and t - entry[-1][0] > 5:
            entry = []
        if key == "C":
            entry = []
            results.append("cleared")
            continue
        entry.append((t, key))
        if len(entry) < 3:
            results.append("ok")
            continue
        right = "".join(k for _, k in entry) == code
        entry = []
        tries.append(right)
        run_length = list(reversed(tries)).index(True) if True in tries else len(tries)
        if right:
            results.append("open")
        elif run_length % 3:
            results.append("wrong")
        else:
            locks.append((t, 30 * 2 ** (run_length // 3 - 1)))
            results.append("locked")
    return results


def random_presses(generator: random.Random, code: str, count: int) -> list[tuple[int, str]]:
    """Return presses which often enter the code or something like it."""
    keys: list[str] = []
    while len(keys) < count:
        keys += generator.choice(
            [code, code[:2] + "9", "999", "123", generator.choice("C0123456789")]
        )
    t = generator.randint(0, 9)
    presses = []
    for key in keys[:count]:
        t += generator.choice([0, 1, 1, 1, 2, 2, 5, 5] * 4 + [6, 25, 30, 61])
        presses.append((t, key))
    return presses


def test_keypad() -> None:
    """The keypad agrees with an oracle on random presses and gives the results stated."""
    make = load(249, 1)["Keypad"]
    generator = random.Random(249)
    seen: set[str] = set()
    for _ in range(400):
        code_ = generator.choice(["407", "123", "000"])
        presses = random_presses(generator, code_, 60)
        keypad = make(code_)
        results = []
        for t, key in presses:
            for wrong in ("", "c", "12", "#", "٣"):
                assert attempt(keypad.press, wrong, t) == "error"
            results.append(keypad.press(key, t))
        assert results == keypad_oracle(code_, presses)
        seen.update(results)
    assert seen == {"ok", "open", "wrong", "cleared", "locked"}
    asked = question(249)[0].rpartition("as a list: ")[2]
    sequence = [(int(t), key) for key, t in re.findall(r"(\w) at (\d+)", asked)]
    match = re.search(r"The results are `(.*?)`", reference(249)[0])
    assert match
    assert len(sequence) == 12
    assert keypad_oracle("407", sequence) == ast.literal_eval(match[1])


def test_keypad_locks() -> None:
    """Locks last 30, 60 and 120 seconds, end on the second, and start anew after opening."""
    make = load(249, 1)["Keypad"]
    keypad = make("407")
    t = 0
    for period in (30, 60, 120, 240):
        results = [keypad.press("1", t) for _ in range(9)]
        assert results == ["ok", "ok", "wrong"] * 2 + ["ok", "ok", "locked"]
        assert keypad.press("4", t + period - 1) == "locked"
        t += period
    assert [keypad.press(key, t) for key in "407"] == ["ok", "ok", "open"]
    assert [keypad.press("1", t) for _ in range(9)][-1] == "locked"
    assert keypad.press("4", t + 29) == "locked"
    assert [keypad.press(key, t + 30) for key in "407"] == ["ok", "ok", "open"]


def test_possible_codes() -> None:
    """The codes found are those for which some choice of the hidden digits gives the log."""
    possible_codes = load(249, 2)["possible_codes"]
    everything = [f"{number:03}" for number in range(1000)]
    assert possible_codes([]) == everything
    generator = random.Random(249)
    counts: set[int] = set()
    for number in range(60):
        code_ = generator.choice(["407", "123", "999"])
        presses = random_presses(generator, code_, generator.randint(3, 14))
        results = keypad_oracle(code_, presses)
        if number % 5 == 0:
            results[generator.randrange(len(results))] = generator.choice(["ok", "open", "wrong"])
        hidden = [i for i, (_, key) in enumerate(presses) if key != "C"]
        hidden = sorted(generator.sample(hidden, min(2, len(hidden))))
        log = [
            (t, "?" if i in hidden else key, result)
            for i, ((t, key), result) in enumerate(zip(presses, results, strict=True))
        ]
        found = possible_codes(log)
        counts.add(len(found))
        assert found == sorted(set(found))
        for candidate in {*generator.sample(everything, 12), *found[:4], code_, "997", "123"}:
            possible = False
            for digits in itertools.product("0123456789", repeat=len(hidden)):
                tried = list(presses)
                for i, digit in zip(hidden, digits, strict=True):
                    tried[i] = (tried[i][0], digit)
                if keypad_oracle(candidate, tried) == results:
                    possible = True
                    break
            assert (candidate in found) == possible
    assert len(counts) > 5
    assert 0 in counts


def test_possible_codes_long() -> None:
    """Long logs with everything hidden pose no problem, and visible digits narrow the codes."""
    possible_codes = load(249, 2)["possible_codes"]
    results = ["ok", "ok", "open"] * 100
    assert len(possible_codes([(t, "?", result) for t, result in enumerate(results)])) == 1000
    log = [(0, "4", "ok"), (0, "?", "ok"), (0, "7", "open")]
    assert possible_codes(log) == [f"4{digit}7" for digit in range(10)]
    log += [(1, "4", "ok"), (1, "0", "ok"), (1, "7", "wrong"), (2, "?", "ok"), (2, "3", "ok")]
    assert possible_codes([*log, (2, "?", "open")]) == ["437"]
    assert (
        possible_codes([*log, (2, "?", "ok")]) == possible_codes([*log, (2, "?", "locked")]) == []
    )
    assert possible_codes([(0, "?", "cleared")]) == possible_codes([(0, "C", "ok")]) == []


# 250: differences and merging of JSON


def canon(value: object) -> object:
    """Return something hashable that is equal just for equal JSON."""
    if isinstance(value, dict):
        return ("object", frozenset((key, canon(member)) for key, member in value.items()))
    if isinstance(value, list):
        return ("array", tuple(map(canon, value)))
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float):
        return ("number", float(value))
    return (type(value).__name__, value)


def random_json(generator: random.Random, depth: int = 3) -> Any:
    """Return a small JSON value; the chance of equal parts is high."""
    kind = generator.random()
    if depth and kind < 0.7:
        keys = generator.sample("pqr", generator.randint(0, 3))
        return {key: random_json(generator, depth - 1) for key in keys}
    if depth and kind < 0.8:
        return [random_json(generator, depth - 1) for _ in range(generator.randint(0, 2))]
    return generator.choice([0, 1, 1.0, 0.0, True, False, None, "", "1"])


def edited(generator: random.Random, value: Any) -> Any:
    """Return a copy of a JSON value with a few changes."""
    if isinstance(value, dict) and generator.random() < 0.95:
        result = {k: edited(generator, v) for k, v in value.items() if generator.random() < 0.85}
        if generator.random() < 0.25:
            result[generator.choice("pqr")] = random_json(generator, 1)
        return result
    return random_json(generator, 2) if generator.random() < 0.3 else deepcopy(value)


def test_diff() -> None:
    """The operations turn old into new, name nothing in vain, and tell true from 1."""
    diff = load(250, 1)["diff"]
    assert diff({"a": [1, {"b": True}]}, {"a": [1.0, {"b": True}]}) == []
    assert diff([True], [1]) == [("set", (), [1])]
    assert diff({"a": {"x": 0}}, {"a": {"x": False}}) == [("set", ("a", "x"), False)]
    assert diff({"b": 1, "a": {}}, {"c": {"d": {}}}) == [
        ("remove", ("a",)),
        ("remove", ("b",)),
        ("set", ("c",), {"d": {}}),
    ]
    assert diff({}, []) == [("set", (), [])]
    generator = random.Random(250)
    for _ in range(2000):
        old = random_json(generator)
        new = edited(generator, old)
        saved = canon(old), canon(new)
        operations = diff(old, new)
        assert (canon(old), canon(new)) == saved
        paths = [operation[1] for operation in operations]
        assert paths == sorted(set(paths))
        result = {"root": deepcopy(old)}
        for operation in operations:
            parent: Any = result
            path = ("root", *operation[1])
            for key in path[:-1]:
                parent = parent[key]
            known = path[-1] in parent
            if operation[0] == "remove":
                del parent[path[-1]]
            else:
                assert operation[0] == "set"
                if known:
                    before = parent[path[-1]]
                    assert not (isinstance(before, dict) and isinstance(operation[2], dict))
                    assert canon(before) != canon(operation[2])
                parent[path[-1]] = deepcopy(operation[2])
        assert canon(result["root"]) == canon(new)


def merge_oracle(
    base: list[Any], ours: list[Any], theirs: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Merge values in lists of length 1, or 0 if absent; return the result and the conflicts."""
    b, o, t = (canon(value) for value in (base, ours, theirs))
    if t in (o, b):
        return ours, []
    if b == o:
        return theirs, []
    if not (ours and theirs and isinstance(ours[0], dict) and isinstance(theirs[0], dict)):
        return ours, [()]
    old = base[0] if base and isinstance(base[0], dict) else {}
    merged: dict[str, Any] = {}
    conflicts: list[Any] = []
    for key in sorted({*old, *ours[0], *theirs[0]}):
        parts = [[part[key]] if key in part else [] for part in (old, ours[0], theirs[0])]
        result, below = merge_oracle(*parts)
        merged.update((key, value) for value in result)
        conflicts += [(key, *path) for path in below]
    return [merged], conflicts


def containers(value: Any) -> Iterator[int]:
    """Yield the identities of all arrays and objects in a JSON value."""
    if isinstance(value, dict | list):
        yield id(value)
        for member in value.values() if isinstance(value, dict) else value:
            yield from containers(member)


def test_merge() -> None:
    """Merging follows the four rules, reports conflicts in order and shares nothing."""
    merge = load(250, 2)["merge"]
    match = re.search(r"^`merge\((.*)\)`", question(250)[1], re.MULTILINE)
    assert match
    shown_result = ast.literal_eval(blocks(reference(250)[1])[1])
    merged, conflicts = merge(*ast.literal_eval(f"[{match[1]}]"))
    assert (canon(merged), conflicts) == (canon(shown_result[0]), shown_result[1])
    assert merge(5, {"a": {"x": 1}}, {"a": {"y": 2}}) == ({"a": {"x": 1, "y": 2}}, [])
    assert merge({"a": 1}, {}, {"a": True}) == ({}, [("a",)])
    assert merge({"a": 1}, {"a": 2}, {}) == ({"a": 2}, [("a",)])
    assert merge(0, 1, True) == (1, [()])
    assert merge({"a": {"b": 1}}, {}, {"a": {"b": 1.0}}) == ({}, [])
    generator = random.Random(250)
    total = 0
    for _ in range(3000):
        base = random_json(generator)
        ours, theirs = edited(generator, base), edited(generator, base)
        saved = [canon(value) for value in (base, ours, theirs)]
        merged, conflicts = merge(base, ours, theirs)
        assert [canon(value) for value in (base, ours, theirs)] == saved
        [expected], paths = merge_oracle([base], [ours], [theirs])
        assert canon(merged) == canon(expected)
        assert conflicts == sorted(paths)
        total += len(paths)
        used = {*containers(base), *containers(ours), *containers(theirs)}
        assert used.isdisjoint(containers(merged))
    assert total > 300
