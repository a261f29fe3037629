"""How much there is in a function that could be changed: its statements, and whether it loops."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.analyse.model import Table

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_OTHERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)  # what they hold is not this function's


def charge(table: Table, resolver: Resolver) -> None:
    """Fill in each row's statements and loops, where its source can be read."""
    for row in table.rows.values():
        definition = resolver.definition(row.function)
        if definition is not None:
            row.statements, row.loops = measure(definition)
        elif row.function.name.endswith("<lambda>"):
            row.statements = 1


def measure(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, bool]:
    """The number of statements of a function, the functions and classes in it left out, and whether one is a loop."""
    statements, loops = 0, False
    waiting: list[ast.AST] = list(definition.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _OTHERS):
            continue
        statements += isinstance(node, ast.stmt)
        loops = loops or isinstance(node, _LOOPS)
        waiting.extend(ast.iter_child_nodes(node))
    return statements, loops
