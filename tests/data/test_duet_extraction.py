"""Derive the right answers to the duet set's extraction questions from their texts."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, cast

import pytest

QUESTIONS = Path(__file__).parents[2] / "data/duet/question.jsonl"
IDS = range(251, 261)
MONTHS = ["February", "March", "April", "May", "June", "July", "August", "September"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def question(question_id: int) -> list[str]:
    """Return both turns of a question."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["question_id"] == question_id:
            return cast(list[str], record["turns"])
    raise KeyError(question_id)


def find(pattern: str, text: str) -> tuple[str, ...]:
    """Return the groups of a pattern that occurs exactly once in a text."""
    matches = list(re.finditer(pattern, text))
    assert len(matches) == 1, (pattern, len(matches))
    return matches[0].groups()


def number(pattern: str, text: str) -> Decimal:
    """Return the number in the only group of a pattern that occurs exactly once."""
    [value] = find(pattern, text)
    return Decimal(value.replace(",", ""))


def block(text: str) -> list[str]:
    """Return the lines of the only code block of a text."""
    [inside] = re.findall(r"```\n(.*?)\n```", text, re.DOTALL)
    return cast(str, inside).split("\n")


def cents(value: Decimal) -> Decimal:
    """Round to two decimals, halves up."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("question_id", IDS)
def test_layout(question_id: int) -> None:
    """Each question has a text to extract from, and both turns name the form of the answer."""
    turns = question(question_id)
    assert len(turns) == 2
    assert len(turns[0]) > 1000
    for turn in turns:
        assert re.search(r"\b(?:JSON|CSV|YAML|Markdown|your table again)\b", turn)


# 251: catering


def order(first: str, second: str) -> tuple[list[tuple[Decimal, Decimal]], list[Decimal]]:
    """Return quantities and prices in the first answer, and the quantities after the last mail."""
    words = {"two": 2, "three": 3, "five": 5, "nine": 9}
    curry, pie, salad = map(
        Decimal,
        find(r"(\d+) lentil curries, (\d+) chicken pies and (\d+) salmon salads", first),
    )
    moved = words[find(r"(\w+) of the pies should be curries", first)[0].lower()]
    absent = words[find(r"(\w+) people have dropped out, all of them salads", first)[0].lower()]
    prices = [
        number(rf"{name} (?:is )?(\d+\.\d\d)", first)
        for name in ("Lentil curry", "chicken pie", "salmon salad", "urn of coffee")
    ]
    water = number(r"bottle of water (\d+\.\d\d)", first)
    tea = prices[3] - number(r"Tea is (\d+\.\d\d) less", first)
    quantities = [curry + moved, pie - moved, salad - absent, Decimal(1)]
    items = list(zip(quantities, prices, strict=True))
    items.append((number(r"(\d+) bottles of sparkling", first), water))
    items.append((Decimal(1), number(r"A platter is (\d+\.\d\d)", first)))
    items.append((Decimal(1), tea))
    less = [words[w] for w in find(r"(\w+) curries and (\w+) pies fewer", second)]
    after = [quantity for quantity, _ in items]
    after[0] -= less[0]
    after[1] -= less[1]
    after[6] = Decimal(0)
    return items, after


def test_catering() -> None:
    """The order comes to 494.95 with free delivery, and to 394.85 with paid delivery after that."""
    first, second = question(251)
    items, after = order(first, second)
    threshold = number(r"come to (\d+\.\d\d) or more", first)
    fee = number(r"otherwise it is (\d+\.\d\d)", first)
    before_sum = sum((q * p for q, p in items), Decimal(0))
    after_sum = sum((q * p for q, (_, p) in zip(after, items, strict=True)), Decimal(0))
    assert [int(q) for q, _ in items] == [25, 11, 7, 1, 24, 1, 1]
    assert [int(q) for q in after] == [16, 9, 7, 1, 24, 1, 0]
    assert after_sum < threshold <= before_sum == Decimal("494.95")
    assert after_sum + fee == Decimal("394.85")
    saved = before_sum - after_sum - fee
    assert saved == Decimal("100.10") < before_sum - after_sum == Decimal("125.10")
    guests = number(r"lunch for (\d+) people", first) - 3 + 1
    assert items[0][0] + items[1][0] + items[2][0] + items[5][0] == guests == 44
    assert find(r"So that makes (\d+) curries, (\d+) pies and (\d+) salads", first) == (
        *map(str, (items[0][0], items[1][0], items[2][0] + 3)),
    )
    assert "Delivery at 12:15" in first
    assert "a quarter of an hour earlier" in first
    for day, month_day in re.findall(r"(\w+day) (\d+) March", first):
        assert DAYS[date(2025, 3, int(month_day)).weekday()] == day


# 252: outages


class Outage(NamedTuple):
    """A service being down from one time to another."""

    start: datetime
    end: datetime
    service: str


def outages(lines: list[str], slow: timedelta) -> list[Outage]:
    """Apply the question's rules to the log, with the clock of search corrected."""
    false = {m[1] for line in lines if (m := re.search(r"ledger line of (\S+)Z is false", line))}
    down: dict[str, datetime] = {}
    found: list[Outage] = []
    for line in lines:
        stamp, service, _, text = line.split(" ", 3)
        moment = datetime.fromisoformat(stamp).astimezone(UTC)
        if f"{moment:%H:%M:%S}" in false and service == "ledger":
            continue
        moment += slow if service == "search" else timedelta(0)
        if text.startswith("down") and "drill" not in text:
            down.setdefault(service, moment)
        elif text == "up" and service in down:
            found.append(Outage(down.pop(service), moment, service))
    assert not down
    return sorted(found)


