"""Time: self, own and cumulative seconds of the project's functions, and whose library code they ran."""

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
