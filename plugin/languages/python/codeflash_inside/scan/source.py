"""One module indexed once, so that each rule looks only at the nodes it is about."""

from __future__ import annotations

import ast
import operator
import warnings
from typing import Any, NamedTuple

from codeflash_inside.scan.scopes import BINDING, FUNCTIONS, Binding, Scope, name_of

SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Module)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Most nodes of a module are these; nothing is below them that a rule asks for.
_LEAVES = frozenset((ast.Name, ast.Constant, ast.Pass, ast.Global, ast.Nonlocal, ast.Break, ast.Continue, ast.alias))
# Fields that never hold a node, or none that anyone asks for: operators, contexts, names.
_EMPTY = frozenset(
    (
        "ctx", "op", "ops", "attr", "id", "arg", "module", "level", "asname", "kind", "type_comment", "type_ignores",
        "conversion", "is_async", "simple", "tag",
    )
)  # fmt: skip
_WANTED = (
    ast.Call,
    ast.Compare,
    ast.AugAssign,
    ast.Assign,
    ast.Await,
    ast.Yield,
    ast.For,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.With,
    ast.ClassDef,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
)


class Hit(NamedTuple):
    """One place that a rule points at.

    Attributes:
        rule: its name.
        line: first line, from 1.
        end: last line.
        function: qualified name of the function it is in, without `<locals>`; empty at module level.
        what: one line that says what is there and what to do.
        domain: where it costs: cpu, memory or async.
        loop: first and last line of the outermost loop around it, or of the place itself.
    """

    rule: str
    line: int
    end: int
    function: str
    what: str
    domain: str
    loop: tuple[int, int]


