#!/usr/bin/env python3
"""The unified profiler in one file: CPU, memory, collector and asyncio of any command that ends in Python.

    $RUNNER unified-profiling-script.py [options] <source_root> -- <command> [args...]
    $RUNNER unified-profiling-script.py --help

Copy it anywhere and run it with the interpreter of the project; it needs CPython 3.9 or later and nothing installed.
Built from the modules below by scripts/build_profiler.py: edit those, not this file.
"""

import sys
from importlib.machinery import ModuleSpec

if sys.version_info < (3, 9):
    sys.stderr.write("codeflash profile: error: Python 3.9 or later is needed, this is %d.%d; run it with the "
                     "project's own interpreter\n" % sys.version_info[:2])
    sys.exit(96)

EMBEDDED = {}

EMBEDDED['profiler/__init__.py'] = r'''"""The unified profiler: one profile of a Python command over CPU, memory, collector and asyncio.

Data flows one way: `collect` (inside the target) → `storage` → `analyse` → `render`; `launch` runs the command,
`passes` says which runs are made. Standard library only, so that the one file built from it runs anywhere.
"""

__version__ = "0.1.0"
'''

EMBEDDED['profiler/analyse/__init__.py'] = r'''"""From shards to the profile: pure functions over values."""
'''

EMBEDDED['profiler/analyse/accounts.py'] = r'''"""CPU time that the kernel counted for the tree and that no interpreter's record has.

A process writes its last record before its interpreter is taken down, which nothing can sample; and programs that are not Python
leave no record at all. A parent knows by the kernel what its children took in all: what they did not record is how they ended,
where no other program is among them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.model import PassResult
    from profiler.storage.shards import Process

WORTH = 0.05  # of the CPU time, from which on it is told
NAMED = 3  # programs
BESIDE = 0.02  # of the CPU time: what programs that are not Python may take at most for the rest to be told from it


def ends(joint: PassResult) -> dict[int, float]:
    """Process id -> CPU seconds from its last record to its end; empty where programs that are not Python may have taken much of that.

    What the children of one process did not record is divided among them evenly: the kernel tells their parent the sum.
    """
    last = _last(joint)
    first = next(iter(last), None)
    if first is None or (_programs(joint) and joint.others_s > BESIDE * joint.cpu_s):
        return {}
    found = {first: max(joint.cpu_s - last[first].cpu_s - last[first].children_cpu_s, 0.0)}
    children: dict[int, list[int]] = {}
    for pid, process in last.items():
        if pid != first:
            children.setdefault(process.about["parent"], []).append(pid)
    if not children.keys() <= last.keys():
        return {}
    for parent, pids in children.items():
        recorded = sum(last[pid].cpu_s + last[pid].children_cpu_s for pid in pids)
        rest = max(last[parent].children_cpu_s - recorded, 0.0)
        found.update(dict.fromkeys(pids, rest / len(pids)))
    return found


def unrecorded(joint: PassResult) -> float:
    """CPU seconds of the joint pass that neither a record nor the end of a process accounts for.

    Processes that nobody waited for are in their records and not in the kernel's sum: never below 0.
    """
    recorded = sum(process.cpu_s for process in _last(joint).values())
    return max(joint.cpu_s - recorded - sum(ends(joint).values()), 0.0)


def notes(joint: PassResult) -> list[str]:
    """A sentence when a good part of the CPU time is in no record."""
    seconds = unrecorded(joint)
    if seconds < WORTH * joint.cpu_s:
        return []
    programs = [name for name, _ in Counter(_programs(joint)).most_common(NAMED)]
    named = f" ({', '.join(programs)})" if programs else ""
    share = f"{100 * seconds / joint.cpu_s:.0f} % of the CPU ({seconds:.2f} s)"
    return [f"{share} is in no interpreter's record: programs that are not Python{named}, and taking interpreters down"]


def _programs(joint: PassResult) -> list[str]:
    """Names of the programs that left no record; a shell that became an interpreter is one."""
    recorded = _last(joint)
    return [name for pid, name in joint.others.items() if pid not in recorded]


def _last(joint: PassResult) -> dict[int, Process]:
    """The last record of each process id: one that executed another program has two, and its clock went on."""
    return {process.about["pid"]: process for process in joint.processes}
'''

EMBEDDED['profiler/analyse/asynchrony.py'] = r'''"""asyncio: who held the event loop, and where tasks waited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profiler.analyse.concurrency import Concurrency
    from profiler.analyse.identity import Function, Resolver
    from profiler.analyse.model import Table
    from profiler.storage.shards import Process


@dataclass
class Callback:
    """A coroutine (or plain callback) that held the loop in blocks of 1 ms or more."""

    function: Function
    blocks: int = 0
    held_s: float = 0.0
    longest_s: float = 0.0


@dataclass
class Block:
    """What held the loop beneath one callback: `stack` from the callback inwards."""

    stack: tuple[Function, ...]
    blocks: int = 0
    held_s: float = 0.0
    cpu_s: float = 0.0
    queued_s: float = 0.0  # ready to run, while others had the processor
    longest_s: float = 0.0


@dataclass
class Wait:
    """A line where tasks waited: `chain` from the task's coroutine to the innermost one, each with its line."""

    chain: tuple[tuple[Function, int], ...]
    waits: int
    seconds: float
    longest_s: float


@dataclass
class Asynchrony:
    """The event loops of the tree."""

    ran: bool = False
    steps: int = 0
    busy_s: float = 0.0  # seconds in callbacks
    callbacks: list[Callback] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    tasks: dict[Function, list[float]] = field(default_factory=dict)  # coroutine -> steps, working s, waiting s
    uvloop: bool = False
    other_loops: set[str] = field(default_factory=set)  # packages with loops of their own that were loaded
    concurrency: list[Concurrency] = field(default_factory=list)


def blocking(table: Table, processes: list[Process], resolver: Resolver) -> Asynchrony:
    """Fill in each row's blocking, from the joint pass."""
    found = Asynchrony()
    callbacks: dict[Function, Callback] = {}
    stacks: dict[tuple[Function, ...], Block] = {}
    for process in processes:
        found.other_loops.update(process.latest.get("other_loops", ()))
        if "loop.steps.0" not in process.sums:
            continue
        found.ran = found.ran or process.sums["loop.steps.0"] > 0
        found.uvloop = found.uvloop or bool(process.sums.get("loop.uvloop"))
        found.steps += int(process.sums["loop.steps.0"])
        found.busy_s += process.sums["loop.steps.1"]
        for identity, blocks, seconds, longest in process.rows.get("loop.callbacks", ()):
            for function in resolver.stack(process, (identity,)):
                callback = callbacks.setdefault(function, Callback(function))
                callback.blocks += int(blocks)
                callback.held_s += seconds
                callback.longest_s = max(callback.longest_s, longest)
        for callback_code, stack, blocks, wall, cpu, longest, queued in sampled(process.rows.get("loop.blocks", ())):
            # Where nothing of the project's is beneath the loop (asyncio works on its behalf), the callback is meant.
            functions = _within_callback(resolver.stack(process, stack)) + resolver.stack(process, (callback_code,))
            block = stacks.setdefault(_inwards(functions), Block(_inwards(functions)))
            block.blocks += blocks
            block.held_s += wall
            block.cpu_s += cpu
            block.queued_s += min(queued, max(wall - cpu, 0.0))
            block.longest_s = max(block.longest_s, longest)
            own = next((index for index, function in enumerate(functions) if function.own), None)
            if own is not None:
                row = table.row(functions[own])
                if own > 0:
                    entry = (functions[own - 1].file, functions[own - 1].name)
                    row.blocked_entries[entry] = row.blocked_entries.get(entry, 0.0) + wall
                row.blocks += blocks
                row.blocked_s += wall
                row.blocked_cpu_s += cpu
                row.blocked_queued_s += min(queued, max(wall - cpu, 0.0))
                row.longest_block_s = max(row.longest_block_s, longest)
    found.blocks = sorted((block for block in stacks.values() if block.stack), key=lambda block: -block.held_s)
    found.callbacks = sorted(callbacks.values(), key=lambda callback: -callback.held_s)
    return found


def sampled(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """`(code, stack, blocks, wall s, cpu s, longest, queued s)`, with the blocks that no sample fell into shared out.

    Such a block did what the sampled ones did that the same callback ended at the same line: its stacks are theirs, in
    proportion to their time. Where there is none it stays with the callback, with an empty stack.
    """
    places: dict[tuple[int, int], list[Sequence[Any]]] = {}
    unseen: dict[tuple[int, int], list[float]] = {}
    for code, line, stack, *figures in rows:
        if stack:
            places.setdefault((code, line), []).append((stack, *figures))
        else:
            row = unseen.setdefault((code, line), [0.0, 0.0, 0.0])
            row[0], row[1], row[2] = row[0] + figures[0], row[1] + figures[1], max(row[2], figures[3])
    for place in {**places, **unseen}:
        code, seen = place[0], places.get(place, [])
        blocks, wall, longest = unseen.get(place, (0.0, 0.0, 0.0))
        total = sum(figures[2] for figures in seen)
        if wall and not total:
            yield code, (), blocks, wall, 0.0, longest, 0.0
        for stack, its_blocks, its_wall, cpu, its_longest, queued in seen:
            part = its_wall / total if total else 0.0
            more = 1 + wall / total if total else 1.0
            yield (
                code,
                stack,
                its_blocks + blocks * part,
                its_wall + wall * part,
                cpu * more,
                its_longest,
                queued * more,
            )


def _inwards(functions: tuple[Function, ...]) -> tuple[Function, ...]:
    """Outermost first, the callback once even where it is on the stack too."""
    inwards = functions[::-1]
    return inwards[1:] if len(inwards) > 1 and inwards[0] == inwards[1] else inwards


def _within_callback(stack: tuple[Function, ...]) -> tuple[Function, ...]:
    """The part of a stack inside the innermost callback of the loop: what is outside runs the loop."""
    for index, function in enumerate(stack):
        if function.name.rpartition(".")[2] == "_run" and function.file.endswith("asyncio/events.py"):
            return stack[:index]
    return stack


def waits(found: Asynchrony, processes: list[Process], resolver: Resolver) -> None:
    """Fill in where tasks waited, from the async pass."""
    sites: dict[Any, Wait] = {}
    for process in processes:
        for chain, count, seconds, longest in process.rows.get("awaits.sites", ()):
            resolved = []
            for identity, line in chain:
                code = process.codes.get(identity)
                function = resolver.function(process, code) if code is not None else None
                if function is not None:
                    resolved.append((function, line))
            if not resolved:
                continue
            wait = sites.setdefault(tuple(resolved), Wait(tuple(resolved), 0, 0.0, 0.0))
            wait.waits += int(count)
            wait.seconds += seconds
            wait.longest_s = max(wait.longest_s, longest)
        for identity, steps, working, waiting in process.rows.get("awaits.tasks", ()):
            for function in resolver.stack(process, (identity,)):
                task = found.tasks.setdefault(function, [0.0, 0.0, 0.0])
                for index, amount in enumerate((steps, working, waiting)):
                    task[index] += amount
    found.waits = sorted(sites.values(), key=lambda wait: -wait.seconds)
'''

EMBEDDED['profiler/analyse/calls.py'] = r'''"""Numbers of calls, and which functions are worth counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Row, Table
    from profiler.storage.shards import Process

MOST_SUSPECTS = 100
_WORTH = 0.002  # share of the CPU time from which a function is a suspect


def suspects(table: Table, processes: list[Process], resolver: Resolver) -> list[tuple[str, int, str]]:
    """The functions to count, as their processes name them: `(file name, first line, bare name)`."""
    worth = table.cpu_s * _WORTH
    ranked = sorted(table.rows.values(), key=lambda row: -max(row.own_s, row.cum_s / 2))
    chosen = {row.function for row in ranked[:MOST_SUSPECTS] if row.cum_s >= worth or row.pauses_s or row.blocked_s}
    found = set()
    for process in processes:
        for code in process.codes.values():
            if resolver.function(process, code) in chosen and not code.name.endswith("comp>"):
                found.add((code.file, code.line, code.name.rpartition(".")[2]))
    return sorted(found)


def charge(table: Table, processes: list[Process], resolver: Resolver) -> str:
    """Fill in each row's calls and what is known of their arguments; gives the engine that counted."""
    engines = set()
    for process in processes:
        engines.add(process.latest.get("calls_engine", ""))
        for identity, count, resumes in process.latest.get("calls", ()):
            row = _row(table, process, resolver, identity)
            if row is not None:
                row.calls = (row.calls or 0) + count
                row.calls_are_resumes = row.calls_are_resumes or resumes
                row.calls_at_least = row.calls_at_least or bool(process.latest.get("calls_partial"))
        for identity, looks, distinct in process.latest.get("arguments", ()):
            row = _row(table, process, resolver, identity)
            if row is not None:
                row.argument_calls = (row.argument_calls or 0) + looks
                row.distinct_arguments = (row.distinct_arguments or 0) + distinct
        for identity, name, kind, size in process.latest.get("sizes", ()):
            row = _row(table, process, resolver, identity)
            if row is not None and size > row.sizes.get(name, ("", 0))[1]:
                row.sizes[name] = (kind, size)
    return ", ".join(sorted(engines - {""}))


def _row(table: Table, process: Process, resolver: Resolver, identity: int) -> Row | None:
    """The row of the function that a code object belongs to, None for one that is no function of the project's own."""
    code = process.codes.get(identity)
    # A generator expression is a part of its function, but its starts are no calls of that.
    if code is None or code.name.endswith("<genexpr>"):
        return None
    function = resolver.function(process, code)
    return None if function is None else table.row(function)
'''

EMBEDDED['profiler/analyse/concurrency.py'] = r'''"""How resident memory goes with the number of tasks under way, by coroutine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Function, Resolver
    from profiler.storage.shards import Process

MOST_POINTS = 50
MOST_COROUTINES = 10
FEWEST_TASKS = 2  # at once, for a coroutine to be listed
AS_GOOD_AS = 0.98  # of the highest level of memory, from which a sample is its peak
FEWEST_LEVELS = 3  # different numbers of tasks that a line is fitted through


@dataclass
class Line:
    """Memory above its level before the first task, as a multiple of the number of tasks: a line through the origin.

    Attributes:
        bytes_per_task: its slope.
        r2: share of the squares about zero that it explains; 1 is a perfect fit.
    """

    bytes_per_task: float
    r2: float


@dataclass
class Concurrency:
    """One coroutine whose tasks overlapped.

    Attributes:
        samples: `(tasks under way, resident bytes)` in order of time.
        base: resident bytes before the first task.
        at_peak: tasks under way when resident memory stood highest.
        line: fitted to the records up to the peak, since freed memory often stays resident; None with too few.
    """

    function: Function
    samples: list[tuple[int, float]] = field(default_factory=list)
    base: float = 0.0
    most: int = 0
    at_peak: int = 0
    line: Line | None = None


def find(processes: list[Process], resolver: Resolver) -> list[Concurrency]:
    """Coroutines with several tasks at once, the most numerous first; each in the process that held most of them."""
    best: dict[Function, Concurrency] = {}
    for process in processes:
        page = process.latest.get("page", 4096)
        points = process.latest.get("moments", ())
        codes = {code for _, tasks in points for code, _ in tasks}
        for code in codes:
            function = next(iter(resolver.stack(process, (code,))), None)
            if function is None or not function.own:
                continue
            samples = [(dict(tasks).get(code, 0), pages * page) for pages, tasks in points]
            entry = _concurrency(function, samples)
            if entry.most >= FEWEST_TASKS and (function not in best or entry.most > best[function].most):
                best[function] = entry
    return sorted(best.values(), key=lambda entry: -entry.most)[:MOST_COROUTINES]


def _concurrency(function: Function, samples: list[tuple[int, float]]) -> Concurrency:
    first = next((index for index, (tasks, _) in enumerate(samples) if tasks), 0)
    base = samples[max(first - 1, 0)][1]
    highest = max(size for _, size in samples)
    # Memory that creeps on after the last task has begun is no later peak.
    peak = next(index for index, (_, size) in enumerate(samples) if size - base >= AS_GOOD_AS * (highest - base))
    return Concurrency(
        function,
        _thinned(samples),
        base,
        max(tasks for tasks, _ in samples),
        samples[peak][0],
        through_origin(_records(samples[first : peak + 1], base)),
    )


def _records(samples: list[tuple[int, float]], base: float) -> list[tuple[int, float]]:
    """The most memory above `base` at each number of tasks that was a new record when it was reached.

    A task may fill its memory only bit by bit, and memory of tasks that have ended may stay: neither says what a task
    holds.
    """
    levels: dict[int, float] = {}
    record = 1
    for tasks, size in samples:
        record = max(record, tasks)
        if tasks == record:
            levels[tasks] = max(levels.get(tasks, 0.0), size - base)
    return sorted(levels.items())


def through_origin(points: list[tuple[int, float]]) -> Line | None:
    """The least-squares line through the origin; None with fewer than three different numbers of tasks."""
    squares = sum(tasks * tasks for tasks, _ in points)
    total = sum(size * size for _, size in points)
    if len({tasks for tasks, _ in points}) < FEWEST_LEVELS or not squares or not total:
        return None
    slope = sum(tasks * size for tasks, size in points) / squares
    missed = sum((size - slope * tasks) ** 2 for tasks, size in points)
    return Line(slope, 1 - missed / total)


def _thinned(samples: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most `MOST_POINTS` samples: of each run of neighbours the one with most memory."""
    step = -(-len(samples) // MOST_POINTS)
    return [max(samples[at : at + step], key=lambda sample: sample[1]) for at in range(0, len(samples), step or 1)]
'''

EMBEDDED['profiler/analyse/cpu.py'] = r'''"""Time: self, own and cumulative seconds of the project's functions, and whose library code they ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from profiler.analyse.distributions import STANDARD_LIBRARY
from profiler.analyse.identity import IMPORT, MODULE
from profiler.analyse.model import Sample, Table

if TYPE_CHECKING:
    from profiler.analyse.identity import Function, Resolver
    from profiler.storage.shards import Process

_Key = TypeVar("_Key")
OTHER = "(other)"
START = "(interpreter start)"


def samples(processes: list[Process], resolver: Resolver) -> list[Sample]:
    """All samples of a joint pass: main threads, other threads, and the collector's CPU time where it was set off."""
    merged: dict[tuple[Function, ...], Sample] = {}

    def add(process: Process, stack: tuple[int, ...], cpu: float, wall: float, pause: float) -> None:
        functions = resolver.stack(process, stack)
        sample = merged.get(functions)
        if sample is None:
            sample = merged[functions] = Sample(functions, 0.0)
        sample.cpu_s += cpu
        sample.wall_s += wall
        sample.pause_s += pause

    for process in processes:
        for stack, _, cpu, wall in process.rows.get("stacks", ()):
            add(process, stack, cpu, wall, 0.0)
        for stack, _, cpu in process.rows.get("threads", ()):
            add(process, stack, cpu, 0.0, 0.0)
        for stack, _, cpu, *_ in process.rows.get("collections", ()):
            add(process, stack, cpu, 0.0, cpu)
    return list(merged.values())


def tabulate(found: list[Sample]) -> Table:
    """Self, own and cumulative time. Recursion counts once; library time goes to the project function that called it."""
    table = Table()
    for sample in found:
        seconds = sample.cpu_s
        table.cpu_s += seconds
        table.pause_cpu_s += sample.pause_s
        if not seconds:
            continue
        stack = sample.stack
        own = next((index for index, function in enumerate(stack) if function.own), None)
        _libraries(table, stack, own, seconds)
        importing = next((i for i, function in enumerate(stack) if function.file == IMPORT), None)
        _script(table, stack)
        if importing is not None:
            table.import_s += seconds
            importer = _importer(stack, own, importing)
            if importer is not None:
                _add(table.import_by, (importer.file, _imported(stack)), seconds)
        if own is None:
            continue
        row = table.row(stack[own])
        row.own_s += seconds
        if own == 0:
            row.self_s += seconds
        else:
            entry = stack[own - 1]
            key = (entry.file, entry.name)
            row.entries[key] = row.entries.get(key, 0.0) + seconds
            name = entry.distribution or OTHER
            row.distributions[name] = row.distributions.get(name, 0.0) + seconds
            if importing is not None and importing < own:
                row.import_s += seconds
            if any(function.name == "deepcopy" and function.file.endswith("copy.py") for function in stack[:own]):
                row.deepcopy_s += seconds
        _cumulate(table, [function for function in stack if function.own], seconds)
    return table


def charge_places(table: Table, processes: list[Process], resolver: Resolver) -> None:
    """Charge own time to the loops and lines of the functions that `tabulate` found."""
    for process in processes:
        for identity, line, seconds in process.rows.get("lines", ()):
            code = process.codes.get(identity)
            function = resolver.function(process, code) if code is not None else None
            row = table.rows.get(function) if function is not None else None
            if row is not None:
                place = resolver.place(row.function, line)
                row.cpu_places[place] = row.cpu_places.get(place, 0.0) + seconds


def _script(table: Table, stack: tuple[Function, ...]) -> None:
    """Note the file whose module level is outermost on a stack, unless it is being imported: it was run."""
    for function in reversed(stack):
        if function.file == IMPORT:
            return
        if function.own:
            if function.name == MODULE:
                table.scripts.add(function.file)
            return


def _cumulate(table: Table, own: list[Function], seconds: float) -> None:
    """Charge each project function on the stack once, and each direct call between two of them once."""
    path = tuple(function for function, callee in zip(own, [None, *own]) if function != callee)
    table.paths[path] = table.paths.get(path, 0.0) + seconds
    for function in set(own):
        table.row(function).cum_s += seconds
    for callee, caller in {(callee, caller) for callee, caller in zip(own, own[1:]) if callee != caller}:
        edges = table.row(caller).edges
        edges[callee] = edges.get(callee, 0.0) + seconds


def _libraries(table: Table, stack: tuple[Function, ...], own: int | None, seconds: float) -> None:
    """Whose code ran: the innermost frame's, and the one that the project called, up to its next own frame."""
    if stack and not stack[0].own:
        _add(table.inside, stack[0].distribution or OTHER, seconds)
    if own is None:
        _add(table.outside, _named(stack) or (OTHER if stack else START), seconds)
    elif own > 0:
        entered = next(
            (f.distribution for f in reversed(stack[:own]) if f.distribution not in ("", STANDARD_LIBRARY)), ""
        )
        _add(table.below, entered or stack[own - 1].distribution or OTHER, seconds)


def _named(stack: tuple[Function, ...]) -> str:
    third = next((f.distribution for f in stack if f.distribution not in ("", STANDARD_LIBRARY)), "")
    return third or next((f.distribution for f in stack if f.distribution), "")


def _importer(stack: tuple[Function, ...], own: int | None, importing: int) -> Function | None:
    """The project's code that imports, or is being imported, at the innermost import; None where neither is its own."""
    if own is None:
        return None
    if importing < own:
        return stack[own]
    return next((function for function in stack[own:importing] if function.own and function.name == MODULE), None)


def _imported(stack: tuple[Function, ...]) -> str:
    """The distribution of the outermost module that was being imported below the project's own code."""
    own = [index for index, function in enumerate(stack) if function.own]
    inside = False
    for function in reversed(stack[: own[0] + 1]):
        if function.file == IMPORT:
            inside = True
        elif inside and function.name == MODULE:
            return function.distribution or OTHER
    return "(project)" if own[0] == 0 or stack[own[0]].name == MODULE else OTHER


def _add(counts: dict[_Key, float], key: _Key, seconds: float) -> None:
    counts[key] = counts.get(key, 0.0) + seconds
'''

EMBEDDED['profiler/analyse/deltas.py'] = r'''"""The change against the stored baseline, in every dimension and by function."""

from __future__ import annotations

from typing import Any

TOTALS = (
    ("wall_s", 1.0),
    ("cpu_s", 1.0),
    ("rss_peak_mib", 1.0),
    ("gc_s", 1.0),
    ("mem_peak_mib", 1.0),
    ("blocked_ms", 1.0),
)
MOST = 8
NOTICEABLE_S = 0.01
NOTICEABLE_MIB = 0.5


def compare(before: dict[str, Any], after: dict[str, Any], most: int | None = MOST) -> dict[str, Any]:
    """Totals side by side, and the functions that changed most, the largest change first; `most` of them, or all."""
    totals = {}
    for name, _ in TOTALS:
        old, new = before.get("totals", {}).get(name), after.get("totals", {}).get(name)
        if isinstance(old, (int, float)) and isinstance(new, (int, float)):
            totals[name] = {"before": old, "after": new, "delta": new - old}
    return {
        "taken": before.get("taken", ""),
        "totals": totals,
        "functions": _functions(before, after)[:most],
    }


def _functions(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Matched by file and name, since an edit above a function moves its line."""
    old, new = _figures(before), _figures(after)
    nothing = (0.0, None, None)
    changes = []
    for file, name in {*old, *new}:
        first, second = old.get((file, name), nothing), new.get((file, name), nothing)
        delta = second[0] - first[0]
        held = None if first[1] is None and second[1] is None else (second[1] or 0.0) - (first[1] or 0.0)
        if abs(delta) >= NOTICEABLE_S or abs(held or 0.0) >= NOTICEABLE_MIB:
            changes.append(
                {
                    "file": file,
                    "function": name,
                    "own_s_before": first[0],
                    "own_s_after": second[0],
                    "delta": delta,
                    "mem_mib_before": first[1],
                    "mem_mib_after": second[1],
                    "calls_before": first[2],
                    "calls_after": second[2],
                }
            )
    return sorted(changes, key=lambda change: (-abs(change["delta"]), change["file"], change["function"]))


def _figures(document: dict[str, Any]) -> dict[tuple[str, str], tuple[float, float | None, int | None]]:
    """Function → own CPU seconds, MiB at the peak, calls."""
    sampled = document.get("totals", {}).get("sampled_cpu_s", 0.0)
    return {
        (row["file"], row["function"]): (
            row["cpu_own_percent"] / 100 * sampled,
            row.get("mem_peak_mib"),
            row.get("calls"),
        )
        for row in document.get("functions", ())
    }
'''

EMBEDDED['profiler/analyse/distributions.py'] = r'''"""Which installed distribution a file belongs to, by the metadata that installers leave (RECORD, top_level.txt)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

STANDARD_LIBRARY = "(standard library)"
_SITES = {"site-packages", "dist-packages"}


class Distribution(NamedTuple):
    """An installed distribution."""

    name: str
    version: str


class Distributions:
    """Finds the distribution of a file; each folder of packages is read once, when its first file is asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._sites: dict[Path, tuple[dict[str, Distribution], dict[str, Distribution]]] = {}

    def of(self, file: str) -> Distribution | None:
        """The distribution of the file at an absolute path; None where it lies in no folder of packages."""
        path = Path(file)
        for parent in path.parents:
            if parent.name in _SITES:
                return self._in(parent, path.relative_to(parent))
        return None

    def _in(self, site: Path, relative: Path) -> Distribution:
        if site not in self._sites:
            self._sites[site] = _read(site)
        files, tops = self._sites[site]
        top = relative.parts[0]
        stem = top.removesuffix(".py")
        return files.get(relative.as_posix()) or tops.get(stem) or Distribution(stem, "")


def _read(site: Path) -> tuple[dict[str, Distribution], dict[str, Distribution]]:
    """Files that share their top folder with another distribution's, and owners of top-level names."""
    tops: dict[str, Distribution] = {}
    contested: set[str] = set()
    listings: list[tuple[Distribution, list[str]]] = []
    for metadata in sorted(site.glob("*.dist-info")) + sorted(site.glob("*.egg-info")):
        name, _, version = metadata.name.rpartition(".")[0].partition("-")
        fields = _fields(metadata)
        distribution = Distribution(fields.get("Name", name), fields.get("Version", version))
        entries = _entries(metadata)
        listings.append((distribution, entries))
        for entry in entries:
            top = entry.partition("/")[0]
            top = top.removesuffix(".py")
            if tops.setdefault(top, distribution) != distribution:
                contested.add(top)
    files = {
        entry: distribution
        for distribution, entries in listings
        for entry in entries
        if entry.partition("/")[0] in contested
    }
    return files, tops


def _fields(metadata: Path) -> dict[str, str]:
    """The first lines of the metadata file, up to its text."""
    for file in ("METADATA", "PKG-INFO"):
        try:
            lines = (metadata / file).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        fields: dict[str, str] = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon:
                break
            fields.setdefault(key, value.strip())
        return fields
    return {}


def _entries(metadata: Path) -> list[str]:
    try:
        text = (metadata / "RECORD").read_text(encoding="utf-8", errors="replace")
        entries = [line.rsplit(",", 2)[0].strip('"') for line in text.splitlines()]
    except OSError:
        try:
            entries = (metadata / "top_level.txt").read_text(encoding="utf-8", errors="replace").split()
        except OSError:
            return []
    return [entry for entry in entries if entry and not entry.startswith("..")]
'''

EMBEDDED['profiler/analyse/document.py'] = r'''"""The profile as one JSON document, the form in which it is stored, compared and rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiler.analyse import accounts
from profiler.analyse import targets as ranking
from profiler.analyse.model import MIB

if TYPE_CHECKING:
    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.concurrency import Concurrency
    from profiler.analyse.identity import Function
    from profiler.analyse.interactions import Interaction
    from profiler.analyse.memory import Memory
    from profiler.analyse.model import PassResult, Row, Sample, Table
    from profiler.analyse.pauses import Collector

SCHEMA_VERSION = 1
DISTRIBUTION_WORTH = 0.001
LINES_SHOWN = 5
BLOCKS_KEPT = 20  # stacks that held a loop
PLACE_WORTH = 0.5  # percent of the CPU time


@dataclass
class Profile:
    """All that was found out, before it becomes a document."""

    command: list[str]
    executed: list[str]
    source_root: str
    python: str
    taken: str
    exit_code: int
    signal: str | None
    passes: list[PassResult]
    table: Table
    collector: Collector
    loops: Asynchrony
    memory: Memory
    interactions: list[Interaction]
    versions: dict[str, str]
    quick: bool
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    engines: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    @property
    def joint(self) -> PassResult:
        """The pass that timings of functions come from."""
        return next(result for result in self.passes if result.name == "joint")

    @property
    def reference(self) -> PassResult:
        """The bare run, or the joint one where there is none."""
        return self.passes[0]


def build(profile: Profile) -> dict[str, Any]:
    """The document; `plugin/languages/python/references/profile.schema.json` describes it."""
    table, reference = profile.table, profile.reference
    wall = profile.joint.wall_s
    peak = profile.memory.peak_bytes or float(reference.rss_peak)
    ranked = ranking.rank(table, wall_s=wall, peak_bytes=peak)
    return {
        "schema_version": SCHEMA_VERSION,
        "command": profile.command,
        "executed": profile.executed,
        "source_root": profile.source_root,
        "python": profile.python,
        "taken": profile.taken,
        "exit_code": profile.exit_code,
        "signal": profile.signal,
        "failed": profile.exit_code != 0,
        "quick": profile.quick,
        "wall_s": reference.wall_s,
        "cpu_s": reference.cpu_s,
        "totals": _totals(profile),
        "engines": profile.engines,
        "passes": [_pass(result, reference) for result in profile.passes],
        "functions": [_function(row, profile) for row in _sorted(table)],
        "targets": [_target(target) for target in ranked],
        "interactions": [_interaction(interaction) for interaction in profile.interactions],
        "distributions": _distributions(profile),
        "collector": {
            "collections": profile.collector.counts,
            "seconds": profile.collector.seconds,
            "longest_ms": profile.collector.longest_s * 1000,
        },
        "asyncio": _asyncio(profile),
        "concurrency": [_concurrency(entry) for entry in profile.loops.concurrency],
        "instances": [
            {
                "file": entry.file,
                "line": entry.line,
                "class": entry.name,
                "count": int(entry.count),
                "dict_mib": entry.dict_bytes / MIB,
                "mib": entry.total_bytes / MIB,
                "has_dict": entry.has_dict,
                "has_slots": entry.has_slots,
            }
            for entry in table.instances
        ],
        "allocations": _allocations(profile),
        "processes": _processes(profile),
        "left_out": profile.left_out,
        "notes": profile.notes,
        "delta": None,
    }


def _sorted(table: Table) -> list[Row]:
    return sorted(table.rows.values(), key=lambda row: (-row.cum_s, -row.own_s, row.function))


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def _mib(size: float | None) -> float | None:
    return None if size is None else size / MIB


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _name(function: Function) -> dict[str, Any]:
    return {"file": function.file, "line": function.line, "function": function.name}


def _totals(profile: Profile) -> dict[str, Any]:
    table = profile.table
    samples = sum(process.sums.get("samples", 0) for process in profile.joint.processes)
    handler = sum(process.sums.get("handler_cpu", 0.0) for process in profile.joint.processes)
    return {
        "wall_s": profile.reference.wall_s,
        "cpu_s": profile.reference.cpu_s,
        "sampled_cpu_s": table.cpu_s,
        "samples": int(samples),
        "sampling_cpu_s": handler,
        "unrecorded_cpu_s": accounts.unrecorded(profile.joint),
        # Half the width of a 95 % interval of a share of one half: the worst case of sampling error.
        "share_error_percent": 100 * 0.98 / samples**0.5 if samples else None,
        "rss_peak_mib": profile.reference.rss_peak / MIB,
        "gc_s": profile.collector.total_s,
        "gc_percent": _share(profile.collector.total_s, table.cpu_s),
        "mem_peak_mib": profile.memory.peak_bytes / MIB if profile.memory.engines else None,
        "mem_net_mib": _mib(profile.memory.net_bytes) if profile.memory.engines else None,
        "blocked_ms": 1000 * sum(callback.held_s for callback in profile.loops.callbacks),
        "import_s": table.import_s,
    }


def _pass(result: PassResult, reference: PassResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "engine": result.engine,
        "wall_s": result.wall_s,
        "cpu_s": result.cpu_s,
        "cost": result.wall_s / reference.wall_s if reference.wall_s else None,
        "exit_code": result.exit_code,
        "rss_peak_mib": result.rss_peak / MIB,
        "processes": len(result.processes),
    }


def _function(row: Row, profile: Profile) -> dict[str, Any]:
    cpu = profile.table.cpu_s
    return {
        **_name(row.function),
        "cpu_self_percent": _share(row.self_s, cpu),
        "cpu_own_percent": _share(row.own_s, cpu),
        "cpu_cum_percent": _share(row.cum_s, cpu),
        "cpu_places": [
            {"first": first, "last": last, "percent": _share(seconds, cpu)}
            for (first, last), seconds in sorted(row.cpu_places.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if _share(seconds, cpu) >= PLACE_WORTH
        ],
        "calls": row.calls,
        "calls_are_resumes": row.calls_are_resumes,
        "calls_at_least": row.calls_at_least,
        "argument_calls": row.argument_calls,
        "distinct_arguments": row.distinct_arguments,
        "mem_peak_mib": _mib(row.peak),
        "mem_net_mib": _mib(row.net),
        "mem_peak_blocks": _whole(row.peak_blocks),
        "mem_net_blocks": _whole(row.net_blocks),
        "mem_hidden_mib": row.hidden / MIB,
        "mem_lines": [
            {"line": line, "mib": size / MIB}
            for line, size in sorted(row.lines.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if size >= MIB / 100
        ],
        "resident_peak_mib": row.resident / MIB,
        "gc_s": row.pauses_s,
        "gc_apportioned_s": row.apportioned_s,
        "gc_collections": int(row.collections),
        "blocked_ms": row.blocked_s * 1000,
        "blocked_cpu_ms": row.blocked_cpu_s * 1000,
        "longest_block_ms": row.longest_block_s * 1000,
        "callees": [
            {"file": file, "function": name, "cpu_percent": _share(seconds, cpu)}
            for (file, name), seconds in sorted(row.entries.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if _share(seconds, cpu) >= 0.5
        ],
    }


def _target(target: ranking.Target) -> dict[str, Any]:
    row = target.row
    return {
        **_name(row.function),
        "cpu_percent": 100 * target.cpu,
        "mem_mib": (row.peak if row.peak is not None else row.resident) / MIB,
        "gc_percent": 100 * target.pauses,
        "blocked_ms": row.blocked_s * 1000,
        "domains": list(target.domains),
        "score": target.score,
    }


def _interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "kind": interaction.kind,
        "functions": [_name(function) for function in interaction.functions],
        "evidence": interaction.evidence,
        "text": interaction.text,
        "fix": interaction.fix,
    }


def _distributions(profile: Profile) -> list[dict[str, Any]]:
    table = profile.table
    names = {*table.below, *table.inside, *table.outside}
    rows = [
        {
            "name": name,
            "version": profile.versions.get(name) or None,
            "percent": _share(table.below.get(name, 0.0), table.cpu_s),
            "self_percent": _share(table.inside.get(name, 0.0), table.cpu_s),
            "outside_percent": _share(table.outside.get(name, 0.0), table.cpu_s),
        }
        for name in names
        if max(table.below.get(name, 0.0), table.inside.get(name, 0.0), table.outside.get(name, 0.0))
        >= DISTRIBUTION_WORTH * table.cpu_s
    ]
    return sorted(rows, key=lambda row: (-row["percent"], -row["self_percent"], row["name"]))


def _asyncio(profile: Profile) -> dict[str, Any] | None:
    loops = profile.loops
    if not loops.ran:
        return None
    return {
        "steps": loops.steps,
        "busy_s": loops.busy_s,
        "uvloop": loops.uvloop,
        "callbacks": [
            {
                **_name(callback.function),
                "blocks": callback.blocks,
                "held_ms": callback.held_s * 1000,
                "longest_ms": callback.longest_s * 1000,
            }
            for callback in loops.callbacks
        ],
        "blocks": [
            {
                "stack": [_name(function) for function in block.stack],
                "blocks": int(block.blocks),
                "held_ms": block.held_s * 1000,
                "cpu_ms": block.cpu_s * 1000,
                "queued_ms": block.queued_s * 1000,
                "longest_ms": block.longest_s * 1000,
            }
            for block in loops.blocks[:BLOCKS_KEPT]
        ],
        "waits": [
            {
                "chain": [{**_name(function), "at": line} for function, line in wait.chain],
                "waits": wait.waits,
                "waited_s": wait.seconds,
                "longest_ms": wait.longest_s * 1000,
            }
            for wait in loops.waits
        ],
        "tasks": [
            {**_name(function), "steps": int(steps), "working_s": working, "waiting_s": waiting}
            for function, (steps, working, waiting) in sorted(loops.tasks.items(), key=lambda pair: -pair[1][2])
        ],
    }


def _concurrency(entry: Concurrency) -> dict[str, Any]:
    line = entry.line
    return {
        **_name(entry.function),
        "samples": [[tasks, size / MIB] for tasks, size in entry.samples],
        "base_mib": entry.base / MIB,
        "most_tasks": entry.most,
        "tasks_at_peak": entry.at_peak,
        "fit": None if line is None else {"mib_per_task": line.bytes_per_task / MIB, "r2": line.r2},
    }


def _allocations(profile: Profile) -> dict[str, Any] | None:
    memory = profile.memory
    if not memory.engines:
        return None
    return {
        "engine": ", ".join(memory.engines),
        "peak_mib": memory.peak_bytes / MIB,
        "net_mib": _mib(memory.net_bytes),
        "hidden_mib": memory.hidden_bytes / MIB,
        "outside_project_mib": memory.unattributed / MIB,
        "allocated_blocks": memory.allocated,
    }


def _processes(profile: Profile) -> list[dict[str, Any]]:
    ends = accounts.ends(profile.joint)
    return [
        {
            "pid": process.about["pid"],
            "parent": process.about["parent"],
            "origin": process.about["origin"],
            "python": process.about["version"],
            "argv": process.argv,
            "wall_s": process.wall_s,
            "cpu_s": process.cpu_s,
            "ending_cpu_s": ends.get(process.about["pid"], 0.0),
            "children_cpu_s": process.children_cpu_s,
            "sampled_cpu_s": sum(
                row[2] for name in ("stacks", "threads", "collections") for row in process.rows.get(name, ())
            ),
            "sampling_cpu_s": process.sums.get("handler_cpu", 0.0),
            "clock": process.about["clock"],
            "ended": process.ended,
        }
        for process in profile.joint.processes
    ]
'''

