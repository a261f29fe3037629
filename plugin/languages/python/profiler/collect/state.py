"""What the collectors of one process share: tables of code and stacks, and a few moments in time."""

from __future__ import annotations

import _thread

from .originals import time
from .timer import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    Stack = tuple[int, ...]  # identities of code objects, innermost first

MAX_DEPTH = 500  # frames of a stack that are kept, counted from the innermost


class State:
    """Counters since the last flush, and what outlives it.

    Attributes:
        codes: identity of a code object → that object; kept alive, so that an identity names one code for good.
        stacks: stack of the main thread → `[samples, cpu seconds, wall seconds]`, collections excluded.
        others: the same for the other threads.
        lines: the project's innermost code and its current line → CPU seconds, over all threads.
        here: where the last walk met the project's innermost code, None where it met none.
        collections: stack that set them off → `[collections, cpu s, wall s, longest s, young, full]`.
        top: the code that the last sample of the main thread met.
        before: row and place of the last sample, while that row is in `stacks`.
        usual_s: seconds between two lines of the clock's grid.
        due_at: the line of the grid for which the next sample is asked, `time.perf_counter()`; infinite where not known.
        tail: CPU seconds after the last line before the last sample, which are charged with the next.
        main: identifier of the thread that samples.
        last_wall, last_cpu: where the next sample's deltas start.
        collector_cpu: CPU seconds of collections since the last sample, not to be charged twice.
        apart: samples of the main thread are taken in another one.
        busy: a sample is being taken; collecting: a collection is running.
        handle_since: when the event loop of the main thread entered its current callback, or 0.
        held: samples within that callback, `(stack, wall s, cpu s, s in the queue for a processor)`.
        cpu: the CPU clock of the main thread, readable from where samples are taken.
        samples, handler_cpu: number of samples, and the CPU seconds that observing took.
    """

    __slots__ = (
        "apart",
        "before",
        "busy",
        "codes",
        "collecting",
        "collections",
        "collector_cpu",
        "cpu",
        "due_at",
        "handle_since",
        "handler_cpu",
        "held",
        "here",
        "last_cpu",
        "last_wall",
        "lines",
        "main",
        "others",
        "own",
        "roots",
        "samples",
        "stacks",
        "tail",
        "top",
        "usual_s",
        "written",
    )

    def __init__(self, roots: tuple[str, ...] = ()) -> None:
        """Start with nothing seen, in the thread that will sample; code below `roots` is the project's own."""
        self.roots = tuple(root.rstrip("/") + "/" for root in roots)
        self.cpu: Callable[[], float] = time.thread_time
        self.apart = False
        self.clear()

    def clear(self) -> None:
        """Forget what was counted: at the start, and in the child of a fork, whose parent reports it."""
        self.codes: dict[int, CodeType] = {}
        self.written = 0
        self.stacks: dict[Stack, list[float]] = {}
        self.others: dict[Stack, list[float]] = {}
        self.lines: dict[tuple[int, int], float] = {}
        self.own: set[int] = set()
        self.here: tuple[int, int] | None = None
        self.top = 0
        self.before: tuple[list[float], tuple[int, int] | None] | None = None
        self.usual_s = self.tail = 0.0
        self.due_at = UNKNOWN
        self.collections: dict[Stack, list[float]] = {}
        self.main = _thread.get_ident()
        self.last_wall = time.perf_counter()
        self.last_cpu = self.cpu()
        self.collector_cpu = 0.0
        self.busy = self.collecting = False
        self.handle_since = 0.0
        self.held: list[tuple[Stack, float, float, float]] = []
        self.samples = 0
        self.handler_cpu = 0.0

    def walk(self, frame: FrameType | None) -> Stack:
        """The stack that ends in `frame`, with its code objects noted."""
        codes, own = self.codes, self.own
        stack: list[int] = []
        here = None
        while frame is not None and len(stack) < MAX_DEPTH:
            code = frame.f_code
            identity = id(code)
            if identity not in codes:
                self._know(code)
            if here is None and identity in own:
                here = (identity, frame.f_lineno or _line_before(code, frame.f_lasti))
            stack.append(identity)
            frame = frame.f_back
        self.here = here
        return tuple(stack)

    def _know(self, code: CodeType) -> None:
        """Note a code object, and whether it may be the project's, so that its lines matter; the analysis decides.

        A relative file name is one of a script that was started from its own folder.
        """
        self.codes[id(code)] = code
        if code.co_filename.startswith(self.roots) or not code.co_filename.startswith(("/", "<")):
            self.own.add(id(code))

    def note(self, code: Any) -> int:
        """The identity of a code object, noted; 0 for anything that is none."""
        if not hasattr(code, "co_firstlineno"):
            return 0
        identity = id(code)
        if identity not in self.codes:
            self._know(code)
        return identity

    def new_codes(self) -> list[tuple[int, str, str, int, int, bool]]:
        """Code objects noted since the last call: identity, file, name, first line, flags, whether qualified."""
        fresh = list(self.codes.items())[self.written :]
        self.written += len(fresh)
        return [
            (
                identity,
                code.co_filename,
                getattr(code, "co_qualname", code.co_name),
                code.co_firstlineno,
                code.co_flags,
                hasattr(code, "co_qualname"),
            )
            for identity, code in fresh
        ]

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values for a shard; counting starts anew."""
        stacks, self.stacks = self.stacks, {}
        self.before = None
        others, self.others = self.others, {}
        lines, self.lines = self.lines, {}
        collections, self.collections = self.collections, {}
        samples, self.samples = self.samples, 0
        handler, self.handler_cpu = self.handler_cpu, 0.0
        return {
            "stacks": [(stack, *row) for stack, row in stacks.items()],
            "threads": [(stack, *row) for stack, row in others.items()],
            "lines": [(*place, cpu) for place, cpu in lines.items()],
            "collections": [(stack, *row) for stack, row in collections.items()],
            "samples": samples,
            "handler_cpu": handler,
        }


def _line_before(code: CodeType, offset: int) -> int:
    """The line of the last instruction at or before `offset` that has one: jumps back in a loop often have none."""
    line = code.co_firstlineno
    for start, _, number in getattr(code, "co_lines", tuple)():  # 3.9: every instruction has a line
        if start > offset:
            break
        line = number or line
    return line
