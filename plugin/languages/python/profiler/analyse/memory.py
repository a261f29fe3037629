"""Memory: bytes live at the peak and at the end by function and line, from the allocation pass's engines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profiler.analyse.identity import Function, Resolver
    from profiler.analyse.model import Sample, Table
    from profiler.storage.shards import Process

HIDDEN_WORTH = 1024 * 1024  # bytes that no hook saw, of one function, below which they may as well be overhead
HIDDEN_OF_PEAK = {"memray": 0.03, "tracemalloc": 0.15}  # or share of the engine's peak, as exact as its ledger is
HIDDEN_SHARE = 0.2  # and the share of what the hook saw of it: less may be rounding and fragments


class Site(NamedTuple):
    """Memory of one allocating stack, `(file, line)` innermost first."""

    frames: tuple[tuple[str, int], ...]
    size: float
    blocks: float = 1


@dataclass
class Allocations:
    """What the engine of one process saw.

    Attributes:
        peak, net: what was alive at the peak, and at the end.
        rises: `(stack, bytes)` at the peak that only a stack of code is known of.
        resident: the same for resident memory at its own peak, seen by the hook or not.
        hidden: bytes of it that no hook saw.
        grown: `(stack, bytes)` by which memory ever grew: who calls which library.
        stopped: the engine was stopped for its cost, so that nothing is known of the end.
        partial: and memory went higher after that, so that this is not its peak.
    """

    process: Process
    engine: str
    peak: list[Site]
    net: list[Site]
    peak_bytes: float
    rises: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    resident: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    hidden: float = 0.0
    grown: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    stopped: bool = False
    partial: bool = False
    version: str = ""
    allocated: int | None = None  # blocks that were ever asked for, where the engine counts them


@dataclass
class Memory:
    """Totals over the tree, and the functions outside the project by what they hold."""

    engines: list[str] = field(default_factory=list)
    peak_bytes: float = 0.0
    net_bytes: float | None = 0.0  # None where the engine was stopped before the end
    hidden_bytes: float = 0.0  # of the peak, what no hook saw
    unattributed: float = 0.0  # bytes at the peak under no project function
    allocated: int | None = None  # blocks that were ever asked for


def charge(table: Table, found: list[Allocations], resolver: Resolver, samples: list[Sample]) -> Memory:
    """Fill in each row's memory.

    A site belongs to the innermost project function on its stack. Where the engine kept too few frames to reach one,
    it is shared out among the project functions that were sampled calling that library function.

    Processes that lived at the same time add up; of those that did not, the one that held most counts.
    """
    memory = Memory()
    by_time = _callers([(sample.stack, sample.cpu_s) for sample in samples])
    peaks: list[dict[tuple[Function, int], float]] = []
    blocks: list[dict[Function, float]] = []
    for allocations in found:
        engine = f"{allocations.engine} {allocations.version}".strip()
        if engine not in memory.engines:
            memory.engines.append(engine)
        grown = [(resolver.stack(allocations.process, stack), size) for stack, size in allocations.grown]
        callers = {**by_time, **_callers(grown)}
        peak, missed = _by_function(allocations, allocations.peak, resolver, callers)
        memory.unattributed += missed + _add_stacks(peak, allocations, allocations.rises, resolver)
        called = [stack for stack, _ in grown] + [sample.stack for sample in samples]
        called += [resolver.stack(allocations.process, stack) for stack, _ in allocations.resident]
        called += [_functions(allocations.process, site, resolver) for site in allocations.peak]
        for function, size in _hidden(allocations, peak, _outer(called), resolver).items():
            key = function, function.line
            peak[key] = peak.get(key, 0.0) + size
            allocations.peak_bytes += size
            memory.hidden_bytes += size
            row = table.row(function)
            row.hidden = max(row.hidden, size)
        peaks.append(peak)
        blocks.append(_blocks(allocations, allocations.peak, resolver, callers))
        for (function, _), size in _by_function(allocations, allocations.net, resolver, callers)[0].items():
            row = table.row(function)
            row.net = (row.net or 0.0) + size
            memory.net_bytes = (memory.net_bytes or 0.0) + size
        for function, number in _blocks(allocations, allocations.net, resolver, callers).items():
            row = table.row(function)
            row.net_blocks = (row.net_blocks or 0.0) + number
        if allocations.allocated is not None:
            memory.allocated = (memory.allocated or 0) + allocations.allocated
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
                row.peak_blocks = sum(blocks[index].get(function, 0.0) for index in moment)
    if found:
        stopped = any(allocations.stopped for allocations in found)
        for row in table.rows.values():
            row.peak, row.peak_blocks = row.peak or 0.0, row.peak_blocks or 0.0
            row.net = None if stopped else row.net or 0.0
            row.net_blocks = None if stopped else row.net_blocks or 0.0
        if stopped:
            memory.net_bytes = None
    return memory


def held_by_project(table: Table) -> float:
    """Bytes of the resident peak that rose under functions of the project; more than they hold rather than less."""
    return sum(row.resident for row in table.rows.values())


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
    peak = [Site(tuple(frames), size * data["left"], blocks * data["left"]) for frames, size, blocks in data["peak"]]
    stopped = data["stopped_at"]
    return Allocations(
        process,
        "tracemalloc",
        peak,
        [Site(tuple(frames), size, blocks) for frames, size, blocks in data["net"] or ()],
        sum(site.size for site in peak) + sum(size for _, size in data["rises"]),
        rises=data["rises"],
        resident=unseen.rises(process.rows.get("levels", ())),
        hidden=unseen.hidden(process.rows.get("levels", ()), per_byte=unseen.TRACED),
        grown=data["grown"],
        stopped=bool(stopped),
        partial=bool(stopped) and unseen.went_on(process.rows.get("levels", ()), stopped, data["highest"]),
    )


def _hidden(
    allocations: Allocations,
    peak: dict[tuple[Function, int], float],
    callers: dict[Function, set[Function]],
    resolver: Resolver,
) -> dict[Function, float]:
    """Bytes that no hook saw by function: where resident memory rose by more than the hook saw, up to the ledger's sum.

    A tick that comes late finds a caller at work; so what a function seems to lack is first taken off its callers.
    """
    risen: dict[tuple[Function, int], float] = {}
    _add_stacks(risen, allocations, allocations.resident, resolver)
    excess = {function: size for (function, _), size in risen.items()}
    held: dict[Function, float] = {}
    for (function, _), size in peak.items():
        held[function] = held.get(function, 0.0) + size
        excess[function] = excess.get(function, 0.0) - size
    for function, size in excess.items():
        for caller in callers.get(function, ()) if size < 0 else ():
            taken = min(max(excess.get(caller, 0.0), 0.0), -excess[function])
            if taken:
                excess[caller] -= taken
                excess[function] += taken
    found: dict[Function, float] = {}
    left = allocations.hidden
    least = max(HIDDEN_WORTH, HIDDEN_OF_PEAK.get(allocations.engine, 0.0) * allocations.peak_bytes)
    for size, function in sorted(((size, function) for function, size in excess.items()), reverse=True):
        part = min(size, left)
        if part < max(least, HIDDEN_SHARE * held.get(function, 0.0)):
            continue
        found[function] = part
        left -= part
    return found


def _functions(process: Process, site: Site, resolver: Resolver) -> tuple[Function, ...]:
    """The functions of an allocating stack, innermost first."""
    found = (resolver.at(process, file, line) for file, line in site.frames)
    return tuple(function for function in found if function is not None)


def _outer(stacks: Iterable[tuple[Function, ...]]) -> dict[Function, set[Function]]:
    """Project function → project functions that called it, directly or not."""
    found: dict[Function, set[Function]] = {}
    for stack in stacks:
        own = [function for function in stack if function.own]
        for index, function in enumerate(own):
            found.setdefault(function, set()).update(own[index + 1 :])
    for function, callers in found.items():
        callers.discard(function)
    return found


def _add_stacks(
    found: dict[tuple[Function, int], float],
    allocations: Allocations,
    stacks: Iterable[tuple[tuple[int, ...], float]],
    resolver: Resolver,
) -> float:
    """Add bytes of stacks to the first line of their innermost project function; gives what had none."""
    missed = 0.0
    for stack, size in stacks:
        function = next((f for f in resolver.stack(allocations.process, stack) if f.own), None)
        if function is None:
            missed += size
        else:
            key = function, function.line
            found[key] = found.get(key, 0.0) + size
    return missed


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


def _blocks(
    allocations: Allocations,
    sites: Iterable[Site],
    resolver: Resolver,
    callers: dict[str, dict[Function | None, float]],
) -> dict[Function, float]:
    """Blocks by function, as their bytes are."""
    counted = [Site(site.frames, site.blocks) for site in sites]
    found: dict[Function, float] = {}
    for (function, _), number in _by_function(allocations, counted, resolver, callers)[0].items():
        found[function] = found.get(function, 0.0) + number
    return found


def _callers(stacks: Iterable[tuple[tuple[Function, ...], float]]) -> dict[str, dict[Function | None, float]]:
    """File of library code → project functions above it, with what weight; None for no such."""
    found: dict[str, dict[Function | None, float]] = {}
    for stack, weight in stacks:
        if weight <= 0:
            continue
        own = next((index for index, function in enumerate(stack) if function.own), len(stack))
        owner = stack[own] if own < len(stack) else None
        for file in {function.file for function in stack[:own]}:
            weights = found.setdefault(file, {})
            weights[owner] = weights.get(owner, 0.0) + weight
    return found


def moments(processes: list[Process]) -> list[list[int]]:
    """The sets of processes that were alive together, as indices; one set for each process that begins."""
    spans = [(process.about["began"], process.about["began"] + process.wall_s) for process in processes]
    return [[index for index, (start, end) in enumerate(spans) if start <= began <= end] for began, _ in spans]
