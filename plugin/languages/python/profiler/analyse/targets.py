"""`[unified targets]`: which functions are worth optimising, in one ranking over all domains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from profiler.analyse.identity import MODULE
from profiler.analyse.model import MIB

if TYPE_CHECKING:
    from profiler.analyse.identity import Function
    from profiler.analyse.model import Row, Table

CPU_SHARE = 0.01
MEMORY_BYTES = 2 * MIB
SMALL_PEAK = 64 * MIB  # a large share of a small peak is no reason to optimise
PAUSE_SHARE = 0.01
BLOCKED_S = 0.005
PER_FURTHER_DOMAIN = 0.25
PASSED_UP = 0.4  # of a callee's time, to its caller; the project's or a library's
PASSED_UP_BY_LOOPS = 1.0  # the same where the caller calls it many times: it can call it less often
MANY = 10  # calls of a callee for one of its caller from which the caller is a loop
EXPLAINED = 0.75  # of the time that a row accounts for is taken off the rows below it
NEGLIGIBLE = 0.01  # weight from which a caller is too far up to be followed
ROOM = 0.45  # exponent of a function's operations: a thin shell has little in it that can be changed
MOST_OPERATIONS = 45  # as good as any more
WITHOUT_LOOP = 0.6  # for a function whose source has no loop: where work is repeated it can be avoided
IN_TURN = 30  # rows that are chosen one by one; those below keep the order of what is left
IMPORT_WEIGHT = 0.1  # importing is the start-up's cost, which a change of these functions seldom avoids
TEST_WEIGHT = 0.1  # tests are the workload, not what is to be optimised
_TEST = re.compile(r"(^|/)(tests?/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)")

FORMULA = (
    "score = 100 x room x (cpu + memory + gc + async) x (1 + 0.25 x (domains - 1)), where only domains count in which\n"
    "the function passes the threshold (1 % CPU, 2 MiB, 1 % of the time in pauses, 5 ms of blocked loop) and\n"
    "  cpu    = its own time (self and non-project callees), and 0.4 of the time of each project callee, 0.4 x 0.4\n"
    "           of the callee's callees and so on, / all CPU time; all of the callee's instead of 0.4 where it calls\n"
    "           it >= 10 times for each call of itself (needs call counts), for it could call it less; nothing is\n"
    "           passed to the script that is run from other files: it says what is to be done, as a test does.\n"
    "           For the score, but not for the threshold, what library code takes beneath a function counts 0.4, as any\n"
    "           callee's time does, and what is done while a module is imported a tenth\n"
    "  room   = (operations / 45) ^ 0.45, at most 1, and 0.6 of that without a loop in its source: a thin shell has\n"
    "           little in it that can be changed; operations are the calls, subscripts, arithmetic and comparisons in\n"
    "           its source; 1 where that is not known\n"
    "  memory = its bytes live at the peak / the peak, or / 64 MiB where the peak is lower\n"
    "  gc     = mean of the pauses that it set off and of those apportioned to it by its young collections / wall\n"
    "  async  = seconds for which it held the event loop in blocks of >= 1 ms / wall\n"
    "The rows are chosen one after the other, the highest score first, and 0.75 of the CPU time that a row accounts for\n"
    "is taken off the rest, so that the first rows are not one chain of callers with the same cost.\n"
    "A module's own level counts a tenth, and so do functions in test files: they are the workload."
)


@dataclass
class Target:
    """A row of the target table; shares are fractions of the whole.

    Attributes:
        beside: the sum of the shares that count, but for the CPU's.
        left: the CPU share that can be changed here, without the part that rows above account for.
        room: how much of the function there is to change, see `room`.
        factor: what the shares are multiplied by.
    """

    row: Row
    cpu: float
    memory: float
    pauses: float
    blocking: float
    domains: tuple[str, ...]
    beside: float
    left: float
    room: float
    factor: float

    @property
    def score(self) -> float:
        """How much is to be gained here, beyond the rows above: see `FORMULA`."""
        return (self.left + self.beside) * self.room * self.factor


def rank(table: Table, *, wall_s: float, peak_bytes: float) -> list[Target]:
    """All functions over a threshold, the best target first; CPU time that a row above accounts for counts less."""
    paths = responsibilities(table)
    cpu: dict[Function, float] = {}
    changeable: dict[Function, float] = {}
    found: dict[Function, list[int]] = {}  # function -> the paths it has a part in
    for index, (weights, seconds, worth) in enumerate(paths):
        for function, weight in weights.items():
            cpu[function] = cpu.get(function, 0.0) + weight * seconds
            changeable[function] = changeable.get(function, 0.0) + weight * seconds * worth
            found.setdefault(function, []).append(index)
    waiting = {}
    for row in table.rows.values():
        target = _judge(row, table, cpu.get(row.function, 0.0), wall_s=wall_s, peak_bytes=peak_bytes)
        if target is not None:
            if table.cpu_s and target.left:
                target.left = min(changeable[row.function] / table.cpu_s, 1.0)
            waiting[row.function] = target
    left = [seconds * worth for _, seconds, worth in paths]
    chosen: list[Target] = []
    while waiting and len(chosen) < IN_TURN:
        best = min(waiting.values(), key=_order)
        chosen.append(waiting.pop(best.row.function))
        if best.row.function.name == MODULE:
            continue  # its weight is a convention, not a claim on the time
        touched: dict[Function, float] = {}
        for index in found.get(best.row.function, ()):
            weights = paths[index][0]
            taken = EXPLAINED * weights[best.row.function] * left[index]
            left[index] -= taken
            for function, weight in weights.items():
                touched[function] = touched.get(function, 0.0) + weight * taken
        for function, seconds in touched.items():
            target = waiting.get(function)
            if target is not None and table.cpu_s:
                target.left = max(0.0, target.left - seconds / table.cpu_s)
    return chosen + sorted(waiting.values(), key=_order)


def responsibilities(table: Table) -> list[tuple[dict[Function, float], float, float]]:
    """Of each group of paths, the part of its seconds that a change of each function could plausibly save.

    Returns:
        The functions' parts, the group's CPU seconds, and how much one of these is worth to the ranking, see `_worth`.
    """
    passed = {
        (caller.function, callee): _passed(caller, callee, seconds, table)
        for caller in table.rows.values()
        for callee, seconds in caller.edges.items()
    }
    worth = {function: _worth(row) for function, row in table.rows.items()}
    groups: dict[tuple[tuple[tuple[Function, float], ...], float], float] = {}
    for path, seconds in table.paths.items():
        weights: dict[Function, float] = {}
        weight, callee = 1.0, None
        for function in path:
            if callee is not None:
                weight *= passed.get((function, callee), PASSED_UP)
            if weight < NEGLIGIBLE:
                break
            weights.setdefault(function, weight)  # in a recursion the innermost, which is the largest
            callee = function
        importing = any(function.name == MODULE and function.file not in table.scripts for function in path[1:])
        key = tuple(weights.items()), worth[path[0]] * (IMPORT_WEIGHT if importing else 1.0)
        groups[key] = groups.get(key, 0.0) + seconds
    return [(dict(weights), seconds, worth) for (weights, worth), seconds in groups.items()]


def _worth(row: Row) -> float:
    """How much of a second of a function's own time can be changed: library code only as any callee, imports hardly."""
    if not row.own_s or row.function.name == MODULE:
        return 1.0  # a module's level has a weight of its own
    importing = min(row.import_s, row.own_s - row.self_s)
    library = row.own_s - row.self_s - importing
    return (row.self_s + PASSED_UP * library + IMPORT_WEIGHT * importing) / row.own_s


