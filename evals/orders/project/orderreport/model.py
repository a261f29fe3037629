"""The order line, which everything else works on."""

from __future__ import annotations

import datetime


class Line:
    """One position of one order.

    `cents` is the price of the whole position in the smallest unit of `currency`; `euro_cents` is filled in when the line
    has been converted.
    """

    def __init__(self, row: dict) -> None:
        self.row = row
        self.order = row["order"].strip()
        self.number = int(row["line"])
        self.day = datetime.date.fromisoformat(row["day"].strip())
        self.customer = " ".join(row["customer"].split())
        self.region = row["region"].strip().lower()
        self.category = tuple(part.strip() for part in row["category"].split("/"))
        self.sku = row["sku"].strip().upper()
        self.quantity = int(row["quantity"])
        self.currency = row["currency"].strip().upper()
        self.cents = self.quantity * parse_cents(row["price"])
        self.euro_cents = None

    def describe(self) -> str:
        """How the line is named in messages to people."""
        row = self.row
        return f"order {row['order'].strip()} line {int(row['line'])}: {int(row['quantity'])} x {row['sku'].strip().upper()}"


def parse_cents(text: str) -> int:
    """The number of cents in a price such as ``12.5`` or ``1,299.00``."""
    whole, _, fraction = text.strip().replace(",", "").partition(".")
    fraction = (fraction + "00")[:2]
    cents = abs(int(whole or "0")) * 100 + int(fraction)
    return -cents if whole.startswith("-") else cents
