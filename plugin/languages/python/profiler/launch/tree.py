"""The process tree of the command, seen from outside: resident memory at one instant, and which are Python."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from pathlib import Path

INTERVAL_S = 0.02
LOOKS = 3
LONGEST = 120  # characters of a command line that are kept
_PAGE = resource.getpagesize()


class TreeWatch:
    """Looks at the tree below one process every 20 ms, and kills it when `timeout_s` has passed.

    Attributes:
        peak: highest sum of resident bytes over the tree at one instant; pages that forks share count for each.
        pythons: process id → command line of the processes whose executable is a Python.
        others: process id → name of the programs that are not Python; others_s: for how many seconds they were seen.
        timed_out: whether the tree was killed.
    """

    def __init__(self, root: int, timeout_s: float | None) -> None:
        """Watch the tree of process `root` once started."""
        self.root = root
        self.deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self.peak = 0
        self.pythons: dict[int, str] = {}
        self.others: dict[int, str] = {}
        self._looks: dict[int, int] = {}
        self.timed_out = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End watching."""
        self._done.set()
        self._thread.join()
        # Seen once only, under the name of another: it had just been forked, to execute something else.
        for process, line in list(self.pythons.items()):
            if self._looks[process] == 1 and list(self.pythons.values()).count(line) > 1:
                del self.pythons[process]

    @property
    def others_s(self) -> float:
        """See the class."""
        return INTERVAL_S * sum(self._looks[process] for process in self.others)

    def _identify(self, process: int) -> None:
        program = _program(process)
        if program.startswith("python"):
            self.pythons[process] = _command_line(process)
            self.others.pop(process, None)
        elif program:
            self.pythons.pop(process, None)
            self.others[process] = program

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL_S):
            processes = tree(self.root)
            total = 0
            for process in processes:
                total += _resident(process)
                # More than once, since a process that has just been forked has its parent's name until it executes.
                looks = self._looks[process] = self._looks.get(process, 0) + 1
                if looks <= LOOKS:
                    self._identify(process)
            self.peak = max(self.peak, total)
            if self.deadline is not None and time.monotonic() > self.deadline and not self.timed_out:
                self.timed_out = True
                kill(processes)


def tree(root: int) -> list[int]:
    """Process `root` and all that descend from it now; only itself where the kernel does not tell."""
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - fifty times a second
                with contextlib.suppress(OSError):
                    found.extend(map(int, _read(f"/proc/{process}/task/{task}/children").split()))
    return found


def kill(processes: list[int]) -> None:
    """Kill these, the parents first, so that none starts another."""
    for process in processes:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _read(path: str) -> bytes:
    """A file of the kernel's, without the layers that cost more than the file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = b""
        while part := os.read(descriptor, 65536):
            data += part
        return data
    finally:
        os.close(descriptor)


def _resident(process: int) -> int:
    try:
        return int(_read(f"/proc/{process}/statm").split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _command_line(process: int) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    line = " ".join(word.decode("utf-8", "replace") for word in words if word)
    line = "".join(character if character.isprintable() else " " for character in line)
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def _program(process: int) -> str:
    """The name of the file that the process executes; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/exe").readlink().name
    except OSError:
        return ""
