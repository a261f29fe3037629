"""Memory that no allocator hook sees: growth of resident memory that what the hook saw does not explain.

A ledger over time. Memory that the hook saw come is expected to become resident now or later; memory that it saw go may
stay resident, and be used again. What grows beyond both was obtained behind the hook's back (malloc through ctypes, a
C library that maps memory). The ledger gives how much it is; whose it is shows where a function made resident memory
rise by more than the hook saw of it.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any, NamedTuple

from profiler.collect.resident import WaterLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRACED = 1.1  # resident bytes that a byte of small objects takes: rounding
MAPPED = 1.0  # the same where the hook sees whole arenas
PASSED = 1.02  # above its highest known level by which memory must be to have gone on
EARLIER_S, LATER_S = 0.002, 0.012  # how far the hook's clock may be behind the level's


class Point(NamedTuple):
    """Resident bytes and bytes that the hook saw, at one time; `own` when the profiler itself moved them."""

    at: float
    resident: int
    seen: int
    stack: tuple[int, ...]
    own: bool


def with_heap(points: Iterable[Sequence[Any]], heap: list[tuple[float, int]]) -> list[Point]:
    """Points with what the hook saw filled in from its own notes, `(time, bytes)`, taken at other moments.

    The most that it notes shortly after counts: resident memory often shows an allocation first.
    """
    times = [at for at, _ in heap]
    filled = []
    for point in map(Point._make, points):
        first = bisect.bisect_left(times, point.at - EARLIER_S)
        last = bisect.bisect_right(times, point.at + LATER_S)
        near = heap[max(first - 1, 0) : last]
        filled.append(point._replace(seen=max((size for _, size in near), default=0)))
    return filled


def rises(points: Iterable[Sequence[Any]]) -> list[tuple[tuple[int, ...], float]]:
    """`(stack, bytes)` that resident memory was made of when it was highest, seen by a hook or not."""
    level: WaterLevel | None = None
    for point in map(Point._make, points):
        if level is None:
            level = WaterLevel(point.resident)
        level.level(point.resident, point.stack)
    if level is None:
        return []
    level.note()
    return [(stack, float(high - low)) for low, high, stack in level.at_peak]


def hidden(points: Iterable[Sequence[Any]], *, per_byte: float) -> float:
    """Bytes that no hook saw when resident memory was highest; `per_byte` is one of the two constants above."""
    expected = kept = level = best = 0.0  # seen and not yet resident; gone and still resident; hidden; at the peak
    before: Point | None = None
    highest = 0
    for point in map(Point._make, points):
        if before is not None:
            grown = point.resident - before.resident
            seen = (point.seen - before.seen) * per_byte if min(point.seen, before.seen) >= 0 else 0.0
            if point.own:
                kept = max(kept + grown - seen, 0.0)
            else:
                reused = min(kept, max(seen, 0.0))
                kept -= reused
                expected += max(seen, 0.0) - reused
                gone = max(-seen, 0.0)
                if grown >= 0:
                    used = min(expected, grown)
                    expected -= used
                    level += grown - used
                fallen = max(-grown, 0)
                untouched = min(expected, max(gone - fallen, 0.0))
                expected -= untouched
                kept += max(gone - fallen, 0.0) - untouched
                rest = max(fallen - gone, 0.0)
                released = min(kept, rest)
                kept -= released
                level = max(level - (rest - released), 0.0)
            if point.resident > highest:
                best = level
        highest = max(highest, point.resident)
        before = point
    return best


def went_on(points: Iterable[Sequence[Any]], stopped: float, highest: float) -> bool:
    """Whether memory went beyond its `highest` bytes after the hook was stopped."""
    known = list(map(Point._make, points))
    while_seen = [point for point in known if point.seen >= 0]
    after = [point.resident for point in known if point.at >= stopped]
    if not while_seen or not after:
        return False
    return while_seen[-1].seen + max(after) - after[0] > highest * PASSED
