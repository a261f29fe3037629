"""School days and holidays."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Iterable

WEEKEND = (5, 6)


@dataclass(frozen=True)
class Holidays:
    """First and last days of holidays, both free."""

    spans: tuple[tuple[datetime.date, datetime.date], ...] = ()

    def days(self) -> list[datetime.date]:
        """All free days of all spans, in order."""
        found = []
        for first, last in self.spans:
            found += [first + datetime.timedelta(number) for number in range((last - first).days + 1)]
        return sorted(found)

    def is_school_day(self, day: datetime.date) -> bool:
        """Whether there are lessons on `day`."""
        return day.weekday() not in WEEKEND and day not in self.days()


def read_holidays(lines: Iterable[str]) -> Holidays:
    """Holidays from lines such as `2024-07-25 2024-09-07`, or with one day alone.

    Raises:
        ValueError: a line is none, or ends before it begins.
    """
    spans = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        first = datetime.date.fromisoformat(words[0])
        last = datetime.date.fromisoformat(words[-1])
        if last < first:
            raise ValueError(f"ends before it begins: {line}")
        spans.append((first, last))
    return Holidays(tuple(spans))
