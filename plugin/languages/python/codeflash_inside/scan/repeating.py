"""Work that is done again and again: copies, conversions there and back, compilations, rows, growing arrays, recursion."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from codeflash_inside.scan import kinds
from codeflash_inside.scan.scopes import FUNCTIONS, name_of
from codeflash_inside.scan.source import (
    enclosing,
    inside,
    loop_names,
    loops,
    make_hit,
    names_in,
    own_nodes,
    parent,
    scope_node,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_inside.scan.source import Hit, Module

_ROUND_TRIPS = {
    "json": ("dumps", "loads"),
    "pickle": ("dumps", "loads"),
    "ujson": ("dumps", "loads"),
    "simplejson": ("dumps", "loads"),
}
_GROWN = {
    "numpy.append": "numpy arrays", "numpy.concatenate": "numpy arrays", "numpy.vstack": "numpy arrays",
    "numpy.hstack": "numpy arrays", "numpy.r_": "numpy arrays", "numpy.column_stack": "numpy arrays",
    "pandas.concat": "frames", "torch.cat": "tensors", "numpy.row_stack": "numpy arrays", "numpy.dstack": "numpy arrays",
    "polars.concat": "frames", "jax.numpy.append": "arrays", "jax.numpy.concatenate": "arrays",
}  # fmt: skip
_FRAMES = ("pandas", "geopandas", "modin", "dask", "cudf")
_MEMOS = ("cache", "lru_cache", "memoize", "memoized", "memoise", "cached", "memo", "cachedmethod", "alru_cache")


def deepcopy_in_loop(module: Module) -> Iterator[Hit]:
    """`copy.deepcopy` in a loop that has more than a few steps."""
    for node in module.calls("copy.deepcopy"):
        if not node.args or not _repeats(module, node) or isinstance(node.args[0], ast.Constant):
            continue
        if _periodic(loops(node)[0]):
            continue
        what = f"`{text_of(node)}` in a loop; copy only what is changed, or build the new object from its parts"
        yield make_hit("deepcopy-in-loop", node, what)


def _periodic(loop: Any) -> bool:
    """Whether a loop does the same thing now and then, with a sleep between."""
    return isinstance(loop, ast.While) and any(
        isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name))
        and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id) in ("sleep", "wait")
        for node in ast.walk(loop)
    )  # fmt: skip


def json_round_trip(module: Module) -> Iterator[Hit]:
    """`json.loads(json.dumps(x))`: a copy by way of text."""
    for node in module.calls(*(f"{name}.{words[1]}" for name, words in _ROUND_TRIPS.items())):
        name = module.dotted(node.func).rpartition(".")[0]
        if len(node.args) != 1 or node.keywords:
            continue
        if isinstance(parent(node), ast.Expr) or (
            name == "pickle" and enclosing(node, ast.Try, ast.Lambda) is not None
        ):
            continue  # a check that it can be done, no copy
        written = _written_by(module, node.args[0], name)
        if written is not None and not any(one.arg in ("default", "cls") for one in written.keywords):
            what = f"`{text_of(node)}` makes text to read it back; copy the parts that are changed"
            yield make_hit("json-round-trip", node, what)


def _written_by(module: Module, argument: ast.expr, name: str) -> ast.Call | None:
    """The `dumps` whose text is read back at once and used for nothing else."""
    wanted = f"{name}.{_ROUND_TRIPS[name][0]}"
    if isinstance(argument, ast.Call) and module.dotted(argument.func) == wanted:
        return argument
    if isinstance(argument, ast.Name):
        found = kinds.bindings(module, argument)
        if len(found) == 1 and isinstance(found[0].value, ast.Call) and module.dotted(found[0].value.func) == wanted:
            uses = [
                node for node in ast.walk(scope_node(argument)) if isinstance(node, ast.Name) and node.id == argument.id
            ]
            if len(uses) == 2:
                return found[0].value
    return None


def compile_in_loop(module: Module) -> Iterator[Hit]:
    """`re.compile` in a loop of a pattern that does not change in it."""
    for node in module.calls("re.compile", "regex.compile"):
        around = loops(node) if node.args else []
        if not around or not _repeats(module, node):
            continue
        if names_in(*node.args) & loop_names(around[0]) or any(
            isinstance(one, ast.Call) for one in ast.walk(node.args[0])
        ):
            continue
        if any(isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load) and name_of(one) in loop_names(around[0])
               for one in ast.walk(node.args[0])):  # fmt: skip
            continue
        if _kept(node):
            continue
        yield make_hit(
            "compile-in-loop", node, f"`{text_of(node)}` gives the same in every step; compile it before the loop"
        )


def _kept(node: ast.AST) -> bool:
    """Whether the result is made once and kept: under `if x is None`, or by a `break` after it."""
    test = enclosing(node, ast.If)
    return (
        isinstance(test, ast.If)
        and isinstance(test.test, ast.Compare)
        and isinstance(test.test.ops[0], (ast.Is, ast.NotIn))
    )


def iterrows(module: Module) -> Iterator[Hit]:
    """A loop over `frame.iterrows()`, in a file that has to do with frames."""
    if not any(name.lstrip(".").partition(".")[0] in _FRAMES for name in module.imports.values()):
        return
    for node in module.calls(".iterrows"):
        function = node.func
        if not isinstance(function, ast.Attribute) or node.args:
            continue
        holder = parent(node)
        if getattr(scope_node(node), "name", "") == "iterrows":
            continue  # it hands on what it is itself asked for
        if isinstance(holder, ast.Call) and module.dotted(holder.func) == "next":
            continue
        if kinds.small_loop(module, holder) if isinstance(holder, ast.For) else False:
            continue
        if (
            isinstance(function.value, ast.Call)
            and isinstance(function.value.func, ast.Attribute)
            and function.value.func.attr in ("head", "tail", "sample")
        ):
            continue
        what = f"`{text_of(node)}` makes a Series of every row; work on columns, or use itertuples()"
        yield make_hit("iterrows", node, what)


def concat_in_loop(module: Module) -> Iterator[Hit]:
    """`x = np.append(x, …)` and the like in a loop: all of it is copied in every step."""
    for node in module.of(ast.Assign):
        if not isinstance(node.value, ast.Call) or len(node.targets) != 1:
            continue
        what = _GROWN.get(module.dotted(node.value.func))
        target = name_of(node.targets[0])
        if what is None or not target or not node.value.args or not _repeats(module, node):
            continue
        first = node.value.args[0]
        parts = first.elts if isinstance(first, (ast.List, ast.Tuple)) else node.value.args[:2]
        if target not in (name_of(part) for part in parts):
            continue
        if any(
            inside(one.node, loops(node)[0]) and one.node is not node and not isinstance(one.node, ast.AugAssign)
            and target not in (name_of(inner) for inner in ast.walk(one.value or ast.Pass()))
            for one in kinds.bindings(module, node.targets[0])
        ):  # fmt: skip
            continue
        yield make_hit(
            "concat-in-loop", node, f"`{text_of(node)}` copies all {what} so far in every step; collect and join once"
        )


def recursion_without_memo(module: Module) -> Iterator[Hit]:
    """A function of numbers or positions that calls itself twice for each result and remembers none."""
    recursive: dict[int, tuple[ast.FunctionDef, list[ast.Call]]] = {}
    defined = {one.name for one in module.nodes[ast.FunctionDef]}
    for call in module.of(ast.Call):
        called = name_of(call.func)
        if called.rpartition(".")[2] in defined:
            function = scope_node(call)
            if isinstance(function, ast.FunctionDef) and called in (function.name, f"self.{function.name}"):
                recursive.setdefault(id(function), (function, []))[1].append(call)
    for node, every in recursive.values():
        parameters = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)} - {
            "self",
            "cls",
        }
        calls = [one for one in every if not isinstance(parent(one), ast.Expr) and not loops(one)]
        smaller = [one for one in calls if _smaller(one, parameters)]
        if len(smaller) < 2 or not _together(node, smaller):
            continue
        if len(smaller) != len(calls) or _changes(node, parameters) or _remembers(module, node):
            continue
        what = f"`{node.name}` calls itself {len(smaller)} times for smaller arguments and remembers nothing; functools.lru_cache, or a loop"
        yield make_hit("recursion-without-memo", node, what)


def _smaller(call: ast.Call, parameters: set[str]) -> bool:
    """Whether an argument is a parameter plus or minus a constant, and the others are parameters or constants."""
    steps = 0
    for argument in (*call.args, *(one.value for one in call.keywords)):
        if isinstance(argument, ast.BinOp) and isinstance(argument.op, (ast.Add, ast.Sub)):
            sides = (argument.left, argument.right)
            if isinstance(sides[0], ast.Name) and sides[0].id in parameters and isinstance(sides[1], ast.Constant):
                steps += 1
                continue
            if isinstance(sides[0], ast.Name) and sides[0].id in parameters:
                continue
            return False
        if (
            isinstance(argument, ast.Subscript)
            and isinstance(argument.slice, ast.Slice)
            and name_of(argument.value) in parameters
        ):
            if isinstance(argument.slice.lower, ast.Constant) and argument.slice.upper is None:
                steps += 1
                continue
            return False
        if not isinstance(argument, (ast.Name, ast.Constant, ast.Attribute)):
            return False
        if isinstance(argument, ast.Name) and argument.id not in parameters:
            return False
    return steps > 0


def _together(function: ast.AST, calls: list[ast.Call]) -> bool:
    """Whether two of the calls can happen in one run: they are not in different branches that each return."""
    for place, one in enumerate(calls):
        for other in calls[place + 1 :]:
            if not _exclusive(function, one, other):
                return True
    return False


def _exclusive(function: ast.AST, one: ast.AST, other: ast.AST) -> bool:
    above: Any = parent(one)
    below: ast.AST = one
    while above is not None and above is not function:
        if isinstance(above, ast.If):
            own = above.body if below in above.body else above.orelse
            branch_of_other = next(
                (branch for branch in (above.body, above.orelse) if any(inside(other, each) for each in branch)), None
            )
            if branch_of_other is not None and branch_of_other is not own:
                return True
            if branch_of_other is None and own and isinstance(own[-1], (ast.Return, ast.Raise)):
                return True
        if isinstance(above, ast.IfExp) and below in (above.body, above.orelse):
            rest = above.orelse if below is above.body else above.body
            if inside(other, rest):
                return True
        if isinstance(above, ast.Return) and not inside(other, above):
            return True
        if isinstance(above, ast.BoolOp) and inside(other, above):
            return True  # `f(a) or f(b)` is a search that may end at the first
        below, above = above, parent(above)
    return False


def _remembers(module: Module, node: ast.FunctionDef) -> bool:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if any(word in module.dotted(called).lower() for word in _MEMOS):
            return True
    names = {
        inner.id if isinstance(inner, ast.Name) else inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Name, ast.Attribute))
    }
    if (
        any(word in name.lower() for name in names for word in ("cache", "memo", "seen", "visited", "_dp"))
        or "dp" in names
    ):
        return True
    # A result looked up or stored by a parameter is a memo whatever its name.
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store):
            return True
    return any(
        isinstance(call, ast.Assign) and isinstance(call.value, ast.Call) and call.value.args
        and name_of(call.targets[0]) == node.name and name_of(call.value.args[0]) == node.name
        for call in module.nodes[ast.Assign]
    )  # fmt: skip


def _changes(node: ast.FunctionDef, parameters: set[str]) -> bool:
    """Whether it works by changing what it was given, or yields, so that results cannot be remembered."""
    for inner in own_nodes(node):
        if isinstance(inner, (ast.Yield, ast.YieldFrom)):
            return True
        if (
            isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call)
            and isinstance(inner.value.func, ast.Attribute) and name_of(inner.value.func.value) in parameters
        ):  # fmt: skip
            return True
    return False


def _repeats(module: Module, node: ast.AST) -> bool:
    """Whether a loop with more than a few steps is around `node`, which it does not leave at once."""
    around = loops(node)
    if not around or all(kinds.small_loop(module, loop) for loop in around):
        return False
    statement: Any = node
    while parent(statement) is not None and not isinstance(statement, ast.stmt):
        statement = parent(statement)
    holder = parent(statement)
    for branch in ("body", "orelse"):
        body = getattr(holder, branch, None)
        if isinstance(body, list) and statement in body and isinstance(body[-1], (ast.Break, ast.Return, ast.Raise)):
            return isinstance(around[0], (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)) or len(around) > 1
    return not isinstance(holder, FUNCTIONS) or True
