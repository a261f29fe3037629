"""How much there is in a function that could be changed: its operations, and whether it loops."""

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
