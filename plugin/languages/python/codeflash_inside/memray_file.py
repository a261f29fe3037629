"""Reads a file of memray's where the target's interpreter can import memray, or is lent one."""

from __future__ import annotations

import sys
from typing import Any

FRAMES = 1000


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The allocations live at the peak by stack, outermost frame first: `[[file, name, line], …], bytes`."""
    if request.get("lent"):
        sys.path.append(request["lent"])
    try:
        import memray
    except ImportError:
        return {
            "missing": "memray cannot be imported by the project's interpreter, and none can be lent; install it there, "
            "or run `memray table FILE` where the file was made"
        }
    version = str(getattr(memray, "__version__", ""))
    try:
        with memray.FileReader(request["file"]) as reader:
            records = list(reader.get_high_watermark_allocation_records(merge_threads=True))
            peak = int(reader.metadata.peak_memory)
            rows = [[_stack(record), int(record.size)] for record in records]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, one line says it
        return {"problem": f"memray {version} cannot read {request['file']}: {error}"}
    return {"version": version, "peak_bytes": peak, "rows": rows}


def _stack(record: Any) -> list[list[Any]]:
    try:
        frames = record.stack_trace(max_stacks=FRAMES)
    except NotImplementedError:  # a thread without a stack
        return []
    return [[file, name, line] for name, file, line in reversed(frames)]
