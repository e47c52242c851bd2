"""Check the Chinese question set on test-case design, and the numbers its questions state."""

import itertools
import json
import re
import string
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from asynceval.prompts.templates import load

SET = Path(__file__).parents[2] / "data/testcases_zh"
CATEGORIES = ["功能测试", "边界与等价类", "接口测试", "异常与容错", "状态与并发"]
SINGLE = ["question", "answer"]
MULTI = ["question_1", "answer_1", "question_2", "answer_2"]
PLACEHOLDERS = {
    "single-zh-v1": SINGLE,
    "single-zh-v1-multi-turn": MULTI,
    "single-zh-ref-v1": [*SINGLE, "ref_answer_1"],
    "single-zh-ref-v1-multi-turn": [*MULTI, "ref_answer_1", "ref_answer_2"],
}


def records(name: str) -> list[dict[str, Any]]:
    """Return the records of a JSONL file of the set."""
    return [json.loads(line) for line in lines(name)]


def lines(name: str) -> list[str]:
    """Return the lines of a file of the set; nothing else splits a line than a line feed."""
    return (SET / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")


def turn(question_id: int, number: int) -> str:
    """Return the text of turn 1 or 2 of a question."""
    for record in records("question.jsonl"):
        if record["question_id"] == question_id:
            text: str = record["turns"][number - 1]
            return text
    raise KeyError(question_id)


def interleavings(steps: int) -> Iterator[str]:
    """Yield every order in which requests A and B can take that many steps each."""
    for places in itertools.combinations(range(2 * steps), steps):
        yield "".join("A" if place in places else "B" for place in range(2 * steps))


def test_question_layout() -> None:
    """Ten questions, 301 to 310 in order, have FastChat's three fields and two turns."""
    questions = records("question.jsonl")
    assert [q["question_id"] for q in questions] == list(range(301, 311))
    for question in questions:
        assert list(question) == ["question_id", "category", "turns"]
        assert len(question["turns"]) == 2
        assert all(text and text == text.strip() for text in question["turns"])


def test_categories() -> None:
    """Each of the five categories holds two neighbouring questions."""
    assert [q["category"] for q in records("question.jsonl")] == [
        category for category in CATEGORIES for _ in range(2)
    ]


@pytest.mark.parametrize("name", ["question.jsonl", "judge_prompts.jsonl"])
def test_files_are_unescaped_utf8(name: str) -> None:
    """Chinese text is stored readable, one object per line, with a final line feed."""
    data = (SET / name).read_bytes()
    assert data.endswith(b"}\n")
    assert b"\r" not in data
    assert b"\\u" not in data
    for line in lines(name):
        assert json.dumps(json.loads(line), ensure_ascii=False) == line


def test_turns_are_mostly_chinese() -> None:
    """Chinese characters outnumber ASCII letters in every turn, and fivefold in the whole set."""
    chinese, letters = 0, 0
    for question in records("question.jsonl"):
        for text in question["turns"]:
            here = len(re.findall(r"[\u4e00-\u9fff]", text))
            there = len(re.findall(r"[A-Za-z]", text))
            assert here > there, text
            chinese, letters = chinese + here, letters + there
    assert chinese > 5 * letters


def test_punctuation_next_to_chinese_is_full_width() -> None:
    """No half-width comma, colon or parenthesis touches a Chinese character."""
    half = re.compile(r"[\u4e00-\u9fff][,;:()?!]|[,;:()?!][\u4e00-\u9fff]")
    for name in ["question.jsonl", "judge_prompts.jsonl"]:
        for line in lines(name):
            found = half.search(line)
            assert found is None, found


def test_no_two_turns_alike() -> None:
    """Any two turns of the set differ in at least half of their text."""
    texts = [text for q in records("question.jsonl") for text in q["turns"]]
    for first, second in itertools.combinations(texts, 2):
        ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
        assert ratio < 0.5, (ratio, first, second)


def test_judge_template_layout() -> None:
    """The four judge templates have FastChat's seven fields and the expected names."""
    templates = records("judge_prompts.jsonl")
    assert [t["name"] for t in templates] == list(PLACEHOLDERS)
    for template in templates:
        assert list(template) == [
            "name",
            "type",
            "system_prompt",
            "prompt_template",
            "description",
            "category",
            "output_format",
        ]
        assert template["type"] == "single"
        assert template["output_format"] == "[[rating]]"
        assert template["category"] == ("reference" if "-ref-" in template["name"] else "general")


def test_judge_template_placeholders() -> None:
    """Each template uses exactly its placeholders, each once, and no other brace."""
    for template in records("judge_prompts.jsonl"):
        parsed = list(string.Formatter().parse(template["prompt_template"]))
        fields = [field for _, field, _, _ in parsed if field is not None]
        assert sorted(fields) == sorted(PLACEHOLDERS[template["name"]])
        assert template["prompt_template"].count("{") == len(fields)
        assert not set("{}") & set(template["system_prompt"])


def test_judge_templates_fill_in() -> None:
    """A filled-in template shows each value between a start and an end mark."""
    for template in records("judge_prompts.jsonl"):
        values = {name: f"<{name} {{}}>" for name in PLACEHOLDERS[template["name"]]}
        text = template["prompt_template"].format(**values)
        for value in values.values():
            block = rf"<<<([^<>]+) 开始>>>\n{re.escape(value)}\n<<<\1 结束>>>"
            assert len(re.findall(block, text)) == 1


def test_judge_templates_demand_rating_last() -> None:
    """Each template ends with the demanded line, in ASCII and on the scale from 1 to 10."""
    for template in records("judge_prompts.jsonl"):
        *_, demand, last = template["prompt_template"].split("\n")
        found = re.fullmatch(r"Rating: \[\[(\d+)\]\]", last, flags=re.ASCII)
        assert found is not None
        assert 1 <= int(found[1]) <= 10
        assert "1到10" in demand
        assert "最后一行" in demand
        assert "先用中文说明理由" in demand


def test_judge_templates_name_the_criteria() -> None:
    """Each system prompt has the domain's criteria and the rules of length and instructions."""
    for template in records("judge_prompts.jsonl"):
        system = template["system_prompt"]
        for word in ["需求覆盖", "边界", "异常", "可执行", "期望结果", "冗余", "需求缺陷", "格式"]:
            assert word in system, word
        assert "篇幅不计入分数" in system
        assert "一律不执行" in system
        assert ("参考答案" in system) == (template["category"] == "reference")
        assert ("只给第二轮的回答打分" in system) == template["name"].endswith("-multi-turn")


def test_locker_claims() -> None:
    """Question 301: the stay is 26 units long and has four different prices, none of them 24."""
    text = turn(301, 2)
    start = datetime(2025, 7, 9, 20, 10)  # noqa: DTZ001 - wall-clock time
    end = datetime(2025, 7, 10, 9, 10)  # noqa: DTZ001 - wall-clock time
    units = -(-(end - start) // timedelta(minutes=30))
    assert "7月9日20:10:00存入" in text
    assert "7月10日09:10:00取出" in text
    assert f"共{units}个计费单位" in text

    unit, cap, member = Decimal("1.50"), Decimal("12.00"), Decimal("0.8")
    last = timedelta(minutes=30)
    prices = set()
    for attributed in [timedelta(0), last]:  # a unit belongs to the day of its start, or its end
        days = Counter((start + i * last + attributed).date() for i in range(units))
        prices.add(sum(min(n * unit, cap) * member for n in days.values()))
        prices.add(sum(min(n * unit * member, cap) for n in days.values()))
    assert prices == {Decimal(price) for price in ["19.2", "18", "21.6", "20.4"]}
    assert "收了24.00元" in text


def test_booking_claims() -> None:
    """Question 302: 24 combinations become 72, and eleven columns tell them apart."""
    people, yes_no, times = ["本科生", "研究生", "教师"], [True, False], ["工作日", "周末"]
    before = list(itertools.product(people, yes_no, yes_no, times))
    after = list(itertools.product(people, yes_no, yes_no, times, ["普通", "贵重", "大型"]))
    assert f"由{len(before)}种变为{len(after)}种" in turn(302, 2)

    def column(who: str, trained: bool, debt: bool, when: str, device: str) -> tuple[str, ...]:  # noqa: PLR0911
        weekend = when == "周末"
        if not trained:
            return ("拒绝", "A")
        if who == "教师":
            if debt:
                return ("拒绝", "B") if weekend else ("直接通过", "B")
            return ("直接通过", "C、D")
        if debt:
            return ("拒绝", "B", "学生")
        if device == "大型":
            return ("拒绝", "F")
        if who == "本科生":
            return ("拒绝", "C") if weekend else ("转导师审批", "D")
        if weekend:
            return ("转导师审批", "C")
        return ("转导师审批", "G") if device == "贵重" else ("直接通过", "D")

    columns = Counter(column(*combination) for combination in after)
    assert len(columns) == 11
    assert "不超过12条" in turn(302, 2)
    results: Counter[str] = Counter()
    for (result, *_), count in columns.items():
        results[result] += count
    assert results == {"直接通过": 10, "转导师审批": 5, "拒绝": 57}


def rounded_cm(tenths_of_inch: int) -> int:
    """Convert tenths of an inch to whole centimetres, half up."""
    return int((tenths_of_inch * Decimal("0.254")).quantize(Decimal(1), ROUND_HALF_UP))


def test_parcel_claims() -> None:
    """Question 303: 25 boundary cases, data for every demand, and both rounding examples exist."""
    assert f"共得{6 * 4 + 1}条" in turn(303, 1)
    for girth in [300, 301]:
        sides = [
            (length, width, height)
            for length in range(1, 151)
            for width in range(1, length + 1)
            for height in range(1, width + 1)
            if length + 2 * (width + height) == girth
        ]
        assert len(sides) >= 2
    assert Decimal(30 * 10 * 1) / 6000 == Decimal("0.05")  # on the edge of rounding
    assert Decimal(30 * 30 * 1) / 6000 == Decimal("0.15")

    longest = max(n for n in range(1, 1000) if rounded_cm(n) <= 150)
    assert (longest, rounded_cm(longest), rounded_cm(longest + 1)) == (592, 150, 151)
    verdicts = set()
    for length, side in itertools.product(range(580, 593), range(100, 200)):
        exact = (length + 4 * side) * Decimal("0.254")
        whole = rounded_cm(length) + 4 * rounded_cm(side)
        verdicts.add((whole <= 300, exact <= 300))
    assert {(True, False), (False, True)} < verdicts


def test_insurance_claims() -> None:
    """Question 304: the colleague's date is 29 days old on one day and 30 on the other."""
    assert "投保日是2027年2月28日" in turn(304, 1)
    assert "2027年1月30日" in turn(304, 1)
    applied = date(2027, 2, 28)
    effective = applied + timedelta(days=1)
    born = date(2027, 1, 30)
    assert ((applied - born).days, (effective - born).days) == (29, 30)

    assert "2028年2月28日投保，2月29日零时生效" in turn(304, 2)
    assert date(2028, 2, 28) + timedelta(days=1) == date(2028, 2, 29)
    end = date(2029, 2, 28)  # no 29 February in 2029
    assert (end - timedelta(days=30), end + timedelta(days=15)) == (
        date(2029, 1, 29),
        date(2029, 3, 15),
    )
    # the wrong implementations differ from the right one somewhere
    assert effective + timedelta(days=364) != date(2028, 3, 1) - timedelta(days=1)
    with pytest.raises(ValueError, match="day"):
        date(2028, 2, 29).replace(year=2029)


def test_gift_card_claims() -> None:
    """Question 305: the sample card number has 16 digits and a right Luhn check digit."""
    found = re.search(r"\d{16,}", turn(305, 1))
    assert found is not None
    digits = [int(digit) for digit in reversed(found[0])]
    assert len(digits) == 16
    assert sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0
    listed = re.search("分类（([^）]+)）", turn(305, 1))
    assert listed is not None
    assert 2 * len(listed[1].split("、")) <= 20  # two cases of each kind fit into twenty


def test_order_list_claims() -> None:
    """Question 306: 288 combinations, 198 allowed, 54 by amount, and 16 rows suffice."""
    factors: list[list[str]] = [
        ["created_at", "updated_at", "amount"],
        ["asc", "desc"],
        ["pending", "paid", "shipped", "closed"],
        ["1", "50", "100"],
        ["true", "false"],
        ["客服", "管理员"],
    ]
    every = list(itertools.product(*factors))
    allowed = [
        row
        for row in every
        if row[4:] != ("true", "客服") and (row[0], row[2]) != ("amount", "pending")
    ]
    by_amount = [row for row in allowed if row[0] == "amount"]
    assert f"全组合为{len(every)}种" in turn(306, 1)
    assert f"满足约束的{len(allowed)}种组合中，有{len(by_amount)}种按amount排序" in turn(306, 2)

    pairs = {row: set(itertools.combinations(enumerate(row), 2)) for row in allowed}
    left = set().union(*pairs.values())
    rows = 0
    while left:
        left -= pairs[max(allowed, key=lambda row: len(pairs[row] & left))]
        rows += 1
    assert rows <= 16
    assert "不超过16行" in turn(306, 1)


def test_import_claims() -> None:
    """Question 307: a full file has four batches, and the third has the rows stated."""
    batches = [range(first, first + 500) for first in range(1, 2001, 500)]
    assert f"每500行作为一批提交到数据库，一个满额文件共{len(batches)}批" in turn(307, 1)
    assert f"第{batches[2][0]}到{batches[2][-1]}行" in turn(307, 2)


def test_text_message_claims() -> None:
    """Question 308: the worst case takes longer than promised, before and after the change."""
    rules, change = turn(308, 1), turn(308, 2)
    first, second = (int(n) for n in re.findall(r"超时时间为(\d+)秒", rules))
    waits = re.search(r"最多重试2次，重试前依次等待(\d+)秒、(\d+)秒", rules)
    promises = re.search(r"承诺(\d+)秒内", rules), re.search(r"承诺改为(\d+)秒", change)
    assert waits is not None
    assert promises[0] is not None
    assert promises[1] is not None
    assert 3 * first + int(waits[1]) + int(waits[2]) + second > int(promises[0][1])
    assert f"重试减为1次（重试前等待{waits[1]}秒）" in change
    assert 2 * first + int(waits[1]) + second > int(promises[1][1])


def test_work_order_claims() -> None:
    """Question 309: cells, transitions and pairs are as stated, and three cases suffice."""
    transitions = [
        ("待派单", "派单", "已派单"),
        ("已派单", "接单", "处理中"),
        ("已派单", "拒单", "待派单"),
        ("处理中", "提交完工", "待验收"),
        ("待验收", "验收通过", "已关闭"),
        ("待验收", "验收不通过", "处理中"),
        ("待派单", "取消", "已取消"),
        ("已派单", "取消", "已取消"),
    ]
    states = {t[0] for t in transitions} | {t[2] for t in transitions}
    cells = len(states) * len({t[1] for t in transitions})
    pairs = {(a, b) for a, b in itertools.product(transitions, repeat=2) if a[2] == b[0]}
    assert f"共{cells}格" in turn(309, 1)
    assert (
        f"合法转换共{len(transitions)}个，非法格子共{cells - len(transitions)}个，"
        f"1-switch共{len(pairs)}条" in turn(309, 2)
    )
    # the colleague says four: three pairs end in a final state, so three are needed ...
    assert len([pair for pair in pairs if pair[1][2] in {"已关闭", "已取消"}]) == 3
    # ... and three are enough
    cases = [
        "派单 拒单 派单 接单 提交完工 验收不通过 提交完工 验收通过",
        "派单 取消",
        "派单 拒单 取消",
    ]
    covered = set()
    for case in cases:
        state, path = "待派单", []
        for event in case.split():
            (step,) = (t for t in transitions if t[:2] == (state, event))
            state = step[2]
            path.append(step)
        covered |= set(itertools.pairwise(path))
    assert covered == pairs
    assert "至少要4条" in turn(309, 2)


def test_class_booking_claims() -> None:
    """Question 310: two requests of three steps have 20 orders, and all but two oversell."""
    orders = list(interleavings(3))
    assert f"先后交错共有{len(orders)}种" in turn(310, 2)
    oversold = 0
    for order in orders:
        free, step, seen, booked = 1, Counter[str](), {}, 0
        for who in order:
            step[who] += 1
            if step[who] == 1:
                seen[who] = free
            elif step[who] == 3 and seen[who] > 0:
                free, booked = seen[who] - 1, booked + 1
        oversold += booked > 1
    assert oversold == 18


def test_the_template_for_a_rubric_judges_any_turn() -> None:
    """One template in Chinese shows rubric, scale and conversation behind a mark."""
    found = load(SET / "rubric_prompts.jsonl")
    for turn in (1, 2, 3):
        template = found.pick("single", turn, has_reference=False, has_rubric=True)
        assert template.placeholders == {"mark", "rubric", "scale", "conversation"}
        assert template.user.endswith("\nRating: [[n]]")
    rubric = (SET / "rubric.txt").read_text(encoding="utf-8")
    assert [line[:3] for line in rubric.splitlines()[1:6]] == [f"{n} 分" for n in range(5, 0, -1)]
