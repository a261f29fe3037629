"""Memory at the peak by tracemalloc, through its C module: the Python one imports half a dozen others.

The module offers no snapshot of the peak, and a snapshot is dear. So snapshots are taken while memory grows, as often
as is affordable, and what came and went since the last one is known by water level: at each tick the growth of the
traced memory belongs to the stack of that moment, and a peak between two ticks to the stack after it.
"""

from __future__ import annotations

import gc
import sys

from .allocations import Allocating
from .originals import time
from .resident import WaterLevel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import Stack, State

GROWTH = 1.1  # a snapshot is worth taking when memory is that much above the last one
STALE = 0.7  # or when it has been below that share of the last one, and stands high again
HIGH = 0.95
SHARE = 0.2  # of the pass's time that snapshots may take,
AT_ONCE_S = 0.1  # and what they may take in any case
LEAP = 0.05  # share of the memory that came between two ticks for which more is allowed: its stack may be gone already
LEAP_FACTOR = 4
SECONDS_PER_BYTE = 5e-9  # of a snapshot, for each byte that the tracer itself takes; the first guess
UNCOUNTED = 1.95  # resident bytes of the tracer's tables for each that it counts, on all supported versions
ENOUGH = 4 * 1024 * 1024  # bytes of the tracer from which on a snapshot's cost tells of the next one's
SMALLEST = 64 * 1024  # bytes below which no snapshot is taken
LEAST_GROWTH = 4096  # bytes between two ticks that are worth a note
MOST_STACKS = 2000


