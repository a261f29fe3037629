"""Seeing every process to its end: normal exits, `os._exit`, exec, forks, and those that are killed in between.

A process that is killed loses at most what came after the last periodic flush. Functions of `os` are replaced as
attributes, so that callers of any module meet the hooks.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import atexit
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .observer import Observer


def install(observer: Observer) -> None:
    """Hook the ways in which this process can end, multiply, or begin to listen to signals by a descriptor."""
    # Registered first, so called last: what the program does at exit is seen too.
    atexit.register(observer.finish, "exit")
    _before(os, "_exit", lambda: observer.finish("os._exit"))
    for name in ("execv", "execve"):
        if hasattr(os, name):
            _before(os, name, observer.exec_follows)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=observer.before_fork, after_in_child=observer.after_fork_in_child)
    _watch_wakeup_descriptor(observer)
    _leave_our_signal(observer)


def _before(module: Any, name: str, action: Callable[[], None]) -> None:
    """Replace `module.name` by a function that calls `action` first."""
    original = getattr(module, name)

    def hooked(*args: Any, **kwargs: Any) -> Any:
        action()
        return original(*args, **kwargs)

    hooked.__name__ = hooked.__qualname__ = name
    hooked.__doc__ = original.__doc__
    hooked.__wrapped__ = original  # type: ignore[attr-defined]
    setattr(module, name, hooked)


def _watch_wakeup_descriptor(observer: Observer) -> None:
    """No signal of ours while the program has signals reported by a descriptor.

    asyncio's `add_signal_handler` and trio do: each of our signals would wake their loop, and fill the pipe that the
    program's own signals come through. The sampling thread takes over meanwhile.
    """
    original = _signal.set_wakeup_fd

    def set_wakeup_fd(fd: int, **kwargs: Any) -> int:
        if fd >= 0:
            observer.use_clock("thread")
        before: int = original(fd, **kwargs)
        if fd < 0:
            observer.use_clock(observer.config.clock)
        return before

    set_wakeup_fd.__doc__ = original.__doc__
    _signal.set_wakeup_fd = set_wakeup_fd
    signal = sys.modules.get("signal")
    if signal is not None:
        signal.set_wakeup_fd = set_wakeup_fd  # type: ignore[attr-defined]


def _leave_our_signal(observer: Observer) -> None:
    """A program that handles the signal of our timer gets it for itself; the sampling thread takes over for good."""
    original = _signal.signal

    def signal(number: int, handler: Any) -> Any:
        taken = number == getattr(observer.clock, "signal", None)
        if taken:
            observer.config.clock = "thread"
            observer.use_clock("thread")
        before = original(number, handler)
        return _signal.SIG_DFL if taken else before

    signal.__doc__ = original.__doc__
    _signal.signal = signal
