"""Where coroutines wait: for each suspension of a task, the line that awaits and how long until it goes on."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import State

MAX_CHAIN = 50  # awaits within awaits that are followed


class Awaits:
    """Told by the loop watch when a task's step begins and ends."""

    def __init__(self, state: State) -> None:
        """Nothing is suspended yet."""
        self.state = state
        self.forget()

    def forget(self) -> None:
        """Forget what was counted, in the child of a fork."""
        self.pending: Any = None
        self.sites: dict[tuple[tuple[int, int], ...], list[float]] = {}  # chain -> [waits, seconds, longest]
        self.tasks: dict[int, list[float]] = {}  # code of a task's coroutine -> [steps, working s, waiting s]

    def resumed(self, callback: Any, now: float) -> None:
        """A callback is about to run; when it is a task's, its waiting ends."""
        task: Any = getattr(callback, "__self__", None)
        if self.pending is None or not hasattr(task, "get_coro"):
            return
        waiting = self.pending.pop(task, None)
        if waiting is None:
            return
        since, chain = waiting
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
        coroutine = task.get_coro()
        code = self.state.note(getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None))
        row = self.tasks.setdefault(code, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += now - start
        if task.done():
            return
        chain = self._chain(coroutine)
        if not chain:
            return
        if self.pending is None:
            weakref = sys.modules.get("weakref")
            if weakref is None:
                return
            self.pending = weakref.WeakKeyDictionary()
        self.pending[task] = (now, chain)

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

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values."""
        sites, self.sites = self.sites, {}
        tasks, self.tasks = self.tasks, {}
        return {
            "sites": [(chain, *row) for chain, row in sites.items()],
            "tasks": [(code, *row) for code, row in tasks.items()],
        }
