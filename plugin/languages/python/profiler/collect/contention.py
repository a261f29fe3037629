"""How long this process was ready to run and was not let: time that is neither work nor waiting for something."""

from __future__ import annotations

from .originals import os
from .resident import KernelFile

_FIGURES = 80  # bytes; the file has three numbers


class RunDelay:
    """Seconds for which the main thread stood in the queue for a processor; always 0 where the kernel does not tell."""

    def __init__(self) -> None:
        """Nothing is open yet: only programs with an event loop need it."""
        self.file: KernelFile | None = None
        self.last = 0.0

    def since_last(self) -> float:
        """Seconds since the last call."""
        if self.file is None:
            self.file = KernelFile("/proc/self/schedstat")
            self.last = self._now()
        now = self._now()
        delta, self.last = now - self.last, now
        return max(delta, 0.0)

    def close(self) -> None:
        """Give the descriptor back, also in the child of a fork, for which it would tell of the parent."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _now(self) -> float:
        descriptor = self.file.descriptor if self.file is not None else -1
        if descriptor < 0:
            return self.last
        try:
            return int(os.pread(descriptor, _FIGURES, 0).split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # the program closed it, and may have something else there
            return self.last
