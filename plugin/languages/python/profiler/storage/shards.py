"""The shards of one pass read back into one value per process."""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from profiler.collect.shard import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Code(NamedTuple):
    """A code object as it was in its process."""

    file: str
    name: str
    line: int
    flags: int
    qualified: bool  # whether `name` is the qualified name (3.11+)


@dataclass
class Process:
    """What one process left. Stacks are tuples of code identities, innermost first; look them up in `codes`.

    Attributes:
        about: the first record: pid, parent, origin, cwd, version, executable, path, mode, clock, began, stdlib.
        codes: identity → code object.
        rows: name of a table → its rows, over all records.
        sums: name of a counter → its total.
        latest: name → the last value.
        wall_s, cpu_s: how long it was observed, and its CPU seconds in all.
        children_cpu_s: CPU seconds of the children that it waited for, and of theirs, by the kernel (ticks of 10 ms).
        ended: how the last record came to be: `exit`, `os._exit`, `exec`, `periodic` (it was killed after that).
    """

    about: dict[str, Any]
    codes: dict[int, Code] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    children_cpu_s: float = 0.0
    ended: str = "never wrote"
    argv: list[str] = field(default_factory=list)


def read_pass(folder: Path) -> list[Process]:
    """Read all shards in `folder`, in the order in which the processes began."""
    processes = []
    for path in sorted(folder.glob("*.shard")):
        process = None
        for record in _records(path.read_bytes()):
            if record["kind"] == "process":
                process = Process(about=record)
                processes.append(process)
            elif process is not None:
                _add(process, record)
    return sorted(processes, key=lambda process: process.about["began"])


def problems(folder: Path) -> list[str]:
    """Why processes could not be observed, one line each."""
    return [path.read_text(encoding="utf-8", errors="replace")[:200] for path in sorted(folder.glob("*.problem"))]


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    """The whole records of a shard; a torn last one, of a process that was killed, is dropped."""
    at = 0
    while at + HEADER <= len(data):
        size = int.from_bytes(data[at : at + HEADER], "little")
        at += HEADER
        if at + size > len(data):
            return
        try:
            yield marshal.loads(data[at : at + size])  # noqa: S302 - our collectors wrote it, in a private folder
        except (ValueError, EOFError, TypeError):
            return
        at += size


def _add(process: Process, record: dict[str, Any]) -> None:
    for identity, *code in record["codes"]:
        process.codes[identity] = Code(*code)
    _sum(process, "", record["sums"])
    process.latest.update(record["latest"])
    process.wall_s, process.cpu_s, process.children_cpu_s = record["wall"], record["cpu"], record["children"]
    process.ended, process.argv = record["cause"], record["argv"]
    if "clock" in record:
        process.about["clock"] = record["clock"]  # another may have taken over


def _sum(process: Process, prefix: str, values: dict[str, Any]) -> None:
    """Add a tree of counters and tables; names of nested ones are joined by a dot."""
    for name, value in values.items():
        key = prefix + name
        if isinstance(value, dict):
            _sum(process, key + ".", value)
        elif isinstance(value, list) and name == "steps":
            for index, amount in enumerate(value):
                process.sums[f"{key}.{index}"] = process.sums.get(f"{key}.{index}", 0) + amount
        elif isinstance(value, list):
            process.rows.setdefault(key, []).extend(value)
        else:
            process.sums[key] = process.sums.get(key, 0) + value
