"""Pauses of the garbage collector, charged to the function whose allocation set them off."""

from __future__ import annotations

import _thread
import gc
import sys

from .originals import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .resident import Resident
    from .state import State

FULL = 2
_HERE = __file__.rpartition("/")[0]


class Collector:
    """Listens to `gc.callbacks`."""

    def __init__(self, state: State, resident: Resident) -> None:
        """Prepare to listen; `start` begins."""
        self.state = state
        self.resident = resident
        self._reset()

    def _reset(self) -> None:
        self.count = [0, 0, 0]
        self.seconds = [0.0, 0.0, 0.0]
        self.longest = 0.0
        self._frame: FrameType | None = None
        self._wall = self._cpu = 0.0

    def start(self) -> None:
        """Listen from now on."""
        gc.callbacks.append(self._called)

    def stop(self) -> None:
        """Listen no more."""
        if self._called in gc.callbacks:
            gc.callbacks.remove(self._called)

    def forget(self) -> None:
        """In the child of a fork: what was before is the parent's."""
        self._reset()

    def _called(self, phase: str, info: dict[str, int]) -> None:
        state = self.state
        if phase == "start":
            state.collecting = True
            try:
                frame: FrameType | None = sys._getframe(1)
            except ValueError:
                frame = None
            # One that runs inside a tick was due at the program's allocation just before.
            while frame is not None and state.busy and frame.f_code.co_filename.startswith(_HERE):
                frame = frame.f_back
            self._frame = frame
            self._wall, self._cpu = time.perf_counter(), time.thread_time()
            return
        wall, cpu = time.perf_counter() - self._wall, time.thread_time() - self._cpu
        frame, self._frame = self._frame, None
        generation = min(info.get("generation", FULL), FULL)
        try:
            stack = state.walk(frame)
        except RecursionError:  # the program is at its limit: what set this collection off is not known
            stack = ()
        row = state.collections.get(stack)
        if row is None:
            row = state.collections[stack] = [0, 0.0, 0.0, 0.0, 0, 0]
        row[0] += 1
        row[1] += cpu
        row[2] += wall
        row[3] = max(row[3], wall)
        row[4] += generation == 0
        row[5] += generation == FULL
        self.count[generation] += 1
        self.seconds[generation] += cpu
        self.longest = max(self.longest, wall)
        # A collection inside a tick lies outside that tick's CPU delta already, unless the tick is another thread's.
        if (state.apart or not state.busy) and _thread.get_ident() == state.main:
            state.collector_cpu += cpu
        # Collections are a clock driven by allocation: a good moment to look at the level. Not with a sampling thread:
        # a read lets go of the interpreter lock and has it back before that thread is awake, which, woken each time,
        # never has waited for the whole switch interval after which it could demand the lock.
        if not state.apart:
            try:
                pages = self.resident.read()
                if pages != self.resident.last:
                    self.resident.level(pages, stack)
            except RecursionError:
                pass
        state.collecting = False

    def summary(self) -> dict[str, Any]:
        """Collections and CPU seconds by generation, and the longest pause by the clock."""
        return {"count": list(self.count), "seconds": list(self.seconds), "longest": self.longest}
