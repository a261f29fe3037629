"""Tells by counting, not by a clock, whether a planted problem is still there. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)

It uses only what the project's own tests use, so a solution may be built in any way that passes those tests.
"""

from __future__ import annotations

import datetime
import gc
import io
import sys
import tracemalloc
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path.cwd()))

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


def executed(function) -> int:
    """How many comparisons, calls and steps of the interpreter `function` takes, as far as a tracer sees them."""
    steps = 0

    def trace(frame, event, _argument):
        nonlocal steps
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps += 1
        return trace

    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(None)
    return steps


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
    gc.collect()
    tracemalloc.start()
    trail = Trail()
    trail.record("one", lines)
    trail.record("two", lines)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    for line in lines:
        line.euro_cents = None
    summary = [tuple(row) for row in trail.summary()]
    assert summary == [("one", 400, 400, 400), ("two", 400, 400, 400)], summary
    return peak < 400 * 200


def line_rows() -> bool:
    """Whether a line takes less than about a kilobyte, its texts included."""
    count = 2000
    text = io.StringIO("\n".join(rows(count)) + "\n")
    from orderreport.reading import read_lines

    read_lines(rows(10))
    gc.collect()
    tracemalloc.start()
    lines, _ = read_lines(text)
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    assert len(lines) == count
    return size < 1150


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


def main(arguments: list[str]) -> int:
    """Judge one item; see the module's docstring."""
    if len(arguments) != 1 or arguments[0] not in ITEMS:
        print(f"usage: check.py {{{','.join(ITEMS)}}}", file=sys.stderr)
        return 2
    try:
        gone = ITEMS[arguments[0]]()
    except Exception as error:  # noqa: BLE001 - whatever the changed project raises means that nobody can tell
        print(f"{arguments[0]}: cannot tell: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(f"{arguments[0]}: {'gone' if gone else 'still there'}")
    return 0 if gone else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
