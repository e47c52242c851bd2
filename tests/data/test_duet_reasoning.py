"""Recompute every reference answer to the reasoning questions of the duet set."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations, product

from tests.data.duet import answer, reference, states


def shelf(skipped: int = 0) -> list[str]:
    """Return the row of question 221 after each step that is carried out."""
    row, rows = list("FCDEBGA"), []
    for step in range(1, 9):
        if step == skipped:
            continue
        if step == 1:
            row = row[-1:] + row[:-1]
        elif step == 2:
            row = row[:2] + row[4:1:-1] + row[5:]
        elif step == 3:
            place = row.index("B")
            row[place], row[place + 1] = row[place + 1], row[place]
        elif step == 4:
            row = row[:1] + row[2:] + row[1:2]
        elif step == 5:
            other = 6 if row.index("C") < row.index("E") else 3
            row[0], row[other] = row[other], row[0]
        elif step == 6:
            row = row[::-1]
        elif step == 7:
            place = row.index("D")
            assert place >= 2
            row.remove("D")
            row.insert(place - 2, "D")
        else:
            place = row.index("G")
            assert 0 < place < 6
            row[place - 1], row[place + 1] = row[place + 1], row[place - 1]
        rows.append("".join(row))
    return rows


def test_221_bookshelf() -> None:
    """Carrying out all steps, and every list short of one step, gives the rows named."""
    first, second = reference(221)
    rows = shelf()
    assert states(first, *rows)
    assert states(answer(221, 1), f"final row is {' '.join(rows[-1])}")
    suspects = []
    for step in range(1, 9):
        row = shelf(step)[-1]
        same = [book for book, other in zip(row, rows[-1], strict=True) if book == other]
        assert states(second, f"without step {step}: {row}, same")
        assert f"{row}, same position: {', '.join(same)};" in second or (
            f"{row}, same: {', '.join(same) or 'none'}" in second
        )
        if len(same) == 2 and "C" in same:
            suspects.append((step, row))
    [(step, row)] = suspects
    assert states(answer(221, 2), f"Step {step}", f"second final row was {' '.join(row)}")


def newsletter(week: str) -> list[int]:
    """Return which statements of question 222 are false for the speakers of a week."""
    day = {speaker: week.index(speaker) for speaker in "ABCDI"}
    truths = [
        day["A"] == day["D"] + 1,
        day["B"] in (1, 3),
        abs(day["B"] - day["I"]) == 2,
        abs(day["A"] - day["B"]) == 1,
        day["C"] < day["D"] < day["I"] or day["I"] < day["D"] < day["C"],
        day["I"] < day["D"],
    ]
    return [number for number, truth in enumerate(truths, 1) if not truth]


def test_222_newsletter() -> None:
    """One schedule makes one statement false; one with all days changed makes two false."""
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    names = {"A": "Ada", "B": "Ben", "C": "Cleo", "D": "Dev", "I": "Ines"}
    weeks = ["".join(week) for week in permutations("ABCDI")]
    assert all(newsletter(week) for week in weeks)
    [first] = [week for week in weeks if len(newsletter(week)) == 1]
    [false] = newsletter(first)
    talks = ", ".join(f"{day} {names[who]}" for day, who in zip(days, first, strict=True))
    assert answer(222, 1) == f"{talks}; statement ({false}) is false."
    assert not [w for w in weeks if not {1, 3, 4, 6} & set(newsletter(w))]
    assert not [w for w in weeks if set(newsletter(w)) == {6}]
    assert [newsletter(w) for w in weeks if not {2, 3, 5, 6} & set(newsletter(w))] == [[1, 4]]

    pairs = [week for week in weeks if len(newsletter(week)) == 2]
    assert states(reference(222)[1], f"exactly {len(pairs)} make", ", ".join(pairs))
    [second] = [w for w in pairs if all(a != b for a, b in zip(w, first, strict=True))]
    kept = [w for w in pairs if w != second]
    for who, place in [("C", 4), ("A", 2), ("B", 3)]:
        here = [w for w in kept if w[place] == who]
        kept = [w for w in kept if w not in here]
        claim = f"{names[who]} {'stays ' * (who == 'C')}on {days[place]} in "
        assert f"{claim}{', '.join(here[:-1])} and {here[-1]}" in reference(222)[1]
    assert not kept
    one, two = newsletter(second)
    talks = ", ".join(f"{day} {names[who]}" for day, who in zip(days, second, strict=True))
    assert answer(222, 2) == f"{talks}; statements ({one}) and ({two}) are false."


def run_of_values(before: bool, flippers: list[bool]) -> list[bool]:
    """Return the truth values of statements by copiers and flippers after a given one."""
    values = []
    for flipper in flippers:
        before = before != flipper
        values.append(before)
    return values


def test_223_copiers_and_flippers() -> None:
    """One choice of kinds fits the chat, and all orders of speakers give the best ones."""
    bots = ["Aldo", "Brita", "Cosmo", "Delia"]
    chats = []
    for first, *kinds in product([False, True], repeat=5):
        a, b, c, d = kinds
        values = [first, *run_of_values(first, [b, c, d, a])]
        said = [c, a + b + c + d == 2, a != b, sum(values[:3]) == 1, b == c]
        if said == values:
            chats.append((kinds, values))
    [(kinds, values)] = chats
    named = [
        f"{bot} is a {'flipper' if flipper else 'copier'}"
        for bot, flipper in zip(bots, kinds, strict=True)
    ]
    true = [number for number, value in enumerate(values, 1) if value]
    assert answer(223, 1) == (
        f"{', '.join(named)}, and exactly statements {' and '.join(map(str, true))} are true."
    )

    orders = {
        order: sum(run_of_values(values[-1], [kinds[bot] for bot in order]))
        for order in permutations(range(4))
    }
    most = max(orders.values())
    best = [", ".join(bots[bot] for bot in order) for order in orders if orders[order] == most]
    assert sorted(answer(223, 2).rstrip(".").split(": ")[1].split("; ")) == sorted(best)
    assert answer(223, 2).startswith(
        f"At most {most} of the four statements are true, in exactly these orders: "
    )


def levels(inflow: int, repaired: set[str]) -> dict[Fraction, Fraction]:
    """Return the level in question 224 at each minute where its rate may change, up to the end."""
    minute, level = Fraction(0), Fraction(40)
    history = {minute: level}
    pump_a: Fraction | None = None
    open_valve = False
    while minute < 40:
        if pump_a is None and level >= 60:
            pump_a = minute
        if "valve" in repaired and level >= 90:
            open_valve = True
        rate, until = Fraction(inflow), Fraction(40)
        if pump_a is not None:
            rate -= 3 if "A" in repaired else 1
            start = pump_a + (4 if "timer" in repaired else 14)
            if minute >= start:
                rate -= 3
            else:
                until = min(until, start)
        if open_valve:
            rate -= 2
        for mark in (60, 90, 100):
            if rate > 0 and level < mark:
                until = min(until, minute + (mark - level) / rate)
        level += rate * (until - minute)
        minute = until
        history[minute] = level
        if level >= 100:
            break
    return history


def overflow(inflow: int, repaired: set[str]) -> Fraction | None:
    """Return the minute at which the tank overflows, if it does."""
    minute, level = list(levels(inflow, repaired).items())[-1]
    return minute if level >= 100 else None


def test_224_tank() -> None:
    """Replaying the day for every set of repairs gives the times and the sufficient sets."""
    faults = ["A", "timer", "valve"]
    sets = [set(chosen) for size in range(4) for chosen in combinations(faults, size)]
    minutes = [overflow(5, chosen) for chosen in sets]
    assert minutes[1] is None and minutes[0] and minutes[2] and minutes[3]
    assert answer(224, 1) == (
        f"The tank overflowed at minute {minutes[0]}; with only pump A repaired it would not have "
        f"overflowed, with only the timer repaired it would have overflowed at minute "
        f"{minutes[2]}, and with only the valve repaired at minute {float(minutes[3])}."
    )

    first, second = reference(224)
    assert states(first, f"up to {levels(5, {'A'})[Fraction(18)]} cm")
    assert states(first, f"up to {levels(5, {'timer'})[Fraction(8)]} cm at minute 8")
    assert levels(5, {"valve"})[Fraction(23, 2)] == 90 and "90 cm at minute 11.5" in first
    assert levels(5, set())[Fraction(4)] == 60
    both = levels(5, {"timer", "valve"})
    assert states(second, f"{both[Fraction(8)]} cm at minute 8") and both[Fraction(22)] == 90
    assert states(second, "90 cm at minute 22") and both[Fraction(40)] == 90 - 18

    safe = [chosen for chosen in sets if overflow(6, chosen) is None]
    assert overflow(5, {"timer", "valve"}) is None
    assert safe == [chosen for chosen in sets if len(chosen) >= 2]
    assert answer(224, 2) == (
        f"(a) The caretaker is wrong, since repairing timer and valve together would have "
        f"prevented the overflow; (b) at least {min(map(len, safe))} repairs are needed, and any "
        f"two of the three (or all three) prevent it, while no single repair does."
    )
    start = Fraction(20, 6)
    for chosen, claim in [
        (set(), "after 8"),
        ({"A"}, "after 13 1/3"),
        ({"timer"}, "after 14"),
        ({"valve"}, "after 9 1/3"),
    ]:
        minute = overflow(6, chosen)
        assert minute
        whole, rest = divmod(minute - start, 1)
        assert claim == f"after {whole}" + (f" {rest}" if rest else "")
        assert f"100 cm {claim}" in second
    for label, marks in [
        ("A and timer", {4: 72}),
        ("A and valve", {10: 90, 14: 94}),
        ("Timer and valve", {4: 80, 9: 90}),
    ]:
        first_word, _, last_word = label.split()
        history = levels(6, {"A" if first_word == "A" else "timer", last_word})
        sentence = second.split(f"{label}: ")[1].split(". ")[0]
        for after, level in marks.items():
            assert history[start + after] == level
            assert f"{level} cm after {after}," in sentence
    assert levels(6, set(faults))[start + 4] == 72


def test_225_drama_club() -> None:
    """Counting all possible clubs settles each statement and shows which reports pin one down."""
    sorts = list(product([0, 1], repeat=3))
    free = [sort for sort in sorts if sort != (0, 0, 0) and not (sort[2] and not sort[1])]
    assert free == [(0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 1, 0), (1, 1, 1)]
    truths: dict[int, dict[str, bool]] = {}
    fixed = set()
    for act, act_dance, sing_act, every in product(range(16), range(9), range(16), range(9)):
        sing = 30 - 4 - act - act_dance - sing_act - every
        if (
            sing < 0
            or sing + sing_act + every != 18
            or act + act_dance + sing_act + every != 15
            or act_dance + every != 8
            or act_dance < 1
        ):
            continue
        assert every not in truths
        assert act == every
        fixed.add((sing_act + every, sing, act + act_dance, act_dance + every))
        truths[every] = {
            "a": sing_act + every == 7,
            "b": every >= 1,
            "c": act >= 1,
            "d": sing_act == 0,
            "e": sing + sing_act >= 12,
            "f": 2 * (act_dance + every) < 15,
            "g": sing > act + act_dance,
            "h": act_dance > every,
        }
    assert sorted(truths) == list(range(8))
    [(both, sing_only, act_only, dance)] = fixed
    assert states(
        reference(225)[0],
        f"18 + 15 - 26 = {both} do both",
        f"{sing_only} sing without acting and {act_only} act without singing",
        f"{dance} of the 15 who act dance",
        f"{sing_only} > {act_only}",
    )
    verdicts = {name: {truth[name] for truth in truths.values()} for name in "abcdefgh"}
    true = [f"({name})" for name in "abcdefgh" if verdicts[name] == {True}]
    false = [f"({name})" for name in "abcdefgh" if verdicts[name] == {False}]
    unsettled = [name for name in "abcdefgh" if len(verdicts[name]) == 2]
    assert answer(225, 1) == (
        f"{' and '.join(true)} must be true, {' and '.join(false)} must be false, "
        f"and {', '.join(f'({name})' for name in unsettled)} cannot be settled."
    )

    reports: list[str] = []
    never = []
    for name in unsettled:
        before = len(reports)
        for told in (True, False):
            left = [every for every in truths if truths[every][name] == told]
            if len(left) == 1:
                reports.append(f"({name}) {'true' if told else 'false'} giving {left[0]}")
        if len(reports) == before:
            never.append(name)
    assert never == ["h"]
    yes = sorted(every for every in truths if truths[every]["h"])
    no = sorted(every for every in truths if not truths[every]["h"])
    assert yes + no == list(range(8))
    assert answer(225, 2) == (
        f"The combinations are {', '.join(reports[:-1])} and {reports[-1]}; only (h) can never "
        f"do it, as its truth leaves {yes[0]} to {yes[-1]} and its falsehood leaves "
        f"{no[0]} to {no[-1]}."
    )


Stack = list[tuple[int, bool]]


def flip(stack: Stack) -> Stack:
    """Turn a stack of squares (number, facing up), listed from the top, upside down."""
    return [(number, not up) for number, up in reversed(stack)]


def fold(packet: list[Stack], move: str) -> list[Stack]:
    """Fold the right half over the left (R) or the left over the right (L), or turn over (T)."""
    half = len(packet) // 2
    if move == "T":
        return [flip(stack) for stack in reversed(packet)]
    left, right = packet[:half], packet[half:]
    if move == "R":
        return [flip(over) + under for over, under in zip(reversed(right), left, strict=True)]
    return [flip(over) + under for over, under in zip(reversed(left), right, strict=True)]


def folded(moves: str) -> Stack:
    """Return the stack that a sequence of folds makes of the strip of question 226."""
    packet: list[Stack] = [[(number, True)] for number in range(1, 9)]
    for move in moves:
        packet = fold(packet, move)
    [stack] = packet
    return stack


def shown(packet: list[Stack]) -> list[str]:
    """Return the stacks as the reference writes them, with ' for a number that faces down."""
    marks = [[f"{number}{'' if up else chr(39)}" for number, up in stack] for stack in packet]
    if len(packet) == 1:
        return [" ".join(marks[0])]
    return [" ".join("".join(stack[i : i + 2]) for i in range(0, len(stack), 2)) for stack in marks]


