"""One reading of a gauge, and the raw format it comes in.

A line is `gauge;2024-03-01T00:15:00;level in cm;temperature in tenths of a degree;battery in mV;flags`. An empty level means
that the sensor was silent.
"""

from __future__ import annotations

import datetime
from typing import Iterable, Iterator

FIELDS = 6


class BadLine(ValueError):
    """A line that is no reading; the text says which and why."""


class Reading:
    """What a gauge said at one moment."""

    def __init__(self, number: int, text: str) -> None:
        self.text = text
        self.fields = text.split(";")
        if len(self.fields) != FIELDS:
            raise BadLine(f"line {number}: {len(self.fields)} fields, expected {FIELDS}: {text}")
        self.number = number
        try:
            self.gauge = self.fields[0].strip()
            self.moment = datetime.datetime.fromisoformat(self.fields[1])
            self.level = float(self.fields[2]) if self.fields[2] else None
            self.temperature = int(self.fields[3]) / 10
            self.battery = int(self.fields[4])
        except ValueError as error:
            raise BadLine(f"line {number}: {error}: {text}") from None
        self.flags = frozenset(self.fields[5].split(",")) - {""}

    @property
    def day(self) -> datetime.date:
        return self.moment.date()

    def describe(self) -> str:
        """The reading as messages name it."""
        return f"{self.gauge} at {self.moment:%d.%m. %H:%M} (line {self.number})"


def parse(lines: Iterable[str]) -> Iterator[Reading]:
    """The readings of a day file; blank lines and comments are passed over.

    Raises:
        BadLine: a line is no reading.
    """
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\n")
        if text and not text.startswith("#"):
            yield Reading(number, text)
