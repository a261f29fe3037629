"""What the observer asks of each collector, and the joint pass assembled from them."""

from __future__ import annotations

import sys

from .awaits import Awaits
from .collector import Collector
from .loop import LoopWatch
from .originals import time
from .resident import Resident
from .sampler import make_tick
from .threads import Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import State
    from .timer import PosixTimer, SamplingThread

PACES = ((3000, 6), (300, 4), (150, 2))  # samples after which the interval is so many times the first one
LOOP_PACES = ((300, 2),)  # where an event loop runs
OTHER_LOOPS = ("uvloop", "trio", "curio", "gevent", "eventlet")  # of which no callback can be timed
IDLE = 0.1  # share of the time below which a process that runs so little counts as waiting
IDLE_FACTOR = 12  # at least, while the process waits or other threads run


class Part:
    """A collector as the observer drives it; this one sees nothing."""

    interval_s = 0.01
    loop: Any = None  # the watch of asyncio's loops, where there is one

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Share `state`; call `due(time)` at each tick, so that what was seen is written out in time."""
        self.state = state
        self.due = due

    def began(self, cpu: float) -> None:
        """The process used so many CPU seconds before it was observed."""

    def start(self) -> None:
        """Begin, in the main thread."""

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Ticks come from `clock` from now on."""

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Called at each tick of the clock with the frame of the main thread, never while another tick runs."""
        self.due(time.perf_counter())

    def pace(self, _samples: int, interval_s: float, _running: float) -> float:
        """The interval to go on with after so many samples, when the process ran for that share of the time."""
        return interval_s

    def rests(self) -> bool:
        """Whether nothing runs in this process before the loop's next callback."""
        return False

    def step_aside(self) -> None:
        """Call nothing in the main thread from now on."""

    def stop(self, frame: FrameType | None) -> None:
        """End; `frame` is where the program stands."""

    def forget(self) -> None:
        """In the child of a fork: what was seen so far is the parent's."""

    def sums(self) -> dict[str, Any]:
        """What is new since the last call; the reader adds it up."""
        return {}

    def latest(self) -> dict[str, Any]:
        """What stands now; the reader keeps the last."""
        return {}


class Joint(Part):
    """CPU by sampling, threads, resident memory, collections and the event loop, in one cheap pass."""

    def __init__(self, state: State, due: Callable[[float], None], interval_s: float) -> None:
        """Assemble the collectors of the joint pass."""
        super().__init__(state, due)
        self.interval_s = interval_s
        self.resident = Resident()
        self.collector = Collector(state, self.resident)
        self.loop = LoopWatch(state)
        self.threads = Threads(state)
        self.tick = make_tick(  # type: ignore[method-assign,assignment]
            state, resident=self.resident, threads=self.threads, loop=self.loop, due=self._sampled
        )

    def _sampled(self, now: float) -> None:
        """At the end of each sample: loops of other threads, and what is due."""
        self.loop.look_elsewhere(now)
        self.due(now)

    def began(self, cpu: float) -> None:
        """The start of an interpreter is nobody's, but part of the CPU time."""
        self.state.stacks[()] = [0, cpu, 0.0]

    def start(self) -> None:
        """Listen to the collector and to thread starts; the clock is the observer's."""
        self.collector.start()
        self.threads.watch_starts()
        self.loop.look()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Threads are told apart from the sampling one."""
        self.threads.clock = clock

    def pace(self, samples: int, _interval_s: float, running: float) -> float:
        """Fewer samples a second once there are many: each takes up to 0.1 ms with the signal, and evicts caches.

        Shares stay right, since samples are weighted by the CPU time between them. Where an event loop runs they stay
        closer, since a block of it is named by the samples inside, and waiting may be a block.
        """
        loop = self.loop.lively(time.perf_counter())
        factor: float = next((factor for enough, factor in (LOOP_PACES if loop else PACES) if samples >= enough), 1)
        # With threads each sample makes them hand over the interpreter lock, which costs some 0.5 ms.
        if loop:
            return self.interval_s * factor
        if self.threads.count() or (running < IDLE and samples >= PACES[-1][0]):
            return self.interval_s * max(factor, IDLE_FACTOR)
        # A process that waits for its turn meets a sample each time it gets on: as many per second of CPU, not of wall.
        if samples >= PACES[-1][0]:
            factor = min(factor / max(running, IDLE), IDLE_FACTOR)
        return self.interval_s * factor

    def rests(self) -> bool:
        """Whether the last tick met a loop that waits for something to do, and there is no other thread."""
        state = self.state
        if not self.loop.patched or state.handle_since or self.threads.count():
            return False
        code = state.codes.get(state.top)
        return code is not None and code.co_name == "select" and code.co_filename.endswith("selectors.py")

    def step_aside(self) -> None:
        """Listen to no more collections: they would call into the program's trace function."""
        self.collector.stop()

    def stop(self, frame: FrameType | None) -> None:
        """Charge what passed since the last tick, and let go."""
        self.collector.stop()
        self.tick(0, frame)
        self.resident.close()
        self.loop.delay.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.resident.reset()
        self.collector.forget()
        self.loop.forget()
        self.threads.forget()

    def sums(self) -> dict[str, Any]:
        """Stacks, threads, collections and the loop since the last call."""
        return {**self.state.take(), "loop": self.loop.take()} if self.loop.patched else self.state.take()

    def latest(self) -> dict[str, Any]:
        """Totals of the collector, and the resident level at its peak."""
        loops = [name for name in OTHER_LOOPS if name in sys.modules]
        return {"collector": self.collector.summary(), "resident": self.resident.summary(), "other_loops": loops}


class AsyncWaits(Part):
    """Where tasks wait, and how long they work: the event loop's steps and nothing else."""

    interval_s = 0.002  # asyncio is looked for at each tick, and must be found before its first loop runs

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Wrap the loop as the joint pass does, with the suspensions noted."""
        super().__init__(state, due)
        self.awaits = Awaits(state)
        self.loop = LoopWatch(state, self.awaits)
        self.resident = Resident()

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Look for asyncio, note how much memory the tasks under way hold, and write out what is due."""
        now = time.perf_counter()
        if self.loop.patched:
            self.awaits.moment(now, self.resident.read())
        else:
            self.loop.look()
        self.due(now)

    def stop(self, _frame: FrameType | None) -> None:
        """Let go of the kernel's figure."""
        self.resident.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.awaits.forget()
        self.loop.forget()
        self.resident.reset()

    def sums(self) -> dict[str, Any]:
        """Waits and work since the last call."""
        return {"awaits": self.awaits.take(), "loop": self.loop.take()} if "asyncio" in sys.modules else {}

    def latest(self) -> dict[str, Any]:
        """Tasks under way and resident memory over time."""
        return {"moments": self.awaits.latest(), "page": self.resident.page, "level": self.resident.start}