def pieces(creases: set[int]) -> str:
    """Return the pieces of the strip when the creases to the right of the squares are cut."""
    parts, start = [], 1
    for number in range(1, 9):
        if number in creases or number == 8:
            parts.append(f"{start}-{number}" if start < number else str(number))
            start = number + 1
    return ", ".join(parts)


def test_226_folded_strip() -> None:
    """Folding a model of the strip gives the layers, the pieces and the only other sequence."""
    first, second = reference(226)
    strip: list[Stack] = [[(number, True)] for number in range(1, 9)]
    packets = [strip]
    for move in "RLTR":
        packets.append(fold(packets[-1], move))
    once, twice, turned, [final] = map(shown, packets[1:])
    assert ", ".join(once).replace(" ", "") in first.replace(" ", "")
    assert " | ".join(twice) in first and " | ".join(turned) in first
    assert f": {final.replace('  ', ' ')}" in first
    assert states(second, f"RR gives {' | '.join(turned)}, the packet before fold 3")
    assert fold(fold(strip, "R"), "R") == packets[3]
    stack = folded("RLTR")
    up = sorted(number for number, faces_up in stack if faces_up)
    assert answer(226, 1) == (
        f"From top to bottom the layers are {', '.join(str(number) for number, _ in stack)}, "
        f"and the squares facing up are {', '.join(map(str, up[:-1]))} and {up[-1]}."
    )

    # A square that faces up has its original right side on the right.
    right = {number for number, faces_up in stack if faces_up and number < 8}
    left = set(range(1, 8)) - right
    sequences = {"".join(moves): folded("".join(moves)) for moves in product("RL", repeat=3)}
    for moves, result in sequences.items():
        assert states(reference(226)[1], f"{moves} {result[0][0]}")
    [same] = [moves for moves, result in sequences.items() if result == stack]
    assert answer(226, 2) == (
        f"(a) Cutting the left edge gives the pieces {pieces(left)}, and cutting the right edge "
        f"gives {pieces(right)}; (b) the sequence is {', '.join(same)}."
    )


