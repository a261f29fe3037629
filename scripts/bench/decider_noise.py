"""Noise to decide in: runs of a program that never changes, recorded on a machine or made up, and replayed as two sides."""

from __future__ import annotations

import json
import math
import os
import random
import statistics as simple
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.measure import pairs
from codeflash_agent.measure.model import Method, Pair, Sample, Side, Value
from codeflash_agent.measure.pinning import Pin
from codeflash_agent.measure.process import Supervisor, best_of, run_benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).with_name("data") / "noise"
DEVELOPMENT = "dev-"
COLUMNS = ("cpu_s", "wall_s", "rss_mib", "call_ms")
TIMES = ("cpu_s", "wall_s", "call_ms")

# Calls of about 4 ms of allocation, dictionary work and sorting; the fastest of them is the process's minimum.
WORKLOAD = """
import random, time
r = random.Random(1)
for _ in range(CALLS):
    start = time.perf_counter()
    words = [str(r.random()) for _ in range(4000)]
    counts = {}
    for word in words:
        counts[word[:4]] = counts.get(word[:4], 0) + 1
    sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    print('codeflash-metric call_ms=%.6f' % ((time.perf_counter() - start) * 1e3))
"""


def plain_side(name: str) -> Side:
    """A side with this process's environment and a fixed hash seed, and no probe."""
    return Side(name, ROOT, lambda _probe: {**os.environ, "PYTHONHASHSEED": "0"}, lambda _probe: {})


def record(name: str, runs: int, burners: int, calls: int) -> None:
    """Measure the workload `runs` times, with so many processes competing, and store the figures.

    Runs are pinned as those of a measurement are; ten share a CPU, which is what a pair of five runs a sample needs.
    """
    side = plain_side("base")
    method = Method(f'"{sys.executable}" -I -S -c "{WORKLOAD.replace("CALLS", str(calls))}"')
    competing = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(burners)]
    try:
        with closing(Supervisor()) as supervisor:
            pin = Pin(wanted=True, warmed_up=[run_benchmark(method, side, supervisor)])
            samples: list[Sample] = []
            while len(samples) < runs:
                cpus = pin.choose()
                ten = [run_benchmark(method, side, supervisor, cpus=cpus) for _ in range(min(10, runs - len(samples)))]
                samples += ten
                pin.note(sum(sample.values["cpu_s"].amount for sample in ten), max(sample.tasks for sample in ten))
    finally:
        for process in competing:
            process.kill()
            process.wait()
    rows = [[round(sample.values[key].amount, 6) for key in COLUMNS] for sample in samples]
    what = f"{runs} fresh processes, {burners} burners, {os.cpu_count()} cores"
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / f"{name}.json").write_text(json.dumps({"what": what, "columns": COLUMNS, "rows": rows}) + "\n")


def recorded(names: Sequence[str] = ()) -> Iterator[tuple[str, list[Sample]]]:
    """The recordings of these names, each with what it is of; without names those that no rule was developed on."""
    for path in sorted(DATA.glob("*.json")):
        if path.stem not in names if names else path.stem.startswith(DEVELOPMENT):
            continue
        document = json.loads(path.read_text())
        cpu = [row[0] for row in document["rows"]]
        title = f"{path.stem}: {document['what']}; CPU varies by {variation(cpu):.1%}"
        yield title, [_sample(*row) for row in document["rows"]]


def synthetic(runs: int, seed: int) -> Iterator[tuple[str, list[Sample]]]:
    """Noise made up: log-normal of 3 % and 21 %, and a tight core of which a quarter is disturbed and all drifts.

    What a process's fastest call takes is disturbed a fifth as much as the whole process.
    """
    generator = random.Random(seed)
    for spread in (0.03, 0.21):
        series = [_made_up(generator, math.exp(generator.gauss(0, spread)), spread / 5) for _ in range(runs)]
        yield f"made up: log-normal {spread:.0%}", series
    drift, series = 0.0, []
    for _ in range(runs):
        drift = 0.95 * drift + generator.gauss(0, 0.01)
        slow = 1 + generator.expovariate(2.5) if generator.random() < 0.25 else 1.0
        series.append(_made_up(generator, math.exp(drift + generator.gauss(0, 0.015)) * slow, 0.03))
    cpu = [sample.values["cpu_s"].amount for sample in series]
    yield f"made up: drifting core, a quarter disturbed; CPU varies by {variation(cpu):.0%}", series


def variation(figures: Sequence[float]) -> float:
    """The coefficient of variation."""
    return simple.stdev(figures) / simple.mean(figures)


def _made_up(generator: random.Random, factor: float, call_spread: float) -> Sample:
    return _sample(
        0.1 * factor,
        0.105 * factor * math.exp(abs(generator.gauss(0, 0.02))),
        30 * math.exp(generator.gauss(0, 0.002)),
        4.0 * math.exp(generator.gauss(0, call_spread)),
    )


def _sample(cpu: float, wall: float, rss: float, call: float) -> Sample:
    values = {
        "wall_s": Value(wall, "s"),
        "cpu_s": Value(cpu, "s"),
        "rss_mib": Value(rss, "MiB"),
        "call_ms": Value(call, "ms"),
    }
    return Sample(values, 0, "")


class Replay:
    """Neighbouring runs of a recording from a random place on, around its end to its start."""

    def __init__(
        self, series: Sequence[Sample], start: int, effects: Mapping[str, float], *, calls: bool = False, runs: int = 1
    ) -> None:
        """Begin at `start`.

        Args:
            series: of the recording.
            start: an index into it.
            effects: metric -> the factor by which head is better.
            calls: whether the benchmark reports its fastest call besides what is measured from outside.
            runs: of the program for each sample, of which the best figures count.
        """
        self._series = series
        self._next = start
        self._effects = effects
        self._calls = calls
        self._runs = runs

    def take(self, side: str, *, same: bool = False, runs: int = 0) -> Sample:
        """The next run, or the best of the next, as if `side` had been run; with `same` head is no better."""
        count = runs or self._runs
        taken = [self._series[(self._next + step) % len(self._series)] for step in range(count)]
        self._next += count
        effects = self._effects if side == "head" and not same else {}
        values = {
            name: Value(value.amount / effects.get(name, 1.0), value.unit)
            for name, value in best_of(taken).values.items()
            if self._calls or name != "call_ms"
        }
        return Sample(values, 0, "")

    def pair(self, index: int, seed: int, *, same: bool = False) -> Pair:
        """The next pair, in the order that measuring would take."""
        first = pairs.first_of(seed, index)
        samples = {side: self.take(side, same=same) for side in (first, "head" if first == "base" else "base")}
        return Pair(index, first, samples["base"], samples["head"])
