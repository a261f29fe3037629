"""How observing begins in a process: called by the `sitecustomize` that the launcher puts on the path."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]

from . import config, lifecycle
from .observer import Observer, complain

observer: Observer | None = None


def start(folder: str) -> None:
    """Observe this process as the settings in `folder` say.

    Whatever goes wrong here must not reach the program: it then runs unobserved, and the launcher reports a process
    that was not seen.
    """
    global observer  # noqa: PLW0603 - one per process, and hooks refer to it
    if observer is not None or not _in_main_interpreter():
        return
    try:
        settings = config.read(folder)
        begun = Observer(settings)
        lifecycle.install(begun)
        begun.start()
        observer = begun
    except Exception as error:
        complain(folder, error)


def _in_main_interpreter() -> bool:
    """Whether this is the process's main interpreter, which alone may handle signals, in its main thread.

    Others come and go within the process, and would wait for a thread of ours when they go.
    """
    try:
        _signal.signal(_signal.SIGINT, _signal.getsignal(_signal.SIGINT))
    except ValueError:
        return False
    except TypeError:  # a handler that is not Python's, which cannot be set again
        pass
    return True
