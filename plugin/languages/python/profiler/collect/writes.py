"""Large writes in one piece.

A write to a pipe, a terminal or a socket waits for its reader, and a signal of ours that comes meanwhile ends it early,
with a part of the bytes written. Buffered files write the rest; the streams of an unbuffered interpreter (`-u`,
PYTHONUNBUFFERED) lose it, and so do programs that do not look at what `os.write` returns. So no signal comes while a
large one is under way.
"""

from __future__ import annotations

import io
import os
import sys

from .originals import os as real
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .observer import Observer

ATOMIC = 4096  # bytes that the kernel writes whole or not at all
_REGULAR, _KIND = 0o100000, 0o170000  # of st_mode; the `stat` module may not be imported yet


def keep_whole(observer: Observer) -> None:
    """Hook `os.write`, and the standard streams that have no buffer."""

    def write(descriptor: int, data: Any, /) -> int:
        if not _large(data):
            return real.write(descriptor, data)
        observer.pause(True)
        try:
            return real.write(descriptor, data)
        finally:
            observer.pause(False)

    os.write = like(write, real.write)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        made = _unbuffered(observer, stream)
        if made is not None:
            if getattr(sys, f"__{name}__") is stream:
                setattr(sys, f"__{name}__", made)
            setattr(sys, name, made)


def _large(data: Any) -> bool:
    try:
        return len(data) > ATOMIC
    except TypeError:  # which the real function says better
        return False


def _unbuffered(observer: Observer, stream: Any) -> io.TextIOWrapper | None:
    """A stream like this one whose large writes are not interrupted; None where this one has a buffer or is a file."""
    buffer = getattr(stream, "buffer", None)
    if type(buffer) is not io.FileIO:
        return None
    try:
        if real.fstat(buffer.fileno()).st_mode & _KIND == _REGULAR:
            return None
    except OSError:
        return None

    class FileIO(io.FileIO):
        """The raw file behind a standard stream."""

        def write(self, data: Any) -> int:
            """Write without a signal of ours."""
            if not _large(data):
                return super().write(data)
            observer.pause(True)
            try:
                return super().write(data)
            finally:
                observer.pause(False)

    raw = FileIO(buffer.fileno(), "wb", closefd=False)
    raw.name = buffer.name
    made = io.TextIOWrapper(
        raw,  # type: ignore[arg-type,unused-ignore]
        encoding=stream.encoding,
        errors=stream.errors,
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=True,
    )
    made.mode = stream.mode  # type: ignore[misc]
    return made
