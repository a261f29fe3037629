"""Exact numbers of calls of the suspects.

From 3.12 on by `sys.monitoring`: the first start of any other function switches its event off for good, so the rest
of the program runs at full speed. Before, by the C profiler of the standard library (`_lsprof`), one per thread,
which sees all calls but keeps no Python callback busy; it counts each resumption of a generator or coroutine as a
call, and the shard says so (`resumes`).

The arguments of a bounded number of these calls are looked at too: in bursts, since repetitions can lie close together
or far apart. Before 3.12 a burst is a trace function of a few hundred calls, set by the clock, and gone with its next tick.
"""

from __future__ import annotations

import _thread
import itertools
import sys

from .arguments import MOST_IN_ALL, Arguments
from .originals import time
from .parts import Part
from .sizes import Sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from .state import State

_TOOLS = (4, 3, 5, 2, 1, 0)  # identifiers of monitoring tools, the least used first
_FIRST_LOOKS = 400  # calls of each function of which the arguments are looked at from the start (3.12+)
_BURST, _EVERY = 100, 8192  # later: so many calls in a row, of so many
_EVENTS = 300  # calls of any function that a burst of tracing sees (before 3.12)
_MOST_LEFT_OUT = 64  # ticks between two bursts where calls are rare: tracing makes a loop twice as slow that has none
_RESUMABLE = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator


def make_calls(
    state: State,
    due: Callable[[float], None],
    suspects: frozenset[Any],
    avoid_signals: Callable[[], None],
    until: float,
) -> Part:
    """The counting collector of this interpreter; it may call `avoid_signals` in the main thread."""
    made: Counting
    if hasattr(sys, "monitoring"):
        made = Monitored(state, due, suspects)
    else:
        made = ProfiledPerThread(state, due, suspects, avoid_signals)
    made.until = until
    return made


class Counting(Part):
    """Counts calls of functions that are named by `(file name, first line, name)`."""

    interval_s = 0.01
    engine = ""

    def __init__(self, state: State, due: Callable[[float], None], suspects: frozenset[Any]) -> None:
        """Count `suspects` only."""
        super().__init__(state, due)
        self.suspects = suspects
        self.arguments = Arguments()
        self.sizes = Sizes(state)
        self.traced = False
        self.until = 0.0  # Unix time at which counting ends for its cost; 0 for never
        self.partial = False

    def wanted(self, code: CodeType) -> bool:
        """Whether this function is a suspect."""
        return (code.co_filename, code.co_firstlineno, code.co_name) in self.suspects

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Look at the containers at hand, and write out what is due."""
        if not self.traced:
            self.sizes.look(frame)
        if self.until and not self.partial and time.time() > self.until:
            self.partial = self.give_up()
        self.due(time.perf_counter())

    def step_aside(self) -> None:
        """Look into no frame any more: a trace function works on the copies of variables that looking empties."""
        self.traced = True

    def give_up(self) -> bool:
        """Count no more, since it takes too long; whether that was possible here."""
        raise NotImplementedError

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far."""
        raise NotImplementedError

    def latest(self) -> dict[str, Any]:
        """Calls so far of each suspect that was called."""
        exact = self.engine == Monitored.engine
        return {
            "calls": [
                (self.state.note(code), count, not exact and bool(code.co_flags & _RESUMABLE))
                for code, count in self.counted()
            ],
            "calls_engine": self.engine,
            "calls_partial": self.partial,
            "arguments": [(self.state.note(code), looks, distinct) for code, looks, distinct in self.arguments.found()],
            "sizes": self.sizes.latest(),
        }


class Monitored(Counting):
    """`sys.monitoring`, 3.12 and later."""

    engine = "sys.monitoring"

    def __init__(self, state: State, due: Callable[[float], None], suspects: frozenset[Any]) -> None:
        """Nothing is counted yet."""
        super().__init__(state, due, suspects)
        self.tool: int | None = None
        self.counters: dict[int, tuple[CodeType, Any]] = {}

    def start(self) -> None:
        """Take a free tool identifier and listen to function starts; without one nothing is counted."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        for tool in _TOOLS:
            try:
                monitoring.use_tool_id(tool, "codeflash")
            except ValueError:
                continue
            self.tool = tool
            break
        else:
            return
        disable, counters, wanted, count = monitoring.DISABLE, self.counters, self.wanted, itertools.count
        worth, look, frame_of = self.arguments.wanted, self.arguments.look, sys._getframe

        def started(code: CodeType, _offset: int) -> Any:
            entry = counters.get(id(code))
            if entry is None:
                if not wanted(code):
                    return disable
                # A counter of C, since `n += 1` in two threads at once loses calls.
                entry = counters[id(code)] = (code, count())
            number = next(entry[1])
            if (number < _FIRST_LOOKS or number % _EVERY < _BURST) and worth(code):
                look(frame_of(1))
            return None

        event = monitoring.events.PY_START
        monitoring.register_callback(self.tool, event, started)
        monitoring.set_events(self.tool, event)

    def give_up(self) -> bool:
        """Listen no more, and keep what was counted."""
        if self.tool is not None:
            sys.monitoring.set_events(self.tool, 0)  # type: ignore[attr-defined,unused-ignore]
        return True

    def stop(self, _frame: FrameType | None) -> None:
        """Listen no more."""
        if self.tool is not None:
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            monitoring.set_events(self.tool, 0)
            monitoring.free_tool_id(self.tool)
            self.tool = None

    def forget(self) -> None:
        """Count anew in the child of a fork."""
        for identity, (code, _) in list(self.counters.items()):
            self.counters[identity] = (code, itertools.count())
        self.arguments.forget()

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far, read from the counters' representation, `count(n)`, which does not advance them."""
        return [(code, int(repr(counter)[6:-1])) for code, counter in list(self.counters.values())]


