"""The file that one process leaves: records appended one after the other, each a length and a marshalled dict.

Appending what is new, instead of rewriting everything, keeps a flush cheap in a long run and bounds the memory that
observing takes. marshal is built in, so nothing is imported for it; a torn last record (the process was killed) is
dropped by the reader. The file is opened for each write only: a program that closes all its descriptors, or counts
them, meets none of ours.
"""

from __future__ import annotations

import marshal

from .config import MARSHAL_VERSION
from .originals import os, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEADER = 8  # bytes of a record's length, little-endian


class Shard:
    """Where this process writes what it saw."""

    def __init__(self, folder: str) -> None:
        """Name the file after this process and the moment, since process ids are used again."""
        self.pid = os.getpid()
        self.path = f"{folder}/{self.pid}-{time.time_ns()}.shard"
        self.broken = False

    def append(self, record: dict[str, Any]) -> None:
        """Append one record of plain values; a full disk or a vanished folder ends writing silently.

        The program under observation must not learn of our troubles; the launcher sees that the shard is short.
        """
        if self.broken or os.getpid() != self.pid:
            return
        try:
            payload = marshal.dumps(record, MARSHAL_VERSION)
            data = memoryview(len(payload).to_bytes(HEADER, "little") + payload)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                while data:
                    data = data[os.write(handle, data) :]
            finally:
                os.close(handle)
        except (OSError, ValueError):
            self.broken = True
