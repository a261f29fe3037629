"""Ending a process with everything it started, also what moved to a session of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, nearest first."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents().items():
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    queue = [pid]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def kill_tree(pid: int) -> list[int]:
    """SIGKILL `pid` and all below it, and return their ids.

    Everything is stopped before anything is killed: a process whose parent has died is no longer found below it, and a
    running one could start another meanwhile.
    """
    stopped: list[int] = []
    while True:
        new = [one for one in [pid, *descendants(pid)] if one not in stopped]
        if not new:
            break
        for one in new:
            _send(one, signal.SIGSTOP)
            stopped.append(one)
    for one in stopped:
        _send(one, signal.SIGKILL)
    return stopped


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _parents() -> dict[int, int]:
    """Each running process's parent, from /proc where there is one, else from ps."""
    proc = Path("/proc")
    if (proc / "self" / "stat").exists():
        parents = {}
        for entry in proc.iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    # The name in brackets may hold anything, so the fields are counted from its end.
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        return parents
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    return {int(pid): int(parent) for pid, parent in (line.split() for line in listing.stdout.splitlines())}
