"""Numbers of calls, and which functions are worth counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Table
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
    """Fill in each row's calls; gives the engine that counted."""
    engines = set()
    for process in processes:
        engines.add(process.latest.get("calls_engine", ""))
        for identity, count, resumes in process.latest.get("calls", ()):
            code = process.codes.get(identity)
            function = resolver.function(process, code) if code is not None else None
            # A generator expression is a part of its function, but its starts are no calls of that.
            if function is None or code is None or code.name.endswith("<genexpr>"):
                continue
            row = table.row(function)
            row.calls = (row.calls or 0) + count
            row.calls_are_resumes = row.calls_are_resumes or resumes
        for identity, name, kind, size in process.latest.get("sizes", ()):
            code = process.codes.get(identity)
            function = resolver.function(process, code) if code is not None else None
            row_there = table.rows.get(function) if function is not None else None
            if row_there is not None and size > row_there.sizes.get(name, ("", 0))[1]:
                row_there.sizes[name] = (kind, size)
    return ", ".join(sorted(engines - {""}))
