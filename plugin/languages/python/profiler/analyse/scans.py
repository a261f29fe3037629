"""Where a function walks through a whole container again and again: the source's side of "algorithm x size".

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
