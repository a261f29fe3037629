"""Puts the stages together."""

from __future__ import annotations

from typing import Iterable

from orderreport import cleaning, pricing, ranking, reading, totals
from orderreport.audit import Trail


def build_report(lines: Iterable[str], rates: Iterable[str], cancelled: Iterable[str]) -> dict:
    """The report's figures from three exports, given as rows of text.

    Keys: `categories`, `leaders`, `days`, `audit` and `problems`; `rendering.render` shows them.
    """
    trail = Trail()
    known_rates = reading.read_rates(rates)
    records, problems = reading.read_lines(lines)
    trail.record("read", records)
    records = cleaning.without_tests(cleaning.without_repeats(records))
    records = cleaning.without_cancelled(records, reading.read_cancelled(cancelled))
    trail.record("cleaned", records)
    records, unknown = pricing.convert(records, known_rates)
    return {
        "categories": totals.by_category(records),
        "leaders": ranking.leaders_by_region(records),
        "days": ranking.daily_leaders(records),
        "audit": trail.summary(),
        "problems": problems + unknown,
    }
