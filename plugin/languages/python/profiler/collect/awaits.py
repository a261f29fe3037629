"""Where coroutines wait: for each suspension of a task, the line that awaits and how long until it goes on.

And how many tasks were under way at once, with the resident memory of that moment.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import State

MAX_CHAIN = 50  # awaits within awaits that are followed
MAX_POINTS = 200  # moments kept; of more, every second one goes and they are taken half as often
FIRST_STEP_S = 0.004
_NOTHING: tuple[float, tuple[tuple[int, int], ...]] = (0.0, ())


class Awaits:
    """Told by the loop watch when a task's step begins and ends."""

    def __init__(self, state: State) -> None:
        """Nothing is suspended yet."""
        self.state = state
        self.forget()

    def forget(self) -> None:
        """Forget what was counted, in the child of a fork."""
        self.pending: Any = None  # task under way -> (since when it waits, where), kept while it works
        self.sites: dict[tuple[tuple[int, int], ...], list[float]] = {}  # chain -> [waits, seconds, longest]
        self.tasks: dict[int, list[float]] = {}  # code of a task's coroutine -> [steps, working s, waiting s]
        self.under_way: dict[int, int] = {}  # code of a coroutine -> tasks that have begun and not ended
        self.points: list[tuple[int, dict[int, int]]] = []  # resident pages, and tasks under way, in order of time
        self.step_s, self.next = FIRST_STEP_S, 0.0

    def moment(self, now: float, pages: int) -> None:
        """Note how many tasks are under way while the resident level is `pages`.

        Of the moments within one step of time the highest is kept, since that is what a peak is explained by.
        """
        if not self.under_way and not self.points:
            return
        if now < self.next and self.points:
            if pages > self.points[-1][0]:
                self.points[-1] = (pages, dict(self.under_way))
            return
        if len(self.points) >= MAX_POINTS:
            self.points = [max(pair, key=lambda point: point[0]) for pair in zip(self.points[::2], self.points[1::2])]
            self.step_s *= 2
        self.points.append((pages, dict(self.under_way)))
        self.next = now + self.step_s

    def resumed(self, callback: Any, now: float) -> None:
        """A callback is about to run; when it is a task's, its waiting ends."""
        task: Any = getattr(callback, "__self__", None)
        if self.pending is None or not hasattr(task, "get_coro"):
            return
        since, chain = self.pending.get(task, _NOTHING)
        if not chain:
            return
        seconds = now - since
        row = self.sites.setdefault(chain, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        row[2] = max(row[2], seconds)
        self.tasks.setdefault(chain[0][0], [0, 0.0, 0.0])[2] += seconds

    def suspended(self, callback: Any, start: float, now: float) -> None:
        """A callback has run; when it is a task's that goes on later, note where it waits."""
        task: Any = getattr(callback, "__self__", None)
        if not hasattr(task, "get_coro"):
            return
        self.stepped(task, task.get_coro(), now - start, now)

    def stepped(self, task: Any, coroutine: Any, seconds: float, now: float) -> None:
        """A task has worked for so many seconds until now; when it goes on later, note where it waits."""
        code = self.state.note(getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None))
        row = self.tasks.setdefault(code, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        if task.done():
            if self.pending is not None and self.pending.pop(task, None) is not None:
                self.under_way[code] -= 1
            return
        if self.pending is None:
            weakref = sys.modules.get("weakref")
            if weakref is None:
                return
            self.pending = weakref.WeakKeyDictionary()
        if task not in self.pending:
            self.under_way[code] = self.under_way.get(code, 0) + 1
        self.pending[task] = (now, self._chain(coroutine))

    def _chain(self, coroutine: Any) -> tuple[tuple[int, int], ...]:
        """`(code, line)` of each coroutine from the task's own down to the one that waits."""
        chain: list[tuple[int, int]] = []
        while coroutine is not None and len(chain) < MAX_CHAIN:
            frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
            if frame is None:
                frame = getattr(coroutine, "ag_frame", None)
            if frame is None:
                break
            chain.append((self.state.note(frame.f_code), frame.f_lineno or 0))
            coroutine = (
                getattr(coroutine, "cr_await", None)
                or getattr(coroutine, "gi_yieldfrom", None)
                or getattr(coroutine, "ag_await", None)
            )
        return tuple(chain)

    def latest(self) -> list[Any]:
        """The moments noted, as plain values."""
        return [(pages, list(tasks.items())) for pages, tasks in self.points]

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values."""
        sites, self.sites = self.sites, {}
        tasks, self.tasks = self.tasks, {}
        return {
            "sites": [(chain, *row) for chain, row in sites.items()],
            "tasks": [(code, *row) for code, row in tasks.items()],
        }
