"""From paired figures to a ratio, its confidence interval and what may be claimed.

Everything is paired and robust: a pair's two runs lie next to each other in time, so drift of the machine cancels in
their ratio; the median over pairs does not care for the few that something disturbed.

What a verdict takes (`compare_values` decides it in this order):

* *inconclusive* below `MIN_PAIRS` pairs, whatever they show.
* *better* or *worse*: the whole 95 % interval lies on that side of 1, the median ratio is beyond the band, and
  - below `CLEAR_BELOW` pairs the effect is clear: the near end of the interval is at least as far from 1 as the interval
    is wide, in logarithms. With so few pairs the interval is hardly more than the range of the
    ratios, and five ratios fall on one side by chance once in sixteen times;
  - from `CLEAR_BELOW` pairs on the 99.5 % interval lies on that side too: that takes 13 of 15
    pairs, or 23 of 30. Several metrics are looked at several times, and each look is a chance to be wrong.
* The same of a time by the *fastest quarter*, from `CLEAR_BELOW` pairs on, where the median says nothing and does not lie on the other
  side: each side's fastest quarter of runs, as the mean of its logarithms. What disturbs a run makes it slower, so where
  a good part of the runs is disturbed the fastest quarter still is not. A side that is slow (by 10 % of its fastest quarter)
  in more pairs than chance gives it is not disturbed but slow, and claims nothing this way. A second chance is a second
  chance to be wrong, so this takes the 99.75 % interval.
* *same*: the 95 % interval lies within the band around 1.
* *inconclusive* otherwise.
"""

from __future__ import annotations

import dataclasses
import math
import random
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

from codeflash_agent.measure.model import HIGHER, Ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.measure.model import Pair

BETTER, WORSE, SAME, INCONCLUSIVE = "better", "worse", "same", "inconclusive"
MIN_PAIRS = 5
CLEAR_BELOW = 10
SHOWN = 0.95
CLAIMED = 0.995
CLAIMED_BY_QUARTERS = 0.9975  # stricter, because it is a second chance
FASTEST = "fastest quarter"
RESAMPLES = 2000
TIME_UNITS = ("s", "ms", "us", "µs", "ns")
SLOW = math.log(1.1)
SLOW_BY_CHANCE = 0.02

# The band is never narrower than this: an effect below it is not claimed on any machine.
BAND_FLOOR = {"cpu_s": 0.02, "wall_s": 0.02, "rss_mib": 0.01, "gc_s": 0.05}
BAND_FLOOR_ELSE = 0.02

# Collector time counts from 1 % of the CPU time on; below that, its ups and downs are nobody's concern.
GC_SHARE_THAT_COUNTS = 0.01
# A change of collector time by less than this share of the CPU time is no change.
GC_NEGLIGIBLE = 0.02
# A figure of zero or less has no ratio; it counts as this share of the largest figure of the two sides.
ZERO_COUNTS_AS = 1e-3


def compare_values(
    base: Sequence[float],
    head: Sequence[float],
    *,
    better: str,
    unit: str,
    band: float,
    smallest: float = 0.0,
) -> Ratio:
    """Compare one metric over pairs.

    Args:
        base: one figure for each pair.
        head: the other side of the same pairs.
        better: "lower" or "higher".
        unit: of the figures.
        band: smallest relative effect that may be claimed, 0.02 for 2 %.
        smallest: figures below this count as this, for metrics that do not matter below some size. Figures of zero or
            less count as a thousandth of the largest figure instead; when all are zero or less the two sides are the
            same if equal, and cannot be compared otherwise.

    Returns:
        Medians of both sides as measured, the median of the pairs' ratios (above 1: head is better), the bounds of its
        95 % bootstrap interval, and the verdict.

    Raises:
        ValueError: there are no pairs, or the sides differ in length.
    """
    if not base or len(base) != len(head):
        raise ValueError(f"expected as many figures of base as of head, got {len(base)} and {len(head)}")
    before, after = median(base), median(head)
    largest = max(*base, *head)
    if largest <= 0:
        equal = list(base) == list(head) and len(base) >= MIN_PAIRS
        return Ratio(before, after, 1.0, 1.0, 1.0, SAME if equal else INCONCLUSIVE, unit, better)
    floor = max(smallest, 0.0)
    steps = sorted(_log_ratio(b, h, better, floor, largest * ZERO_COUNTS_AS) for b, h in zip(base, head))
    low, high = bootstrap_interval(steps, SHOWN)
    middle = median(steps)
    verdict = _verdict(len(steps), middle, (low, high), bootstrap_interval(steps, CLAIMED), math.log1p(band))
    least = [
        [math.log(max(value if value > 0 else largest * ZERO_COUNTS_AS, floor)) for value in side]
        for side in (base, head)
    ]
    quarter = Quarters(*([-one for one in side] if better == HIGHER else side for side in least))
    by, ratio = "", (middle, low, high)
    if verdict in (SAME, INCONCLUSIVE) and len(steps) >= CLEAR_BELOW and unit in TIME_UNITS:
        word = quarter.verdict(math.log1p(band))
        if word in (BETTER, WORSE) and (high > 0.0 if word == BETTER else low < 0.0):
            verdict, by, ratio = word, FASTEST, (quarter.ratio, *quarter.interval(SHOWN))
    times, low, high = (math.exp(one) for one in ratio)
    return Ratio(before, after, times, low, high, verdict, unit, better, by, math.exp(quarter.ratio))


