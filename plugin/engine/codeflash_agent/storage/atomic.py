"""Files that are either the old one or the new one, never something between."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_PATIENCE_S = 20.0
LEFT_AFTER_S = 60.0


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` so that a crash at any moment leaves the old or the new content.

    Raises:
        EnvironmentProblem: the disk is full or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise _cannot_write(path, error) from error


def sweep(folder: Path) -> None:
    """Remove the halves that killed writers left in `folder`; one that is being written is younger than that."""
    for path in folder.glob(".*.????????"):
        with contextlib.suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_mtime > LEFT_AFTER_S:
                path.unlink()


def write_json(path: Path, document: Any) -> None:
    """Write `document` as indented JSON, atomically; key order is kept as given."""
    write_text(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def append_line(path: Path, line: str) -> None:
    """Append one line and force it to disk; a crash leaves at most one torn last line, which readers drop."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(line.rstrip("\n") + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot_write(path, error) from error


def read_json(path: Path) -> Any:
    """Read a JSON document.

    Raises:
        EnvironmentProblem: it is missing, unreadable or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EnvironmentProblem(
            f"cannot read {path}: {error}; restore it, or move it away to start without it"
        ) from error


@contextlib.contextmanager
def locked(path: Path, *, patience_s: float = LOCK_PATIENCE_S) -> Iterator[None]:
    """Hold the lock file `path` while the block runs.

    Raises:
        EnvironmentProblem: another process held it for longer than `patience_s`.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - a sixth of a start that need not lock, such as a hook's

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(path), timeout=patience_s)
        lock.acquire()
    except Timeout as error:
        raise EnvironmentProblem(
            f"another codeflash-agent has held {path} for {patience_s:.0f} s; wait for it to end, or stop it"
        ) from error
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _cannot_write(path: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"cannot write {path}: {error.strerror or error}; free space or make it writable, then run the same command again"
    )
