"""Leaves out what must not be counted."""

from __future__ import annotations

from orderreport.model import Line


def without_cancelled(lines: list[Line], cancelled: list[str]) -> list[Line]:
    """The lines of orders that were not cancelled."""
    return [line for line in lines if line.order not in cancelled]


def without_repeats(lines: list[Line]) -> list[Line]:
    """The first of the lines with the same order and number; exports overlap at midnight."""
    kept: dict[tuple[str, int], Line] = {}
    for line in lines:
        kept.setdefault((line.order, line.number), line)
    return list(kept.values())


def without_tests(lines: list[Line]) -> list[Line]:
    """Leave out what the shop's own staff ordered to try things."""
    return [line for line in lines if not line.customer.startswith("TEST ")]
