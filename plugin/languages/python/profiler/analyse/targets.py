"""`[unified targets]`: which functions are worth optimising, in one ranking over all domains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from profiler.analyse.identity import MODULE
from profiler.analyse.model import MIB

if TYPE_CHECKING:
    from profiler.analyse.model import Row, Table

CPU_SHARE = 0.01
MEMORY_BYTES = 2 * MIB
SMALL_PEAK = 64 * MIB  # a large share of a small peak is no reason to optimise
PAUSE_SHARE = 0.01
BLOCKED_S = 0.005
PER_FURTHER_DOMAIN = 0.25
BRANCHING = 0.3  # weight of cumulative time that spreads over several callees
BRANCHING_ONCE = 0.1  # the same for what runs once: an entry point has everything beneath it, and is seldom at fault
LOOPING = 0.5  # weight of the time of a callee that is called many times for each call of the function
MANY = 50  # calls of a callee for one of its caller from which the caller is a loop
TEST_WEIGHT = 0.1  # tests are the workload, not what is to be optimised
_TEST = re.compile(r"(^|/)(tests?/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)")

FORMULA = (
    "score = 100 x (cpu + memory + gc + async) x (1 + 0.25 x (domains - 1)), where only domains count in which the\n"
    "function passes the threshold (1 % CPU, 2 MiB, 1 % of the time in pauses, 5 ms of blocked loop) and\n"
    "  cpu    = (own + 0.5 x looped + 0.3 x spread) / all CPU time;  own = self and non-project callees;\n"
    "           looped = time in a project callee called >= 50 times per call of this one (needs call counts);\n"
    "           spread = time in its other project callees beyond the largest (a function that only passes\n"
    "           through to one callee is not the target); 0.1 x for what is called once\n"
    "  memory = its bytes live at the peak / the peak, or / 64 MiB where the peak is lower\n"
    "  gc     = mean of the pauses that it set off and of those apportioned to it by its young collections / wall\n"
    "  async  = seconds for which it held the event loop in blocks of >= 1 ms / wall\n"
    "Functions in test files count a tenth: they are the workload."
)


@dataclass
class Target:
    """A row of the target table; shares are fractions of the whole."""

    row: Row
    cpu: float
    memory: float
    pauses: float
    blocking: float
    domains: tuple[str, ...]
    score: float


def rank(table: Table, *, wall_s: float, peak_bytes: float) -> list[Target]:
    """All functions over a threshold, the best target first."""
    targets = []
    for row in table.rows.values():
        target = _judge(row, table, wall_s=wall_s, peak_bytes=peak_bytes)
        if target is not None:
            targets.append(target)
    return sorted(targets, key=lambda target: (-target.score, target.row.function))


def responsible(row: Row, table: Table) -> float:
    """CPU seconds that a change of this function could plausibly save: see `FORMULA`."""
    looped = largest = 0.0
    rest = 0.0
    for callee, seconds in row.edges.items():
        child = table.rows.get(callee)
        calls = child.calls if child is not None else None
        if calls and row.calls and calls >= MANY * row.calls and child is not None and child.cum_s <= seconds * 1.5:
            looped += seconds
        else:
            largest = max(largest, seconds)
            rest += seconds
    # Time that flows on through the largest callee alone is that callee's affair; and time cannot count twice
    # where callees call each other, so the cumulative time bounds it.
    spread = max(0.0, min(rest - largest, row.cum_s - row.own_s))
    once = row.function.name == MODULE or row.calls is None or row.calls <= 1
    return row.own_s + LOOPING * min(looped, row.cum_s) + (BRANCHING_ONCE if once else BRANCHING) * spread


def _judge(row: Row, table: Table, *, wall_s: float, peak_bytes: float) -> Target | None:
    cpu = min(responsible(row, table) / table.cpu_s, 1.0) if table.cpu_s else 0.0
    held = row.peak if row.peak is not None else row.resident
    memory = min(held / max(peak_bytes, SMALL_PEAK), 1.0)
    pauses = min((row.pauses_s + row.apportioned_s) / 2 / wall_s, 1.0) if wall_s else 0.0
    blocking = min(row.blocked_s / wall_s, 1.0) if wall_s else 0.0
    domains = []
    shares = 0.0
    for name, share, counts in (
        ("cpu", cpu, cpu >= CPU_SHARE),
        ("memory", memory, held >= MEMORY_BYTES),
        ("gc", pauses, pauses >= PAUSE_SHARE),
        ("async", blocking, row.blocked_s >= BLOCKED_S),
    ):
        if counts:
            domains.append(name)
            shares += share
    if not domains:
        return None
    score = 100 * shares * (1 + PER_FURTHER_DOMAIN * (len(domains) - 1))
    # What a module does when it is imported is a matter of structure: the same cost by another name, so no bonus.
    if row.function.name == MODULE:
        domains.append("structure")
    if is_test(row.function.file):
        score *= TEST_WEIGHT
    return Target(row, cpu, memory, pauses, blocking, tuple(domains), score)


def is_test(file: str) -> bool:
    """Whether a file of the project holds tests."""
    return _TEST.search(file) is not None
