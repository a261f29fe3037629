"""Memory that costs time: allocations that set off collections, and a dictionary for each of many instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.identity import Function
from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

PAUSES_MATTER = 0.05  # share of the CPU time
PAUSES_S = 0.02  # in all; the imports of a short command alone make a few milliseconds
PAUSES_OWNED = 0.2  # share of all pauses that one function must earn
MANY_INSTANCES = 10_000
DICTS_MIB = 2.0
DICTS_OF_PEAK = 0.05


def allocation_pauses(evidence: Evidence) -> Iterator[Interaction]:
    """Collections take a share of the CPU time, and one function earns much of it."""
    table, collector, peak = evidence.table, evidence.collector, evidence.peak_bytes
    share = collector.total_s / table.cpu_s
    if share < PAUSES_MATTER or collector.total_s < PAUSES_S:
        return
    for row in table.rows.values():
        earned = (row.pauses_s + row.apportioned_s) / 2 / collector.total_s
        importing = row.import_s > row.own_s / 2  # what importing allocates is a matter of structure
        if earned < PAUSES_OWNED or importing or is_test(row.function.file):
            continue
        memory = row.peak or row.resident
        yield Interaction(
            "allocation→collector",
            [row.function],
            {
                "gc_share_of_cpu": share,
                "share_of_pauses_set_off": row.pauses_s / collector.total_s,
                "share_of_pauses_apportioned": row.apportioned_s / collector.total_s,
                "collections": float(row.collections),
                "mem_peak_mib": memory / MIB,
                "share_of_peak": memory / peak if peak else 0.0,
            },
            f"collections are {share:.0%} of the CPU time; {row.function.name} earns {earned:.0%} of the pauses "
            f"({row.collections} collections) and holds {memory / MIB:.1f} MiB at the peak",
            "allocate fewer container objects (memory)",
            share * earned,
        )


def instance_dicts(evidence: Evidence) -> Iterator[Interaction]:
    """Many live instances of one of the project's classes, each with room for any attribute."""
    peak = evidence.peak_bytes
    for entry in evidence.table.instances:
        share = entry.dict_bytes / peak if peak else 0.0
        if not entry.has_dict or entry.count < MANY_INSTANCES or is_test(entry.file):
            continue
        if entry.dict_bytes < DICTS_MIB * MIB or share < DICTS_OF_PEAK:
            continue
        methods = [row for row in evidence.table.rows.values() if row.function.name.startswith(entry.name + ".")]
        busy = sum(row.own_s for row in methods if row.function.file == entry.file) / evidence.table.cpu_s
        yield Interaction(
            "instance-dict→memory+cpu",
            [Function(entry.file, entry.line, entry.name, own=True)],
            {
                "instances": entry.count,
                "dict_mib": entry.dict_bytes / MIB,
                "instances_mib": entry.total_bytes / MIB,
                "share_of_peak": share,
                "cpu_share_of_methods": busy,
            },
            f"{entry.count:,.0f} live instances of {entry.name} keep {entry.dict_bytes / MIB:.1f} MiB in attribute "
            f"dictionaries, {share:.0%} of the peak; its methods take {busy:.0%} of the CPU time",
            "__slots__, tuples, or columns (memory)",
            share,
        )