class ProfiledPerThread(Counting):
    """`_lsprof`, before 3.12.

    No signals from the first further thread on: while one is pending that the main thread, asleep in C, does not
    handle, 3.11 never gets past the first call in another thread that is profiled.
    """

    engine = "_lsprof"
    interval_s = 0.02  # between bursts of looking at arguments

    def __init__(
        self, state: State, due: Callable[[float], None], suspects: frozenset[Any], avoid_signals: Callable[[], None]
    ) -> None:
        """Nothing is counted yet."""
        super().__init__(state, due, suspects)
        self.avoid_signals = avoid_signals
        self.profilers: list[Any] = []
        self.ended: dict[int, tuple[CodeType, int]] = {}
        self.aside = False
        self.left_out = self.leave_out = 0  # ticks since the last burst of the main thread, and wanted between two

    def step_aside(self) -> None:
        """The program traces calls by itself from now on."""
        super().step_aside()
        self.aside = True

    def start(self) -> None:
        """Count in this thread, and in each that starts from now on."""
        self._profile_here()
        sys.gettrace = _get_trace
        start = _thread.start_new_thread

        def start_new_thread(function: Any, *arguments: Any) -> Any:
            if not callable(function):
                return start(function, *arguments)  # which says so

            def counted(*args: Any, **kwargs: Any) -> Any:
                profiler = self._profile_here()
                self._look_here()
                try:
                    return function(*args, **kwargs)
                finally:
                    profiler.disable()
                    self._collect(profiler)

            self.avoid_signals()
            return start(counted, *arguments)

        _thread.start_new_thread = start_new_thread
        threading = sys.modules.get("threading")
        if threading is not None and getattr(threading, "_start_new_thread", None) is start:
            threading._start_new_thread = start_new_thread  # type: ignore[attr-defined]

    def give_up(self) -> bool:
        """Count no more in this thread, if it is the main one; another's profiler cannot be reached."""
        if _thread.get_ident() != self.state.main or not self.profilers:
            return False
        self.profilers[0].disable()
        return True

    def _profile_here(self) -> Any:
        import _lsprof

        profiler = _lsprof.Profiler(subcalls=False, builtins=False)
        self.profilers.append(profiler)
        profiler.enable()
        return profiler

    def tick(self, signal: int, frame: FrameType | None) -> None:
        """Look at the arguments of some more calls of the main thread, and write out what is due.

        No look at variables within a trace function: what it leaves there is written back when it returns.
        """
        if self.aside or frame is None or frame.f_code.co_filename.startswith(_HERE):
            self.due(time.perf_counter())
            return
        super().tick(signal, frame)
        if _thread.get_ident() != self.state.main:
            return
        if _ours(_GET_TRACE()):
            _SET_TRACE(None)
            self.leave_out = min(2 * self.leave_out + 1, _MOST_LEFT_OUT)
            self.left_out = 0
        elif self.left_out >= self.leave_out:
            self.leave_out //= 2
            self._look_here()  # last, since our own calls would be seen too
        else:
            self.left_out += 1

    def _look_here(self) -> None:
        """Look at the arguments of the next calls in this thread, unless a debugger or a coverage tool traces it."""
        arguments = self.arguments
        if self.aside or _GET_TRACE() is not None or arguments.looks >= MOST_IN_ALL:
            return
        left = [_EVENTS]

        def called(frame: FrameType, event: str, _argument: Any) -> None:
            left[0] -= 1
            if left[0] <= 0:
                if _GET_TRACE() is called:
                    _SET_TRACE(None)
            elif event == "call" and self.wanted(frame.f_code) and arguments.wanted(frame.f_code):
                arguments.look(frame)

        _SET_TRACE(called)

    def _collect(self, profiler: Any) -> None:
        """Keep the figures of a thread that has ended, without its profiler."""
        for code, count in _counts(profiler):
            before = self.ended.get(id(code), (code, 0))[1]
            self.ended[id(code)] = (code, before + count)
        self.profilers.remove(profiler)

    def stop(self, _frame: FrameType | None) -> None:
        """Count no more in this thread."""
        if self.profilers:
            self.profilers[0].disable()
        if _ours(_GET_TRACE()):
            _SET_TRACE(None)

    def forget(self) -> None:
        """Count anew in the child of a fork; threads other than this one do not exist in it."""
        self.ended.clear()
        self.arguments.forget()
        for profiler in self.profilers:
            profiler.clear()
        del self.profilers[1:]

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far of the suspects, in all threads."""
        total = dict(self.ended)
        for profiler in list(self.profilers):
            for code, count in _counts(profiler):
                before = total.get(id(code), (code, 0))[1]
                total[id(code)] = (code, before + count)
        return [(code, count) for code, count in total.values() if self.wanted(code)]


_HERE = __file__.rpartition("/")[0]
_GET_TRACE, _SET_TRACE = sys.gettrace, sys.settrace  # both before anyone replaces them


def _get_trace() -> Any:
    """The trace function of this thread, unless it is one of ours."""
    function = _GET_TRACE()
    return None if _ours(function) else function


_get_trace.__name__ = _get_trace.__qualname__ = "gettrace"
_get_trace.__doc__ = sys.gettrace.__doc__


def _ours(function: Any) -> bool:
    return type(function) is type(_ours) and function.__code__.co_filename == _ours.__code__.co_filename


def _counts(profiler: Any) -> list[tuple[CodeType, int]]:
    return [(entry.code, entry.callcount) for entry in profiler.getstats() if not isinstance(entry.code, str)]
