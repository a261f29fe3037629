"""memray's files read into our own values, where this interpreter can import memray."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from profiler.analyse import unseen
from profiler.analyse.memory import Allocations, Site
from profiler.collect.allocations import Lending

if TYPE_CHECKING:
    from profiler.storage.shards import Process

FRAMES = 1000


def read(process: Process, lent: str = "") -> Allocations | None:
    """What memray saw in a process; `lent` is a folder with a memray for an interpreter that has none.

    None where memray was not used, or where its file is incomplete (the process was killed before it was closed).
    """
    data = process.latest.get("allocations", {})
    if data.get("engine") != "memray" or not Path(data["file"]).exists():
        return None
    try:
        with Lending(lent):
            import memray  # noqa: PLC0415 - only where the target has it, or is lent it

        with memray.FileReader(data["file"]) as reader:
            peak = [_site(record) for record in reader.get_high_watermark_allocation_records(merge_threads=True)]
            net = [_site(record) for record in reader.get_leaked_allocation_records(merge_threads=True)]
            highest = float(reader.metadata.peak_memory)
            allocated = int(reader.metadata.total_allocations)
            heap = [(snapshot.time / 1000, snapshot.heap) for snapshot in reader.get_memory_snapshots()]
    except Exception:  # noqa: BLE001 - an incomplete file fails in many ways, which all mean: nothing to read
        return None
    points = unseen.with_heap(process.rows.get("levels", ()), heap)
    return Allocations(
        process,
        "memray",
        peak,
        net,
        highest,
        resident=unseen.rises(points),
        hidden=unseen.hidden(points, per_byte=unseen.MAPPED),
        version=data.get("version", ""),
        allocated=allocated,
    )


def _site(record: Any) -> Site:
    try:
        # With a limit memray gives all frames; without, it hides as many outermost ones as stood above the start of
        # tracking, which were those of the interpreter's start and not the program's.
        frames = tuple((file, line) for _, file, line in record.stack_trace(max_stacks=FRAMES))
    except NotImplementedError:  # a deallocation or a thread without a stack
        frames = ()
    return Site(frames, float(record.size), float(record.n_allocations))
