"""Calls out of the project on its hot lines: what a C function takes is counted in the line that calls it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from codeflash_python.tools.heat import Heated

ENOUGH_PERCENT = 5.0


def called_on_hot_lines(heated: Heated, own: set[str]) -> list[dict[str, Any]]:
    """Hot places of the project's functions that call functions of imported modules, the hottest first.

    Args:
        heated: the profile.
        own: top-level names of the project's own modules.

    Returns:
        Rows of file, line, function, percent (of the CPU time, of the place as a whole: the calls take at most that) and
        names, as they are written. Functions of a module that is written in Python have rows of their own in the profile
        and are not part of the percent.
    """
    found = []
    for path, row in heated.rows:
        places = [one for one in row.get("cpu_places") or [] if one["percent"] >= ENOUGH_PERCENT]
        if not places:
            continue
        calls = list(_calls(path, own))
        for place in places:
            names = sorted({name for line, name in calls if place["first"] <= line <= place["last"]})
            if names:
                found.append(
                    {
                        "file": row["file"],
                        "line": place["first"],
                        "function": row["function"],
                        "percent": place["percent"],
                        "names": names,
                    }
                )
    return sorted(found, key=lambda one: (-one["percent"], one["file"], one["line"]))


def _calls(path: Path, own: set[str]) -> Iterator[tuple[int, str]]:
    """`(line, dotted name)` of each call of a file through a name that an import of another's module binds."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                bound[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            root, dot, rest = name.partition(".")
            meant = bound.get(root, "")
            if meant and meant.partition(".")[0] not in own:
                yield node.lineno, meant + dot + rest


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression that is nothing else, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""
