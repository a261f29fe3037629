"""The outline of a module: its classes and functions, in the order of their lines."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from docindex.source import tree


@dataclass(frozen=True)
class Entry:
    """One class or function.

    Attributes:
        kind: class, function, or coroutine.
        name: with the names of what it lies in, joined by dots.
        line: of its `def` or `class`, from 1.
        arguments: their names in order, with `*` and `**` for the collecting ones; empty for a class.
        decorators: as they are written, without the at sign.
        summary: first line of its documentation; empty without one.
    """

    kind: str
    name: str
    line: int
    arguments: tuple[str, ...]
    decorators: tuple[str, ...]
    summary: str


def outline(text: str, name: str = "<text>") -> list[Entry]:
    """All entries of a module, nested ones included.

    Raises:
        Unreadable: the text is no Python.
    """
    entries: list[Entry] = []
    _visit(tree(text, name), "", entries)
    return sorted(entries, key=lambda entry: (entry.line, entry.name))


def _visit(node, prefix: str, entries: list[Entry]) -> None:
    for child in getattr(node, "children", ()):
        if child.type in ("funcdef", "classdef"):
            entry = _entry(child, prefix)
            entries.append(entry)
            _visit(child, f"{entry.name}.", entries)
        else:
            _visit(child, prefix, entries)


def _entry(node, prefix: str) -> Entry:
    kind = "class" if node.type == "classdef" else "coroutine" if _is_async(node) else "function"
    return Entry(
        kind,
        prefix + node.name.value,
        node.name.start_pos[0],
        () if node.type == "classdef" else tuple(_arguments(node)),
        tuple(_written(decorator.children[1]) for decorator in node.get_decorators()),
        _summary(node),
    )


def _is_async(node) -> bool:
    return node.parent is not None and node.parent.type in ("async_stmt", "async_funcdef")


def _arguments(node):
    for param in node.get_params():
        yield "*" * param.star_count + param.name.value


def _written(node) -> str:
    return node.get_code(include_prefix=False)


def _summary(node) -> str:
    found = node.get_doc_node()
    if found is None:
        return ""
    value = ast.literal_eval(found.get_code(include_prefix=False))
    lines = value.strip().splitlines() if isinstance(value, str) else []
    return lines[0].strip() if lines else ""
