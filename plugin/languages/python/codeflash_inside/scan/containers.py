"""Lists searched and shifted, strings grown piece by piece, and joins by nested loops."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from codeflash_inside.scan import kinds
from codeflash_inside.scan.scopes import name_of
from codeflash_inside.scan.source import (
    COMPREHENSIONS,
    LOOPS,
    enclosing,
    inside,
    loop_names,
    loops,
    make_hit,
    names_in,
    parent,
    scope_node,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_inside.scan.source import Hit, Module

_NOT_THE_PROGRAMS = ("sys.path", "sys.argv", "sys.meta_path", "sys.path_hooks")


def list_membership(module: Module) -> Iterator[Hit]:
    """`x in names` in a loop, where `names` is a list that may be long and whose items can be in a set."""
    for node in module.of(ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
            continue
        container = node.comparators[0]
        if not name_of(container) or kinds.kind(module, container) != kinds.LIST:
            continue
        around = [loop for loop in loops(node) if not _made_in(module, container, loop)]
        if not around or all(kinds.small_loop(module, loop) for loop in around):
            continue
        if (
            _short(module, container)
            or _short_default(module, container)
            or not _hashable(module, container, node.left)
        ):
            continue
        what = f"`{text_of(node)}` searches the list from its start in every step; keep a set beside it"
        yield make_hit("list-membership", node, what)


def list_front(module: Module) -> Iterator[Hit]:
    """`pop(0)` and `insert(0, …)` on a list in a loop."""
    for node in module.calls(".pop", ".insert"):
        function = node.func
        if not isinstance(function, ast.Attribute):
            continue
        wanted = 1 if function.attr == "pop" else 2
        if len(node.args) != wanted or not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0):
            continue
        if isinstance(node.args[0].value, bool) or module.dotted(function.value) in _NOT_THE_PROGRAMS:
            continue
        if not name_of(function.value) or kinds.kind(module, function.value) != kinds.LIST:
            continue
        around = [
            loop
            for loop in loops(node)
            if not kinds.small_loop(module, loop) and not _made_in(module, function.value, loop)
        ]
        if not around or _short(module, function.value) or _leaves(node, around[0]):
            continue
        what = f"`{text_of(node)}` moves every other item in every step; use collections.deque"
        if function.attr == "insert":
            what += ", or append and reverse once"
        yield make_hit("list-front", node, what)


def string_concat(module: Module) -> Iterator[Hit]:
    """`text += piece` in a loop, where both are strings and the loop does not begin `text` anew."""
    for node in module.of(ast.AugAssign, ast.Assign):
        if isinstance(node, ast.AugAssign):
            target = node.target
            grown = isinstance(node.op, ast.Add)
        else:
            target = node.targets[0]
            value = node.value
            grown = (
                len(node.targets) == 1
                and isinstance(value, ast.BinOp)
                and isinstance(value.op, ast.Add)
                and bool(name_of(target))
                and name_of(_leftmost(value)) == name_of(target)
            )
        if not grown or not name_of(target) or not loops(node):
            continue
        if kinds.of_bindings(module, _without(module, target, node)) != kinds.STR:
            continue
        around = [loop for loop in loops(node) if not _made_in(module, target, loop, but=node)]
        if not around or all(kinds.small_loop(module, loop) for loop in around) or _leaves(node, around[0]):
            continue
        how = (
            ""
            if name_of(target).startswith("self.")
            else " (CPython extends a local in place only while nothing else holds it)"
        )
        yield make_hit(
            "string-concat", node, f"`{text_of(node)}` may copy all of it in every step{how}; collect and join"
        )


def nested_join(module: Module) -> Iterator[Hit]:
    """Two collections joined by a loop in a loop and a comparison of one item of each."""
    for inner in module.of(ast.For):
        body = [one for one in inner.body if not isinstance(one, ast.Pass)]
        if len(body) != 1 or not isinstance(body[0], ast.If) or body[0].orelse:
            continue
        outer = enclosing(inner, ast.For, ast.AsyncFor, ast.While)
        if not isinstance(outer, ast.For) or not any(one is outer for one in loops(inner)):
            continue
        if _joins(module, outer.target, outer.iter, inner.target, inner.iter, body[0].test, loop_names(outer)):
            yield _join_hit(inner, inner.iter)
    for made in module.of(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp):
        generators = made.generators
        if len(generators) >= 2:
            for first, second in zip(generators, generators[1:]):
                bound = names_in(first.target)
                for test in second.ifs:
                    if _joins(module, first.target, first.iter, second.target, second.iter, test, bound):
                        yield _join_hit(made, second.iter)
        elif len(generators[0].ifs) == 1:
            outer = next((loop for loop in loops(made) if isinstance(loop, (ast.For, *COMPREHENSIONS))), None)
            if outer is None:
                continue
            target, source = (
                (outer.target, outer.iter)
                if isinstance(outer, ast.For)
                else (outer.generators[0].target, outer.generators[0].iter)
            )
            only = generators[0]
            if _joins(module, target, source, only.target, only.iter, only.ifs[0], loop_names(outer)):
                yield _join_hit(made, only.iter)


def _join_hit(node: Any, iterated: ast.expr) -> Hit:
    what = (
        f"every item is compared with every item of `{text_of(iterated)}`; look it up in a dict made once by that key"
    )
    return make_hit("nested-loop-join", node, what)


def _joins(
    module: Module,
    outer_target: ast.expr,
    outer_iter: ast.expr,
    inner_target: ast.expr,
    inner_iter: ast.expr,
    test: ast.expr,
    bound: set[str],
) -> bool:
    """Whether `test` is an equality between something of the outer item and something of the inner one."""
    if names_in(inner_iter) & bound or any(name_of(node) in bound for node in ast.walk(inner_iter)):
        return False
    if (
        isinstance(inner_iter, ast.Call)
        or kinds.small_source(module, inner_iter)
        or kinds.small_source(module, outer_iter)
    ):
        return False
    if not isinstance(inner_iter, (ast.Name, ast.Attribute, ast.Subscript)):
        return False
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    outer_names, inner_names = names_in(outer_target), names_in(inner_target)
    for part in parts:
        if not (isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq)):
            continue
        left, right = names_in(part.left), names_in(part.comparators[0])
        for one, other in ((left, right), (right, left)):
            if one & inner_names and not one & outer_names and other & outer_names and not other & inner_names:
                return True
    return False


def _leftmost(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    return node


def _without(module: Module, target: ast.expr, node: ast.AST) -> list[Any]:
    return [
        one
        for one in kinds.bindings(module, target)
        if one.node is not node and not isinstance(one.node, ast.AugAssign)
    ]


def _made_in(module: Module, container: ast.expr, loop: ast.AST, but: ast.AST | None = None) -> bool:
    """Whether each step of a loop begins the container anew, before which nothing is kept in it."""
    for one in kinds.bindings(module, container):
        if one.node is not but and not isinstance(one.node, ast.AugAssign) and inside(one.node, loop):
            return True
    return False


def _short(module: Module, container: ast.expr) -> bool:
    """Whether the list is written out with few items and nothing adds to it, or is made anew only a few items long."""
    found = kinds.bindings(module, container)
    if not found:
        return True
    return not kinds.grows(module, container) and all(
        binding.value is not None and kinds.small_display(binding.value) for binding in found
    )


def _short_default(module: Module, container: ast.expr) -> bool:
    """Whether it is a parameter whose default is a short list: what else is handed in is as short, as a rule."""
    function = scope_node(container)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    named = [*function.args.posonlyargs, *function.args.args]
    pairs = [
        *zip(reversed(named), reversed(function.args.defaults)),
        *zip(function.args.kwonlyargs, function.args.kw_defaults),
    ]
    for one, default in pairs:
        if one.arg == name_of(container) and default is not None:
            written = (
                [default, *(each.value for each in kinds.bindings(module, default))] if name_of(default) else [default]
            )
            return any(kinds.small_display(value) for value in written)
    return False


def _hashable(module: Module, container: ast.expr, looked_up: ast.expr) -> bool:
    """Whether the source says that items are strings or numbers, or the looked-up object is one."""
    found = kinds.element_kinds(module, container)
    name = name_of(container)
    for call in module.nodes[ast.Call]:
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr in ("append", "insert")
            and name_of(function.value) == name
            and call.args
        ):
            found.add(kinds.kind(module, call.args[-1]))
    if found & {kinds.LIST, kinds.DICT, kinds.SET}:
        return False
    own = kinds.kind(module, looked_up)
    return kinds.scalar(own) or any(kinds.scalar(one) for one in found) or _used_as_key(module, looked_up)


def _used_as_key(module: Module, looked_up: ast.expr) -> bool:
    """Whether the same variable is a key of a dict or a member of a set in the same function."""
    name = name_of(looked_up)
    if not name:
        return False
    for node in ast.walk(scope_node(looked_up)):
        if isinstance(node, ast.Subscript) and name_of(node.slice) == name:
            if kinds.kind(module, node.value) == kinds.DICT:
                return True
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "add"
            and len(node.args) == 1
            and name_of(node.args[0]) == name
            and kinds.kind(module, node.func.value) == kinds.SET
        ):
            return True
    return False


def _leaves(node: ast.AST, loop: ast.AST) -> bool:
    """Whether the loop ends, by `break` or `return`, right after the statement that `node` is in."""
    below, above = node, parent(node)
    while above is not None and above is not loop and not isinstance(above, LOOPS):
        body = getattr(above, "body", None)
        if isinstance(body, list) and isinstance(above, ast.If):
            for branch in (above.body, above.orelse):
                if below in branch and isinstance(branch[-1], (ast.Break, ast.Return, ast.Raise)):
                    return True
        below, above = above, parent(above)
    body = getattr(loop, "body", [])
    return isinstance(body, list) and below in body and isinstance(body[-1], (ast.Break, ast.Return, ast.Raise))
