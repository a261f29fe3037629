"""Numbers of calls, and which functions are worth counting."""

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
