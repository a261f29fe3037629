"""Tasks whose first step runs at once, inside the callback that makes them (3.12+, where a task factory asks for it).

No callback of the loop tells of that step: it is timed around `create_task`, which is replaced once a loop is given a
factory of tasks, and not before.
"""

from __future__ import annotations

import _thread
import sys

from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SINCE = (3, 12)


class EagerSteps:
    """Calls `stepped(task, coroutine, seconds, now)` after each such step; gives true for time that it takes over."""

    def __init__(self, stepped: Callable[[Any, Any, float, float], bool]) -> None:
        """Watch nothing before the first callback of a loop."""
        self.stepped = stepped
        self.watching = sys.version_info < SINCE
        self.inside: dict[int, float] = {}  # thread -> seconds of its present callback that are other tasks' steps

    def watch(self, loop: Any) -> None:
        """A callback of `loop` is about to run: from now on notice factories, this loop's own among them."""
        self.watching = True
        base = getattr(sys.modules.get("asyncio.base_events"), "BaseEventLoop", None)
        if base is None:
            return
        original = base.set_task_factory

        def set_task_factory(loop: Any, factory: Any) -> None:
            original(loop, factory)
            if factory is not None:
                self._time_steps(base)

        base.set_task_factory = like(set_task_factory, original)
        if getattr(loop, "_task_factory", None) is not None:
            self._time_steps(base)

    def _time_steps(self, base: Any) -> None:
        if hasattr(base.create_task, "__wrapped__"):
            return
        original, now, get_ident, inside = base.create_task, time.perf_counter, _thread.get_ident, self.inside

        def create_task(loop: Any, coroutine: Any, *args: Any, **kwargs: Any) -> Any:
            if loop._task_factory is None:
                return original(loop, coroutine, *args, **kwargs)
            ident = get_ident()
            outer, inside[ident] = inside.get(ident, 0.0), 0.0
            start = now()
            try:
                task = original(loop, coroutine, *args, **kwargs)
                end = now()
                if _has_begun(coroutine) and self.stepped(task, coroutine, end - start - inside[ident], end):
                    inside[ident] = end - start
                return task
            finally:
                inside[ident] += outer

        base.create_task = like(create_task, original)

    def taken_over(self) -> float:
        """Seconds of this thread's callback, which has just ended, that were other tasks' steps."""
        return self.inside.pop(_thread.get_ident(), 0.0) if self.inside else 0.0


def _has_begun(coroutine: Any) -> bool:
    """Whether a coroutine has run, to its end or to where it waits."""
    return getattr(coroutine, "cr_frame", coroutine) is None or getattr(coroutine, "cr_suspended", False)
