"""What is left out: silence, levels that no river has, sensors that say so themselves, jumps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Iterator

from gaugebook.reading import Reading

LOWEST, HIGHEST = -50.0, 1500.0
WEAK_MV = 2900
JUMP_CM = 120.0
REASONS = ("silent", "range", "flagged", "battery", "jump")


@dataclass
class Rejected:
    """How many readings were left out, by reason, and the first of each as an example."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, reading: Reading) -> None:
        self.counts[reason] += 1
        self.examples.setdefault(reason, reading.describe())

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def reason_against(reading: Reading, previous: float | None) -> str | None:
    """Why a reading is not used; None when it is."""
    if reading.level is None:
        return "silent"
    if not LOWEST <= reading.level <= HIGHEST:
        return "range"
    if reading.flags & {"ice", "service"}:
        return "flagged"
    if reading.battery < WEAK_MV:
        return "battery"
    if previous is not None and abs(reading.level - previous) > JUMP_CM:
        return "jump"
    return None


def usable(readings: Iterable[Reading], rejected: Rejected) -> Iterator[Reading]:
    """The readings that are used, in their order; the others are counted in `rejected`."""
    last: dict[str, float] = {}
    for reading in readings:
        reason = reason_against(reading, last.get(reading.gauge))
        if reason:
            rejected.add(reason, reading)
        else:
            assert reading.level is not None
            last[reading.gauge] = reading.level
            yield reading