def _passed(caller: Row, callee: Function, seconds: float, table: Table) -> float:
    """The part of a callee's time that its caller could save."""
    if caller.function.file in table.scripts and callee.file not in table.scripts:
        return 0.0
    return PASSED_UP_BY_LOOPS if _loops(caller, callee, seconds, table) else PASSED_UP


def _loops(caller: Row, callee: Function, seconds: float, table: Table) -> bool:
    """Whether `caller` calls `callee` many times for each call of itself; its part of the calls goes by the time."""
    called = table.rows[callee]
    if not caller.calls or not called.calls or not called.cum_s:
        return False
    return called.calls * min(1.0, seconds / called.cum_s) >= MANY * caller.calls


def room(row: Row) -> float:
    """How much of a function there is to change, up to 1; 1 where its source is not known."""
    if not row.operations:
        return 1.0
    length = min(row.operations, MOST_OPERATIONS) / MOST_OPERATIONS
    return float(length**ROOM) * (1.0 if row.loops else WITHOUT_LOOP)


def _order(target: Target) -> tuple[float, Function]:
    return (-target.score, target.row.function)


def _judge(row: Row, table: Table, cpu_s: float, *, wall_s: float, peak_bytes: float) -> Target | None:
    cpu = min(cpu_s / table.cpu_s, 1.0) if table.cpu_s else 0.0
    held = row.peak if row.peak is not None else row.resident
    memory = min(held / max(peak_bytes, SMALL_PEAK), 1.0)
    pauses = min((row.pauses_s + row.apportioned_s) / 2 / wall_s, 1.0) if wall_s else 0.0
    blocking = min(row.blocked_s / wall_s, 1.0) if wall_s else 0.0
    domains = []
    shares = 0.0
    for name, share, counts in (
        ("cpu", 0.0, cpu >= CPU_SHARE),  # its share is added as far as it is left
        ("memory", memory, held >= MEMORY_BYTES),
        ("gc", pauses, pauses >= PAUSE_SHARE),
        ("async", blocking, row.blocked_s >= BLOCKED_S),
    ):
        if counts:
            domains.append(name)
            shares += share
    if not domains:
        return None
    factor = 100 * (1 + PER_FURTHER_DOMAIN * (len(domains) - 1))
    left = cpu if "cpu" in domains else 0.0
    # What a module does when it is imported is a matter of structure: the same cost by another name, so no bonus.
    if row.function.name == MODULE:
        domains.append("structure")
        factor *= IMPORT_WEIGHT
    if is_test(row.function.file):
        factor *= TEST_WEIGHT
    return Target(row, cpu, memory, pauses, blocking, tuple(domains), shares, left, room(row), factor)


def is_test(file: str) -> bool:
    """Whether a file of the project holds tests."""
    return _TEST.search(file) is not None
