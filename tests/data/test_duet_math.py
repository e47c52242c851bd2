"""Recompute every reference answer to the math questions of the duet set."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, product
from math import comb, gcd, isclose, lcm, sqrt

from tests.data.duet import answer, reference, states


def solutions(k: int) -> list[tuple[int, int]]:
    """Return all pairs of question 231 with k in the place of 42.

    If a divides b, then k = 0. Otherwise the lcm is 2b, and then a <= 2b/3, or at least 3b;
    so b <= 3k.
    """
    return [
        (a, b)
        for b in range(1, 3 * k + 1)
        for a in range(1, b)
        if lcm(a, b) + gcd(a, b) == a + b + k
    ]


def test_231_lcm_and_gcd() -> None:
    """A search gives the nine pairs, solutions for even k only, and their number for k = 2p."""
    pairs = sorted(solutions(42))
    assert answer(231, 1) == f"There are {len(pairs)} pairs: {', '.join(map(str, pairs))}."

    for a, b in pairs:
        x, y = a // gcd(a, b), b // gcd(a, b)
        assert f"({x}, {y})" in reference(231)[0] and f"({x - 1}, {y - 1})" in reference(231)[0]
    for size in (1, 2, 3, 6, 7, 14, 21, 42):
        [line] = [x for x in reference(231)[0].splitlines() if x.startswith(f"uv = {size}: ")]
        for u in range(1, size):
            if size % u == 0 and u * u < size:
                assert f"({u}, {size // u})" in line
                if gcd(u + 1, size // u + 1) == 1:
                    assert f"({u + 1}, {size // u + 1})" in line
    assert all(bool(solutions(k)) == (k % 2 == 0) for k in range(1, 51))
    assert all((k, 3 * k // 2) in solutions(k) for k in range(2, 51, 2))
    counts = {
        rest: {len(solutions(2 * p)) for p in (5, 7, 11, 13, 17, 19, 23, 29, 31) if p % 3 == rest}
        for rest in (1, 2)
    }
    [one], [two] = counts[1], counts[2]
    assert answer(231, 2) == (
        f"(a) Exactly for the even k; (b) there are {one} solutions if p leaves remainder 1 on "
        f"division by 3, and {two} solutions if p leaves remainder 2."
    )
    assert states(
        reference(231)[1],
        f"k = 14 has {len(solutions(14))} solutions",
        f"k = 10 has {len(solutions(10))}",
    )


def test_232_lamps() -> None:
    """Listing the choices and their turned and flipped copies gives all the counts."""
    triples = list(combinations(range(12), 3))

    def distances(lamps: tuple[int, ...]) -> set[int]:
        return {min((a - b) % 12, (b - a) % 12) for a, b in combinations(lamps, 2)}

    apart = [lamps for lamps in triples if 1 not in distances(lamps)]
    chosen = [lamps for lamps in apart if 6 not in distances(lamps)]
    assert answer(232, 1) == f"There are {len(chosen)} ways."
    assert states(reference(232)[0], f"{len(apart)} - {len(apart) - len(chosen)} = {len(chosen)}")
    assert len(apart) == 12 * comb(9, 3) // 9

    def turned(lamps: tuple[int, ...], sign: int = 1) -> frozenset[tuple[int, ...]]:
        copies = (tuple(sorted((sign * lamp + turn) % 12 for lamp in lamps)) for turn in range(12))
        return frozenset(copies)

    patterns = {turned(lamps) for lamps in chosen}
    pairs = [lamps for lamps in apart if 6 in distances(lamps)]
    assert states(reference(232)[0], f"{comb(9, 3)}, which is {len(apart)}")
    assert states(reference(232)[0], f"leaves {len(pairs) // 6} lamps: {len(pairs)} choices")
    assert states(reference(232)[0], f"There are {12 // 2} opposite pairs")

    def gaps(lamps: tuple[int, ...]) -> str:
        a, b, c = lamps
        return "{" + ", ".join(map(str, sorted((b - a, c - b, 12 + a - c)))) + "}"

    kinds = sorted({gaps(lamps) for lamps in chosen})
    assert f"{', '.join(kinds[:-1])} and {kinds[-1]}; " in reference(232)[1]
    excluded = sorted({gaps(lamps) for lamps in pairs})
    assert f"; {' and '.join(excluded)} are excluded" in reference(232)[1]
    small = [pattern for pattern in patterns if len(pattern) < 12]
    assert [len(pattern) for pattern in small] == [4]
    assert len(chosen) == 6 * 12 + 4 and len(patterns) == 6 + len(small)
    mirrored = [pattern for pattern in patterns if turned(min(pattern), -1) != pattern]
    handed = sorted({gaps(min(pattern)) for pattern in mirrored})
    assert f"{' and '.join(handed)} give four patterns" in reference(232)[1]
    assert answer(232, 2) == (
        f"There are {len(patterns)} patterns, since one of them arises from only {len(small[0])} "
        f"choices instead of 12, and {len(mirrored)} of the patterns differ from their own mirror "
        f"image."
    )


def spins(sectors: int) -> tuple[list[Fraction], Fraction]:
    """Return, for a spinner, the chances of K = 0, 1, ... and that the first letter repeats."""
    seen, first = [Fraction(0)] * (sectors + 1), Fraction(0)
    games: list[tuple[int, ...]] = [(0,)]
    while games:
        game = games.pop()
        # By symmetry call the letters 0, 1, ... in the order in which they first come up.
        weight = Fraction(1)
        for new in range(len(game)):
            weight *= Fraction(sectors - new, sectors)
        for letter in game:
            seen[len(game)] += weight / sectors
            first += weight / sectors * (letter == game[0])
        if len(game) < sectors:
            games.append((*game, len(game)))
    return seen, first


def test_233_spinner() -> None:
    """All games give the probability and E(K), and their link holds for other spinners."""
    seen, first = spins(5)
    assert sum(seen) == 1
    assert answer(233, 1) == f"The probability is {first}."
    total, hits = 0, 0
    for game in product(range(5), repeat=6):
        stop = next(i for i in range(1, 6) if game[i] in game[:i])
        total, hits = total + 1, hits + (game[stop] == game[0])
    assert Fraction(hits, total) == first
    for k in range(1, 6):
        [line] = [line for line in reference(233)[0].splitlines() if line.startswith(f"k = {k}: ")]
        assert line[:-1].endswith(f"{seen[k] * 625}/625")
    assert states(reference(233)[0], f"about {float(first):.3f}")

    mean = sum((k * chance for k, chance in enumerate(seen)), Fraction(0))
    parts = [k * seen[k] * 625 for k in range(1, 6)]
    assert states(reference(233)[1], f"({' + '.join(map(str, parts))})/625 = {mean}")
    assert states(reference(233)[1], f"{1 / mean}, about {float(1 / mean):.3f}")
    assert 1 / mean < first
    for sectors in range(2, 9):
        chances, repeat = spins(sectors)
        assert repeat * sectors == sum(k * chance for k, chance in enumerate(chances))
    assert answer(233, 2) == (
        f"(a) E(K) = {mean}; (b) the wrong step is to replace the average of 1/K by 1/E(K); "
        f"(c) each of the K spins after the first shows the first letter with probability 1/n, "
        f"and at most one of them does, so the probability is E(K)/n."
    )


def lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a convex (or at least quasiconvex) function is smallest."""
    for _ in range(60):
        third = (high - low) / 3
        if function(low + third) < function(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def test_234_absolute_deviation() -> None:
    """Numerical integration and minimisation give the best constant, slope and the excess."""
    steps = 1000
    points = [(2 * i + 1) / steps for i in range(steps)]

    def integral(function: Callable[[float], float]) -> float:
        return sum(map(function, points)) * 2 / steps

    def constant(c: float) -> float:
        return integral(lambda x: abs(x**3 - c))

    def slope(m: float) -> float:
        return integral(lambda x: abs(x**3 - m * x))

    def fraction(value: float, digits: int = 2) -> Fraction:
        result = Fraction(round(value, digits)).limit_denominator(100)
        assert abs(value - result) < 5e-3
        return result

    c, m = lowest(constant, -5, 15), lowest(slope, -5, 10)
    assert answer(234, 1) == (
        f"F is smallest for c = {fraction(c)}, with the value {fraction(constant(c))}."
    )
    for s in (0.0, 0.5, 1.3, 2.0):
        assert isclose(constant(s**3), 4 - 2 * s**3 + 1.5 * s**4, abs_tol=1e-4)
    for m_value in (0.0, 1.0, 2.4, 4.0):
        assert isclose(slope(m_value), m_value**2 / 2 - 2 * m_value + 4, abs_tol=1e-4)
    assert isclose(slope(-1), 6, abs_tol=1e-4) and isclose(slope(5), 6, abs_tol=1e-4)
    student = Fraction(32, 5) / Fraction(8, 3)
    assert isclose(student, integral(lambda x: x**4) / integral(lambda x: x**2), rel_tol=1e-4)
    assert states(reference(234)[1], f"= {fraction(slope(float(student)))}. This")
    assert answer(234, 2) == (
        f"G is smallest for m = {fraction(m)}, with the value {fraction(slope(m))}; at the "
        f"student's m = {student} it is larger by {fraction(slope(float(student)) - slope(m))}."
    )


Matrix = list[list[int]]


def test_235_diagonalisable() -> None:
    """Exact matrix arithmetic decides diagonalisability and the form of the fifth power."""

    def matrix(t: int) -> Matrix:
        return [[t, t - 1, 1 - t], [1, 2, 1], [1, 1, 2]]

    def times(a: Matrix, b: Matrix) -> Matrix:
        return [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]

    def minus(a: Matrix, x: int) -> Matrix:
        return [[a[i][j] - x * (i == j) for j in range(3)] for i in range(3)]

    def determinant(a: Matrix) -> int:
        return sum(
            a[0][i]
            * (a[1][(i + 1) % 3] * a[2][(i + 2) % 3] - a[1][(i + 2) % 3] * a[2][(i + 1) % 3])
            for i in range(3)
        )

    # Both sides are polynomials of degree 3 at most in x and in t: 25 values prove the identity.
    for t, x in product(range(5), repeat=2):
        assert determinant(minus(matrix(t), x)) == (1 - x) * (3 - x) * (t - x)

        minors = sum(
            matrix(t)[i][i] * matrix(t)[j][j] - matrix(t)[i][j] * matrix(t)[j][i]
            for i, j in ((0, 1), (0, 2), (1, 2))
        )
        assert minors == 4 * t + 3 and determinant(matrix(t)) == 3 * t
    for t, value in ((1, 1), (3, 3)):
        rows = [f"({', '.join(map(str, row))})" for row in minus(matrix(t), value)]
        assert f"rows {', '.join(rows)}, of rank" in reference(235)[0]
    assert times(minus(matrix(3), 3), [[0] * 3, [1] * 3, [1] * 3]) == [[0] * 3] * 3

    # With the eigenvalues 1 and 3 only, diagonalisable means (A - I)(A - 3I) = 0.
    zero = [[0] * 3] * 3
    good = {t: times(minus(matrix(t), 1), minus(matrix(t), 3)) == zero for t in (1, 3)}
    [bad], [fine] = [t for t in good if not good[t]], [t for t in good if good[t]]
    assert answer(235, 1) == f"A(t) is not diagonalisable exactly for t = {bad}."

    def fit(t: int) -> tuple[Fraction, Fraction] | None:
        a = matrix(t)
        power = times(times(times(times(a, a), a), a), a)
        p = Fraction(power[1][0], a[1][0])
        q = power[0][0] - p * a[0][0]
        fits = all(power[i][j] == p * a[i][j] + q * (i == j) for i in range(3) for j in range(3))
        return (p, q) if fits else None

    found = fit(fine)
    assert found and fit(bad) is None
    assert 5 * 3**4 == 405 != found[0]
    assert states(reference(235)[1], f"405 differs from {found[0]}", "p + q = 1", "3p + q = 243")
    assert answer(235, 2) == (
        f"For t = {fine}, p = {found[0]} and q = {found[1]}; for t = {bad} no such real numbers "
        f"p and q exist."
    )


Point = tuple[Fraction, Fraction, Fraction]


def section(d: Fraction) -> list[Point]:
    """Return the points where the plane 3x + 2y - 4z = d meets the edges of the cube."""
    normal, corners = (3, 2, -4), set()
    for axis, (one, two) in product(range(3), product((0, 6), repeat=2)):
        fixed = [one, two]
        fixed.insert(axis, 0)
        rest = d - sum(n * c for n, c in zip(normal, fixed, strict=True))
        place = rest / normal[axis]
        if 0 <= place <= 6:
            point = [Fraction(c) for c in fixed]
            point[axis] = place
            corners.add((point[0], point[1], point[2]))
    return sorted(corners)


def below(d: Fraction) -> Fraction:
    """Return the volume of the part of the cube where 3x + 2y - 4z > d.

    With 6 - z for z the plane is 3x + 2y + 4z = d + 24, and the part on the side of the origin
    follows from the tetrahedron it cuts off and from those beyond the corners of the cube.
    """
    total = Fraction(0)
    for corner in product((0, 6), repeat=3):
        height = d + 24 - sum(n * c for n, c in zip((3, 2, 4), corner, strict=True))
        total += (-1) ** (sum(corner) // 6) * max(height, Fraction(0)) ** 3
    return 216 - total / (6 * 3 * 2 * 4)


def test_236_cube() -> None:
    """Exact coordinates give the section, its area, the volumes and the halving plane."""
    names = {3: "triangle", 4: "quadrilateral", 5: "pentagon", 6: "hexagon"}
    zero, six = Fraction(0), Fraction(6)
    p, q, g = (Fraction(2), zero, zero), (zero, Fraction(3), zero), (six, six, six)
    assert all(3 * x + 2 * y - 4 * z == 6 for x, y, z in (p, q, g))
    points = section(six)
    assert {p, q, g} <= set(points)
    for point in set(points) - {p, q}:
        name = "G" if point == g else f"({', '.join(map(str, point))})"
        assert name in reference(236)[0]

    # Order the vertices around the section; every one is a corner of its convex projection.
    middle = [sum((point[i] for point in points), zero) / len(points) for i in range(2)]

    def angle(point: Point) -> tuple[int, Fraction]:
        x, y = point[0] - middle[0], point[1] - middle[1]
        turn = y / (abs(x) + abs(y))
        return (0, turn) if x >= 0 else (1, -turn)

    ring = sorted(points, key=angle)
    twice = [Fraction(0)] * 3
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            twice[i] += a[j] * b[k] - a[k] * b[j]
    square = sum(c * c for c in twice) / 4
    area = re.search(r"pentagon with the area (\d+) sqrt\((\d+)\)/(\d+)\.", answer(236, 1))
    assert area and names[len(points)] == "pentagon"
    factor, root, divisor = map(int, area.groups())
    assert square == Fraction(factor**2 * root, divisor**2)
    assert states(reference(236)[0], f"about {sqrt(square):.2f}")

    small = min(below(six), 216 - below(six))
    assert states(reference(236)[1], f"the other piece has {float(216 - small)}")
    [half] = [d for d in range(-24, 31) if below(Fraction(d)) == 108]
    points = section(Fraction(half))
    for x, y, z in points:
        where = f"x = {x}" if y in (0, 6) and z in (0, 6) else f"y = {y}"
        assert states(reference(236)[1], f"z = {z}" if z not in (0, 6) else where)
    assert 36 * Fraction(3 * 3 + 2 * 3 - 6, 4) == 81 and small == 81 + Fraction(3, 2)
    [distance] = [x for x, y, z in points if y == z == 0]
    assert answer(236, 2) == (
        f"The smaller piece has volume {float(small)} (that is {small}); the halving plane meets "
        f"AB at distance {distance} from A, and its cross-section has {len(points)} sides."
    )


def test_237_recurrence() -> None:
    """Iterating forwards and backwards with fractions gives the formula and the bad starts."""
    terms = [Fraction(1, 3)]
    while len(terms) < 400:
        terms.append((5 * terms[-1] - 9) / (terms[-1] - 1))
    formula = re.search(r"x_n = (\d+) \+ (\d+)/\((\d+)n - (\d+)\), and N = (\d+)\.", answer(237, 1))
    assert formula
    a, b, c, d, first = map(int, formula.groups())
    assert all(term == a + Fraction(b, c * n - d) for n, term in enumerate(terms))
    far = [n for n, term in enumerate(terms) if abs(term - 3) >= Fraction(1, 100)]
    assert first == max(far) + 1 and max(far) < 300
    assert states(reference(237)[0], f"x_1 = {terms[1]}", "n = 200 it fails (8/797)")
    assert terms[200] - 3 == Fraction(8, 797)

    # x_{n+1} = y has the only solution x_n = (9 - y)/(5 - y): go back from the bad value 1.
    assert 1 / (terms[0] - 3) == Fraction(-3, 8) and "-3/8" in reference(237)[0]
    bad = [Fraction(1)]
    while len(bad) < 400:
        bad.append((9 - bad[-1]) / (5 - bad[-1]))
    assert all(start == 3 - Fraction(2, j) for j, start in enumerate(bad, 1))
    assert bad == sorted(bad)
    assert states(reference(237)[1], f"...: {', '.join(map(str, bad[:4]))}, ...")
    below = [start for start in bad if start < Fraction(299, 100)]
    assert answer(237, 2) == (
        f"It breaks off exactly for a = 3 - 2/j with j = 1, 2, 3, ...; a = {bad[6]} makes x_7 the "
        f"first undefined term; and {len(below)} of these starting values are smaller than 2.99."
    )


def test_238_lorry() -> None:
    """Minimising over the division of the time gives speeds, fuel, the excess and T."""

    def fuel(mountain_hours: float, hours: float) -> float:
        u, w = 60 / mountain_hours, 240 / (hours - mountain_hours)
        return (60 * 0.16 * u**2 + 240 * 0.02 * w**2) / 1000

    def best(hours: float, limit: float | None = None) -> tuple[float, float, float]:
        most = hours - 240 / limit if limit else hours - 0.01
        split = lowest(lambda mountain_hours: fuel(mountain_hours, hours), 0.01, most)
        return 60 / split, 240 / (hours - split), fuel(split, hours)

    u, w, least = best(6)
    assert answer(238, 1) == (
        f"{u:.0f} km/h on the mountain road and {w:.0f} km/h on the flat road, "
        f"with {least:.2f} litres."
    )
    assert isclose(u, round(u), abs_tol=1e-3) and isclose(w, round(w), abs_tol=1e-3)

    parts = [9.6 * 30**2, 4.8 * 60**2]
    assert isclose(sum(parts), 1000 * least, abs_tol=1e-3)
    assert states(reference(238)[0], *(f"= {part:.0f} ml" for part in parts))
    assert states(reference(238)[0], f"together {sum(parts):.0f} ml")
    slow_u, slow_w, more = best(6, 50)
    assert isclose(slow_u, 50, abs_tol=1e-3) and isclose(slow_w, 50, abs_tol=1e-3)
    parts = [4.8 * 50**2, 9.6 * 50**2]
    assert states(reference(238)[1], *(f"= {part:.0f} ml" for part in parts))
    assert states(reference(238)[1], f"together {1000 * more:.0f} ml")
    tenths = [n / 10 for n in range(60, 120)]
    free = [t for t in tenths if isclose(best(t, 50)[2], best(t)[2], rel_tol=1e-6)]
    assert free == [t for t in tenths if t >= free[0]]
    assert best(free[0] - 0.01)[1] > 50 > best(free[0] + 0.01)[1]
    assert answer(238, 2) == (
        f"At least {more - least:.2f} litres more ({more:.0f} litres in total); the limit costs "
        f"nothing from T = {free[0]} hours on."
    )


def test_239_inequality() -> None:
    """The best constants and the cases of equality agree with a numerical minimum."""

    def ratio(x: float, z: float) -> float:
        return (3 * x * x + 2 + z * z) / (x + z)

    def minimum(least_x: float) -> tuple[float, float, float]:
        # The ratio with y = 1 is quasiconvex; a pair (x, z) with x + z <= 0 cannot bound k.
        def inner(x: float) -> float:
            return lowest(lambda z: ratio(x, z), 0, 10)

        x = lowest(lambda x: ratio(x, inner(x)), least_x, 10)
        return ratio(x, inner(x)), x, inner(x)

    k, x, z = minimum(0.01)
    assert isclose(x * sqrt(6), 1, abs_tol=1e-4) and isclose(z * sqrt(6), 3, abs_tol=1e-4)
    assert isclose(k * k, round(k * k), abs_tol=1e-6)
    # The matrix of the form with k = sqrt(6) is singular and otherwise positive.
    assert 3 * (2 - Fraction(6, 4)) - Fraction(6, 4) == 0
    assert 3 * 2 - Fraction(6, 4) > 0
    root = f"sqrt({round(k * k)})"
    assert answer(239, 1) == (
        f"The largest k is {root}, with equality exactly for (x, y, z) = (s, {root} s, 3s) "
        f"with real s."
    )

    better, x, z = minimum(1)
    assert better > k + 0.4 and isclose(x, 1, abs_tol=1e-4)
    inside = ((better + 2) / 2) ** 2
    assert isclose(inside, round(inside), abs_tol=1e-6) and isclose(
        (z + 1) ** 2, round(inside), abs_tol=1e-4
    )
    root = f"sqrt({round(inside)})"
    assert states(reference(239)[1], f"about {better:.3f}")
    assert answer(239, 2) == (
        f"The largest k is 2 {root} - 2, with equality exactly for (x, y, z) = "
        f"(s, s, ({root} - 1) s) with s >= 0."
    )


def test_240_powers() -> None:
    """Trying every n gives both counts and the list."""

    def works(n: int, modulus: int) -> bool:
        return (pow(n, n, modulus) + n) % modulus == 0

    assert answer(240, 1) == f"There are {sum(works(n, 5) for n in range(1, 1001))} such n."
    rests = {n % 20 for n in range(1, 1001) if works(n, 5)}
    coprime = [n for n in sorted(rests) if n % 5]
    assert states(reference(240)[0], f"mod 20 are {', '.join(map(str, coprime))}")
    assert all(works(n, 5) == (n % 20 in rests) for n in range(1, 1001))
    sevens = {n % 42 for n in range(1, 421) if works(n, 7)}
    assert all(works(n, 7) == (n % 42 in sevens) for n in range(1, 421))
    even, odd = ([n for n in sorted(sevens) if n % 2 == rest] for rest in (0, 1))
    assert states(
        reference(240)[1],
        f"residues {', '.join(map(str, sorted(rests)))} mod 20",
        f"{len(even)} even ({', '.join(map(str, even))})",
        f"{len(odd)} odd ({', '.join(map(str, odd))})",
    )
    found = [n for n in range(1, 421) if works(n, 35)]
    rare = [n for n in found if n % 5 and n % 7]
    assert answer(240, 2) == (
        f"There are {len(found)} such n, and those divisible by neither 5 nor 7 are "
        f"{', '.join(map(str, rare[:-1]))} and {rare[-1]}."
    )
    assert states(reference(240)[1], f"= {len(rare)} numbers")