EMBEDDED['profiler/analyse/identity.py'] = r'''"""One identity for a function over all passes: path relative to the source root, qualified name, first line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse.distributions import STANDARD_LIBRARY, Distributions
from profiler.analyse.source import Source

if TYPE_CHECKING:
    import ast

    from profiler.storage.shards import Code, Process

MODULE = "<module>"
IMPORT = "<frozen importlib._bootstrap>"  # the file of the interpreter's import, on the stack of all that it loads
_FOLDED = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}  # a part of the function around them
_NOT_OWN = {"site-packages", "dist-packages", ".tox", ".nox"}  # below the source root, but not the project's


class Function(NamedTuple):
    """A function.

    `file` is relative to the source root for the project's own, else the absolute path. `distribution` is empty for
    the project's own.
    """

    file: str
    line: int
    name: str
    own: bool
    distribution: str = ""


class Resolver:
    """Turns code objects and lines of files into functions."""

    def __init__(self, source_root: Path) -> None:
        """Count files below `source_root`, environments in it excepted, as the project's own."""
        self.root = Path(os.path.realpath(source_root))
        self.versions: dict[str, str] = {}
        self._distributions = Distributions()
        self._codes: dict[tuple[Code, str, str], Function | None] = {}
        self._files: dict[tuple[str, str, str], tuple[str, bool, str]] = {}
        self._sources: dict[str, Source] = {}
        self._real: dict[Path, str] = {}

    def stack(self, process: Process, stack: tuple[int, ...]) -> tuple[Function, ...]:
        """The functions of a stack, innermost first, our own frames left out."""
        found = []
        for identity in stack:
            code = process.codes.get(identity)
            function = self.function(process, code) if code is not None else None
            if function is not None:
                found.append(function)
        return tuple(found)

    def function(self, process: Process, code: Code) -> Function | None:
        """The function of a code object; None for our own."""
        cwd, stdlib = process.about["cwd"], process.about["stdlib"]
        key = (code, cwd, stdlib)
        if key not in self._codes:
            self._codes[key] = self._resolve(code, cwd, stdlib)
        return self._codes[key]

    def at(self, process: Process, file: str, line: int) -> Function | None:
        """The function that contains a line of a file; None for our own."""
        place = self._place(file, process.about["cwd"], process.about["stdlib"])
        if place is None:
            return None
        shown, own, distribution = place
        if not own:
            return Function(shown, line, "", own, distribution)
        around = self._source(shown).around(line)
        return Function(shown, around.first, around.name, own) if around else Function(shown, 1, MODULE, own)

    def definition(self, function: Function) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The source of one of the project's own functions, None where it cannot be read."""
        if not function.own or function.name == MODULE:  # a module's line is 1, where a function may begin
            return None
        return self._source(function.file).functions.get(function.line)

    def place(self, function: Function, line: int) -> tuple[int, int]:
        """First and last line of the innermost loop around a line of one of the project's own functions, or the line."""
        return self._source(function.file).loop_around(line) or (line, line)

    def class_at(self, process: Process, file: str, name: str, line: int) -> tuple[str, int, str] | None:
        """Where a class of the project's own stands: file, first line, name; None for any other.

        `line` is 0 where the interpreter does not know it (before 3.13): the file does.
        """
        place = self._place(file, process.about["cwd"], process.about["stdlib"])
        if place is None or not place[1]:
            return None
        name = name.replace("<locals>.", "")
        definition = self._source(place[0]).named(name)
        return place[0], definition.first if definition is not None else line, name

    def _resolve(self, code: Code, cwd: str, stdlib: str) -> Function | None:
        place = self._place(code.file, cwd, stdlib)
        if place is None:
            return None
        file, own, distribution = place
        name = code.name.replace("<locals>.", "")
        if name == MODULE:
            return Function(file, 1, MODULE, own, distribution)
        if not own:
            return Function(file, code.line, name, own, distribution)
        source = self._source(file)
        last = name.rpartition(".")[2]
        if last in _FOLDED:
            around = source.around(code.line)
            if around is None:
                return Function(file, 1, MODULE, own)
            return Function(file, around.first, around.name, own)
        if not code.qualified:
            definition = source.beginning(code.line, last)
            around = source.around(code.line)
            if definition is not None:
                name = definition.name
            elif around is not None and last == "<lambda>":
                name = f"{around.name}.{last}"
        return Function(file, code.line, name, own)

    def _source(self, file: str) -> Source:
        if file not in self._sources:
            self._sources[file] = Source.of(self.root / file)
        return self._sources[file]

    def _place(self, file: str, cwd: str, stdlib: str) -> tuple[str, bool, str] | None:
        """Where a file is shown, whether it is the project's own, and its distribution; None for our own files."""
        if "_codeflash_collect" in file or file.endswith(("/site/sitecustomize.py", "profiler/collect/boot.py")):
            return None
        key = (file, cwd, stdlib)
        if key not in self._files:
            self._files[key] = self._locate(file, cwd, stdlib)
        return self._files[key]

    def _locate(self, file: str, cwd: str, stdlib: str) -> tuple[str, bool, str]:
        if file.startswith("<frozen"):
            return file, False, STANDARD_LIBRARY
        if file.startswith("<"):
            return file, False, ""
        path = Path(self._realpath(Path(cwd, file)))
        relative = _below(path, self.root)
        if relative is not None and not _NOT_OWN.intersection(relative.parts):
            return relative.as_posix(), True, ""
        distribution = self._distributions.of(str(path)) or self._distributions.of(str(Path(cwd, file)))
        if distribution is not None:
            self.versions[distribution.name] = distribution.version
            return str(path), False, distribution.name
        if _below(path, Path(self._realpath(Path(stdlib)))) is not None:
            return str(path), False, STANDARD_LIBRARY
        return str(path), False, ""

    def _realpath(self, path: Path) -> str:
        folder = self._real.get(path.parent)
        if folder is None:
            folder = self._real[path.parent] = os.path.realpath(path.parent)
        whole = f"{folder}/{path.name}"
        return os.path.realpath(whole) if Path(whole).is_symlink() else whole


def _below(path: Path, folder: Path) -> Path | None:
    try:
        return path.relative_to(folder)
    except ValueError:
        return None
'''

EMBEDDED['profiler/analyse/instances.py'] = r'''"""The project's classes with the most live instances when memory stood highest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from profiler.analyse.memory import moments

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.storage.shards import Process

MOST = 10


@dataclass
class Instances:
    """Live instances of one class.

    Attributes:
        file: relative to the source root; `line` is the class statement's, a decorator's where it has one.
        dict_bytes: what holds their attributes: `__dict__`s, and from 3.11 on the arrays in their stead.
        total_bytes: the objects and these; not what the attributes refer to.
        has_dict: whether each instance can take new attributes.
        has_slots: whether the class itself declares `__slots__`.
    """

    file: str
    line: int
    name: str
    count: float = 0.0
    dict_bytes: float = 0.0
    total_bytes: float = 0.0
    has_dict: bool = False
    has_slots: bool = False


def find(processes: list[Process], resolver: Resolver) -> list[Instances]:
    """The classes that take most memory; processes that lived at the same time add up."""
    best: dict[tuple[str, str], Instances] = {}
    for moment in moments(processes):
        held: dict[tuple[str, str], Instances] = {}
        for index in moment:
            for row in processes[index].latest.get("instances", ()):
                file, name, line, count, own, attributes, has_dict, has_slots = row
                place = resolver.class_at(processes[index], file, name, line)
                if place is None:
                    continue
                shown, line, name = place
                entry = held.setdefault((shown, name), Instances(shown, line, name, 0, 0, 0, has_dict, has_slots))
                entry.count += count
                entry.dict_bytes += count * attributes
                entry.total_bytes += count * (own + attributes)
        for key, entry in held.items():
            if key not in best or entry.total_bytes > best[key].total_bytes:
                best[key] = entry
    return sorted(best.values(), key=lambda entry: -entry.total_bytes)[:MOST]
'''

EMBEDDED['profiler/analyse/interactions/__init__.py'] = r'''"""The interaction patterns: what explains one domain's figure by another's, each with its evidence, else silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions import algorithm, copying, garbage, looping, recomputation, startup
from profiler.analyse.interactions.model import Evidence, Interaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Evidence", "Interaction", "find"]

DETECTORS: tuple[Callable[[Evidence], Iterator[Interaction]], ...] = (
    garbage.allocation_pauses,
    garbage.instance_dicts,
    copying.deep_copies,
    looping.blocking,
    looping.memory_per_task,
    algorithm.algorithm_by_size,
    recomputation.recomputation,
    startup.imports,
    startup.libraries,
)


def find(evidence: Evidence) -> list[Interaction]:
    """All patterns that the figures show, the largest effect first."""
    if evidence.table.cpu_s <= 0 or evidence.wall_s <= 0:
        return []
    found = [interaction for detector in DETECTORS for interaction in detector(evidence)]
    return sorted(found, key=lambda interaction: -interaction.effect)
'''

EMBEDDED['profiler/analyse/interactions/algorithm.py'] = r'''"""Algorithm x size: a walk through a container that is made again and again, seen to be large and to take the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse import scans
from profiler.analyse.interactions.model import Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence
    from profiler.analyse.model import Row

LARGE = 256  # items, from which walking through them again and again is worth a line
SHARE = 0.1  # of the CPU time, of the loop that the walk is in
SECONDS = 0.05
CALLS = 100  # of a function that searches, from which its calls are the loop


def algorithm_by_size(evidence: Evidence) -> Iterator[Interaction]:
    """For each function the walk whose loop takes most."""
    table = evidence.table
    for row in table.rows.values():
        if row.own_s < max(SHARE * table.cpu_s, SECONDS) or not row.sizes or is_test(row.function.file):
            continue
        definition = evidence.definition(row.function)
        if definition is None:
            continue
        best: tuple[float, scans.Scan] | None = None
        for scan in scans.find(definition):
            kind, items = row.sizes.get(scan.container, ("", 0))
            if items < LARGE or kind not in scan.types or (scan.by_calls and (row.calls or 0) < CALLS):
                continue
            seconds = _around(row, scan.line)
            if seconds >= max(SHARE * table.cpu_s, SECONDS) and (best is None or seconds > best[0]):
                best = seconds, scan
        if best is not None:
            yield _interaction(row, best[1], best[0] / table.cpu_s)


def _around(row: Row, line: int) -> float:
    """Seconds of the innermost place around `line` that time was charged to."""
    around = [place for place in row.cpu_places if place[0] <= line <= place[1]]
    if not around:
        return 0.0
    return row.cpu_places[min(around, key=lambda place: place[1] - place[0])]


def _interaction(row: Row, scan: scans.Scan, share: float) -> Interaction:
    kind, items = row.sizes[scan.container]
    again = f"at each of its {row.calls:,} calls" if scan.by_calls else "at each turn of a loop"
    return Interaction(
        "algorithm→size-squared",
        [row.function],
        {
            "operation": scan.operation,
            "line": float(scan.line),
            "items": float(items),
            "type": kind,
            "share_of_cpu": share,
            "calls": float(row.calls or 0),
        },
        f"{row.function.name} walks through {scan.container}, a {kind} of up to {items:,} items, {again} "
        f"(line {scan.line}: {scan.operation}), and takes {share:.0%} of the CPU time there: it grows with the square",
        "a better algorithm: a set, a dict as an index, bisect, a deque, or one pass (cpu)",
        share,
    )
'''

EMBEDDED['profiler/analyse/interactions/copying.py'] = r'''"""Copies that cost time and raise the peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

COPYING = 0.05  # share of the CPU time under copy.deepcopy


def deep_copies(evidence: Evidence) -> Iterator[Interaction]:
    """A function that spends its time in `copy.deepcopy`."""
    table, peak = evidence.table, evidence.peak_bytes
    for row in table.rows.values():
        share = row.deepcopy_s / table.cpu_s
        if share < COPYING or is_test(row.function.file):
            continue
        memory = row.peak or row.resident
        yield Interaction(
            "deepcopy→memory+cpu",
            [row.function],
            {
                "deepcopy_share_of_cpu": share,
                "mem_peak_mib": memory / MIB,
                "share_of_peak": memory / peak if peak else 0.0,
            },
            f"{row.function.name} spends {share:.0%} of the CPU time in copy.deepcopy and holds "
            f"{memory / MIB:.1f} MiB at the peak",
            "do not copy, or copy what is changed only (cpu)",
            share,
        )
'''

EMBEDDED['profiler/analyse/interactions/garbage.py'] = r'''"""Memory that costs time: allocations that set off collections, and a dictionary for each of many instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.identity import Function
from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

PAUSES_MATTER = 0.05  # share of the CPU time
PAUSES_S = 0.02  # in all; the imports of a short command alone make a few milliseconds
PAUSES_OWNED = 0.2  # share of all pauses that one function must earn
MANY_INSTANCES = 10_000
DICTS_MIB = 2.0
DICTS_OF_PEAK = 0.05


def allocation_pauses(evidence: Evidence) -> Iterator[Interaction]:
    """Collections take a share of the CPU time, and one function earns much of it."""
    table, collector, peak = evidence.table, evidence.collector, evidence.peak_bytes
    share = collector.total_s / table.cpu_s
    if share < PAUSES_MATTER or collector.total_s < PAUSES_S:
        return
    for row in table.rows.values():
        earned = (row.pauses_s + row.apportioned_s) / 2 / collector.total_s
        importing = row.import_s > row.own_s / 2  # what importing allocates is a matter of structure
        if earned < PAUSES_OWNED or importing or is_test(row.function.file):
            continue
        memory = row.peak or row.resident
        yield Interaction(
            "allocation→collector",
            [row.function],
            {
                "gc_share_of_cpu": share,
                "share_of_pauses_set_off": row.pauses_s / collector.total_s,
                "share_of_pauses_apportioned": row.apportioned_s / collector.total_s,
                "collections": float(row.collections),
                "mem_peak_mib": memory / MIB,
                "share_of_peak": memory / peak if peak else 0.0,
            },
            f"collections are {share:.0%} of the CPU time; {row.function.name} earns {earned:.0%} of the pauses "
            f"({row.collections} collections) and holds {memory / MIB:.1f} MiB at the peak",
            "allocate fewer container objects (memory)",
            share * earned,
        )


def instance_dicts(evidence: Evidence) -> Iterator[Interaction]:
    """Many live instances of one of the project's classes, each with room for any attribute."""
    peak = evidence.peak_bytes
    for entry in evidence.table.instances:
        share = entry.dict_bytes / peak if peak else 0.0
        if not entry.has_dict or entry.count < MANY_INSTANCES or is_test(entry.file):
            continue
        if entry.dict_bytes < DICTS_MIB * MIB or share < DICTS_OF_PEAK:
            continue
        methods = [row for row in evidence.table.rows.values() if row.function.name.startswith(entry.name + ".")]
        busy = sum(row.own_s for row in methods if row.function.file == entry.file) / evidence.table.cpu_s
        yield Interaction(
            "instance-dict→memory+cpu",
            [Function(entry.file, entry.line, entry.name, own=True)],
            {
                "instances": entry.count,
                "dict_mib": entry.dict_bytes / MIB,
                "instances_mib": entry.total_bytes / MIB,
                "share_of_peak": share,
                "cpu_share_of_methods": busy,
            },
            f"{entry.count:,.0f} live instances of {entry.name} keep {entry.dict_bytes / MIB:.1f} MiB in attribute "
            f"dictionaries, {share:.0%} of the peak; its methods take {busy:.0%} of the CPU time",
            "__slots__, tuples, or columns (memory)",
            share,
        )
'''

EMBEDDED['profiler/analyse/interactions/looping.py'] = r'''"""What an event loop suffers from: callbacks that hold it, and memory that each task brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.model import MIB
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence
    from profiler.analyse.model import Row

BLOCKED_S = 0.005
IDLE_BLOCK = 0.25  # CPU per wall second below which a block waits, and from
BUSY_BLOCK = 0.5  # which it computes
TASKS = 8  # at once, from which memory by tasks is worth a line
TASKS_MIB = 8.0  # that the tasks hold together at the peak
TASKS_OF_PEAK = 0.2  # share of the resident peak
FIT = 0.9  # of the squares that a line through the origin must explain


def blocking(evidence: Evidence) -> Iterator[Interaction]:
    """Blocks of the loop: waiting where there is little CPU in them, computing where there is much, else silent."""
    if not evidence.loops.ran:
        return
    for row in evidence.table.rows.values():
        # On a busy machine a block also stands in the queue for a processor: that is neither waiting nor work.
        held_s = max(row.blocked_s - row.blocked_queued_s, 1e-9)
        longest_s = row.longest_block_s * held_s / (row.blocked_s or 1.0)
        if held_s < 2 * BLOCKED_S or longest_s < BLOCKED_S or is_test(row.function.file):
            continue
        load = min(row.blocked_cpu_s / held_s, 1.0)
        blocks = max(round(row.blocks), 1)
        figures: dict[str, float | str] = {
            "blocked_ms": row.blocked_s * 1000,
            "longest_ms": row.longest_block_s * 1000,
            "blocks": float(blocks),
            "cpu_per_wall": load,
        }
        held = (
            f"{row.function.name} holds the event loop for {row.blocked_s * 1000:.0f} ms in {blocks} blocks, the "
            f"longest {row.longest_block_s * 1000:.0f} ms, with {load:.0%} CPU"
        )
        effect = row.blocked_s / evidence.wall_s
        if load <= IDLE_BLOCK:
            entry = _entry(row)
            if entry:
                figures["calls"] = entry
                held += f", mostly under {entry}"
            fix = "make the call non-blocking (async)"
            yield Interaction("blocking-call→stalled-loop", [row.function], figures, held, fix, effect)
        elif load >= BUSY_BLOCK:
            fix = "move it to a thread or process, or do less work (cpu, async)"
            yield Interaction("cpu-in-loop→starvation", [row.function], figures, held, fix, effect)


def memory_per_task(evidence: Evidence) -> Iterator[Interaction]:
    """Resident memory that rises with the number of tasks under way, along a line through the origin."""
    for entry in evidence.loops.concurrency:
        line = entry.line
        if line is None or line.r2 < FIT or entry.most < TASKS or line.bytes_per_task <= 0:
            continue
        held = line.bytes_per_task * entry.at_peak
        peak = max((size for _, size in entry.samples), default=0.0)
        if held < TASKS_MIB * MIB or held < TASKS_OF_PEAK * peak:
            continue
        yield Interaction(
            "memory-per-task→throughput",
            [entry.function],
            {
                "mib_per_task": line.bytes_per_task / MIB,
                "tasks_at_peak": float(entry.at_peak),
                "most_tasks": float(entry.most),
                "share_of_resident_peak": held / peak,
                "r2": line.r2,
            },
            f"each task of {entry.function.name} holds {line.bytes_per_task / MIB:.2f} MiB: {entry.at_peak} at once make "
            f"{held / peak:.0%} of the resident peak (line through the origin, R² {line.r2:.2f})",
            "less memory per task, or a bound on tasks at once (memory, async)",
            held / peak,
        )


def _entry(row: Row) -> str:
    """What the function was in for most of its blocks, where that is Python code."""
    if not row.blocked_entries:
        return ""
    file, name = max(row.blocked_entries, key=lambda key: row.blocked_entries[key])
    if row.blocked_entries[file, name] < row.blocked_s / 2:
        return ""
    return f"{file.rpartition('/')[2].rpartition('.')[0]}.{name}"
'''

EMBEDDED['profiler/analyse/interactions/model.py'] = r'''"""What a detector works on, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.identity import Function
    from profiler.analyse.model import Table
    from profiler.analyse.pauses import Collector

    Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef]

# The test harness's own work is the price of the test run, not of the program.
HARNESS = {"pytest", "pluggy", "coverage", "pytest-cov", "pytest-xdist", "execnet", "memray", "yappi"}


@dataclass
class Evidence:
    """All figures of a profile.

    Attributes:
        wall_s: of the joint pass.
        peak_bytes: of memory, by the allocation pass, or resident where there was none.
        definition: gives the source of one of the project's functions, None where it cannot be read.
    """

    table: Table
    collector: Collector
    loops: Asynchrony
    wall_s: float
    peak_bytes: float
    definition: Callable[[Function], Definition | None]


@dataclass
class Interaction:
    """One pattern found.

    Attributes:
        functions: the project's functions that it concerns, the most important first.
        evidence: the figures that justify it, by name.
        effect: about how much of the run it is worth, a fraction; patterns are shown in this order.
    """

    kind: str
    functions: list[Function]
    evidence: dict[str, float | str]
    text: str
    fix: str
    effect: float
'''

EMBEDDED['profiler/analyse/interactions/recomputation.py'] = r'''"""Recomputation against memory: a function that is given the same arguments again and again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Definition, Evidence

SHARE = 0.05  # of the CPU time, cumulative
CALLS = 50
REPEATS = 3.0  # calls looked at for each different set of arguments among them
LOOKED = 10
# What a function whose value depends on more than its arguments calls.
_IMPURE = {
    "append", "clear", "close", "discard", "extend", "get_event_loop", "getrandbits", "input", "insert", "monotonic", "next",
    "now", "open", "perf_counter", "pop", "popitem", "popleft", "print", "process_time", "randint", "random", "read",
    "readline", "recv", "remove", "send", "setdefault", "shuffle", "sleep", "time", "time_ns", "today", "update", "urandom",
    "uuid4", "write",
}  # fmt: skip
# What is dear so that guessing does not pay; kept results would be secrets that lie about.
_DEAR_ON_PURPOSE = {
    "argon2", "bcrypt", "checkpw", "compare_digest", "derive", "hash_password", "hashpw", "pbkdf2", "pbkdf2_hmac", "scrypt",
    "verify_password",
}  # fmt: skip


def recomputation(evidence: Evidence) -> Iterator[Interaction]:
    """Functions whose result can depend on nothing but arguments that come again and again.

    Signatures and hashes of passwords are left out: they are to be made anew.
    """
    table = evidence.table
    for row in table.rows.values():
        looked, distinct, calls = row.argument_calls, row.distinct_arguments, row.calls
        if not looked or looked < LOOKED or not distinct or not calls or calls < CALLS or row.calls_are_resumes:
            continue
        share = row.cum_s / table.cpu_s
        if share < SHARE or looked / distinct < REPEATS or is_test(row.function.file):
            continue
        definition = evidence.definition(row.function)
        if definition is None or not depends_on_arguments_only(definition):
            continue
        yield Interaction(
            "recomputation↔memory",
            [row.function],
            {
                "calls": float(calls),
                "calls_looked_at": float(looked),
                "distinct_arguments": float(distinct),
                "share_of_cpu": share,
            },
            f"{row.function.name} is called {calls:,} times with the same arguments again and again ({distinct:,} "
            f"different in {looked:,} calls looked at), and takes {share:.0%} of the CPU time",
            "compute once or cache, by what the cache would hold: measure both (cpu, memory)",
            share * (1 - distinct / looked),
        )


def depends_on_arguments_only(function: Definition) -> bool:
    """Whether the source shows a value computed from arguments: returned, nothing stored elsewhere, nothing read from outside.

    What the function calls is judged by name only, so this is a filter and no proof; the text says to measure.
    """
    if isinstance(function, ast.AsyncFunctionDef):
        return False
    arguments = function.args
    taken = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if not [argument for argument in taken if argument.arg not in ("self", "cls")]:
        return False
    returns = False
    for node in ast.walk(function):
        if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(node, ast.Return) and node.value is not None:
            returns = True
        stored = isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del))
        if stored and _root(node) in {argument.arg for argument in taken}:
            return False
        if isinstance(node, ast.Call) and _called(node.func) in _DEAR_ON_PURPOSE:
            return False
        if isinstance(node, ast.Call) and _called(node.func) in _IMPURE and not _local(node.func, function):
            return False
    return returns


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _local(called: ast.expr, function: Definition) -> bool:
    """Whether a method is one of an object that the function itself made, such as the list that it returns."""
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
        return False
    name = called.value.id
    return any(
        isinstance(node, (ast.Assign, ast.AnnAssign))
        and isinstance(node.value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call))
        and name in {target.id for target in _targets(node) if isinstance(target, ast.Name)}
        for node in ast.walk(function)
    )


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _root(node: ast.AST) -> str:
    """The variable that an attribute or item hangs on."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return getattr(node, "id", "")
'''

EMBEDDED['profiler/analyse/interactions/startup.py'] = r'''"""Code that is there whether or not it is needed: eager imports, and libraries used for a narrow job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.distributions import STANDARD_LIBRARY
from profiler.analyse.interactions.model import HARNESS, Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

IMPORTING = 0.15  # share of the CPU time
IMPORTING_S = 0.05
LIBRARY = 0.15


def imports(evidence: Evidence) -> Iterator[Interaction]:
    """What the project imports takes a large share; what tests import, and a test runner, is the workload's."""
    table = evidence.table
    by_name: dict[str, float] = {}
    for (importer, name), seconds in table.import_by.items():
        if name not in HARNESS and not is_test(importer):
            by_name[name] = by_name.get(name, 0.0) + seconds
    total = sum(by_name.values())
    share = total / table.cpu_s
    if share < IMPORTING or total < IMPORTING_S:
        return
    heavy = sorted(by_name.items(), key=lambda pair: -pair[1])
    names = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in heavy[:3])
    importers = [row for row in table.rows.values() if row.import_s > 0 and not is_test(row.function.file)]
    importers.sort(key=lambda row: -row.import_s)
    yield Interaction(
        "import→start-up",
        [row.function for row in importers[:3]],
        {"import_s": total, "share_of_cpu": share, "largest": names},
        f"the project's imports take {total * 1000:.0f} ms, {share:.0%} of the CPU time ({names})",
        "defer imports that the command does not need (structure)",
        share,
    )


def libraries(evidence: Evidence) -> Iterator[Interaction]:
    """A distribution whose code takes a large share of what the project called."""
    table = evidence.table
    for name, seconds in table.below.items():
        share = seconds / table.cpu_s
        if share < LIBRARY or name in HARNESS or name == STANDARD_LIBRARY or name.startswith("("):
            continue
        users = sorted(table.rows.values(), key=lambda row: -row.distributions.get(name, 0.0))
        callers = [row.function for row in users[:3] if row.distributions.get(name)]
        if callers and all(is_test(caller.file) for caller in callers):
            continue
        yield Interaction(
            "library→cpu-ceiling",
            callers,
            {"distribution": name, "share_of_cpu": share, "seconds": seconds},
            f"{share:.0%} of the CPU time is inside {name}, called from "
            + (", ".join(function.name for function in callers) or "the project"),
            "use less of it, or replace the part that is used (library boundary)",
            share,
        )
'''

EMBEDDED['profiler/analyse/memory.py'] = r'''"""Memory: bytes live at the peak and at the end by function and line, from the allocation pass's engines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profiler.analyse.identity import Function, Resolver
    from profiler.analyse.model import Sample, Table
    from profiler.storage.shards import Process

HIDDEN_WORTH = 1024 * 1024  # bytes that no hook saw, of one function, below which they may as well be overhead
HIDDEN_OF_PEAK = {"memray": 0.03, "tracemalloc": 0.15}  # or share of the engine's peak, as exact as its ledger is
HIDDEN_SHARE = 0.2  # and the share of what the hook saw of it: less may be rounding and fragments


class Site(NamedTuple):
    """Memory of one allocating stack, `(file, line)` innermost first."""

    frames: tuple[tuple[str, int], ...]
    size: float
    blocks: float = 1


@dataclass
class Allocations:
    """What the engine of one process saw.

    Attributes:
        peak, net: what was alive at the peak, and at the end.
        rises: `(stack, bytes)` at the peak that only a stack of code is known of.
        resident: the same for resident memory at its own peak, seen by the hook or not.
        hidden: bytes of it that no hook saw.
        grown: `(stack, bytes)` by which memory ever grew: who calls which library.
        stopped: the engine was stopped for its cost, so that nothing is known of the end.
        partial: and memory went higher after that, so that this is not its peak.
    """

    process: Process
    engine: str
    peak: list[Site]
    net: list[Site]
    peak_bytes: float
    rises: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    resident: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    hidden: float = 0.0
    grown: list[tuple[tuple[int, ...], float]] = field(default_factory=list)
    stopped: bool = False
    partial: bool = False
    version: str = ""
    allocated: int | None = None  # blocks that were ever asked for, where the engine counts them


@dataclass
class Memory:
    """Totals over the tree, and the functions outside the project by what they hold."""

    engines: list[str] = field(default_factory=list)
    peak_bytes: float = 0.0
    net_bytes: float | None = 0.0  # None where the engine was stopped before the end
    hidden_bytes: float = 0.0  # of the peak, what no hook saw
    unattributed: float = 0.0  # bytes at the peak under no project function
    allocated: int | None = None  # blocks that were ever asked for


def charge(table: Table, found: list[Allocations], resolver: Resolver, samples: list[Sample]) -> Memory:
    """Fill in each row's memory.

    A site belongs to the innermost project function on its stack. Where the engine kept too few frames to reach one,
    it is shared out among the project functions that were sampled calling that library function.

    Processes that lived at the same time add up; of those that did not, the one that held most counts.
    """
    memory = Memory()
    by_time = _callers([(sample.stack, sample.cpu_s) for sample in samples])
    peaks: list[dict[tuple[Function, int], float]] = []
    blocks: list[dict[Function, float]] = []
    for allocations in found:
        engine = f"{allocations.engine} {allocations.version}".strip()
        if engine not in memory.engines:
            memory.engines.append(engine)
        grown = [(resolver.stack(allocations.process, stack), size) for stack, size in allocations.grown]
        callers = {**by_time, **_callers(grown)}
        peak, missed = _by_function(allocations, allocations.peak, resolver, callers)
        memory.unattributed += missed + _add_stacks(peak, allocations, allocations.rises, resolver)
        called = [stack for stack, _ in grown] + [sample.stack for sample in samples]
        called += [resolver.stack(allocations.process, stack) for stack, _ in allocations.resident]
        called += [_functions(allocations.process, site, resolver) for site in allocations.peak]
        for function, size in _hidden(allocations, peak, _outer(called), resolver).items():
            key = function, function.line
            peak[key] = peak.get(key, 0.0) + size
            allocations.peak_bytes += size
            memory.hidden_bytes += size
            row = table.row(function)
            row.hidden = max(row.hidden, size)
        peaks.append(peak)
        blocks.append(_blocks(allocations, allocations.peak, resolver, callers))
        for (function, _), size in _by_function(allocations, allocations.net, resolver, callers)[0].items():
            row = table.row(function)
            row.net = (row.net or 0.0) + size
            memory.net_bytes = (memory.net_bytes or 0.0) + size
        for function, number in _blocks(allocations, allocations.net, resolver, callers).items():
            row = table.row(function)
            row.net_blocks = (row.net_blocks or 0.0) + number
        if allocations.allocated is not None:
            memory.allocated = (memory.allocated or 0) + allocations.allocated
    for moment in moments([allocations.process for allocations in found]):
        total: dict[tuple[Function, int], float] = {}
        for index in moment:
            for key, size in peaks[index].items():
                total[key] = total.get(key, 0.0) + size
        memory.peak_bytes = max(memory.peak_bytes, sum(found[index].peak_bytes for index in moment))
        by_function: dict[Function, float] = {}
        for (function, _), size in total.items():
            by_function[function] = by_function.get(function, 0.0) + size
        for function, size in by_function.items():
            row = table.row(function)
            if size > (row.peak or 0.0):
                row.peak = size
                row.lines = {line: size for (f, line), size in total.items() if f == function}
                row.peak_blocks = sum(blocks[index].get(function, 0.0) for index in moment)
    if found:
        stopped = any(allocations.stopped for allocations in found)
        for row in table.rows.values():
            row.peak, row.peak_blocks = row.peak or 0.0, row.peak_blocks or 0.0
            row.net = None if stopped else row.net or 0.0
            row.net_blocks = None if stopped else row.net_blocks or 0.0
        if stopped:
            memory.net_bytes = None
    return memory


def held_by_project(table: Table) -> float:
    """Bytes of the resident peak that rose under functions of the project; more than they hold rather than less."""
    return sum(row.resident for row in table.rows.values())


def charge_resident(table: Table, processes: list[Process], resolver: Resolver) -> None:
    """Fill in the water-level share of the resident peak: what no allocator hook sees."""
    for process in processes:
        for stack, size in process.latest.get("resident", {}).get("rises", ()):
            function = next((f for f in resolver.stack(process, stack) if f.own), None)
            if function is not None:
                table.row(function).resident += size


def traced(process: Process) -> Allocations | None:
    """What tracemalloc saw in a process; None where it was not used."""
    data = process.latest.get("allocations", {})
    if data.get("engine") != "tracemalloc":
        return None
    peak = [Site(tuple(frames), size * data["left"], blocks * data["left"]) for frames, size, blocks in data["peak"]]
    stopped = data["stopped_at"]
    return Allocations(
        process,
        "tracemalloc",
        peak,
        [Site(tuple(frames), size, blocks) for frames, size, blocks in data["net"] or ()],
        sum(site.size for site in peak) + sum(size for _, size in data["rises"]),
        rises=data["rises"],
        resident=unseen.rises(process.rows.get("levels", ())),
        hidden=unseen.hidden(process.rows.get("levels", ()), per_byte=unseen.TRACED),
        grown=data["grown"],
        stopped=bool(stopped),
        partial=bool(stopped) and unseen.went_on(process.rows.get("levels", ()), stopped, data["highest"]),
    )


def _hidden(
    allocations: Allocations,
    peak: dict[tuple[Function, int], float],
    callers: dict[Function, set[Function]],
    resolver: Resolver,
) -> dict[Function, float]:
    """Bytes that no hook saw by function: where resident memory rose by more than the hook saw, up to the ledger's sum.

    A tick that comes late finds a caller at work; so what a function seems to lack is first taken off its callers.
    """
    risen: dict[tuple[Function, int], float] = {}
    _add_stacks(risen, allocations, allocations.resident, resolver)
    excess = {function: size for (function, _), size in risen.items()}
    held: dict[Function, float] = {}
    for (function, _), size in peak.items():
        held[function] = held.get(function, 0.0) + size
        excess[function] = excess.get(function, 0.0) - size
    for function, size in excess.items():
        for caller in callers.get(function, ()) if size < 0 else ():
            taken = min(max(excess.get(caller, 0.0), 0.0), -excess[function])
            if taken:
                excess[caller] -= taken
                excess[function] += taken
    found: dict[Function, float] = {}
    left = allocations.hidden
    least = max(HIDDEN_WORTH, HIDDEN_OF_PEAK.get(allocations.engine, 0.0) * allocations.peak_bytes)
    for size, function in sorted(((size, function) for function, size in excess.items()), reverse=True):
        part = min(size, left)
        if part < max(least, HIDDEN_SHARE * held.get(function, 0.0)):
            continue
        found[function] = part
        left -= part
    return found


def _functions(process: Process, site: Site, resolver: Resolver) -> tuple[Function, ...]:
    """The functions of an allocating stack, innermost first."""
    found = (resolver.at(process, file, line) for file, line in site.frames)
    return tuple(function for function in found if function is not None)


def _outer(stacks: Iterable[tuple[Function, ...]]) -> dict[Function, set[Function]]:
    """Project function → project functions that called it, directly or not."""
    found: dict[Function, set[Function]] = {}
    for stack in stacks:
        own = [function for function in stack if function.own]
        for index, function in enumerate(own):
            found.setdefault(function, set()).update(own[index + 1 :])
    for function, callers in found.items():
        callers.discard(function)
    return found


def _add_stacks(
    found: dict[tuple[Function, int], float],
    allocations: Allocations,
    stacks: Iterable[tuple[tuple[int, ...], float]],
    resolver: Resolver,
) -> float:
    """Add bytes of stacks to the first line of their innermost project function; gives what had none."""
    missed = 0.0
    for stack, size in stacks:
        function = next((f for f in resolver.stack(allocations.process, stack) if f.own), None)
        if function is None:
            missed += size
        else:
            key = function, function.line
            found[key] = found.get(key, 0.0) + size
    return missed


def _by_function(
    allocations: Allocations,
    sites: Iterable[Site],
    resolver: Resolver,
    callers: dict[str, dict[Function | None, float]],
) -> tuple[dict[tuple[Function, int], float], float]:
    """Bytes by function and line, and bytes under no project function."""
    found: dict[tuple[Function, int], float] = {}
    missed = 0.0
    for site in sites:
        outermost = None
        for file, line in site.frames:
            function = resolver.at(allocations.process, file, line)
            if function is not None and function.own:
                found[function, line] = found.get((function, line), 0.0) + site.size
                break
            outermost = function or outermost
        else:
            sharers = callers.get(outermost.file, {}) if outermost is not None and len(site.frames) < 2 else {}
            total = sum(sharers.values())
            if not total:
                missed += site.size
            for sharer, weight in sharers.items():
                part = site.size * weight / total
                if sharer is None:
                    missed += part
                else:
                    found[sharer, sharer.line] = found.get((sharer, sharer.line), 0.0) + part
    return found, missed


def _blocks(
    allocations: Allocations,
    sites: Iterable[Site],
    resolver: Resolver,
    callers: dict[str, dict[Function | None, float]],
) -> dict[Function, float]:
    """Blocks by function, as their bytes are."""
    counted = [Site(site.frames, site.blocks) for site in sites]
    found: dict[Function, float] = {}
    for (function, _), number in _by_function(allocations, counted, resolver, callers)[0].items():
        found[function] = found.get(function, 0.0) + number
    return found


def _callers(stacks: Iterable[tuple[tuple[Function, ...], float]]) -> dict[str, dict[Function | None, float]]:
    """File of library code → project functions above it, with what weight; None for no such."""
    found: dict[str, dict[Function | None, float]] = {}
    for stack, weight in stacks:
        if weight <= 0:
            continue
        own = next((index for index, function in enumerate(stack) if function.own), len(stack))
        owner = stack[own] if own < len(stack) else None
        for file in {function.file for function in stack[:own]}:
            weights = found.setdefault(file, {})
            weights[owner] = weights.get(owner, 0.0) + weight
    return found


def moments(processes: list[Process]) -> list[list[int]]:
    """The sets of processes that were alive together, as indices; one set for each process that begins."""
    spans = [(process.about["began"], process.about["began"] + process.wall_s) for process in processes]
    return [[index for index, (start, end) in enumerate(spans) if start <= began <= end] for began, _ in spans]
'''

