"""From paired figures to ratios, intervals and claims."""

from __future__ import annotations

import math
import random
from statistics import median

import pytest

from codeflash_agent.measure import statistics
from codeflash_agent.measure.model import HIGHER, LOWER, Pair, Ratio
from tests.engine.measure.factories import pairs_of, sample

# CPU seconds of a real A/B run of 15 pairs (a list membership test replaced by a set), recorded on a shared machine.
RECORDED_BASE = [0.0527, 0.0531, 0.0529, 0.0530, 0.0527, 0.0522, 0.0540, 0.0531, 0.0512, 0.0529, 0.0527, 0.0526, 0.0521]
RECORDED_BASE += [0.0534, 0.0552]
RECORDED_HEAD = [0.0432, 0.0423, 0.0417, 0.0424, 0.0420, 0.0424, 0.0412, 0.0427, 0.0421, 0.0409, 0.0411, 0.0418, 0.0411]
RECORDED_HEAD += [0.0423, 0.0421]


def _compare(base: list[float], head: list[float], *, better: str = LOWER, band: float = 0.02) -> Ratio:
    return statistics.compare_values(base, head, better=better, unit="s", band=band)


def test_recorded_values_give_the_recorded_ratio() -> None:
    """A real comparison gives the median of the pairs' ratios, an interval around it, and a claim."""
    ratio = _compare(RECORDED_BASE, RECORDED_HEAD)
    ratios = sorted(b / h for b, h in zip(RECORDED_BASE, RECORDED_HEAD))
    assert ratio.ratio == pytest.approx(median(ratios))
    assert ratio.low == pytest.approx(ratios[3])
    assert ratio.high == pytest.approx(ratios[11])
    assert ratio.verdict == "better"
    assert (ratio.base, ratio.head) == (median(RECORDED_BASE), median(RECORDED_HEAD))


