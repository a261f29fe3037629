"""How long each callback holds the asyncio event loop, and what it does meanwhile.

`Handle._run` is what the loops of the standard library call for every step of a coroutine but an eager first one.
Loops of other libraries are not seen, and the report says so.
"""

from __future__ import annotations

import _thread
import sys

from .contention import RunDelay
from .eager import EagerSteps
from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .awaits import Awaits
    from .state import Stack, State

BLOCK_S = 0.001  # a callback that holds the loop for as long is a block
LIVELY_S = 5.0  # after its last callback a loop counts as idle


class Elsewhere:
    """A callback of a loop in another thread than the main one, and the samples of it, as `State.held`."""

    def __init__(self, start: float) -> None:
        """It begins, in the thread that runs this."""
        self.held: list[tuple[Stack, float, float, float]] = []
        self.wall, self.cpu = start, time.thread_time()
        self.clock = (~_thread.get_native_id() << 3) | 6 if sys.platform.startswith("linux") else None

    def sample(self, stack: Stack, now: float) -> None:
        """It is at `stack` now."""
        try:
            cpu = time.clock_gettime(self.clock) if self.clock is not None else self.cpu
        except OSError:  # the thread has just ended
            return
        self.held.append((stack, now - self.wall, cpu - self.cpu, 0.0))
        self.wall, self.cpu = now, cpu


class LoopWatch:
    """Wraps `asyncio.events.Handle._run` once asyncio is imported."""

    def __init__(self, state: State, awaits: Awaits | None = None) -> None:
        """Nothing happens until `look` finds asyncio; `awaits` is told of each task's steps."""
        self.state = state
        self.awaits = awaits
        self.patched = False
        self.delay = RunDelay()
        self.before_callback: Callable[[], None] | None = None
        self.steps = [0.0, 0.0]  # callbacks, seconds
        self.steps_then = self.lively_until = 0.0
        self.others: dict[int, Elsewhere] = {}  # thread -> the callback that its loop runs
        self.eager = EagerSteps(self._stepped_eagerly)
        self.forget()

    def forget(self) -> None:
        """Forget what was counted, in the child of a fork."""
        self.delay.close()
        self.steps[:] = [0.0, 0.0]
        self.others.clear()
        self.callbacks: dict[int, list[float]] = {}  # code of a callback -> [blocks, seconds, longest]
        self.blocks: dict[
            tuple[int, int, tuple[int, ...]], list[float]
        ] = {}  # code of a callback, line it stopped at, stack -> [blocks, wall s, cpu s, longest, queued s]

    def look(self) -> None:
        """Wrap asyncio when it has been imported."""
        events = sys.modules.get("asyncio.events")
        handle = getattr(events, "Handle", None)
        if handle is None or self.patched:
            return
        self.patched = True
        handle._run = self._watching(handle._run)

    def lively(self, now: float) -> bool:
        """Whether a loop has run a callback lately: that asyncio was imported says little."""
        if self.steps[0] != self.steps_then or self.state.handle_since or self.others:
            self.steps_then, self.lively_until = self.steps[0], now + LIVELY_S
        return now < self.lively_until

    def _watching(self, run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        state, now, get_ident, steps = self.state, time.perf_counter, _thread.get_ident, self.steps
        awaits, others, eager = self.awaits, self.others, self.eager

        def _run(handle: Any) -> Any:
            if self.before_callback is not None:
                self.before_callback()
            if not eager.watching:
                eager.watch(handle._loop)
            callback = handle._callback
            ident = get_ident()
            main = ident == state.main
            outer = state.handle_since
            start = now()
            if awaits is not None:
                awaits.resumed(callback, start)
            if main:
                state.handle_since = start
            else:
                elsewhere = Elsewhere(start)
                around, others[ident] = others.get(ident), elsewhere
            try:
                return run(handle)
            finally:
                end = now()
                elsewhere_s = eager.taken_over()
                if main:
                    state.handle_since = outer
                elif around is None:
                    others.pop(ident, None)
                else:
                    others[ident] = around
                steps[0] += 1
                steps[1] += end - start
                if end - start >= BLOCK_S:
                    held = state.held if main else elsewhere.held
                    self._blocked(callback, end - start, end - start - elsewhere_s, held)
                if main and state.held:
                    state.held.clear()
                if awaits is not None:
                    awaits.suspended(callback, start + elsewhere_s, now())

        return like(_run, run)

    def look_elsewhere(self, now: float) -> None:
        """Note what the callbacks of loops in other threads do; called at each sample, in the main thread."""
        if not self.others:
            return
        frames = sys._current_frames()
        for ident, elsewhere in list(self.others.items()):
            frame = frames.get(ident)
            if frame is not None:
                elsewhere.sample(self.state.walk(frame), now)
        frames.clear()  # among them is this very frame

    def _stepped_eagerly(self, task: Any, coroutine: Any, seconds: float, now: float) -> bool:
        """A task has taken its first step; true where it held the loop, so that its maker did not."""
        if self.awaits is not None:
            self.awaits.stepped(task, coroutine, seconds, now)
            return True
        if seconds < BLOCK_S:
            return False
        self._held(self.state.note(getattr(coroutine, "cr_code", None)), seconds)
        return True

    def _held(self, code: int, seconds: float) -> None:
        row = self.callbacks.setdefault(code, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        row[2] = max(row[2], seconds)

    def _blocked(
        self, callback: Any, seconds: float, own: float, samples: list[tuple[Stack, float, float, float]]
    ) -> None:
        """A callback held the loop for so many seconds, for `own` of them by itself."""
        code = self.state.note(code_of(callback))
        if own >= BLOCK_S:
            self._held(code, own)
        held, line = list(samples), _line_of(callback)
        sampled = sum(wall for _, wall, _, _ in held)
        if sampled <= 0:
            # A thread that computes lets nobody look at it for the 5 ms of the interpreter's switch interval.
            held, sampled = [((), seconds, 0.0, 0.0)], seconds
        scale = seconds / sampled
        for stack, wall, cpu, queued in held:
            part = self.blocks.setdefault((code, line, stack), [0, 0.0, 0.0, 0.0, 0.0])
            part[0] += wall * scale / seconds  # of one block, whose parts add up to one
            part[1] += wall * scale
            part[2] += cpu * scale
            part[3] = max(part[3], seconds)
            part[4] += queued * scale

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values."""
        blocks, self.blocks = self.blocks, {}
        callbacks, self.callbacks = self.callbacks, {}
        steps = list(self.steps)
        self.steps[:] = [0.0, 0.0]
        return {
            "steps": steps,
            "callbacks": [(code, *row) for code, row in callbacks.items()],
            "blocks": [(*place, *row) for place, row in blocks.items()],
            "uvloop": "uvloop" in sys.modules,
        }


def code_of(callback: Any) -> Any:
    """The code object behind a callback of the loop: of the coroutine where it is a task's step."""
    coroutine = _coroutine_of(callback)
    if coroutine is not None:
        return getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
    function = getattr(callback, "__func__", callback)
    function = getattr(function, "func", function)  # functools.partial
    return getattr(function, "__code__", None)


def _coroutine_of(callback: Any) -> Any:
    """The coroutine of the task whose step a callback is, None where it is no task's."""
    get_coroutine = getattr(getattr(callback, "__self__", None), "get_coro", None)
    return None if get_coroutine is None else get_coroutine()


def _line_of(callback: Any) -> int:
    """The line at which a task's coroutine now waits, 0 where it has ended: it tells apart what its steps did."""
    coroutine = _coroutine_of(callback)
    frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    return getattr(frame, "f_lineno", 0) or 0
