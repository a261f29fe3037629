"""Reads the shop's exports."""

from __future__ import annotations

import csv
import datetime
from typing import Iterable

from orderreport.model import Line
from orderreport.rates import Rates

COLUMNS = ("order", "line", "day", "customer", "region", "category", "sku", "quantity", "price", "currency")


class FormatError(ValueError):
    """An export that is not what the shop is known to write."""


def read_lines(stream: Iterable[str]) -> tuple[list[Line], list[str]]:
    """The lines of an export in their order, and one message for each row that is not a line."""
    reader = csv.DictReader(stream)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise FormatError(f"the export lacks the columns {', '.join(missing)}")
    lines = []
    rejected = []
    for row in reader:
        try:
            lines.append(Line(row))
        except (ValueError, AttributeError) as error:
            rejected.append(f"row {reader.line_num}: {error}")
    return lines, rejected


def read_rates(stream: Iterable[str]) -> Rates:
    """Exchange rates to the euro from rows of day, currency and rate."""
    rates = Rates()
    for row in csv.reader(stream):
        if row and row[0] != "day":
            rates.add(datetime.date.fromisoformat(row[0].strip()), row[1].strip().upper(), float(row[2]))
    return rates


def read_cancelled(stream: Iterable[str]) -> list[str]:
    """Order numbers, one a row; empty rows and comments are left out."""
    return [text.strip() for text in stream if text.strip() and not text.startswith("#")]