def test_227_flat_batteries() -> None:
    """Adding up all boxes, samples and coin tosses gives the probabilities in both protocols."""
    asked, told = [Fraction(0)] * 3, [Fraction(0)] * 3
    alone, coin = [], []
    for flats in range(5):
        before = asked, told
        boxes = list(combinations(range(4), flats))
        for box in boxes:
            for shown, other in permutations(range(4), 2):
                weight = Fraction(1, 5 * len(boxes) * 12)
                rest_good = not set(box) - {shown, other}
                parts = [weight, weight * (flats == 4), weight * rest_good]
                if shown in box or other in box:
                    asked = [a + b for a, b in zip(asked, parts, strict=True)]
                if shown in box:
                    told = [a + b for a, b in zip(told, parts, strict=True)]
        alone.append([5 * (a - b) for a, b in zip(asked, before[0], strict=True)])
        coin.append([5 * (a - b) for a, b in zip(told, before[1], strict=True)])
    assert states(reference(227)[0], f"is {', '.join(str(w[0]) for w in alone)} for K")
    assert states(reference(227)[0], f"was taken (weight {alone[1][2]})")
    assert states(reference(227)[0], f"were taken (weight {alone[2][2]})")
    assert states(reference(227)[0], f"Together {5 * asked[2]}")
    assert coin[0][0] == 0 and coin[4][0] == 1
    assert states(reference(227)[1], f"{', '.join(str(w[0]) for w in coin)} for K")
    assert states(reference(227)[1], f"picks it (1/2): weight {coin[1][2]}")
    assert states(reference(227)[1], f"weight {coin[2][2]}", f"Together {5 * told[2]}")
    assert answer(227, 1) == f"(a) {asked[1] / asked[0]}; (b) {asked[2] / asked[0]}."
    assert answer(227, 2).startswith(f"(a) {told[1] / told[0]}; (b) {told[2] / told[0]}; ")
    assert states(reference(227)[0], f"add up to {5 * asked[0]}")
    assert states(reference(227)[1], f"the sum is {5 * told[0]}")