EMBEDDED['profiler/analyse/model.py'] = r'''"""The values that analysis works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiler.analyse.identity import Function
    from profiler.analyse.instances import Instances

MIB = 1024 * 1024


@dataclass
class Sample:
    """CPU and wall seconds of one stack, innermost first, added up over the run; `pause_s` is the collector's part."""

    stack: tuple[Function, ...]
    cpu_s: float
    wall_s: float = 0.0
    pause_s: float = 0.0


@dataclass
class Row:
    """Everything known of one of the project's own functions. Seconds are CPU seconds unless the name says otherwise.

    Attributes:
        self_s: its own bytecode and the C functions it called.
        own_s: self and everything that is not the project's beneath it.
        cum_s: everything beneath it; recursion counts once.
        edges: project function called by it → seconds of it spent there.
        entries: what it called outside the project, `(file, name)` → seconds.
        distributions: distribution → seconds under its own time.
        pauses_s: seconds of collections that its own time set off.
        apportioned_s: its part of all pauses, by the young collections that it set off.
        blocked_s: wall seconds for which its own time held the event loop in blocks.
        blocked_cpu_s: CPU seconds of these; blocked_queued_s: seconds of these in the queue for a processor.
        blocked_entries: what it called outside the project meanwhile, `(file, name)` → wall seconds.
        cpu_places: first and last line of a loop, or one line outside of loops → CPU seconds of own time in it. Not
            the very line: the interpreter heeds the clock where it jumps back, calls or is called.
        calls: None where they were not counted; `calls_are_resumes`: they count resumptions too.
        argument_calls: calls of which the arguments were looked at, None where there are none or none was looked at.
        distinct_arguments: how many different ones they had, added up over the processes.
        import_s, deepcopy_s: own time spent importing, and in `copy.deepcopy`.
        operations, loops: how many operations its source spells out, and whether there is a loop in it; 0 where it
            cannot be read.
    """

    function: Function
    self_s: float = 0.0
    own_s: float = 0.0
    cum_s: float = 0.0
    edges: dict[Function, float] = field(default_factory=dict)
    entries: dict[tuple[str, str], float] = field(default_factory=dict)
    distributions: dict[str, float] = field(default_factory=dict)
    cpu_places: dict[tuple[int, int], float] = field(default_factory=dict)
    import_s: float = 0.0
    deepcopy_s: float = 0.0
    pauses_s: float = 0.0
    apportioned_s: float = 0.0
    collections: int = 0
    full_collections: int = 0
    blocked_s: float = 0.0
    blocked_cpu_s: float = 0.0
    blocked_queued_s: float = 0.0
    blocks: float = 0.0
    longest_block_s: float = 0.0
    blocked_entries: dict[tuple[str, str], float] = field(default_factory=dict)
    operations: int = 0
    loops: bool = False
    calls: int | None = None
    calls_are_resumes: bool = False
    calls_at_least: bool = False  # counting ended before the program did
    argument_calls: int | None = None
    distinct_arguments: int | None = None
    sizes: dict[str, tuple[str, int]] = field(default_factory=dict)  # variable -> type and largest number of items
    peak: float | None = None  # bytes live at the peak
    net: float | None = None  # bytes alive at the end
    peak_blocks: float | None = None  # blocks that the engine counted at the peak; hidden memory has none
    net_blocks: float | None = None  # and at the end
    hidden: float = 0.0  # of these, bytes that no allocator hook saw, by resident memory
    lines: dict[int, float] = field(default_factory=dict)  # line -> bytes at the peak
    resident: float = 0.0  # bytes of the resident peak, by water level


@dataclass
class Table:
    """The project's functions, and the totals that shares are taken of."""

    rows: dict[Function, Row] = field(default_factory=dict)
    paths: dict[tuple[Function, ...], float] = field(default_factory=dict)  # own functions, innermost first -> seconds
    scripts: set[str] = field(default_factory=set)  # the project's files that were run, not imported
    cpu_s: float = 0.0  # all that was sampled, the collector included
    pause_cpu_s: float = 0.0
    import_s: float = 0.0
    import_by: dict[tuple[str, str], float] = field(default_factory=dict)  # distribution whose import it is -> seconds
    below: dict[str, float] = field(default_factory=dict)  # distribution -> seconds under project functions
    inside: dict[str, float] = field(default_factory=dict)  # distribution -> seconds in its own code
    outside: dict[str, float] = field(default_factory=dict)  # distribution -> seconds with no project function around
    instances: list[Instances] = field(default_factory=list)  # the project's classes, by memory

    def row(self, function: Function) -> Row:
        """The row of `function`, made when it is not there."""
        row = self.rows.get(function)
        if row is None:
            row = self.rows[function] = Row(function)
        return row


@dataclass
class PassResult:
    """One run of the command under one pass."""

    name: str
    engine: str
    exit_code: int
    wall_s: float
    cpu_s: float
    rss_peak: int
    processes: list[Any] = field(default_factory=list)  # storage.shards.Process
    pythons: dict[int, str] = field(default_factory=dict)  # process id -> command line
    others: dict[int, str] = field(default_factory=dict)  # process id -> name of a program that is not Python
    others_s: float = 0.0  # for how long such programs were seen
    problems: list[str] = field(default_factory=list)
'''

EMBEDDED['profiler/analyse/pauses.py'] = r'''"""The collector: which functions set pauses off, and which share of them each one earns.

Its CPU time counts, not the clock's: they are the same where the process has a processor for itself, and where it has
not, the wait for one would fall on whoever was unlucky.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Table
    from profiler.storage.shards import Process


@dataclass
class Collector:
    """Collections and their CPU seconds by generation, over all processes."""

    counts: list[int]
    seconds: list[float]
    longest_s: float

    @property
    def total_s(self) -> float:
        """Seconds of pauses in all."""
        return sum(self.seconds)


def charge(table: Table, processes: list[Process], resolver: Resolver) -> Collector:
    """Fill in each row's pauses.

    Which function sets a *full* collection off is a lottery among all that allocate; the share of the young ones that
    it set off is stable, and measures how much it allocates. So both are kept: set off, and apportioned.
    """
    totals = Collector([0, 0, 0], [0.0, 0.0, 0.0], 0.0)
    young = 0.0
    pauses = 0.0
    weights: dict[object, float] = {}
    for process in processes:
        summary = process.latest.get("collector", {})
        for generation in range(3):
            totals.counts[generation] += summary.get("count", (0, 0, 0))[generation]
            totals.seconds[generation] += summary.get("seconds", (0, 0, 0))[generation]
        totals.longest_s = max(totals.longest_s, summary.get("longest", 0.0))
        for stack, count, cpu, _, _, young_count, full in process.rows.get("collections", ()):
            weight = young_count or (count if not full else 0)
            pauses += cpu
            young += weight
            function = next((f for f in resolver.stack(process, stack) if f.own), None)
            if function is None:
                continue
            row = table.row(function)
            row.collections += count
            row.full_collections += full
            row.pauses_s += cpu
            weights[function] = weights.get(function, 0.0) + weight
    for row in table.rows.values():
        weight = weights.get(row.function, 0.0)
        # Without young collections (all were asked for by gc.collect) the cause is known for certain.
        row.apportioned_s = pauses * weight / young if young else row.pauses_s
    return totals
'''

EMBEDDED['profiler/analyse/scans.py'] = r'''"""Where a function walks through a whole container again and again: the source's side of "algorithm x size".

A walk counts when it is repeated by a loop that does not make the container anew, or, for a search, by the calls of its
function. How large the container was, and whether it took time, is for the caller to know.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

Loop = Union[ast.For, ast.AsyncFor, ast.While]
Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef]

LISTS = ("list", "tuple")
SEQUENCES = ("list", "tuple", "str", "bytes")
ANY = ("list", "tuple", "str", "bytes", "dict", "set", "frozenset")
_LIST_METHODS = {"index", "count", "remove", "copy"}
_WALKING = {"sum", "max", "min", "sorted", "list", "set", "tuple", "dict", "frozenset", "any", "all"}
_WRAPPERS = {"enumerate", "reversed", "iter", "zip", "map", "filter", "list", "tuple", "sorted"}
_VIEWS = {"items", "keys", "values"}


class Scan(NamedTuple):
    """One walk.

    Attributes:
        line: where it is.
        container: the variable walked through, `name` or `self.name`.
        operation: as a reader would write it.
        types: of the container, for which it is a walk.
        by_calls: it is repeated by calls of the function, not by a loop in it.
    """

    line: int
    container: str
    operation: str
    types: tuple[str, ...]
    by_calls: bool


def find(function: Definition) -> list[Scan]:
    """All walks in a function, those in functions within it excepted."""
    found: list[Scan] = []
    for loop in _loops(function):
        made = _assigned(loop)
        outer = _iterated(loop.iter) if isinstance(loop, (ast.For, ast.AsyncFor)) else None
        for node in _inside(loop.body):
            found += [scan for scan in _walks(node, loop) if not made.get(scan.container)]
            if isinstance(node, (ast.For, ast.AsyncFor)):
                inner = _iterated(node.iter)
                if inner and not made.get(inner) and (inner == outer or _compares(node, _variables(loop))):
                    found.append(Scan(node.lineno, inner, f"for … in {inner}", ANY, by_calls=False))
    in_loops = {(scan.line, scan.container) for scan in found}
    for node in _inside(function.body):
        found += [scan for scan in _searches(node) if (scan.line, scan.container) not in in_loops]
    return found


def _walks(node: ast.AST, loop: Loop) -> Iterator[Scan]:
    """What `node`, in the body of `loop`, walks through."""
    if isinstance(node, ast.Compare):
        yield from _memberships(node, by_calls=False)
    elif isinstance(node, ast.Call):
        yield from _called(node)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = _name(node.targets[0])
        value = node.value
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) and _name(value.value) == target:
            if target:
                yield Scan(node.lineno, target, f"{target} = {target}[…:]", SEQUENCES, by_calls=False)
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and target:
            sides = (value.left, value.right)
            grows = any(isinstance(side, (ast.List, ast.Tuple)) for side in sides)
            if grows and target in (_name(value.left), _name(value.right)):
                yield Scan(node.lineno, target, f"{target} = {target} + […]", LISTS, by_calls=False)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        variables = _variables(loop)
        for generator in node.generators:
            inner = _iterated(generator.iter)
            outer = _iterated(loop.iter) if isinstance(loop, (ast.For, ast.AsyncFor)) else None
            if inner and (inner == outer or any(_compares(test, variables) for test in generator.ifs)):
                yield Scan(node.lineno, inner, f"… for … in {inner}", ANY, by_calls=False)


def _called(node: ast.Call) -> Iterator[Scan]:
    first = node.args[0] if node.args else None
    if isinstance(node.func, ast.Attribute):
        name, method = _name(node.func.value), node.func.attr
        zero = isinstance(first, ast.Constant) and first.value == 0
        if name and (method in _LIST_METHODS or (zero and method in ("pop", "insert"))):
            shown = "0" if zero else "…"
            yield Scan(node.lineno, name, f"{name}.{method}({shown})", ("list",), by_calls=False)
    elif isinstance(node.func, ast.Name) and node.func.id in _WALKING and first is not None:
        name = _name(first.value) if isinstance(first, ast.Subscript) else _name(first)
        if isinstance(first, ast.Subscript) and not isinstance(first.slice, ast.Slice):
            name = ""
        if name:
            shown = f"{name}[…]" if isinstance(first, ast.Subscript) else name
            yield Scan(node.lineno, name, f"{node.func.id}({shown})", ANY, by_calls=False)


def _memberships(node: ast.Compare, *, by_calls: bool) -> Iterator[Scan]:
    for operator, right in zip(node.ops, node.comparators):
        name = _name(right)
        if isinstance(operator, (ast.In, ast.NotIn)) and name:
            yield Scan(node.lineno, name, f"in {name}", LISTS, by_calls)


def _searches(node: ast.AST) -> Iterator[Scan]:
    """Walks that only look for one item: repeated by the calls of the function, they are quadratic as well."""
    if isinstance(node, ast.Compare):
        yield from _memberships(node, by_calls=True)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        name = _iterated(node.iter)
        leaves = any(
            isinstance(inner, ast.If) and any(isinstance(last, (ast.Return, ast.Break)) for last in inner.body[-1:])
            for inner in node.body
        )
        if name and leaves and len(node.body) == 1 and _compares(node.body[0], None):
            yield Scan(node.lineno, name, f"search of {name}", ANY, by_calls=True)
    elif (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("next", "any") and node.args
    ):
        walk = node.args[0]
        if isinstance(walk, ast.GeneratorExp) and _compares(walk, None):
            name = _iterated(walk.generators[0].iter)
            if name:
                yield Scan(node.lineno, name, f"{node.func.id}(… for … in {name})", ANY, by_calls=True)


def _loops(function: Definition) -> Iterator[Loop]:
    for node in _inside(function.body):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            yield node


def _inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes in a body, without those of functions and classes defined there."""
    queue: list[ast.AST] = list(body)
    while queue:
        node = queue.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield node
            queue.extend(ast.iter_child_nodes(node))


def _assigned(loop: Loop) -> dict[str, bool]:
    """Variables that the loop makes anew at each turn; one that grows or shrinks from itself is none of them."""
    made: dict[str, bool] = dict.fromkeys(_variables(loop), True)
    for node in _inside(loop.body):
        targets: list[ast.expr] = []
        value: ast.AST | None = None
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            targets, value = [node.target], node.value
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            targets = [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            targets = [node.optional_vars]
        for target in targets:
            used = {_name(inner) for inner in ast.walk(value)} if value is not None else set()
            for name in _names(target):
                if name not in used:
                    made[name] = True
    return made


def _iterated(node: ast.expr) -> str:
    """The variable that a loop goes through, looked for beneath `enumerate`, slices, `range(len(…))` and views."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS and not node.args:
            return _name(node.func.value)
        if isinstance(node.func, ast.Name) and node.args:
            if node.func.id == "range":
                for argument in node.args:
                    for inner in ast.walk(argument):
                        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "len":
                            return _name(inner.args[0]) if inner.args else ""
                return ""
            if node.func.id in _WRAPPERS:
                return _iterated(node.args[-1])
        return ""
    if isinstance(node, ast.Subscript):
        return _name(node.value) if isinstance(node.slice, ast.Slice) else ""
    return _name(node)


def _compares(node: ast.AST, variables: set[str] | None) -> bool:
    """Whether something is tested for equality or membership, with one of `variables` in it where they are given."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Compare) and any(isinstance(operator, (ast.Eq, ast.In)) for operator in inner.ops):
            names = {name.id for name in ast.walk(inner) if isinstance(name, ast.Name)}
            if variables is None or names & variables:
                return True
    return False


def _name(node: ast.AST | None) -> str:
    """`name` or `self.name`; nothing for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""


def _variables(loop: Loop) -> set[str]:
    """What a loop binds at each turn; nothing for `while`."""
    return set() if isinstance(loop, ast.While) else _names(loop.target)


def _names(node: ast.AST) -> set[str]:
    """The variables that a target binds."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return {name for element in node.elts for name in _names(element)}
    if isinstance(node, ast.Starred):
        return _names(node.value)
    name = _name(node)
    return {name} if name else set()
'''

EMBEDDED['profiler/analyse/shape.py'] = r'''"""How much there is in a function that could be changed: its operations, and whether it loops."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Table

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_OPERATIONS = (ast.Call, ast.Subscript, ast.BinOp, ast.Compare, ast.AugAssign)
_OTHERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)  # what they hold is not this function's


def charge(table: Table, resolver: Resolver) -> None:
    """Fill in each row's operations and loops, where its source can be read."""
    for row in table.rows.values():
        definition = resolver.definition(row.function)
        if definition is not None:
            row.operations, row.loops = measure(definition)
        elif row.function.name.endswith("<lambda>"):
            row.operations = 1


def measure(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, bool]:
    """The number of operations that a function's source spells out, at least one, and whether it has a loop.

    Operations are calls, subscripts, arithmetic and comparisons: what takes time, where a statement may do nothing. What
    the functions and classes in it hold is left out.
    """
    operations, loops = 0, False
    waiting: list[ast.AST] = list(definition.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _OTHERS):
            continue
        operations += isinstance(node, _OPERATIONS)
        loops = loops or isinstance(node, _LOOPS)
        waiting.extend(ast.iter_child_nodes(node))
    return max(operations, 1), loops
'''

EMBEDDED['profiler/analyse/source.py'] = r'''"""The functions that a source file defines, so that lines and old interpreters' bare names get qualified names."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Definition(NamedTuple):
    """A function or class: its lines, the first decorator's included, and its qualified name without `<locals>`."""

    first: int
    last: int
    name: str
    is_function: bool


class Source:
    """The definitions of one file; a file that cannot be read or parsed has none."""

    def __init__(self, text: str) -> None:
        """Parse `text`."""
        self.definitions: list[Definition] = []
        self.loops: list[tuple[int, int]] = []
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}  # by first line
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self._visit(module, "")
        self.definitions.sort(key=lambda definition: (definition.first, -definition.last))

    @classmethod
    def of(cls, path: Path) -> Source:
        """The definitions in the file `path`."""
        try:
            return cls(path.read_text(encoding="utf-8", errors="replace"))
        except (OSError, ValueError):
            return cls("")

    def _visit(self, node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = prefix + child.name
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                is_function = not isinstance(child, ast.ClassDef)
                self.definitions.append(Definition(first, child.end_lineno or child.lineno, name, is_function))
                if not isinstance(child, ast.ClassDef):
                    self.functions[first] = child
                self._visit(child, name + ".")
            else:
                if isinstance(child, (ast.For, ast.AsyncFor, ast.While, ast.comprehension)):
                    around = node if isinstance(child, ast.comprehension) else child
                    self.loops.append((around.lineno, around.end_lineno or around.lineno))  # type: ignore[attr-defined]
                self._visit(child, prefix)

    def around(self, line: int) -> Definition | None:
        """The innermost function that contains `line`; None at the level of the module (or of a class body)."""
        best = None
        for definition in self.definitions:
            if definition.first > line:
                break
            if definition.is_function and definition.last >= line:
                best = definition
        return best

    def loop_around(self, line: int) -> tuple[int, int] | None:
        """First and last line of the innermost loop or comprehension that contains `line`."""
        around = [loop for loop in self.loops if loop[0] <= line <= loop[1]]
        return min(around, key=lambda loop: loop[1] - loop[0]) if around else None

    def beginning(self, line: int, name: str) -> Definition | None:
        """The definition of `name` (its last part) that begins at `line`."""
        for definition in self.definitions:
            if definition.first == line and definition.name.rpartition(".")[2] == name:
                return definition
        return None

    def named(self, name: str) -> Definition | None:
        """The last definition with this qualified name."""
        return next((definition for definition in reversed(self.definitions) if definition.name == name), None)
'''

EMBEDDED['profiler/analyse/starts.py'] = r'''"""Programs that are started again and again: what their starts cost, beside what they then do.

No function shows it. The starter only waits, and each import is a small row in a process of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse.identity import IMPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler.analyse.identity import Function
    from profiler.analyse.model import Sample
    from profiler.storage.shards import Process

SEVERAL = 4  # starts of one program from which on it is worth saying
WORTH = 0.15  # share of all CPU time that its starts must take
LONGEST = 60  # characters of the command that are shown
_STARTING = ("_execute_child", "spawnv_passfds")  # by which `subprocess` and `multiprocessing` start an interpreter


class Start(NamedTuple):
    """One program: how often it was started, CPU seconds of all its starts, and CPU seconds of the rest."""

    command: str
    times: int
    start_s: float
    work_s: float


def repeated(processes: Sequence[Process]) -> list[Start]:
    """The programs that new interpreters ran, by the CPU time of their starts (interpreter and imports), dearest first.

    The first process is the command itself, and forks start nothing.
    """
    found: dict[str, Start] = {}
    for process in processes[1:]:
        if process.about["origin"] != "start":
            continue
        name = command(process.argv)
        before = found.get(name, Start(name, 0, 0.0, 0.0))
        start_s, work_s = _split(process)
        found[name] = Start(name, before.times + 1, before.start_s + start_s, before.work_s + work_s)
    return sorted(found.values(), key=lambda start: (-start.start_s, start.command))


def notes(processes: Sequence[Process], samples: Sequence[Sample], cpu_s: float) -> list[str]:
    """A sentence for each program whose starts take a good part of `cpu_s` seconds, all that was sampled."""
    worth = [start for start in repeated(processes) if start.times >= SEVERAL and start.start_s >= WORTH * cpu_s]
    by = starter(samples) if worth else None
    place = f" ({by.name}, {by.file}:{by.line})" if by is not None else ""
    return [
        f"`{start.command}` was started {start.times} times{place}: {100 * start.start_s / cpu_s:.0f} % of the CPU is its "
        f"starts (interpreter and imports), {1000 * start.start_s / start.times:.0f} ms each, for "
        f"{1000 * start.work_s / start.times:.0f} ms of work each; fewer processes that stay pay it less often"
        for start in worth
    ]


def starter(samples: Sequence[Sample]) -> Function | None:
    """The project's function that was met most while it started processes; None where none was met."""
    seconds: dict[Function, float] = {}
    for sample in samples:
        own = next((index for index, function in enumerate(sample.stack) if function.own), None)
        if own and any(function.name.endswith(_STARTING) for function in sample.stack[:own]):
            seconds[sample.stack[own]] = seconds.get(sample.stack[own], 0.0) + sample.cpu_s
    return max(seconds, key=lambda function: seconds[function], default=None)


def command(argv: Sequence[str]) -> str:
    """What an interpreter was asked to run, without the arguments of that."""
    words = list(argv[1:])
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
        option = words.pop(0)
        if option in ("-X", "-W") and words:  # their values are words of their own
            words.pop(0)
    text = " ".join(["python", *words[: 2 if words and words[0] in ("-m", "-c") else 1]])
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _split(process: Process) -> tuple[float, float]:
    """CPU seconds of a process's start and imports, and of all else."""
    importing = {identity for identity, code in process.codes.items() if code.file == IMPORT}
    start_s = work_s = 0.0
    for table in ("stacks", "threads", "collections"):
        for stack, _, cpu, *_ in process.rows.get(table, ()):
            if not stack or not importing.isdisjoint(stack):
                start_s += cpu
            else:
                work_s += cpu
    return start_s, work_s
'''

EMBEDDED['profiler/analyse/targets.py'] = r'''"""`[unified targets]`: which functions are worth optimising, in one ranking over all domains."""

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
'''

EMBEDDED['profiler/analyse/unseen.py'] = r'''"""Memory that no allocator hook sees: growth of resident memory that what the hook saw does not explain.

A ledger over time. Memory that the hook saw come is expected to become resident now or later; memory that it saw go may
stay resident, and be used again. What grows beyond both was obtained behind the hook's back (malloc through ctypes, a
C library that maps memory). The ledger gives how much it is; whose it is shows where a function made resident memory
rise by more than the hook saw of it.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any, NamedTuple

from profiler.collect.resident import WaterLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRACED = 1.1  # resident bytes that a byte of small objects takes: rounding
MAPPED = 1.0  # the same where the hook sees whole arenas
PASSED = 1.02  # above its highest known level by which memory must be to have gone on
EARLIER_S, LATER_S = 0.002, 0.012  # how far the hook's clock may be behind the level's


class Point(NamedTuple):
    """Resident bytes and bytes that the hook saw, at one time; `own` when the profiler itself moved them."""

    at: float
    resident: int
    seen: int
    stack: tuple[int, ...]
    own: bool


def with_heap(points: Iterable[Sequence[Any]], heap: list[tuple[float, int]]) -> list[Point]:
    """Points with what the hook saw filled in from its own notes, `(time, bytes)`, taken at other moments.

    The most that it notes shortly after counts: resident memory often shows an allocation first.
    """
    times = [at for at, _ in heap]
    filled = []
    for point in map(Point._make, points):
        first = bisect.bisect_left(times, point.at - EARLIER_S)
        last = bisect.bisect_right(times, point.at + LATER_S)
        near = heap[max(first - 1, 0) : last]
        filled.append(point._replace(seen=max((size for _, size in near), default=0)))
    return filled


def rises(points: Iterable[Sequence[Any]]) -> list[tuple[tuple[int, ...], float]]:
    """`(stack, bytes)` that resident memory was made of when it was highest, seen by a hook or not."""
    level: WaterLevel | None = None
    for point in map(Point._make, points):
        if level is None:
            level = WaterLevel(point.resident)
        level.level(point.resident, point.stack)
    if level is None:
        return []
    level.note()
    return [(stack, float(high - low)) for low, high, stack in level.at_peak]


def hidden(points: Iterable[Sequence[Any]], *, per_byte: float) -> float:
    """Bytes that no hook saw when resident memory was highest; `per_byte` is one of the two constants above."""
    expected = kept = level = best = 0.0  # seen and not yet resident; gone and still resident; hidden; at the peak
    before: Point | None = None
    highest = 0
    for point in map(Point._make, points):
        if before is not None:
            grown = point.resident - before.resident
            seen = (point.seen - before.seen) * per_byte if min(point.seen, before.seen) >= 0 else 0.0
            if point.own:
                kept = max(kept + grown - seen, 0.0)
            else:
                reused = min(kept, max(seen, 0.0))
                kept -= reused
                expected += max(seen, 0.0) - reused
                gone = max(-seen, 0.0)
                if grown >= 0:
                    used = min(expected, grown)
                    expected -= used
                    level += grown - used
                fallen = max(-grown, 0)
                untouched = min(expected, max(gone - fallen, 0.0))
                expected -= untouched
                kept += max(gone - fallen, 0.0) - untouched
                rest = max(fallen - gone, 0.0)
                released = min(kept, rest)
                kept -= released
                level = max(level - (rest - released), 0.0)
            if point.resident > highest:
                best = level
        highest = max(highest, point.resident)
        before = point
    return best


def went_on(points: Iterable[Sequence[Any]], stopped: float, highest: float) -> bool:
    """Whether memory went beyond its `highest` bytes after the hook was stopped."""
    known = list(map(Point._make, points))
    while_seen = [point for point in known if point.seen >= 0]
    after = [point.resident for point in known if point.at >= stopped]
    if not while_seen or not after:
        return False
    return while_seen[-1].seen + max(after) - after[0] > highest * PASSED
'''

EMBEDDED['profiler/cli.py'] = r'''"""The command line: arguments in, exit status out."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from profiler import __version__, diff, errors
from profiler.analyse import deltas
from profiler.analyse.document import build
from profiler.analyse.targets import FORMULA
from profiler.errors import USAGE, ProfileError
from profiler.launch.command import resolve
from profiler.passes.plan import ALL, JOINT, Plan, take
from profiler.render import speedscope, text
from profiler.storage.documents import Baselines, as_text, check_writable, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler.analyse.document import Profile

NAME = "codeflash profile"

EPILOG = f"""\
examples:
  %(prog)s src -- pytest tests/test_pipeline.py -x
  %(prog)s mypackage --json profile.json -- python scripts/benchmark.py
  %(prog)s . --quick -- python -c "from mypackage import run; run()"
  %(prog)s diff before.json after.json

The command is anything that ends in Python: pytest, python, a console script, uv run, a shell script. `python` and
`pytest` mean the interpreter that runs this profiler. Child processes, threads and asyncio are followed.

passes, each a run of the command of its own, so that no instrument distorts another's figure:
  bare         reference without any instrument
  joint        CPU by sampling at 1 ms, resident memory, collector pauses, event loop; always made
  calls        exact numbers of calls of the functions that matter (`~`: resumptions of a generator, before 3.12)
  allocations  bytes live at the peak, by memray where it can be imported, else tracemalloc (several times slower)
  async        where tasks wait; only when asyncio ran
Input and output of the first run are the command's own. The further runs' output is discarded; they read a file on
standard input again, and nothing from a pipe. --quick makes the joint pass only, for commands that cannot be
repeated. All passes together take at most five times the command's own time, or 20 s of a shorter one; what would take
more is left out or ended (`>=` calls), and the report says so. The report goes to standard error, or to --report FILE.

targets:
{FORMULA.replace("%", "%%")}

exit status: the command's own (128 + N when signal N killed it), except
  {errors.USAGE}  the arguments, the source root, the baseline or an output path are wrong: nothing was run
  {errors.CANNOT_START}  the command does not exist or cannot be executed
  {errors.NO_PROFILE}  the command ran, but none of its processes was a Python that could be observed
  {errors.CANNOT_WRITE}  the profile could not be written
  {errors.TIMED_OUT} a pass took longer than --timeout
These come with one line on standard error that starts "{NAME}: error:". --json has exit_code in any case.
"""


class Parser(argparse.ArgumentParser):
    """Argument errors as one line and our own status."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage.

        Raises:
            ProfileError: always.
        """
        raise ProfileError(f"{message}; see --help for examples")


def parser() -> Parser:
    """All options; the command after `--` is split off before they are parsed."""
    made = Parser(
        prog=os.path.basename(sys.argv[0]) or NAME,  # noqa: PTH119 - argv may be anything
        usage="%(prog)s [options] <source_root> -- <command> [args...]",
        description="Profile a command over CPU, memory, garbage collection and asyncio, and rank what to optimise.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("source_root", help="functions below this folder are the project's own")
    made.add_argument("--quick", action="store_true", help="one run: the joint pass; says what it left out")
    made.add_argument("--passes", metavar="A,B", help=f"which of {', '.join(ALL)}; joint is always among them")
    made.add_argument("--json", metavar="FILE", type=Path, help="write everything, under a versioned schema")
    made.add_argument("--speedscope", metavar="FILE", type=Path, help="write the CPU stacks for speedscope")
    made.add_argument("-o", "--report", metavar="FILE", type=Path, help="write the report here, not to standard error")
    made.add_argument("--baseline", metavar="DIR", type=Path, help="where baselines are kept (.codeflash/profiles)")
    made.add_argument("--no-baseline", action="store_true", help="neither compare with a baseline nor store one")
    made.add_argument("--rebase", action="store_true", help="make this profile the new baseline of the command")
    made.add_argument("--timeout", metavar="SECONDS", type=_positive, help="kill a pass that takes longer")
    made.add_argument("--interval", metavar="MS", type=_interval, default=1.0, help="between samples (default 1)")
    made.add_argument("--memory", choices=("auto", "memray", "tracemalloc"), default="auto", help="allocation engine")
    made.add_argument("--memray-from", metavar="DIR", type=Path, help="a memray to use where there is none to import")
    made.add_argument("--frames", metavar="N", type=_whole, default=1, help="frames tracemalloc keeps (slower)")
    made.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the profiler; gives the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == [diff.WORD] and "--" not in words:
            return diff.main(words[1:], NAME)
        return _profile(words)
    except ProfileError as error:
        line = " ".join(str(error).split())
        _say(f"{NAME}: error: {line}\n")
        return error.status
    except OSError as error:
        _say(f"{NAME}: error: {error}; the profile is lost: free space, or look at the place that is named\n")
        return errors.CANNOT_WRITE
    except KeyboardInterrupt:
        _say(f"{NAME}: error: interrupted; nothing was stored\n")
        return errors.SIGNALLED + 2


def _profile(words: list[str]) -> int:
    command = words[words.index("--") + 1 :] if "--" in words else []
    options = parser().parse_args(words[: words.index("--")] if "--" in words else words)
    if not command or not command[0]:
        raise ProfileError("there is no command; write it after --, such as `src -- pytest -q`")
    root = _source_root(options.source_root)
    outputs = [path for path in (options.json, options.speedscope, options.report) if path is not None]
    for path in outputs:
        check_writable(path)
    if len({os.path.realpath(path) for path in outputs if not path.exists() or path.is_file()}) < sum(
        not path.exists() or path.is_file() for path in outputs
    ):
        raise ProfileError("--json, --speedscope and --report need a file each")
    baselines = None
    if not options.no_baseline:
        baselines = Baselines(options.baseline.absolute()) if options.baseline else Baselines.beside_session(root)
    before = baselines.read(command, root) if baselines else None
    plan = Plan(
        command=command,
        executed=resolve(command),
        source_root=root,
        passes=_passes(options),
        timeout_s=options.timeout,
        interval_s=options.interval / 1000,
        memory_engine=options.memory,
        frames=options.frames,
        chosen=options.passes is not None,
        lent=options.memray_from.absolute() if options.memray_from else None,
        roots=(os.path.abspath(options.source_root),),  # noqa: PTH100 - a link stays a link
    )
    with _workplace() as folder:
        taken = dt.datetime.now(tz=dt.timezone.utc).isoformat(timespec="seconds")
        profile = take(plan, Path(folder), taken, platform.python_version())
        return _deliver(profile, options, baselines, before)


def _deliver(
    profile: Profile, options: argparse.Namespace, baselines: Baselines | None, before: dict[str, object] | None
) -> int:
    """Write the document, the stacks and the report; gives the exit status."""
    document = build(profile)
    if before is not None and not options.rebase:
        document["delta"] = deltas.compare(before, document)
    if options.json:
        write(options.json, as_text(document))
    if options.speedscope:
        stacks = speedscope.render(shlex.join(profile.command), profile.samples)
        write(options.speedscope, json.dumps(stacks, ensure_ascii=False) + "\n")
    report = text.render(document)
    if baselines is not None and (before is None or options.rebase) and profile.exit_code == 0:
        stored = baselines.store(profile.command, Path(profile.source_root), document)
        report += f"\n[baseline] stored in {stored}\n"
    if options.report:
        write(options.report, report)
    else:
        _say("\n" + report)
    if profile.signal:
        _say(
            f"{NAME}: error: the command was killed by {profile.signal}; the profile ends where it was killed: find "
            "out why, or profile a shorter run\n"
        )
    return profile.exit_code


def _say(words: str) -> None:
    """Write to standard error, for as long as somebody reads it; it may be closed, or a pipe whose reader has gone."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(words)
            sys.stderr.flush()
    except OSError:
        # What is buffered would be tried again, and complained about, when the interpreter ends.
        sys.stderr = None


def _source_root(text_given: str) -> Path:
    if "\0" in text_given:
        raise ProfileError("the source root contains a NUL byte; give the folder that holds the project's packages")
    root = Path(text_given)
    try:
        if not root.exists():
            raise ProfileError(
                f"source root {text_given}: no such folder; give the one that holds the project's packages"
            )
        if not root.is_dir():
            raise ProfileError(f"source root {text_given} is a file; give the folder that it lies in")
        return root.resolve()
    except (OSError, RuntimeError) as error:
        raise ProfileError(f"source root {text_given} cannot be read: {error}; give a readable folder") from error


def _passes(options: argparse.Namespace) -> tuple[str, ...]:
    if options.quick and options.passes:
        raise ProfileError("--quick is one pass already; leave one of --quick and --passes out")
    if options.quick:
        return (JOINT,)
    if options.passes is None:
        return ALL
    chosen = [name.strip() for name in options.passes.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in ALL]
    if unknown or not chosen:
        raise ProfileError(f"--passes {options.passes}: choose among {', '.join(ALL)}")
    return tuple(name for name in ALL if name in {*chosen, JOINT})


def _workplace() -> tempfile.TemporaryDirectory[str]:
    """The folder of this profile's shards.

    Raises:
        ProfileError: no temporary folder can be written.
    """
    try:
        return tempfile.TemporaryDirectory(prefix="codeflash-profile-")
    except OSError as error:
        raise ProfileError(f"cannot make a temporary folder: {error}; free space there or set TMPDIR", USAGE) from error


def _positive(word: str) -> float:
    number = float(word)
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{word} is not a positive number")
    return number


def _interval(word: str) -> float:
    number = float(word)
    if not 0.1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{word} is not between 0.1 and 1000")
    return number


def _whole(word: str) -> int:
    number = int(word)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{word} is not between 1 and 100")
    return number
'''

