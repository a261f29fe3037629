"""Resident memory over time beside what an allocator hook sees of it, so that analysis can tell what no hook sees."""

from __future__ import annotations

from .originals import time
from .resident import Resident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import Stack

LEAST = 128  # KiB by which the level must change to be worth a point
MOST_POINTS = 4000  # from then on only larger changes are
UNKNOWN = -1


class Memory(Resident):
    """Resident memory in KiB without the pages of files: a library's code becomes resident as it runs."""

    path = "/proc/self/status"
    record_bytes = 4096

    def __init__(self) -> None:
        """Open the kernel's figure."""
        super().__init__()
        self.page = 1024

    def parse(self, record: bytes) -> int:
        """The sum of anonymous and shared memory."""
        anonymous, shared = record.index(b"RssAnon:"), record.index(b"RssShmem:")
        return int(record[anonymous + 8 :].split(None, 1)[0]) + int(record[shared + 9 :].split(None, 1)[0])


class Levels:
    """Points `(time, resident bytes, bytes that the hook sees, stack, whether the change is our own)`."""

    def __init__(self) -> None:
        """Start with the level of now."""
        self.resident = Memory()
        self._reset()

    def _reset(self) -> None:
        self.points: list[Any] = [(time.time(), self.resident.last * self.resident.page, 0, (), True)]
        self.least = LEAST
        self.count = 0

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.resident.reset()
        self._reset()

    def look(self, stack: Stack, seen: int = UNKNOWN, overhead: int = 0, *, own: bool = False) -> None:
        """Note the level when it has changed, while `stack` runs; a hook knows of `seen` bytes and takes `overhead`."""
        resident = self.resident
        pages = resident.read()
        if not own and abs(pages - resident.last) < self.least:
            return
        resident.last = pages
        self.points.append((time.time(), max(pages * resident.page - overhead, 0), seen, stack, own))
        self.count += 1
        if self.count % MOST_POINTS == 0:
            self.least *= 4

    def take(self) -> list[Any]:
        """The points since the last call."""
        points, self.points = self.points, []
        return points
