"""State that outlives a call: a result found there was computed in an earlier call, which may not have been timed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codeflash_python.audit.source import Module, Sign, Workload, outside_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_python.audit.source import Function

STATE, MEMO = "module-state", "memo-across-calls"
_CONTAINERS = {
    "dict", "list", "set", "bytearray", "collections.defaultdict", "collections.OrderedDict", "collections.Counter",
    "collections.deque", "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary", "types.SimpleNamespace",
    "threading.local",
}  # fmt: skip
_MUTATORS = {"add", "append", "appendleft", "extend", "insert", "setdefault", "update", "__setitem__"}
_MEMOS = {
    "functools.lru_cache", "functools.cache", "functools.cached_property", "cachetools.cached", "cachetools.cachedmethod",
    "async_lru.alru_cache", "joblib.Memory", "toolz.memoize",
}  # fmt: skip
_MEMO_NAMES = {"memoize", "memoized", "memoise", "cached", "memo"}


def module_state(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Containers of a module or class, defaults and attributes of functions, and globals that functions write to."""
    shared = _shared(module)
    for name, function in module.functions.items():
        defaults = _mutable_defaults(function, module)
        declared = {word for node in ast.walk(function) if isinstance(node, ast.Global) for word in node.names}
        local = _local_names(function) - declared
        for node in ast.walk(function):
            for written in _written(node):
                root, attribute = _root(written)
                if root in defaults:
                    yield _state(
                        f"{name}({root})", node, f"the default of `{root}` is written to, and so outlives the call"
                    )
                elif root in shared and root not in local and not attribute:
                    yield _state(
                        root, node, f"`{root}` of the module is written to in {name}: state that outlives the call"
                    )
                elif attribute in shared and (root in ("cls", "self") or root[:1].isupper()):
                    yield _state(attribute, node, f"`{attribute}` of the class is written to in {name}")
                elif attribute and root in module.functions and root not in local:
                    yield _state(f"{root}.{attribute}", node, f"function attribute `{root}.{attribute}` keeps state")
            for target in _targets(node):
                if isinstance(target, ast.Name) and target.id in declared:
                    yield _state(
                        target.id, node, f"global `{target.id}` is assigned in {name}: state that outlives the call"
                    )
                elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                    owner = target.value.id
                    if owner not in local and (owner in module.functions or owner == "cls" or _is_class(module, owner)):
                        what = f"`{owner}.{target.attr}` is assigned in {name}: state that outlives the call"
                        yield _state(f"{owner}.{target.attr}", node, what)


def memo(module: Module, workload: Workload) -> Iterator[Sign]:
    """A memo on what the benchmark itself calls: repeats with the same input then measure the memo."""
    for name, function in module.functions.items():
        last = name.rpartition(".")[2]
        for decorator in function.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if _is_memo(module.dotted(called)) and _timed(last, workload):
                yield _memo(last, decorator)
    for node, called_name in module.calls():
        decorator_name = module.dotted(node.func.func) if isinstance(node.func, ast.Call) else called_name
        if _is_memo(decorator_name) and node.args:
            last = module.dotted(node.args[0]).rpartition(".")[2]
            if last in module.functions and _timed(last, workload):
                yield _memo(last, node)


def _timed(name: str, workload: Workload) -> bool:
    """Whether the benchmark calls it by name; where it cannot be read, whether anybody outside may."""
    return name in workload.called if workload.known else not name.startswith("_")


def _memo(name: str, node: ast.AST) -> Sign:
    what = f"{name} is called by the benchmark and now remembers its results: a repeat measures the memo"
    return Sign(MEMO, name, getattr(node, "lineno", 0), what)


def _is_memo(dotted: str) -> bool:
    return dotted in _MEMOS or dotted.rpartition(".")[2] in _MEMO_NAMES


def _state(name: str, node: ast.AST, what: str) -> Sign:
    return Sign(STATE, name, getattr(node, "lineno", 0), what)


def _shared(module: Module) -> set[str]:
    """Names that a module or class body binds to a container."""
    found = set()
    for node in outside_functions(module.tree):
        if (
            isinstance(node, (ast.Assign, ast.AnnAssign))
            and node.value is not None
            and _is_container(node.value, module)
        ):
            found |= {target.id for target in _targets(node) if isinstance(target, ast.Name)}
    return found


def _is_container(node: ast.expr, module: Module) -> bool:
    if isinstance(node, (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)):
        return True
    return isinstance(node, ast.Call) and module.dotted(node.func) in _CONTAINERS


def _is_class(module: Module, name: str) -> bool:
    return any(isinstance(node, ast.ClassDef) and node.name == name for node in ast.walk(module.tree))


def _mutable_defaults(function: Function, module: Module) -> set[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(positional), reversed(arguments.defaults)))
    pairs += [(name, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value is not None]
    return {name.arg for name, value in pairs if _is_container(value, module)}


def _local_names(function: Function) -> set[str]:
    """Names that the function binds itself."""
    arguments = function.args
    named = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    named |= {argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None}
    return named | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [
            part for target in node.targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])
        ]
    return [node.target] if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else []


def _written(node: ast.AST) -> Iterator[ast.expr]:
    """Containers that a statement or call writes into."""
    for target in _targets(node):
        if isinstance(target, ast.Subscript):
            yield target.value
    if isinstance(node, ast.Delete):
        yield from (target.value for target in node.targets if isinstance(target, ast.Subscript))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
        yield node.func.value


def _root(node: ast.expr) -> tuple[str, str]:
    """`name` of `name[..]`, or `owner` and `name` of `owner.name[..]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    return (node.id, "") if isinstance(node, ast.Name) else ("", "")
