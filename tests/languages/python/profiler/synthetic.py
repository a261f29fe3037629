"""Shards that were never recorded: processes made of values, so that analysis can be checked exactly."""

from __future__ import annotations

from profiler.storage.shards import Code, Process


class Recording:
    """Builds a process from stacks written as `(file, name, line)`, innermost first."""

    def __init__(self, root, began=0.0, wall_s=10.0):
        """Begin a process with nothing seen."""
        about = {
            "kind": "process",
            "pid": 1,
            "parent": 0,
            "origin": "start",
            "cwd": str(root),
            "version": "3.11.7",
            "executable": "python",
            "path": [],
            "mode": "joint",
            "clock": "signal timer",
            "began": began,
            "stdlib": "/usr/lib/python3.11",
        }
        self.process = Process(about=about, wall_s=wall_s, cpu_s=wall_s, ended="exit")

    def stack(self, *frames):
        """The identities of a stack, its code objects noted."""
        codes = self.process.codes
        identities = []
        for file, name, line in frames:
            code = Code(file, name, line, 0, qualified=True)
            known = {value: key for key, value in codes.items()}
            identity = known.get(code) or len(codes) + 1
            codes[identity] = code
            identities.append(identity)
        return tuple(identities)

    def add(self, table, *row):
        """Append a row to a table."""
        self.process.rows.setdefault(table, []).append(row)
        return self

    def cpu(self, seconds, *frames):
        """CPU seconds (and as many wall seconds) of a stack of the main thread."""
        return self.add("stacks", self.stack(*frames), 1, seconds, seconds)