class Quarters:
    """The fastest quarters of two sides, compared; all figures are logarithms of which less is better."""

    def __init__(self, base: Sequence[float], head: Sequence[float]) -> None:
        """Order both sides; `ratio` is how much less head is."""
        self._count = len(base)
        self._size = max(1, round(self._count / 4))
        self._sides = [sorted((value, index) for index, value in enumerate(side)) for side in (base, head)]
        self.ratio = self._difference((1,) * self._count)
        self._drawn: list[float] = []

    def verdict(self, band: float) -> str:
        """Whether head is better or worse by more than chance, else inconclusive."""
        if abs(self.ratio) < band:
            return INCONCLUSIVE
        low, high = self.interval(CLAIMED_BY_QUARTERS)
        word = BETTER if low > 0.0 else WORSE if high < 0.0 else INCONCLUSIVE
        return INCONCLUSIVE if self._slow_more_often(word) else word

    def _slow_more_often(self, word: str) -> bool:
        """Whether the side that would win is slow, by its own fastest quarter, in more pairs than chance gives it.

        Then it is not disturbed: being slow now and then is what the change brought.
        """
        slow = []
        for side in self._sides:
            limit = self._fastest(side, (1,) * self._count) + SLOW
            slow.append({index for value, index in side if value > limit})
        winner, loser = (slow[1], slow[0]) if word == BETTER else (slow[0], slow[1])
        alone, either = len(winner - loser), len(winner ^ loser)
        return either > 0 and _at_least(alone, either, 0.5) < SLOW_BY_CHANCE

    def interval(self, confidence: float) -> tuple[float, float]:
        """The percentile bootstrap interval over whole pairs; the draws are the same in every run of this program."""
        if not self._drawn:
            self._drawn = sorted(map(self._difference, _resamples(self._count)))
        passed = int((1.0 - confidence) / 2.0 * len(self._drawn))
        return self._drawn[passed], self._drawn[-1 - passed]

    def _difference(self, times: Sequence[int]) -> float:
        """What base's fastest quarter takes more than head's, each pair counted so many `times`."""
        base, head = (self._fastest(side, times) for side in self._sides)
        return base - head

    def _fastest(self, side: Sequence[tuple[float, int]], times: Sequence[int]) -> float:
        left, total = self._size, 0.0
        for value, index in side:
            count = times[index]
            if count >= left:
                total += left * value
                break
            total += count * value
            left -= count
        return total / self._size


@lru_cache(maxsize=8)
def _resamples(count: int) -> tuple[tuple[int, ...], ...]:
    """How often each of `count` pairs is drawn, for each resample."""
    generator = random.Random(count)  # noqa: S311 - statistics, not secrets
    drawn = []
    for _ in range(RESAMPLES):
        times = [0] * count
        for index in generator.choices(range(count), k=count):
            times[index] += 1
        drawn.append(tuple(times))
    return tuple(drawn)


def _log_ratio(base: float, head: float, better: str, smallest: float, zero_counts_as: float) -> float:
    base, head = (max(value if value > 0 else zero_counts_as, smallest) for value in (base, head))
    step = math.log(base / head)
    return -step if better == HIGHER else step


@lru_cache(maxsize=64)
def _middle_ranks(count: int) -> tuple[tuple[int, int, float], ...]:
    """Between which two of `count` ordered values the median of a resample lies (their indices), and how probably.

    A resample is `count` independent draws of a rank. For odd counts the median is at rank i or below when more than
    half of the draws are. For even counts it lies between i < j when one half of the draws has i as its highest and
    the other j as its lowest; what remains for i is the case that both middle draws are i.
    """
    half, odd = divmod(count, 2)
    at_most = [_at_least(half + odd, count, rank / count) for rank in range(count + 1)]
    ranks = []
    for i in range(1, count + 1):
        alone = at_most[i] - at_most[i - 1]
        for j in range(i + 1, count + 1) if not odd else ():
            below = (i**half - (i - 1) ** half) / count**half
            above = ((count - j + 1) ** half - (count - j) ** half) / count**half
            both = math.comb(count, half) * below * above
            alone -= both
            ranks.append((i - 1, j - 1, both))
        ranks.append((i - 1, i - 1, max(0.0, alone)))
    return tuple(ranks)


def _at_least(successes: int, trials: int, chance: float) -> float:
    """The binomial probability of at least so many successes."""
    return math.fsum(
        math.comb(trials, k) * chance**k * (1.0 - chance) ** (trials - k) for k in range(successes, trials + 1)
    )


