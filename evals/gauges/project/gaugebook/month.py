"""The book of one month: figures by gauge and day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Sequence

from gaugebook.cleaning import Rejected, usable
from gaugebook.reading import Reading, parse
from gaugebook.smoothing import highest_mean


@dataclass
class Day:
    """One gauge on one day; levels in cm, temperature in degrees."""

    count: int = 0
    lowest: float = float("inf")
    highest: float = float("-inf")
    total: float = 0.0
    warmest: float = float("-inf")

    def add(self, reading: Reading) -> None:
        assert reading.level is not None
        self.count += 1
        self.lowest = min(self.lowest, reading.level)
        self.highest = max(self.highest, reading.level)
        self.total += reading.level
        self.warmest = max(self.warmest, reading.temperature)

    @property
    def mean(self) -> float:
        return round(self.total / self.count, 2)


@dataclass
class Month:
    """Everything that is told about one month.

    Attributes:
        days: gauge and day to its figures.
        marks: gauge to the highest moving mean, in cm.
        hourly: gauge, then moment of the full hour, to its level.
    """

    name: str
    days: dict[tuple[str, datetime.date], Day] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    hourly: dict[str, list[tuple[datetime.datetime, float]]] = field(default_factory=dict)
    rejected: Rejected = field(default_factory=Rejected)

    @property
    def gauges(self) -> list[str]:
        return sorted({gauge for gauge, _ in self.days})


def load(paths: Sequence[Path]) -> list[Reading]:
    """The readings of all day files, in order."""
    readings: list[Reading] = []
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")
        readings.extend(parse(text.splitlines()))
    return readings


def collect(month: Month, readings: Iterable[Reading]) -> dict[str, list[float]]:
    """Enter the usable readings of the month; gives the levels by gauge."""
    levels: dict[str, list[float]] = {}
    for reading in usable(readings, month.rejected):
        if f"{reading.moment:%Y-%m}" != month.name:
            continue
        assert reading.level is not None
        month.days.setdefault((reading.gauge, reading.day), Day()).add(reading)
        levels.setdefault(reading.gauge, []).append(reading.level)
        if reading.moment.minute == 0:
            month.hourly.setdefault(reading.gauge, []).append((reading.moment, reading.level))
    return levels


def build(name: str, paths: Sequence[Path]) -> Month:
    """The book of the month called `name`, such as 2024-03, from day files in any order.

    Raises:
        BadLine: a line in one of them is no reading.
    """
    month = Month(name)
    levels = collect(month, load(paths))
    month.marks = {gauge: highest_mean(values) for gauge, values in sorted(levels.items())}
    return month
