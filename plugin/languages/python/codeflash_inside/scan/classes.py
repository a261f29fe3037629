"""Classes whose many instances each carry a dictionary."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from codeflash_inside.scan.scopes import name_of
from codeflash_inside.scan.source import enclosing, loops, make_hit, own_nodes, parent, scope_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_inside.scan.source import Hit, Module

_DATACLASS = ("dataclasses.dataclass", "dataclass")
_COLLECT = ("append", "add", "appendleft", "insert", "setdefault", "put", "put_nowait")
_PREVENTS = ("setattr", "vars", "delattr")


def missing_slots(module: Module) -> Iterator[Hit]:
    """A plain class or data class without bases, of which a loop makes instances and which sets fixed attributes."""
    made = _kept_in_loops(module)
    for node in module.of(ast.ClassDef):
        if node.name not in made or node.keywords or not _plain_bases(module, node):
            continue
        if _is_base(module, node) or enclosing(node, ast.FunctionDef, ast.AsyncFunctionDef) is not None:
            continue
        data = _dataclass(module, node)
        if data is None or _has_slots(node, data) or _open(module, node):
            continue
        attributes = _attributes(node, data=data is not False)
        if not attributes:
            continue
        how = "@dataclass(slots=True), or __slots__ before 3.10" if data else "__slots__"
        yield make_hit(
            "missing-slots",
            node,
            f"instances of {node.name} are made in a loop, each with a dictionary; {how}",
            "memory",
        )


def _kept_in_loops(module: Module) -> set[str]:
    """Names of classes of which a loop makes instances that it keeps: collected, yielded or put under a key."""
    found = set()
    collected: set[tuple[int, str]] | None = None
    for call in module.nodes[ast.Call]:
        if not isinstance(call.func, ast.Name) or hasattr(builtins, call.func.id) or not loops(call):
            continue
        holder = parent(call)
        while isinstance(holder, (ast.Tuple, ast.IfExp)):
            holder = parent(holder)
        if isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Name):
            collected = _collected(module) if collected is None else collected
            kept = (id(scope_node(call)), holder.targets[0].id) in collected
        else:
            kept = _collects(holder) or (
                isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Subscript)
            )
        if kept:
            found.add(call.func.id)
    return found


def _collects(holder: ast.AST | None) -> bool:
    if isinstance(holder, (ast.ListComp, ast.SetComp, ast.DictComp, ast.Yield)):
        return True
    return isinstance(holder, ast.Call) and isinstance(holder.func, ast.Attribute) and holder.func.attr in _COLLECT


def _collected(module: Module) -> set[tuple[int, str]]:
    """Scopes, by identity, and their variables of which what they hold is handed to a collection in that scope."""
    found = set()
    for call in module.nodes[ast.Call]:
        if _collects(call):
            found |= {(id(scope_node(call)), name_of(one)) for one in call.args}
    for given in module.nodes[ast.Yield]:
        if given.value is not None:
            found.add((id(scope_node(given)), name_of(given.value)))
    for put in module.nodes[ast.Assign]:
        if isinstance(put.targets[0], ast.Subscript):
            found.add((id(scope_node(put)), name_of(put.value)))
    return found


def _plain_bases(module: Module, node: ast.ClassDef) -> bool:
    return all(module.dotted(base) in ("object", "typing.Generic", "abc.ABC") or
               (isinstance(base, ast.Subscript) and module.dotted(base.value) == "typing.Generic") for base in node.bases)  # fmt: skip


def _is_base(module: Module, node: ast.ClassDef) -> bool:
    """A subclass without slots would take the gain away again, and multiple inheritance may break."""
    return any(name_of(base) == node.name for other in module.nodes[ast.ClassDef] for base in other.bases)


def _dataclass(module: Module, node: ast.ClassDef) -> ast.expr | bool | None:
    """The data class decorator; False for a class without decorators; None for one with others."""
    if not node.decorator_list:
        return False
    if len(node.decorator_list) > 1:
        return None
    decorator = node.decorator_list[0]
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return decorator if module.dotted(called) in _DATACLASS else None


def _has_slots(node: ast.ClassDef, decorator: ast.expr | bool) -> bool:
    for one in node.body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        if any(name_of(target) == "__slots__" for target in targets):
            return True
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(word.arg == "slots" and getattr(word.value, "value", False) for word in keywords)


def _open(module: Module, node: ast.ClassDef) -> bool:
    """Whether something needs the instance's dictionary, or its attributes are not fixed."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and inner.attr == "__dict__":
            return True
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if inner.name in ("__getattr__", "__setattr__", "__getstate__", "__setstate__", "__reduce__", "__del__"):
                return True
            decorators = {module.dotted(one.func if isinstance(one, ast.Call) else one) for one in inner.decorator_list}
            if any("cached" in name or "lazy" in name or "weak" in name for name in decorators):
                return True
        if isinstance(inner, ast.Call):
            if module.dotted(inner.func) in _PREVENTS and inner.args:
                return True
            if module.dotted(inner.func).startswith("weakref."):
                return True
    # Attributes that others set would fail on it.
    return bool(module.calls("setattr", "vars", "weakref.ref", "weakref.proxy"))


def _attributes(node: ast.ClassDef, *, data: bool) -> set[str]:
    """Names that every instance has, set by its initialiser alone; empty where that does not hold."""
    if data:
        fields = {
            one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }
        plain = {
            target.id
            for one in node.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        return fields if not plain & fields else set()
    first: set[str] = set()
    later: set[str] = set()
    level = {
        target.id
        for one in node.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    level |= {
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value
    }
    for method in node.body:
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
            set_here = {
                inner.attr for inner in own_nodes(method)
                if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and name_of(inner).startswith("self.")
            }  # fmt: skip
            (first if method.name == "__init__" else later).update(set_here)
    return first if not later - first and not level & first else set()
