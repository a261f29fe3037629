#!/usr/bin/env python3
"""How often a rule keeps what is nothing, and how often it finds what is something.

    python scripts/bench/decider.py                      replay recorded and synthetic noise (about a minute)
    python scripts/bench/decider.py --record quiet       record the noise of this machine first (a minute)
    python scripts/bench/decider.py --record loaded --burners 3

A recording is a file of whole samples, as `measure.process` gives them, of one program that never changes. A decision is
replayed by taking neighbouring runs from it, in the order in which the rule would have run them, and dividing the
time figures of head by the effect that is to be found. So drift and disturbances are those of the machine, and the
truth is known. The same runs go to our rule (5, 15, 30 pairs, verdict, confirming block) and to the naive rules of
those in common use, which see the process's CPU seconds alone.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics as simple
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plugin" / "engine"))

from codeflash_agent.measure import pairs, statistics  # noqa: E402
from codeflash_agent.measure.model import Measurement, Method, Pair, Sample, Side, Value  # noqa: E402
from codeflash_agent.measure.process import Supervisor, run_benchmark  # noqa: E402
from codeflash_agent.verdict.decide import decide  # noqa: E402
from codeflash_agent.verdict.model import KEEP  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DATA = Path(__file__).with_name("data")
EFFECTS = (1.0, 1.03, 1.05)
BAND_PAIRS = 5
CONFIRMING = 5
METHOD = Method("replayed")
TIMES = ("cpu_s", "wall_s")

# About 25 ms of allocation, dictionary work and sorting, so that start-up does not hide it all.
WORKLOAD = """
import random
r = random.Random(1)
for _ in range(8):
    words = [str(r.random()) for _ in range(4000)]
    counts = {}
    for word in words:
        counts[word[:4]] = counts.get(word[:4], 0) + 1
    sorted(counts.items(), key=lambda item: (-item[1], item[0]))