def overlaps(found: list[Outage]) -> tuple[int, dict[tuple[str, str], list[str]]]:
    """Return the seconds with any service down, and the periods with several, by second."""
    by_second: defaultdict[datetime, list[str]] = defaultdict(list)
    for start, end, service in found:
        for second in range(int((end - start).total_seconds())):
            by_second[start + timedelta(seconds=second)].append(service)
    periods: list[tuple[datetime, datetime, list[str]]] = []
    for moment in sorted(by_second):
        services = sorted(by_second[moment])
        if len(services) < 2:
            continue
        next_moment = moment + timedelta(seconds=1)
        if periods and periods[-1][1] == moment and periods[-1][2] == services:
            periods[-1] = (periods[-1][0], next_moment, services)
        else:
            periods.append((moment, next_moment, services))
    return len(by_second), {(f"{a:%H:%M:%S}", f"{b:%H:%M:%S}"): s for a, b, s in periods}


def test_outages() -> None:
    """There are five outages; the slow clock moves one of them, and the overlap with another."""
    first, second = question(252)
    lines = block(first)
    found = outages(lines, timedelta(0))
    assert [(f"{o.start:%H:%M:%S}", o.service, (o.end - o.start).seconds) for o in found] == [
        ("07:02:41", "ledger", 435),
        ("07:03:10", "mailer", 930),
        ("07:21:30", "gateway", 690),
        ("07:24:00", "search", 465),
        ("07:41:00", "ledger", 1067),
    ]
    assert sum((o.end - o.start).seconds for o in found) == 3587
    slow = timedelta(seconds=int(number(r"happened (\d+) seconds after", second)))
    corrected = outages(lines, slow)
    any_down, periods = overlaps(corrected)
    assert any_down == 2736
    assert periods == {
        ("07:03:10", "07:09:56"): ["ledger", "mailer"],
        ("07:25:35", "07:33:00"): ["gateway", "search"],
    }
    two_down = sum((o.end - o.start).seconds for o in corrected) - any_down
    assert two_down == 851
    assert (any_down, periods) != overlaps(found)
    assert Counter(o.service for o in corrected) == Counter(
        {"ledger": 2, "mailer": 1, "gateway": 1, "search": 1}
    )


# 253: minutes


def last_open(day: date, closed: list[date]) -> date:
    """Return the last day up to this one that is neither on a weekend nor closed."""
    while day.weekday() >= DAYS.index("Saturday") or day in closed:
        day -= timedelta(1)
    return day


