"""Copies that cost time and raise the peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

COPYING = 0.05  # share of the CPU time under copy.deepcopy


def deep_copies(evidence: Evidence) -> Iterator[Interaction]:
    """A function that spends its time in `copy.deepcopy`."""
    table, peak = evidence.table, evidence.peak_bytes
    for row in table.rows.values():
        share = row.deepcopy_s / table.cpu_s
        if share < COPYING or is_test(row.function.file):
            continue
        memory = row.peak or row.resident
        yield Interaction(
            "deepcopy→memory+cpu",
            [row.function],
            {
                "deepcopy_share_of_cpu": share,
                "mem_peak_mib": memory / MIB,
                "share_of_peak": memory / peak if peak else 0.0,
            },
            f"{row.function.name} spends {share:.0%} of the CPU time in copy.deepcopy and holds "
            f"{memory / MIB:.1f} MiB at the peak",
            "do not copy, or copy what is changed only (cpu)",
            share,
        )
