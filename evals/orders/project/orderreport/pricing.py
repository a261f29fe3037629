"""Converts amounts to euros."""

from __future__ import annotations

from orderreport.model import Line
from orderreport.rates import Rates, UnknownRate


def convert(lines: list[Line], rates: Rates) -> tuple[list[Line], list[str]]:
    """Fill in `euro_cents`; lines without a rate are left out and named."""
    converted = []
    unknown = []
    for line in lines:
        try:
            line.euro_cents = round(line.cents * rates.on(line.day, line.currency))
        except UnknownRate as error:
            unknown.append(f"{line.describe()}: {error}")
        else:
            converted.append(line)
    return converted, unknown
