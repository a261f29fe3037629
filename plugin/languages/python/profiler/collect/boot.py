"""How observing begins in a process: called by the `sitecustomize` that the launcher puts on the path."""

from __future__ import annotations

from . import config, lifecycle
from .observer import Observer, complain

observer: Observer | None = None


def start(folder: str) -> None:
    """Observe this process as the settings in `folder` say.

    Whatever goes wrong here must not reach the program: it then runs unobserved, and the launcher reports a process
    that was not seen.
    """
    global observer  # noqa: PLW0603 - one per process, and hooks refer to it
    if observer is not None:
        return
    try:
        settings = config.read(folder)
        begun = Observer(settings)
        lifecycle.install(begun)
        begun.start()
        observer = begun
    except Exception as error:
        complain(folder, error)
