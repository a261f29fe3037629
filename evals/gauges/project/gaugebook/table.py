"""The month as a table for people."""

from __future__ import annotations

from gaugebook.month import Month

HEAD = f"{'gauge':12} {'days':>4} {'lowest':>8} {'mean':>8} {'highest':>8} {'mark':>8}"


def rows(month: Month) -> list[str]:
    """A row for each gauge."""
    lines = []
    for gauge in month.gauges:
        days = [day for (name, _), day in month.days.items() if name == gauge]
        count = sum(day.count for day in days)
        mean = sum(day.total for day in days) / count
        lowest = min(day.lowest for day in days)
        highest = max(day.highest for day in days)
        lines.append(
            f"{gauge:12} {len(days):4} {lowest:8.1f} {mean:8.2f} {highest:8.1f} {month.marks.get(gauge, 0.0):8.2f}"
        )
    return lines


def render(month: Month) -> str:
    """The table, and what was left out."""
    lines = [f"Book of {month.name}", "", HEAD, *rows(month), ""]
    lines.append(f"left out: {month.rejected.total}")
    for reason, count in month.rejected.counts.items():
        if count:
            lines.append(f"  {reason:8} {count:6}  first: {month.rejected.examples[reason]}")
    return "\n".join(lines) + "\n"
