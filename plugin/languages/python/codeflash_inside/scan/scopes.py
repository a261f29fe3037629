"""What one function, class or module binds: each name with everything that gives it a value."""

from __future__ import annotations

import ast
from typing import NamedTuple, Union

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What gives a name a value in the scope it is in, or says whose the name is.
BINDING = frozenset(
    kind
    for kind in (
        ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.ExceptHandler,
        ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal,
        getattr(ast, "MatchAs", None), getattr(ast, "MatchStar", None), getattr(ast, "MatchMapping", None),
    )
    if kind is not None
)  # fmt: skip


class Binding(NamedTuple):
    """How a name gets a value: by an expression, by an annotation alone, or by something that is not looked into."""

    value: ast.expr | None
    annotation: ast.expr | None
    node: ast.AST


class Scope:
    """What one function, class or module binds.

    Attributes:
        bindings: name -> everything that it is bound to.
        declared: names that are global or nonlocal here.
    """

    def __init__(self, node: ast.AST, binding: list[ast.AST]) -> None:
        """Take in what the nodes `binding` bind in the scope `node`."""
        self.bindings: dict[str, list[Binding]] = {}
        self.declared: set[str] = set()
        if isinstance(node, FUNCTIONS):
            self._parameters(node.args)
        for inner in binding:
            self._bind(inner)

    def _parameters(self, arguments: ast.arguments) -> None:
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.bindings[one.arg] = [Binding(None, one.annotation, one)]
        for star in (arguments.vararg, arguments.kwarg):
            if star is not None:
                self.bindings[star.arg] = [Binding(None, None, star)]

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(target, node.value, None, node)
        elif isinstance(node, ast.AnnAssign):
            self._target(node.target, node.value, node.annotation, node)
        elif isinstance(node, ast.NamedExpr):
            self._target(node.target, node.value, None, node)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._target(node.target, None, None, node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._target(item.optional_vars, None, None, node)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self._add(node.name, Binding(None, None, node))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                self._add(alias.asname or alias.name.partition(".")[0], Binding(None, None, node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._add(node.name, Binding(None, None, node))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            self.declared.update(node.names)
        elif node.__class__.__name__ in ("MatchAs", "MatchStar") and getattr(node, "name", None):
            self._add(node.name, Binding(None, None, node))  # type: ignore[attr-defined]
        elif node.__class__.__name__ == "MatchMapping" and getattr(node, "rest", None):
            self._add(node.rest, Binding(None, None, node))  # type: ignore[attr-defined]

    def _target(self, target: ast.expr, value: ast.expr | None, annotation: ast.expr | None, node: ast.AST) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            pairs = values if len(values) == len(target.elts) else [None] * len(target.elts)
            for one, own in zip(target.elts, pairs):
                self._target(one, own, None, node)
        elif isinstance(target, ast.Starred):
            self._target(target.value, None, None, node)
        else:
            name = name_of(target)
            if name:
                self._add(name, Binding(value, annotation, node))

    def _add(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)


def name_of(node: ast.AST) -> str:
    """`name` or `self.name`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""
