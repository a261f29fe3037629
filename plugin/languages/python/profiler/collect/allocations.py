"""Memory exactly, in a pass of its own: an allocator hook costs so much that no timing of this pass is published.

memray where this interpreter can import it: bytes live at the peak, native memory included. Else tracemalloc, whose
module offers no snapshot of the peak: one is taken whenever the traced memory has grown past the last one, as often
as is affordable, and the shard says how much of the true peak the best one covers.
"""

from __future__ import annotations

import sys

from .originals import os, time
from .parts import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import State

GROWTH = 1.02  # a snapshot is worth taking when memory is that much above the last one
PATIENCE = 2  # times the duration of a snapshot that pass before the next
SMALLEST = 64 * 1024  # bytes below which no snapshot is taken


def make_allocations(
    state: State, due: Callable[[float], None], *, engine: str, frames: int, path: Callable[[], str]
) -> Part:
    """The best collector of this interpreter; `path` names a new file beside the shard."""
    if engine != "tracemalloc":
        try:
            import memray
        except Exception:
            if engine == "memray":
                return Part(state, due)
        else:
            return Memray(state, due, memray, path)
    return Traced(state, due, frames)


class Memray(Part):
    """Writes memray's own file; the analysis reads it."""

    interval_s = 0.5

    def __init__(self, state: State, due: Callable[[float], None], memray: Any, path: Callable[[], str]) -> None:
        """Track into the file that `path` names."""
        super().__init__(state, due)
        self.file = path()
        self.tracker = memray.Tracker(self.file, native_traces=False, follow_fork=True)
        self.child = ""

    def start(self) -> None:
        """Track from now on."""
        self.tracker.__enter__()

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Write out what is due."""
        self.due(time.perf_counter())

    def stop(self, _frame: FrameType | None) -> None:
        """Complete the file."""
        self.tracker.__exit__(None, None, None)

    def forget(self) -> None:
        """In the child of a fork memray goes on in a file of its own, named after the process."""
        self.child = f"{self.file}.{os.getpid()}"

    def latest(self) -> dict[str, Any]:
        """Where memray's file is."""
        return {"allocations": {"engine": "memray", "file": self.child or self.file}}


class Traced(Part):
    """tracemalloc through its C module: the Python one imports half a dozen others."""

    interval_s = 0.01

    def __init__(self, state: State, due: Callable[[float], None], frames: int) -> None:
        """Keep `frames` frames of each allocation."""
        super().__init__(state, due)
        import _tracemalloc

        self.tracer: Any = _tracemalloc
        self.frames = frames
        self.ours = __file__.rpartition("allocations")[0]
        self.reset()

    def reset(self) -> None:
        """Nothing was seen yet."""
        self.size = 0  # bytes of the best snapshot
        self.peak: list[Any] = []
        self.net: list[Any] = []
        self.highest = 0
        self.next = 0.0
        self.interrupted = False

    def start(self) -> None:
        """Trace from now on."""
        if not self.tracer.is_tracing():
            self.tracer.start(self.frames)

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a snapshot when memory stands higher than in the last one and it is affordable."""
        if not self.tracer.is_tracing():  # the program stopped it, for itself or because it uses it too
            self.interrupted = True
            return
        current, peak = self.tracer.get_traced_memory()
        self.highest = max(self.highest, peak)
        start = time.perf_counter()
        if current > max(self.size * GROWTH, SMALLEST) and start >= self.next:
            self.peak, self.size = self._snapshot(), current
            end = time.perf_counter()
            self.next = end + (end - start) * PATIENCE
        self.due(start)

    def stop(self, _frame: FrameType | None) -> None:
        """Take the last snapshot: what is still alive."""
        if self.tracer.is_tracing():
            current, peak = self.tracer.get_traced_memory()
            self.highest = max(self.highest, peak)
            self.net = self._snapshot()
            if current > self.size:
                self.peak, self.size = self.net, current
            self.tracer.stop()

    def forget(self) -> None:
        """The child of a fork has its parent's memory, which the parent reports: start from nothing."""
        if self.tracer.is_tracing():
            self.tracer.clear_traces()
        self.reset()

    def _snapshot(self) -> list[Any]:
        """Live memory as `(frames, bytes, blocks)`, frames innermost first as `(file name, line)`."""
        sites: dict[Any, list[int]] = {}
        for trace in self.tracer._get_traces():
            row = sites.get(trace[2])
            if row is None:
                row = sites[trace[2]] = [0, 0]
            row[0] += trace[1]
            row[1] += 1
        ours = self.ours
        return [(frames, size, blocks) for frames, (size, blocks) in sites.items() if not frames[0][0].startswith(ours)]

    def latest(self) -> dict[str, Any]:
        """The best snapshot and the last one."""
        return {
            "allocations": {
                "engine": "tracemalloc",
                "peak": self.peak,
                "net": self.net,
                "covered": self.size,
                "highest": self.highest,
                "interrupted": self.interrupted,
                "numpy": "numpy" in sys.modules,
            }
        }