@cache
def wins(left: int, last: int) -> tuple[int, ...]:
    """Return the winning moves of question 228, given the number that was removed last."""
    return tuple(m for m in (2, 3, 4) if m <= left and m != last and not wins(left - m, m))


def test_228_counters() -> None:
    """Solving the whole game gives the winner, the winning moves and the flaw in the advice."""
    for left, last in product(range(60), (0, 2, 3, 4)):
        lost = left % 6 in (0, 1) or (left % 6, last) in {(2, 2), (5, 4)}
        assert lost == (not wins(left, last))
    [move] = wins(20, 0)
    assert answer(228, 1) == (
        f"The first player wins, and the only winning first move is to remove {move}."
    )

    left = 20 - move
    legal = [m for m in (2, 3, 4) if m != move]
    replies = {m: wins(left - m, m) for m in legal}
    assert not any(wins(n, m) for n, m in [(13, 2), (11, 4), (12, 2)])
    assert 4 in wins(11, 3) and not wins(7, 4) and 3 in wins(9, 2) and 2 in wins(8, 3)
    assert wins(17, 3) and wins(16, 4) and not wins(18, 2)
    [flaw] = [m for m in legal if 6 - m not in replies[m]]
    assert 6 - flaw == flaw and legal == [3, 4] and len(replies[4]) == 1
    assert answer(228, 2) == (
        f"The advice breaks down when the opponent removes {flaw}, because the reply {6 - flaw} "
        f"is illegal; after 3 the winning replies are {' and '.join(map(str, replies[3]))}, and "
        f"after 4 the only winning reply is {replies[4][0]} "
        f"(the opponent cannot remove {move} now)."
    )


