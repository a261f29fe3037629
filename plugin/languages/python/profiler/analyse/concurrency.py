"""How resident memory goes with the number of tasks under way, by coroutine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Function, Resolver
    from profiler.storage.shards import Process

MOST_POINTS = 50
MOST_COROUTINES = 10
FEWEST_TASKS = 2  # at once, for a coroutine to be listed
AS_GOOD_AS = 0.98  # of the highest level of memory, from which a sample is its peak
FEWEST_LEVELS = 3  # different numbers of tasks that a line is fitted through


@dataclass
class Line:
    """Memory above its level before the first task, as a multiple of the number of tasks: a line through the origin.

    Attributes:
        bytes_per_task: its slope.
        r2: share of the squares about zero that it explains; 1 is a perfect fit.
    """

    bytes_per_task: float
    r2: float


@dataclass
class Concurrency:
    """One coroutine whose tasks overlapped.

    Attributes:
        samples: `(tasks under way, resident bytes)` in order of time.
        base: resident bytes before the first task.
        at_peak: tasks under way when resident memory stood highest.
        line: fitted to the records up to the peak, since freed memory often stays resident; None with too few.
    """

    function: Function
    samples: list[tuple[int, float]] = field(default_factory=list)
    base: float = 0.0
    most: int = 0
    at_peak: int = 0
    line: Line | None = None


def find(processes: list[Process], resolver: Resolver) -> list[Concurrency]:
    """Coroutines with several tasks at once, the most numerous first; each in the process that held most of them."""
    best: dict[Function, Concurrency] = {}
    for process in processes:
        page = process.latest.get("page", 4096)
        points = process.latest.get("moments", ())
        codes = {code for _, tasks in points for code, _ in tasks}
        for code in codes:
            function = next(iter(resolver.stack(process, (code,))), None)
            if function is None or not function.own:
                continue
            samples = [(dict(tasks).get(code, 0), pages * page) for pages, tasks in points]
            entry = _concurrency(function, samples)
            if entry.most >= FEWEST_TASKS and (function not in best or entry.most > best[function].most):
                best[function] = entry
    return sorted(best.values(), key=lambda entry: -entry.most)[:MOST_COROUTINES]


def _concurrency(function: Function, samples: list[tuple[int, float]]) -> Concurrency:
    first = next((index for index, (tasks, _) in enumerate(samples) if tasks), 0)
    base = samples[max(first - 1, 0)][1]
    highest = max(size for _, size in samples)
    # Memory that creeps on after the last task has begun is no later peak.
    peak = next(index for index, (_, size) in enumerate(samples) if size - base >= AS_GOOD_AS * (highest - base))
    return Concurrency(
        function,
        _thinned(samples),
        base,
        max(tasks for tasks, _ in samples),
        samples[peak][0],
        through_origin(_records(samples[first : peak + 1], base)),
    )


def _records(samples: list[tuple[int, float]], base: float) -> list[tuple[int, float]]:
    """The most memory above `base` at each number of tasks that was a new record when it was reached.

    A task may fill its memory only bit by bit, and memory of tasks that have ended may stay: neither says what a task
    holds.
    """
    levels: dict[int, float] = {}
    record = 1
    for tasks, size in samples:
        record = max(record, tasks)
        if tasks == record:
            levels[tasks] = max(levels.get(tasks, 0.0), size - base)
    return sorted(levels.items())


def through_origin(points: list[tuple[int, float]]) -> Line | None:
    """The least-squares line through the origin; None with fewer than three different numbers of tasks."""
    squares = sum(tasks * tasks for tasks, _ in points)
    total = sum(size * size for _, size in points)
    if len({tasks for tasks, _ in points}) < FEWEST_LEVELS or not squares or not total:
        return None
    slope = sum(tasks * size for tasks, size in points) / squares
    missed = sum((size - slope * tasks) ** 2 for tasks, size in points)
    return Line(slope, 1 - missed / total)


def _thinned(samples: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most `MOST_POINTS` samples: of each run of neighbours the one with most memory."""
    step = -(-len(samples) // MOST_POINTS)
    return [max(samples[at : at + step], key=lambda sample: sample[1]) for at in range(0, len(samples), step or 1)]
