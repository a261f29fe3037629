"""Timing a callable: its first call apart from later ones, and lines that say so."""

from __future__ import annotations

import re
import time

TYPE_CHECKING = False  # `typing` takes milliseconds to import, in every measured process
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WARM_S = 0.2  # of later calls, at least one
SHORTEST_S = 0.0005  # calls that are shorter are timed several at once
MOST_REPEATS = 1000
LONGEST_NAME = 120


def cold_and_warm(
    function: Callable[[], Any], before: Callable[[], Any] | None = None, *, number: int = 0
) -> tuple[float, float]:
    """Seconds of the first call and of the fastest of later ones.

    Args:
        function: what to call.
        before: called before each repeat, not timed.
        number: calls a repeat; 0 for as many as can be timed well.
    """
    clock = time.perf_counter
    if before is not None:
        before()
    start = clock()
    function()
    cold = clock() - start
    count = number or max(1, int(SHORTEST_S / max(cold, 1e-9)))
    warm = None
    ends = clock() + WARM_S
    for _ in range(MOST_REPEATS):
        if before is not None:
            before()
        start = clock()
        for _ in range(count):
            function()
        taken = (clock() - start) / count
        if not number and taken * count < SHORTEST_S and warm is None:
            count = max(count, int(SHORTEST_S / max(taken, 1e-9)))  # the first call was slower than the rest
        warm = taken if warm is None else min(warm, taken)
        if clock() >= ends:
            break
    return cold, cold if warm is None else warm


def report(name: str, cold: float, warm: float) -> None:
    """Print both figures under `name`."""
    metric(f"{name}.cold_s", cold)
    metric(f"{name}.warm_s", warm)


def metric(name: str, amount: float, unit: str = "s") -> None:
    """Print one line that the engine reads; on a line of its own, whatever was printed before."""
    spelt = re.sub(r"[^\w.\-/%]+", "_", name).strip("_")
    ending = re.search(r"(\.\w+)?\Z", spelt)
    kept = ending.group() if ending else ""
    spelt = spelt[: LONGEST_NAME - len(kept)] + kept if len(spelt) > LONGEST_NAME else spelt
    unit = re.sub(r"\s+", "_", unit)
    said = f" unit={unit}" if unit else ""
    print(f"\ncodeflash-metric {spelt if not spelt[:1].isdigit() else '_' + spelt}={amount:.9g}{said}", flush=True)