EMBEDDED['profiler/collect/__init__.py'] = r'''"""What runs inside the target interpreter: standard library only, CPython 3.9 to 3.14, and as few imports as possible.

`boot.start` is called by a `sitecustomize` that the launcher puts first on the target's path. Every process of the
command's tree observes itself and leaves one shard, a file of marshalled records, in the folder of the pass.
"""
'''

EMBEDDED['profiler/collect/allocations.py'] = r'''"""Memory exactly, in a pass of its own: an allocator hook costs so much that no timing of this pass is published.

memray where this interpreter can import it, or where the launcher lends it: bytes live at the peak, malloc of C
libraries included. Else tracemalloc, in `traced`.
"""

from __future__ import annotations

import sys

from .levels import Levels
from .originals import os, time
from .parts import Part
from .threads import Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import Stack, State
    from .timer import PosixTimer, SamplingThread

_WAITING = ("threading.py", "queue.py", "selectors.py", "concurrent/futures/thread.py", "socket.py", "sampler.py")
INTERVAL_S = 0.002
SNAPSHOTS_MS = 5  # memray notes how much it knows of as often


def make_allocations(
    state: State,
    due: Callable[[float], None],
    *,
    engine: str,
    frames: int,
    path: Callable[[], str],
    lent: str = "",
    budget_s: float = 0.0,
) -> Part:
    """The best collector of this interpreter; `path` names a new file beside the shard, `lent` a folder with memray."""
    if engine != "tracemalloc":
        with Lending(lent):
            try:
                import memray

                return Memray(state, due, memray, path)
            except Exception:
                if engine == "memray":
                    return Part(state, due)
    from .traced import Traced

    return Traced(state, due, frames, budget_s)


class Lending:
    """While this lasts, modules that the interpreter does not have come from a folder, if one is lent.

    After that the program finds none of them: what memray needs leaves the table of modules again, and the folder the
    path, so that `import rich` does in the program what it does without us.
    """

    def __init__(self, folder: str) -> None:
        """Lend `folder`; nothing where it is empty."""
        self.folder = folder
        self.before: set[str] = set()

    def __enter__(self) -> None:
        """Put the folder last on the path."""
        if self.folder:
            self.before = set(sys.modules)
            sys.path.append(self.folder)

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        if not self.folder:
            return
        if self.folder in sys.path:
            sys.path.remove(self.folder)
        sys.path_importer_cache.pop(self.folder, None)
        for name in set(sys.modules) - self.before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(self.folder) and name.partition(".")[0] != "memray":
                del sys.modules[name]


class Allocating(Part):
    """What both engines share: ticks also while the main thread waits for others, and the stack that is at work."""

    interval_s = INTERVAL_S

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Begin with the resident level of now."""
        super().__init__(state, due)
        self.threads = Threads(state)
        self.levels = Levels()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Whether it wakes the main thread is decided by whether there are others."""
        self.threads.clock = clock

    def start(self) -> None:
        """Watch threads start."""
        self.threads.watch_starts()

    def stack(self, frame: FrameType | None) -> Stack:
        """The stack that allocates: the main thread's, or while that one waits, that of one which does not."""
        if frame is not None and self.threads.count() and frame.f_code.co_filename.endswith(_WAITING):
            for ident, other in sys._current_frames().items():
                if ident != self.state.main and not other.f_code.co_filename.endswith(_WAITING):
                    return self.state.walk(other)
        return self.state.walk(frame)

    def sums(self) -> dict[str, Any]:
        """The points since the last call."""
        return {"levels": self.levels.take()}


class Memray(Allocating):
    """Writes memray's own file; the analysis reads it."""

    def __init__(self, state: State, due: Callable[[float], None], memray: Any, path: Callable[[], str]) -> None:
        """Track into the file that `path` names.

        Frames of C code are not asked for: sizes are the same without them, and functions of the project have none.
        """
        super().__init__(state, due)
        self.file = path()
        self.tracker = memray.Tracker(self.file, native_traces=False, follow_fork=True, memory_interval_ms=SNAPSHOTS_MS)
        self.version = str(getattr(memray, "__version__", ""))
        self.child = ""

    def start(self) -> None:
        """Track from now on."""
        super().start()
        self.tracker.__enter__()

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Note the resident level when it has changed, and write out what is due."""
        self.levels.look(self.stack(frame))
        self.due(time.perf_counter())

    def stop(self, frame: FrameType | None) -> None:
        """Complete the file."""
        self.levels.look(self.stack(frame))
        self.levels.resident.close()
        self.tracker.__exit__(None, None, None)

    def forget(self) -> None:
        """In the child of a fork memray goes on in a file of its own, named after the process."""
        self.child = f"{self.file}.{os.getpid()}"
        self.levels.forget()

    def latest(self) -> dict[str, Any]:
        """Where memray's file is."""
        return {"allocations": {"engine": "memray", "file": self.child or self.file, "version": self.version}}
'''

EMBEDDED['profiler/collect/arguments.py'] = r'''"""Whether a suspect is called with the same arguments again and again: how many distinct ones a bounded number of calls had.

The program's own code is never run for it: no `__hash__`, `__eq__`, `__len__` or attribute of a class that is not
built in. Scalars count by value, small containers by their contents, other objects by identity and by the values of
their attributes, one level deep; what would be told apart by neither (iterators, objects that cannot be referred to
weakly and so leave their address to the next one) counts as new each time. So an answer errs towards "distinct".
Nothing of the program is kept alive: what is kept are hashes and weak references.
"""

from __future__ import annotations

import sys
from _weakref import ref
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

MOST_LOOKS = 1000  # calls of one function that are looked at
MOST_IN_ALL = 40_000
_MOST_ITEMS = 16
_LONGEST = 4096  # characters, bytes or bits of a scalar that is compared by value
_DEEPEST = 2  # containers within containers
# Before, a trace function looks, whose caller writes the copy back; after, there is none.
_CLEARED = sys.version_info[:2] == (3, 12)
_READS_IT = {"locals", "vars", "dir", "eval", "exec"}
_VARIADIC = (0x04, 0x08)  # *args, **kwargs
_RESUMABLE = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator
_OPTIMIZED = 0x01  # a function; the locals of a module or class body are its real namespace
# Types by their addresses, since a metaclass can give a type a hash of its own.
_SCALARS = frozenset(map(id, (int, float, complex, bool, str, bytes, type(None), type(Ellipsis))))
_SEQUENCES = frozenset(map(id, (tuple, list)))
_UNORDERED = frozenset(map(id, (set, frozenset)))
_CONTAINERS = frozenset((id(dict), *_SEQUENCES, *_UNORDERED))
_GETSET = type(type(lambda: None).__dict__["__code__"])
_mro_of = type.__dict__["__mro__"].__get__
_dict_of = type.__dict__["__dict__"].__get__


class Unknowable(Exception):
    """This argument cannot be told from another one."""


class Arguments:
    """Looks at calls, and counts how many distinct arguments they had."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self.forget()

    def forget(self) -> None:
        """In the child of a fork: what was seen is the parent's."""
        self.seen: dict[int, list[Any]] = {}  # identity of a code object -> [code, looks, hashes, looks without one]
        self.looks = 0
        self._objects: dict[int, tuple[Any, int]] = {}  # address -> (weak reference, serial number)
        self._serial = 0
        self._types: dict[int, tuple[type, Any]] = {}  # kept with the type, so that its address stays its own

    def wanted(self, code: CodeType) -> bool:
        """Whether another call of this function is worth a look."""
        entry = self.seen.get(id(code))
        return self.looks < MOST_IN_ALL and (entry is None or entry[1] < MOST_LOOKS)

    def look(self, frame: FrameType) -> None:
        """Note the arguments of the call that has just made `frame`."""
        code = frame.f_code
        names = parameters(code)
        if not names:
            return
        local = frame.f_locals
        try:
            values = [local[name] for name in names]
        except KeyError:  # not set up yet
            return
        if _CLEARED and type(local) is dict and not _READS_IT.intersection(code.co_names):
            local.clear()  # or the copy would keep alive what the program lets go of before the function ends
        entry = self.seen.get(id(code))
        if entry is None:
            entry = self.seen[id(code)] = [code, 0, set(), 0]
        entry[1] += 1
        self.looks += 1
        try:
            entry[2].add(hash(tuple([self._key(value, 0) for value in values])))
        except (Unknowable, RuntimeError):  # RuntimeError: another thread changed it meanwhile
            entry[3] += 1

    def found(self) -> list[tuple[CodeType, int, int]]:
        """Functions with the number of calls that were looked at, and of distinct arguments among them."""
        return [(code, looks, len(hashes) + new) for code, looks, hashes, new in list(self.seen.values())]

    def _key(self, value: Any, depth: int) -> Any:
        """What stands for a value: equal for values that a function could not tell apart, as far as we know."""
        kind = type(value)
        if id(kind) in _SCALARS:
            return _scalar(value, kind)
        if id(kind) in _CONTAINERS:
            return self._contents(value, kind, depth)
        iterates, state = self._kind(kind)
        if iterates:
            raise Unknowable
        identity = self._identity(value)
        if depth or state is None:
            return identity
        attributes = state.__get__(value, kind)
        return (identity, self._contents(attributes, dict, depth)) if type(attributes) is dict else identity

    def _contents(self, value: Any, kind: type, depth: int) -> Any:
        """A container by what is in it; a large or deep one by a part of that, its size and its address."""
        size = len(value)
        if depth > _DEEPEST:
            return (id(kind), size, id(value))
        items = value.items() if kind is dict else value
        if size > _MOST_ITEMS:
            if id(kind) in _SEQUENCES:
                items = value[:: size // _MOST_ITEMS]
            keys = [self._key(item, depth + 1) for item in islice(items, _MOST_ITEMS)]
            return (id(kind), size, id(value), tuple(keys))
        keys = [self._key(item, depth + 1) for item in list(items)]
        return (id(kind), frozenset(keys) if id(kind) in _UNORDERED else tuple(keys))

    def _identity(self, value: Any) -> int:
        """A number of this object's own: its address will be another's when it is gone, so a weak reference tells."""
        entry = self._objects.get(id(value))
        if entry is not None and entry[0]() is value:
            return entry[1]
        try:
            reference: Any = ref(value)
        except TypeError:
            raise Unknowable from None
        self._serial += 1
        self._objects[id(value)] = (reference, self._serial)
        return self._serial

    def _kind(self, kind: type) -> tuple[bool, Any]:
        """Whether objects of a type are iterators, and the plain descriptor of their `__dict__` where it has one."""
        entry = self._types.get(id(kind))
        if entry is None:
            spaces = [_dict_of(base) for base in _mro_of(kind)]
            state = next((space["__dict__"] for space in spaces if "__dict__" in space), None)
            answer = (any("__next__" in space for space in spaces), state if type(state) is _GETSET else None)
            entry = self._types[id(kind)] = (kind, answer)
        return entry[1]


def parameters(code: CodeType) -> tuple[str, ...]:
    """Names of a function's parameters; none for what takes none or is no plain function."""
    if not code.co_flags & _OPTIMIZED or code.co_flags & _RESUMABLE:
        return ()
    count = code.co_argcount + code.co_kwonlyargcount + sum(bool(code.co_flags & flag) for flag in _VARIADIC)
    return code.co_varnames[:count]


def _scalar(value: Any, kind: type) -> Any:
    """A scalar by value and type; one that is too long for that, by size and address."""
    if kind is str or kind is bytes:
        if len(value) > _LONGEST:
            return (id(kind), len(value), id(value))
    elif kind is int and value.bit_length() > _LONGEST:
        return (id(kind), value.bit_length(), id(value))
    return (id(kind), value)
'''

EMBEDDED['profiler/collect/awaits.py'] = r'''"""Where coroutines wait: for each suspension of a task, the line that awaits and how long until it goes on.

And how many tasks were under way at once, with the resident memory of that moment.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import State

MAX_CHAIN = 50  # awaits within awaits that are followed
MAX_POINTS = 200  # moments kept; of more, every second one goes and they are taken half as often
FIRST_STEP_S = 0.004
_NOTHING: tuple[float, tuple[tuple[int, int], ...]] = (0.0, ())


class Awaits:
    """Told by the loop watch when a task's step begins and ends."""

    def __init__(self, state: State) -> None:
        """Nothing is suspended yet."""
        self.state = state
        self.forget()

    def forget(self) -> None:
        """Forget what was counted, in the child of a fork."""
        self.pending: Any = None  # task under way -> (since when it waits, where), kept while it works
        self.sites: dict[tuple[tuple[int, int], ...], list[float]] = {}  # chain -> [waits, seconds, longest]
        self.tasks: dict[int, list[float]] = {}  # code of a task's coroutine -> [steps, working s, waiting s]
        self.under_way: dict[int, int] = {}  # code of a coroutine -> tasks that have begun and not ended
        self.points: list[tuple[int, dict[int, int]]] = []  # resident pages, and tasks under way, in order of time
        self.step_s, self.next = FIRST_STEP_S, 0.0

    def moment(self, now: float, pages: int) -> None:
        """Note how many tasks are under way while the resident level is `pages`.

        Of the moments within one step of time the highest is kept, since that is what a peak is explained by.
        """
        if not self.under_way and not self.points:
            return
        if now < self.next and self.points:
            if pages > self.points[-1][0]:
                self.points[-1] = (pages, dict(self.under_way))
            return
        if len(self.points) >= MAX_POINTS:
            self.points = [max(pair, key=lambda point: point[0]) for pair in zip(self.points[::2], self.points[1::2])]
            self.step_s *= 2
        self.points.append((pages, dict(self.under_way)))
        self.next = now + self.step_s

    def resumed(self, callback: Any, now: float) -> None:
        """A callback is about to run; when it is a task's, its waiting ends."""
        task: Any = getattr(callback, "__self__", None)
        if self.pending is None or not hasattr(task, "get_coro"):
            return
        since, chain = self.pending.get(task, _NOTHING)
        if not chain:
            return
        seconds = now - since
        row = self.sites.setdefault(chain, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        row[2] = max(row[2], seconds)
        self.tasks.setdefault(chain[0][0], [0, 0.0, 0.0])[2] += seconds

    def suspended(self, callback: Any, start: float, now: float) -> None:
        """A callback has run; when it is a task's that goes on later, note where it waits."""
        task: Any = getattr(callback, "__self__", None)
        if not hasattr(task, "get_coro"):
            return
        self.stepped(task, task.get_coro(), now - start, now)

    def stepped(self, task: Any, coroutine: Any, seconds: float, now: float) -> None:
        """A task has worked for so many seconds until now; when it goes on later, note where it waits."""
        code = self.state.note(getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None))
        row = self.tasks.setdefault(code, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        if task.done():
            if self.pending is not None and self.pending.pop(task, None) is not None:
                self.under_way[code] -= 1
            return
        if self.pending is None:
            weakref = sys.modules.get("weakref")
            if weakref is None:
                return
            self.pending = weakref.WeakKeyDictionary()
        if task not in self.pending:
            self.under_way[code] = self.under_way.get(code, 0) + 1
        self.pending[task] = (now, self._chain(coroutine))

    def _chain(self, coroutine: Any) -> tuple[tuple[int, int], ...]:
        """`(code, line)` of each coroutine from the task's own down to the one that waits."""
        chain: list[tuple[int, int]] = []
        while coroutine is not None and len(chain) < MAX_CHAIN:
            frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
            if frame is None:
                frame = getattr(coroutine, "ag_frame", None)
            if frame is None:
                break
            chain.append((self.state.note(frame.f_code), frame.f_lineno or 0))
            coroutine = (
                getattr(coroutine, "cr_await", None)
                or getattr(coroutine, "gi_yieldfrom", None)
                or getattr(coroutine, "ag_await", None)
            )
        return tuple(chain)

    def latest(self) -> list[Any]:
        """The moments noted, as plain values."""
        return [(pages, list(tasks.items())) for pages, tasks in self.points]

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values."""
        sites, self.sites = self.sites, {}
        tasks, self.tasks = self.tasks, {}
        return {
            "sites": [(chain, *row) for chain, row in sites.items()],
            "tasks": [(code, *row) for code, row in tasks.items()],
        }
'''

EMBEDDED['profiler/collect/boot.py'] = r'''"""How observing begins in a process: called by the `sitecustomize` that the launcher puts on the path."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]

from . import config, lifecycle
from .observer import Observer, complain

observer: Observer | None = None


def start(folder: str) -> None:
    """Observe this process as the settings in `folder` say.

    Whatever goes wrong here must not reach the program: it then runs unobserved, and the launcher reports a process
    that was not seen.
    """
    global observer  # noqa: PLW0603 - one per process, and hooks refer to it
    if observer is not None or not _in_main_interpreter():
        return
    try:
        settings = config.read(folder)
        begun = Observer(settings)
        lifecycle.install(begun)
        begun.start()
        observer = begun
    except Exception as error:
        complain(folder, error)


def _in_main_interpreter() -> bool:
    """Whether this is the process's main interpreter, which alone may handle signals, in its main thread.

    Others come and go within the process, and would wait for a thread of ours when they go.
    """
    try:
        _signal.signal(_signal.SIGINT, _signal.getsignal(_signal.SIGINT))
    except ValueError:
        return False
    except TypeError:  # a handler that is not Python's, which cannot be set again
        pass
    return True
'''

EMBEDDED['profiler/collect/calls.py'] = r'''"""Exact numbers of calls of the suspects.

From 3.12 on by `sys.monitoring`: the first start of any other function switches its event off for good, so the rest
of the program runs at full speed. Before, by the C profiler of the standard library (`_lsprof`), one per thread,
which sees all calls but keeps no Python callback busy; it counts each resumption of a generator or coroutine as a
call, and the shard says so (`resumes`).

The arguments of a bounded number of these calls are looked at too: in bursts, since repetitions can lie close together
or far apart. Before 3.12 a burst is a trace function of a few hundred calls, set by the clock, and gone with its next tick.
"""

from __future__ import annotations

import _thread
import itertools
import sys

from .arguments import MOST_IN_ALL, Arguments
from .originals import time
from .parts import Part
from .sizes import Sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from .state import State

_TOOLS = (4, 3, 5, 2, 1, 0)  # identifiers of monitoring tools, the least used first
_FIRST_LOOKS = 400  # calls of each function of which the arguments are looked at from the start (3.12+)
_BURST, _EVERY = 100, 8192  # later: so many calls in a row, of so many
_EVENTS = 300  # calls of any function that a burst of tracing sees (before 3.12)
_MOST_LEFT_OUT = 64  # ticks between two bursts where calls are rare: tracing makes a loop twice as slow that has none
_RESUMABLE = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator


def make_calls(
    state: State,
    due: Callable[[float], None],
    suspects: frozenset[Any],
    avoid_signals: Callable[[], None],
    until: float,
) -> Part:
    """The counting collector of this interpreter; it may call `avoid_signals` in the main thread."""
    made: Counting
    if hasattr(sys, "monitoring"):
        made = Monitored(state, due, suspects)
    else:
        made = ProfiledPerThread(state, due, suspects, avoid_signals)
    made.until = until
    return made


class Counting(Part):
    """Counts calls of functions that are named by `(file name, first line, name)`."""

    interval_s = 0.01
    engine = ""

    def __init__(self, state: State, due: Callable[[float], None], suspects: frozenset[Any]) -> None:
        """Count `suspects` only."""
        super().__init__(state, due)
        self.suspects = suspects
        self.arguments = Arguments()
        self.sizes = Sizes(state)
        self.traced = False
        self.until = 0.0  # Unix time at which counting ends for its cost; 0 for never
        self.partial = False

    def wanted(self, code: CodeType) -> bool:
        """Whether this function is a suspect."""
        return (code.co_filename, code.co_firstlineno, code.co_name) in self.suspects

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Look at the containers at hand, and write out what is due."""
        if not self.traced:
            self.sizes.look(frame)
        if self.until and not self.partial and time.time() > self.until:
            self.partial = self.give_up()
        self.due(time.perf_counter())

    def step_aside(self) -> None:
        """Look into no frame any more: a trace function works on the copies of variables that looking empties."""
        self.traced = True

    def give_up(self) -> bool:
        """Count no more, since it takes too long; whether that was possible here."""
        raise NotImplementedError

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far."""
        raise NotImplementedError

    def latest(self) -> dict[str, Any]:
        """Calls so far of each suspect that was called."""
        exact = self.engine == Monitored.engine
        return {
            "calls": [
                (self.state.note(code), count, not exact and bool(code.co_flags & _RESUMABLE))
                for code, count in self.counted()
            ],
            "calls_engine": self.engine,
            "calls_partial": self.partial,
            "arguments": [(self.state.note(code), looks, distinct) for code, looks, distinct in self.arguments.found()],
            "sizes": self.sizes.latest(),
        }


class Monitored(Counting):
    """`sys.monitoring`, 3.12 and later."""

    engine = "sys.monitoring"

    def __init__(self, state: State, due: Callable[[float], None], suspects: frozenset[Any]) -> None:
        """Nothing is counted yet."""
        super().__init__(state, due, suspects)
        self.tool: int | None = None
        self.counters: dict[int, tuple[CodeType, Any]] = {}

    def start(self) -> None:
        """Take a free tool identifier and listen to function starts; without one nothing is counted."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        for tool in _TOOLS:
            try:
                monitoring.use_tool_id(tool, "codeflash")
            except ValueError:
                continue
            self.tool = tool
            break
        else:
            return
        disable, counters, wanted, count = monitoring.DISABLE, self.counters, self.wanted, itertools.count
        worth, look, frame_of = self.arguments.wanted, self.arguments.look, sys._getframe

        def started(code: CodeType, _offset: int) -> Any:
            entry = counters.get(id(code))
            if entry is None:
                if not wanted(code):
                    return disable
                # A counter of C, since `n += 1` in two threads at once loses calls.
                entry = counters[id(code)] = (code, count())
            number = next(entry[1])
            if (number < _FIRST_LOOKS or number % _EVERY < _BURST) and worth(code):
                look(frame_of(1))
            return None

        event = monitoring.events.PY_START
        monitoring.register_callback(self.tool, event, started)
        monitoring.set_events(self.tool, event)

    def give_up(self) -> bool:
        """Listen no more, and keep what was counted."""
        if self.tool is not None:
            sys.monitoring.set_events(self.tool, 0)  # type: ignore[attr-defined,unused-ignore]
        return True

    def stop(self, _frame: FrameType | None) -> None:
        """Listen no more."""
        if self.tool is not None:
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            monitoring.set_events(self.tool, 0)
            monitoring.free_tool_id(self.tool)
            self.tool = None

    def forget(self) -> None:
        """Count anew in the child of a fork."""
        for identity, (code, _) in list(self.counters.items()):
            self.counters[identity] = (code, itertools.count())
        self.arguments.forget()

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far, read from the counters' representation, `count(n)`, which does not advance them."""
        return [(code, int(repr(counter)[6:-1])) for code, counter in list(self.counters.values())]


class ProfiledPerThread(Counting):
    """`_lsprof`, before 3.12.

    No signals from the first further thread on: while one is pending that the main thread, asleep in C, does not
    handle, 3.11 never gets past the first call in another thread that is profiled.
    """

    engine = "_lsprof"
    interval_s = 0.02  # between bursts of looking at arguments

    def __init__(
        self, state: State, due: Callable[[float], None], suspects: frozenset[Any], avoid_signals: Callable[[], None]
    ) -> None:
        """Nothing is counted yet."""
        super().__init__(state, due, suspects)
        self.avoid_signals = avoid_signals
        self.profilers: list[Any] = []
        self.ended: dict[int, tuple[CodeType, int]] = {}
        self.aside = False
        self.left_out = self.leave_out = 0  # ticks since the last burst of the main thread, and wanted between two

    def step_aside(self) -> None:
        """The program traces calls by itself from now on."""
        super().step_aside()
        self.aside = True

    def start(self) -> None:
        """Count in this thread, and in each that starts from now on."""
        self._profile_here()
        sys.gettrace = _get_trace
        start = _thread.start_new_thread

        def start_new_thread(function: Any, *arguments: Any) -> Any:
            if not callable(function):
                return start(function, *arguments)  # which says so

            def counted(*args: Any, **kwargs: Any) -> Any:
                profiler = self._profile_here()
                self._look_here()
                try:
                    return function(*args, **kwargs)
                finally:
                    profiler.disable()
                    self._collect(profiler)

            self.avoid_signals()
            return start(counted, *arguments)

        _thread.start_new_thread = start_new_thread
        threading = sys.modules.get("threading")
        if threading is not None and getattr(threading, "_start_new_thread", None) is start:
            threading._start_new_thread = start_new_thread  # type: ignore[attr-defined]

    def give_up(self) -> bool:
        """Count no more in this thread, if it is the main one; another's profiler cannot be reached."""
        if _thread.get_ident() != self.state.main or not self.profilers:
            return False
        self.profilers[0].disable()
        return True

    def _profile_here(self) -> Any:
        import _lsprof

        profiler = _lsprof.Profiler(subcalls=False, builtins=False)
        self.profilers.append(profiler)
        profiler.enable()
        return profiler

    def tick(self, signal: int, frame: FrameType | None) -> None:
        """Look at the arguments of some more calls of the main thread, and write out what is due.

        No look at variables within a trace function: what it leaves there is written back when it returns.
        """
        if self.aside or frame is None or frame.f_code.co_filename.startswith(_HERE):
            self.due(time.perf_counter())
            return
        super().tick(signal, frame)
        if _thread.get_ident() != self.state.main:
            return
        if _ours(_GET_TRACE()):
            _SET_TRACE(None)
            self.leave_out = min(2 * self.leave_out + 1, _MOST_LEFT_OUT)
            self.left_out = 0
        elif self.left_out >= self.leave_out:
            self.leave_out //= 2
            self._look_here()  # last, since our own calls would be seen too
        else:
            self.left_out += 1

    def _look_here(self) -> None:
        """Look at the arguments of the next calls in this thread, unless a debugger or a coverage tool traces it."""
        arguments = self.arguments
        if self.aside or _GET_TRACE() is not None or arguments.looks >= MOST_IN_ALL:
            return
        left = [_EVENTS]

        def called(frame: FrameType, event: str, _argument: Any) -> None:
            left[0] -= 1
            if left[0] <= 0:
                if _GET_TRACE() is called:
                    _SET_TRACE(None)
            elif event == "call" and self.wanted(frame.f_code) and arguments.wanted(frame.f_code):
                arguments.look(frame)

        _SET_TRACE(called)

    def _collect(self, profiler: Any) -> None:
        """Keep the figures of a thread that has ended, without its profiler."""
        for code, count in _counts(profiler):
            before = self.ended.get(id(code), (code, 0))[1]
            self.ended[id(code)] = (code, before + count)
        self.profilers.remove(profiler)

    def stop(self, _frame: FrameType | None) -> None:
        """Count no more in this thread."""
        if self.profilers:
            self.profilers[0].disable()
        if _ours(_GET_TRACE()):
            _SET_TRACE(None)

    def forget(self) -> None:
        """Count anew in the child of a fork; threads other than this one do not exist in it."""
        self.ended.clear()
        self.arguments.forget()
        for profiler in self.profilers:
            profiler.clear()
        del self.profilers[1:]

    def counted(self) -> list[tuple[CodeType, int]]:
        """Calls so far of the suspects, in all threads."""
        total = dict(self.ended)
        for profiler in list(self.profilers):
            for code, count in _counts(profiler):
                before = total.get(id(code), (code, 0))[1]
                total[id(code)] = (code, before + count)
        return [(code, count) for code, count in total.values() if self.wanted(code)]


_HERE = __file__.rpartition("/")[0]
_GET_TRACE, _SET_TRACE = sys.gettrace, sys.settrace  # both before anyone replaces them


def _get_trace() -> Any:
    """The trace function of this thread, unless it is one of ours."""
    function = _GET_TRACE()
    return None if _ours(function) else function


_get_trace.__name__ = _get_trace.__qualname__ = "gettrace"
_get_trace.__doc__ = sys.gettrace.__doc__


def _ours(function: Any) -> bool:
    return type(function) is type(_ours) and function.__code__.co_filename == _ours.__code__.co_filename


def _counts(profiler: Any) -> list[tuple[CodeType, int]]:
    return [(entry.code, entry.callcount) for entry in profiler.getstats() if not isinstance(entry.code, str)]
'''

EMBEDDED['profiler/collect/collector.py'] = r'''"""Pauses of the garbage collector, charged to the function whose allocation set them off."""

from __future__ import annotations

import _thread
import gc
import sys

from .originals import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .resident import Resident
    from .state import State

FULL = 2
_HERE = __file__.rpartition("/")[0]


class Collector:
    """Listens to `gc.callbacks`."""

    def __init__(self, state: State, resident: Resident) -> None:
        """Prepare to listen; `start` begins."""
        self.state = state
        self.resident = resident
        self._reset()

    def _reset(self) -> None:
        self.count = [0, 0, 0]
        self.seconds = [0.0, 0.0, 0.0]
        self.longest = 0.0
        self._frame: FrameType | None = None
        self._wall = self._cpu = 0.0

    def start(self) -> None:
        """Listen from now on."""
        gc.callbacks.append(self._called)

    def stop(self) -> None:
        """Listen no more."""
        if self._called in gc.callbacks:
            gc.callbacks.remove(self._called)

    def forget(self) -> None:
        """In the child of a fork: what was before is the parent's."""
        self._reset()

    def _called(self, phase: str, info: dict[str, int]) -> None:
        state = self.state
        if phase == "start":
            state.collecting = True
            try:
                frame: FrameType | None = sys._getframe(1)
            except ValueError:
                frame = None
            # One that runs inside a tick was due at the program's allocation just before.
            while frame is not None and state.busy and frame.f_code.co_filename.startswith(_HERE):
                frame = frame.f_back
            self._frame = frame
            self._wall, self._cpu = time.perf_counter(), time.thread_time()
            return
        wall, cpu = time.perf_counter() - self._wall, time.thread_time() - self._cpu
        frame, self._frame = self._frame, None
        generation = min(info.get("generation", FULL), FULL)
        try:
            stack = state.walk(frame)
        except RecursionError:  # the program is at its limit: what set this collection off is not known
            stack = ()
        row = state.collections.get(stack)
        if row is None:
            row = state.collections[stack] = [0, 0.0, 0.0, 0.0, 0, 0]
        row[0] += 1
        row[1] += cpu
        row[2] += wall
        row[3] = max(row[3], wall)
        row[4] += generation == 0
        row[5] += generation == FULL
        self.count[generation] += 1
        self.seconds[generation] += cpu
        self.longest = max(self.longest, wall)
        # A collection inside a tick lies outside that tick's CPU delta already, unless the tick is another thread's.
        if (state.apart or not state.busy) and _thread.get_ident() == state.main:
            state.collector_cpu += cpu
        # Collections are a clock driven by allocation: a good moment to look at the level. Not with a sampling thread:
        # a read lets go of the interpreter lock and has it back before that thread is awake, which, woken each time,
        # never has waited for the whole switch interval after which it could demand the lock.
        if not state.apart:
            try:
                pages = self.resident.read()
                if pages != self.resident.last:
                    self.resident.level(pages, stack)
            except RecursionError:
                pass
        state.collecting = False

    def summary(self) -> dict[str, Any]:
        """Collections and CPU seconds by generation, and the longest pause by the clock."""
        return {"count": list(self.count), "seconds": list(self.seconds), "longest": self.longest}
'''

EMBEDDED['profiler/collect/config.py'] = r'''"""What the launcher tells the processes of one pass."""

from __future__ import annotations

import marshal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "CODEFLASH_COLLECT"  # environment variable that holds the folder of the pass
FILE = "config"
MARSHAL_VERSION = 2  # the same bytes on every supported interpreter


class Config:
    """Settings of one pass.

    Attributes:
        folder: where shards are written.
        mode: `joint`, `calls`, `allocations` or `async`.
        interval_s: wall time between two samples.
        flush_s: how often what was seen is written out.
        suspects: for `calls`, the functions to count, each `(file name, first line, name)`; empty means none.
        engine: for `allocations`, `memray`, `tracemalloc` or `auto`.
        frames: for tracemalloc, how many frames are kept of each allocation.
        lent: for `allocations`, a folder with a memray for this interpreter, used where it has none of its own.
        budget_s: for tracemalloc, CPU seconds of a process after which it is stopped; 0 means never.
        clock: `auto`, or `thread` where the signal timer is to be avoided.
        until: for `calls`, the Unix time at which counting ends, 0 for never.
        site: the folder with our `sitecustomize`, empty where children are to be left alone.
        roots: the source root, as it was given and resolved; lines are noted of code below one of them.
    """

    def __init__(self, folder: str, settings: dict[str, Any]) -> None:
        """Take the settings of a pass; unknown keys are ignored, so that a newer launcher can add some."""
        self.folder = folder
        self.mode: str = settings.get("mode", "joint")
        self.interval_s: float = settings.get("interval_s", 0.001)
        self.flush_s: float = settings.get("flush_s", 1.0)
        self.suspects: frozenset[tuple[str, int, str]] = frozenset(settings.get("suspects", ()))
        self.engine: str = settings.get("engine", "auto")
        self.frames: int = settings.get("frames", 1)
        self.lent: str = settings.get("lent", "")
        self.budget_s: float = settings.get("budget_s", 0.0)
        self.clock: str = settings.get("clock", "auto")
        self.until: float = settings.get("until", 0.0)
        self.site: str = settings.get("site", "")
        self.roots: tuple[str, ...] = tuple(settings.get("roots", ()))


def read(folder: str) -> Config:
    """Read the settings that the launcher left in `folder`.

    Raises:
        OSError, ValueError: there are none; the process then runs unobserved.
    """
    with open(folder + "/" + FILE, "rb") as file:
        return Config(folder, marshal.loads(file.read()))  # noqa: S302 - our launcher wrote it, in a private folder
'''

EMBEDDED['profiler/collect/contention.py'] = r'''"""How long this process was ready to run and was not let: time that is neither work nor waiting for something."""

from __future__ import annotations

from .originals import os
from .resident import KernelFile

_FIGURES = 80  # bytes; the file has three numbers


class RunDelay:
    """Seconds for which the main thread stood in the queue for a processor; always 0 where the kernel does not tell."""

    def __init__(self) -> None:
        """Nothing is open yet: only programs with an event loop need it."""
        self.file: KernelFile | None = None
        self.last = 0.0

    def since_last(self) -> float:
        """Seconds since the last call."""
        if self.file is None:
            self.file = KernelFile("/proc/self/schedstat")
            self.last = self._now()
        now = self._now()
        delta, self.last = now - self.last, now
        return max(delta, 0.0)

    def close(self) -> None:
        """Give the descriptor back, also in the child of a fork, for which it would tell of the parent."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _now(self) -> float:
        descriptor = self.file.descriptor if self.file is not None else -1
        if descriptor < 0:
            return self.last
        try:
            return int(os.pread(descriptor, _FIGURES, 0).split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # the program closed it, and may have something else there
            return self.last
'''

