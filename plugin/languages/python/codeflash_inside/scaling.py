"""Times a callable at growing sizes: CPU seconds, in several rounds over all sizes, and peak bytes in a pass of its own."""

from __future__ import annotations

import contextlib
import gc
import random
import resource
import signal
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

from codeflash_inside.calling import Unusable, load, maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK_S = 0.004  # a shorter time than this is measured over several calls
MOST_CALLS = 2000
STEEP = 40.0  # a doubling that takes so many times as long is nearer to exponential: sizes then grow by addition
LARGEST = 1 << 26
MOST_SIZES = 14
FEWEST_STEPS = 8
FEWEST_SIZES = 5


class _TooLongError(Exception):
    pass


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Choose sizes unless they are given, then time them in `rounds` rounds, each in an order of its own."""
    try:
        function = load(request["callable"])
        make = maker(request.get("input"), request["callable"])
        sizes = request.get("sizes") or choose(function, make, request["start"], request["call_s"])
    except Unusable as problem:
        return {"problem": str(problem)}
    chance = random.Random(0)  # noqa: S311 - an order, not a secret
    calls: dict[int, int] = {}
    times: dict[int, list[float]] = {size: [] for size in sizes}
    walls: dict[int, list[float]] = {size: [] for size in sizes}
    gave_up = blocks = 0
    deadline = time.monotonic() + request["budget_s"]
    try:
        for _ in range(request["rounds"]):
            order = list(sizes)
            chance.shuffle(order)
            for size in order:
                if size not in calls:
                    first = once(function, make, size, 1)[0]
                    calls[size] = max(1, min(MOST_CALLS, int(BLOCK_S / max(first, 1e-7))))
                before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
                cpu, wall = once(function, make, size, calls[size])
                gave_up += resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
                blocks += 1
                times[size].append(cpu)
                walls[size].append(wall)
            if time.monotonic() > deadline and all(len(one) >= 3 for one in times.values()):
                break
        peaks = {size: peak(function, make, size) for size in sizes} if request["memory"] else {}
    except Exception as error:  # noqa: BLE001 - the user's callable may raise anything
        return {"problem": f"{request['callable']} raised {type(error).__name__}: {error}; check --input"}
    # Who waits gives the processor up by itself; who is only kept waiting by others does not.
    waits = gave_up > blocks
    return {"sizes": sizes, "cpu_s": times, "wall_s": walls, "peak_bytes": peaks, "waits": waits}


def once(
    function: Callable[..., Any], make: Callable[[int], tuple[Any, ...]], size: int, calls: int
) -> tuple[float, float]:
    """CPU and wall seconds of one call, over `calls` calls, each with arguments of its own."""
    inputs = [make(size) for _ in range(calls)]
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        for arguments in inputs:
            function(*arguments)
        return (time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls
    finally:
        if collecting:
            gc.enable()


def _least(function: Callable[..., Any], make: Callable[[int], tuple[Any, ...]], size: int, repeats: int) -> float:
    """The shortest of a few single calls: CPU seconds, or the clock's where it mostly waits."""
    found = [once(function, make, size, 1) for _ in range(repeats)]
    cpu, wall = min(one for one, _ in found), min(one for _, one in found)
    return wall if wall > 10 * cpu else cpu


def peak(function: Callable[..., Any], make: Callable[[int], tuple[Any, ...]], size: int) -> int:
    """Bytes that a call had allocated at once, the arguments and the result included."""
    gc.collect()
    tracemalloc.start()
    try:
        arguments = make(size)
        result = function(*arguments)
        del result
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def choose(
    function: Callable[..., Any], make: Callable[[int], tuple[Any, ...]], start: int, call_s: float
) -> list[int]:
    """Sizes by doubling until a call takes `call_s`, or by addition where doubling explodes.

    Raises:
        Unusable: the first size raises or takes too long already.
    """
    tried: list[tuple[int, float]] = []
    size = start
    limit = max(3.0, 8 * call_s)
    before = 0.0
    while size <= LARGEST:
        try:
            with _limited(limit):
                seconds = _least(function, make, size, 3)
        except _TooLongError:
            if not tried:
                raise Unusable(
                    f"a call of size {start} takes longer than {limit:.0f} s; give smaller --sizes"
                ) from None
            return _additive(function, make, tried[-1][0], size, call_s)
        except Exception as error:
            if not tried:
                raise Unusable(
                    f"a call of size {start} raised {type(error).__name__}: {error}; check --input"
                ) from error
            break  # e.g. recursion; the sizes so far will have to do
        if tried and seconds > max(STEEP * tried[-1][1], 1e-3):
            # Another process may have been in between, at this size or at the one before.
            with _limited(20 * limit):
                seconds = min(seconds, _least(function, make, size, 3))
                before = max(tried[-1][1], _least(function, make, tried[-1][0], 3))
        if tried and seconds > max(STEEP * before, 1e-3):
            return _additive(function, make, tried[-1][0], size, call_s)
        tried.append((size, seconds))
        before = seconds
        if seconds > call_s:
            break
        size *= 2
    if len(tried) < FEWEST_SIZES:  # it grows so fast, or began so late, that doubling gives too few
        last = tried[-1][0]
        step = max(1, last // FEWEST_STEPS)
        return list(range(max(1, last - (FEWEST_STEPS - 1) * step), last + 1, step))
    telling = [one for one, seconds in tried if seconds > 3e-5] or [one for one, _ in tried]
    return telling[-MOST_SIZES:] if len(telling) >= 5 else [one for one, _ in tried][-MOST_SIZES:]


def _additive(
    function: Callable[..., Any], make: Callable[[int], tuple[Any, ...]], low: int, high: int, call_s: float
) -> list[int]:
    """Sizes from `low` on in equal steps, of which a call of the last takes up to `call_s`."""
    step = max(1, (high - low) // 16)
    sizes: list[int] = []
    size = low
    limit = max(2.0, 8 * call_s)
    while size < high and len(sizes) < MOST_SIZES * 2:
        try:
            with _limited(limit):
                seconds = _least(function, make, size, 2)
        except _TooLongError:
            break
        sizes.append(size)
        if seconds > call_s:
            break
        size += step
    # A busy machine may have ended that early; smaller sizes tell as much.
    while len(sizes) < FEWEST_STEPS and sizes[0] - step >= 1:
        sizes.insert(0, sizes[0] - step)
    return sizes[-MOST_SIZES:]


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """End the block after so many seconds, where the platform can."""

    def ring(_signal: int, _frame: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