"""


def record(name: str, runs: int, burners: int) -> None:
    """Measure the workload `runs` times, with so many processes competing, and store the samples."""
    side = Side("base", ROOT, lambda _probe: dict(os.environ), lambda _probe: {})
    method = Method(f'"{sys.executable}" -I -S -c "{WORKLOAD}"')
    competing = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(burners)]
    try:
        with closing(Supervisor()) as supervisor:
            run_benchmark(method, side, supervisor)
            samples = [run_benchmark(method, side, supervisor) for _ in range(runs)]
    finally:
        for process in competing:
            process.kill()
            process.wait()
    rows = [[round(sample.values[key].amount, 6) for key in (*TIMES, "rss_mib")] for sample in samples]
    document = {"what": f"{runs} fresh processes, {burners} burners, {os.cpu_count()} cores", "rows": rows}
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.json").write_text(json.dumps(document) + "\n")


def recorded() -> Iterator[tuple[str, list[Sample]]]:
    """The recordings, each with what it is of."""
    for path in sorted(DATA.glob("*.json")):
        rows = json.loads(path.read_text())["rows"]
        cpu = [row[0] for row in rows]
        variation = simple.stdev(cpu) / simple.mean(cpu)
        yield f"{path.stem} ({len(rows)} runs, CPU varies by {variation:.1%})", [_sample(*row) for row in rows]


def synthetic(runs: int, seed: int) -> Iterator[tuple[str, list[Sample]]]:
    """Noise made up: log-normal of 3 % and 21 %, and a tight core of which a quarter is disturbed and all drifts."""
    generator = random.Random(seed)
    for spread in (0.03, 0.21):
        series = [_sample(*_noisy(generator, math.exp(generator.gauss(0, spread)))) for _ in range(runs)]
        yield f"log-normal {spread:.0%}", series
    drift, series = 0.0, []
    for _ in range(runs):
        drift = 0.95 * drift + generator.gauss(0, 0.01)
        slow = 1 + generator.expovariate(2.5) if generator.random() < 0.25 else 1.0
        series.append(_sample(*_noisy(generator, math.exp(drift + generator.gauss(0, 0.015)) * slow)))
    cpu = [sample.values["cpu_s"].amount for sample in series]
    yield f"drifting core, a quarter disturbed ({simple.stdev(cpu) / simple.mean(cpu):.0%})", series


def _noisy(generator: random.Random, factor: float) -> tuple[float, float, float]:
    return (
        0.1 * factor,
        0.105 * factor * math.exp(abs(generator.gauss(0, 0.02))),
        30 * math.exp(generator.gauss(0, 0.002)),
    )


def _sample(cpu: float, wall: float, rss: float) -> Sample:
    return Sample({"wall_s": Value(wall, "s"), "cpu_s": Value(cpu, "s"), "rss_mib": Value(rss, "MiB")}, 0, "")


class Replay:
    """Neighbouring runs of a recording from a random place on, around its end to its start."""

    def __init__(self, series: Sequence[Sample], start: int, effect: float) -> None:
        """Begin at `start`; head is faster by the factor `effect`."""
        self._series = series
        self._next = start
        self._effect = effect

    def take(self, side: str, effect: float | None = None) -> Sample:
        """The next run, as if `side` had been run."""
        sample = self._series[self._next % len(self._series)]
        self._next += 1
        factor = (effect or self._effect) if side == "head" else 1.0
        values = {
            name: Value(value.amount / (factor if name in TIMES else 1.0), value.unit)
            for name, value in sample.values.items()
        }
        return Sample(values, 0, "")

    def pair(self, index: int, seed: int, effect: float | None = None) -> Pair:
        """The next pair, in the order that measuring would take."""
        first = pairs.first_of(seed, index)
        samples = {side: self.take(side, effect) for side in (first, "head" if first == "base" else "base")}
        return Pair(index, first, samples["base"], samples["head"])


def ours(replay: Replay, seed: int, spent: list[int], *, confirm: bool = True) -> bool:
    """Band, looks, verdict and confirming block, as the engine does them."""
    same = [replay.pair(index, seed, effect=1.0) for index in range(BAND_PAIRS)]
    band = {}
    for name in statistics.shared_metrics(same):
        base, head = statistics.figures(same, name)
        band[name] = statistics.band_of(base, head, floor=statistics.floor_of(name), longest=METHOD.looks[-1])
    measured: list[Pair] = []
    ratios = {}
    for look in METHOD.looks:
        measured += [replay.pair(index, seed) for index in range(len(measured), look)]
        ratios = statistics.summarise(measured, band)
        if all(pairs.settled(ratio) for ratio in ratios.values()):
            break
    measurement = Measurement(ratios, len(measured), band, 0.0, complete=True, output_changed=False)
    verdict = decide(measurement, target="cpu", findings=[])
    spent.append(len(measured))
    if verdict.status != KEEP or not confirm:
        return verdict.status == KEEP
    again = statistics.summarise([replay.pair(index, seed + 1) for index in range(CONFIRMING)], band)
    spent[-1] += CONFIRMING
    return any(again[name].ratio > 1.0 for name in verdict.better)


def unconfirmed(replay: Replay, seed: int, spent: list[int]) -> bool:
    """Ours without the confirming block."""
    return ours(replay, seed, spent, confirm=False)


def single_run(replay: Replay, _seed: int, spent: list[int]) -> bool:
    """One run each, any gain."""
    spent.append(1)
    base, head = (replay.take(side).values["cpu_s"].amount for side in ("base", "head"))
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


RULES: dict[str, Callable[[Replay, int, list[int]], bool]] = {
    "one run each, any gain": single_run,
    "mean of 10 in sequence, > 5 %": mean_of_ten,
    "median of 5 in sequence, > 5 %": median_of_five,
    "ours, no confirming block": unconfirmed,
    "ours": ours,
}


def replay_all(decisions: int, seed: int) -> None:
    """Print a table for each noise: kept of nothing, of +3 %, of +5 %, and the pairs that each rule took."""
    print(f"{decisions} decisions a cell; kept at a true effect of")
    for title, series in (*recorded(), *synthetic(2000, seed)):
        print(f"\n{title}\n{'rule':34}" + "".join(f"{f'+{effect - 1:.0%}':>9}" for effect in EFFECTS) + f"{'pairs':>9}")
        for name, rule in RULES.items():
            generator = random.Random(seed)
            cells: list[float] = []
            spent: list[int] = []
            for effect in EFFECTS:
                kept = sum(
                    rule(Replay(series, generator.randrange(len(series)), effect), generator.randrange(1 << 30), spent)
                    for _ in range(decisions)
                )
                cells.append(kept / decisions)
            print(f"{name:34}" + "".join(f"{cell:9.1%}" for cell in cells) + f"{simple.mean(spent):9.1f}")


def main() -> int:
    """Record, or replay."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=400, help="replayed for each cell (default 400)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", metavar="NAME", help="record this machine's noise under that name")
    parser.add_argument("--runs", type=int, default=500, help="of a recording (default 500)")
    parser.add_argument("--burners", type=int, default=0, help="processes that compete for the CPU while recording")
    arguments = parser.parse_args()
    started = time.monotonic()
    if arguments.record:
        record(arguments.record, arguments.runs, arguments.burners)
    else:
        replay_all(arguments.decisions, arguments.seed)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