def travel(q: int, r: int) -> tuple[int, int, int, int]:
    """Return the travel times of question 229 for clocks that are q and r minutes fast."""
    return (7 - q) - 0, 18 - (20 - q), (27 - r) - (30 - q), 41 - (34 - r)


def test_229_clocks() -> None:
    """Trying all clock errors gives the ranges, the proved orders and the only final solution."""
    errors = product(range(-60, 61), repeat=2)
    pairs = [(q, r) for q, r in errors if all(1 <= t <= 5 for t in travel(q, r))]
    first, second = [q for q, _ in pairs], [r for _, r in pairs]
    assert all(43 - r > 44 for _, r in pairs)
    assert {50 - q > 44 for q, _ in pairs} == {True, False}
    assert not any(50 - q < 44 for q, _ in pairs)
    assert {(43 - r > 50 - q) - (43 - r < 50 - q) for q, r in pairs} == {-1, 0, 1}
    assert answer(229, 1) == (
        f"(a) q is from {min(first)} to {max(first)}, r is from {min(second)} to {max(second)}, "
        f"and {len(pairs)} pairs are possible; (b) W is proved earlier than Y, while for W and X "
        f"and for X and Y nothing is proved."
    )

    for q in sorted(set(first)):
        fitting = ", ".join(str(r) for other, r in pairs if other == q)
        assert states(reference(229)[0], f"q = {q}: r = {fitting}")
    between = [(43 - r) - (50 - q) for q, r in pairs]
    assert states(
        reference(229)[0],
        f"minus q, from 09:{50 - max(first)} to 09:{50 - min(first)}",
        f"minus r, from 09:{43 - max(second)} to 09:{43 - min(second)}",
        f"from {min(between)} to {max(between)}",
    )
    for q, r in pairs:
        assert f"({q}, {r}): {', '.join(map(str, travel(q, r)))}" in reference(229)[1]
    same = [(q, r) for q, r in pairs if 50 - q == 43 - r]
    different = [(q, r) for q, r in pairs if len(set(travel(q, r))) == 4]
    assert states(reference(229)[1], f"leaves {', '.join(map(str, same))}")
    assert states(reference(229)[1], f"All four differ for {', '.join(map(str, different))}")
    [(q, r)] = set(same) & set(different)
    times = travel(q, r)
    assert answer(229, 2) == (
        f"Fact (i) alone leaves {len(same)} pairs and fact (ii) alone leaves {len(different)} "
        f"pairs; together they give q = {q}, r = {r}, travel times "
        f"{', '.join(map(str, times[:3]))} and {times[3]} minutes, and X at 09:{50 - q}."
    )


