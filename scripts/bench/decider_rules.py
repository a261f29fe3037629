"""The rules that are compared: ours as the engine applies it, and those in common use, which see one figure alone."""

from __future__ import annotations

import statistics as simple
from typing import TYPE_CHECKING

from codeflash_agent.measure import pairs, statistics
from codeflash_agent.measure.model import Measurement, Method
from codeflash_agent.session.measuring import confirmed, confirming
from codeflash_agent.verdict.decide import decide
from codeflash_agent.verdict.model import KEEP

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.decider_noise import Replay
    from codeflash_agent.measure.model import Pair

    Rule = Callable[["Replay", int, list[int]], bool]

BAND_PAIRS = 5
METHOD = Method("replayed")


def ours(replay: Replay, seed: int, spent: list[int], *, confirm: bool = True, metric: str = "") -> bool:
    """Band, looks, verdict and confirming block, as the engine does them; with `metric`, whether it was kept for that."""
    target = "memory" if metric == "rss_mib" else "cpu"
    same = [replay.pair(index, seed, same=True) for index in range(BAND_PAIRS)]
    band = {}
    for name in statistics.shared_metrics(same):
        base, head = statistics.figures(same, name)
        band[name] = statistics.band_of(base, head, floor=statistics.floor_of(name), longest=METHOD.looks[-1])
    measured: list[Pair] = []
    for look in METHOD.looks:
        measured += [replay.pair(index, seed) for index in range(len(measured), look)]
        ratios = statistics.summarise(measured, band)
        if all(pairs.settled(ratio) for ratio in ratios.values()):
            break
    measurement = _measurement(measured, band)
    verdict = decide(measurement, target=target, findings=[])
    spent.append(len(measured))
    if verdict.status == KEEP and confirm:
        count = confirming(METHOD, measurement, verdict).looks[-1]
        spent[-1] += count
        again = _measurement([replay.pair(index, seed + 1) for index in range(count)], band)
        verdict = confirmed(verdict, measurement, again)
    return verdict.status == KEEP and (not metric or metric in verdict.better)


def _measurement(measured: list[Pair], band: dict[str, float]) -> Measurement:
    ratios = statistics.summarise(measured, band)
    return Measurement(ratios, len(measured), band, 0.0, complete=True, output_changed=False)


def unconfirmed(replay: Replay, seed: int, spent: list[int]) -> bool:
    """Ours without the confirming block."""
    return ours(replay, seed, spent, confirm=False)


def for_memory(replay: Replay, seed: int, spent: list[int]) -> bool:
    """Ours for a change that is about memory, kept for its peak memory."""
    return ours(replay, seed, spent, metric="rss_mib")


def single_run(replay: Replay, _seed: int, spent: list[int], metric: str = "cpu_s") -> bool:
    """One run each, any gain."""
    spent.append(1)
    base, head = (replay.take(side).values[metric].amount for side in ("base", "head"))
    return head < base


def mean_of_ten(replay: Replay, _seed: int, spent: list[int]) -> bool:
    """Mean of ten, one side after the other, more than 5 %."""
    spent.append(10)
    base, head = (simple.mean(replay.take(side).values["cpu_s"].amount for _ in range(10)) for side in ("base", "head"))
    return base / head > 1.05


def median_of_five(replay: Replay, _seed: int, spent: list[int]) -> bool:
    """Median of five, one side after the other, more than 5 %."""
    spent.append(5)
    base, head = (
        simple.median(replay.take(side).values["cpu_s"].amount for _ in range(5)) for side in ("base", "head")
    )
    return base / head > 1.05


def minimum_of_one_process(replay: Replay, _seed: int, spent: list[int]) -> bool:
    """The fastest call of one process each, more than 5 %."""
    spent.append(1)
    base, head = (replay.take(side).values["call_ms"].amount for side in ("base", "head"))
    return base / head > 1.05


def mean_of_fifteen_pairs(replay: Replay, seed: int, spent: list[int]) -> bool:
    """15 pairs in random order, the mean of the ratios, its normal 95 % interval above 1."""
    spent.append(15)
    taken = [replay.pair(index, seed) for index in range(15)]
    ratios = [pair.base.values["cpu_s"].amount / pair.head.values["cpu_s"].amount for pair in taken]
    return bool(simple.mean(ratios) - 1.96 * simple.stdev(ratios) / len(ratios) ** 0.5 > 1.0)


def median_of_minima(replay: Replay, seed: int, spent: list[int]) -> bool:
    """15 pairs in balanced random order, the fastest call of each process, bootstrap interval above 1, median > 1.02."""
    spent.append(15)
    base, head = statistics.figures([replay.pair(index, seed) for index in range(15)], "call_ms")
    ratio = statistics.compare_values(base, head, better="lower", unit="ms", band=0.02)
    return ratio.low > 1.0 and ratio.ratio > 1.02


def median_of_minima_confirmed(replay: Replay, seed: int, spent: list[int]) -> bool:
    """The same, and an independent block of five pairs shows a gain again."""
    if not median_of_minima(replay, seed, spent):
        return False
    spent[-1] += 5
    base, head = statistics.figures([replay.pair(index, seed + 1) for index in range(5)], "call_ms")
    return bool(simple.median(b / h for b, h in zip(base, head)) > 1.01)


# Name -> the rule, whether the benchmark reports its fastest call, and runs of the program for each sample.
RULES: dict[str, tuple[Rule, bool, int]] = {
    "one run each, any gain": (single_run, True, 1),
    "mean of 10 in sequence, > 5 %": (mean_of_ten, True, 1),
    "median of 5 in sequence, > 5 %": (median_of_five, True, 1),
    "fastest call of one process each, > 5 %": (minimum_of_one_process, True, 1),
    "15 pairs, mean of ratios, interval": (mean_of_fifteen_pairs, True, 1),
    "15 pairs, fastest calls, median, interval": (median_of_minima, True, 1),
    "the same, confirmed": (median_of_minima_confirmed, True, 1),
    "ours, no confirming block": (unconfirmed, False, 1),
    "**ours**": (ours, False, 1),
    "**ours, best of 3 runs a sample**": (ours, False, 3),
    "**ours, best of 5 runs a sample**": (ours, False, 5),
    "**ours, fastest call reported**": (ours, True, 1),
}
MEMORY_RULES: dict[str, tuple[Rule, bool, int]] = {
    "one run each, any gain": (lambda replay, seed, spent: single_run(replay, seed, spent, "rss_mib"), False, 1),
    "**ours**": (for_memory, False, 1),
}