def test_minutes() -> None:
    """Seven actions are due on seven days; closed days and changes then move three of them."""
    first, second = question(253)
    weekday, day = find(r"(\w+day) (\d+) November 2025\.\*\*", first)
    meeting = date(2025, 11, int(day))
    assert DAYS[meeting.weekday()] == weekday
    back = date(2025, 11, int(find(r"back from Ghent until Sunday the (\d+)th", first)[0]))
    assert back.weekday() == 6
    assert "three weeks before the delivery, which is fixed for 15 December" in first
    delivery = date(2025, 12, int(find(r"moved the delivery to the (\d+)th", first)[0]))
    draft = date(2025, 11, int(find(r"draft the invitation by the (\d+)th", first)[0]))
    assert "runs out on the last day of this month" in first
    assert "renew it a week before" in first
    assert "first Tuesday in December" in first
    assert "at least a week ahead" in first
    assert "approve it two days after that" in first
    assert "phone the printers tomorrow" in first
    tuesday = next(d for d in (date(2025, 12, n) for n in range(1, 8)) if d.weekday() == 1)
    due = {
        "phone": meeting + timedelta(1),
        "comparison": back + timedelta(1),
        "draft": draft,
        "approval": draft + timedelta(2),
        "insurance": date(2025, 11, 30) - timedelta(7),
        "room": tuesday - timedelta(7),
        "measurements": delivery - timedelta(21),
    }
    assert [d.isoformat()[5:] for d in due.values()] == [
        "11-13",
        "11-17",
        "11-18",
        "11-20",
        "11-23",
        "11-25",
        "11-26",
    ]
    closed = [date(2025, 11, int(n)) for n in find(r"on (\d+) and (\d+) November", second)]
    assert "he gets two days more for the draft" in second
    new = dict(due, draft=draft + timedelta(2), approval=draft + timedelta(4))
    new = {action: last_open(day, closed) for action, day in new.items()}
    assert {a: (new[a] - due[a]).days for a in due if new[a] != due[a]} == {
        "draft": 1,
        "approval": -1,
        "insurance": -4,
    }
    assert new["draft"] == new["approval"] == new["insurance"] == date(2025, 11, 19)


# 254: storage agreement


def day_in(text: str) -> date:
    """Return a day such as "24 July 2025"."""
    day, month, year = text.split()
    return date(int(year), MONTHS.index(month) + 2, int(day))


def month_end(day: date) -> date:
    """Return the last day of a month."""
    return (day.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)


