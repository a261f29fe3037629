"""The report as text."""

from __future__ import annotations


def money(cents: int) -> str:
    """Euros with two digits and commas, as the managers like them."""
    sign = "-" if cents < 0 else ""
    whole, fraction = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{fraction:02d}"


def table(title: str, rows: list[tuple[str, str]]) -> str:
    """A heading and two columns, the second flush right."""
    if not rows:
        return f"{title}\n  nothing\n"
    left = max(len(name) for name, _ in rows)
    right = max(len(value) for _, value in rows)
    text = f"{title}\n"
    for name, value in rows:
        text += f"  {name:<{left}}  {value:>{right}}\n"
    return text


def newcomers(days: dict[str, dict[str, list[tuple[str, int]]]]) -> list[tuple[str, str]]:
    """For each day and region how many of the leading customers were not among them the time before."""
    before: dict[str, set[str]] = {}
    rows = []
    for day, regions in days.items():
        for region, customers in regions.items():
            names = {name for name, _ in customers}
            fresh = len(names - before.get(region, set()))
            before[region] = names
            rows.append((f"{day} {region}", f"{fresh} of {len(names)}, first {customers[0][0]}"))
    return rows


def render(report: dict) -> str:
    """The whole report."""
    parts = [table("Revenue by category", [(path, money(cents)) for path, cents in report["categories"].items()])]
    for region, customers in report["leaders"].items():
        parts.append(table(f"Leading customers, {region}", [(name, money(cents)) for name, cents in customers]))
    parts.append(table("Customers who came to the lead", newcomers(report["days"])))
    audit = [
        (stage, f"{count} lines, {orders} orders, {converted} converted")
        for stage, count, orders, converted in report["audit"]
    ]
    parts.append(table("Audit", audit))
    if report["problems"]:
        parts.append("Left out\n" + "".join(f"  {problem}\n" for problem in report["problems"]))
    return "\n".join(parts)
