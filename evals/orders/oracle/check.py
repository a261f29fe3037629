"""Tells by counting, not by a clock, whether a planted problem is still there. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)

It uses only what the project's own tests use, so a solution may be built in any way that passes those tests.
"""

from __future__ import annotations

import datetime
import gc
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import executed, kept, main, peak

HEADER = "order,line,day,customer,region,category,sku,quantity,price,currency"


def rows(count: int) -> list[str]:
    """An export of `count` lines."""
    lines = [f"{n},1,2024-02-05,Customer {n % 50},north,Home/Kitchen/Tools/Small,s-{n},2,10.00,EUR" for n in range(count)]
    return [HEADER, *lines]


def made(count: int) -> list:
    """`count` converted lines."""
    from orderreport.reading import read_lines

    lines, rejected = read_lines(rows(count))
    assert not rejected
    for line in lines:
        line.euro_cents = line.cents
    return lines


class Counted(str):
    """A text that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def cancelled_list() -> bool:
    """Whether leaving cancelled orders out takes far fewer comparisons than lines times cancellations."""
    from orderreport.cleaning import without_cancelled

    lines = made(200)
    without_cancelled(lines, [Counted(f"9{n}") for n in range(200)])
    return Counted.compared < 200 * 200 / 10


def rate_scan() -> bool:
    """Whether the work for one rate hardly grows when sixteen times as many are published."""
    from orderreport.rates import Rates

    first = datetime.date(2020, 1, 1)

    def work(count: int) -> int:
        rates = Rates()
        for number in range(count):
            rates.add(first + datetime.timedelta(number), "USD", 1.0)
        rates.on(first, "USD")  # what is built once may be built now
        return executed(lambda: [rates.on(first + datetime.timedelta(count - 1 - n), "USD") for n in range(20)])

    return work(800) < 4 * work(50)


def trail_copies() -> bool:
    """Whether a finished trail holds no lines of its own, and telling it takes no copies while it runs."""
    from orderreport.audit import Trail

    lines = made(400)
    trail = Trail()

    def record() -> None:
        trail.record("one", lines)
        trail.record("two", lines)

    needed = peak(record)
    for line in lines:
        line.euro_cents = None
    summary = [tuple(row) for row in trail.summary()]
    assert summary == [("one", 400, 400, 400), ("two", 400, 400, 400)], summary
    return needed < 400 * 200


def line_rows() -> bool:
    """Whether a line takes less than about a kilobyte, its texts included."""
    count = 2000
    text = io.StringIO("\n".join(rows(count)) + "\n")
    from orderreport.reading import read_lines

    read_lines(rows(10))
    return kept(lambda: read_lines(text)) / count < 1150


def category_cycles() -> bool:
    """Whether totals leave nothing behind that only the collector can free."""
    from orderreport.totals import by_category

    lines = made(300)
    by_category(lines)
    gc.collect()
    gc.disable()
    by_category(lines)
    return gc.collect() < 300


ITEMS = {
    "cancelled-list": cancelled_list,
    "rate-scan": rate_scan,
    "trail-copies": trail_copies,
    "line-rows": line_rows,
    "category-cycles": category_cycles,
}


if __name__ == "__main__":
    sys.exit(main(ITEMS))