Deal = tuple[int, int, int]


def test_230_dealt_cards() -> None:
    """Keeping the deals that fit each reply leaves exactly the cards that are named."""

    def highest(deal: Deal) -> object:
        return deal.index(max(deal))

    def whole(deal: Deal) -> object:
        return deal

    def reply(
        deals: list[Deal], player: int, yes: bool, topic: Callable[[Deal], object] = highest
    ) -> list[Deal]:
        def knows(deal: Deal) -> bool:
            return len({topic(other) for other in deals if other[player] == deal[player]}) == 1

        return [deal for deal in deals if knows(deal) == yes]

    start: list[Deal] = [
        (a, b, c) for a, b, c in permutations(range(1, 7), 3) if (a + b + c) % 3 == 0
    ]
    three = reply(reply(reply(start, 0, False), 1, False), 2, False)
    four = reply(three, 0, False)
    five = reply(four, 1, False)
    assert states(reference(230)[0], f"{len(four)} deals (Rosa, Sami, Tess) remain")
    assert states(reference(230)[0], f"{len(five)} deals remain")
    six = reply(five, 2, True)

    def listed(deals: list[Deal]) -> list[str]:
        return ["".join(map(str, deal)) for deal in sorted(deals)]

    rest = [deal for deal in four if set(deal) not in ({1, 2, 3}, {2, 3, 4})]
    assert len(four) - len(rest) == 12
    assert states(reference(230)[0], f"and {', '.join(listed(rest))}.")
    fours = [deal for deal in four if deal[1] == 4]
    assert states(reference(230)[0], f"the only deals are {' and '.join(listed(fours))}")
    rest = [deal for deal in five if set(deal) != {1, 2, 3}]
    assert states(reference(230)[0], f"and {', '.join(listed(rest))}.")
    assert states(reference(230)[0], f"with 4, only {' and '.join(listed(six))} remain")
    assert set(listed([deal for deal in five if deal[2] == 3])) >= {"123", "423"}
    [(low, high)] = {(min(a, b), max(a, b)) for a, b, _ in six}
    [tess] = {c for _, _, c in six}
    assert sorted(six) == [(low, high, tess), (high, low, tess)] and tess > high
    assert answer(230, 1) == (
        f"Tess holds {tess} and is highest; Rosa and Sami hold {low} and {high}, but the outsider "
        f"cannot tell which of them has which."
    )

    known = reply(three, 0, True)
    assert states(reference(230)[1], f"deals left are {', '.join(listed(known))}")
    for one, other in [
        ("423", "453"),
        ("321", "351"),
        ("234", "243"),
        ("123", "132"),
    ]:
        assert {one, other} <= set(listed(three))
        assert one.index(max(one)) != other.index(max(other))
        assert states(reference(230)[1], f"{one} and {other} with {one[0]}")
    left = reply(known, 1, True, whole)
    [rosa], [tess] = {a for a, _, _ in left}, {c for _, _, c in left}
    assert states(reference(230)[1], f"leaves {' and '.join(listed(left))}")
    low, high = sorted(b for _, b, _ in left)
    assert reply(left, 2, True, whole) == []
    assert answer(230, 2) == (
        f"Rosa holds {rosa} and Tess holds {tess}, while Sami holds {low} or {high}; Tess does not "
        f"know all three cards, because she cannot tell whether Sami has {low} or {high}."
    )