class Module:
    """The syntax tree of one file with its index.

    Attributes:
        nodes: class of node -> all nodes of it that rules ask for, in no order.
        imports: local name -> dotted name of what it was imported as.
    """

    def __init__(self, path: str, text: str) -> None:
        """Parse and index `text`.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: it does not parse.
        """
        self.path = path
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)
        self.nodes: dict[type, list[Any]] = {kind: [] for kind in _WANTED}
        self.imports: dict[str, str] = {}
        self.kinds: dict[tuple[int, str], str] = {}  # what is known of variables so far, by owner and name
        self.found: dict[tuple[int, str], list[Binding]] = {}
        self.grown: set[str] | None = None
        self.declaring: dict[str, list[ast.AST]] = {}
        self._binding: list[Any] = []
        self._by_scope: dict[int, list[ast.AST]] | None = None
        self._sorted: dict[tuple[type, ...], list[Any]] = {}
        self._calls: dict[str, list[ast.Call]] | None = None
        self._scopes: dict[int, Scope] = {}
        self._attributes: dict[int, Scope] = {}
        self._index()

    def _index(self) -> None:
        # The parent is kept in a tuple: a walk over a node's dictionary then does not run back up.
        wanted, leaves, binding, bound = self.nodes, _LEAVES, BINDING, self._binding
        stack: list[Any] = [self.tree]
        push, is_node, fields_of = stack.append, ast.AST, _FIELDS
        while stack:
            node = stack.pop()
            up = (node,)
            kind = node.__class__
            fields = fields_of.get(kind)
            if fields is None:
                fields = fields_of[kind] = tuple(field for field in kind._fields if field not in _EMPTY)
            for field in fields:
                value: Any = getattr(node, field, None)
                kind = value.__class__
                if kind is list:
                    for one in value:
                        kind = one.__class__
                        if kind in leaves:
                            one.up = up
                        elif isinstance(one, is_node):
                            one.up = up  # type: ignore[attr-defined]
                            push(one)
                            if kind in wanted:
                                wanted[kind].append(one)
                        if kind in binding:
                            bound.append(one)
                elif kind in leaves:
                    value.up = up
                elif value is not None and isinstance(value, is_node):
                    value.up = up  # type: ignore[attr-defined]
                    push(value)
                    if kind in wanted:
                        wanted[kind].append(value)
                    if kind in binding:
                        bound.append(value)
        for node in bound:
            kind = node.__class__
            if kind is ast.Import or kind is ast.ImportFrom:
                self._import(node)
            elif kind is ast.Global or kind is ast.Nonlocal:
                for name in node.names:
                    self.declaring.setdefault(name, []).append(scope_node(node))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                self.imports[alias.asname or top] = alias.name if alias.asname else top
        else:
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                self.imports[alias.asname or alias.name] = f"{origin}.{alias.name}"

    def of(self, *kinds: type) -> list[Any]:
        """All nodes of these classes, in the order of their lines."""
        found = self._sorted.get(kinds)
        if found is None:
            found = self._sorted[kinds] = sorted((node for kind in kinds for node in self.nodes[kind]), key=_LINE)
        return found

    def calls(self, *names: str) -> list[ast.Call]:
        """All calls of what has one of these full names, in the order of their lines; `.x` stands for any method `x`."""
        if self._calls is None:
            self._calls = {}
            for call in self.of(ast.Call):
                self._calls.setdefault(self.dotted(call.func), []).append(call)
                if isinstance(call.func, ast.Attribute):
                    self._calls.setdefault(f".{call.func.attr}", []).append(call)
        if len(names) == 1:
            return self._calls.get(names[0], [])
        found = {id(call): call for name in names if name in self._calls for call in self._calls[name]}
        return sorted(found.values(), key=_LINE)

    def scope(self, node: ast.AST) -> Scope:
        """What the function, class or module `node` binds."""
        made = self._scopes.get(id(node))
        if made is None:
            if self._by_scope is None:
                self._by_scope = {}
                for one in sorted(self._binding, key=_PLACE):
                    self._by_scope.setdefault(id(scope_node(one)), []).append(one)
            made = self._scopes[id(node)] = Scope(node, self._by_scope.get(id(node), []))
        return made

    def attributes(self, owner: ast.ClassDef) -> Scope:
        """What a class and its methods bind as `self.<name>`."""
        made = self._attributes.get(id(owner))
        if made is None:
            made = self._attributes[id(owner)] = Scope(ast.Module([], []), [])
            for name, found in self.scope(owner).bindings.items():
                made.bindings.setdefault(f"self.{name}", []).extend(found)
            for method in owner.body:
                if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    for name, found in self.scope(method).bindings.items():
                        if name.startswith("self."):
                            made.bindings.setdefault(name, []).extend(found)
        return made

    def functions(self) -> list[tuple[int, int, str]]:
        """First line, last line and qualified name of every function."""
        return [
            (node.lineno, node.end_lineno or node.lineno, qualified_name(node))
            for kind in (ast.FunctionDef, ast.AsyncFunctionDef)
            for node in self.nodes[kind]
        ]

    def dotted(self, node: ast.AST) -> str:
        """The full name behind an expression: `np.append` is `numpy.append` after `import numpy as np`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])


_FIELDS: dict[type, tuple[str, ...]] = {}  # of a class of nodes those that may hold others
_LINE = operator.attrgetter("lineno")
_PLACE = operator.attrgetter("lineno", "col_offset")


def own_nodes(scope: ast.AST) -> list[ast.AST]:
    """All nodes of a scope without those of scopes inside it; an inner function or class itself is among them."""
    found: list[ast.AST] = []
    stack = [scope.body] if isinstance(scope, ast.Lambda) else list(reversed(scope.body))  # type: ignore[attr-defined]
    while stack:
        node = stack.pop()
        found.append(node)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return found


def parent(node: ast.AST) -> ast.AST | None:
    """The node that holds this one; None for the module."""
    up = getattr(node, "up", None)
    return up[0] if up else None


def enclosing(node: ast.AST, *kinds: type) -> Any:
    """The nearest node of these classes above `node`, or None."""
    above = parent(node)
    while above is not None and not isinstance(above, kinds):
        above = parent(above)
    return above


def scope_node(node: ast.AST) -> ast.AST:
    """The function, class or module whose code `node` is."""
    found: ast.AST = enclosing(node, *SCOPES)
    return found


def loops(node: ast.AST) -> list[Any]:
    """The loops and comprehensions that repeat `node` within its function, innermost first.

    What is evaluated once, such as the iterable of a `for`, is not repeated by it.
    """
    found: list[Any] = []
    below, above = node, parent(node)
    while above is not None and not isinstance(above, SCOPES):
        if isinstance(above, (ast.For, ast.AsyncFor)):
            if any(below is one for one in above.body):
                found.append(above)
        elif isinstance(above, ast.While):
            if below is above.test or any(below is one for one in above.body):
                found.append(above)
        elif isinstance(above, COMPREHENSIONS):
            first = above.generators[0]
            if below is not first or not _within(node, first.iter):
                found.append(above)
        below, above = above, parent(above)
    return found


def _within(node: ast.AST, top: ast.AST) -> bool:
    above: ast.AST | None = node
    while above is not None and not isinstance(above, SCOPES):
        if above is top:
            return True
        above = parent(above)
    return False


def inside(node: ast.AST, top: ast.AST) -> bool:
    """Whether `node` is `top` or below it, also through functions between them."""
    above: ast.AST | None = node
    while above is not None:
        if above is top:
            return True
        above = parent(above)
    return False


def qualified_name(node: ast.AST) -> str:
    """The qualified name of the function that `node` is in, without `<locals>`; its own for a function or class."""
    names: list[str] = []
    above: ast.AST | None = node
    while above is not None:
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(above.name)
        above = parent(above)
    return ".".join(reversed(names))


def names_in(*nodes: ast.AST) -> set[str]:
    """All names read or written below these nodes."""
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def loop_names(loop: Any) -> set[str]:
    """Names that a loop or comprehension binds anew in each step: its variables and what its body assigns."""
    if isinstance(loop, COMPREHENSIONS):
        return names_in(*(generator.target for generator in loop.generators))
    known: set[str] | None = getattr(loop, "bound", (None,))[0]
    if known is not None:
        return known
    found = set()
    for node in ast.walk(loop):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(name_of(node))
    found.discard("")
    loop.bound = (found,)  # in a tuple, as `up` is
    return found


def text_of(node: ast.AST, most: int = 60) -> str:
    """Source of an expression for a message, cut where it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def make_hit(rule: str, node: Any, what: str, domain: str = "cpu") -> Hit:
    """A hit at `node`."""
    around = loops(node)
    outer = around[-1] if around else node
    span = (outer.lineno, outer.end_lineno or outer.lineno)
    last = node.lineno if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) else node.end_lineno
    return Hit(rule, node.lineno, last or node.lineno, qualified_name(node), what, domain, span)
