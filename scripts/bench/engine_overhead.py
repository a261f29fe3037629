#!/usr/bin/env python3
"""What the engine adds to a pair over the benchmark's own time.

    python scripts/bench/engine_overhead.py [--pairs 40]

Each pair of a command that takes next to no time is timed from outside, with the target language's own environment and
probe as in a session, and the wall seconds of all its runs are taken off.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugin" / "engine"), str(ROOT / "scripts")]

from codeflash_agent import languages  # noqa: E402
from codeflash_agent.measure.model import Method, Side  # noqa: E402
from codeflash_agent.measure.pairs import measure_pairs  # noqa: E402
from codeflash_agent.measure.process import Supervisor  # noqa: E402

if TYPE_CHECKING:
    from codeflash_agent.measure.model import Pair


def added_ms(sides: list[Side], runs: int, pairs: int) -> list[float]:
    """Milliseconds that the engine added to each pair but the first."""
    marks: list[tuple[float, float]] = []  # at the end of each pair: the time, and the seconds of all runs so far
    total = 0.0
    run = Supervisor.run

    def counted(self: Supervisor, request: dict[str, Any]) -> dict[str, Any]:
        nonlocal total
        answer = run(self, request)
        total += answer["wall_s"]
        return answer

    def note(_pair: Pair) -> None:
        marks.append((time.perf_counter(), total))

    Supervisor.run = counted  # type: ignore[method-assign]
    try:
        method = Method("python -S -c pass", looks=(pairs,), runs=runs)
        measure_pairs(method, sides[0], sides[1], seed=1, budget_s=1e6, band={}, on_pair=note)
    finally:
        Supervisor.run = run  # type: ignore[method-assign]
    return [1e3 * (at - before - (taken - earlier)) for (before, earlier), (at, taken) in zip(marks, marks[1:])]


def main() -> int:
    """Print the median and the worst of the time added to a pair."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=40)
    arguments = parser.parse_args()
    language = languages.load(ROOT)
    setup = language.detect(ROOT)

    def environment(probe: Path) -> dict[str, str]:
        return language.environment(setup, ROOT, ROOT, probe)

    # A folder of its own for the lock by which measurements take turns: waiting for another's is not this engine's share.
    with tempfile.TemporaryDirectory() as own:
        tempfile.tempdir = own
        return table([Side(name, ROOT, environment, language.read_probe) for name in ("base", "head")], arguments.pairs)


def table(sides: list[Side], pairs: int) -> int:
    """Print one row for each number of runs."""
    print("| runs a sample | added to a pair, median ms | worst ms |\n| --- | ---: | ---: |")
    for runs in (1, 5):
        added = added_ms(sides, runs, pairs)
        print(f"| {runs} | {statistics.median(added):.1f} | {max(added):.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
