"""The leading customers."""

from __future__ import annotations

import datetime
from collections import defaultdict, deque

from orderreport.model import Line

SHARE = 0.6  # of the customers in a region who are told to its manager
WINDOW = 63  # days


def spending(lines: list[Line]) -> dict[str, dict[str, int]]:
    """Euro cents by region and customer."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[line.region][line.customer] += line.euro_cents or 0
    return {region: dict(customers) for region, customers in found.items()}


def leaders(customers: dict[str, int], share: float = SHARE) -> list[tuple[str, int]]:
    """The customers who spent most, as many as `share` of them; ties by name."""
    count = max(1, round(len(customers) * share)) if customers else 0
    ranked = sorted(customers.items(), key=lambda item: (-item[1], item[0]))
    return ranked[:count]


def leaders_by_region(lines: list[Line]) -> dict[str, list[tuple[str, int]]]:
    """The leading customers of each region, regions in alphabetical order."""
    return {region: leaders(customers) for region, customers in sorted(spending(lines).items())}


def daily_leaders(lines: list[Line], window: int = WINDOW) -> dict[str, dict[str, list[tuple[str, int]]]]:
    """For each day that had orders, the leading customers of each region over the `window` days that end with it.

    Customers whose orders have all left the window no longer count.
    """
    by_day: dict[datetime.date, list[Line]] = defaultdict(list)
    for line in lines:
        by_day[line.day].append(line)
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    found = {}
    inside: deque[datetime.date] = deque()
    for day in sorted(by_day):
        inside.append(day)
        for line in by_day[day]:
            customers = sums[line.region]
            customers[line.customer] = customers.get(line.customer, 0) + (line.euro_cents or 0)
            counts[line.region, line.customer] += 1
        while (day - inside[0]).days >= window:
            for line in by_day[inside.popleft()]:
                customers = sums[line.region]
                customers[line.customer] -= line.euro_cents or 0
                counts[line.region, line.customer] -= 1
                if not counts[line.region, line.customer]:
                    del customers[line.customer]
        found[day.isoformat()] = {region: leaders(customers) for region, customers in sorted(sums.items()) if customers}
    return found
