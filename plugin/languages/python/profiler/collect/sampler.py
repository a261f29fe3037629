"""CPU and wall time by sampling: what each tick of the clock does.

A tick charges CPU time, not "one sample", since ticks come late when C code runs long. What counts is where the program
was at the lines of the clock's grid: which a late tick knows too, as from the line on which it was due to its end the
program was in C code that the stack called. The CPU time between two lines is shared by the two places. It is not taken
from one tick to the next: a late one is at the very end of what it met, which would get a share of what follows, while
the start of what follows would lose one. A tick's own CPU time is charged to nobody.
"""

from __future__ import annotations

from .originals import time
from .timer import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .loop import LoopWatch
    from .resident import Resident
    from .state import State
    from .threads import Threads
    from .timer import Handler


def make_tick(
    state: State, *, resident: Resident, threads: Threads, loop: LoopWatch, due: Callable[[float], None]
) -> Handler:
    """The signal handler of the joint pass.

    `due` is called with the time at the end of every tick, and writes out what was seen when it is time to.
    Everything that a tick touches is bound here once, since it runs a thousand times a second.
    """
    now, own_cpu = time.perf_counter, time.thread_time
    walk, level, read_resident = state.walk, resident.level, resident.read
    sample_threads, any_threads, look_for_asyncio = threads.sample, threads.count, loop.look
    queued_since_last = loop.delay.since_last

    def tick(_signal: int, frame: FrameType | None) -> None:
        wall, cpu, own = now(), state.cpu(), own_cpu()
        stack = walk(frame)
        wall_delta, cpu_delta = wall - state.last_wall, cpu - state.last_cpu
        collected = state.collector_cpu
        if collected:
            # CPU, not wall: collections often run inside the tick's own deltas from 3.12 on.
            cpu_delta = max(cpu_delta - collected, 0.0)
            state.collector_cpu = 0.0
        row = state.stacks.get(stack)
        if row is None:
            row = state.stacks[stack] = [0, 0.0, 0.0]
        early, tail = split(cpu_delta, state.due_at - state.last_wall - collected, wall - state.due_at, state.usual_s)
        state.due_at = UNKNOWN
        shared, state.tail = state.tail + early, tail
        part, before = shared + cpu_delta - early - tail, state.before
        if before is not None:
            # Somewhere between two lines of the grid the program went from there to here.
            half = shared / 2
            part -= half
            before[0][1] += half
            if before[1] is not None:
                state.lines[before[1]] = state.lines.get(before[1], 0.0) + half
        row[0] += 1
        row[1] += part
        row[2] += wall_delta
        state.top = stack[0] if stack else 0
        here = state.here
        if here is not None:
            state.lines[here] = state.lines.get(here, 0.0) + part
        state.before = (row, here)
        if loop.patched:
            queued = queued_since_last()
            since = state.handle_since
            if since:
                held = wall - since
                share = held / wall_delta if 0 < held < wall_delta else 1.0
                state.held.append((stack, wall_delta * share, cpu_delta * share, queued * share))
        else:
            look_for_asyncio()
        pages = read_resident()
        if pages != resident.last:
            level(pages, stack)
        if any_threads() or threads.clocks:
            sample_threads()
        state.samples += 1
        state.last_wall = wall
        due(wall)
        # A tick in a thread of its own takes none of the main one's time, which runs on while the tick reads files.
        state.last_cpu = cpu if state.apart else state.cpu()
        state.handler_cpu += own_cpu() - own

    return tick


def split(cpu_s: float, until_due_s: float, late_s: float, interval_s: float) -> tuple[float, float]:
    """How much of the CPU time between two ticks passed before the second was due, and how much after its last line.

    Args:
        cpu_s: CPU seconds from the end of one tick to the next.
        until_due_s: wall seconds from the first to when the second was due, infinite where that is not known.
        late_s: wall seconds from there to the second; lines of the grid follow there every `interval_s`.
        interval_s: wall seconds between two lines.

    Returns:
        CPU seconds; as much as can be passed before it was due, so that a wait behind it is given none of what ran
        before it.
    """
    early = min(cpu_s, max(until_due_s, 0.0))
    late = cpu_s - early
    if late <= 0.0 or late_s <= 0.0 or interval_s <= 0.0:
        return early, 0.0
    return early, late_s % interval_s * min(late / late_s, 1.0)


def guard(state: State, tick: Handler, again: Callable[[], None], broken: Callable[[Exception], None]) -> Handler:
    """`tick`, never inside itself or a collection's callbacks, and without failures that the program would see.

    `again` asks for the next one, however this one ended.

    What is skipped is carried by the next tick. An exception can also be the program's own, of a signal handler that
    ran inside the tick: that one must get through. No room on the stack is no failure: the program has none left.
    """

    def guarded(signal: int, frame: FrameType | None) -> None:
        if state.busy or state.collecting:
            again()
            return
        state.busy = True
        try:
            tick(signal, frame)
        except Exception as error:
            if not _ours(error):
                raise
            if not isinstance(error, RecursionError):
                broken(error)
        finally:
            state.busy = False
            again()

    return guarded


def _ours(error: Exception) -> bool:
    """Whether an exception was raised in this package's own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.rpartition("/")[0] == __file__.rpartition("/")[0]
