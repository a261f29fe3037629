"""Awaits of coroutines that need nothing from each other, by the syntax tree: neighbours in a block, and those of a loop."""

from __future__ import annotations

import ast
import tokenize
from typing import TYPE_CHECKING, Any

from codeflash_inside.scan import awaiting
from codeflash_inside.scan.scopes import name_of
from codeflash_inside.scan.source import Module, inside, loops, names_in, qualified_name, scope_node, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

STATEMENTS = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Pairs and loops in `request["files"]`; a file that does not parse is named in `unread`."""
    rows: list[dict[str, Any]] = []
    unread: list[str] = []
    for path in request["files"]:
        found = _read(path)
        if isinstance(found, str):
            unread.append(f"{path}: {found}")
        else:
            rows += found
    return {"rows": rows, "unread": unread}


def _read(path: str) -> list[dict[str, Any]] | str:
    try:
        with tokenize.open(path) as file:
            module = Module(path, file.read())
        return [{"file": path, **row} for row in (*_pairs(module), *_loops(module))]
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return type(error).__name__


def _pairs(module: Module) -> Iterator[dict[str, Any]]:
    """Neighbouring statements that await a call each, of which the second reads nothing that the first bound."""
    certain = {(hit.function, hit.line) for hit in awaiting.sequential_awaits(module)}
    for function in module.of(ast.AsyncFunctionDef):
        for body in awaiting._bodies(function):
            for first, second in zip(body, body[1:]):
                one, other = _awaited(first), _awaited(second)
                if one is None or other is None or isinstance(first, ast.Return):
                    continue
                bound = awaiting._bound(first)
                holders = {name.partition(".")[0] for name in bound}
                if bound & (awaiting._read(second) | awaiting._bound(second)) or holders & names_in(other):
                    continue
                name = qualified_name(first)
                yield {
                    "kind": "pair",
                    "function": name,
                    "first": _span(first),
                    "second": _span(second),
                    "texts": [text_of(one, 50), text_of(other, 50)],
                    "sure": (name, second.lineno) in certain and bool(bound),
                    "shared": sorted(_objects(one) & _objects(other)),
                }


def _loops(module: Module) -> Iterator[dict[str, Any]]:
    """Awaits in a `for` whose steps need nothing from each other."""
    certain = {(hit.function, hit.line) for hit in awaiting.await_in_loop(module)}
    for node in module.of(ast.Await):
        around = [loop for loop in loops(node) if isinstance(loop, ast.For)]
        if not around or not isinstance(scope_node(node), ast.AsyncFunctionDef) or not isinstance(node.value, ast.Call):
            continue
        loop = around[0]
        if inside(node, loop.iter) or awaiting._carries(loop):
            continue
        read = names_in(*node.value.args, *(one.value for one in node.value.keywords), node.value.func)
        variables = names_in(loop.target)
        if not variables & awaiting._derived(loop, variables, read):
            continue
        name = qualified_name(node)
        yield {
            "kind": "loop",
            "function": name,
            "first": _span(node),
            "second": _span(node),
            "texts": [text_of(node.value, 50)],
            "sure": (name, node.lineno) in certain,
            "shared": sorted(_objects(node.value) - variables),
        }


def _awaited(statement: ast.stmt) -> ast.Call | None:
    value = getattr(statement, "value", None) if isinstance(statement, STATEMENTS) else None
    return value.value if isinstance(value, ast.Await) and isinstance(value.value, ast.Call) else None


def _objects(call: ast.Call) -> set[str]:
    """Names of objects that the call may change: what a method is called on, and what is handed over."""
    holders = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return {name for part in (*holders, *call.args) for name in [name_of(part)] if name}


def _span(node: Any) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno
