"""Temporary folders that a killed process does not leave for ever.

Each folder has a file `owner` that its process keeps locked. The system drops the lock when the process dies, however
it dies, so a folder whose `owner` can be locked belongs to nobody and the next to make one removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "codeflash-run-"  # also of what is no run: one name to look for
OWNER = "owner"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder, removed at the end; before that, those that dead processes left are removed.

    Raises:
        OSError: the temporary folder cannot be written.
    """
    sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        place = Path(name)
        # Locked before it has its name, so that no one finds it without its lock.
        with (place / f".{OWNER}").open("wb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (place / f".{OWNER}").rename(place / OWNER)
            yield place


def sweep() -> None:
    """Remove the folders of this user whose process is gone."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if place.stat().st_uid == os.getuid() and _is_orphan(place / OWNER):
                shutil.rmtree(place, ignore_errors=True)


def _is_orphan(owner: Path) -> bool:
    with owner.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
