"""What is measured on request, apart from the pairs: start-up, allocations at peak, instructions.

Start-up is a time, so it is measured in pairs like the benchmark itself. Allocations and instructions hardly vary, so a few
runs of each side do, and their range takes the interval's place: each ratio's ends are those of the worst and the best
pairing of the runs.
"""

from __future__ import annotations

import dataclasses
import math
import re
import shlex
import shutil
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING

from codeflash_agent.measure import statistics
from codeflash_agent.measure.model import Ratio
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.measure.process import ALLOCATED, Supervisor, argv_of, run_benchmark
from codeflash_agent.storage import temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from codeflash_agent.measure.model import Measurement, Method, Side

STARTUP, ALLOCATIONS, INSTRUCTIONS = "startup", "allocations", "instructions"
KINDS = (STARTUP, ALLOCATIONS, INSTRUCTIONS)
EXACT = (ALLOCATED, INSTRUCTIONS)  # metrics whose runs hardly vary: measured again they show the same
BAND = 0.01  # of those
ALLOCATION_RUNS = 3
INSTRUCTION_RUNS = 2
STARTUP_RUNS = 3  # for a sample
SLOWER = 120.0  # times, that a command may be under the counter of instructions
COUNTS = "CODEFLASH_COUNTS"
VALGRIND = "valgrind"
_TOTAL = re.compile(rb"^(?:totals|summary): (\d+)", re.MULTILINE)


def measured(
    method: Method,
    base: Side,
    head: Side,
    outcome: Measurement,
    *,
    seed: int,
    say: Callable[[str], None],
    only: Sequence[str] = KINDS,
    looks: tuple[int, ...] | None = None,
) -> Measurement:
    """`outcome` with the metrics that `method.extras` asks for beside its own.

    Args:
        method: of the measurement.
        base: the side to compare against.
        head: the side with the change.
        outcome: of the pairs.
        seed: of the order.
        say: told one line at a time.
        only: kinds to be measured of those that the method asks for.
        looks: numbers of pairs to look at start-up after, the method's by default.
    """
    found: dict[str, Ratio] = {}
    notes: list[str] = []
    wanted = [name for name in method.extras if name in only]
    if STARTUP in wanted:
        found.update(_startup(method, base, head, seed, looks or method.looks, notes, say))
    if ALLOCATIONS in wanted:
        found.update(_allocations(method, base, head, notes, say))
    if INSTRUCTIONS in wanted:
        found.update(_instructions(method, base, head, notes, say))
    return dataclasses.replace(outcome, metrics={**outcome.metrics, **found}, notes=(*outcome.notes, *notes))


def _startup(
    method: Method,
    base: Side,
    head: Side,
    seed: int,
    looks: tuple[int, ...],
    notes: list[str],
    say: Callable[[str], None],
) -> dict[str, Ratio]:
    if not base.startup:
        notes.append("start-up was not measured: the project has no package to import")
        return {}
    say(f"start-up: {base.startup}")
    way = dataclasses.replace(
        method, benchmark=base.startup, runs=STARTUP_RUNS, looks=looks, results=(), ignore=(), second="", extras=()
    )
    outcome = measure_pairs(way, base, head, seed=seed, budget_s=math.inf, band={}, progress=say)
    return {f"startup_{name}": outcome.metrics[f"{name}_s"] for name in ("wall", "cpu")}


def _allocations(
    method: Method, base: Side, head: Side, notes: list[str], say: Callable[[str], None]
) -> dict[str, Ratio]:
    say("allocations at peak, in runs of their own")
    traced = {**method.environment, "CODEFLASH_MEASURE": "allocations"}
    way = dataclasses.replace(method, environment=traced, runs=1, timeout_s=method.timeout_s * SLOWER)
    figures: dict[str, list[float]] = {"base": [], "head": []}
    with closing(Supervisor()) as supervisor:
        for _ in range(ALLOCATION_RUNS):
            for role, side in (("base", base), ("head", head)):
                values = run_benchmark(way, side, supervisor).values
                figures[role] += [values[ALLOCATED].amount] if ALLOCATED in values else []
    if not all(len(told) == ALLOCATION_RUNS for told in figures.values()):
        notes.append("allocations at peak were not told by every run")
        return {}
    return {ALLOCATED: exact(figures["base"], figures["head"], "MiB")}


def _instructions(
    method: Method, base: Side, head: Side, notes: list[str], say: Callable[[str], None]
) -> dict[str, Ratio]:
    if shutil.which(VALGRIND) is None:
        notes.append("instructions were not counted: valgrind is not installed here")
        return {}
    say("instructions, by callgrind; some fifty times slower than the benchmark itself")
    figures: dict[str, list[float]] = {"base": [], "head": []}
    with closing(Supervisor()) as supervisor:
        for side in (base, head):
            run_benchmark(method, side, supervisor)  # writes what the first run compiles
        for _ in range(INSTRUCTION_RUNS):
            for role, side in (("base", base), ("head", head)):
                with temporary.folder() as folder:
                    run_benchmark(_counted(method, folder), side, supervisor)
                    figures[role].append(float(_total(folder)))
    if not all(all(told) for told in figures.values()):
        notes.append("instructions were not counted: callgrind left no totals")
        return {}
    return {INSTRUCTIONS: exact(figures["base"], figures["head"], "instructions")}


def _counted(method: Method, folder: Path) -> Method:
    """The method with its command, and what it starts, under callgrind."""
    argv = [VALGRIND, "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file=%q{{{COUNTS}}}/callgrind.%p"]
    command = shlex.join([*argv, *argv_of(method.benchmark)])
    environment = {**method.environment, COUNTS: str(folder)}
    return dataclasses.replace(
        method, benchmark=command, environment=environment, runs=1, timeout_s=method.timeout_s * SLOWER
    )


def _total(folder: Path) -> int:
    """The instructions of all processes; of a file that tells them in several places the last counts."""
    found = (_TOTAL.findall(path.read_bytes()) for path in folder.glob("callgrind.*"))
    return sum(int(totals[-1]) for totals in found if totals)


def exact(base: Sequence[float], head: Sequence[float], unit: str) -> Ratio:
    """Compare figures that hardly vary, by medians and by the ends of their ranges; less is better."""
    ratio = _over(median(base), median(head))
    low, high = _over(min(base), max(head)), _over(max(base), min(head))
    verdict = statistics.INCONCLUSIVE
    if low > 1.0 and ratio >= 1.0 + BAND:
        verdict = statistics.BETTER
    elif high < 1.0 and ratio <= 1.0 / (1.0 + BAND):
        verdict = statistics.WORSE
    elif low >= 1.0 / (1.0 + BAND) and high <= 1.0 + BAND:
        verdict = statistics.SAME
    return Ratio(median(base), median(head), ratio, low, high, verdict, unit)


def _over(base: float, head: float) -> float:
    return max(base, 1e-9) / max(head, 1e-9)