def bootstrap_interval(ordered: Sequence[float], confidence: float) -> tuple[float, float]:
    """The percentile bootstrap interval of the median of `ordered`, which is sorted.

    The distribution of a resample's median is known in closed form, so it is computed and not drawn: the interval is
    the one that infinitely many resamples would give, and depends on no seed. (With 10,000 resamples the lower end at
    15 pairs is the fourth or the fifth value as the seed will have it: their shares are 2.5 % and 8.8 %.)
    """
    medians = sorted(((ordered[i] + ordered[j]) / 2.0, chance) for i, j, chance in _middle_ranks(len(ordered)))
    share = (1.0 - confidence) / 2.0
    return _quantile(medians, share), _quantile(medians[::-1], share)


def _quantile(values: Sequence[tuple[float, float]], share: float) -> float:
    """The first of `values` (each with its probability) at which more than `share` has gone by."""
    passed = 0.0
    for value, chance in values:
        passed += chance
        if passed > share:
            return value
    return values[-1][0]


def _verdict(count: int, middle: float, shown: tuple[float, float], claimed: tuple[float, float], band: float) -> str:
    """The rule of the module's text; all figures are logarithms."""
    if count < MIN_PAIRS:
        return INCONCLUSIVE
    for word, sign in ((BETTER, 1.0), (WORSE, -1.0)):
        near = min(sign * bound for bound in shown)
        if near <= 0.0 or sign * middle < band:
            continue
        width = shown[1] - shown[0]
        strict = near >= width if count < CLEAR_BELOW else min(sign * bound for bound in claimed) > 0.0
        if strict:
            return word
    return SAME if -band <= shown[0] and shown[1] <= band else INCONCLUSIVE


def floor_of(metric: str) -> float:
    """The narrowest band that `metric` may have."""
    return BAND_FLOOR.get(metric, BAND_FLOOR_ELSE)


def shared_metrics(pairs: Sequence[Pair]) -> list[str]:
    """Metrics that at least one pair has on both sides, in the order of their first appearance."""
    seen: dict[str, None] = {}
    for pair in pairs:
        seen.update(dict.fromkeys(name for name in pair.base.values if name in pair.head.values))
    return list(seen)


def figures(pairs: Sequence[Pair], metric: str) -> tuple[list[float], list[float]]:
    """The figures of `metric`, base and head, of the pairs that have both."""
    both = [pair for pair in pairs if metric in pair.base.values and metric in pair.head.values]
    return [pair.base.values[metric].amount for pair in both], [pair.head.values[metric].amount for pair in both]


def summarise(pairs: Sequence[Pair], band: Mapping[str, float]) -> dict[str, Ratio]:
    """Compare every metric that both sides have.

    A metric without an entry in `band` gets the narrowest band it may have. Collector time below 1 % of the base's
    median CPU time counts as that much, and an undecided ratio of it whose whole interval is worth less than 2 % of the
    CPU time is *same*, so that a change of it which nobody can feel is no gain, no loss and no reason to measure on.
    """
    result = {}
    for name in shared_metrics(pairs):
        base, head = figures(pairs, name)
        value = next(pair.base.values[name] for pair in pairs if name in pair.base.values)
        smallest = 0.0
        if name == "gc_s":
            smallest = GC_SHARE_THAT_COUNTS * median(pair.base.values["cpu_s"].amount for pair in pairs)
        result[name] = compare_values(
            base,
            head,
            better=value.better,
            unit=value.unit,
            band=max(band.get(name, 0.0), floor_of(name)),
            smallest=smallest,
        )
        if name == "gc_s" and _negligible(result[name], smallest / GC_SHARE_THAT_COUNTS):
            result[name] = dataclasses.replace(result[name], verdict=SAME)
    return result


def _negligible(ratio: Ratio, cpu_s: float) -> bool:
    """Whether an undecided ratio of collector seconds means next to nothing at either end of its interval."""
    ends = (ratio.base - ratio.base / ratio.low, ratio.base - ratio.base / ratio.high)
    return ratio.verdict == INCONCLUSIVE and all(abs(saved) <= GC_NEGLIGIBLE * cpu_s for saved in ends)


def band_of(base: Sequence[float], head: Sequence[float], *, floor: float, longest: int) -> float:
    """The smallest relative effect that may be claimed, from pairs of two sides that are the same (A/A).

    The spread of the log ratio of two neighbouring runs around 0, its true value here, is estimated robustly as 1.4826
    times the median of its absolute values, over the runs of a pair and the runs on either side of two pairs' border.
    The band is the standard error that a median ratio then has at `longest`, the number of pairs of the last look:
    1.2533 * spread / sqrt(longest); never below `floor`. The interval is the guard against chance; the band is what
    keeps effects from being claimed that are no larger than what the machine adds by itself.
    """
    neighbours = [*zip(base, head), *zip(head, base[1:])]
    steps = [abs(math.log(one / other)) for one, other in neighbours if one > 0 and other > 0]
    if not steps:
        return floor
    return max(floor, math.expm1(1.2533 * 1.4826 * median(steps) / math.sqrt(longest)))
