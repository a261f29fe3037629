"""Memory exactly, in a pass of its own: an allocator hook costs so much that no timing of this pass is published.

memray where this interpreter can import it, or where the launcher lends it: bytes live at the peak, malloc of C
libraries included. Else tracemalloc, in `traced`.
"""

from __future__ import annotations

import sys

from .levels import Levels
from .originals import os, time
from .parts import Part
from .threads import Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import Stack, State
    from .timer import PosixTimer, SamplingThread

_WAITING = ("threading.py", "queue.py", "selectors.py", "concurrent/futures/thread.py", "socket.py", "sampler.py")
INTERVAL_S = 0.002
SNAPSHOTS_MS = 5  # memray notes how much it knows of as often


def make_allocations(
    state: State,
    due: Callable[[float], None],
    *,
    engine: str,
    frames: int,
    path: Callable[[], str],
    lent: str = "",
    budget_s: float = 0.0,
) -> Part:
    """The best collector of this interpreter; `path` names a new file beside the shard, `lent` a folder with memray."""
    if engine != "tracemalloc":
        with Lending(lent):
            try:
                import memray

                return Memray(state, due, memray, path)
            except Exception:
                if engine == "memray":
                    return Part(state, due)
    from .traced import Traced

    return Traced(state, due, frames, budget_s)


class Lending:
    """While this lasts, modules that the interpreter does not have come from a folder, if one is lent.

    After that the program finds none of them: what memray needs leaves the table of modules again, and the folder the
    path, so that `import rich` does in the program what it does without us.
    """

    def __init__(self, folder: str) -> None:
        """Lend `folder`; nothing where it is empty."""
        self.folder = folder
        self.before: set[str] = set()

    def __enter__(self) -> None:
        """Put the folder last on the path."""
        if self.folder:
            self.before = set(sys.modules)
            sys.path.append(self.folder)

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        if not self.folder:
            return
        if self.folder in sys.path:
            sys.path.remove(self.folder)
        sys.path_importer_cache.pop(self.folder, None)
        for name in set(sys.modules) - self.before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(self.folder) and name.partition(".")[0] != "memray":
                del sys.modules[name]


class Allocating(Part):
    """What both engines share: ticks also while the main thread waits for others, and the stack that is at work."""

    interval_s = INTERVAL_S

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Begin with the resident level of now."""
        super().__init__(state, due)
        self.threads = Threads(state)
        self.levels = Levels()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Whether it wakes the main thread is decided by whether there are others."""
        self.threads.clock = clock

    def start(self) -> None:
        """Watch threads start."""
        self.threads.watch_starts()

    def stack(self, frame: FrameType | None) -> Stack:
        """The stack that allocates: the main thread's, or while that one waits, that of one which does not."""
        if frame is not None and self.threads.count() and frame.f_code.co_filename.endswith(_WAITING):
            for ident, other in sys._current_frames().items():
                if ident != self.state.main and not other.f_code.co_filename.endswith(_WAITING):
                    return self.state.walk(other)
        return self.state.walk(frame)

    def sums(self) -> dict[str, Any]:
        """The points since the last call."""
        return {"levels": self.levels.take()}


class Memray(Allocating):
    """Writes memray's own file; the analysis reads it."""

    def __init__(self, state: State, due: Callable[[float], None], memray: Any, path: Callable[[], str]) -> None:
        """Track into the file that `path` names.

        Frames of C code are not asked for: sizes are the same without them, and functions of the project have none.
        """
        super().__init__(state, due)
        self.file = path()
        self.tracker = memray.Tracker(self.file, native_traces=False, follow_fork=True, memory_interval_ms=SNAPSHOTS_MS)
        self.version = str(getattr(memray, "__version__", ""))
        self.child = ""

    def start(self) -> None:
        """Track from now on."""
        super().start()
        self.tracker.__enter__()

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Note the resident level when it has changed, and write out what is due."""
        self.levels.look(self.stack(frame))
        self.due(time.perf_counter())

    def stop(self, frame: FrameType | None) -> None:
        """Complete the file."""
        self.levels.look(self.stack(frame))
        self.levels.resident.close()
        self.tracker.__exit__(None, None, None)

    def forget(self) -> None:
        """In the child of a fork memray goes on in a file of its own, named after the process."""
        self.child = f"{self.file}.{os.getpid()}"
        self.levels.forget()

    def latest(self) -> dict[str, Any]:
        """Where memray's file is."""
        return {"allocations": {"engine": "memray", "file": self.child or self.file, "version": self.version}}