EMBEDDED['profiler/collect/eager.py'] = r'''"""Tasks whose first step runs at once, inside the callback that makes them (3.12+, where a task factory asks for it).

No callback of the loop tells of that step: it is timed around `create_task`, which is replaced once a loop is given a
factory of tasks, and not before.
"""

from __future__ import annotations

import _thread
import sys

from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SINCE = (3, 12)


class EagerSteps:
    """Calls `stepped(task, coroutine, seconds, now)` after each such step; gives true for time that it takes over."""

    def __init__(self, stepped: Callable[[Any, Any, float, float], bool]) -> None:
        """Watch nothing before the first callback of a loop."""
        self.stepped = stepped
        self.watching = sys.version_info < SINCE
        self.inside: dict[int, float] = {}  # thread -> seconds of its present callback that are other tasks' steps

    def watch(self, loop: Any) -> None:
        """A callback of `loop` is about to run: from now on notice factories, this loop's own among them."""
        self.watching = True
        base = getattr(sys.modules.get("asyncio.base_events"), "BaseEventLoop", None)
        if base is None:
            return
        original = base.set_task_factory

        def set_task_factory(loop: Any, factory: Any) -> None:
            original(loop, factory)
            if factory is not None:
                self._time_steps(base)

        base.set_task_factory = like(set_task_factory, original)
        if getattr(loop, "_task_factory", None) is not None:
            self._time_steps(base)

    def _time_steps(self, base: Any) -> None:
        if hasattr(base.create_task, "__wrapped__"):
            return
        original, now, get_ident, inside = base.create_task, time.perf_counter, _thread.get_ident, self.inside

        def create_task(loop: Any, coroutine: Any, *args: Any, **kwargs: Any) -> Any:
            if loop._task_factory is None:
                return original(loop, coroutine, *args, **kwargs)
            ident = get_ident()
            outer, inside[ident] = inside.get(ident, 0.0), 0.0
            start = now()
            try:
                task = original(loop, coroutine, *args, **kwargs)
                end = now()
                if _has_begun(coroutine) and self.stepped(task, coroutine, end - start - inside[ident], end):
                    inside[ident] = end - start
                return task
            finally:
                inside[ident] += outer

        base.create_task = like(create_task, original)

    def taken_over(self) -> float:
        """Seconds of this thread's callback, which has just ended, that were other tasks' steps."""
        return self.inside.pop(_thread.get_ident(), 0.0) if self.inside else 0.0


def _has_begun(coroutine: Any) -> bool:
    """Whether a coroutine has run, to its end or to where it waits."""
    return getattr(coroutine, "cr_frame", coroutine) is None or getattr(coroutine, "cr_suspended", False)
'''

EMBEDDED['profiler/collect/injected.py'] = r'''"""Copied to `sitecustomize.py` in the folder that the launcher puts first on the path of every Python process.

Starts observing, takes itself off the path, and makes way for the environment's own `sitecustomize`, so that the
program finds everything as it would without us. Any Python may run this, old ones too, which then stay unobserved.
"""

import os
import sys

_NAME = "_codeflash_collect"


class _Finder:
    """Loads the collectors under file names in angle brackets, as those of built-in modules are.

    Coverage tools, debuggers and warnings then take them for no file of the program, and the temporary folder that they
    come from is named nowhere in it.
    """

    def __init__(self, folder):  # type: (str) -> None  # noqa: ANN001, ANN204 - old Pythons parse this too
        self.folder = folder

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, ARG002
        """The specification of one of our modules."""
        if name.partition(".")[0] != _NAME:
            return None
        return type(sys.__spec__)(name, self, is_package=name == _NAME)  # type: ignore[arg-type]

    def create_module(self, spec):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """A module of the usual kind."""

    def exec_module(self, module):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """Run the module's code, compiled by the launcher where that is the same Python."""
        part = module.__name__.partition(".")[2] or "__init__"
        module.__file__ = "<%s>/%s.py" % (_NAME, part)  # noqa: UP031
        try:
            with open("%s/%s.%x" % (self.folder, part, sys.hexversion), "rb") as file:  # noqa: UP031
                code = sys.modules["marshal"].loads(file.read())
        except (OSError, KeyError, ValueError, EOFError, TypeError):
            with open("%s/%s.py" % (self.folder, part), "rb") as file:  # noqa: UP031
                code = compile(file.read(), module.__file__, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102


def _make_way(here):  # type: (str) -> None  # noqa: ANN001, ANN202 - old Pythons parse this too
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    sys.path_importer_cache.pop(here, None)
    sys.modules.pop("sitecustomize", None)


_here = os.path.dirname(os.path.abspath(__file__))
_folder = os.environ.get("CODEFLASH_COLLECT")
if _folder and sys.version_info >= (3, 9) and getattr(sys, "implementation", None).name == "cpython":  # type: ignore[union-attr]
    _finder = _Finder(_here + "/" + _NAME)
    _known = "__future__" in sys.modules
    sys.meta_path.insert(0, _finder)
    try:
        from _codeflash_collect import boot  # type: ignore[import-not-found]

        boot.start(_folder)
    except Exception:
        pass
    sys.meta_path.remove(_finder)
    if not _known:
        sys.modules.pop("__future__", None)
_make_way(_here)
# The environment's own, if it has one; if not, the error is the one that `site` expects and ignores.
import sitecustomize  # type: ignore[import-not-found] # noqa: E402, F401
'''

EMBEDDED['profiler/collect/instances.py'] = r'''"""Live instances by class when resident memory stood highest, and what their `__dict__`s take.

Walking all objects makes a list of them, which an allocation pass would see; so it is done in the pass that counts
calls, where no figure of memory or time is taken. Nothing here runs code of the program's: no attribute of an
instance is asked for, and classes are looked at through the descriptors of `type` itself.
"""

from __future__ import annotations

import gc
import sys

from .originals import os, time
from .parts import Part
from .resident import Resident

_LOADED = "_collections" in sys.modules
from _collections import _count_elements  # type: ignore[import-not-found] # noqa: E402

if not _LOADED:  # the program imports it anew, as it would without us
    sys.modules.pop("_collections", None)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .timer import PosixTimer, SamplingThread

GROWTH = 1.02  # a walk is worth making at once when resident memory is that much above the last one
CLOSE = 0.9  # and now and then while it stands as close to it: what a walk frees hides growth
PATIENCE = 4  # times the duration of a walk that pass before the next, doubled while memory does not grow
MOST_PATIENCE = 16
MOST_OBJECTS = 1_000_000  # of more, every so many are looked at
FEWEST = 100  # instances below which a class is not listed
MOST_CLASSES = 100
MEASURED = 20  # instances of a class whose memory is measured
EXAMINED = 20_000  # objects among which these are looked for
COLLECTOR_HEADER = 16
INLINE_HEADER = 16  # of the array that holds attributes without a dict, 3.11 and later

_dict_of: Callable[[type], Any] = type.__dict__["__dict__"].__get__
_dict_offset: Callable[[type], int] = type.__dict__["__dictoffset__"].__get__
_qualified_name: Callable[[type], str] = type.__dict__["__qualname__"].__get__
_LIBRARY = os.path.dirname(os.__file__) + os.sep


class WithCensus(Part):
    """Another collector, with instances counted beside it when memory is at its highest so far."""

    def __init__(self, inner: Part) -> None:
        """Do all that `inner` does."""
        super().__init__(inner.state, inner.due)
        self.inner = inner
        self.interval_s = min(inner.interval_s, 0.02)
        self.resident = Resident()
        self.forget_census()

    def forget_census(self) -> None:
        """Nothing was counted yet."""
        self.level = self.resident.start  # pages at the highest walk
        self.next = 0.0
        self.patience = PATIENCE
        self.most = 0  # objects that the best walk met
        self.found: list[Any] = []

    def start(self) -> None:
        """Begin."""
        self.inner.start()

    def step_aside(self) -> None:
        """Pass it on."""
        self.inner.step_aside()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Pass it on."""
        self.inner.clock_changed(clock)

    def tick(self, signal: int, frame: FrameType | None) -> None:
        """Walk when memory stands about as high as it ever did, and it is affordable."""
        now = time.perf_counter()
        if now >= self.next:
            pages = self.resident.read()
            higher = pages > self.level * GROWTH
            if higher or pages > self.level * CLOSE:
                self.patience = PATIENCE if higher else min(self.patience * 2, MOST_PATIENCE)
                self.level = max(self.level, pages)
                self._walk()
                end = time.perf_counter()
                self.next = end + (end - now) * self.patience
        self.inner.tick(signal, frame)

    def stop(self, frame: FrameType | None) -> None:
        """Walk once more where what is left is about as much as ever was."""
        self.inner.stop(frame)
        if self.resident.read() > self.level * CLOSE:
            self._walk()
        self.resident.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.inner.forget()
        self.resident.reset()
        self.forget_census()

    def sums(self) -> dict[str, Any]:
        """What the other has."""
        return self.inner.sums()

    def latest(self) -> dict[str, Any]:
        """What the other has, and the instances."""
        return {**self.inner.latest(), "instances": self.found}

    def _walk(self) -> None:
        """Keep the walk that met the most objects."""
        try:
            objects, found = census()
        except MemoryError:
            return
        if objects > self.most:
            self.most, self.found = objects, found


def census() -> tuple[int, list[tuple[str, str, int, int, float, float, bool, bool]]]:
    """How many objects there are, and the most numerous classes of modules with a file, those of the standard library and of site-packages left out.

    Each as `(file, qualified name, first line or 0, instances, mean bytes of the object, mean bytes of its attributes'
    storage, whether it has a dict, whether the class declares slots)`.
    """
    objects = gc.get_objects()
    total = len(objects)
    stride = total // MOST_OBJECTS + 1
    if stride > 1:
        objects = objects[::stride]
    identities = list(map(id, map(type, objects)))
    counts: dict[int, int] = {}
    _count_elements(counts, identities)
    wanted: dict[int, list[Any]] = {}
    examples = dict(zip(identities, objects))
    for identity, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        if count * stride < FEWEST or len(wanted) >= MOST_CLASSES:
            break
        kind = type(examples[identity])
        file = _file_of(kind)
        if file:
            wanted[identity] = [kind, file, count * stride, []]
    step = len(objects) // EXAMINED + 1
    for identity, thing in zip(identities[::step], objects[::step]):
        if identity in wanted and len(wanted[identity][3]) < MEASURED:
            wanted[identity][3].append(thing)
    found = []
    for identity, (kind, file, count, sample) in wanted.items():
        sizes = [_sizes(thing, kind) for thing in sample or [examples[identity]]]
        names = _dict_of(kind)
        line = names.get("__firstlineno__", 0)
        found.append(
            (
                file,
                str(_qualified_name(kind)),
                line if type(line) is int else 0,
                count,
                sum(own for own, _ in sizes) / len(sizes),
                sum(attributes for _, attributes in sizes) / len(sizes),
                _dict_offset(kind) != 0,
                "__slots__" in names,
            )
        )
    return total, found


def _file_of(kind: type) -> str:
    """The file of a class's module; empty where there is none, or it is no project's."""
    name = _dict_of(kind).get("__module__")
    module = sys.modules.get(name) if type(name) is str else None
    if module is None or not issubclass(type(module), type(sys)):
        return ""
    file = object.__getattribute__(module, "__dict__").get("__file__")
    if type(file) is not str or file.startswith((_LIBRARY, os.path.dirname(__file__))) or "site-packages" in file:
        return ""
    return file


def _sizes(thing: Any, kind: type) -> tuple[float, float]:
    """Bytes of an instance itself, and of what holds its attributes.

    From 3.11 on attributes lie in an array without a dict until somebody asks for `__dict__`, which this must not do:
    the collector's own view tells the two apart, and how many attributes there are.
    """
    own = object.__sizeof__(thing) + COLLECTOR_HEADER
    if not _dict_offset(kind):
        return own, 0.0
    referents = [held for held in gc.get_referents(thing) if held is not kind]
    dicts = [held for held in referents if type(held) is dict]
    if dicts and (len(referents) == 1 or sys.version_info < (3, 11)):
        return own, float(sys.getsizeof(dicts[-1]))
    if sys.version_info < (3, 11):
        return own, 0.0  # it has no attribute yet
    return own, INLINE_HEADER + 8.0 * len(referents)
'''

EMBEDDED['profiler/collect/levels.py'] = r'''"""Resident memory over time beside what an allocator hook sees of it, so that analysis can tell what no hook sees."""

from __future__ import annotations

from .originals import time
from .resident import Resident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import Stack

LEAST = 128  # KiB by which the level must change to be worth a point
MOST_POINTS = 4000  # from then on only larger changes are
UNKNOWN = -1


class Memory(Resident):
    """Resident memory in KiB without the pages of files: a library's code becomes resident as it runs."""

    path = "/proc/self/status"
    record_bytes = 4096

    def __init__(self) -> None:
        """Open the kernel's figure."""
        super().__init__()
        self.page = 1024

    def parse(self, record: bytes) -> int:
        """The sum of anonymous and shared memory."""
        anonymous, shared = record.index(b"RssAnon:"), record.index(b"RssShmem:")
        return int(record[anonymous + 8 :].split(None, 1)[0]) + int(record[shared + 9 :].split(None, 1)[0])


class Levels:
    """Points `(time, resident bytes, bytes that the hook sees, stack, whether the change is our own)`."""

    def __init__(self) -> None:
        """Start with the level of now."""
        self.resident = Memory()
        self._reset()

    def _reset(self) -> None:
        self.points: list[Any] = [(time.time(), self.resident.last * self.resident.page, 0, (), True)]
        self.least = LEAST
        self.count = 0

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.resident.reset()
        self._reset()

    def look(self, stack: Stack, seen: int = UNKNOWN, overhead: int = 0, *, own: bool = False) -> None:
        """Note the level when it has changed, while `stack` runs; a hook knows of `seen` bytes and takes `overhead`."""
        resident = self.resident
        pages = resident.read()
        if not own and abs(pages - resident.last) < self.least:
            return
        resident.last = pages
        self.points.append((time.time(), max(pages * resident.page - overhead, 0), seen, stack, own))
        self.count += 1
        if self.count % MOST_POINTS == 0:
            self.least *= 4

    def take(self) -> list[Any]:
        """The points since the last call."""
        points, self.points = self.points, []
        return points
'''

EMBEDDED['profiler/collect/lifecycle.py'] = r'''"""Seeing every process to its end: normal exits, `os._exit`, exec, forks, and those that are killed in between.

A process that is killed loses at most what came after the last periodic flush. Functions of `os` are replaced as
attributes, so that callers of any module meet the hooks.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import atexit
import os
import sys

from .offspring import Offspring
from .standins import like
from .writes import keep_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .observer import Observer


def install(observer: Observer) -> None:
    """Hook the ways in which this process can end, multiply, or begin to listen to signals by a descriptor."""
    if observer.config.site:
        Offspring(observer.config.site, observer.config.folder).install()
    # Registered first, so called last: what the program does at exit is seen too.
    atexit.register(observer.finish, "exit")
    _before(os, "_exit", lambda: observer.finish("os._exit"))
    for name in ("execv", "execve"):
        if hasattr(os, name):
            _before(os, name, observer.exec_follows)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=observer.before_fork, after_in_child=observer.after_fork_in_child)
    _watch_wakeup_descriptor(observer)
    _leave_our_signal(observer)
    _wait_undisturbed(observer)
    _outlive_blocked_signals(observer)
    _step_aside_for_tracers(observer)
    keep_whole(observer)


def _before(module: Any, name: str, action: Callable[[], None]) -> None:
    """Replace `module.name` by a function that calls `action` first."""
    original = getattr(module, name)

    def hooked(*args: Any, **kwargs: Any) -> Any:
        action()
        return original(*args, **kwargs)

    setattr(module, name, like(hooked, original))


def _replace_signal_function(name: str, replacement: Callable[..., Any]) -> None:
    """Put `replacement` into `_signal`, and into `signal` where that is loaded and has the original."""
    original = getattr(_signal, name)
    replacement.__name__ = replacement.__qualname__ = name
    replacement.__doc__ = original.__doc__
    setattr(_signal, name, replacement)
    signal = sys.modules.get("signal")
    if signal is not None and getattr(signal, name, None) is original:
        setattr(signal, name, replacement)


def _watch_wakeup_descriptor(observer: Observer) -> None:
    """No signal of ours while the program has signals reported by a descriptor.

    asyncio's `add_signal_handler` and trio do: each of our signals would wake their loop, and fill the pipe that the
    program's own signals come through. The sampling thread takes over meanwhile.
    """
    original = _signal.set_wakeup_fd

    def set_wakeup_fd(fd: int, **kwargs: Any) -> int:
        if fd >= 0:
            observer.use_clock("thread")
        before: int = original(fd, **kwargs)
        if fd < 0:
            observer.use_clock(observer.config.clock)
        return before

    _replace_signal_function("set_wakeup_fd", set_wakeup_fd)


def _leave_our_signal(observer: Observer) -> None:
    """A program that handles the signal of our timer gets it for itself; the sampling thread takes over for good.

    Until then it finds the signal without a handler, as it would without us.
    """
    original, get_original = _signal.signal, _signal.getsignal

    def signal(number: int, handler: Any) -> Any:
        if number == getattr(_signal, "SIGURG", None):
            observer.avoid_signals()
        return _hidden(observer, original(number, handler))

    def getsignal(number: int) -> Any:
        return _hidden(observer, get_original(number))

    _replace_signal_function("signal", signal)
    _replace_signal_function("getsignal", getsignal)


def _hidden(observer: Observer, handler: Any) -> Any:
    return _signal.SIG_DFL if handler is observer.tick else handler


def _wait_undisturbed(observer: Observer) -> None:
    """No signal of ours during `sigtimedwait`: interpreters up to 3.13 return rubbish when it is interrupted."""
    original = getattr(_signal, "sigtimedwait", None)
    if original is None:
        return

    def sigtimedwait(signals: Any, timeout: Any) -> Any:
        observer.pause(True)
        try:
            return original(signals, timeout)
        finally:
            observer.pause(False)

    _replace_signal_function("sigtimedwait", sigtimedwait)


def _outlive_blocked_signals(observer: Observer) -> None:
    """A program that blocks all signals blocks ours too, which would wait for ever: the sampling thread takes over."""
    original = getattr(_signal, "pthread_sigmask", None)
    if original is None:
        return

    def pthread_sigmask(how: Any, mask: Any) -> Any:
        try:
            mask = set(mask)
        except TypeError:  # which the original raises too
            return original(how, mask)
        if how != _signal.SIG_UNBLOCK and getattr(_signal, "SIGURG", None) in mask:
            observer.avoid_signals()
        return original(how, mask)

    _replace_signal_function("pthread_sigmask", pthread_sigmask)


def _step_aside_for_tracers(observer: Observer) -> None:
    """Once the program traces or profiles its main thread, nothing of ours runs in that thread any more.

    Its function would be called for our handlers too. The real functions are put back at once, so that turning tracing
    off is not seen either.
    """
    originals = {name: getattr(sys, name) for name in ("settrace", "setprofile")}

    def announcing(original: Callable[[Any], None]) -> Callable[[Any], None]:
        def set_function(function: Any) -> None:
            if function is not None:
                for name, real in originals.items():
                    if getattr(getattr(sys, name), "__wrapped__", None) is real:
                        setattr(sys, name, real)
                observer.step_aside()
            original(function)

        return like(set_function, original)

    for name, original in originals.items():
        setattr(sys, name, announcing(original))
'''

EMBEDDED['profiler/collect/loop.py'] = r'''"""How long each callback holds the asyncio event loop, and what it does meanwhile.

`Handle._run` is what the loops of the standard library call for every step of a coroutine but an eager first one.
Loops of other libraries are not seen, and the report says so.
"""

from __future__ import annotations

import _thread
import sys

from .contention import RunDelay
from .eager import EagerSteps
from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .awaits import Awaits
    from .state import Stack, State

BLOCK_S = 0.001  # a callback that holds the loop for as long is a block
LIVELY_S = 5.0  # after its last callback a loop counts as idle


class Elsewhere:
    """A callback of a loop in another thread than the main one, and the samples of it, as `State.held`."""

    def __init__(self, start: float) -> None:
        """It begins, in the thread that runs this."""
        self.held: list[tuple[Stack, float, float, float]] = []
        self.wall, self.cpu = start, time.thread_time()
        self.clock = (~_thread.get_native_id() << 3) | 6 if sys.platform.startswith("linux") else None

    def sample(self, stack: Stack, now: float) -> None:
        """It is at `stack` now."""
        try:
            cpu = time.clock_gettime(self.clock) if self.clock is not None else self.cpu
        except OSError:  # the thread has just ended
            return
        self.held.append((stack, now - self.wall, cpu - self.cpu, 0.0))
        self.wall, self.cpu = now, cpu


class LoopWatch:
    """Wraps `asyncio.events.Handle._run` once asyncio is imported."""

    def __init__(self, state: State, awaits: Awaits | None = None) -> None:
        """Nothing happens until `look` finds asyncio; `awaits` is told of each task's steps."""
        self.state = state
        self.awaits = awaits
        self.patched = False
        self.delay = RunDelay()
        self.before_callback: Callable[[], None] | None = None
        self.steps = [0.0, 0.0]  # callbacks, seconds
        self.steps_then = self.lively_until = 0.0
        self.others: dict[int, Elsewhere] = {}  # thread -> the callback that its loop runs
        self.eager = EagerSteps(self._stepped_eagerly)
        self.forget()

    def forget(self) -> None:
        """Forget what was counted, in the child of a fork."""
        self.delay.close()
        self.steps[:] = [0.0, 0.0]
        self.others.clear()
        self.callbacks: dict[int, list[float]] = {}  # code of a callback -> [blocks, seconds, longest]
        self.blocks: dict[
            tuple[int, int, tuple[int, ...]], list[float]
        ] = {}  # code of a callback, line it stopped at, stack -> [blocks, wall s, cpu s, longest, queued s]

    def look(self) -> None:
        """Wrap asyncio when it has been imported."""
        events = sys.modules.get("asyncio.events")
        handle = getattr(events, "Handle", None)
        if handle is None or self.patched:
            return
        self.patched = True
        handle._run = self._watching(handle._run)

    def lively(self, now: float) -> bool:
        """Whether a loop has run a callback lately: that asyncio was imported says little."""
        if self.steps[0] != self.steps_then or self.state.handle_since or self.others:
            self.steps_then, self.lively_until = self.steps[0], now + LIVELY_S
        return now < self.lively_until

    def _watching(self, run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        state, now, get_ident, steps = self.state, time.perf_counter, _thread.get_ident, self.steps
        awaits, others, eager = self.awaits, self.others, self.eager

        def _run(handle: Any) -> Any:
            if self.before_callback is not None:
                self.before_callback()
            if not eager.watching:
                eager.watch(handle._loop)
            callback = handle._callback
            ident = get_ident()
            main = ident == state.main
            outer = state.handle_since
            start = now()
            if awaits is not None:
                awaits.resumed(callback, start)
            if main:
                state.handle_since = start
            else:
                elsewhere = Elsewhere(start)
                around, others[ident] = others.get(ident), elsewhere
            try:
                return run(handle)
            finally:
                end = now()
                elsewhere_s = eager.taken_over()
                if main:
                    state.handle_since = outer
                elif around is None:
                    others.pop(ident, None)
                else:
                    others[ident] = around
                steps[0] += 1
                steps[1] += end - start
                if end - start >= BLOCK_S:
                    held = state.held if main else elsewhere.held
                    self._blocked(callback, end - start, end - start - elsewhere_s, held)
                if main and state.held:
                    state.held.clear()
                if awaits is not None:
                    awaits.suspended(callback, start + elsewhere_s, now())

        return like(_run, run)

    def look_elsewhere(self, now: float) -> None:
        """Note what the callbacks of loops in other threads do; called at each sample, in the main thread."""
        if not self.others:
            return
        frames = sys._current_frames()
        for ident, elsewhere in list(self.others.items()):
            frame = frames.get(ident)
            if frame is not None:
                elsewhere.sample(self.state.walk(frame), now)
        frames.clear()  # among them is this very frame

    def _stepped_eagerly(self, task: Any, coroutine: Any, seconds: float, now: float) -> bool:
        """A task has taken its first step; true where it held the loop, so that its maker did not."""
        if self.awaits is not None:
            self.awaits.stepped(task, coroutine, seconds, now)
            return True
        if seconds < BLOCK_S:
            return False
        self._held(self.state.note(getattr(coroutine, "cr_code", None)), seconds)
        return True

    def _held(self, code: int, seconds: float) -> None:
        row = self.callbacks.setdefault(code, [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        row[2] = max(row[2], seconds)

    def _blocked(
        self, callback: Any, seconds: float, own: float, samples: list[tuple[Stack, float, float, float]]
    ) -> None:
        """A callback held the loop for so many seconds, for `own` of them by itself."""
        code = self.state.note(code_of(callback))
        if own >= BLOCK_S:
            self._held(code, own)
        held, line = list(samples), _line_of(callback)
        sampled = sum(wall for _, wall, _, _ in held)
        if sampled <= 0:
            # A thread that computes lets nobody look at it for the 5 ms of the interpreter's switch interval.
            held, sampled = [((), seconds, 0.0, 0.0)], seconds
        scale = seconds / sampled
        for stack, wall, cpu, queued in held:
            part = self.blocks.setdefault((code, line, stack), [0, 0.0, 0.0, 0.0, 0.0])
            part[0] += wall * scale / seconds  # of one block, whose parts add up to one
            part[1] += wall * scale
            part[2] += cpu * scale
            part[3] = max(part[3], seconds)
            part[4] += queued * scale

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values."""
        blocks, self.blocks = self.blocks, {}
        callbacks, self.callbacks = self.callbacks, {}
        steps = list(self.steps)
        self.steps[:] = [0.0, 0.0]
        return {
            "steps": steps,
            "callbacks": [(code, *row) for code, row in callbacks.items()],
            "blocks": [(*place, *row) for place, row in blocks.items()],
            "uvloop": "uvloop" in sys.modules,
        }


def code_of(callback: Any) -> Any:
    """The code object behind a callback of the loop: of the coroutine where it is a task's step."""
    coroutine = _coroutine_of(callback)
    if coroutine is not None:
        return getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
    function = getattr(callback, "__func__", callback)
    function = getattr(function, "func", function)  # functools.partial
    return getattr(function, "__code__", None)


def _coroutine_of(callback: Any) -> Any:
    """The coroutine of the task whose step a callback is, None where it is no task's."""
    get_coroutine = getattr(getattr(callback, "__self__", None), "get_coro", None)
    return None if get_coroutine is None else get_coroutine()


def _line_of(callback: Any) -> int:
    """The line at which a task's coroutine now waits, 0 where it has ended: it tells apart what its steps did."""
    coroutine = _coroutine_of(callback)
    frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    return getattr(frame, "f_lineno", 0) or 0
'''

EMBEDDED['profiler/collect/observer.py'] = r'''"""The observer of one process: a clock, the collector of the pass, and the shard they fill."""

from __future__ import annotations

import _thread
import sys

from .originals import os, time
from .sampler import guard
from .shard import Shard
from .state import State
from .timer import NoTimerError, SamplingThread, make_clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .config import Config
    from .parts import Part

COSTLY = 0.04  # share of the time that observing may take before it looks less often
SLOWEST_S = 0.01
PACE_S = 0.05  # how often the interval is chosen anew
ENOUGH = 300  # samples that the child of a fork is taken to have already when its interval is chosen


class Observer:
    """Observes this process from `start` to `finish`."""

    def __init__(self, config: Config) -> None:
        """Prepare the collector of the pass that `config` asks for."""
        self.config = config
        self.state = State(config.roots)
        self.shard = Shard(config.folder)
        self.part = _part(self)
        self.tick = guard(self.state, self.part.tick, self._again, self._broken)
        self.clock = make_clock(self.tick, config.clock)
        self.interval_s = self.part.interval_s
        self.pid = os.getpid()
        self.finished = False
        self.samples = 0
        self.begun = self.next_flush = self.last_flush = self.next_pace = self.paced_cpu = 0.0

    def start(self) -> None:
        """Begin to observe, in the main thread."""
        replaced = any(name.startswith(f"{self.pid}-") for name in os.listdir(self.config.folder))
        self._introduce("start")
        if not replaced:  # by exec: what it used before is in the record of before
            self.part.began(time.thread_time())
        self.part.start()
        try:
            self._start_clock()
        except (NoTimerError, ValueError):  # ValueError: signals belong to the main thread of the main interpreter
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def _start_clock(self) -> None:
        state = self.state
        by_thread = isinstance(self.clock, SamplingThread)
        state.cpu, state.apart = _cpu_of_this_thread() if by_thread else time.thread_time, by_thread
        state.usual_s = self.interval_s
        state.last_wall, state.last_cpu, state.collector_cpu = time.perf_counter(), state.cpu(), 0.0
        self.part.clock_changed(self.clock)
        state.due_at = self.clock.start(self.interval_s)

    def _again(self) -> None:
        """Ask for the next tick; where the timer is gone, the sampling thread takes over.

        While a loop has nothing to do the kernel's own ticks suffice, which are few: the next callback asks for more.
        """
        if self.part.rests() and not isinstance(self.clock, SamplingThread):
            self.part.loop.before_callback = self._wake
            return
        try:
            self.state.due_at = self.clock.again()
        except RecursionError:  # the kernel sends one by itself before long
            pass
        except NoTimerError:
            self.avoid_signals()

    def _wake(self) -> None:
        """A callback of the loop is about to run after a rest."""
        self.part.loop.before_callback = None
        if not isinstance(self.clock, SamplingThread):
            try:
                self.state.due_at = self.clock.soon()
            except NoTimerError:
                self.avoid_signals()

    def use_clock(self, kind: str) -> None:
        """Change between the signal timer (`auto`) and the sampling thread (`thread`), in the main thread only."""
        if self.finished or _thread.get_ident() != self.state.main:
            return
        if isinstance(self.clock, SamplingThread) == (kind == "thread"):
            return
        self.clock.stop()
        self.clock = make_clock(self.tick, kind)
        try:
            self._start_clock()
        except NoTimerError:
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def pause(self, yes: bool) -> None:
        """Send no signals for a while, in the main thread; what passes is charged by the next tick."""
        if not self.finished and _thread.get_ident() == self.state.main and not isinstance(self.clock, SamplingThread):
            self._set_interval(0 if yes else self.interval_s)

    def _set_interval(self, interval_s: float) -> None:
        """Let the clock tick at another interval; the sampling thread takes over from a timer that the kernel refuses."""
        try:
            self.state.due_at = self.clock.set_interval(interval_s)
        except NoTimerError:
            self.avoid_signals()

    def step_aside(self) -> None:
        """Observe from another thread only, for good: the program follows every call of the main one."""
        if _thread.get_ident() == self.state.main:
            self.avoid_signals()
            self.part.step_aside()

    def avoid_signals(self) -> None:
        """Let the sampling thread take over for good."""
        if _thread.get_ident() == self.state.main:
            self.config.clock = "thread"
            self.use_clock("thread")

    def due(self, now: float) -> None:
        """Write out what was seen when it is time to; look less often when looking costs too much."""
        if now < self.next_pace:
            return
        self._pace(now)
        if now >= self.next_flush:
            self.samples += self.state.samples
            self.flush("periodic")

    def _pace(self, now: float) -> None:
        """Choose the interval anew: by how many samples there are, whether anything runs, and what looking costs."""
        cpu = time.process_time()
        running = (cpu - self.paced_cpu) / (now - self.next_pace + PACE_S)
        interval = self.part.pace(self.samples + self.state.samples, self.interval_s, running)
        if self.state.handler_cpu > COSTLY * max(now - self.last_flush, PACE_S):
            interval = max(interval, min(self.interval_s * 2, SLOWEST_S))
        if interval != self.interval_s:
            self.interval_s = self.state.usual_s = interval
            self._set_interval(interval)
        self.next_pace, self.paced_cpu = now + PACE_S, cpu

    def exec_follows(self) -> None:
        """The program is about to be replaced: charge what passed, write out what was seen, and go on should that fail."""
        try:
            if _thread.get_ident() == self.state.main and not self.state.apart and not self.finished:
                self.tick(0, _outside(sys._getframe()))
            self.flush("exec")
        except Exception as error:
            self._broken(error)

    def flush(self, cause: str) -> None:
        """Write a record of what is new."""
        if self.finished or os.getpid() != self.pid:
            return
        sums, latest = self.part.sums(), self.part.latest()
        now = time.perf_counter()
        self.shard.append(
            {
                "kind": "seen",
                "codes": self.state.new_codes(),
                "sums": sums,
                "latest": latest,
                "cause": cause,
                "wall": now - self.begun,
                "cpu": time.process_time(),
                "children": sum(os.times()[2:4]),
                "argv": [str(word)[:200] for word in getattr(sys, "orig_argv", getattr(sys, "argv", ()))][:20],
                "interval_s": self.interval_s,
                "clock": self.clock.name,
            }
        )
        self.last_flush = now
        # A flush that is slow (a full table, a slow disk) is made less often.
        self.next_flush = now + max(self.config.flush_s, 50 * (time.perf_counter() - now))

    def finish(self, cause: str) -> None:
        """End observing and write the last record; once only, and only in the process that began."""
        if self.finished or os.getpid() != self.pid:
            return
        try:
            self.clock.stop()
            self.state.busy = True  # a tick that is still on its way would take from the record what is put into it
            self.part.stop(_outside(sys._getframe()))
            self.flush(cause)
        except Exception as error:
            self._broken(error)
        self.finished = True

    def _broken(self, error: Exception) -> None:
        """Give up observing this process after a failure of our own; write out what was seen, and leave a note."""
        try:
            self.clock.stop()
            self.flush("failure")
        except Exception:
            pass
        self.finished = True
        complain(self.config.folder, error)

    def before_fork(self) -> None:
        """A sampling thread would make the fork warn of threads; it begins again with the loop's next callback."""
        if isinstance(self.clock, SamplingThread) and not self.finished:
            self.clock.stop()
            if self.part.loop is not None:
                self.part.loop.before_callback = self._resume_thread

    def _resume_thread(self) -> None:
        if self.part.loop is not None:
            self.part.loop.before_callback = None
        if isinstance(self.clock, SamplingThread) and self.clock.ident is None and not self.finished:
            self._start_clock()

    def after_fork_in_child(self) -> None:
        """The child is a process of its own: new tables, a new shard, a new timer."""
        if self.finished:
            return
        try:
            self._begin_as_child()
        except Exception as error:
            self._broken(error)

    def _begin_as_child(self) -> None:
        parent = self.pid
        self.pid = os.getpid()
        self.clock.forget()
        self.state.cpu = time.thread_time  # a clock of the parent's thread does not exist here
        self.state.clear()
        self.part.forget()
        self.samples = max(self.samples, ENOUGH)  # there may be many such children, each short
        self.interval_s = self.part.pace(self.samples, self.interval_s, 1.0)
        self.shard = Shard(self.config.folder)
        self._introduce("fork", parent)
        self.part.began(time.thread_time())
        try:
            self._start_clock()
        except (NoTimerError, ValueError):
            self.clock = SamplingThread(self.tick)
            self._start_clock()

    def _introduce(self, origin: str, parent: int | None = None) -> None:
        self.begun = self.last_flush = time.perf_counter()
        self.next_flush = self.begun + self.config.flush_s
        self.next_pace, self.paced_cpu = self.begun + PACE_S, time.process_time()
        try:
            folder = os.getcwd()
        except OSError:  # it was deleted
            folder = ""
        self.shard.append(
            {
                "kind": "process",
                "pid": self.pid,
                "parent": parent if parent is not None else os.getppid(),
                "origin": origin,
                "cwd": folder,
                "version": ".".join(map(str, sys.version_info[:3])),
                "executable": sys.executable or "",
                "path": [entry for entry in sys.path if isinstance(entry, str)],
                "mode": self.config.mode,
                "clock": self.clock.name,
                "began": time.time(),
                "stdlib": os.path.dirname(os.__file__),
            }
        )

    def new_file(self) -> str:
        """A name beside the shard for a collector that writes a file of its own."""
        return self.shard.path[: -len("shard")] + "memray"


def complain(folder: str, error: Exception) -> None:
    """Leave a note of a failure of our own for the launcher."""
    try:
        handle = os.open(f"{folder}/{os.getpid()}.problem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        os.close(handle)
    except Exception:
        pass


def _part(observer: Observer) -> Part:
    """The collector of the pass; each pass imports only its own."""
    from . import parts

    config, state = observer.config, observer.state
    if config.mode == "calls":
        from .calls import make_calls
        from .instances import WithCensus

        return WithCensus(make_calls(state, observer.due, config.suspects, observer.avoid_signals, config.until))
    if config.mode == "allocations":
        from .allocations import make_allocations

        return make_allocations(
            state,
            observer.due,
            engine=config.engine,
            frames=config.frames,
            path=observer.new_file,
            lent=config.lent,
            budget_s=config.budget_s,
        )
    if config.mode == "async":
        return parts.AsyncWaits(state, observer.due)
    return parts.Joint(state, observer.due, config.interval_s)


def _cpu_of_this_thread() -> Callable[[], float]:
    """A function that reads this thread's CPU clock from any other thread."""
    if sys.platform.startswith("linux"):
        clock = (~_thread.get_native_id() << 3) | 6
        return lambda: time.clock_gettime(clock)
    return time.process_time


def _outside(frame: FrameType | None) -> FrameType | None:
    """The first frame that is not one of ours."""
    here = os.path.dirname(__file__)
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    return frame
'''