def test_storage() -> None:
    """The deposit follows the old fee, the charge the old rate, the notice the new term."""
    first, second = question(254)
    old_fee = number(r"The fee is €(\d+) a month", first)
    assert "begins on 1 March 2024. It runs for twelve months" in first
    assert "Amendment A of 20 August 2024, in effect from 1 September 2024" in first
    fee = number(r"The monthly fee is €(\d+)\.", first)
    assert "one and a half times the monthly fee on the day of this agreement" in first
    deposit = old_fee * Decimal("1.5")
    assert deposit == 177
    assert find(r"\(c\) In §5, (.*?) becomes (.*?) in both", first) == ('"€9"', '"€7"')
    assert "(a) Amendment A (c) is revoked" in first
    assert '"one month\'s" becomes "six weeks\'"' in first
    notice = timedelta(weeks=6)
    on = day_in(find(r"if the Customer gives notice on (\d+ \w+ \d+)", first)[0])
    assert month_end(on + notice) == date(2025, 3, 31) > date(2025, 2, 28)
    limit = number(r"no more than (\d+) %", first)
    raised = number(r"your fee is €(\d+)\.", second)
    allowed = cents(fee * (100 + limit) / 100)
    assert raised > allowed == Decimal("99.84")
    announced = day_in(find(r"On (\d+ \w+ \d+) the Keeper writes", second)[0])
    assert date(2025, announced.month + 2, announced.day) <= date(2025, 7, 1)
    paid = int(number(r"pays the July fee on (\d+) July", second))
    charge = 9 + 9 * ((paid - 5) // 7)
    assert charge == 27
    assert (paid - 5) % 7
    given = day_in(find(r"On (\d+ \w+ \d+) she gives notice", second)[0])
    end = month_end(given + notice)
    assert end == date(2025, 9, 30)
    assert month_end(given - timedelta(7) + notice) == date(2025, 8, 31)
    assert (end.month - 6) * allowed + charge == Decimal("326.52")
    assert deposit - charge == 150


# 255: discharge note


def test_discharge() -> None:
    """The tablets needed follow from the note; the courses of two medicines are special."""
    first, second = question(255)
    assert "Day 1 (1 June)" in first
    assert "Day 3: doxycycline" in first
    assert "furosemide 40 mg by mouth every morning" in first
    assert "for the first two weeks and then halved" in first
    assert "ramipril restarted at half the previous dose" in first
    assert "the breakfast dose of metformin doubled" in first
    metformin = number(r"metformin (\d+) mg at breakfast and at dinner", first)
    ramipril = number(r"ramipril (\d+) mg in the morning", first) / 2
    atorvastatin = number(r"atorvastatin (\d+) mg at bedtime", first)
    dose = number(r"doxycycline (\d+) mg in the morning and in the evening for seven days", first)
    doses = int(number(r"that is (\d+) doses, the first on the evening of day 3", first))
    moments = [(day, part) for day in range(3, 30) for part in ("morning", "evening")][1:][:doses]
    at_home = [moment for moment in moments if moment[0] > 6]
    assert doses == 2 * 7
    assert len(at_home) == 7
    assert at_home[-1] == (10, "morning")
    stock = {
        name: (Decimal(strength), int(size))
        for name, strength, size in re.findall(r"(\w+) ([\d.]+) mg \(packs of (\d+)\)", second)
    }
    days = int(number(r"at home for (\d+) days", second))
    daily = {
        "atorvastatin": [atorvastatin] * days,
        "doxycycline": [dose] * len(at_home),
        "furosemide": [Decimal(40)] * 14 + [Decimal(20)] * (days - 14),
        "metformin": [2 * metformin, metformin] * days,
        "ramipril": [ramipril] * days,
    }
    assert list(stock) == sorted(daily)
    rows = []
    for name, amounts in daily.items():
        strength, size = stock[name]
        tablets = [amount / strength for amount in amounts]
        assert all(count == int(count) for count in tablets)
        needed = int(sum(tablets))
        packs = -(-needed // size)
        rows.append((name, needed, packs, packs * size - needed))
    assert rows == [
        ("atorvastatin", 56, 1, 44),
        ("doxycycline", 14, 2, 2),
        ("furosemide", 42, 1, 8),
        ("metformin", 84, 3, 0),
        ("ramipril", 56, 2, 4),
    ]
    assert date(2025, 6, 7) + timedelta(days - 1) == date(2025, 7, 4)
    assert "from the morning of 7 June 2025" in second
    assert "All doses of 6 June have been given" in first


# 256: receipt


def receipt(text: str) -> list[tuple[int, str, Decimal, str]]:
    """Return the lines of the receipt as number, text, amount and tax group."""
    lines = []
    for line in block(text):
        if match := re.fullmatch(r" ?(\d{1,2}) (.*?) +(-?\d+,\d\d) ([AB-])", line):
            amount = Decimal(match[3].replace(",", "."))
            lines.append((int(match[1]), match[2].strip(), amount, match[4]))
    return lines


def test_receipt() -> None:
    """Every line and the total add up, and the settlement has one odd cent."""
    first, _ = question(256)
    lines = receipt(first)
    assert [line[0] for line in lines] == list(range(1, 15))
    total = Decimal(find(r"TOTAL +(\d+,\d\d)", first)[0].replace(",", "."))
    assert sum(line[2] for line in lines) == total == Decimal("30.34")
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    group_b = Decimal(0)
    for n, text, amount, group in lines:
        if match := re.search(r"([\d,]+)(?: kg)? x (\d+,\d\d)$", text):
            quantity, price = (Decimal(part.replace(",", ".")) for part in match.groups())
            assert abs(amount) == quantity * price
            amounts[re.split(r" {2,}", text)[0]] += amount
        elif match := re.search(r"VOID line (\d+)", text):
            amounts[re.split(r" {2,}", lines[int(match[1]) - 1][1])[0]] += amount
        elif match := re.search(r"VOID 1 piece of line (\d+)|Offer on line (\d+)", text):
            target = int(match[1] or match[2])
            amounts[re.split(r" {2,}", lines[target - 1][1])[0]] += amount
        if group == "B" and n != 14:
            group_b += amount
    coupon = cents(group_b / 10)
    assert lines[-1][2] == -coupon == Decimal("-0.93")
    assert lines[6][2] - 3 * Decimal("1.19") == -lines[7][2]
    assert amounts.pop("Olive oil, large") == 0
    bottles = amounts.pop("Bottles returned")
    assert dict(amounts) == {
        "Oat milk 1 l": Decimal("7.80"),
        "Rye bread": Decimal("4.20"),
        "Apples": Decimal("2.38"),
        "Dish soap": Decimal("2.35"),
        "Mozzarella": Decimal("3.57"),
        "Light bulb": Decimal("6.98"),
        "Olive oil, small": Decimal("5.49"),
    }
    soap = amounts["Dish soap"] - cents(coupon * amounts["Dish soap"] / group_b)
    bulbs = amounts["Light bulb"] - cents(coupon * amounts["Light bulb"] / group_b)
    assert soap + bulbs == group_b - coupon
    shared = amounts["Oat milk 1 l"] + amounts["Apples"] + soap + amounts["Olive oil, small"]
    assert int(shared * 100) % 2 == 1
    half = (shared - Decimal("0.01")) / 2
    runa = amounts["Rye bread"] + amounts["Mozzarella"] + half + bottles * 2 / 6
    nils = bulbs + shared - half + bottles * 4 / 6
    assert (cents(runa), cents(nils)) == (Decimal("16.16"), Decimal("14.18"))
    assert cents(runa) + cents(nils) == total
    assert any("," in name for name in amounts)
    assert next(csv.reader(['"Olive oil, small",1,piece,5.49']))[0] in amounts


# 257: changelog


def accepted(text: str) -> dict[str, dict[str, str]]:
    """Return for each release the options it accepts, each with the release it is there since."""
    sections: list[tuple[str, list[str]]] = []
    for line in block(text):
        if match := re.match(r"(\d+\.\d+\.\d+) \(.*?\)(.*)", line):
            sections.append((match[1], []))
            if "as if never released" in match[2]:
                sections[-1] = ("", [])
        else:
            sections[-1][1].append(line)
    since: dict[str, str] = {}
    result: dict[str, dict[str, str]] = {}
    for release, lines in reversed(sections):
        if not release:
            continue
        for line in lines:
            if match := re.match(r"- Added (--[\w-]+)", line):
                since[match[1]] = release
            elif match := re.match(r"- Removed (--[\w-]+)", line):
                del since[match[1]]
            elif match := re.match(r"- Renamed (--[\w-]+) to (--[\w-]+)\.", line):
                since[match[2]] = since[match[1]]
            if match := re.search(r"Neither (--[\w-]+) nor (--[\w-]+) is accepted", line):
                del since[match[1]], since[match[2]]
        result[release] = dict(since)
    return result


def test_changelog() -> None:
    """Six options are accepted in the end, and each command by a set of releases of its own."""
    first, second = question(257)
    releases = accepted(first)
    names = list(releases)
    assert names == ["1.7.0", "1.8.0", "1.9.0", "1.9.1", "1.9.2", "1.10.0", "2.0.0", "2.1.0"]
    assert releases["2.1.0"] == {
        "--jobs": "1.8.0",
        "--legacy-index": "1.7.0",
        "--log-level": "1.9.0",
        "--mirror": "2.1.0",
        "--offline": "1.10.0",
        "--target": "1.7.0",
    }
    fits = {}
    for letter, command in re.findall(r"^(\w)\. `brambler (.*?)`$", second, re.MULTILINE):
        used = re.findall(r"--[\w-]+", command)
        fits[letter] = [r for r in names if all(option in releases[r] for option in used)]
    assert fits == {
        "a": names[1:6],
        "b": names[1:6],
        "c": ["1.9.0", "1.10.0"],
        "d": ["2.1.0"],
        "e": names,
        "f": ["2.0.0"],
    }


# 258: ship's log


def test_voyage() -> None:
    """The distances have one right value each, and rounded columns add up to rounded totals."""
    first, second = question(258)
    mile = Fraction(number(r"One nautical mile is ([\d.]+) km", first))
    start, end = (
        Fraction(int(hour)) + Fraction(int(minute), 60)
        for hour, minute in (
            t.split(":") for t in find(r"at (\d\d:\d\d), anchored at (\S+),", first)
        )
    )
    hours = end - start
    log = [
        Fraction(t.replace(",", "")) for t in find(r"end, ([\d,.]+) and ([\d,.]+) nautical", first)
    ]
    kilometres = Fraction(number(r"\*\*Day 2\.\*\* (\d+) to Skerry", first))
    miles = {
        1: Fraction(number(r"must have been (\d+) nautical miles", first)),
        2: kilometres / mile,
        4: Fraction(number(r"average of ([\d.]+) knots", first)) * hours,
        5: 2 * Fraction(number(r"met fog after (\d+)", first)),
        6: log[1] - log[0],
    }
    engine = {
        1: Fraction(number(r"the first (\d+) of them under engine", first)),
        2: Fraction(0),
        4: Fraction(number(r"Engine for the last (\d+) nautical", first)),
        5: miles[5] / 2,
        6: Fraction(number(r"Of these, ([\d.]+) under engine", first)),
    }
    assert [f"{float(m * mile):.1f}" for m in miles.values()] == [
        "81.5",
        "63.0",
        "110.7",
        "55.6",
        "86.1",
    ]
    assert f"{float(sum(miles.values()) * mile):.1f}" == "396.9"
    assert [f"{float(e * mile):.1f}" for e in engine.values()] == [
        "11.1",
        "0.0",
        "14.8",
        "27.8",
        "4.6",
    ]
    assert f"{float(sum(engine.values()) * mile):.1f}" == "58.3"
    assert "so the 8 were not nautical miles" in second
    engine[4] /= mile
    for column in (miles, engine, {day: miles[day] - engine[day] for day in miles}):
        rounded = sum(Decimal(f"{float(value):.1f}") for value in column.values())
        assert rounded == Decimal(f"{float(sum(column.values())):.1f}")
    fuel = Fraction(number(r"again in the evening: (\d+) litres", first))
    assert f"{float(fuel / sum(engine.values())):.2f}" == "0.90"
    assert f"{float(sum(engine.values())):.1f}" == "27.8"
    assert all(engine[day] <= miles[day] for day in miles)


# 259: power failure


def test_power_failure() -> None:
    """The clocks are 6 minutes fast, right and 3 minutes slow, and then three claims clash."""
    first, _ = question(259)

    def minutes(text: str) -> int:
        hour, minute = text.split(":")
        return int(hour) * 60 + int(minute)

    panel = [
        minutes(t) + 60
        for t in find(r"UTC\+1\): (\S+) mains lost\. (\S+) .*? (\S+) mains lost\. (\S+)", first)
    ]
    assert "at eighteen minutes to six" in first
    hall_lights = 18 * 60 - 18
    [watch_lights] = map(minutes, find(r"lights went out, at (\S+) by my watch", first))
    [phone_lights] = map(minutes, find(r"with the lights, at (\d\d:\d\d)", first))
    hall, phone, watch = (t - panel[0] for t in (hall_lights, phone_lights, watch_lights))
    assert (hall, phone, watch) == (6, 0, -3)
    assert "three minutes after that everybody was out of the water" in first
    clear = hall_lights + 3 - hall
    emergency = hall_lights + 3 + 8 - hall
    assert "Eight minutes after the water was clear" in first
    locked = minutes(find(r"I locked the front door at (\S+),", first)[0]) - hall
    left_water = minutes(find(r"last to leave the water, at (\d\d:\d\d)", first)[0]) - watch
    left = minutes(find(r"I left by the front door at (\d\d:\d\d)", first)[0]) - watch
    assert "Nine minutes later" in first
    assert "for only two minutes" in first
    second_failure = phone_lights + 9 + 2
    assert [phone_lights + 9, second_failure] == panel[1:3]
    assert emergency == panel[2]
    assert "a quarter of an hour after the second failure" in first
    electrician = second_failure + 15
    assert minutes(find(r"for good at (\d\d:\d\d)", first)[0]) == panel[3]
    assert electrician == left > locked
    assert left_water > clear
    assert left_water < panel[1] < panel[2] < left < panel[3]
    rows = [
        *panel,
        *(hall_lights - hall, clear, emergency, locked),
        *(phone_lights, panel[1], panel[2], electrician, panel[3]),
        *(watch_lights - watch, left_water, left),
    ]
    assert [f"{m // 60}:{m % 60}" for m in sorted(set(rows))] == [
        "17:36",
        "17:39",
        "17:40",
        "17:45",
        "17:47",
        "17:59",
        "18:2",
        "18:10",
    ]
    assert len(rows) == 16


# 260: subscriptions


def entry(text: str, day: str) -> str:
    """Return the notebook's entry of a day."""
    [found] = find(rf"(?m)^> {day} (?:Sept|Oct)\. (.*)$", text)
    return found


def test_subscriptions() -> None:
    """Payments, debts and refunds fit together with the subscriptions."""
    first, second = question(260)

    def paid(day: str, pattern: str, text: str = first) -> int:
        return int(number(pattern, entry(text, day)))

    before = {
        "Folake Adeyemi-Rolfe": paid("5", r"(\d+) on account"),
        "Per Halvorsen": paid("10", r"Young Halvorsen has kept his word, (\d+)"),
        "Signe Halvorsen": paid("3", r"Signe Halvorsen \(viola\) has paid (\d+)"),
        "Bettina Kray": paid("12", r"Bettina paid (\d+), that is Bettina Kray")
        - paid("30", r"B\. K\. .* back (\d+)"),
        "Bettina Sorel": paid("17", r"(\d+) from the flute's mother"),
        "Lucan Thwaite": paid("23", r"first oboe .* cash, (\d+)") - paid("23", r"with the (\d+)"),
        "Ingram Vale": paid("12", r"Folake brought another (\d+)"),
    }
    assert list(before.values()) == [25, 40, 40, 10, 20, 40, 10]
    assert list(before) == sorted(before, key=lambda name: (name.split()[1], name))
    assert paid("19", r"the (\d+) of last Friday were not from") == before["Ingram Vale"]
    assert date(2025, 9, 12).weekday() == date(2025, 9, 19).weekday() == 4
    fee = int(number(r"subscription for the season is (\d+)", first))
    owed = {n: fee - p for n, p in before.items() if n != "Bettina Kray"}
    assert {n: o for n, o in owed.items() if o} == {
        "Folake Adeyemi-Rolfe": 15,
        "Bettina Sorel": 20,
        "Ingram Vale": 30,
    }
    assert entry(second, "1").startswith("The second oboe")
    assert entry(second, "2") == "Ingram: half of what he still owed."
    assert "what was missing for the flute" in entry(second, "6")
    after = dict(before)
    after["Bettina Kray"] += paid("30", r"back (\d+)")
    after["Ingram Vale"] += owed["Ingram Vale"] // 2
    after["Bettina Sorel"] += owed["Bettina Sorel"]
    assert not owed["Ingram Vale"] % 2
    lowered = paid("9", r"lowered to (\d+)", second)
    missing = [max(lowered - p, 0) for p in after.values()]
    refunds = [max(p - lowered, 0) for p in after.values()]
    assert list(after.values()) == [25, 40, 40, 40, 40, 40, 25]
    assert missing == [11, 0, 0, 0, 0, 0, 11]
    assert refunds == [0, 4, 4, 4, 4, 4, 0]
    totals = (sum(after.values()), sum(missing), sum(refunds))
    assert totals == (250, 22, 20)
    assert totals[0] + totals[1] - totals[2] == 7 * lowered
    aliases = {
        "Folake Adeyemi-Rolfe": r"Folake|Adeyemi|A\.-R\.",
        "Per Halvorsen": r"\bPer\b|Young Halvorsen|timpanist",
        "Signe Halvorsen": r"Signe|The viola",
        "Bettina Kray": r"Kray|B\. K\.",
        "Bettina Sorel": r"Sorel|flute",
        "Lucan Thwaite": r"Thwaite|Duke|The first oboe",
        "Ingram Vale": r"Vale",
    }
    entries = re.findall(r"^> (\d+) Sept\. (.*)$", first, re.MULTILINE)
    mentions = [[int(d) for d, e in entries if re.search(aliases[name], e)] for name in before]
    assert mentions == [[5, 12, 19], [3, 10, 26], [3, 24], [12, 30], [12, 17], [9, 16, 23], [19]]
    assert sorted({d for found in mentions for d in found}) == [int(d) for d, _ in entries]
    days = [int(d) for d in re.findall(r"^> (\d+) Sept\.", first, re.MULTILINE)]
    assert all(a < b for a, b in pairwise(days))
    assert len(days) == 12
