"""Seeing every process to its end: normal exits, `os._exit`, exec, forks, and those that are killed in between.

A process that is killed loses at most what came after the last periodic flush. Functions of `os` are replaced as
attributes, so that callers of any module meet the hooks.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import atexit
import os
import sys

from .offspring import Offspring
from .standins import like
from .writes import keep_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .observer import Observer


def install(observer: Observer) -> None:
    """Hook the ways in which this process can end, multiply, or begin to listen to signals by a descriptor."""
    if observer.config.site:
        Offspring(observer.config.site, observer.config.folder).install()
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
    _wait_undisturbed(observer)
    _outlive_blocked_signals(observer)
    _step_aside_for_tracers(observer)
    keep_whole(observer)


def _before(module: Any, name: str, action: Callable[[], None]) -> None:
    """Replace `module.name` by a function that calls `action` first."""
    original = getattr(module, name)

    def hooked(*args: Any, **kwargs: Any) -> Any:
        action()
        return original(*args, **kwargs)

    setattr(module, name, like(hooked, original))


def _replace_signal_function(name: str, replacement: Callable[..., Any]) -> None:
    """Put `replacement` into `_signal`, and into `signal` where that is loaded and has the original."""
    original = getattr(_signal, name)
    replacement.__name__ = replacement.__qualname__ = name
    replacement.__doc__ = original.__doc__
    setattr(_signal, name, replacement)
    signal = sys.modules.get("signal")
    if signal is not None and getattr(signal, name, None) is original:
        setattr(signal, name, replacement)


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

    _replace_signal_function("set_wakeup_fd", set_wakeup_fd)


def _leave_our_signal(observer: Observer) -> None:
    """A program that handles the signal of our timer gets it for itself; the sampling thread takes over for good.

    Until then it finds the signal without a handler, as it would without us.
    """
    original, get_original = _signal.signal, _signal.getsignal

    def signal(number: int, handler: Any) -> Any:
        if number == getattr(_signal, "SIGURG", None):
            observer.avoid_signals()
        return _hidden(observer, original(number, handler))

    def getsignal(number: int) -> Any:
        return _hidden(observer, get_original(number))

    _replace_signal_function("signal", signal)
    _replace_signal_function("getsignal", getsignal)


def _hidden(observer: Observer, handler: Any) -> Any:
    return _signal.SIG_DFL if handler is observer.tick else handler


def _wait_undisturbed(observer: Observer) -> None:
    """No signal of ours during `sigtimedwait`: interpreters up to 3.13 return rubbish when it is interrupted."""
    original = getattr(_signal, "sigtimedwait", None)
    if original is None:
        return

    def sigtimedwait(signals: Any, timeout: Any) -> Any:
        observer.pause(True)
        try:
            return original(signals, timeout)
        finally:
            observer.pause(False)

    _replace_signal_function("sigtimedwait", sigtimedwait)


def _outlive_blocked_signals(observer: Observer) -> None:
    """A program that blocks all signals blocks ours too, which would wait for ever: the sampling thread takes over."""
    original = getattr(_signal, "pthread_sigmask", None)
    if original is None:
        return

    def pthread_sigmask(how: Any, mask: Any) -> Any:
        try:
            mask = set(mask)
        except TypeError:  # which the original raises too
            return original(how, mask)
        if how != _signal.SIG_UNBLOCK and getattr(_signal, "SIGURG", None) in mask:
            observer.avoid_signals()
        return original(how, mask)

    _replace_signal_function("pthread_sigmask", pthread_sigmask)


def _step_aside_for_tracers(observer: Observer) -> None:
    """Once the program traces or profiles its main thread, nothing of ours runs in that thread any more.

    Its function would be called for our handlers too. The real functions are put back at once, so that turning tracing
    off is not seen either.
    """
    originals = {name: getattr(sys, name) for name in ("settrace", "setprofile")}

    def announcing(original: Callable[[Any], None]) -> Callable[[Any], None]:
        def set_function(function: Any) -> None:
            if function is not None:
                for name, real in originals.items():
                    if getattr(getattr(sys, name), "__wrapped__", None) is real:
                        setattr(sys, name, real)
                observer.step_aside()
            original(function)

        return like(set_function, original)

    for name, original in originals.items():
        setattr(sys, name, announcing(original))
