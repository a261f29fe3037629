"""The clocks that make samples happen: a signal timer of the kernel where there is one, else a thread.

The POSIX timer fires every millisecond of wall time, to one thread, for a few hundred nanoseconds. The kernel's
CPU-time timers tick at 4 ms here whatever is asked of them, and ITIMER_REAL would take the program's SIGALRM. It is
reached through `_ctypes` directly: the `ctypes` package takes milliseconds to import, and would already be there when
the program imports it. The signal is SIGURG: hardly a program uses it, and where its handler is gone (the interpreter
takes it down in its last moments) it is ignored, while SIGPROF would kill.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _thread
import sys

from .originals import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Optional

    Handler = Callable[[int, Optional[FrameType]], None]

CLOCK_MONOTONIC = 1
SIGEV_THREAD_ID = 4
SIGEVENT_BYTES = 64
TIMER_ABSTIME = 1
LAZY = (0).to_bytes(8, "little") + (50_000_000).to_bytes(8, "little")  # 50 ms, as the kernel takes it
UNKNOWN = float("inf")  # when a tick is due that nothing was asked for
_HERE = __file__.rpartition("/")[0] + "/"
_PATIENCE_S = 0.5  # how long a stopping sampling thread is waited for


class NoTimerError(Exception):
    """This platform offers no timer of that kind."""


class PosixTimer:
    """A signal to the calling thread at a fixed interval of wall time.

    The kernel is asked for one signal at a time, and for the next when that has been handled: a process that waits in
    a system call which is taken up again handles none, and would be woken a thousand times a second for nothing. It
    is woken every 50 ms there, so that nothing is lost should a signal be.
    """

    name = "signal timer"

    def __init__(self, handler: Handler) -> None:
        """Find the library functions.

        Raises:
            NoTimerError: not a 64-bit Linux, or no way to call the C library.
        """
        if not sys.platform.startswith("linux") or sys.maxsize < 2**32:
            raise NoTimerError(sys.platform)
        self.handler = handler
        self.signal = int(_signal.SIGURG)
        self.timer: Any = None
        self.interruptible = False
        self.interval_s = self.last = self.first_s = 0.0
        try:
            self._create, self._set, self._delete, self._pointer, self._byref, self._argument_error = _library()
        except (ImportError, OSError, AttributeError, TypeError) as error:
            raise NoTimerError(str(error)) from error

    def start(self, interval_s: float) -> float:
        """Let the timer fire in the calling thread, which must be the main one; gives when, as `again` does.

        Raises:
            NoTimerError: the kernel refuses, or the signal would wait for ever.
        """
        event = (0).to_bytes(8, "little") + self.signal.to_bytes(4, "little") + SIGEV_THREAD_ID.to_bytes(4, "little")
        event += _thread.get_native_id().to_bytes(4, "little")
        timer = self._pointer()
        _SET_HANDLER(self.signal, self.handler)
        _signal.siginterrupt(self.signal, self.interruptible)
        if self.signal in _BLOCKED(_signal.SIG_BLOCK, ()):
            raise NoTimerError("the signal is blocked")
        if self._create(CLOCK_MONOTONIC, event.ljust(SIGEVENT_BYTES, b"\0"), self._byref(timer)):
            raise NoTimerError("timer_create")
        self.timer = timer
        self.first_s = self.first_s or interval_s
        self.last = time.perf_counter()
        return self.set_interval(interval_s)

    def set_interval(self, interval_s: float) -> float:
        """Change how often a running timer fires; 0 silences it. The lines of the grid go on from the last one.

        Returns:
            When the next signal comes, as `again` does.

        Raises:
            NoTimerError: the kernel refuses.
        """
        if self.timer is None:
            return UNKNOWN  # the last tick, after the clock was stopped, may still want another pace
        self.interval_s = interval_s
        if interval_s:
            return self.again()
        self._ask(0, bytes(32))
        return UNKNOWN

    def again(self) -> float:
        """Ask for the next signal.

        It comes on a grid of the interval, wherever between its lines the last one was handled: counted from there, it
        would keep step with calls into C of about that length, and always meet the program behind them.

        Returns:
            When it comes, `time.perf_counter()`.

        Raises:
            NoTimerError: the kernel refuses.
        """
        interval = self.interval_s
        if self.timer is None or not interval:
            return UNKNOWN
        self.last = at = _next_line(self.last, interval)
        whole = int(at)
        spec = LAZY + whole.to_bytes(8, "little") + int((at - whole) * 1e9).to_bytes(8, "little")
        self._ask(TIMER_ABSTIME, spec)
        return at

    def soon(self) -> float:
        """Ask for a signal after the first, short interval, and then go on as before; gives when, as `again` does."""
        if self.timer is None or not self.interval_s:
            return UNKNOWN
        first_s = min(self.first_s, self.interval_s)
        self._ask(0, LAZY + (0).to_bytes(8, "little") + int(first_s * 1e9).to_bytes(8, "little"))
        return time.perf_counter() + first_s

    def _ask(self, flags: int, spec: bytes) -> None:
        try:
            refused = self._set(self.timer, flags, spec, None)
        except self._argument_error:  # this call is right: only a stack without room makes its arguments fail
            raise RecursionError from None
        if refused:
            raise NoTimerError("timer_settime")

    def let_system_calls_be_interrupted(self, yes: bool) -> None:
        """Whether a sample wakes the main thread out of a lock or a read.

        With a single thread it must not: C code that does not retry would return early. With more it must: or the
        main thread, asleep in `join`, would never sample the others.
        """
        if yes != self.interruptible:
            self.interruptible = yes
            _signal.siginterrupt(self.signal, yes)

    def stop(self) -> None:
        """Delete the timer; the handler stays, for a signal that is still on its way."""
        timer, self.timer = self.timer, None  # before: a tick that runs right after the deletion asks for no other
        if timer is not None:
            self._delete(timer)

    def forget(self) -> None:
        """In the child of a fork, which inherits no timer."""
        self.timer = None


class SamplingThread:
    """A thread that looks at the main one: no signals, but it waits for the interpreter lock before each look."""

    name = "sampling thread"

    def __init__(self, handler: Handler) -> None:
        """Remember whom to call with `(0, frame of the main thread)`."""
        self.handler = handler
        self.interval_s = 0.001
        self.last = 0.0
        self.ident: int | None = None
        self._main = 0
        self._stopping = False

    def start(self, interval_s: float) -> float:
        """Look at the calling thread from a new one, at about this interval; gives when, as `again` does."""
        self.interval_s, self.last = interval_s, time.perf_counter()
        self._main = _thread.get_ident()
        self._stopping = False
        due_at = self.again()
        self.ident = _START_THREAD(self._run, ())
        return due_at

    def set_interval(self, interval_s: float) -> float:
        """Change the interval; gives when the next look is due, as `again` does."""
        self.interval_s = interval_s
        return self.again()

    def again(self) -> float:
        """The next line of the grid, for the same reason as the signal timer has one; gives when it is."""
        if not self.interval_s:
            return UNKNOWN
        self.last = _next_line(self.last, self.interval_s)
        return self.last

    def let_system_calls_be_interrupted(self, yes: bool) -> None:
        """Nothing is interrupted here."""

    def stop(self) -> None:
        """End the thread and wait for it, so that a fork that follows has one thread less to warn of."""
        self._stopping = True
        deadline = time.perf_counter() + _PATIENCE_S
        while self.ident is not None and time.perf_counter() < deadline:
            time.sleep(0.0005)

    def forget(self) -> None:
        """In the child of a fork, where the thread does not exist."""
        self.ident = None

    def _run(self) -> None:
        sleep, frames, main, handler = time.sleep, sys._current_frames, self._main, self.handler
        while not self._stopping:
            self.again()
            sleep(max(self.last - time.perf_counter(), 0.0) if self.interval_s else 0.01)
            if self._stopping or not self.interval_s:
                continue
            frame = frames().get(main)
            while frame is not None and frame.f_code.co_filename.startswith(_HERE):
                frame = frame.f_back  # our own listener to the collector is at its end
            if frame is not None:
                handler(0, frame)
                frame = None  # else its locals would live until the next look
        self.ident = None


def _next_line(last: float, interval_s: float) -> float:
    """The first line after now of the grid through `last`."""
    return last + interval_s * ((time.perf_counter() - last) // interval_s + 1)


_START_THREAD = _thread.start_new_thread  # both before anyone wraps them
_SET_HANDLER = _signal.signal
_BLOCKED = getattr(_signal, "pthread_sigmask", lambda *_: ())


def make_clock(handler: Handler, kind: str) -> PosixTimer | SamplingThread:
    """The best clock of this platform, or the thread where `kind` is `thread`."""
    if kind != "thread":
        try:
            return PosixTimer(handler)
        except NoTimerError:
            pass
    return SamplingThread(handler)


def _library() -> tuple[Any, ...]:
    """`timer_create`, `timer_settime`, `timer_delete`, a pointer type, `byref`, and what a wrong argument raises."""
    import _ctypes

    class Int(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "i"

    class Pointer(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "P"

    class Bytes(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "z"

    def function(name: str, *arguments: Any) -> Any:
        address = None
        for library in (None, "librt.so.1"):
            try:
                address = _ctypes.dlsym(_ctypes.dlopen(library, 0), name)  # type: ignore[arg-type]
                break
            except OSError:
                continue
        if address is None:
            raise OSError(name)
        flags = _ctypes.FUNCFLAG_CDECL
        kind = type(name, (_ctypes.CFuncPtr,), {"_flags_": flags, "_restype_": Int, "_argtypes_": arguments})
        return kind(address)

    return (
        function("timer_create", Int, Bytes, Pointer),
        function("timer_settime", Pointer, Int, Bytes, Pointer),
        function("timer_delete", Pointer),
        Pointer,
        _ctypes.byref,
        _ctypes.ArgumentError,
    )
