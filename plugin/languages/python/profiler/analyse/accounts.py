"""CPU time that the kernel counted for the tree and that no interpreter's record has.

A process writes its last record before its interpreter is taken down, which nothing can sample; and programs that are not Python
leave no record at all. Both are what remains of the tree's CPU time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.model import PassResult

WORTH = 0.05  # of the CPU time, from which on it is told
NAMED = 3  # programs


def unrecorded(joint: PassResult) -> float:
    """CPU seconds of the joint pass outside of all records; an exec goes on with its process's clock, so the last counts.

    Processes that nobody waited for are in their records and not in the kernel's sum: never below 0.
    """
    recorded: dict[int, float] = {process.about["pid"]: process.cpu_s for process in joint.processes}
    return max(joint.cpu_s - sum(recorded.values()), 0.0)


def notes(joint: PassResult) -> list[str]:
    """A sentence when a good part of the CPU time is in no record."""
    seconds = unrecorded(joint)
    if seconds < WORTH * joint.cpu_s:
        return []
    programs = [name for name, _ in Counter(joint.others.values()).most_common(NAMED)]
    named = f" ({', '.join(programs)})" if programs else ""
    share = f"{100 * seconds / joint.cpu_s:.0f} % of the CPU ({seconds:.2f} s)"
    return [f"{share} is in no interpreter's record: programs that are not Python{named}, and taking interpreters down"]
