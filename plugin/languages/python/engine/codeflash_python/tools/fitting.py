"""How a cost grows with the size: an exponent with its interval, and the law that fits best. Pure."""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LAWS: dict[str, Callable[[float], float]] = {
    "1": lambda _: 1.0,
    "n": lambda n: n,
    "n log n": lambda n: n * math.log2(n + 1),
    "n²": lambda n: n * n,
    "n³": lambda n: n**3,
    "2ⁿ": lambda n: 2.0 ** min(n, 1000.0),
}
RESAMPLES = 300
SURE = 0.8  # share of the resamples that has to choose the same law
SIMPLER = 1.5
LEAST = 4  # sizes, below which no law is named


class Fit(NamedTuple):
    """What the figures say.

    Attributes:
        exponent: slope of the log-log line through the upper half of the sizes.
        low, high: its 95 % interval by resampling.
        law: the law that fits best; empty with too few sizes.
        sure: share of resamples that chose it.
        second: the law that the other resamples chose most often.
        residual: typical relative distance of the figures from the law.
    """

    exponent: float
    low: float
    high: float
    law: str
    sure: float
    second: str
    residual: float


def fit(values: Mapping[int, Sequence[float]], seed: int = 0) -> Fit:
    """Fit costs by size; of the repeats at a size the lowest count, for noise only adds."""
    sizes = sorted(size for size, one in values.items() if one and min(one) > 0)
    if len(sizes) < 2:
        return Fit(0.0, 0.0, 0.0, "", 0.0, "", 0.0)
    points = [(size, _low(values[size])) for size in sizes]
    law, residual = best_law(points)
    chance = random.Random(seed)  # noqa: S311 - resampling, no secret
    slopes, chosen = [], []
    for _ in range(RESAMPLES):
        drawn = [(size, _low(chance.choices(values[size], k=len(values[size])))) for size in sizes]
        slopes.append(slope(drawn))
        chosen.append(best_law(drawn)[0])
    slopes.sort()
    others = [one for one in chosen if one != law]
    edge = max(0, int(0.025 * RESAMPLES))
    return Fit(
        exponent=slope(points),
        low=slopes[edge],
        high=slopes[-1 - edge],
        law=law if len(points) >= LEAST else "",
        sure=chosen.count(law) / len(chosen),
        second=statistics.mode(others) if others else "",
        residual=residual,
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Slope of the log-log line through the upper half, where constants have lost their weight."""
    upper = points[len(points) // 2 :] if len(points) >= 6 else points
    xs, ys = [math.log(n) for n, _ in upper], [math.log(t) for _, t in upper]
    middle = statistics.fmean(xs)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * y for x, y in zip(xs, ys)) / spread if spread else 0.0


def best_law(points: Sequence[tuple[float, float]]) -> tuple[str, float]:
    """The law `a + b·f(n)` with a, b ≥ 0 and the least relative error, and that error."""
    errors = {name: _error(points, law) for name, law in LAWS.items()}
    best = min(errors, key=errors.__getitem__)
    if best == "n log n" and errors["n"] < SIMPLER * errors[best]:
        best = "n"  # caches make larger inputs a little dearer; a true logarithm shows more than that
    return best, errors[best]


def _error(points: Sequence[tuple[float, float]], law: Callable[[float], float]) -> float:
    """Root of the mean squared relative error of the best a + b·f(n)."""
    largest = max(law(n) for n, _ in points)
    rows = [(1.0 / t, law(n) / largest / t) for n, t in points]
    aa = sum(x * x for x, _ in rows)
    ab = sum(x * y for x, y in rows)
    bb = sum(y * y for _, y in rows)
    a1, b1 = sum(x for x, _ in rows), sum(y for _, y in rows)
    determinant = aa * bb - ab * ab
    a, b = 0.0, b1 / bb
    if determinant > 1e-12 * aa * bb:
        a, b = (a1 * bb - b1 * ab) / determinant, (b1 * aa - a1 * ab) / determinant
        if b < 0:
            a, b = a1 / aa, 0.0
        elif a < 0:
            a, b = 0.0, b1 / bb
    return math.sqrt(statistics.fmean((1.0 - a * x - b * y) ** 2 for x, y in rows))


def _low(values: Sequence[float]) -> float:
    """The mean of the lowest fifth: the lowest alone may be a slip of the clock."""
    ordered = sorted(values)
    return statistics.fmean(ordered[: max(1, len(ordered) // 5)])


def picture(points: Sequence[tuple[float, float]], width: int = 48, height: int = 12) -> list[str]:
    """A log-log picture of the points, with the values at the corners."""
    if len(points) < 2 or min(t for _, t in points) <= 0:
        return []
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    grid = [[" "] * width for _ in range(height)]
    for x, y in zip(xs, ys):
        column = round((x - xs[0]) / ((xs[-1] - xs[0]) or 1.0) * (width - 1))
        row = round((y - min(ys)) / ((max(ys) - min(ys)) or 1.0) * (height - 1))
        grid[height - 1 - row][column] = "●"
    top, bottom = math.exp(max(ys)), math.exp(min(ys))
    labels = [f"{top:9.2e}", *[" " * 9] * (height - 2), f"{bottom:9.2e}"]
    lines = [f"{label} │{''.join(row).rstrip()}" for label, row in zip(labels, grid)]
    first, last = f"{points[0][0]:,}", f"{points[-1][0]:,}"
    return [*lines, " " * 10 + "└" + "─" * width, " " * 11 + first + last.rjust(width - len(first))]
