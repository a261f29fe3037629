"""Which CPU a pair runs on.

Both runs of a pair go to the same CPU, so that neither finds a busier or a slower one than the other and none is moved
in mid-run; from pair to pair it is the one that did least for others since the last. Only benchmarks of one process and one
thread are pinned: others would wait for themselves, and programs that ask how many CPUs they may use would start fewer
workers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codeflash_agent.measure.model import Sample

STAT = Path("/proc/stat")
NOTE = "both runs of a pair ran on one CPU"


class Pin:
    """Chooses a CPU for each pair of one measurement."""

    def __init__(self, *, wanted: bool, warmed_up: Iterable[Sample] = ()) -> None:
        """Pin where it is `wanted`, the system can, and no run so far had a second process or thread."""
        samples = list(warmed_up)
        self._allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self._busy = _busy() if STAT.exists() else {}
        self.alone = all(sample.tasks <= 1 for sample in samples)
        self.on = wanted and bool(samples) and self.alone and len(self._allowed) > 1
        self._last: int | None = None
        self._own_s = 0.0

    def choose(self) -> list[int] | None:
        """The CPU for the next pair, None for any."""
        if not self.on:
            return None
        before, self._busy = self._busy, _busy() if self._busy else {}
        others = {cpu: self._busy.get(cpu, 0.0) - before.get(cpu, 0.0) for cpu in self._allowed}
        if self._last is not None:
            others[self._last] -= self._own_s
        self._last = quietest(others, self._last)
        return [self._last]

    def note(self, cpu_s: float, tasks: int) -> None:
        """Learn what a pair used, and whether the next may be pinned."""
        self._own_s = cpu_s
        if self.on and tasks > 1:
            self.on = self.alone = False


def quietest(busy_s: Mapping[int, float], last: int | None) -> int:
    """The CPU that was least busy, in steps of the kernel's ticks; of several the next after `last`."""
    least = min(round(busy, 2) for busy in busy_s.values())
    equal = [cpu for cpu, busy in sorted(busy_s.items()) if round(busy, 2) <= least]
    return next((cpu for cpu in equal if last is not None and cpu > last), equal[0])


def _busy() -> dict[int, float]:
    """Seconds that each CPU has worked since the start of the machine."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for line in STAT.read_text(encoding="ascii").splitlines():
        name, *columns = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _idle, _waiting, *rest = map(int, columns[:8])
            found[int(name[3:])] = (user + nice + system + sum(rest)) / ticks
    return found
