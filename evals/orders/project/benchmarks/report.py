"""One full report over a generated quarter; prints a digest of the report."""

from __future__ import annotations

import datetime
import hashlib
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orderreport.pipeline import build_report
from orderreport.rendering import render

ORDERS = 2800
FIRST_DAY = datetime.date(2024, 1, 1)
DAYS = 91
EARLIER = 900  # cancellations of earlier quarters, which stay in the export
PUBLISHED = 120  # days before the first for which the export has rates
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN")
REGIONS = ("north", "south", "west", "east", "islands")
CATEGORIES = [
    f"Home/{room}/{kind}/{item}/{season}"
    for room in ("Kitchen", "Garden", "Office", "Bath")
    for kind in ("Tools", "Furniture", "Textiles")
    for item in ("Small", "Large", "Spare parts")
    for season in ("Summer", "Winter")
]


def exports(seed: int = 20240401) -> tuple[list[str], list[str], list[str]]:
    """Rows of the three exports; the same for the same seed."""
    chance = random.Random(seed)
    days = [FIRST_DAY + datetime.timedelta(number) for number in range(DAYS)]
    rates = ["day,currency,rate"]
    published = [FIRST_DAY - datetime.timedelta(number) for number in range(PUBLISHED, 0, -1)] + days
    rates += [f"{day},{name},{chance.uniform(0.2, 1.3):.4f}" for day in published for name in CURRENCIES[1:]]
    lines = ["order,line,day,customer,region,category,sku,quantity,price,currency"]
    cancelled = [f"9{number:06d}" for number in range(0, EARLIER * 3, 3)]
    for order in range(ORDERS):
        name = f"1{order:06d}"
        day = days[order * DAYS // ORDERS]
        customer = f"Customer {chance.randrange(900):04d}"
        region = chance.choice(REGIONS)
        currency = chance.choice(CURRENCIES)
        for number in range(1, chance.randint(2, 6)):
            price = f"{chance.randint(1, 900)}.{chance.randrange(100):02d}"
            row = f"{name},{number},{day},{customer},{region},{chance.choice(CATEGORIES)},sku-{chance.randrange(4000)}"
            lines.append(f"{row},{chance.randint(1, 9)},{price},{currency}")
            if chance.random() < 0.02:
                lines.append(lines[-1])
        if chance.random() < 0.18:
            cancelled.append(name)
    return lines, rates, cancelled


def main() -> None:
    """Build and render the report once."""
    text = render(build_report(*exports()))
    print(hashlib.sha256(text.encode()).hexdigest())


if __name__ == "__main__":
    main()