EMBEDDED['profiler/collect/offspring.py'] = r'''"""New interpreters are observed even where the program sets a `PYTHONPATH` of its own for them.

That would lose sight of them. What they are given is completed at the very call that starts them; `os.environ` stays as
the program left it. An environment without our variable was made anew, and is nobody's to touch.
"""

from __future__ import annotations

import os
import sys

from .config import VARIABLE
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_VARIABLE, _PATH, _SEPARATOR = VARIABLE.encode(), b"PYTHONPATH", os.pathsep.encode()
_ENVIRONMENT = 5  # place among the arguments of `fork_exec`


class Offspring:
    """Completes the environment of new interpreters, so that they find our `sitecustomize` in `site`."""

    def __init__(self, site: str, folder: str) -> None:
        """`folder` is that of the pass, which an environment that descends from ours names."""
        self.site, self.folder = os.fsencode(site), os.fsencode(folder)

    def install(self) -> None:
        """Stand before the calls by which Python starts a program."""
        for name in ("posix_spawn", "posix_spawnp", "execve"):
            if hasattr(os, name):
                setattr(os, name, self._before_spawn(getattr(os, name)))
        os.execv = self._before_execv(os.execv, os.execve)
        os.pipe = self._before_pipe(os.pipe)

    def completed(self, environment: Mapping[bytes, bytes]) -> dict[bytes, bytes] | None:
        """`environment` with our folder on its path; None where it is there, or the environment is not ours."""
        path = environment.get(_PATH, b"")
        if environment.get(_VARIABLE) != self.folder or self.site in path.split(_SEPARATOR):
            return None
        return {**environment, _PATH: _SEPARATOR.join((self.site, path)) if path else self.site}

    def _before_pipe(self, original: Callable[[], tuple[int, int]]) -> Callable[[], tuple[int, int]]:
        """`subprocess` and `multiprocessing` make a pipe before each call of `fork_exec`, whose module is loaded by then.

        Loaded by us, it would come earlier than the program expects.
        """

        def pipe() -> tuple[int, int]:
            module = sys.modules.get("_posixsubprocess")
            fork_exec = getattr(module, "fork_exec", None)
            if fork_exec is not None and not hasattr(fork_exec, "__wrapped__"):
                hooked = self._before_fork_exec(fork_exec)
                for user in (module, sys.modules.get("subprocess")):
                    for name in ("fork_exec", "_fork_exec"):
                        if getattr(user, name, None) is fork_exec:
                            setattr(user, name, hooked)
            return original()

        return like(pipe, original)

    def _before_fork_exec(self, original: Callable[..., int]) -> Callable[..., int]:
        def fork_exec(*args: Any) -> int:
            try:
                args = self._of_fork_exec(args)
            except Exception:  # whatever is odd about the arguments is for the original to say
                pass
            return original(*args)

        return like(fork_exec, original)

    def _of_fork_exec(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        given = args[_ENVIRONMENT]
        environment = dict(os.environb) if given is None else dict(entry.split(b"=", 1) for entry in given)
        whole = self.completed(environment)
        if whole is None:
            return args
        listed = [name + b"=" + value for name, value in whole.items()]
        return (*args[:_ENVIRONMENT], listed, *args[_ENVIRONMENT + 1 :])

    def _before_spawn(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def spawn(path: Any, argv: Any, env: Any, *args: Any, **kwargs: Any) -> Any:
            return original(path, argv, self._of_mapping(env), *args, **kwargs)

        return like(spawn, original)

    def _before_execv(self, original: Callable[..., Any], execve: Callable[..., Any]) -> Callable[..., Any]:
        def execv(path: Any, argv: Any) -> Any:
            whole = self._of_mapping(os.environ)
            return original(path, argv) if whole is os.environ else execve(path, argv, whole)

        return like(execv, original)

    def _of_mapping(self, env: Any) -> Any:
        try:
            items = (os.environ if env is None else env).items()
            whole = self.completed({os.fsencode(name): os.fsencode(value) for name, value in items})
        except Exception:  # whatever is odd about the arguments is for the original to say
            return env
        return env if whole is None else whole
'''

EMBEDDED['profiler/collect/originals.py'] = r'''"""`os` and `time` as they were before the program began: it may replace their functions, or hide files.

Libraries that freeze the clock or fake the file system put their own functions into these modules, and their own
modules into every one that refers to them. Copies are met by neither. What is to be hooked is looked up in the real ones.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import time
    from types import ModuleType


def _copy(name: str) -> ModuleType:
    """A module of that name and content that nobody else knows."""
    original = __import__(name)
    made = type(sys)(name)
    made.__dict__.update(original.__dict__)
    return made


if not TYPE_CHECKING:
    os, time = _copy("os"), _copy("time")

__all__ = ["os", "time"]
'''

EMBEDDED['profiler/collect/parts.py'] = r'''"""What the observer asks of each collector, and the joint pass assembled from them."""

from __future__ import annotations

import sys

from .awaits import Awaits
from .collector import Collector
from .loop import LoopWatch
from .originals import time
from .resident import Resident
from .sampler import make_tick
from .threads import Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import State
    from .timer import PosixTimer, SamplingThread

PACES = ((3000, 6), (300, 4), (150, 2))  # samples after which the interval is so many times the first one
LOOP_PACES = ((300, 2),)  # where an event loop runs
OTHER_LOOPS = ("uvloop", "trio", "curio", "gevent", "eventlet")  # of which no callback can be timed
IDLE = 0.1  # share of the time below which a process that runs so little counts as waiting
IDLE_FACTOR = 12  # at least, while the process waits or other threads run


class Part:
    """A collector as the observer drives it; this one sees nothing."""

    interval_s = 0.01
    loop: Any = None  # the watch of asyncio's loops, where there is one

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Share `state`; call `due(time)` at each tick, so that what was seen is written out in time."""
        self.state = state
        self.due = due

    def began(self, cpu: float) -> None:
        """The process used so many CPU seconds before it was observed."""

    def start(self) -> None:
        """Begin, in the main thread."""

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Ticks come from `clock` from now on."""

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Called at each tick of the clock with the frame of the main thread, never while another tick runs."""
        self.due(time.perf_counter())

    def pace(self, _samples: int, interval_s: float, _running: float) -> float:
        """The interval to go on with after so many samples, when the process ran for that share of the time."""
        return interval_s

    def rests(self) -> bool:
        """Whether nothing runs in this process before the loop's next callback."""
        return False

    def step_aside(self) -> None:
        """Call nothing in the main thread from now on."""

    def stop(self, frame: FrameType | None) -> None:
        """End; `frame` is where the program stands."""

    def forget(self) -> None:
        """In the child of a fork: what was seen so far is the parent's."""

    def sums(self) -> dict[str, Any]:
        """What is new since the last call; the reader adds it up."""
        return {}

    def latest(self) -> dict[str, Any]:
        """What stands now; the reader keeps the last."""
        return {}


class Joint(Part):
    """CPU by sampling, threads, resident memory, collections and the event loop, in one cheap pass."""

    def __init__(self, state: State, due: Callable[[float], None], interval_s: float) -> None:
        """Assemble the collectors of the joint pass."""
        super().__init__(state, due)
        self.interval_s = interval_s
        self.resident = Resident()
        self.collector = Collector(state, self.resident)
        self.loop = LoopWatch(state)
        self.threads = Threads(state)
        self.tick = make_tick(  # type: ignore[method-assign,assignment]
            state, resident=self.resident, threads=self.threads, loop=self.loop, due=self._sampled
        )

    def _sampled(self, now: float) -> None:
        """At the end of each sample: loops of other threads, and what is due."""
        self.loop.look_elsewhere(now)
        self.due(now)

    def began(self, cpu: float) -> None:
        """The start of an interpreter is nobody's, but part of the CPU time."""
        self.state.stacks[()] = [0, cpu, 0.0]

    def start(self) -> None:
        """Listen to the collector and to thread starts; the clock is the observer's."""
        self.collector.start()
        self.threads.watch_starts()
        self.loop.look()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Threads are told apart from the sampling one."""
        self.threads.clock = clock

    def pace(self, samples: int, _interval_s: float, running: float) -> float:
        """Fewer samples a second once there are many: each takes up to 0.1 ms with the signal, and evicts caches.

        Shares stay right, since samples are weighted by the CPU time between them. Where an event loop runs they stay
        closer, since a block of it is named by the samples inside, and waiting may be a block.
        """
        loop = self.loop.lively(time.perf_counter())
        factor: float = next((factor for enough, factor in (LOOP_PACES if loop else PACES) if samples >= enough), 1)
        # With threads each sample makes them hand over the interpreter lock, which costs some 0.5 ms.
        if loop:
            return self.interval_s * factor
        if self.threads.count() or (running < IDLE and samples >= PACES[-1][0]):
            return self.interval_s * max(factor, IDLE_FACTOR)
        # A process that waits for its turn meets a sample each time it gets on: as many per second of CPU, not of wall.
        if samples >= PACES[-1][0]:
            factor = min(factor / max(running, IDLE), IDLE_FACTOR)
        return self.interval_s * factor

    def rests(self) -> bool:
        """Whether the last tick met a loop that waits for something to do, and there is no other thread."""
        state = self.state
        if not self.loop.patched or state.handle_since or self.threads.count():
            return False
        code = state.codes.get(state.top)
        return code is not None and code.co_name == "select" and code.co_filename.endswith("selectors.py")

    def step_aside(self) -> None:
        """Listen to no more collections: they would call into the program's trace function."""
        self.collector.stop()

    def stop(self, frame: FrameType | None) -> None:
        """Charge what passed since the last tick, and let go."""
        self.collector.stop()
        self.tick(0, frame)
        self.resident.close()
        self.loop.delay.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.resident.reset()
        self.collector.forget()
        self.loop.forget()
        self.threads.forget()

    def sums(self) -> dict[str, Any]:
        """Stacks, threads, collections and the loop since the last call."""
        return {**self.state.take(), "loop": self.loop.take()} if self.loop.patched else self.state.take()

    def latest(self) -> dict[str, Any]:
        """Totals of the collector, and the resident level at its peak."""
        loops = [name for name in OTHER_LOOPS if name in sys.modules]
        return {"collector": self.collector.summary(), "resident": self.resident.summary(), "other_loops": loops}


class AsyncWaits(Part):
    """Where tasks wait, and how long they work: the event loop's steps and nothing else."""

    interval_s = 0.002  # asyncio is looked for at each tick, and must be found before its first loop runs

    def __init__(self, state: State, due: Callable[[float], None]) -> None:
        """Wrap the loop as the joint pass does, with the suspensions noted."""
        super().__init__(state, due)
        self.awaits = Awaits(state)
        self.loop = LoopWatch(state, self.awaits)
        self.resident = Resident()

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Look for asyncio, note how much memory the tasks under way hold, and write out what is due."""
        now = time.perf_counter()
        if self.loop.patched:
            self.awaits.moment(now, self.resident.read())
        else:
            self.loop.look()
        self.due(now)

    def stop(self, _frame: FrameType | None) -> None:
        """Let go of the kernel's figure."""
        self.resident.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.awaits.forget()
        self.loop.forget()
        self.resident.reset()

    def sums(self) -> dict[str, Any]:
        """Waits and work since the last call."""
        return {"awaits": self.awaits.take(), "loop": self.loop.take()} if "asyncio" in sys.modules else {}

    def latest(self) -> dict[str, Any]:
        """Tasks under way and resident memory over time."""
        return {"moments": self.awaits.latest(), "page": self.resident.page, "level": self.resident.start}
'''

EMBEDDED['profiler/collect/resident.py'] = r'''"""Memory by water level: who raised it, and whose share stood when it was highest.

What no allocator hook sees (memory of C libraries, mapped files) shows here. When the level rises, the rise belongs
to the stack of that moment; when it falls, the last rises are taken back first. On short phases it lags.
"""

from __future__ import annotations

from .originals import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import Stack

SNAPSHOT_STEP = 1.02  # a new peak is noted when it is that much above the last one noted
_HIGHEST_DESCRIPTOR = 1000


class KernelFile:
    """A file of the kernel's that is read again and again, on a descriptor that the program does not come across."""

    def __init__(self, path: str) -> None:
        """Open it; `descriptor` is -1 where there is none."""
        self.descriptor = _open_high(path)
        self._identity = _identity(self.descriptor)

    def close(self) -> None:
        """Give the descriptor back, unless the program closed it and has something else there."""
        if self.descriptor >= 0 and _identity(self.descriptor) == self._identity:
            os.close(self.descriptor)
        self.descriptor = -1


class WaterLevel:
    """An amount over time as the rises that it is made of, each with the stack that ran when it happened."""

    def __init__(self, start: int = 0) -> None:
        """The amount is `start`, which is nobody's."""
        self.rises: list[list[Any]] = []  # [from, to, stack], ascending
        self.at_peak: list[list[Any]] = []
        self.last = self.start = self.peak = start
        self.noted = 0
        self.fresh_peak = False

    def level(self, amount: int, stack: Stack) -> None:
        """Note that it is `amount` now, while `stack` runs."""
        if amount > self.last:
            if self.rises and self.rises[-1][2] == stack:
                self.rises[-1][1] = amount
            else:
                self.rises.append([self.last, amount, stack])
            if amount > self.peak:
                self.peak = amount
                self.fresh_peak = True
        else:
            if self.fresh_peak and self.peak > self.noted * SNAPSHOT_STEP:
                self._note_peak()
            while self.rises and self.rises[-1][0] >= amount:
                self.rises.pop()
            if self.rises and self.rises[-1][1] > amount:
                self.rises[-1][1] = amount
        self.last = amount

    def note(self) -> None:
        """Make sure that the last peak is noted with its rises."""
        if self.fresh_peak:
            self._note_peak()

    def _note_peak(self) -> None:
        self.noted = self.peak
        self.fresh_peak = False
        self.at_peak = [list(rise) for rise in self.rises]


class Resident(WaterLevel):
    """The resident level of this process in pages."""

    path = "/proc/self/statm"
    record_bytes = 64

    def __init__(self) -> None:
        """Open the kernel's figure; where there is none, the level stays 0."""
        super().__init__()
        self.page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
        self.file: KernelFile | None = None
        self.reset()

    def reset(self) -> None:
        """Start anew, also in the child of a fork, for which the parent's file would tell of the parent."""
        self.close()
        self.last = 0
        self.file = KernelFile(self.path)
        super().__init__(self.read())

    def close(self) -> None:
        """Give the descriptor back."""
        if self.file is not None:
            self.file.close()

    def read(self) -> int:
        """Pages now; the last figure where the kernel gives none (any more)."""
        if self.file is None or self.file.descriptor < 0:
            return self.last
        try:
            return self.parse(os.pread(self.file.descriptor, self.record_bytes, 0))
        except (OSError, ValueError, IndexError):  # the program closed it, and may have something else there
            self.file.descriptor = -1
            return self.last

    def parse(self, record: bytes) -> int:
        """The level in what the kernel gives."""
        return int(record.split()[1])

    def summary(self) -> dict[str, Any]:
        """The level at the start and the peak in bytes, and the rises that stood at the peak, `(stack, bytes)`."""
        self.note()
        return {
            "start": self.start * self.page,
            "peak": self.peak * self.page,
            "rises": [(stack, (high - low) * self.page) for low, high, stack in self.at_peak],
        }


def _identity(descriptor: int) -> tuple[int, int] | None:
    """Which file a descriptor stands for, None where it is closed."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_high(path: str) -> int:
    """Open a file on a high descriptor, so that the program's own get the numbers that they would have had."""
    try:
        low = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError):
        return -1
    for high in range(_HIGHEST_DESCRIPTOR, low, -1):
        try:
            os.fstat(high)
        except OSError:
            try:
                os.dup2(low, high, inheritable=False)
            except OSError:  # above the limit of this process
                continue
            os.close(low)
            return high
    return low
'''

EMBEDDED['profiler/collect/sampler.py'] = r'''"""CPU and wall time by sampling: what each tick of the clock does.

A tick charges CPU time, not "one sample", since ticks come late when C code runs long. What counts is where the program
was at the lines of the clock's grid: which a late tick knows too, as from the line on which it was due to its end the
program was in C code that the stack called. The CPU time between two lines is shared by the two places. It is not taken
from one tick to the next: a late one is at the very end of what it met, which would get a share of what follows, while
the start of what follows would lose one. A tick's own CPU time is charged to nobody.
"""

from __future__ import annotations

from .originals import time
from .timer import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .loop import LoopWatch
    from .resident import Resident
    from .state import State
    from .threads import Threads
    from .timer import Handler


def make_tick(
    state: State, *, resident: Resident, threads: Threads, loop: LoopWatch, due: Callable[[float], None]
) -> Handler:
    """The signal handler of the joint pass.

    `due` is called with the time at the end of every tick, and writes out what was seen when it is time to.
    Everything that a tick touches is bound here once, since it runs a thousand times a second.
    """
    now, own_cpu = time.perf_counter, time.thread_time
    walk, level, read_resident = state.walk, resident.level, resident.read
    sample_threads, any_threads, look_for_asyncio = threads.sample, threads.count, loop.look
    queued_since_last = loop.delay.since_last

    def tick(_signal: int, frame: FrameType | None) -> None:
        wall, cpu, own = now(), state.cpu(), own_cpu()
        stack = walk(frame)
        wall_delta, cpu_delta = wall - state.last_wall, cpu - state.last_cpu
        collected = state.collector_cpu
        if collected:
            # CPU, not wall: collections often run inside the tick's own deltas from 3.12 on.
            cpu_delta = max(cpu_delta - collected, 0.0)
            state.collector_cpu = 0.0
        row = state.stacks.get(stack)
        if row is None:
            row = state.stacks[stack] = [0, 0.0, 0.0]
        early, tail = split(cpu_delta, state.due_at - state.last_wall - collected, wall - state.due_at, state.usual_s)
        state.due_at = UNKNOWN
        shared, state.tail = state.tail + early, tail
        part, before = shared + cpu_delta - early - tail, state.before
        if before is not None:
            # Somewhere between two lines of the grid the program went from there to here.
            half = shared / 2
            part -= half
            before[0][1] += half
            if before[1] is not None:
                state.lines[before[1]] = state.lines.get(before[1], 0.0) + half
        row[0] += 1
        row[1] += part
        row[2] += wall_delta
        state.top = stack[0] if stack else 0
        here = state.here
        if here is not None:
            state.lines[here] = state.lines.get(here, 0.0) + part
        state.before = (row, here)
        if loop.patched:
            queued = queued_since_last()
            since = state.handle_since
            if since:
                held = wall - since
                share = held / wall_delta if 0 < held < wall_delta else 1.0
                state.held.append((stack, wall_delta * share, cpu_delta * share, queued * share))
        else:
            look_for_asyncio()
        pages = read_resident()
        if pages != resident.last:
            level(pages, stack)
        if any_threads() or threads.clocks:
            sample_threads()
        state.samples += 1
        state.last_wall = wall
        due(wall)
        # A tick in a thread of its own takes none of the main one's time, which runs on while the tick reads files.
        state.last_cpu = cpu if state.apart else state.cpu()
        state.handler_cpu += own_cpu() - own

    return tick


def split(cpu_s: float, until_due_s: float, late_s: float, interval_s: float) -> tuple[float, float]:
    """How much of the CPU time between two ticks passed before the second was due, and how much after its last line.

    Args:
        cpu_s: CPU seconds from the end of one tick to the next.
        until_due_s: wall seconds from the first to when the second was due, infinite where that is not known.
        late_s: wall seconds from there to the second; lines of the grid follow there every `interval_s`.
        interval_s: wall seconds between two lines.

    Returns:
        CPU seconds; as much as can be passed before it was due, so that a wait behind it is given none of what ran
        before it.
    """
    early = min(cpu_s, max(until_due_s, 0.0))
    late = cpu_s - early
    if late <= 0.0 or late_s <= 0.0 or interval_s <= 0.0:
        return early, 0.0
    return early, late_s % interval_s * min(late / late_s, 1.0)


def guard(state: State, tick: Handler, again: Callable[[], None], broken: Callable[[Exception], None]) -> Handler:
    """`tick`, never inside itself or a collection's callbacks, and without failures that the program would see.

    `again` asks for the next one, however this one ended.

    What is skipped is carried by the next tick. An exception can also be the program's own, of a signal handler that
    ran inside the tick: that one must get through. No room on the stack is no failure: the program has none left.
    """

    def guarded(signal: int, frame: FrameType | None) -> None:
        if state.busy or state.collecting:
            again()
            return
        state.busy = True
        try:
            tick(signal, frame)
        except Exception as error:
            if not _ours(error):
                raise
            if not isinstance(error, RecursionError):
                broken(error)
        finally:
            state.busy = False
            again()

    return guarded


def _ours(error: Exception) -> bool:
    """Whether an exception was raised in this package's own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.rpartition("/")[0] == __file__.rpartition("/")[0]
'''

EMBEDDED['profiler/collect/shard.py'] = r'''"""The file that one process leaves: records appended one after the other, each a length and a marshalled dict.

Appending what is new, instead of rewriting everything, keeps a flush cheap in a long run and bounds the memory that
observing takes. marshal is built in, so nothing is imported for it; a torn last record (the process was killed) is
dropped by the reader. The file is opened for each write only: a program that closes all its descriptors, or counts
them, meets none of ours.
"""

from __future__ import annotations

import marshal

from .config import MARSHAL_VERSION
from .originals import os, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEADER = 8  # bytes of a record's length, little-endian


class Shard:
    """Where this process writes what it saw."""

    def __init__(self, folder: str) -> None:
        """Name the file after this process and the moment, since process ids are used again."""
        self.pid = os.getpid()
        self.path = f"{folder}/{self.pid}-{time.time_ns()}.shard"
        self.broken = False

    def append(self, record: dict[str, Any]) -> None:
        """Append one record of plain values; a full disk or a vanished folder ends writing silently.

        The program under observation must not learn of our troubles; the launcher sees that the shard is short.
        """
        if self.broken or os.getpid() != self.pid:
            return
        try:
            payload = marshal.dumps(record, MARSHAL_VERSION)
            data = memoryview(len(payload).to_bytes(HEADER, "little") + payload)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                while data:
                    data = data[os.write(handle, data) :]
            finally:
                os.close(handle)
        except (OSError, ValueError):
            self.broken = True
'''

EMBEDDED['profiler/collect/sizes.py'] = r'''"""How large the containers are that the project's functions work on: the evidence for "algorithm x size".

Looked at now and then in the pass that counts calls, whose timings nobody reads. Only containers of the built-in types
themselves are measured, so that no code of the program runs.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from .state import State

_OPTIMIZED = 0x1  # flag of functions whose variables lie in fast slots
_SNAPSHOT = sys.version_info < (3, 13)  # `f_locals` is a copy that the frame keeps
_READS_IT = {"locals", "vars", "dir", "eval", "exec"}
SIZED: dict[Any, str] = {
    list: "list",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "frozenset",
    str: "str",
    bytes: "bytes",
}
MOST_FRAMES = 60  # of a stack that are looked through for the project's own
MOST_OWN = 4  # of the project's frames that are looked into
MOST_NAMES = 60  # of a function, and of an object
MOST_PLACES = 3000
WORTH = 16  # items; smaller containers are not noted


class Sizes:
    """The largest size seen of each container, by the function and the name that it has there."""

    def __init__(self, state: State) -> None:
        """Nothing is known yet."""
        self.state = state
        self.largest: dict[tuple[int, str], tuple[str, int]] = {}

    def look(self, frame: FrameType | None) -> None:
        """Note the containers in the local variables of the project's innermost functions."""
        own, depth = 0, 0
        while frame is not None and own < MOST_OWN and depth < MOST_FRAMES:
            code = frame.f_code
            self.state.note(code)
            if id(code) in self.state.own:
                own += 1
                self._names(code, frame)
            frame, depth = frame.f_back, depth + 1

    def _names(self, code: CodeType, frame: FrameType) -> None:
        if len(self.largest) >= MOST_PLACES:
            return
        copied = _SNAPSHOT and bool(code.co_flags & _OPTIMIZED)
        if copied and _READS_IT.intersection(code.co_names):
            return
        values = frame.f_locals
        self._measure(code, values)
        if copied:
            # Or the copy would keep alive what the program lets go of before the function ends.
            values.clear()

    def _measure(self, code: CodeType, values: Any) -> None:
        for name, value in list(values.items())[:MOST_NAMES]:
            self._note(code, name, value)
        this = values.get("self")
        # The dictionary itself, so that no attribute access of the program's own is run.
        attributes: Any = None
        if this is not None:
            try:
                attributes = object.__getattribute__(this, "__dict__")
            except AttributeError:
                return
        if type(attributes) is dict:
            for name, value in list(attributes.items())[:MOST_NAMES]:
                self._note(code, f"self.{name}", value)

    def _note(self, code: CodeType, name: str, value: Any) -> None:
        kind = SIZED.get(type(value))
        if kind is None:
            return
        size = len(value)
        if size < WORTH:
            return
        key = (id(code), name)
        before = self.largest.get(key)
        if before is None or size > before[1]:
            self.largest[key] = (kind, size)

    def latest(self) -> list[tuple[int, str, str, int]]:
        """Code, name, type and largest number of items of each container."""
        return [(code, name, kind, size) for (code, name), (kind, size) in self.largest.items()]
'''

EMBEDDED['profiler/collect/standins.py'] = r'''"""Functions that stand before those of the program's modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def like(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """`function` under the name of what it stands before."""
    function.__name__, function.__qualname__ = original.__name__, original.__qualname__
    function.__doc__, function.__module__ = original.__doc__, original.__module__
    function.__wrapped__ = original  # type: ignore[attr-defined]
    return function
'''

EMBEDDED['profiler/collect/state.py'] = r'''"""What the collectors of one process share: tables of code and stacks, and a few moments in time."""

from __future__ import annotations

import _thread

from .originals import time
from .timer import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    Stack = tuple[int, ...]  # identities of code objects, innermost first

MAX_DEPTH = 500  # frames of a stack that are kept, counted from the innermost


class State:
    """Counters since the last flush, and what outlives it.

    Attributes:
        codes: identity of a code object → that object; kept alive, so that an identity names one code for good.
        stacks: stack of the main thread → `[samples, cpu seconds, wall seconds]`, collections excluded.
        others: the same for the other threads.
        lines: the project's innermost code and its current line → CPU seconds, over all threads.
        here: where the last walk met the project's innermost code, None where it met none.
        collections: stack that set them off → `[collections, cpu s, wall s, longest s, young, full]`.
        top: the code that the last sample of the main thread met.
        before: row and place of the last sample, while that row is in `stacks`.
        usual_s: seconds between two lines of the clock's grid.
        due_at: the line of the grid for which the next sample is asked, `time.perf_counter()`; infinite where not known.
        tail: CPU seconds after the last line before the last sample, which are charged with the next.
        main: identifier of the thread that samples.
        last_wall, last_cpu: where the next sample's deltas start.
        collector_cpu: CPU seconds of collections since the last sample, not to be charged twice.
        apart: samples of the main thread are taken in another one.
        busy: a sample is being taken; collecting: a collection is running.
        handle_since: when the event loop of the main thread entered its current callback, or 0.
        held: samples within that callback, `(stack, wall s, cpu s, s in the queue for a processor)`.
        cpu: the CPU clock of the main thread, readable from where samples are taken.
        samples, handler_cpu: number of samples, and the CPU seconds that observing took.
    """

    __slots__ = (
        "apart",
        "before",
        "busy",
        "codes",
        "collecting",
        "collections",
        "collector_cpu",
        "cpu",
        "due_at",
        "handle_since",
        "handler_cpu",
        "held",
        "here",
        "last_cpu",
        "last_wall",
        "lines",
        "main",
        "others",
        "own",
        "roots",
        "samples",
        "stacks",
        "tail",
        "top",
        "usual_s",
        "written",
    )

    def __init__(self, roots: tuple[str, ...] = ()) -> None:
        """Start with nothing seen, in the thread that will sample; code below `roots` is the project's own."""
        self.roots = tuple(root.rstrip("/") + "/" for root in roots)
        self.cpu: Callable[[], float] = time.thread_time
        self.apart = False
        self.clear()

    def clear(self) -> None:
        """Forget what was counted: at the start, and in the child of a fork, whose parent reports it."""
        self.codes: dict[int, CodeType] = {}
        self.written = 0
        self.stacks: dict[Stack, list[float]] = {}
        self.others: dict[Stack, list[float]] = {}
        self.lines: dict[tuple[int, int], float] = {}
        self.own: set[int] = set()
        self.here: tuple[int, int] | None = None
        self.top = 0
        self.before: tuple[list[float], tuple[int, int] | None] | None = None
        self.usual_s = self.tail = 0.0
        self.due_at = UNKNOWN
        self.collections: dict[Stack, list[float]] = {}
        self.main = _thread.get_ident()
        self.last_wall = time.perf_counter()
        self.last_cpu = self.cpu()
        self.collector_cpu = 0.0
        self.busy = self.collecting = False
        self.handle_since = 0.0
        self.held: list[tuple[Stack, float, float, float]] = []
        self.samples = 0
        self.handler_cpu = 0.0

    def walk(self, frame: FrameType | None) -> Stack:
        """The stack that ends in `frame`, with its code objects noted."""
        codes, own = self.codes, self.own
        stack: list[int] = []
        here = None
        while frame is not None and len(stack) < MAX_DEPTH:
            code = frame.f_code
            identity = id(code)
            if identity not in codes:
                self._know(code)
            if here is None and identity in own:
                here = (identity, frame.f_lineno or _line_before(code, frame.f_lasti))
            stack.append(identity)
            frame = frame.f_back
        self.here = here
        return tuple(stack)

    def _know(self, code: CodeType) -> None:
        """Note a code object, and whether it may be the project's, so that its lines matter; the analysis decides.

        A relative file name is one of a script that was started from its own folder.
        """
        self.codes[id(code)] = code
        if code.co_filename.startswith(self.roots) or not code.co_filename.startswith(("/", "<")):
            self.own.add(id(code))

    def note(self, code: Any) -> int:
        """The identity of a code object, noted; 0 for anything that is none."""
        if not hasattr(code, "co_firstlineno"):
            return 0
        identity = id(code)
        if identity not in self.codes:
            self._know(code)
        return identity

    def new_codes(self) -> list[tuple[int, str, str, int, int, bool]]:
        """Code objects noted since the last call: identity, file, name, first line, flags, whether qualified."""
        fresh = list(self.codes.items())[self.written :]
        self.written += len(fresh)
        return [
            (
                identity,
                code.co_filename,
                getattr(code, "co_qualname", code.co_name),
                code.co_firstlineno,
                code.co_flags,
                hasattr(code, "co_qualname"),
            )
            for identity, code in fresh
        ]

    def take(self) -> dict[str, Any]:
        """What was counted since the last call, as plain values for a shard; counting starts anew."""
        stacks, self.stacks = self.stacks, {}
        self.before = None
        others, self.others = self.others, {}
        lines, self.lines = self.lines, {}
        collections, self.collections = self.collections, {}
        samples, self.samples = self.samples, 0
        handler, self.handler_cpu = self.handler_cpu, 0.0
        return {
            "stacks": [(stack, *row) for stack, row in stacks.items()],
            "threads": [(stack, *row) for stack, row in others.items()],
            "lines": [(*place, cpu) for place, cpu in lines.items()],
            "collections": [(stack, *row) for stack, row in collections.items()],
            "samples": samples,
            "handler_cpu": handler,
        }


def _line_before(code: CodeType, offset: int) -> int:
    """The line of the last instruction at or before `offset` that has one: jumps back in a loop often have none."""
    line = code.co_firstlineno
    for start, _, number in getattr(code, "co_lines", tuple)():  # 3.9: every instruction has a line
        if start > offset:
            break
        line = number or line
    return line
'''

EMBEDDED['profiler/collect/threads.py'] = r'''"""The other threads: their stacks from the interpreter, their CPU time from their own clocks in the kernel."""

from __future__ import annotations

import _thread
import sys

from .originals import time
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .state import State
    from .timer import PosixTimer, SamplingThread

NOTICEABLE_S = 1e-5  # CPU time below which a thread counts as asleep
_SETTLED_S = 0.1  # after which a thread that was asked for runs, or has ended
_STARTERS = ("start_new_thread", "start_new", "start_joinable_thread")


class Threads:
    """Samples the threads that are not the main one."""

    def __init__(self, state: State) -> None:
        """Nothing is known yet of any thread."""
        self.state = state
        self.clock: PosixTimer | SamplingThread | None = None
        self.started = 0.0  # when the last thread was asked for, which counts only once it runs
        # Thread identifier -> [clock id, CPU seconds at the last sample, stack then, place then].
        self.clocks: dict[int, list[Any]] = {}
        self.ended_cpu = 0.0  # CPU seconds of threads that have ended, as far as they were charged
        self.unknown: float | None = None  # CPU seconds of the process that no thread known here had at the last sample

    def count(self) -> int:
        """How many threads there are besides the main one and our own; when none is left, calls are restarted again."""
        running = _thread._count()
        clock = self.clock
        ident = getattr(clock, "ident", None)
        if ident is not None:
            running -= 1
        elif running == 0 and clock is not None and getattr(clock, "interruptible", False) and self._settled():
            clock.let_system_calls_be_interrupted(False)
        return running

    def _settled(self) -> bool:
        return time.perf_counter() - self.started > _SETTLED_S

    def sample(self) -> None:
        """Charge each thread's CPU time since the last sample to where it is now."""
        state, clocks = self.state, self.clocks
        ours = getattr(self.clock, "ident", None)
        known = state.cpu()
        if ours is not None:
            known += time.thread_time()
        frames = sys._current_frames()
        # Among them is the frame of this very call: kept in a variable of its own it would be a cycle, and all that the
        # program's frames below hold would live until the next collection.
        frames.pop(_thread.get_ident(), None)
        ended = [clocks.pop(ident) for ident in list(clocks) if ident not in frames]
        for ident, frame in frames.items():
            if ident in (state.main, ours):
                continue
            entry = clocks.get(ident)
            if entry is None:
                clock = _clock_of(ident)
                if clock is None:
                    continue
                entry = clocks[ident] = [clock, 0.0, None, None]
            try:
                cpu = time.clock_gettime(entry[0])
            except OSError:  # that thread has ended, and a new one has its identifier
                ended.append(clocks.pop(ident))
                continue
            known += cpu
            delta = cpu - entry[1]
            if delta > NOTICEABLE_S:
                stack = state.walk(frame)
                entry[1:] = cpu, stack, state.here
                self._charge(stack, state.here, delta)
        self._charge_ended(ended, known)

    def _charge(self, stack: Any, here: Any, seconds: float) -> None:
        state = self.state
        row = state.others.get(stack)
        if row is None:
            row = state.others[stack] = [0, 0.0]
        row[0] += 1
        row[1] += seconds
        if here is not None:
            state.lines[here] = state.lines.get(here, 0.0) + seconds

    def _charge_ended(self, ended: list[list[Any]], known: float) -> None:
        """Charge what threads used between their last sample and their end to where they were last seen.

        Their clocks are gone with them, but the process's clock holds what they used: it is what the process has used
        since the last sample beyond the threads that are known.
        """
        self.ended_cpu += sum(entry[1] for entry in ended)
        unknown = time.process_time() - known - self.ended_cpu
        seen = [entry for entry in ended if entry[2] is not None]
        if seen and self.unknown is not None and unknown - self.unknown > NOTICEABLE_S:
            each = (unknown - self.unknown) / len(seen)
            for _, _, stack, here in seen:
                self._charge(stack, here, each)
            self.ended_cpu += unknown - self.unknown
        else:
            self.unknown = unknown

    def forget(self) -> None:
        """In the child of a fork, where the other threads do not exist."""
        self.clocks.clear()
        self.ended_cpu, self.unknown = 0.0, None

    def watch_starts(self) -> None:
        """From the first further thread on, let samples wake the main thread.

        The functions are replaced where `threading` takes them from, and in `threading` itself where it is loaded.
        """
        for name in _STARTERS:
            start = getattr(_thread, name, None)
            if start is None:
                continue
            wrapped = self._announcing(start)
            setattr(_thread, name, wrapped)
            threading = sys.modules.get("threading")
            if threading is not None and getattr(threading, "_" + name, None) is start:
                setattr(threading, "_" + name, wrapped)

    def _announcing(self, start: Callable[..., Any]) -> Callable[..., Any]:
        def start_thread(*args: Any, **kwargs: Any) -> Any:
            if self.clock is not None:
                self.started = time.perf_counter()
                self.clock.let_system_calls_be_interrupted(True)
            return start(*args, **kwargs)

        return like(start_thread, start)


def _clock_of(ident: int) -> int | None:
    """The CPU clock of a thread, None while it is not known.

    Linux numbers these clocks by thread id. `pthread_getcpuclockid` would read the memory of a thread that may have
    ended since the frames were listed, so it is not used where the `threading` module knows the thread id.
    """
    threading = sys.modules.get("threading")
    thread = getattr(threading, "_active", {}).get(ident)
    native: int | None = getattr(thread, "native_id", None)
    if native is not None and sys.platform.startswith("linux"):
        return (~native << 3) | 6
    if thread is not None or not hasattr(time, "pthread_getcpuclockid"):
        return None
    try:
        return time.pthread_getcpuclockid(ident)
    except OSError:
        return None
'''

