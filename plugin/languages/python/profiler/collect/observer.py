"""The observer of one process: a clock, the collector of the pass, and the shard they fill."""

from __future__ import annotations

import _thread
import sys

from .originals import os, time
from .sampler import guard
from .shard import Shard
from .state import State
from .timer import NoTimerError, SamplingThread, make_clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .config import Config
    from .parts import Part

COSTLY = 0.04  # share of the time that observing may take before it looks less often
SLOWEST_S = 0.01
PACE_S = 0.05  # how often the interval is chosen anew
ENOUGH = 300  # samples that the child of a fork is taken to have already when its interval is chosen


class Observer:
    """Observes this process from `start` to `finish`."""

    def __init__(self, config: Config) -> None:
        """Prepare the collector of the pass that `config` asks for."""
        self.config = config
        self.state = State(config.roots)
        self.shard = Shard(config.folder)
        self.part = _part(self)
        self.tick = guard(self.state, self.part.tick, self._again, self._broken)
        self.clock = make_clock(self.tick, config.clock)
        self.interval_s = self.part.interval_s
        self.pid = os.getpid()
        self.finished = False
        self.samples = 0
        self.begun = self.next_flush = self.last_flush = self.next_pace = self.paced_cpu = 0.0

    def start(self) -> None:
        """Begin to observe, in the main thread."""
        replaced = any(name.startswith(f"{self.pid}-") for name in os.listdir(self.config.folder))
        self._introduce("start")
        if not replaced:  # by exec: what it used before is in the record of before
            self.part.began(time.thread_time())
        self.part.start()
        try:
            self._start_clock()
        except (NoTimerError, ValueError):  # ValueError: signals belong to the main thread of the main interpreter
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def _start_clock(self) -> None:
        state = self.state
        by_thread = isinstance(self.clock, SamplingThread)
        state.cpu, state.apart = _cpu_of_this_thread() if by_thread else time.thread_time, by_thread
        state.usual_s = self.interval_s
        state.last_wall, state.last_cpu, state.collector_cpu = time.perf_counter(), state.cpu(), 0.0
        self.part.clock_changed(self.clock)
        state.due_at = self.clock.start(self.interval_s)

    def _again(self) -> None:
        """Ask for the next tick; where the timer is gone, the sampling thread takes over.

        While a loop has nothing to do the kernel's own ticks suffice, which are few: the next callback asks for more.
        """
        if self.part.rests() and not isinstance(self.clock, SamplingThread):
            self.part.loop.before_callback = self._wake
            return
        try:
            self.state.due_at = self.clock.again()
        except RecursionError:  # the kernel sends one by itself before long
            pass
        except NoTimerError:
            self.avoid_signals()

    def _wake(self) -> None:
        """A callback of the loop is about to run after a rest."""
        self.part.loop.before_callback = None
        if not isinstance(self.clock, SamplingThread):
            try:
                self.state.due_at = self.clock.soon()
            except NoTimerError:
                self.avoid_signals()

    def use_clock(self, kind: str) -> None:
        """Change between the signal timer (`auto`) and the sampling thread (`thread`), in the main thread only."""
        if self.finished or _thread.get_ident() != self.state.main:
            return
        if isinstance(self.clock, SamplingThread) == (kind == "thread"):
            return
        self.clock.stop()
        self.clock = make_clock(self.tick, kind)
        try:
            self._start_clock()
        except NoTimerError:
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def pause(self, yes: bool) -> None:
        """Send no signals for a while, in the main thread; what passes is charged by the next tick."""
        if not self.finished and _thread.get_ident() == self.state.main and not isinstance(self.clock, SamplingThread):
            self._set_interval(0 if yes else self.interval_s)

    def _set_interval(self, interval_s: float) -> None:
        """Let the clock tick at another interval; the sampling thread takes over from a timer that the kernel refuses."""
        try:
            self.state.due_at = self.clock.set_interval(interval_s)
        except NoTimerError:
            self.avoid_signals()

    def step_aside(self) -> None:
        """Observe from another thread only, for good: the program follows every call of the main one."""
        if _thread.get_ident() == self.state.main:
            self.avoid_signals()
            self.part.step_aside()

    def avoid_signals(self) -> None:
        """Let the sampling thread take over for good."""
        if _thread.get_ident() == self.state.main:
            self.config.clock = "thread"
            self.use_clock("thread")

    def due(self, now: float) -> None:
        """Write out what was seen when it is time to; look less often when looking costs too much."""
        if now < self.next_pace:
            return
        self._pace(now)
        if now >= self.next_flush:
            self.samples += self.state.samples
            self.flush("periodic")

    def _pace(self, now: float) -> None:
        """Choose the interval anew: by how many samples there are, whether anything runs, and what looking costs."""
        cpu = time.process_time()
        running = (cpu - self.paced_cpu) / (now - self.next_pace + PACE_S)
        interval = self.part.pace(self.samples + self.state.samples, self.interval_s, running)
        if self.state.handler_cpu > COSTLY * max(now - self.last_flush, PACE_S):
            interval = max(interval, min(self.interval_s * 2, SLOWEST_S))
        if interval != self.interval_s:
            self.interval_s = self.state.usual_s = interval
            self._set_interval(interval)
        self.next_pace, self.paced_cpu = now + PACE_S, cpu

    def exec_follows(self) -> None:
        """The program is about to be replaced: charge what passed, write out what was seen, and go on should that fail."""
        try:
            if _thread.get_ident() == self.state.main and not self.state.apart and not self.finished:
                self.tick(0, _outside(sys._getframe()))
            self.flush("exec")
        except Exception as error:
            self._broken(error)

    def flush(self, cause: str) -> None:
        """Write a record of what is new."""
        if self.finished or os.getpid() != self.pid:
            return
        sums, latest = self.part.sums(), self.part.latest()
        now = time.perf_counter()
        self.shard.append(
            {
                "kind": "seen",
                "codes": self.state.new_codes(),
                "sums": sums,
                "latest": latest,
                "cause": cause,
                "wall": now - self.begun,
                "cpu": time.process_time(),
                "children": sum(os.times()[2:4]),
                "argv": [str(word)[:200] for word in getattr(sys, "orig_argv", getattr(sys, "argv", ()))][:20],
                "interval_s": self.interval_s,
                "clock": self.clock.name,
            }
        )
        self.last_flush = now
        # A flush that is slow (a full table, a slow disk) is made less often.
        self.next_flush = now + max(self.config.flush_s, 50 * (time.perf_counter() - now))

    def finish(self, cause: str) -> None:
        """End observing and write the last record; once only, and only in the process that began."""
        if self.finished or os.getpid() != self.pid:
            return
        try:
            self.clock.stop()
            self.state.busy = True  # a tick that is still on its way would take from the record what is put into it
            self.part.stop(_outside(sys._getframe()))
            self.flush(cause)
        except Exception as error:
            self._broken(error)
        self.finished = True

    def _broken(self, error: Exception) -> None:
        """Give up observing this process after a failure of our own; write out what was seen, and leave a note."""
        try:
            self.clock.stop()
            self.flush("failure")
        except Exception:
            pass
        self.finished = True
        complain(self.config.folder, error)

    def before_fork(self) -> None:
        """A sampling thread would make the fork warn of threads; it begins again with the loop's next callback."""
        if isinstance(self.clock, SamplingThread) and not self.finished:
            self.clock.stop()
            if self.part.loop is not None:
                self.part.loop.before_callback = self._resume_thread

    def _resume_thread(self) -> None:
        if self.part.loop is not None:
            self.part.loop.before_callback = None
        if isinstance(self.clock, SamplingThread) and self.clock.ident is None and not self.finished:
            self._start_clock()

    def after_fork_in_child(self) -> None:
        """The child is a process of its own: new tables, a new shard, a new timer."""
        if self.finished:
            return
        try:
            self._begin_as_child()
        except Exception as error:
            self._broken(error)

    def _begin_as_child(self) -> None:
        parent = self.pid
        self.pid = os.getpid()
        self.clock.forget()
        self.state.cpu = time.thread_time  # a clock of the parent's thread does not exist here
        self.state.clear()
        self.part.forget()
        self.samples = max(self.samples, ENOUGH)  # there may be many such children, each short
        self.interval_s = self.part.pace(self.samples, self.interval_s, 1.0)
        self.shard = Shard(self.config.folder)
        self._introduce("fork", parent)
        self.part.began(time.thread_time())
        try:
            self._start_clock()
        except (NoTimerError, ValueError):
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def _introduce(self, origin: str, parent: int | None = None) -> None:
        self.begun = self.last_flush = time.perf_counter()
        self.next_flush = self.begun + self.config.flush_s
        self.next_pace, self.paced_cpu = self.begun + PACE_S, time.process_time()
        try:
            folder = os.getcwd()
        except OSError:  # it was deleted
            folder = ""
        self.shard.append(
            {
                "kind": "process",
                "pid": self.pid,
                "parent": parent if parent is not None else os.getppid(),
                "origin": origin,
                "cwd": folder,
                "version": ".".join(map(str, sys.version_info[:3])),
                "executable": sys.executable or "",
                "path": [entry for entry in sys.path if isinstance(entry, str)],
                "mode": self.config.mode,
                "clock": self.clock.name,
                "began": time.time(),
                "stdlib": os.path.dirname(os.__file__),
            }
        )

    def new_file(self) -> str:
        """A name beside the shard for a collector that writes a file of its own."""
        return self.shard.path[: -len("shard")] + "memray"


def complain(folder: str, error: Exception) -> None:
    """Leave a note of a failure of our own for the launcher."""
    try:
        handle = os.open(f"{folder}/{os.getpid()}.problem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        os.close(handle)
    except Exception:
        pass


def _part(observer: Observer) -> Part:
    """The collector of the pass; each pass imports only its own."""
    from . import parts

    config, state = observer.config, observer.state
    if config.mode == "calls":
        from .calls import make_calls
        from .instances import WithCensus

        return WithCensus(make_calls(state, observer.due, config.suspects, observer.avoid_signals, config.until))
    if config.mode == "allocations":
        from .allocations import make_allocations

        return make_allocations(
            state,
            observer.due,
            engine=config.engine,
            frames=config.frames,
            path=observer.new_file,
            lent=config.lent,
            budget_s=config.budget_s,
        )
    if config.mode == "async":
        return parts.AsyncWaits(state, observer.due)
    return parts.Joint(state, observer.due, config.interval_s)


def _cpu_of_this_thread() -> Callable[[], float]:
    """A function that reads this thread's CPU clock from any other thread."""
    if sys.platform.startswith("linux"):
        clock = (~_thread.get_native_id() << 3) | 6
        return lambda: time.clock_gettime(clock)
    return time.process_time


def _outside(frame: FrameType | None) -> FrameType | None:
    """The first frame that is not one of ours."""
    here = os.path.dirname(__file__)
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    return frame
