"""CPU time that the kernel counted for the tree and that no interpreter's record has.

A process writes its last record before its interpreter is taken down, which nothing can sample; and programs that are not Python
leave no record at all. A parent knows by the kernel what its children took in all: what they did not record is how they ended,
where no other program is among them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.model import PassResult
    from profiler.storage.shards import Process

WORTH = 0.05  # of the CPU time, from which on it is told
NAMED = 3  # programs
BESIDE = 0.02  # of the CPU time: what programs that are not Python may take at most for the rest to be told from it


def ends(joint: PassResult) -> dict[int, float]:
    """Process id -> CPU seconds from its last record to its end; empty where programs that are not Python may have taken much of that.

    What the children of one process did not record is divided among them evenly: the kernel tells their parent the sum.
    """
    last = _last(joint)
    first = next(iter(last), None)
    if first is None or (_programs(joint) and joint.others_s > BESIDE * joint.cpu_s):
        return {}
    found = {first: max(joint.cpu_s - last[first].cpu_s - last[first].children_cpu_s, 0.0)}
    children: dict[int, list[int]] = {}
    for pid, process in last.items():
        if pid != first:
            children.setdefault(process.about["parent"], []).append(pid)
    if not children.keys() <= last.keys():
        return {}
    for parent, pids in children.items():
        recorded = sum(last[pid].cpu_s + last[pid].children_cpu_s for pid in pids)
        rest = max(last[parent].children_cpu_s - recorded, 0.0)
        found.update(dict.fromkeys(pids, rest / len(pids)))
    return found


def unrecorded(joint: PassResult) -> float:
    """CPU seconds of the joint pass that neither a record nor the end of a process accounts for.

    Processes that nobody waited for are in their records and not in the kernel's sum: never below 0.
    """
    recorded = sum(process.cpu_s for process in _last(joint).values())
    return max(joint.cpu_s - recorded - sum(ends(joint).values()), 0.0)


def notes(joint: PassResult) -> list[str]:
    """A sentence when a good part of the CPU time is in no record."""
    seconds = unrecorded(joint)
    if seconds < WORTH * joint.cpu_s:
        return []
    programs = [name for name, _ in Counter(_programs(joint)).most_common(NAMED)]
    named = f" ({', '.join(programs)})" if programs else ""
    share = f"{100 * seconds / joint.cpu_s:.0f} % of the CPU ({seconds:.2f} s)"
    return [f"{share} is in no interpreter's record: programs that are not Python{named}, and taking interpreters down"]


def _programs(joint: PassResult) -> list[str]:
    """Names of the programs that left no record; a shell that became an interpreter is one."""
    recorded = _last(joint)
    return [name for pid, name in joint.others.items() if pid not in recorded]


def _last(joint: PassResult) -> dict[int, Process]:
    """The last record of each process id: one that executed another program has two, and its clock went on."""
    return {process.about["pid"]: process for process in joint.processes}