class Traced(Allocating):
    """tracemalloc, for as long as its budget lasts."""

    def __init__(self, state: State, due: Callable[[float], None], frames: int, budget_s: float = 0.0) -> None:
        """Keep `frames` frames of each allocation; stop after `budget_s` CPU seconds of this process, unless 0."""
        super().__init__(state, due)
        import _tracemalloc

        self.tracer: Any = _tracemalloc
        self.frames = frames
        self.budget_s = budget_s
        self.ours = __file__.rpartition("traced")[0]
        self.reset()

    def reset(self) -> None:
        """Nothing was seen yet."""
        self.size = 0  # bytes of the last snapshot
        self.snapshot: list[Any] = []
        self.low = 0  # least traced since then
        self.since = WaterLevel()  # what was traced since then
        self.peak: tuple[list[Any], float, list[Any]] = ([], 0.0, [])  # snapshot, share of it left, rises since
        self.grown: dict[Stack, int] = {}  # all that traced memory ever grew by, for who calls which library
        self.net: list[Any] | None = None
        self.highest = 0
        self.fresh = False  # the highest is the level of the last tick, not noted yet
        self.spent = 0.0  # seconds in snapshots
        self.per_byte = SECONDS_PER_BYTE
        self.overhead = 0
        self.begun = time.perf_counter()
        self.interrupted = False
        self.stopped_at = 0.0
        self.tracing = True

    def start(self) -> None:
        """Trace from now on."""
        super().start()
        if not self.tracer.is_tracing():
            self.tracer.start(self.frames)

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Follow the traced memory, and take a snapshot where it is due."""
        now = time.perf_counter()
        stack = self.stack(frame)
        if not self.tracing:
            self.levels.look(stack)
        elif not self.tracer.is_tracing():  # the program stopped it, for itself or because it uses it too
            self.interrupted = True
            self.tracing = False
        else:
            self._follow(stack, now)
            if self.budget_s and time.process_time() > self.budget_s:
                self._settle()
                self.stopped_at = time.time()
                self.tracing = False
                self.tracer.stop()
                self.levels.look((), own=True)
        self.due(now)

    def _follow(self, stack: Stack, now: float) -> None:
        """Note how much is traced, and what it reached since the last tick."""
        current, peak = self.tracer.get_traced_memory()
        self.levels.look(stack, current, self._overhead())
        since = self.since
        beyond = peak > self.highest  # since the last tick
        if current < since.last:
            if beyond:
                self._note(since.last, stack, peak)
            else:
                self._settle()
        self.fresh = current >= since.last and (beyond or self.fresh)
        grown = max(current - since.last, peak - self.highest)
        if grown > LEAST_GROWTH:
            self.grown[stack] = self.grown.get(stack, 0) + grown
        self.highest = max(self.highest, peak)
        self.low = min(self.low, current)
        leap = current - since.last > LEAP * current
        since.level(current, stack)
        if current > SMALLEST and self._wanted(current) and self._affordable(now, leap=leap):
            self._take()
        if self.fresh and self.highest > current * (1 + LEAP):  # it came and went between the two ticks
            self._note(current, stack, self.highest)
            self.fresh = False

    def _settle(self) -> None:
        """When the peak is what stood at the last tick, note it before that is gone."""
        if self.fresh:
            self._note(self.since.last, (), self.since.last)
            self.fresh = False

    def _note(self, current: int, stack: Stack, reached: int) -> None:
        """The peak is `reached`: `current` by the last snapshot and the rises since, the rest under `stack`."""
        rises = [(risen, high - low) for low, high, risen in self.since.rises]
        if reached > current:
            rises.append((stack, reached - current))
        self.peak = (self.snapshot, min(self.low / self.size, 1.0) if self.size else 0.0, rises)

    def _overhead(self) -> int:
        """Resident bytes that the tracer takes: more than it counts, and freed in crumbs that hardly go back."""
        self.overhead = max(self.overhead, int(self.tracer.get_tracemalloc_memory() * UNCOUNTED))
        return self.overhead

    def _wanted(self, current: int) -> bool:
        return current > self.size * GROWTH or (self.low < self.size * STALE and current > self.highest * HIGH)

    def _affordable(self, now: float, *, leap: bool) -> bool:
        cost: float = self.per_byte * self.tracer.get_tracemalloc_memory()
        allowed = SHARE * (now - self.begun) + AT_ONCE_S
        return self.spent + cost < allowed * (LEAP_FACTOR if leap else 1)

    def _take(self) -> None:
        start = time.thread_time()  # other threads go on meanwhile
        before = self.tracer.get_tracemalloc_memory()
        self.snapshot, self.size = (
            self._snapshot()
        )  # of the moment of one call, other threads may go on before and after
        self.low = self.size
        self.since = WaterLevel(self.size)
        self.tracer.reset_peak()  # it is the snapshot's own
        spent = time.thread_time() - start
        self.spent += spent
        self.per_byte = spent / max(before, ENOUGH)
        self.levels.look((), self.tracer.get_traced_memory()[0], self._overhead(), own=True)

    def stop(self, frame: FrameType | None) -> None:
        """Take the last snapshot: what is still alive, which is the peak too where memory never fell."""
        stack = self.stack(frame)
        if self.tracing and self.tracer.is_tracing():
            self._follow(stack, time.perf_counter())
            self._settle()
            self.net, left = self._snapshot()
            if left > self.highest * HIGH:
                self.peak = (self.net, 1.0, [])
            self.tracer.stop()
        self.levels.resident.close()

    def forget(self) -> None:
        """The child of a fork has its parent's memory, which the parent reports: start from nothing."""
        if self.tracer.is_tracing():
            self.tracer.clear_traces()
        self.levels.forget()
        self.reset()

    def _snapshot(self) -> tuple[list[Any], int]:
        """Live memory as `(frames, bytes, blocks)`, frames innermost first as `(file name, line)`; and its bytes."""
        collecting = gc.isenabled()
        gc.disable()  # the list of all traces would set off one collection after the other
        try:
            sites: dict[Any, list[int]] = {}
            for trace in self.tracer._get_traces():
                row = sites.get(trace[2])
                if row is None:
                    sites[trace[2]] = [trace[1], 1]
                else:
                    row[0] += trace[1]
                    row[1] += 1
            ours = self.ours
            total = sum(size for size, _ in sites.values())
            return [(at, size, n) for at, (size, n) in sites.items() if not at[0][0].startswith(ours)], total
        finally:
            if collecting:
                gc.enable()

    def latest(self) -> dict[str, Any]:
        """The peak and what is alive at the end."""
        self._settle()
        snapshot, left, rises = self.peak
        return {
            "allocations": {
                "engine": "tracemalloc",
                "peak": snapshot,
                "left": left,
                "rises": rises,
                "grown": sorted(self.grown.items(), key=lambda pair: -pair[1])[:MOST_STACKS],
                "net": self.net,
                "highest": self.highest,
                "interrupted": self.interrupted,
                "stopped_at": self.stopped_at,
                "numpy": "numpy" in sys.modules,
            }
        }