EMBEDDED['profiler/collect/timer.py'] = r'''"""The clocks that make samples happen: a signal timer of the kernel where there is one, else a thread.

The POSIX timer fires every millisecond of wall time, to one thread, for a few hundred nanoseconds. The kernel's
CPU-time timers tick at 4 ms here whatever is asked of them, and ITIMER_REAL would take the program's SIGALRM. It is
reached through `_ctypes` directly: the `ctypes` package takes milliseconds to import, and would already be there when
the program imports it. The signal is SIGURG: hardly a program uses it, and where its handler is gone (the interpreter
takes it down in its last moments) it is ignored, while SIGPROF would kill.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _thread
import sys

from .originals import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Optional

    Handler = Callable[[int, Optional[FrameType]], None]

CLOCK_MONOTONIC = 1
SIGEV_THREAD_ID = 4
SIGEVENT_BYTES = 64
TIMER_ABSTIME = 1
LAZY = (0).to_bytes(8, "little") + (50_000_000).to_bytes(8, "little")  # 50 ms, as the kernel takes it
UNKNOWN = float("inf")  # when a tick is due that nothing was asked for
_HERE = __file__.rpartition("/")[0] + "/"
_PATIENCE_S = 0.5  # how long a stopping sampling thread is waited for


class NoTimerError(Exception):
    """This platform offers no timer of that kind."""


class PosixTimer:
    """A signal to the calling thread at a fixed interval of wall time.

    The kernel is asked for one signal at a time, and for the next when that has been handled: a process that waits in
    a system call which is taken up again handles none, and would be woken a thousand times a second for nothing. It
    is woken every 50 ms there, so that nothing is lost should a signal be.
    """

    name = "signal timer"

    def __init__(self, handler: Handler) -> None:
        """Find the library functions.

        Raises:
            NoTimerError: not a 64-bit Linux, or no way to call the C library.
        """
        if not sys.platform.startswith("linux") or sys.maxsize < 2**32:
            raise NoTimerError(sys.platform)
        self.handler = handler
        self.signal = int(_signal.SIGURG)
        self.timer: Any = None
        self.interruptible = False
        self.interval_s = self.last = self.first_s = 0.0
        try:
            self._create, self._set, self._delete, self._pointer, self._byref, self._argument_error = _library()
        except (ImportError, OSError, AttributeError, TypeError) as error:
            raise NoTimerError(str(error)) from error

    def start(self, interval_s: float) -> float:
        """Let the timer fire in the calling thread, which must be the main one; gives when, as `again` does.

        Raises:
            NoTimerError: the kernel refuses, or the signal would wait for ever.
        """
        event = (0).to_bytes(8, "little") + self.signal.to_bytes(4, "little") + SIGEV_THREAD_ID.to_bytes(4, "little")
        event += _thread.get_native_id().to_bytes(4, "little")
        timer = self._pointer()
        _SET_HANDLER(self.signal, self.handler)
        _signal.siginterrupt(self.signal, self.interruptible)
        if self.signal in _BLOCKED(_signal.SIG_BLOCK, ()):
            raise NoTimerError("the signal is blocked")
        if self._create(CLOCK_MONOTONIC, event.ljust(SIGEVENT_BYTES, b"\0"), self._byref(timer)):
            raise NoTimerError("timer_create")
        self.timer = timer
        self.first_s = self.first_s or interval_s
        self.last = time.perf_counter()
        return self.set_interval(interval_s)

    def set_interval(self, interval_s: float) -> float:
        """Change how often a running timer fires; 0 silences it. The lines of the grid go on from the last one.

        Returns:
            When the next signal comes, as `again` does.

        Raises:
            NoTimerError: the kernel refuses.
        """
        if self.timer is None:
            return UNKNOWN  # the last tick, after the clock was stopped, may still want another pace
        self.interval_s = interval_s
        if interval_s:
            return self.again()
        self._ask(0, bytes(32))
        return UNKNOWN

    def again(self) -> float:
        """Ask for the next signal.

        It comes on a grid of the interval, wherever between its lines the last one was handled: counted from there, it
        would keep step with calls into C of about that length, and always meet the program behind them.

        Returns:
            When it comes, `time.perf_counter()`.

        Raises:
            NoTimerError: the kernel refuses.
        """
        interval = self.interval_s
        if self.timer is None or not interval:
            return UNKNOWN
        self.last = at = _next_line(self.last, interval)
        whole = int(at)
        spec = LAZY + whole.to_bytes(8, "little") + int((at - whole) * 1e9).to_bytes(8, "little")
        self._ask(TIMER_ABSTIME, spec)
        return at

    def soon(self) -> float:
        """Ask for a signal after the first, short interval, and then go on as before; gives when, as `again` does."""
        if self.timer is None or not self.interval_s:
            return UNKNOWN
        first_s = min(self.first_s, self.interval_s)
        self._ask(0, LAZY + (0).to_bytes(8, "little") + int(first_s * 1e9).to_bytes(8, "little"))
        return time.perf_counter() + first_s

    def _ask(self, flags: int, spec: bytes) -> None:
        try:
            refused = self._set(self.timer, flags, spec, None)
        except self._argument_error:  # this call is right: only a stack without room makes its arguments fail
            raise RecursionError from None
        if refused:
            raise NoTimerError("timer_settime")

    def let_system_calls_be_interrupted(self, yes: bool) -> None:
        """Whether a sample wakes the main thread out of a lock or a read.

        With a single thread it must not: C code that does not retry would return early. With more it must: or the
        main thread, asleep in `join`, would never sample the others.
        """
        if yes != self.interruptible:
            self.interruptible = yes
            _signal.siginterrupt(self.signal, yes)

    def stop(self) -> None:
        """Delete the timer; the handler stays, for a signal that is still on its way."""
        timer, self.timer = self.timer, None  # before: a tick that runs right after the deletion asks for no other
        if timer is not None:
            self._delete(timer)

    def forget(self) -> None:
        """In the child of a fork, which inherits no timer."""
        self.timer = None


class SamplingThread:
    """A thread that looks at the main one: no signals, but it waits for the interpreter lock before each look."""

    name = "sampling thread"

    def __init__(self, handler: Handler) -> None:
        """Remember whom to call with `(0, frame of the main thread)`."""
        self.handler = handler
        self.interval_s = 0.001
        self.last = 0.0
        self.ident: int | None = None
        self._main = 0
        self._stopping = False

    def start(self, interval_s: float) -> float:
        """Look at the calling thread from a new one, at about this interval; gives when, as `again` does."""
        self.interval_s, self.last = interval_s, time.perf_counter()
        self._main = _thread.get_ident()
        self._stopping = False
        due_at = self.again()
        self.ident = _START_THREAD(self._run, ())
        return due_at

    def set_interval(self, interval_s: float) -> float:
        """Change the interval; gives when the next look is due, as `again` does."""
        self.interval_s = interval_s
        return self.again()

    def again(self) -> float:
        """The next line of the grid, for the same reason as the signal timer has one; gives when it is."""
        if not self.interval_s:
            return UNKNOWN
        self.last = _next_line(self.last, self.interval_s)
        return self.last

    def let_system_calls_be_interrupted(self, yes: bool) -> None:
        """Nothing is interrupted here."""

    def stop(self) -> None:
        """End the thread and wait for it, so that a fork that follows has one thread less to warn of."""
        self._stopping = True
        deadline = time.perf_counter() + _PATIENCE_S
        while self.ident is not None and time.perf_counter() < deadline:
            time.sleep(0.0005)

    def forget(self) -> None:
        """In the child of a fork, where the thread does not exist."""
        self.ident = None

    def _run(self) -> None:
        sleep, frames, main, handler = time.sleep, sys._current_frames, self._main, self.handler
        while not self._stopping:
            self.again()
            sleep(max(self.last - time.perf_counter(), 0.0) if self.interval_s else 0.01)
            if self._stopping or not self.interval_s:
                continue
            frame = frames().get(main)
            while frame is not None and frame.f_code.co_filename.startswith(_HERE):
                frame = frame.f_back  # our own listener to the collector is at its end
            if frame is not None:
                handler(0, frame)
                frame = None  # else its locals would live until the next look
        self.ident = None


def _next_line(last: float, interval_s: float) -> float:
    """The first line after now of the grid through `last`."""
    return last + interval_s * ((time.perf_counter() - last) // interval_s + 1)


_START_THREAD = _thread.start_new_thread  # both before anyone wraps them
_SET_HANDLER = _signal.signal
_BLOCKED = getattr(_signal, "pthread_sigmask", lambda *_: ())


def make_clock(handler: Handler, kind: str) -> PosixTimer | SamplingThread:
    """The best clock of this platform, or the thread where `kind` is `thread`."""
    if kind != "thread":
        try:
            return PosixTimer(handler)
        except NoTimerError:
            pass
    return SamplingThread(handler)


def _library() -> tuple[Any, ...]:
    """`timer_create`, `timer_settime`, `timer_delete`, a pointer type, `byref`, and what a wrong argument raises."""
    import _ctypes

    class Int(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "i"

    class Pointer(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "P"

    class Bytes(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "z"

    def function(name: str, *arguments: Any) -> Any:
        address = None
        for library in (None, "librt.so.1"):
            try:
                address = _ctypes.dlsym(_ctypes.dlopen(library, 0), name)  # type: ignore[arg-type]
                break
            except OSError:
                continue
        if address is None:
            raise OSError(name)
        flags = _ctypes.FUNCFLAG_CDECL
        kind = type(name, (_ctypes.CFuncPtr,), {"_flags_": flags, "_restype_": Int, "_argtypes_": arguments})
        return kind(address)

    return (
        function("timer_create", Int, Bytes, Pointer),
        function("timer_settime", Pointer, Int, Bytes, Pointer),
        function("timer_delete", Pointer),
        Pointer,
        _ctypes.byref,
        _ctypes.ArgumentError,
    )
'''

EMBEDDED['profiler/collect/traced.py'] = r'''"""Memory at the peak by tracemalloc, through its C module: the Python one imports half a dozen others.

The module offers no snapshot of the peak, and a snapshot is dear. So snapshots are taken while memory grows, as often
as is affordable, and what came and went since the last one is known by water level: at each tick the growth of the
traced memory belongs to the stack of that moment, and a peak between two ticks to the stack after it.
"""

from __future__ import annotations

import gc
import sys

from .allocations import Allocating
from .originals import time
from .resident import WaterLevel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .state import Stack, State

GROWTH = 1.1  # a snapshot is worth taking when memory is that much above the last one
STALE = 0.7  # or when it has been below that share of the last one, and stands high again
HIGH = 0.95
SHARE = 0.2  # of the pass's time that snapshots may take,
AT_ONCE_S = 0.1  # and what they may take in any case
LEAP = 0.05  # share of the memory that came between two ticks for which more is allowed: its stack may be gone already
LEAP_FACTOR = 4
SECONDS_PER_BYTE = 5e-9  # of a snapshot, for each byte that the tracer itself takes; the first guess
UNCOUNTED = 1.95  # resident bytes of the tracer's tables for each that it counts, on all supported versions
ENOUGH = 4 * 1024 * 1024  # bytes of the tracer from which on a snapshot's cost tells of the next one's
SMALLEST = 64 * 1024  # bytes below which no snapshot is taken
LEAST_GROWTH = 4096  # bytes between two ticks that are worth a note
MOST_STACKS = 2000


class Traced(Allocating):
    """tracemalloc, for as long as its budget lasts."""

    def __init__(self, state: State, due: Callable[[float], None], frames: int, budget_s: float = 0.0) -> None:
        """Keep `frames` frames of each allocation; stop after `budget_s` CPU seconds of this process, unless 0."""
        super().__init__(state, due)
        import _tracemalloc

        self.tracer: Any = _tracemalloc
        self.frames = frames
        self.budget_s = budget_s
        self.ours = __file__.rpartition("traced")[0]
        self.reset()

    def reset(self) -> None:
        """Nothing was seen yet."""
        self.size = 0  # bytes of the last snapshot
        self.snapshot: list[Any] = []
        self.low = 0  # least traced since then
        self.since = WaterLevel()  # what was traced since then
        self.peak: tuple[list[Any], float, list[Any]] = ([], 0.0, [])  # snapshot, share of it left, rises since
        self.grown: dict[Stack, int] = {}  # all that traced memory ever grew by, for who calls which library
        self.net: list[Any] | None = None
        self.highest = 0
        self.fresh = False  # the highest is the level of the last tick, not noted yet
        self.spent = 0.0  # seconds in snapshots
        self.per_byte = SECONDS_PER_BYTE
        self.overhead = 0
        self.begun = time.perf_counter()
        self.interrupted = False
        self.stopped_at = 0.0
        self.tracing = True

    def start(self) -> None:
        """Trace from now on."""
        super().start()
        if not self.tracer.is_tracing():
            self.tracer.start(self.frames)

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Follow the traced memory, and take a snapshot where it is due."""
        now = time.perf_counter()
        stack = self.stack(frame)
        if not self.tracing:
            self.levels.look(stack)
        elif not self.tracer.is_tracing():  # the program stopped it, for itself or because it uses it too
            self.interrupted = True
            self.tracing = False
        else:
            self._follow(stack, now)
            if self.budget_s and time.process_time() > self.budget_s:
                self._settle()
                self.stopped_at = time.time()
                self.tracing = False
                self.tracer.stop()
                self.levels.look((), own=True)
        self.due(now)

    def _follow(self, stack: Stack, now: float) -> None:
        """Note how much is traced, and what it reached since the last tick."""
        current, peak = self.tracer.get_traced_memory()
        self.levels.look(stack, current, self._overhead())
        since = self.since
        beyond = peak > self.highest  # since the last tick
        if current < since.last:
            if beyond:
                self._note(since.last, stack, peak)
            else:
                self._settle()
        self.fresh = current >= since.last and (beyond or self.fresh)
        grown = max(current - since.last, peak - self.highest)
        if grown > LEAST_GROWTH:
            self.grown[stack] = self.grown.get(stack, 0) + grown
        self.highest = max(self.highest, peak)
        self.low = min(self.low, current)
        leap = current - since.last > LEAP * current
        since.level(current, stack)
        if current > SMALLEST and self._wanted(current) and self._affordable(now, leap=leap):
            self._take()
        if self.fresh and self.highest > current * (1 + LEAP):  # it came and went between the two ticks
            self._note(current, stack, self.highest)
            self.fresh = False

    def _settle(self) -> None:
        """When the peak is what stood at the last tick, note it before that is gone."""
        if self.fresh:
            self._note(self.since.last, (), self.since.last)
            self.fresh = False

    def _note(self, current: int, stack: Stack, reached: int) -> None:
        """The peak is `reached`: `current` by the last snapshot and the rises since, the rest under `stack`."""
        rises = [(risen, high - low) for low, high, risen in self.since.rises]
        if reached > current:
            rises.append((stack, reached - current))
        self.peak = (self.snapshot, min(self.low / self.size, 1.0) if self.size else 0.0, rises)

    def _overhead(self) -> int:
        """Resident bytes that the tracer takes: more than it counts, and freed in crumbs that hardly go back."""
        self.overhead = max(self.overhead, int(self.tracer.get_tracemalloc_memory() * UNCOUNTED))
        return self.overhead

    def _wanted(self, current: int) -> bool:
        return current > self.size * GROWTH or (self.low < self.size * STALE and current > self.highest * HIGH)

    def _affordable(self, now: float, *, leap: bool) -> bool:
        cost: float = self.per_byte * self.tracer.get_tracemalloc_memory()
        allowed = SHARE * (now - self.begun) + AT_ONCE_S
        return self.spent + cost < allowed * (LEAP_FACTOR if leap else 1)

    def _take(self) -> None:
        start = time.thread_time()  # other threads go on meanwhile
        before = self.tracer.get_tracemalloc_memory()
        self.snapshot, self.size = (
            self._snapshot()
        )  # of the moment of one call, other threads may go on before and after
        self.low = self.size
        self.since = WaterLevel(self.size)
        self.tracer.reset_peak()  # it is the snapshot's own
        spent = time.thread_time() - start
        self.spent += spent
        self.per_byte = spent / max(before, ENOUGH)
        self.levels.look((), self.tracer.get_traced_memory()[0], self._overhead(), own=True)

    def stop(self, frame: FrameType | None) -> None:
        """Take the last snapshot: what is still alive, which is the peak too where memory never fell."""
        stack = self.stack(frame)
        if self.tracing and self.tracer.is_tracing():
            self._follow(stack, time.perf_counter())
            self._settle()
            self.net, left = self._snapshot()
            if left > self.highest * HIGH:
                self.peak = (self.net, 1.0, [])
            self.tracer.stop()
        self.levels.resident.close()

    def forget(self) -> None:
        """The child of a fork has its parent's memory, which the parent reports: start from nothing."""
        if self.tracer.is_tracing():
            self.tracer.clear_traces()
        self.levels.forget()
        self.reset()

    def _snapshot(self) -> tuple[list[Any], int]:
        """Live memory as `(frames, bytes, blocks)`, frames innermost first as `(file name, line)`; and its bytes."""
        collecting = gc.isenabled()
        gc.disable()  # the list of all traces would set off one collection after the other
        try:
            sites: dict[Any, list[int]] = {}
            for trace in self.tracer._get_traces():
                row = sites.get(trace[2])
                if row is None:
                    sites[trace[2]] = [trace[1], 1]
                else:
                    row[0] += trace[1]
                    row[1] += 1
            ours = self.ours
            total = sum(size for size, _ in sites.values())
            return [(at, size, n) for at, (size, n) in sites.items() if not at[0][0].startswith(ours)], total
        finally:
            if collecting:
                gc.enable()

    def latest(self) -> dict[str, Any]:
        """The peak and what is alive at the end."""
        self._settle()
        snapshot, left, rises = self.peak
        return {
            "allocations": {
                "engine": "tracemalloc",
                "peak": snapshot,
                "left": left,
                "rises": rises,
                "grown": sorted(self.grown.items(), key=lambda pair: -pair[1])[:MOST_STACKS],
                "net": self.net,
                "highest": self.highest,
                "interrupted": self.interrupted,
                "stopped_at": self.stopped_at,
                "numpy": "numpy" in sys.modules,
            }
        }
'''

EMBEDDED['profiler/collect/writes.py'] = r'''"""Large writes in one piece.

A write to a pipe, a terminal or a socket waits for its reader, and a signal of ours that comes meanwhile ends it early,
with a part of the bytes written. Buffered files write the rest; the streams of an unbuffered interpreter (`-u`,
PYTHONUNBUFFERED) lose it, and so do programs that do not look at what `os.write` returns. So no signal comes while a
large one is under way.
"""

from __future__ import annotations

import io
import os
import sys

from .originals import os as real
from .standins import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .observer import Observer

ATOMIC = 4096  # bytes that the kernel writes whole or not at all
_REGULAR, _KIND = 0o100000, 0o170000  # of st_mode; the `stat` module may not be imported yet


def keep_whole(observer: Observer) -> None:
    """Hook `os.write`, and the standard streams that have no buffer."""

    def write(descriptor: int, data: Any, /) -> int:
        if not _large(data):
            return real.write(descriptor, data)
        observer.pause(True)
        try:
            return real.write(descriptor, data)
        finally:
            observer.pause(False)

    os.write = like(write, real.write)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        made = _unbuffered(observer, stream)
        if made is not None:
            if getattr(sys, f"__{name}__") is stream:
                setattr(sys, f"__{name}__", made)
            setattr(sys, name, made)


def _large(data: Any) -> bool:
    try:
        return len(data) > ATOMIC
    except TypeError:  # which the real function says better
        return False


def _unbuffered(observer: Observer, stream: Any) -> io.TextIOWrapper | None:
    """A stream like this one whose large writes are not interrupted; None where this one has a buffer or is a file."""
    buffer = getattr(stream, "buffer", None)
    if type(buffer) is not io.FileIO:
        return None
    try:
        if real.fstat(buffer.fileno()).st_mode & _KIND == _REGULAR:
            return None
    except OSError:
        return None

    class FileIO(io.FileIO):
        """The raw file behind a standard stream."""

        def write(self, data: Any) -> int:
            """Write without a signal of ours."""
            if not _large(data):
                return super().write(data)
            observer.pause(True)
            try:
                return super().write(data)
            finally:
                observer.pause(False)

    raw = FileIO(buffer.fileno(), "wb", closefd=False)
    raw.name = buffer.name
    made = io.TextIOWrapper(
        raw,  # type: ignore[arg-type,unused-ignore]
        encoding=stream.encoding,
        errors=stream.errors,
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=True,
    )
    made.mode = stream.mode  # type: ignore[misc]
    return made
'''

EMBEDDED['profiler/diff.py'] = r'''"""`diff`: two stored profiles side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from profiler.analyse import deltas
from profiler.errors import ProfileError
from profiler.render import differences
from profiler.storage.documents import load

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = "diff"
EPILOG = """\
The files are what --json wrote, of the same program before and after a change. Functions are matched by file and name,
since an edit above a function moves its line. Both profiles are one run each: what differs is a hint where to look, and
no measurement.

example:
  %(prog)s before.json after.json

exit status: 0, or 96 when a file cannot be read as a profile.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ProfileError(f"{message}; see diff --help for an example")


def main(words: Sequence[str], name: str) -> int:
    """Print the differences; gives the exit status.

    Raises:
        ProfileError: the arguments are wrong, or a file is no profile.
    """
    parser = _Parser(
        prog=f"{name} {WORD}",
        description="Show what changed between two profiles, in every dimension and by function.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--json", action="store_true", help="the differences as JSON on standard output")
    options = parser.parse_args(words)
    before, after = load(options.before), load(options.after)
    found: dict[str, Any] = deltas.compare(before, after, most=None)
    text = json.dumps(found, indent=1, ensure_ascii=False) if options.json else differences.render(before, after, found)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0
'''

EMBEDDED['profiler/errors.py'] = r'''"""What can go wrong, as one line and an exit status that no well-behaved command uses for itself."""

from __future__ import annotations

USAGE = 96  # the arguments, the source root, the baseline or an output path: nothing was run
CANNOT_START = 97  # the command does not exist or cannot be executed
NO_PROFILE = 98  # the command ran, but no Python process of it could be observed
CANNOT_WRITE = 99  # the profile was taken, but could not be written
TIMED_OUT = 124  # as `timeout` says it
SIGNALLED = 128  # plus the number of the signal that killed the command, as shells say it


class ProfileError(Exception):
    """Ends the profiler with one line on stderr and `status`."""

    def __init__(self, message: str, status: int = USAGE) -> None:
        """Carry the line and the status."""
        super().__init__(message)
        self.status = status
'''

EMBEDDED['profiler/launch/__init__.py'] = r'''"""Run the command under one pass and see what it costs."""
'''

EMBEDDED['profiler/launch/command.py'] = r'''"""From what a person types to what is executed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from profiler.errors import CANNOT_START, ProfileError

_PYTHON = {"python", "python3", f"python3.{sys.version_info[1]}"}
_PYTEST = {"pytest", "py.test"}


def resolve(command: list[str]) -> list[str]:
    """The argv to execute.

    `python` and `pytest` mean the interpreter that runs the profiler and its pytest; another bare name is looked for
    beside that interpreter first, where an environment keeps its console scripts, then on PATH. Paths stay as typed.

    Raises:
        ProfileError: there is no such command, or it may not be executed.
    """
    name, rest = command[0], command[1:]
    if "\0" in "".join(command):
        raise ProfileError("the command contains a NUL byte, which no program can be given; remove it")
    if name in _PYTHON:
        return [sys.executable, *rest]
    if name in _PYTEST:
        script = _beside_interpreter("pytest")
        return [sys.executable, *([script] if script else ["-m", "pytest"]), *rest]
    if os.sep in name:
        return [_executable(name), *rest]
    found = _beside_interpreter(name) or shutil.which(name)
    if not found:
        raise ProfileError(
            f"{name}: no such command beside {sys.executable} or on PATH; install it, or give its path", CANNOT_START
        )
    return [found, *rest]


def _beside_interpreter(name: str) -> str | None:
    path = Path(sys.executable).parent / name
    return str(path) if path.is_file() and os.access(path, os.X_OK) else None


def _executable(name: str) -> str:
    path = Path(name)
    if not path.exists():
        raise ProfileError(f"{name}: no such file; check the path of the command after --", CANNOT_START)
    if path.is_dir() or not os.access(path, os.X_OK):
        raise ProfileError(f"{name} cannot be executed; write `-- python {name}`, or chmod +x it", CANNOT_START)
    return name
'''

EMBEDDED['profiler/launch/injection.py'] = r'''"""The folder that makes Python processes observe themselves: unpacked once per profile, compiled so they start fast."""

from __future__ import annotations

import marshal
import os
import py_compile
import sys
from pathlib import Path
from typing import Any

import profiler
from profiler.collect import config
from profiler.errors import CANNOT_WRITE, ProfileError

PACKAGE = "_codeflash_collect"
_COLLECT = "profiler/collect/"


def unpack(folder: Path) -> Path:
    """Write the collectors and their `sitecustomize` below `folder`; gives the folder for PYTHONPATH.

    Raises:
        ProfileError: the folder cannot be written.
    """
    site = folder / "site"
    try:
        (site / PACKAGE).mkdir(parents=True)
        for name, source in collect_sources().items():
            if name == "injected.py":
                (site / "sitecustomize.py").write_text(source, encoding="utf-8")
                py_compile.compile(str(site / "sitecustomize.py"), doraise=False, quiet=2)
                continue
            (site / PACKAGE / name).write_text(source, encoding="utf-8")
            code = compile(source, f"<{PACKAGE}>/{name}", "exec", dont_inherit=True)
            compiled = site / PACKAGE / f"{name[: -len('.py')]}.{sys.hexversion:x}"
            compiled.write_bytes(marshal.dumps(code))
    except OSError as error:
        raise ProfileError(
            f"cannot write to {folder}: {error.strerror}; free space there or set TMPDIR", CANNOT_WRITE
        ) from error
    return site


def collect_sources() -> dict[str, str]:
    """File name → text of each module of `collect`, from the one built file or from the folder beside this."""
    embedded: dict[str, str] | None = getattr(profiler, "EMBEDDED", None)
    if embedded is not None:
        return {path[len(_COLLECT) :]: text for path, text in embedded.items() if path.startswith(_COLLECT)}
    here = Path(__file__).parent.parent / "collect"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(here.glob("*.py"))}


def environment(site: Path, folder: Path, settings: dict[str, Any]) -> dict[str, str]:
    """The process environment of one pass, whose shards go to `folder`.

    Raises:
        ProfileError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / config.FILE).write_bytes(marshal.dumps({**settings, "site": str(site)}, config.MARSHAL_VERSION))
    except OSError as error:
        raise ProfileError(
            f"cannot write to {folder}: {error.strerror}; free space there or set TMPDIR", CANNOT_WRITE
        ) from error
    already = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), already]) if already else str(site),
        config.VARIABLE: str(folder),
    }
'''

EMBEDDED['profiler/launch/run.py'] = r'''"""One run of the command: what it is connected to, how it ends, and what it costs."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from profiler.errors import CANNOT_START, ProfileError
from profiler.launch.tree import TreeWatch, kill, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

INSIST = 3  # whoever interrupts so often wants it to end
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


@dataclass
class Outcome:
    """How one run went.

    `exit_code` is negative for a signal, as `subprocess` has it. `cpu_s` is user and system time of the tree, as far
    as its processes waited for each other.
    """

    exit_code: int
    wall_s: float
    cpu_s: float
    rss_peak: int  # bytes
    timed_out: bool = False
    interrupted: bool = False
    pythons: dict[int, str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    others_s: float = 0.0


class Stdin:
    """Standard input for several runs: a file is read again from where it stood; a pipe is for the first run only."""

    def __init__(self) -> None:
        """Find out what standard input is."""
        self.seekable = False
        self.offset = 0
        self.spent = False
        with contextlib.suppress(OSError, ValueError):
            mode = os.fstat(0).st_mode
            if stat.S_ISREG(mode):
                self.seekable, self.offset = True, os.lseek(0, 0, os.SEEK_CUR)

    def next(self) -> int | IO[bytes] | None:
        """What the next run is given: None for the profiler's own."""
        if not self.spent:
            self.spent = True
            return None
        if not self.seekable:
            return subprocess.DEVNULL
        os.lseek(0, self.offset, os.SEEK_SET)
        return None


def run(
    argv: list[str], *, environment: Mapping[str, str], stdin: Stdin, shown: bool, timeout_s: float | None
) -> Outcome:
    """Run `argv` to its end, its output passed through when `shown`, else discarded.

    Raises:
        ProfileError: it could not be started.
    """
    quiet = None if shown else subprocess.DEVNULL
    with contextlib.suppress(OSError, ValueError, AttributeError):  # None where the descriptor was closed
        sys.stdout.flush()
        sys.stderr.flush()
    before = time.perf_counter()
    # Signals are caught before the command starts: one that came between would end the profiler and leave the command.
    with _signals_passed_on() as (received, follow):
        try:
            process = subprocess.Popen(argv, env=dict(environment), stdin=stdin.next(), stdout=quiet, stderr=quiet)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise ProfileError(f"cannot start {argv[0]}: {why}; check the command after --", CANNOT_START) from error
        watch = TreeWatch(process.pid, timeout_s)
        watch.start()
        follow(process.pid)
        status, usage = _wait(process.pid)
        wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for: subprocess must not wait again
    watch.stop()
    return Outcome(
        exit_code=process.returncode,
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        rss_peak=max(watch.peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)),
        timed_out=watch.timed_out,
        interrupted=signal.SIGINT in received or signal.SIGTERM in received,
        pythons=watch.pythons,
        others=watch.others,
        others_s=watch.others_s,
    )


def _wait(pid: int) -> tuple[int, Any]:
    _, status, usage = os.wait4(pid, 0)
    return status, usage


@contextlib.contextmanager
def _signals_passed_on() -> Iterator[tuple[list[int], Callable[[int], None]]]:
    """While the block runs, pass signals on to the command; Ctrl-C in a terminal reaches it by itself.

    Yields the signals received so far, and a function that tells the command's process id once it has one.
    """
    received: list[int] = []
    by_terminal = _in_foreground()
    command: list[int] = []

    def pass_on(number: int) -> None:
        if number == signal.SIGINT and by_terminal:
            return
        with contextlib.suppress(OSError):
            os.kill(command[0], number)

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if not command:
            return
        if received.count(signal.SIGINT) >= INSIST:
            kill(tree(command[0]))
        pass_on(number)

    def follow(pid: int) -> None:
        command.append(pid)  # first: a signal that comes now had better be passed on twice than not at all
        for number in tuple(received):
            pass_on(number)

    before = {}
    for name in ("SIGINT", *_FORWARDED):
        number = getattr(signal, name, None)
        # One that is ignored (nohup, a background job) stays ignored, for the command too.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):
                before[number] = signal.signal(number, handle)
    try:
        yield received, follow
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether a terminal sends its signals to the profiler and the command alike."""
    try:
        with open("/dev/tty", "rb") as terminal:  # noqa: PTH123 - a device
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
'''

EMBEDDED['profiler/launch/tree.py'] = r'''"""The process tree of the command, seen from outside: resident memory at one instant, and which are Python."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from pathlib import Path

INTERVAL_S = 0.02
LOOKS = 3
LONGEST = 120  # characters of a command line that are kept
_PAGE = resource.getpagesize()


class TreeWatch:
    """Looks at the tree below one process every 20 ms, and kills it when `timeout_s` has passed.

    Attributes:
        peak: highest sum of resident bytes over the tree at one instant; pages that forks share count for each.
        pythons: process id → command line of the processes whose executable is a Python.
        others: process id → name of the programs that are not Python; others_s: for how many seconds they were seen.
        timed_out: whether the tree was killed.
    """

    def __init__(self, root: int, timeout_s: float | None) -> None:
        """Watch the tree of process `root` once started."""
        self.root = root
        self.deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self.peak = 0
        self.pythons: dict[int, str] = {}
        self.others: dict[int, str] = {}
        self._looks: dict[int, int] = {}
        self.timed_out = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End watching."""
        self._done.set()
        self._thread.join()
        # Seen once only, under the name of another: it had just been forked, to execute something else.
        for process, line in list(self.pythons.items()):
            if self._looks[process] == 1 and list(self.pythons.values()).count(line) > 1:
                del self.pythons[process]

    @property
    def others_s(self) -> float:
        """See the class."""
        return INTERVAL_S * sum(self._looks[process] for process in self.others)

    def _identify(self, process: int) -> None:
        program = _program(process)
        if program.startswith("python"):
            self.pythons[process] = _command_line(process)
            self.others.pop(process, None)
        elif program:
            self.pythons.pop(process, None)
            self.others[process] = program

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL_S):
            processes = tree(self.root)
            total = 0
            for process in processes:
                total += _resident(process)
                # More than once, since a process that has just been forked has its parent's name until it executes.
                looks = self._looks[process] = self._looks.get(process, 0) + 1
                if looks <= LOOKS:
                    self._identify(process)
            self.peak = max(self.peak, total)
            if self.deadline is not None and time.monotonic() > self.deadline and not self.timed_out:
                self.timed_out = True
                kill(processes)


def tree(root: int) -> list[int]:
    """Process `root` and all that descend from it now; only itself where the kernel does not tell."""
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - fifty times a second
                with contextlib.suppress(OSError):
                    found.extend(map(int, _read(f"/proc/{process}/task/{task}/children").split()))
    return found


def kill(processes: list[int]) -> None:
    """Kill these, the parents first, so that none starts another."""
    for process in processes:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _read(path: str) -> bytes:
    """A file of the kernel's, without the layers that cost more than the file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = b""
        while part := os.read(descriptor, 65536):
            data += part
        return data
    finally:
        os.close(descriptor)


def _resident(process: int) -> int:
    try:
        return int(_read(f"/proc/{process}/statm").split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _command_line(process: int) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    line = " ".join(word.decode("utf-8", "replace") for word in words if word)
    line = "".join(character if character.isprintable() else " " for character in line)
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def _program(process: int) -> str:
    """The name of the file that the process executes; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/exe").readlink().name
    except OSError:
        return ""
'''

EMBEDDED['profiler/passes/__init__.py'] = r'''"""Which runs are made, and what is learnt from each."""
'''

