"""What an event loop suffers from: callbacks that hold it, and memory that each task brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence
    from profiler.analyse.model import Row

BLOCKED_S = 0.005
IDLE_BLOCK = 0.25  # CPU per wall second below which a block waits, and from
BUSY_BLOCK = 0.5  # which it computes
TASKS = 8  # at once, from which memory by tasks is worth a line
TASKS_MIB = 8.0  # that the tasks hold together at the peak
TASKS_OF_PEAK = 0.2  # share of the resident peak
FIT = 0.9  # of the squares that a line through the origin must explain


def blocking(evidence: Evidence) -> Iterator[Interaction]:
    """Blocks of the loop: waiting where there is little CPU in them, computing where there is much, else silent."""
    if not evidence.loops.ran:
        return
    for row in evidence.table.rows.values():
        # On a busy machine a block also stands in the queue for a processor: that is neither waiting nor work.
        held_s = max(row.blocked_s - row.blocked_queued_s, 1e-9)
        longest_s = row.longest_block_s * held_s / (row.blocked_s or 1.0)
        if held_s < 2 * BLOCKED_S or longest_s < BLOCKED_S or is_test(row.function.file):
            continue
        load = min(row.blocked_cpu_s / held_s, 1.0)
        blocks = max(round(row.blocks), 1)
        figures: dict[str, float | str] = {
            "blocked_ms": row.blocked_s * 1000,
            "longest_ms": row.longest_block_s * 1000,
            "blocks": float(blocks),
            "cpu_per_wall": load,
        }
        held = (
            f"{row.function.name} holds the event loop for {row.blocked_s * 1000:.0f} ms in {blocks} blocks, the "
            f"longest {row.longest_block_s * 1000:.0f} ms, with {load:.0%} CPU"
        )
        effect = row.blocked_s / evidence.wall_s
        if load <= IDLE_BLOCK:
            entry = _entry(row)
            if entry:
                figures["calls"] = entry
                held += f", mostly under {entry}"
            fix = "make the call non-blocking (async)"
            yield Interaction("blocking-call→stalled-loop", [row.function], figures, held, fix, effect)
        elif load >= BUSY_BLOCK:
            fix = "move it to a thread or process, or do less work (cpu, async)"
            yield Interaction("cpu-in-loop→starvation", [row.function], figures, held, fix, effect)


def memory_per_task(evidence: Evidence) -> Iterator[Interaction]:
    """Resident memory that rises with the number of tasks under way, along a line through the origin."""
    for entry in evidence.loops.concurrency:
        line = entry.line
        if line is None or line.r2 < FIT or entry.most < TASKS or line.bytes_per_task <= 0:
            continue
        held = line.bytes_per_task * entry.at_peak
        peak = max((size for _, size in entry.samples), default=0.0)
        if held < TASKS_MIB * MIB or held < TASKS_OF_PEAK * peak:
            continue
        yield Interaction(
            "memory-per-task→throughput",
            [entry.function],
            {
                "mib_per_task": line.bytes_per_task / MIB,
                "tasks_at_peak": float(entry.at_peak),
                "most_tasks": float(entry.most),
                "share_of_resident_peak": held / peak,
                "r2": line.r2,
            },
            f"each task of {entry.function.name} holds {line.bytes_per_task / MIB:.2f} MiB: {entry.at_peak} at once make "
            f"{held / peak:.0%} of the resident peak (line through the origin, R² {line.r2:.2f})",
            "less memory per task, or a bound on tasks at once (memory, async)",
            held / peak,
        )


def _entry(row: Row) -> str:
    """What the function was in for most of its blocks, where that is Python code."""
    if not row.blocked_entries:
        return ""
    file, name = max(row.blocked_entries, key=lambda key: row.blocked_entries[key])
    if row.blocked_entries[file, name] < row.blocked_s / 2:
        return ""
    return f"{file.rpartition('/')[2].rpartition('.')[0]}.{name}"
