"""Memory: bytes live at the peak and at the end by function and line, from the allocation pass's engines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profiler.analyse.identity import Function, Resolver
    from profiler.analyse.model import Sample, Table
    from profiler.storage.shards import Process

TRACED_PEAK_WORTH = 0.8  # a snapshot that covers less of the true peak is said to be partial


class Site(NamedTuple):
    """Memory of one allocating stack, `(file, line)` innermost first."""

    frames: tuple[tuple[str, int], ...]
    size: float


@dataclass
class Allocations:
    """What the engine of one process saw."""

    process: Process
    engine: str
    peak: list[Site]
    net: list[Site]
    peak_bytes: float
    covered: float  # share of the true peak that `peak` holds


@dataclass
class Memory:
    """Totals over the tree, and the functions outside the project by what they hold."""

    engines: list[str] = field(default_factory=list)
    peak_bytes: float = 0.0
    net_bytes: float = 0.0
    covered: float = 1.0
    unattributed: float = 0.0  # bytes at the peak under no project function


def charge(table: Table, found: list[Allocations], resolver: Resolver, samples: list[Sample]) -> Memory:
    """Fill in each row's memory.

    A site belongs to the innermost project function on its stack. Where the engine kept too few frames to reach one,
    it is shared out among the project functions that were sampled calling that library function.

    Processes that lived at the same time add up; of those that did not, the one that held most counts.
    """
    memory = Memory()
    callers = _callers(samples)
    peaks: list[dict[tuple[Function, int], float]] = []
    for allocations in found:
        if allocations.engine not in memory.engines:
            memory.engines.append(allocations.engine)
        memory.covered = min(memory.covered, allocations.covered)
        peak, missed = _by_function(allocations, allocations.peak, resolver, callers)
        memory.unattributed += missed
        peaks.append(peak)
        for (function, _), size in _by_function(allocations, allocations.net, resolver, callers)[0].items():
            row = table.row(function)
            row.net = (row.net or 0.0) + size
            memory.net_bytes += size
    for moment in moments([allocations.process for allocations in found]):
        total: dict[tuple[Function, int], float] = {}
        for index in moment:
            for key, size in peaks[index].items():
                total[key] = total.get(key, 0.0) + size
        memory.peak_bytes = max(memory.peak_bytes, sum(found[index].peak_bytes for index in moment))
        by_function: dict[Function, float] = {}
        for (function, _), size in total.items():
            by_function[function] = by_function.get(function, 0.0) + size
        for function, size in by_function.items():
            row = table.row(function)
            if size > (row.peak or 0.0):
                row.peak = size
                row.lines = {line: size for (f, line), size in total.items() if f == function}
    if found:
        for row in table.rows.values():
            row.peak, row.net = row.peak or 0.0, row.net or 0.0
    return memory


def charge_resident(table: Table, processes: list[Process], resolver: Resolver) -> None:
    """Fill in the water-level share of the resident peak: what no allocator hook sees."""
    for process in processes:
        for stack, size in process.latest.get("resident", {}).get("rises", ()):
            function = next((f for f in resolver.stack(process, stack) if f.own), None)
            if function is not None:
                table.row(function).resident += size


def traced(process: Process) -> Allocations | None:
    """What tracemalloc saw in a process; None where it was not used."""
    data = process.latest.get("allocations", {})
    if data.get("engine") != "tracemalloc":
        return None
    highest = max(data["highest"], 1)
    return Allocations(
        process,
        "tracemalloc",
        [Site(tuple(frames), size) for frames, size, _ in data["peak"]],
        [Site(tuple(frames), size) for frames, size, _ in data["net"]],
        data["covered"],
        min(data["covered"] / highest, 1.0),
    )


def _by_function(
    allocations: Allocations,
    sites: Iterable[Site],
    resolver: Resolver,
    callers: dict[str, dict[Function | None, float]],
) -> tuple[dict[tuple[Function, int], float], float]:
    """Bytes by function and line, and bytes under no project function."""
    found: dict[tuple[Function, int], float] = {}
    missed = 0.0
    for site in sites:
        outermost = None
        for file, line in site.frames:
            function = resolver.at(allocations.process, file, line)
            if function is not None and function.own:
                found[function, line] = found.get((function, line), 0.0) + site.size
                break
            outermost = function or outermost
        else:
            sharers = callers.get(outermost.file, {}) if outermost is not None and len(site.frames) < 2 else {}
            total = sum(sharers.values())
            if not total:
                missed += site.size
            for sharer, weight in sharers.items():
                part = site.size * weight / total
                if sharer is None:
                    missed += part
                else:
                    found[sharer, sharer.line] = found.get((sharer, sharer.line), 0.0) + part
    return found, missed


def _callers(samples: list[Sample]) -> dict[str, dict[Function | None, float]]:
    """File of library code → project functions sampled above it, with the time they spent there; None for no such."""
    found: dict[str, dict[Function | None, float]] = {}
    for sample in samples:
        if sample.cpu_s <= 0:
            continue
        own = next((index for index, function in enumerate(sample.stack) if function.own), len(sample.stack))
        owner = sample.stack[own] if own < len(sample.stack) else None
        for file in {function.file for function in sample.stack[:own]}:
            weights = found.setdefault(file, {})
            weights[owner] = weights.get(owner, 0.0) + sample.cpu_s
    return found


def moments(processes: list[Process]) -> list[list[int]]:
    """The sets of processes that were alive together, as indices; one set for each process that begins."""
    spans = [(process.about["began"], process.about["began"] + process.wall_s) for process in processes]
    return [[index for index, (start, end) in enumerate(spans) if start <= began <= end] for began, _ in spans]