EMBEDDED['profiler/passes/plan.py'] = r'''"""The passes: a bare run for reference, the joint pass, exact calls, allocations, and waits where asyncio ran."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiler.analyse import (
    accounts,
    asynchrony,
    calls,
    concurrency,
    cpu,
    instances,
    interactions,
    memory,
    pauses,
    shape,
    starts,
)
from profiler.analyse.document import Profile
from profiler.analyse.identity import Resolver
from profiler.analyse.model import MIB, PassResult
from profiler.errors import NO_PROFILE, SIGNALLED, TIMED_OUT, ProfileError
from profiler.launch import injection
from profiler.launch.run import Stdin, run
from profiler.storage import memray_files, shards

if TYPE_CHECKING:
    from pathlib import Path

    from profiler.analyse.model import Table

BARE, JOINT, CALLS, ALLOCATIONS, ASYNC = "bare", "joint", "calls", "allocations", "async"
ALL = (BARE, JOINT, CALLS, ALLOCATIONS, ASYNC)
WHAT = {
    BARE: "reference without any instrument",
    CALLS: "exact numbers of calls",
    ALLOCATIONS: "bytes at the peak by function and line",
    ASYNC: "where tasks wait",
}
MOST_NAMED = 5  # of the processes that were not seen
SLOW_ENGINE_LIMIT_S = 60.0  # CPU seconds of the command above which tracemalloc is not worth its ten-fold time
TRACING = 1.5  # times the command's CPU time that tracemalloc may take in a process before it is stopped,
TRACING_S = 5.0  # and the CPU seconds that it may take in any case
NOTHING_HELD = 1.5 * MIB  # bytes under the project's functions for which an allocation pass is not worth its cost,
SHORT_S = 2.0  # unless the command takes less CPU time
ONLY_SLOW = (
    "only tracemalloc is there, which makes it up to ten times slower: install memray, or ask for it by "
    "--passes joint,allocations; until then memory is the resident level's"
)

OWN_SAMPLER = (3, 15)  # from which the interpreter brings a sampling profiler
BUDGET = 5.0  # times the command's own time, by the clock and in CPU time, for all passes together
ENOUGH_S = 20.0  # seconds that all passes may take of a command that is short
ASYNC_COST = 1.2  # times the command's own time, for which room is left where asyncio ran
CALLS_NEED = 1.15  # the same that counting needs at least: the command goes on after it has ended
TO_THE_END = 2.2  # and what it needs where it cannot be ended
MONITORED = (3, 12)  # from which calls are counted by `sys.monitoring`
REST_S = 0.3  # CPU seconds that the profiler itself takes after the last pass
SLOWED = 0.8  # share of the time of counting by which the command falls behind, where it is made five times slower


@dataclass
class Plan:
    """What the user asked for."""

    command: list[str]
    executed: list[str]
    source_root: Path
    passes: tuple[str, ...] = ALL
    timeout_s: float | None = None
    interval_s: float = 0.001
    memory_engine: str = "auto"
    frames: int = 1
    chosen: bool = False  # the passes were named by the user
    lent: Path | None = None  # a folder with a memray for the target interpreter
    roots: tuple[str, ...] = ()  # other names of the source root, by which code may have been loaded


@dataclass
class Runner:
    """Runs passes of one command; the first shows its output, the others' is discarded."""

    plan: Plan
    folder: Path
    stdin: Stdin = field(default_factory=Stdin)
    results: list[PassResult] = field(default_factory=list)
    site: Path | None = None

    def run(self, name: str, **settings: Any) -> PassResult:
        """Run one pass.

        Raises:
            ProfileError: it could not be started, timed out or was interrupted.
        """
        place = self.folder / name
        if name == BARE:
            environment = dict(os.environ)
        else:
            if self.site is None:
                self.site = injection.unpack(self.folder)
            settings["roots"] = (str(self.plan.source_root), *self.plan.roots)
            environment = injection.environment(self.site, place, {"mode": name, **settings})
        shown = not self.results
        outcome = run(
            self.plan.executed,
            environment=environment,
            stdin=self.stdin,
            shown=shown,
            timeout_s=self.plan.timeout_s,
        )
        if outcome.timed_out:
            raise ProfileError(
                f"the {name} pass took longer than {self.plan.timeout_s:g} s and was killed; raise --timeout, or "
                "profile a shorter command",
                TIMED_OUT,
            )
        if outcome.interrupted:
            raise ProfileError("interrupted; nothing was stored", SIGNALLED + 2)
        result = PassResult(
            name=name,
            engine="none",
            exit_code=outcome.exit_code,
            wall_s=outcome.wall_s,
            cpu_s=outcome.cpu_s,
            rss_peak=outcome.rss_peak,
            pythons=outcome.pythons,
            others=outcome.others,
            others_s=outcome.others_s,
        )
        if name != BARE:
            result.processes = shards.read_pass(place)
            result.problems = shards.problems(place)
        self.results.append(result)
        return result


def take(plan: Plan, folder: Path, taken: str, python: str) -> Profile:
    """Run the passes and analyse what they left.

    Raises:
        ProfileError: nothing could be run or observed.
    """
    runner = Runner(plan, folder)
    resolver = Resolver(plan.source_root)
    left_out: list[str] = [f"{name} ({WHAT[name]})" for name in ALL if name not in plan.passes and name != JOINT]
    notes: list[str] = []
    if BARE in plan.passes:
        runner.run(BARE)
    joint = runner.run(JOINT, interval_s=plan.interval_s)
    if not joint.processes:
        raise ProfileError(_unseen(joint), NO_PROFILE)
    joint.engine = ", ".join(sorted({process.about["clock"] for process in joint.processes}))
    samples = cpu.samples(joint.processes, resolver)
    table = cpu.tabulate(samples)
    cpu.charge_places(table, joint.processes, resolver)
    shape.charge(table, resolver)
    collector = pauses.charge(table, joint.processes, resolver)
    loops = asynchrony.blocking(table, joint.processes, resolver)
    memory.charge_resident(table, joint.processes, resolver)
    engines = {"cpu": joint.engine, "gc": "gc.callbacks", "resident": "/proc", "async": "asyncio.Handle"}
    held = memory.Memory()
    if ALLOCATIONS in plan.passes:
        held = _allocations(runner, table, resolver, samples, left_out, notes)
        engines["memory"] = ", ".join(held.engines) or "resident level of the joint pass"
    if CALLS in plan.passes:
        engines["calls"] = _calls(runner, table, joint, resolver, left_out, loops_ran=loops.ran)
    if ASYNC in plan.passes and loops.ran:
        result = runner.run(ASYNC)
        result.engine = "asyncio.Handle"
        asynchrony.waits(loops, result.processes, resolver)
        loops.concurrency = concurrency.find(result.processes, resolver)
    first = runner.results[0]
    peak = held.peak_bytes or float(first.rss_peak)
    notes += starts.notes(joint.processes, samples, table.cpu_s) + accounts.notes(joint) + _notes(runner.results, loops)
    return Profile(
        command=plan.command,
        executed=plan.executed,
        source_root=str(plan.source_root),
        python=python,
        taken=taken,
        exit_code=exit_status(first.exit_code),
        signal=_signal_name(first.exit_code),
        passes=runner.results,
        table=table,
        collector=collector,
        loops=loops,
        memory=held,
        interactions=interactions.find(
            interactions.Evidence(table, collector, loops, joint.wall_s, peak, resolver.definition)
        ),
        versions=resolver.versions,
        quick=BARE not in plan.passes and ALLOCATIONS not in plan.passes,
        left_out=left_out,
        notes=notes,
        engines=engines,
        samples=samples,
    )


def _allocations(
    runner: Runner, table: Any, resolver: Resolver, samples: list[Any], left_out: list[str], notes: list[str]
) -> memory.Memory:
    """The allocation pass; left out, and said so, where nothing is held, or only a slow engine is there."""
    plan = runner.plan
    cpu_s = runner.results[0].cpu_s
    lent = str(plan.lent) if plan.lent is not None and not _has_memray() else ""
    slow = plan.memory_engine == "tracemalloc" or not (lent or _has_memray())
    held = memory.held_by_project(table)
    if held < NOTHING_HELD and cpu_s > SHORT_S and not plan.chosen:
        left_out.append(
            f"{ALLOCATIONS} (resident memory rose by {held / MIB:.1f} MiB under the project's functions, and less than "
            "2 MiB is no target: ask for it by --passes joint,allocations)"
        )
        return memory.Memory()
    if slow and cpu_s > SLOW_ENGINE_LIMIT_S and not plan.chosen:
        left_out.append(f"{ALLOCATIONS} (the command takes {cpu_s:.0f} s and {ONLY_SLOW})")
        return memory.Memory()
    budget_s = 0.0 if plan.chosen else max(TRACING_S, TRACING * cpu_s)
    result = runner.run(
        ALLOCATIONS, engine=plan.memory_engine, frames=plan.frames, lent=lent, budget_s=budget_s if slow else 0.0
    )
    found = [
        allocations
        for process in result.processes
        for allocations in (memray_files.read(process, lent) or memory.traced(process),)
        if allocations is not None
    ]
    if any(allocations.partial for allocations in found):
        result.engine = "tracemalloc, stopped for its cost"
        left_out.append(
            f"{ALLOCATIONS} (memory peaked after tracing was stopped at {budget_s:.0f} CPU s, and {ONLY_SLOW})"
        )
        return memory.Memory()
    charged = memory.charge(table, found, resolver, samples)
    result.engine = ", ".join(charged.engines) or "none"
    if lent and any(allocations.engine == "memray" for allocations in found):
        result.engine += f" from {plan.lent}"
    if any(allocations.stopped for allocations in found):
        notes.append("tracing was stopped for its cost after the peak: what is alive at the end is not known")
    return charged


def _calls(
    runner: Runner, table: Table, joint: PassResult, resolver: Resolver, left_out: list[str], *, loops_ran: bool
) -> str:
    """The pass that counts calls, the last one that can be done without: what time is left bounds it.

    Returns:
        The engine that counted.
    """
    until = 0.0
    if not runner.plan.chosen and BARE in runner.plan.passes:
        own_s = time.process_time() + REST_S
        spent = [*runner.results, PassResult("profiler", "none", 0, own_s, own_s, 0)]
        room_s = counting_room(spent, loops_ran=loops_ran, to_the_end=_counts_to_the_end(joint))
        if room_s is None:
            left_out.append(
                f"{CALLS} ({WHAT[CALLS]}: the other passes took most of {BUDGET:g} times the command's own time; ask for "
                "it by --passes joint,calls)"
            )
            return "none"
        until = time.time() + room_s
    result = runner.run(CALLS, suspects=calls.suspects(table, joint.processes, resolver), until=until)
    result.engine = calls.charge(table, result.processes, resolver) or "none"
    if any(row.calls_at_least for row in table.rows.values()):
        result.engine += ", ended for its cost"
    table.instances = instances.find(result.processes, resolver)
    return result.engine


def counting_room(results: list[PassResult], *, loops_ran: bool, to_the_end: bool = False) -> float | None:
    """Seconds for which calls may be counted, so that all passes cost no more than `BUDGET`; None for not at all.

    Where counting goes `to_the_end` once begun, there must be room for all of it.
    """
    bare = results[0]
    left = min(
        max(BUDGET, ENOUGH_S / own) - sum(spent) / own
        # Processes at the same time take more CPU time than the clock's; a command that waits takes less.
        for own, spent in (
            (bare.wall_s, [result.wall_s for result in results]),
            (bare.cpu_s, [result.cpu_s for result in results]),
        )
        if own
    )
    left -= ASYNC_COST if loops_ran else 0.0
    return None if left < (TO_THE_END if to_the_end else CALLS_NEED) else (left - 1) / SLOWED * bare.wall_s


def _counts_to_the_end(joint: PassResult) -> bool:
    """Whether counting, once begun, cannot be ended: other threads are out of its reach without `sys.monitoring`."""
    return any(
        process.rows.get("threads") and tuple(map(int, process.about["version"].split(".")[:2])) < MONITORED
        for process in joint.processes
    )


def _has_memray() -> bool:
    return importlib.util.find_spec("memray") is not None


def _unseen(joint: PassResult) -> str:
    if joint.problems:
        return f"no process could be observed: {joint.problems[0]}; report this with the command"
    if joint.pythons:
        return (
            "Python ran but could not be observed: it was started with -I, -E or -S, without our PYTHONPATH, or is "
            "older than 3.9; profile a command that starts Python without these"
        )
    return "the command never started Python; profile a command that does, such as `-- python script.py`"


def _notes(results: list[PassResult], loops: asynchrony.Asynchrony) -> list[str]:
    first, notes = results[0], []
    notes += [
        f"the {result.name} pass ended with exit code {exit_status(result.exit_code)}, the first run with "
        f"{exit_status(first.exit_code)}: the command may not be repeatable (try --quick)"
        for result in results[1:]
        if result.exit_code != first.exit_code
    ]
    joint = next(result for result in results if result.name == JOINT)
    seen = {process.about["pid"] for process in joint.processes}
    unseen = [line or f"process {pid}" for pid, line in sorted(joint.pythons.items()) if pid not in seen]
    if unseen:
        notes.append(_not_seen(unseen))
    killed = sum(process.ended in ("periodic", "never wrote") for process in joint.processes)
    if killed:
        notes.append(f"{killed} process(es) were killed or replaced; up to their last second is missing")
    if loops.other_loops:
        notes.append(
            f"{', '.join(sorted(loops.other_loops))} was loaded: what blocks its event loop was not observed, only "
            "asyncio's own loop is; CPU, memory and pauses are complete"
        )
    if sys.version_info >= OWN_SAMPLER:
        notes.append(
            "CPU is by our own sampler: the interpreter's profiling.sampling needs leave to read the process's memory "
            "from outside, and counts samples where ours reads CPU clocks"
        )
    if any(result.problems for result in results):
        notes.append("some processes could not be observed: " + next(r.problems[0] for r in results if r.problems))
    return notes


def _not_seen(unseen: list[str]) -> str:
    """The note that names the Python processes that left nothing."""
    lines = list(dict.fromkeys(unseen))
    named = "; ".join(lines[:MOST_NAMED]) + (f"; and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else "")
    return (
        f"{len(unseen)} Python process(es) could not be observed, because of -I, -E or -S, an environment without our "
        f"PYTHONPATH, or a Python older than 3.9: {named}"
    )


def exit_status(code: int) -> int:
    """An exit code as the shell gives it: 128 plus the signal's number for a negative one."""
    return SIGNALLED - code if code < 0 else code


def _signal_name(code: int) -> str | None:
    if code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
'''

EMBEDDED['profiler/render/__init__.py'] = r'''"""From the document to what people and tools read."""
'''

EMBEDDED['profiler/render/differences.py'] = r'''"""Two profiles side by side as text."""

from __future__ import annotations

import shlex
from typing import Any

from profiler.analyse.deltas import NOTICEABLE_MIB

ROWS = 12
UNITS = {"wall_s": "s", "cpu_s": "s", "gc_s": "s", "rss_peak_mib": "MiB", "mem_peak_mib": "MiB", "blocked_ms": "ms"}


def render(before: dict[str, Any], after: dict[str, Any], found: dict[str, Any]) -> str:
    """Totals, functions, and the interactions that came and went."""
    lines = [f"[diff] {shlex.join(after['command'])}"]
    if before["command"] != after["command"]:
        lines.append(f"  note: the first profile is of another command: {shlex.join(before['command'])}")
    if before["python"] != after["python"]:
        lines.append(f"  note: Python {before['python']} against {after['python']}")
    lines.append("one run each: a hint where to look, and no measurement")
    for name, change in found["totals"].items():
        relative = f"  {100 * change['delta'] / change['before']:+.1f} %" if change["before"] else ""
        lines.append(f"  {name:<14} {change['before']:10.3f} -> {change['after']:10.3f} {UNITS[name]}{relative}")
    lines += _functions(found["functions"])
    lines += _interactions(before, after)
    return "\n".join(lines) + "\n"


def _functions(changes: list[dict[str, Any]]) -> list[str]:
    if not changes:
        return ["", "no function changed by 10 ms of own CPU time or half a MiB"]
    lines = ["", "[functions] own CPU seconds, MiB at the peak, calls"]
    for change in changes[:ROWS]:
        parts = [f"{change['own_s_before']:8.3f} -> {change['own_s_after']:8.3f} s ({change['delta']:+.3f})"]
        old, new = change["mem_mib_before"], change["mem_mib_after"]
        if abs((new or 0.0) - (old or 0.0)) >= NOTICEABLE_MIB:
            parts.append(f"{old or 0.0:.1f} -> {new or 0.0:.1f} MiB")
        if change["calls_before"] != change["calls_after"] and None not in (
            change["calls_before"],
            change["calls_after"],
        ):
            parts.append(f"{change['calls_before']:,} -> {change['calls_after']:,} calls")
        lines.append(f"  {', '.join(parts)}  {change['function']}  {change['file']}")
    if len(changes) > ROWS:
        lines.append(f"  and {len(changes) - ROWS} more (--json has all)")
    return lines


def _interactions(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = _named(before), _named(after)
    lines = [f"  gone: {name}" for name in sorted(old - new)] + [f"  new: {name}" for name in sorted(new - old)]
    return ["", "[interactions]", *lines] if lines else []


def _named(document: dict[str, Any]) -> set[str]:
    return {
        f"{row['kind']}: {', '.join(function['function'] for function in row['functions'][:2])}"
        for row in document["interactions"]
    }
'''

EMBEDDED['profiler/render/length.py'] = r'''"""How many tokens a text takes of whoever reads it, estimated without a tokenizer.

Counted against a public one over the reports of published test suites, the estimate is never below it and at most a
tenth above (`scripts/bench/report_length.py`).
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"[a-z]+|[A-Z][a-z]*|[0-9]+|  +|[^\sA-Za-z0-9]")
_LETTERS, _DIGITS, _FOREIGN = 8, 3, 2  # letters and digits that one token holds; tokens of a character beyond ASCII


def tokens(text: str) -> int:
    """About how many tokens `text` takes; parts of names count as words, since tokenizers split them too."""
    found = 0
    for piece in _PIECE.findall(text):
        first = piece[0]
        if not first.isascii():
            found += _FOREIGN
        elif first.isalpha():
            found += 1 + (len(piece) - 1) // _LETTERS
        elif first.isdigit():
            found += 1 + (len(piece) - 1) // _DIGITS
        else:
            found += 1
    return found
'''

EMBEDDED['profiler/render/speedscope.py'] = r'''"""CPU stacks for speedscope.app and the viewers that read its format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiler.analyse.cpu import START

if TYPE_CHECKING:
    from profiler.analyse.model import Sample

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def render(name: str, samples: list[Sample]) -> dict[str, Any]:
    """A speedscope document of one sampled profile, weighted by CPU seconds, heaviest stacks first."""
    index: dict[tuple[str, str, int], int] = {}  # name, file, line -> number of the frame
    stacks, weights = [], []
    for sample in sorted(samples, key=lambda sample: -sample.cpu_s):
        if sample.cpu_s <= 0:
            continue
        frames = [(function.name or function.file, function.file, function.line) for function in reversed(sample.stack)]
        stacks.append([index.setdefault(frame, len(index)) for frame in frames or [(START, "", 0)]])
        weights.append(sample.cpu_s)
    return {
        "$schema": SCHEMA,
        "name": name,
        "exporter": "codeflash unified profiler",
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": function, "file": file, "line": line} for function, file, line in index]},
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": stacks,
                "weights": weights,
            }
        ],
    }
'''

EMBEDDED['profiler/render/text.py'] = r'''"""The profile as text for a terminal and for a model: top rows only, the rest counted, under 1,500 tokens."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from profiler.render import length

LONGEST = 1450  # tokens, by an estimate that is a little high


class Size(NamedTuple):
    """How many rows each section shows, and how many characters of names, places and sentences."""

    functions: int
    targets: int
    allocators: int
    others: int
    name: int
    place: int
    text: int


SIZES = (
    Size(10, 12, 6, 4, 44, 46, 240),
    Size(8, 10, 5, 3, 36, 36, 200),
    Size(6, 8, 4, 3, 30, 32, 160),
    Size(5, 7, 3, 2, 26, 28, 130),
    Size(4, 6, 2, 2, 22, 24, 110),
    Size(3, 5, 2, 1, 18, 20, 90),
    Size(2, 4, 1, 1, 14, 16, 70),
)
DISTRIBUTION_PERCENT = 15.0
CUMULATIVE_PERCENT = 1.0
HIDDEN_MIB = 0.05
HOT_PLACE = 0.25  # share of a function's own time


def render(document: dict[str, Any]) -> str:
    """The report, in the order in which a reader needs it, in the largest size that is short enough."""
    for size in SIZES:
        report = _render(document, size)
        if length.tokens(report) <= LONGEST:
            break
    return report


def _render(document: dict[str, Any], size: Size) -> str:
    sections = [
        _what_ran(document, size),
        _allocators(document, size),
        _collector(document, size),
        _functions(document, size),
        _asyncio(document, size),
        _distributions(document, size),
        _targets(document, size),
        _interactions(document, size),
        _delta(document, size),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _what_ran(document: dict[str, Any], size: Size) -> list[str]:
    ended = "" if document["exit_code"] == 0 else f"  FAILED: exit code {document['exit_code']}"
    if document["signal"]:
        ended = f"  FAILED: killed by {document['signal']}"
    totals = document["totals"]
    lines = [
        f"[unified profile] {_cut(shlex.join(document['command']), size.text)}{ended}",
        (
            f"wall {totals['wall_s']:.2f} s, CPU {totals['cpu_s']:.2f} s, peak RSS of the tree {totals['rss_peak_mib']:.0f} MiB, "
            f"{len(document['processes'])} Python process(es), Python {document['python']}"
        ),
    ]
    for row in document["passes"]:
        cost = "" if row["cost"] is None else f" ({row['cost']:.2f}x)"
        lines.append(f"  pass {row['name']:<12} {row['wall_s']:7.2f} s{cost:<9} {row['engine']}")
    error = totals["share_error_percent"]
    if error is not None:
        lines.append(
            f"  {totals['samples']} samples, shares within +/-{error:.1f} points, sampling took "
            f"{100 * totals['sampling_cpu_s'] / (totals['sampled_cpu_s'] or 1):.1f} % CPU"
        )
    lines += [f"  left out: {_cut(text, size.text)}" for text in document["left_out"]]
    lines += [f"  note: {_cut(text, size.text)}" for text in document["notes"][: size.others]]
    return lines


def _allocators(document: dict[str, Any], size: Size) -> list[str]:
    allocations = document["allocations"]
    if allocations is None:
        rows = [row for row in document["functions"] if row["resident_peak_mib"] >= HIDDEN_MIB]
        rows.sort(key=lambda row: -row["resident_peak_mib"])
        if not rows:
            return []
        lines = ["[top allocators] by resident level (joint pass; coarse)"]
        lines += [f"  {row['resident_peak_mib']:8.1f} MiB  {_label(row, size)}" for row in rows[: size.allocators]]
        return lines + _rest(len(rows) - size.allocators)
    rows = [row for row in document["functions"] if (row["mem_peak_mib"] or 0) >= HIDDEN_MIB]
    rows.sort(key=lambda row: -row["mem_peak_mib"])
    lines = [f"[top allocators] {allocations['peak_mib']:.1f} MiB at the peak ({allocations['engine']})"]
    for row in rows[: size.allocators]:
        worst = f", line {row['mem_lines'][0]['line']}: {row['mem_lines'][0]['mib']:.1f}" if row["mem_lines"] else ""
        net = "-" if row["mem_net_mib"] is None else f"{row['mem_net_mib']:.1f}"
        blocks = f" in {row['mem_peak_blocks']} blocks" if row["mem_peak_blocks"] else ""
        lines.append(f"  {row['mem_peak_mib']:8.1f} MiB{blocks}, net {net}  {_label(row, size)}{worst}")
    return lines + _rest(len(rows) - size.allocators) if rows else [*lines, "  none of it from the project's functions"]


def _collector(document: dict[str, Any], size: Size) -> list[str]:
    collector, totals = document["collector"], document["totals"]
    counts = "/".join(str(int(count)) for count in collector["collections"])
    lines = [
        (
            f"[collector] {counts} collections of generation 0/1/2, {totals['gc_s'] * 1000:.0f} ms in pauses = "
            f"{totals['gc_percent']:.1f} % of CPU, longest {collector['longest_ms']:.1f} ms"
        )
    ]
    rows = [
        row for row in document["functions"] if row["gc_s"] + row["gc_apportioned_s"] >= 0.01 * (totals["wall_s"] or 1)
    ]
    rows.sort(key=lambda row: -(row["gc_s"] + row["gc_apportioned_s"]))
    lines += [
        f"  set off {row['gc_s'] * 1000:6.0f} ms, apportioned {row['gc_apportioned_s'] * 1000:6.0f} ms  {_label(row, size)}"
        for row in rows[: size.others]
    ]
    return lines


def _functions(document: dict[str, Any], size: Size) -> list[str]:
    rows = [row for row in document["functions"] if row["cpu_cum_percent"] >= CUMULATIVE_PERCENT]
    if not rows:
        return ["[functions] no CPU time in functions below the source root: is it the right folder?"]
    lines = ["[functions] by cumulative CPU; own = self + library calls", "    cum %   own %  self %      calls"]
    for row in rows[: size.functions]:
        calls = "-" if row["calls"] is None else _calls(row)
        lines.append(
            f"  {row['cpu_cum_percent']:7.1f} {row['cpu_own_percent']:7.1f} {row['cpu_self_percent']:7.1f} "
            f"{calls:>10}  {_label(row, size)}{_hot_place(row)}"
        )
    return lines + _rest(len(rows) - size.functions)


def _asyncio(document: dict[str, Any], size: Size) -> list[str]:
    loops = document["asyncio"]
    if loops is None:
        return []
    lines = [f"[async] {loops['steps']} steps, {loops['busy_s']:.2f} s busy; callbacks that held the loop for >= 1 ms:"]
    lines += [
        f"  {row['held_ms']:7.0f} ms in {row['blocks']} blocks, longest {row['longest_ms']:.0f} ms  {_label(row, size)}"
        for row in loops["callbacks"][: size.others]
    ]
    blockers = sorted(
        (row for row in document["functions"] if row["blocked_ms"] >= 1), key=lambda row: -row["blocked_ms"]
    )
    lines += [f"  {row['blocked_ms']:7.0f} ms blocked by {_label(row, size)}" for row in blockers[: size.others]]
    for wait in loops["waits"][: size.others]:
        place = wait["chain"][-1]
        own = next((step for step in reversed(wait["chain"]) if not step["file"].startswith(("/", "<"))), place)
        lines.append(
            f"  waited {wait['waited_s']:.2f} s in {wait['waits']} waits for {place['function']} at "
            f"{_tail(own['file'], size.place)}:{own['at']} ({_tail(own['function'], size.name)})"
        )
    return lines


def _distributions(document: dict[str, Any], size: Size) -> list[str]:
    rows = [
        row
        for row in document["distributions"]
        if row["percent"] >= DISTRIBUTION_PERCENT or row["outside_percent"] >= DISTRIBUTION_PERCENT
    ]
    if not rows:
        return []
    return ["[distributions] above 15 % of CPU"] + [
        f"  {row['percent']:5.1f} % called by the project, {row['outside_percent']:5.1f} % around it, "
        f"{row['self_percent']:5.1f} % in its own code  {row['name']} {row['version'] or ''}".rstrip()
        for row in rows[: size.others]
    ]


def _targets(document: dict[str, Any], size: Size) -> list[str]:
    rows = document["targets"]
    lines = [
        "[unified targets]",
        "| Function | file:line | CPU % | Mem MiB | GC | Async | Domains | Priority |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {_tail(row['function'], size.name)} | {_tail(row['file'], size.place)}:{row['line']} | {row['cpu_percent']:.1f} "
        f"| {row['mem_mib']:.1f} | {_or_dash(row['gc_percent'], ' %')} | {_or_dash(row['blocked_ms'], ' ms')} "
        f"| {'+'.join(row['domains'])} | {row['score']:.1f} |"
        for row in rows[: size.targets]
    ]
    if not rows:
        lines.append("none: nothing of the project is above 1 % CPU, 2 MiB, 1 % in pauses or 5 ms of blocked loop")
    return lines + _rest(len(rows) - size.targets)


def _interactions(document: dict[str, Any], size: Size) -> list[str]:
    rows = document["interactions"]
    if not rows:
        return []
    lines = ["[interactions]"]
    lines += [f"  {row['kind']}: {_cut(row['text'], size.text)}. Root fix: {row['fix']}" for row in rows[: size.others]]
    return lines + _rest(len(rows) - size.others)


def _delta(document: dict[str, Any], size: Size) -> list[str]:
    delta = document["delta"]
    if delta is None:
        return []
    lines = [f"[delta] against the baseline of {delta['taken']}: one run each, a hint and no measurement"]
    for name, change in delta["totals"].items():
        before, after = change["before"], change["after"]
        relative = f" ({100 * change['delta'] / before:+.1f} %)" if before else ""
        lines.append(f"  {name}: {before:.3f} -> {after:.3f}{relative}")
    lines += [
        f"  {change['delta']:+.3f} s own CPU  {_tail(change['function'], size.name)} {_tail(change['file'], size.place)}"
        for change in delta["functions"][: size.others]
    ]
    return lines


def _calls(row: dict[str, Any]) -> str:
    return f"{'>=' if row['calls_at_least'] else ''}{row['calls']}{'~' if row['calls_are_resumes'] else ''}"


def _hot_place(row: dict[str, Any]) -> str:
    """The loop or line that takes most of the function's own time, where one stands out."""
    places = row["cpu_places"]
    if not places or places[0]["percent"] < max(HOT_PLACE * row["cpu_own_percent"], CUMULATIVE_PERCENT):
        return ""
    first, last = places[0]["first"], places[0]["last"]
    return f", {f'line {first}' if first == last else f'loop {first}-{last}'}: {places[0]['percent']:.0f} %"


def _label(row: dict[str, Any], size: Size) -> str:
    return f"{_tail(row['function'], size.name)}  {_tail(row['file'], size.place)}:{row['line']}"


def _or_dash(figure: float, unit: str) -> str:
    return f"{figure:.1f}{unit}" if figure >= 0.05 else "-"


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _tail(text: str, length: int) -> str:
    return text if len(text) <= length else "…" + text[-(length - 1) :]


def _rest(count: int) -> list[str]:
    return [f"  and {count} more (--json has all)"] if count > 0 else []
'''

EMBEDDED['profiler/storage/__init__.py'] = r'''"""What is kept: shards of a pass read back, and documents and baselines on disk."""
'''

EMBEDDED['profiler/storage/documents.py'] = r'''"""Documents on disk: written whole or not at all; baselines by command."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from profiler.analyse.document import SCHEMA_VERSION
from profiler.errors import CANNOT_WRITE, USAGE, ProfileError

SESSION = ".codeflash"


def load(path: Path) -> dict[str, Any]:
    """The profile that --json wrote to `path`.

    Raises:
        ProfileError: it cannot be read, or is no profile of this version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"cannot read {path}: {error.strerror}; give a file that --json wrote", USAGE) from error
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{path} is not JSON; give a file that --json wrote", USAGE) from error
    if not isinstance(document, dict) or "schema_version" not in document or "functions" not in document:
        raise ProfileError(f"{path} is no profile; give a file that --json wrote", USAGE)
    if document.get("kind") == "evidence":
        raise ProfileError(f"{path} was taken elsewhere and is no baseline; give a profile of this profiler's", USAGE)
    if document["schema_version"] != SCHEMA_VERSION:
        raise ProfileError(f"{path} is of another version of the schema; profile again with --json", USAGE)
    return document


def check_writable(path: Path) -> None:
    """Fail before anything is run when `path` could not be written afterwards.

    Raises:
        ProfileError: its folder is missing or may not be written.
    """
    try:
        _check(path)
    except OSError as error:
        raise ProfileError(f"{str(path)[:100]}: {error.strerror}; write somewhere else", USAGE) from error


def _check(path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise ProfileError(f"{path} is a folder; give the name of a file", USAGE)
    if not folder.is_dir():
        raise ProfileError(f"{folder} is no folder; create it, or write somewhere else", USAGE)
    if path.exists() and not path.is_file():
        folder = path
    if not os.access(path if path.exists() else folder, os.W_OK) or (path.exists() and not os.access(folder, os.W_OK)):
        raise ProfileError(f"{path} cannot be written; make it writable, or write somewhere else", USAGE)


def write(path: Path, text: str) -> None:
    """Replace `path` by `text`; a crash or a full disk leaves the old content or the new.

    Raises:
        ProfileError: it cannot be written.
    """
    temporary = None
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, which is written to and never replaced
            with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            return
        path = Path(os.path.realpath(path))  # the file behind a link is replaced, not the link
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise ProfileError(
            f"cannot write {path}: {error.strerror}; free space or write elsewhere", CANNOT_WRITE
        ) from error


def as_text(document: dict[str, Any]) -> str:
    """The document as JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


class Baselines:
    """The first profile of each command, to compare later ones with."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self.folder = folder

    @classmethod
    def beside_session(cls, start: Path) -> Baselines:
        """In the session's files of the project that `start` lies in, or the ones that are made there."""
        for folder in (start, *start.parents):
            if (folder / SESSION).is_dir():
                return cls(folder / SESSION / "profiles")
        top = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)
        return cls(top / SESSION / "profiles")

    def path(self, command: list[str], source_root: Path) -> Path:
        """Where the baseline of a command lies."""
        top = next((folder for folder in (source_root, *source_root.parents) if (folder / ".git").exists()), None)
        # Relative to its checkout, so that the worktrees of one project share a baseline.
        root = source_root.relative_to(top) if top else source_root
        key = json.dumps([command, str(root)]).encode("utf-8", "surrogatepass")
        return self.folder / f"baseline-{hashlib.sha256(key).hexdigest()[:12]}.json"

    def read(self, command: list[str], source_root: Path) -> dict[str, Any] | None:
        """The stored baseline, None where there is none yet.

        Raises:
            ProfileError: it is there but cannot be read, or is of another version.
        """
        path = self.path(command, source_root)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ProfileError(
                f"cannot read the baseline {path} ({error}); restore it, or delete it to start anew"
            ) from error
        if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
            raise ProfileError(f"the baseline {path} is of another version; delete it to start anew")
        return document

    def store(self, command: list[str], source_root: Path, document: dict[str, Any]) -> Path:
        """Keep `document` as the baseline of its command.

        Raises:
            ProfileError: it cannot be written.
        """
        path = self.path(command, source_root)
        session = path.parent.parent
        if session.name == SESSION and not session.exists():
            # Outside a session nothing else keeps these files out of the project's history.
            write(session / ".gitignore", "*\n")
        write(path, as_text(document))
        return path
'''

EMBEDDED['profiler/storage/memray_files.py'] = r'''"""memray's files read into our own values, where this interpreter can import memray."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from profiler.analyse import unseen
from profiler.analyse.memory import Allocations, Site
from profiler.collect.allocations import Lending

if TYPE_CHECKING:
    from profiler.storage.shards import Process

FRAMES = 1000


def read(process: Process, lent: str = "") -> Allocations | None:
    """What memray saw in a process; `lent` is a folder with a memray for an interpreter that has none.

    None where memray was not used, or where its file is incomplete (the process was killed before it was closed).
    """
    data = process.latest.get("allocations", {})
    if data.get("engine") != "memray" or not Path(data["file"]).exists():
        return None
    try:
        with Lending(lent):
            import memray  # noqa: PLC0415 - only where the target has it, or is lent it

        with memray.FileReader(data["file"]) as reader:
            peak = [_site(record) for record in reader.get_high_watermark_allocation_records(merge_threads=True)]
            net = [_site(record) for record in reader.get_leaked_allocation_records(merge_threads=True)]
            highest = float(reader.metadata.peak_memory)
            allocated = int(reader.metadata.total_allocations)
            heap = [(snapshot.time / 1000, snapshot.heap) for snapshot in reader.get_memory_snapshots()]
    except Exception:  # noqa: BLE001 - an incomplete file fails in many ways, which all mean: nothing to read
        return None
    points = unseen.with_heap(process.rows.get("levels", ()), heap)
    return Allocations(
        process,
        "memray",
        peak,
        net,
        highest,
        resident=unseen.rises(points),
        hidden=unseen.hidden(points, per_byte=unseen.MAPPED),
        version=data.get("version", ""),
        allocated=allocated,
    )


def _site(record: Any) -> Site:
    try:
        # With a limit memray gives all frames; without, it hides as many outermost ones as stood above the start of
        # tracking, which were those of the interpreter's start and not the program's.
        frames = tuple((file, line) for _, file, line in record.stack_trace(max_stacks=FRAMES))
    except NotImplementedError:  # a deallocation or a thread without a stack
        frames = ()
    return Site(frames, float(record.size), float(record.n_allocations))
'''

EMBEDDED['profiler/storage/shards.py'] = r'''"""The shards of one pass read back into one value per process."""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from profiler.collect.shard import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Code(NamedTuple):
    """A code object as it was in its process."""

    file: str
    name: str
    line: int
    flags: int
    qualified: bool  # whether `name` is the qualified name (3.11+)


@dataclass
class Process:
    """What one process left. Stacks are tuples of code identities, innermost first; look them up in `codes`.

    Attributes:
        about: the first record: pid, parent, origin, cwd, version, executable, path, mode, clock, began, stdlib.
        codes: identity → code object.
        rows: name of a table → its rows, over all records.
        sums: name of a counter → its total.
        latest: name → the last value.
        wall_s, cpu_s: how long it was observed, and its CPU seconds in all.
        children_cpu_s: CPU seconds of the children that it waited for, and of theirs, by the kernel (ticks of 10 ms).
        ended: how the last record came to be: `exit`, `os._exit`, `exec`, `periodic` (it was killed after that).
    """

    about: dict[str, Any]
    codes: dict[int, Code] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    children_cpu_s: float = 0.0
    ended: str = "never wrote"
    argv: list[str] = field(default_factory=list)


def read_pass(folder: Path) -> list[Process]:
    """Read all shards in `folder`, in the order in which the processes began."""
    processes = []
    for path in sorted(folder.glob("*.shard")):
        process = None
        for record in _records(path.read_bytes()):
            if record["kind"] == "process":
                process = Process(about=record)
                processes.append(process)
            elif process is not None:
                _add(process, record)
    return sorted(processes, key=lambda process: process.about["began"])


def problems(folder: Path) -> list[str]:
    """Why processes could not be observed, one line each."""
    return [path.read_text(encoding="utf-8", errors="replace")[:200] for path in sorted(folder.glob("*.problem"))]


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    """The whole records of a shard; a torn last one, of a process that was killed, is dropped."""
    at = 0
    while at + HEADER <= len(data):
        size = int.from_bytes(data[at : at + HEADER], "little")
        at += HEADER
        if at + size > len(data):
            return
        try:
            yield marshal.loads(data[at : at + size])  # noqa: S302 - our collectors wrote it, in a private folder
        except (ValueError, EOFError, TypeError):
            return
        at += size


def _add(process: Process, record: dict[str, Any]) -> None:
    for identity, *code in record["codes"]:
        process.codes[identity] = Code(*code)
    _sum(process, "", record["sums"])
    process.latest.update(record["latest"])
    process.wall_s, process.cpu_s, process.children_cpu_s = record["wall"], record["cpu"], record["children"]
    process.ended, process.argv = record["cause"], record["argv"]
    if "clock" in record:
        process.about["clock"] = record["clock"]  # another may have taken over


def _sum(process: Process, prefix: str, values: dict[str, Any]) -> None:
    """Add a tree of counters and tables; names of nested ones are joined by a dot."""
    for name, value in values.items():
        key = prefix + name
        if isinstance(value, dict):
            _sum(process, key + ".", value)
        elif isinstance(value, list) and name == "steps":
            for index, amount in enumerate(value):
                process.sums[f"{key}.{index}"] = process.sums.get(f"{key}.{index}", 0) + amount
        elif isinstance(value, list):
            process.rows.setdefault(key, []).extend(value)
        else:
            process.sums[key] = process.sums.get(key, 0) + value
'''


class _Embedded:
    """Finds and loads the modules above."""

    @staticmethod
    def _path(name):
        base = name.replace(".", "/")
        return next((path for path in (base + ".py", base + "/__init__.py") if path in EMBEDDED), None)

    def find_spec(self, name, path=None, target=None):
        found = self._path(name)
        return found and ModuleSpec(name, self, origin=found, is_package=found.endswith("/__init__.py"))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        module.__file__ = path
        exec(compile(EMBEDDED[path], path, "exec"), module.__dict__)
        if path == "profiler/__init__.py":
            module.EMBEDDED = EMBEDDED

    def get_source(self, name):
        return EMBEDDED.get(self._path(name))


if __name__ == "__main__":
    # Nothing beside this file may shadow the standard library (it is often run from /tmp).
    import os

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    sys.meta_path.insert(0, _Embedded())
    from profiler.cli import main

    sys.exit(main())
