"""Shards: appended by processes that may die at any moment, read back whole."""

from __future__ import annotations

import os
from pathlib import Path

from profiler.collect.shard import Shard
from profiler.storage.shards import problems, read_pass


def seen(**sums):
    """A record of what a process saw."""
    return {
        "kind": "seen",
        "codes": [(1, "a.py", "f", 1, 0, True)],
        "sums": sums,
        "latest": {"collector": {"count": [1, 0, 0]}},
        "cause": "periodic",
        "wall": 1.0,
        "cpu": 0.5,
        "children": 0.0,
        "argv": ["python"],
        "interval_s": 0.001,
    }


def written(folder, *records):
    """A shard with a first record and these."""
    shard = Shard(str(folder))
    shard.append({"kind": "process", "pid": os.getpid(), "began": 1.0})
    for record in records:
        shard.append(record)
    return shard


def test_records_add_up(tmp_path):
    """Tables are joined, counters added, nested ones named by dots, the last of `latest` kept."""
    written(
        tmp_path,
        seen(
            stacks=[((1,), 1, 0.1, 0.1)],
            samples=1,
            loop={"steps": [2, 0.5], "blocks": [(1, 12, (1,), 1, 2.0, 0.1, 2.0, 0.0)]},
        ),
        seen(stacks=[((1,), 2, 0.2, 0.2)], samples=2, loop={"steps": [3, 0.25], "blocks": []}),
    )
    (process,) = read_pass(tmp_path)
    assert process.rows["stacks"] == [((1,), 1, 0.1, 0.1), ((1,), 2, 0.2, 0.2)]
    assert process.sums == {"samples": 3, "loop.steps.0": 5, "loop.steps.1": 0.75}
    assert len(process.rows["loop.blocks"]) == 1
    assert process.codes[1].name == "f"


def test_torn_record_is_dropped(tmp_path):
    """A process killed while it wrote leaves all records before; at no length of the file is there an error."""
    shard = written(tmp_path, seen(samples=1), seen(samples=1))
    path = Path(shard.path)
    data = path.read_bytes()
    counts = set()
    for length in range(0, len(data) + 1, 7):
        path.write_bytes(data[:length])
        processes = read_pass(tmp_path)
        counts.add(processes[0].sums.get("samples", 0) if processes else None)
    assert counts <= {None, 0, 1, 2}
    assert 1 in counts


def test_vanished_folder_is_borne_in_silence(tmp_path):
    """A daemon that outlives the profiler finds its folder gone, and goes on."""
    shard = Shard(str(tmp_path / "gone"))
    shard.append(seen(samples=1))
    assert shard.broken
    shard.append(seen(samples=1))


def test_other_process_does_not_write_to_it(tmp_path):
    """The child of a fork never appends to its parent's shard."""
    shard = written(tmp_path)
    size = Path(shard.path).stat().st_size
    if os.fork() == 0:
        shard.append(seen(samples=1))
        os._exit(0)
    os.wait()
    assert Path(shard.path).stat().st_size == size


def test_problems_are_read(tmp_path):
    """What a process could not do is told, by its note."""
    (tmp_path / "1.problem").write_text("OSError: no", encoding="utf-8")
    assert problems(tmp_path) == ["OSError: no"]
