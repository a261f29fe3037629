"""The other threads: their stacks from the interpreter, their CPU time from their own clocks in the kernel."""

from __future__ import annotations

import _thread
import sys

from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .state import State
    from .timer import PosixTimer, SamplingThread

NOTICEABLE_S = 1e-5  # CPU time below which a thread counts as asleep
_SETTLED_S = 0.1  # after which a thread that was asked for runs, or has ended
_STARTERS = ("start_new_thread", "start_new", "start_joinable_thread")


class Threads:
    """Samples the threads that are not the main one."""

    def __init__(self, state: State) -> None:
        """Nothing is known yet of any thread."""
        self.state = state
        self.clock: PosixTimer | SamplingThread | None = None
        self.started = 0.0  # when the last thread was asked for, which counts only once it runs
        # Thread identifier -> [clock id, CPU seconds at the last sample, stack then, place then].
        self.clocks: dict[int, list[Any]] = {}
        self.ended_cpu = 0.0  # CPU seconds of threads that have ended, as far as they were charged
        self.unknown: float | None = None  # CPU seconds of the process that no thread known here had at the last sample

    def count(self) -> int:
        """How many threads there are besides the main one and our own; when none is left, calls are restarted again."""
        running = _thread._count()
        clock = self.clock
        ident = getattr(clock, "ident", None)
        if ident is not None:
            running -= 1
        elif running == 0 and clock is not None and getattr(clock, "interruptible", False) and self._settled():
            clock.let_system_calls_be_interrupted(False)
        return running

    def _settled(self) -> bool:
        return time.perf_counter() - self.started > _SETTLED_S

    def sample(self) -> None:
        """Charge each thread's CPU time since the last sample to where it is now."""
        state, clocks = self.state, self.clocks
        ours = getattr(self.clock, "ident", None)
        known = state.cpu()
        if ours is not None:
            known += time.thread_time()
        frames = sys._current_frames()
        # Among them is the frame of this very call: kept in a variable of its own it would be a cycle, and all that the
        # program's frames below hold would live until the next collection.
        frames.pop(_thread.get_ident(), None)
        ended = [clocks.pop(ident) for ident in list(clocks) if ident not in frames]
        for ident, frame in frames.items():
            if ident in (state.main, ours):
                continue
            entry = clocks.get(ident)
            if entry is None:
                clock = _clock_of(ident)
                if clock is None:
                    continue
                entry = clocks[ident] = [clock, 0.0, None, None]
            try:
                cpu = time.clock_gettime(entry[0])
            except OSError:  # that thread has ended, and a new one has its identifier
                ended.append(clocks.pop(ident))
                continue
            known += cpu
            delta = cpu - entry[1]
            if delta > NOTICEABLE_S:
                stack = state.walk(frame)
                entry[1:] = cpu, stack, state.here
                self._charge(stack, state.here, delta)
        self._charge_ended(ended, known)

    def _charge(self, stack: Any, here: Any, seconds: float) -> None:
        state = self.state
        row = state.others.get(stack)
        if row is None:
            row = state.others[stack] = [0, 0.0]
        row[0] += 1
        row[1] += seconds
        if here is not None:
            state.lines[here] = state.lines.get(here, 0.0) + seconds

    def _charge_ended(self, ended: list[list[Any]], known: float) -> None:
        """Charge what threads used between their last sample and their end to where they were last seen.

        Their clocks are gone with them, but the process's clock holds what they used: it is what the process has used
        since the last sample beyond the threads that are known.
        """
        self.ended_cpu += sum(entry[1] for entry in ended)
        unknown = time.process_time() - known - self.ended_cpu
        seen = [entry for entry in ended if entry[2] is not None]
        if seen and self.unknown is not None and unknown - self.unknown > NOTICEABLE_S:
            each = (unknown - self.unknown) / len(seen)
            for _, _, stack, here in seen:
                self._charge(stack, here, each)
            self.ended_cpu += unknown - self.unknown
        else:
            self.unknown = unknown

    def forget(self) -> None:
        """In the child of a fork, where the other threads do not exist."""
        self.clocks.clear()
        self.ended_cpu, self.unknown = 0.0, None

    def watch_starts(self) -> None:
        """From the first further thread on, let samples wake the main thread.

        The functions are replaced where `threading` takes them from, and in `threading` itself where it is loaded.
        """
        for name in _STARTERS:
            start = getattr(_thread, name, None)
            if start is None:
                continue
            wrapped = self._announcing(start)
            setattr(_thread, name, wrapped)
            threading = sys.modules.get("threading")
            if threading is not None and getattr(threading, "_" + name, None) is start:
                setattr(threading, "_" + name, wrapped)

    def _announcing(self, start: Callable[..., Any]) -> Callable[..., Any]:
        def start_thread(*args: Any, **kwargs: Any) -> Any:
            if self.clock is not None:
                self.started = time.perf_counter()
                self.clock.let_system_calls_be_interrupted(True)
            return start(*args, **kwargs)

        return like(start_thread, start)


def _clock_of(ident: int) -> int | None:
    """The CPU clock of a thread, None while it is not known.

    Linux numbers these clocks by thread id. `pthread_getcpuclockid` would read the memory of a thread that may have
    ended since the frames were listed, so it is not used where the `threading` module knows the thread id.
    """
    threading = sys.modules.get("threading")
    thread = getattr(threading, "_active", {}).get(ident)
    native: int | None = getattr(thread, "native_id", None)
    if native is not None and sys.platform.startswith("linux"):
        return (~native << 3) | 6
    if thread is not None or not hasattr(time, "pthread_getcpuclockid"):
        return None
    try:
        return time.pthread_getcpuclockid(ident)
    except OSError:
        return None
