"""One run of the command: what it is connected to, how it ends, and what it costs."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from profiler.errors import CANNOT_START, ProfileError
from profiler.launch.tree import TreeWatch, kill, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

INSIST = 3  # whoever interrupts so often wants it to end
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


@dataclass
class Outcome:
    """How one run went.

    `exit_code` is negative for a signal, as `subprocess` has it. `cpu_s` is user and system time of the tree, as far
    as its processes waited for each other.
    """

    exit_code: int
    wall_s: float
    cpu_s: float
    rss_peak: int  # bytes
    timed_out: bool = False
    interrupted: bool = False
    pythons: dict[int, str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    others_s: float = 0.0


class Stdin:
    """Standard input for several runs: a file is read again from where it stood; a pipe is for the first run only."""

    def __init__(self) -> None:
        """Find out what standard input is."""
        self.seekable = False
        self.offset = 0
        self.spent = False
        with contextlib.suppress(OSError, ValueError):
            mode = os.fstat(0).st_mode
            if stat.S_ISREG(mode):
                self.seekable, self.offset = True, os.lseek(0, 0, os.SEEK_CUR)

    def next(self) -> int | IO[bytes] | None:
        """What the next run is given: None for the profiler's own."""
        if not self.spent:
            self.spent = True
            return None
        if not self.seekable:
            return subprocess.DEVNULL
        os.lseek(0, self.offset, os.SEEK_SET)
        return None


def run(
    argv: list[str], *, environment: Mapping[str, str], stdin: Stdin, shown: bool, timeout_s: float | None
) -> Outcome:
    """Run `argv` to its end, its output passed through when `shown`, else discarded.

    Raises:
        ProfileError: it could not be started.
    """
    quiet = None if shown else subprocess.DEVNULL
    with contextlib.suppress(OSError, ValueError, AttributeError):  # None where the descriptor was closed
        sys.stdout.flush()
        sys.stderr.flush()
    before = time.perf_counter()
    # Signals are caught before the command starts: one that came between would end the profiler and leave the command.
    with _signals_passed_on() as (received, follow):
        try:
            process = subprocess.Popen(argv, env=dict(environment), stdin=stdin.next(), stdout=quiet, stderr=quiet)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise ProfileError(f"cannot start {argv[0]}: {why}; check the command after --", CANNOT_START) from error
        watch = TreeWatch(process.pid, timeout_s)
        watch.start()
        follow(process.pid)
        status, usage = _wait(process.pid)
        wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for: subprocess must not wait again
    watch.stop()
    return Outcome(
        exit_code=process.returncode,
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        rss_peak=max(watch.peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)),
        timed_out=watch.timed_out,
        interrupted=signal.SIGINT in received or signal.SIGTERM in received,
        pythons=watch.pythons,
        others=watch.others,
        others_s=watch.others_s,
    )


def _wait(pid: int) -> tuple[int, Any]:
    _, status, usage = os.wait4(pid, 0)
    return status, usage


@contextlib.contextmanager
def _signals_passed_on() -> Iterator[tuple[list[int], Callable[[int], None]]]:
    """While the block runs, pass signals on to the command; Ctrl-C in a terminal reaches it by itself.

    Yields the signals received so far, and a function that tells the command's process id once it has one.
    """
    received: list[int] = []
    by_terminal = _in_foreground()
    command: list[int] = []

    def pass_on(number: int) -> None:
        if number == signal.SIGINT and by_terminal:
            return
        with contextlib.suppress(OSError):
            os.kill(command[0], number)

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if not command:
            return
        if received.count(signal.SIGINT) >= INSIST:
            kill(tree(command[0]))
        pass_on(number)

    def follow(pid: int) -> None:
        command.append(pid)  # first: a signal that comes now had better be passed on twice than not at all
        for number in tuple(received):
            pass_on(number)

    before = {}
    for name in ("SIGINT", *_FORWARDED):
        number = getattr(signal, name, None)
        # One that is ignored (nohup, a background job) stays ignored, for the command too.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):
                before[number] = signal.signal(number, handle)
    try:
        yield received, follow
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether a terminal sends its signals to the profiler and the command alike."""
    try:
        with open("/dev/tty", "rb") as terminal:  # noqa: PTH123 - a device
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
