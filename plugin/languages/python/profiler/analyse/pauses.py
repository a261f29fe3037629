"""The collector: which functions set pauses off, and which share of them each one earns.

Its CPU time counts, not the clock's: they are the same where the process has a processor for itself, and where it has
not, the wait for one would fall on whoever was unlucky.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Table
    from profiler.storage.shards import Process


@dataclass
class Collector:
    """Collections and their CPU seconds by generation, over all processes."""

    counts: list[int]
    seconds: list[float]
    longest_s: float

    @property
    def total_s(self) -> float:
        """Seconds of pauses in all."""
        return sum(self.seconds)


def charge(table: Table, processes: list[Process], resolver: Resolver) -> Collector:
    """Fill in each row's pauses.

    Which function sets a *full* collection off is a lottery among all that allocate; the share of the young ones that
    it set off is stable, and measures how much it allocates. So both are kept: set off, and apportioned.
    """
    totals = Collector([0, 0, 0], [0.0, 0.0, 0.0], 0.0)
    young = 0.0
    pauses = 0.0
    weights: dict[object, float] = {}
    for process in processes:
        summary = process.latest.get("collector", {})
        for generation in range(3):
            totals.counts[generation] += summary.get("count", (0, 0, 0))[generation]
            totals.seconds[generation] += summary.get("seconds", (0, 0, 0))[generation]
        totals.longest_s = max(totals.longest_s, summary.get("longest", 0.0))
        for stack, count, cpu, _, _, young_count, full in process.rows.get("collections", ()):
            weight = young_count or (count if not full else 0)
            pauses += cpu
            young += weight
            function = next((f for f in resolver.stack(process, stack) if f.own), None)
            if function is None:
                continue
            row = table.row(function)
            row.collections += count
            row.full_collections += full
            row.pauses_s += cpu
            weights[function] = weights.get(function, 0.0) + weight
    for row in table.rows.values():
        weight = weights.get(row.function, 0.0)
        # Without young collections (all were asked for by gc.collect) the cause is known for certain.
        row.apportioned_s = pauses * weight / young if young else row.pauses_s
    return totals
