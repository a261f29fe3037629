"""Memory by water level: who raised it, and whose share stood when it was highest.

What no allocator hook sees (memory of C libraries, mapped files) shows here. When the level rises, the rise belongs
to the stack of that moment; when it falls, the last rises are taken back first. On short phases it lags.
"""

from __future__ import annotations

from .originals import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import Stack

SNAPSHOT_STEP = 1.02  # a new peak is noted when it is that much above the last one noted
_HIGHEST_DESCRIPTOR = 1000


class KernelFile:
    """A file of the kernel's that is read again and again, on a descriptor that the program does not come across."""

    def __init__(self, path: str) -> None:
        """Open it; `descriptor` is -1 where there is none."""
        self.descriptor = _open_high(path)
        self._identity = _identity(self.descriptor)

    def close(self) -> None:
        """Give the descriptor back, unless the program closed it and has something else there."""
        if self.descriptor >= 0 and _identity(self.descriptor) == self._identity:
            os.close(self.descriptor)
        self.descriptor = -1


class WaterLevel:
    """An amount over time as the rises that it is made of, each with the stack that ran when it happened."""

    def __init__(self, start: int = 0) -> None:
        """The amount is `start`, which is nobody's."""
        self.rises: list[list[Any]] = []  # [from, to, stack], ascending
        self.at_peak: list[list[Any]] = []
        self.last = self.start = self.peak = start
        self.noted = 0
        self.fresh_peak = False

    def level(self, amount: int, stack: Stack) -> None:
        """Note that it is `amount` now, while `stack` runs."""
        if amount > self.last:
            if self.rises and self.rises[-1][2] == stack:
                self.rises[-1][1] = amount
            else:
                self.rises.append([self.last, amount, stack])
            if amount > self.peak:
                self.peak = amount
                self.fresh_peak = True
        else:
            if self.fresh_peak and self.peak > self.noted * SNAPSHOT_STEP:
                self._note_peak()
            while self.rises and self.rises[-1][0] >= amount:
                self.rises.pop()
            if self.rises and self.rises[-1][1] > amount:
                self.rises[-1][1] = amount
        self.last = amount

    def note(self) -> None:
        """Make sure that the last peak is noted with its rises."""
        if self.fresh_peak:
            self._note_peak()

    def _note_peak(self) -> None:
        self.noted = self.peak
        self.fresh_peak = False
        self.at_peak = [list(rise) for rise in self.rises]


class Resident(WaterLevel):
    """The resident level of this process in pages."""

    path = "/proc/self/statm"
    record_bytes = 64

    def __init__(self) -> None:
        """Open the kernel's figure; where there is none, the level stays 0."""
        super().__init__()
        self.page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
        self.file: KernelFile | None = None
        self.reset()

    def reset(self) -> None:
        """Start anew, also in the child of a fork, for which the parent's file would tell of the parent."""
        self.close()
        self.last = 0
        self.file = KernelFile(self.path)
        super().__init__(self.read())

    def close(self) -> None:
        """Give the descriptor back."""
        if self.file is not None:
            self.file.close()

    def read(self) -> int:
        """Pages now; the last figure where the kernel gives none (any more)."""
        if self.file is None or self.file.descriptor < 0:
            return self.last
        try:
            return self.parse(os.pread(self.file.descriptor, self.record_bytes, 0))
        except (OSError, ValueError, IndexError):  # the program closed it, and may have something else there
            self.file.descriptor = -1
            return self.last

    def parse(self, record: bytes) -> int:
        """The level in what the kernel gives."""
        return int(record.split()[1])

    def summary(self) -> dict[str, Any]:
        """The level at the start and the peak in bytes, and the rises that stood at the peak, `(stack, bytes)`."""
        self.note()
        return {
            "start": self.start * self.page,
            "peak": self.peak * self.page,
            "rises": [(stack, (high - low) * self.page) for low, high, stack in self.at_peak],
        }


def _identity(descriptor: int) -> tuple[int, int] | None:
    """Which file a descriptor stands for, None where it is closed."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_high(path: str) -> int:
    """Open a file on a high descriptor, so that the program's own get the numbers that they would have had."""
    try:
        low = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError):
        return -1
    for high in range(_HIGHEST_DESCRIPTOR, low, -1):
        try:
            os.fstat(high)
        except OSError:
            try:
                os.dup2(low, high, inheritable=False)
            except OSError:  # above the limit of this process
                continue
            os.close(low)
            return high
    return low
