"""Exchange rates to the euro."""

from __future__ import annotations

import datetime


class UnknownRate(LookupError):
    """No rate is known for that currency on or before that day."""


class Rates:
    """What one unit of a currency was worth in euros; a rate holds until the next one is published."""

    def __init__(self) -> None:
        self._published: list[tuple[datetime.date, str, float]] = []

    def add(self, day: datetime.date, currency: str, rate: float) -> None:
        """Note a published rate; the order of calls does not matter."""
        self._published.append((day, currency, rate))

    def on(self, day: datetime.date, currency: str) -> float:
        """The rate that held on `day`; of two published on one day the later one noted counts."""
        if currency == "EUR":
            return 1.0
        best = None
        for published, name, rate in self._published:
            if name == currency and published <= day and (best is None or published >= best[0]):
                best = (published, rate)
        if best is None:
            raise UnknownRate(f"no rate for {currency} on {day}")
        return best[1]
