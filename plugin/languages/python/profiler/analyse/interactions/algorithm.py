"""Algorithm x size: a walk through a container that is made again and again, seen to be large and to take the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse import scans
from profiler.analyse.interactions.model import Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence
    from profiler.analyse.model import Row

LARGE = 256  # items, from which walking through them again and again is worth a line
SHARE = 0.1  # of the CPU time, of the loop that the walk is in
SECONDS = 0.05
CALLS = 100  # of a function that searches, from which its calls are the loop


def algorithm_by_size(evidence: Evidence) -> Iterator[Interaction]:
    """For each function the walk whose loop takes most."""
    table = evidence.table
    for row in table.rows.values():
        if row.own_s < max(SHARE * table.cpu_s, SECONDS) or not row.sizes or is_test(row.function.file):
            continue
        definition = evidence.definition(row.function)
        if definition is None:
            continue
        best: tuple[float, scans.Scan] | None = None
        for scan in scans.find(definition):
            kind, items = row.sizes.get(scan.container, ("", 0))
            if items < LARGE or kind not in scan.types or (scan.by_calls and (row.calls or 0) < CALLS):
                continue
            seconds = _around(row, scan.line)
            if seconds >= max(SHARE * table.cpu_s, SECONDS) and (best is None or seconds > best[0]):
                best = seconds, scan
        if best is not None:
            yield _interaction(row, best[1], best[0] / table.cpu_s)


def _around(row: Row, line: int) -> float:
    """Seconds of the innermost place around `line` that time was charged to."""
    around = [place for place in row.cpu_places if place[0] <= line <= place[1]]
    if not around:
        return 0.0
    return row.cpu_places[min(around, key=lambda place: place[1] - place[0])]


def _interaction(row: Row, scan: scans.Scan, share: float) -> Interaction:
    kind, items = row.sizes[scan.container]
    again = f"at each of its {row.calls:,} calls" if scan.by_calls else "at each turn of a loop"
    return Interaction(
        "algorithm→size-squared",
        [row.function],
        {
            "operation": scan.operation,
            "line": float(scan.line),
            "items": float(items),
            "type": kind,
            "share_of_cpu": share,
            "calls": float(row.calls or 0),
        },
        f"{row.function.name} walks through {scan.container}, a {kind} of up to {items:,} items, {again} "
        f"(line {scan.line}: {scan.operation}), and takes {share:.0%} of the CPU time there: it grows with the square",
        "a better algorithm: a set, a dict as an index, bisect, a deque, or one pass (cpu)",
        share,
    )