def test_direction_is_that_of_the_gain() -> None:
    """Above 1 head is better, whether lower or higher figures are."""
    assert _compare(RECORDED_BASE, RECORDED_HEAD).ratio > 1.2
    assert _compare(RECORDED_HEAD, RECORDED_BASE, better=HIGHER).ratio > 1.2
    assert _compare(RECORDED_HEAD, RECORDED_BASE).verdict == "worse"
    assert _compare(RECORDED_BASE, RECORDED_HEAD, better=HIGHER).verdict == "worse"


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 9, 15, 30, 31])
def test_interval_is_that_of_drawn_resamples(count: int) -> None:
    """The computed interval is the one that drawing very many resamples gives, for odd and even counts."""
    generator = random.Random(count)
    values = sorted(generator.gauss(0, 1) for _ in range(count))
    drawn = sorted(median(generator.choices(values, k=count)) for _ in range(20_000))
    low, high = statistics.bootstrap_interval(values, 0.95)
    # Between the quantiles a little to either side of 2.5 % and 97.5 %, since the drawn ones have their own error.
    assert drawn[350] <= low <= drawn[650]
    assert drawn[-650] <= high <= drawn[-350]


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Over many noisy comparisons the 95 % interval at 15 pairs holds the true ratio in about 95 % of them."""
    generator = random.Random(3)
    held = 0
    for _ in range(1000):
        base = [math.exp(generator.gauss(0, 0.1)) for _ in range(15)]
        head = [math.exp(generator.gauss(0, 0.1)) / 1.1 for _ in range(15)]
        ratio = _compare(base, head)
        held += ratio.low <= 1.1 <= ratio.high
    assert 920 <= held <= 990


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_pairs_claim_nothing(count: int) -> None:
    """Below five pairs nothing is claimed, however large the effect, and neither is sameness."""
    assert _compare([2.0] * count, [1.0] * count).verdict == "inconclusive"
    assert _compare([1.0] * count, [1.0] * count).verdict == "inconclusive"


def test_five_pairs_claim_only_what_is_clear() -> None:
    """Five pairs all on one side claim an effect when they agree about it, and not when they scatter."""
    assert _compare([1.30, 1.31, 1.29, 1.32, 1.30], [1.0] * 5).verdict == "better"
    assert _compare([1.02, 1.30, 1.10, 1.60, 1.20], [1.0] * 5).verdict == "inconclusive"


def test_the_band_limits_what_is_claimed() -> None:
    """An effect within the band is the same, however sure; one beyond it is claimed."""
    base = [1.03 + 0.0001 * (i % 5) for i in range(30)]
    assert _compare(base, [1.0] * 30, band=0.05).verdict == "same"
    assert _compare(base, [1.0] * 30, band=0.02).verdict == "better"


@pytest.mark.parametrize(("losing", "verdict"), [(7, "better"), (8, "inconclusive")])
def test_thirty_pairs_claim_with_23_on_one_side(losing: int, verdict: str) -> None:
    """At thirty pairs a claim takes the stricter interval: at least 23 on one side."""
    head = [0.95 - 0.0001 * i for i in range(30 - losing)] + [1.2 + 0.001 * i for i in range(losing)]
    assert _compare([1.0] * 30, head).verdict == verdict


def test_zero_on_both_sides_is_the_same() -> None:
    """Equal zeros are the same, and have a ratio of 1."""
    ratio = _compare([0.0] * 5, [0.0] * 5)
    assert (ratio.ratio, ratio.low, ratio.high, ratio.verdict) == (1.0, 1.0, 1.0, "same")


def test_zero_on_one_side_has_a_finite_ratio() -> None:
    """A figure that drops to zero is a large gain that JSON can hold."""
    ratio = _compare([0.2] * 5, [0.0] * 5)
    assert ratio.verdict == "better"
    assert ratio.ratio == pytest.approx(1000)
    assert ratio.head == 0.0


def test_negative_figures_claim_nothing_they_cannot() -> None:
    """Sides of negative figures that differ cannot be compared as ratios."""
    assert _compare([-1.0] * 5, [-2.0] * 5).verdict == "inconclusive"


def test_sides_of_different_length_are_an_error() -> None:
    """Unpaired figures are refused."""
    with pytest.raises(ValueError, match="as many figures"):
        _compare([1.0, 2.0], [1.0])


def _with_collector(cpu: float, before: float, after: float) -> Ratio:
    pairs = [Pair(i, "base", sample(cpu, gc_s=before), sample(cpu, gc_s=after)) for i in range(5)]
    return statistics.summarise(pairs, {})["gc_s"]


def test_trifling_collector_time_is_the_same() -> None:
    """Collector seconds that stay below 1 % of the CPU seconds on both sides are the same, whatever their ratio."""
    assert _with_collector(1.0, 0.009, 0.0).verdict == "same"
    assert _with_collector(1.0, 0.0, 0.009).verdict == "same"


def test_collector_time_that_matters_counts() -> None:
    """Collector seconds that fall from a fifth of the CPU time to nothing are better, up to the size that counts."""
    ratio = _with_collector(1.0, 0.2, 0.0)
    assert ratio.verdict == "better"
    assert ratio.ratio == pytest.approx(20)


def test_all_shared_metrics_are_compared() -> None:
    """A metric that one side never reports is left out; one that some pairs lack is compared over the others."""
    pairs = pairs_of([1.0] * 5, [1.0] * 5)
    extra = [Pair(5 + i, "base", sample(1.0, p=2.0, only=1.0), sample(1.0, p=1.0)) for i in range(5)]
    ratios = statistics.summarise([*pairs, *extra], {})
    assert set(ratios) == {"wall_s", "cpu_s", "rss_mib", "p"}
    assert ratios["p"].ratio == pytest.approx(2.0)


def test_band_is_the_standard_error_of_the_longest_measurement() -> None:
    """The band follows the spread between neighbouring runs and the number of pairs, above a floor."""
    generator = random.Random(1)
    base = [math.exp(generator.gauss(0, 0.1)) for _ in range(4000)]
    head = [math.exp(generator.gauss(0, 0.1)) for _ in range(4000)]
    band = statistics.band_of(base, head, floor=0.0, longest=30)
    assert band == pytest.approx(1.2533 * 0.1 * math.sqrt(2) / math.sqrt(30), rel=0.1)
    assert statistics.band_of([1.0] * 5, [1.0] * 5, floor=0.02, longest=30) == 0.02
    assert statistics.band_of([0.0] * 5, [0.0] * 5, floor=0.05, longest=30) == 0.05


def test_one_disturbed_run_does_not_widen_the_band() -> None:
    """A single run that took five times as long leaves the band of a quiet machine where it was."""
    assert statistics.band_of([1.0, 5.0, 1.01, 0.99, 1.0], [1.0] * 5, floor=0.02, longest=30) == 0.02


def test_collector_time_worth_next_to_nothing_is_the_same() -> None:
    """An undecided ratio of a collector time that is 1.5 % of the CPU time is the same; of 15 %, it stays undecided."""

    def verdict(collector: float) -> str:
        wobble = [0.7, 1.4, 0.9, 1.3, 0.75]
        pairs = [
            Pair(index, "base", sample(1.0, gc_s=collector * factor), sample(1.0, gc_s=collector))
            for index, factor in enumerate(wobble)
        ]
        return statistics.summarise(pairs, {})["gc_s"].verdict

    assert (verdict(0.015), verdict(0.15)) == ("same", "inconclusive")


def _disturbed(seed: int, effect: float, base_share: float, head_share: float) -> tuple[list[float], list[float]]:
    """Thirty pairs of a tight core, of which these shares are disturbed by up to double, head better by `effect`."""
    generator = random.Random(seed)

    def run(share: float) -> float:
        return (1.0 + 0.01 * generator.random()) * (
            1.3 + 0.7 * generator.random() if generator.random() < share else 1.0
        )

    pairs = [(run(base_share), run(head_share) / effect) for _ in range(30)]
    return [base for base, _ in pairs], [head for _, head in pairs]


def test_the_fastest_quarter_sees_through_disturbance() -> None:
    """Where a third of both sides' runs are disturbed, 3 % are found nearly always by the fastest quarter, and nothing in nothing."""
    found = [_compare(*_disturbed(seed, 1.03, 0.35, 0.35)) for seed in range(60)]
    assert sum(ratio.verdict == "better" for ratio in found) >= 54
    by = [ratio for ratio in found if ratio.by]
    assert len(by) >= 20
    assert all(ratio.low <= ratio.ratio <= ratio.high and 1.02 < ratio.ratio < 1.04 for ratio in by)
    assert not any(_compare(*_disturbed(seed, 1.0, 0.4, 0.4)).verdict == "better" for seed in range(60))


def test_being_slow_now_and_then_is_no_disturbance() -> None:
    """A head whose best runs are faster, but which alone is slow in nearly half of the pairs, is not better."""
    assert not any(_compare(*_disturbed(seed, 1.05, 0.0, 0.45)).verdict == "better" for seed in range(40))


def test_the_fastest_quarter_works_either_way_round() -> None:
    """What is better from base to head is worse from head to base, and the reverse for figures of which more is better."""
    base, head = next(
        (base, head)
        for base, head in (_disturbed(seed, 1.04, 0.4, 0.4) for seed in range(60))
        if _compare(base, head).by
    )
    there, back = _compare(base, head), _compare(head, base)
    assert (there.verdict, back.verdict, back.by) == ("better", "worse", statistics.FASTEST)
    assert there.ratio * back.ratio == pytest.approx(1.0)
    rates = [[1.0 / value for value in side] for side in (base, head)]
    rated = statistics.compare_values(*rates, better="higher", unit="s", band=0.02)
    assert rated.verdict == "better"
    assert rated.ratio == pytest.approx(there.ratio)
