"""The interaction patterns: what explains one domain's figure by another's, each with its evidence, else silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from profiler.analyse.distributions import STANDARD_LIBRARY
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.identity import Function
    from profiler.analyse.model import Row, Table
    from profiler.analyse.pauses import Collector

PAUSES_MATTER = 0.05  # share of the CPU time
PAUSES_OWNED = 0.2  # share of all pauses that one function must earn
COPYING = 0.05  # share of the CPU time under copy.deepcopy
BLOCKED_S = 0.005
IDLE_BLOCK = 0.25  # CPU per wall second below which a block waits, and from
BUSY_BLOCK = 0.5  # which it computes
IMPORTING = 0.15
IMPORTING_S = 0.05
LIBRARY = 0.15
HARNESS = {"pytest", "pluggy", "coverage", "pytest-cov", "pytest-xdist", "execnet", "memray", "yappi"}


@dataclass
class Interaction:
    """One pattern found."""

    kind: str
    functions: list[Function]
    evidence: dict[str, float | str]
    text: str
    fix: str


def find(
    table: Table, collector: Collector, loops: Asynchrony, *, wall_s: float, peak_bytes: float
) -> list[Interaction]:
    """All patterns that the figures show, the largest effect first."""
    found: list[tuple[float, Interaction]] = []
    if table.cpu_s > 0 and wall_s > 0:
        found.extend(_allocation_pauses(table, collector, peak_bytes))
        found.extend(_deep_copies(table, peak_bytes))
        found.extend(_blocking(table, loops, wall_s))
        found.extend(_imports(table))
        found.extend(_libraries(table))
    return [interaction for _, interaction in sorted(found, key=lambda pair: -pair[0])]


def _allocation_pauses(table: Table, collector: Collector, peak: float) -> Iterator[tuple[float, Interaction]]:
    share = collector.total_s / table.cpu_s
    if share < PAUSES_MATTER:
        return
    for row in table.rows.values():
        earned = (row.pauses_s + row.apportioned_s) / 2 / collector.total_s
        if earned < PAUSES_OWNED or is_test(row.function.file):
            continue
        memory = row.peak or row.resident
        yield (
            share * earned,
            Interaction(
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
            ),
        )


def _deep_copies(table: Table, peak: float) -> Iterator[tuple[float, Interaction]]:
    for row in table.rows.values():
        share = row.deepcopy_s / table.cpu_s
        if share >= COPYING:
            memory = row.peak or row.resident
            yield (
                share,
                Interaction(
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
                ),
            )


def _blocking(table: Table, loops: Asynchrony, wall_s: float) -> Iterator[tuple[float, Interaction]]:
    if not loops.ran:
        return
    for row in table.rows.values():
        if row.blocked_s < BLOCKED_S or row.longest_block_s < BLOCKED_S:
            continue
        load = row.blocked_cpu_s / row.blocked_s
        blocks = max(round(row.blocks), 1)
        evidence: dict[str, float | str] = {
            "blocked_ms": row.blocked_s * 1000,
            "longest_ms": row.longest_block_s * 1000,
            "blocks": float(blocks),
            "cpu_per_wall": load,
        }
        held = (
            f"{row.function.name} holds the event loop for {row.blocked_s * 1000:.0f} ms in {blocks} blocks, the "
            f"longest {row.longest_block_s * 1000:.0f} ms, with {load:.0%} CPU"
        )
        if load <= IDLE_BLOCK:
            entry = _entry(row)
            yield (
                row.blocked_s / wall_s,
                Interaction(
                    "blocking-call→stalled-loop",
                    [row.function],
                    {**evidence, "calls": entry} if entry else evidence,
                    held + (f", mostly under {entry}" if entry else ""),
                    "make the call non-blocking (async)",
                ),
            )
        elif load >= BUSY_BLOCK:
            fix = "move it to a thread or process, or do less work (cpu, async)"
            yield row.blocked_s / wall_s, Interaction("cpu-in-loop→starvation", [row.function], evidence, held, fix)


def _imports(table: Table) -> Iterator[tuple[float, Interaction]]:
    share = table.import_s / table.cpu_s
    if share < IMPORTING or table.import_s < IMPORTING_S:
        return
    heavy = [(name, seconds) for name, seconds in table.import_by.items() if name not in HARNESS]
    heavy.sort(key=lambda pair: -pair[1])
    # Importing the test harness is the price of the test run, not of the program.
    if sum(seconds for _, seconds in heavy) / table.cpu_s < IMPORTING:
        return
    names = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in heavy[:3])
    importers = sorted((row for row in table.rows.values() if row.import_s > 0), key=lambda row: -row.import_s)
    yield (
        share,
        Interaction(
            "import→start-up",
            [row.function for row in importers[:3]],
            {"import_s": table.import_s, "share_of_cpu": share, "largest": names},
            f"imports take {table.import_s * 1000:.0f} ms, {share:.0%} of the CPU time ({names})",
            "defer imports that the command does not need (structure)",
        ),
    )


def _libraries(table: Table) -> Iterator[tuple[float, Interaction]]:
    for name, seconds in table.below.items():
        share = seconds / table.cpu_s
        if share < LIBRARY or name in HARNESS or name == STANDARD_LIBRARY or name.startswith("("):
            continue
        users = sorted(table.rows.values(), key=lambda row: -row.distributions.get(name, 0.0))
        callers = [row.function for row in users[:3] if row.distributions.get(name)]
        yield (
            share,
            Interaction(
                "library→cpu-ceiling",
                callers,
                {"distribution": name, "share_of_cpu": share, "seconds": seconds},
                f"{share:.0%} of the CPU time is inside {name}, called from "
                + (", ".join(function.name for function in callers) or "the project"),
                "use less of it, or replace the part that is used (library boundary)",
            ),
        )


def _entry(row: Row) -> str:
    """What the function was in for most of its blocks, where that is Python code."""
    if not row.blocked_entries:
        return ""
    file, name = max(row.blocked_entries, key=lambda key: row.blocked_entries[key])
    if row.blocked_entries[file, name] < row.blocked_s / 2:
        return ""
    return f"{file.rpartition('/')[2].rpartition('.')[0]}.{name}"
