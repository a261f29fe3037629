"""A small process of its own that runs one command at a time and says what its whole process tree used.

It is started as `python -I -S supervisor.py`, imports little and shares nothing with the engine, for three reasons:
a forked child inherits the forking process's peak memory as the floor of its own `ru_maxrss`, so the forking process
must be small; only a process that reaps orphans (a *subreaper*) learns the CPU time of daemons and can end them; and
when the engine dies, even by SIGKILL, the closed pipe makes this process end the command too.

Requests and answers are one JSON document a line, on standard input and output. A request has `argv`, `cwd`, `env`,
`stdout` and `stderr` (paths of files), `timeout_s` and, where the command is to be pinned, `cpus`; `run` says what the
answer has.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sys
import time

TYPE_CHECKING = False  # `typing` takes 10 ms to import
if TYPE_CHECKING:
    from typing import Any

SAMPLE_EVERY_S = 0.005
SAMPLE_SHARE = 25  # a look at the tree that costs t is followed by a rest of at least this many times t
LEFTOVER_PATIENCE_S = 0.1  # for helpers, such as multiprocessing's resource tracker, that end by themselves
KILL_PATIENCE_S = 5.0
FLOOR_SLACK = 1 << 20
PAGE = resource.getpagesize()
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
PR_SET_CHILD_SUBREAPER = 36
EXEC_FAILED = 127


class Tree:
    """The processes below this one, found in /proc; where there is none, always empty."""

    def __init__(self) -> None:
        """Know only this process."""
        self._own = os.getpid()
        self._members: set[int] = set()
        self._foreign: set[int] = {self._own}
        self.tasks = 0  # the most processes and threads that one look found
        self._lists_children = os.path.exists(f"/proc/{self._own}/task/{self._own}/children")  # noqa: PTH110 - pathlib is slow

    def start(self) -> None:
        """Get to know what ran before the command, where only that tells it from the command's own processes."""
        if not self._lists_children:
            self.look()

    def look(self) -> set[int]:
        """The process ids of all descendants that are alive now or wait to be reaped."""
        found = self._below() if self._lists_children else self._among_all()
        self.tasks = max(self.tasks, sum(len(threads_of(pid)) for pid in found))
        return found

    def _below(self) -> set[int]:
        """By the kernel's lists of children: what it costs depends on the tree, not on what else the machine runs."""
        found: set[int] = set()
        new = [self._own]
        while new:
            for pid in _children(new.pop()):
                if pid not in found:
                    found.add(pid)
                    new.append(pid)
        return found

    def _among_all(self) -> set[int]:
        """By the parents of all processes, for kernels that list no children."""
        try:
            present = {int(name) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208 - pathlib is slow
        except OSError:
            return set()
        # A process's parent changes only when it is orphaned, and then to this process, so once is enough to ask.
        self._members &= present
        self._foreign &= present
        parents = {pid: _parent(pid) for pid in present - self._members - self._foreign}
        for pid in sorted(parents):
            self._place(pid, parents)
        return set(self._members)

    def _place(self, pid: int, parents: dict[int, int]) -> None:
        path = [pid]
        while path[-1] in parents and parents[path[-1]] not in path:
            path.append(parents[path[-1]])
        ours = any(step == self._own or step in self._members for step in path[1:])
        (self._members if ours else self._foreign).add(pid)


def _children(pid: int) -> list[int]:
    """The children that the threads of `pid` have started."""
    found: list[int] = []
    for thread in threads_of(pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123
            found += map(int, file.read().split())
    return found


def threads_of(pid: int) -> list[int]:
    """The thread ids of a process, none where it is gone."""
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208 - pathlib is slow
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def own_peak_bytes() -> int:
    """The peak resident memory of this process, which its forks begin with.

    `ru_maxrss` would be wrong: it survives exec, so it is the peak of the engine that started this process, too.
    """
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/self/status", "rb") as file:  # noqa: PTH123
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def resident_bytes(pids: set[int]) -> int:
    """The resident memory of `pids` now, summed; pages that several share count for each."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123
            total += int(file.read().split()[1])
    return total * PAGE


def unpin(pids: set[int], cpus: set[int]) -> None:
    """Let every thread of `pids` run on all of `cpus`."""
    for pid in pids:
        for thread in threads_of(pid):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(thread, cpus)


class Usage:
    """What the reaped processes used."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.cpu_s = 0.0
        self.largest_bytes = 0

    def add(self, used: resource.struct_rusage) -> None:
        """Count a reaped process together with the children that it had reaped itself."""
        self.cpu_s += used.ru_utime + used.ru_stime
        self.largest_bytes = max(self.largest_bytes, used.ru_maxrss * MAXRSS_UNIT)

    def reap(self, root: int) -> tuple[int | None, bool]:
        """Reap all that ended; give the wait status of `root` if it was among them, and whether any child is left."""
        root_status = None
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return root_status, False
            if pid == 0:
                return root_status, True
            self.add(used)
            if pid == root:
                root_status = status


def spawn(request: dict[str, Any]) -> int:
    """Start the command in its own session, with no input; an error before exec is raised here as OSError."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if request.get("cpus"):
                os.sched_setaffinity(0, request["cpus"])
            for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec would pass that on
                signal.signal(number, signal.SIG_DFL)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            for target, path, mode in (
                (0, os.devnull, os.O_RDONLY),
                (1, request["stdout"], flags),
                (2, request["stderr"], flags),
            ):
                handle = os.open(path, mode, 0o600)
                os.dup2(handle, target)
            os.chdir(request["cwd"])
            os.execvpe(request["argv"][0], request["argv"], request["env"])  # noqa: S606
        except OSError as error:
            os.write(writer, str(error.errno or 0).encode())
        finally:
            os._exit(EXEC_FAILED)
    os.close(writer)
    said = os.read(reader, 16)
    os.close(reader)
    if said:
        os.waitpid(pid, 0)
        raise OSError(int(said), os.strerror(int(said)))
    return pid


def run(request: dict[str, Any], wake: int) -> dict[str, Any]:
    """Run one command to its end or its timeout, and end what it leaves behind.

    Returns:
        `error` (why it could not be started) or else `status` (as wait gives it; None after a timeout), `timed_out`,
        `wall_s`, `cpu_s` (user and system, the tree, orphans and killed processes included), `rss_bytes` (the highest
        of all looks at the tree's summed resident memory, or the exact peak of its largest process where that is
        higher), `leftovers` (processes that had to be killed) and `tasks` (the most processes and threads seen at one
        time). A command that is pinned and turns out to have a second task is pinned no longer.
    """
    usage = Usage()
    tree = Tree()
    tree.start()
    floor = own_peak_bytes()
    start = time.perf_counter()
    try:
        root = spawn(request)
    except OSError as error:
        return {"error": error.strerror, "errno": error.errno}
    deadline = start + request["timeout_s"]
    next_look = start + SAMPLE_EVERY_S
    peak = 0
    status: int | None = None
    while status is None:
        patience = max(0.0, min(next_look, deadline) - time.perf_counter())
        readable = select.select([wake, 0], [], [], patience)[0]
        now = time.perf_counter()
        if wake in readable:
            os.read(wake, 4096)
            status = usage.reap(root)[0]
        elif 0 in readable:  # no request comes before the answer to this one: the engine is gone
            end_all(root, usage, tree, patience_s=0.0)
            sys.exit(1)
        elif now >= deadline:
            break
        elif now >= next_look:
            present = tree.look()
            peak = max(peak, resident_bytes(present))
            if tree.tasks > 1 and request.get("cpus"):
                unpin(present, os.sched_getaffinity(0))
            cost = time.perf_counter() - now
            next_look = now + max(SAMPLE_EVERY_S, cost * SAMPLE_SHARE)
    wall = now - start
    timed_out = status is None
    leftovers = end_all(root, usage, tree, patience_s=0.0 if timed_out else LEFTOVER_PATIENCE_S)
    # Near the floor the figure is this process's, inherited by fork; then the looks are all that is known.
    if usage.largest_bytes > floor + FLOOR_SLACK or peak == 0:
        peak = max(peak, usage.largest_bytes)
    return {
        "error": None,
        "status": status,
        "timed_out": timed_out,
        "wall_s": wall,
        "cpu_s": usage.cpu_s,
        "rss_bytes": peak,
        "leftovers": leftovers,
        "tasks": tree.tasks,
    }


def end_all(root: int, usage: Usage, tree: Tree, *, patience_s: float) -> int:
    """Reap what is left below this process, killing it when it does not end by itself; return how many were killed."""
    give_up = time.perf_counter() + KILL_PATIENCE_S
    kill_at = time.perf_counter() + patience_s
    killed: set[int] = set()
    while usage.reap(root)[1] and time.perf_counter() < give_up:
        if time.perf_counter() >= kill_at:
            alive = tree.look()
            with contextlib.suppress(OSError):
                os.killpg(root, signal.SIGKILL)
            for pid in alive:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            killed |= alive
        time.sleep(0.001)
    return len(killed)


def adopt_orphans() -> None:
    """Make orphaned descendants children of this process (Linux; elsewhere they are lost to the accounts)."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes  # noqa: PLC0415 - may be missing

            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def read_line(buffer: bytearray) -> bytes | None:
    """The next line of standard input, unbuffered so that `select` sees all that is unread; None at its end."""
    while b"\n" not in buffer:
        chunk = os.read(0, 1 << 20)
        if not chunk:
            return None
        buffer += chunk
    line, _, rest = bytes(buffer).partition(b"\n")
    buffer[:] = rest
    return line


def main() -> int:
    """Answer requests until standard input ends."""
    adopt_orphans()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    buffer = bytearray()
    while True:
        line = read_line(buffer)
        if line is None:
            return 0
        answer = run(json.loads(line), reader)
        os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
