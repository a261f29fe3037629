"""One module as the rules read it, and what is known of the benchmark's inputs."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Sign(NamedTuple):
    """Something that a cheat could look like.

    Attributes:
        gate: the fixed word of its kind.
        name: what it is about; with the gate it says whether the same was there before, wherever it stood.
        line: in the module as it is now.
        what: one line for a person.
    """

    gate: str
    name: str
    line: int
    what: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two signs the same."""
        return self.gate, self.name


class Module:
    """The syntax tree of one file, empty where it does not parse.

    Attributes:
        imports: local name -> dotted name of what it was imported as, `np` -> `numpy`.
        functions: qualified name -> definition.
    """

    def __init__(self, path: str, text: str) -> None:
        """Parse `text`."""
        self.path = path
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.tree = ast.Module([], [])
        self.imports = dict(_imports(self.tree))
        self.functions = dict(_functions(self.tree, ""))

    def dotted(self, node: ast.AST) -> str:
        """The full name behind an expression: `p()` is `time.perf_counter` after `from time import perf_counter as p`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """All calls with the full name of what is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, self.dotted(node.func)


class Workload:
    """The sources of what the benchmark runs.

    Attributes:
        called: names of functions, methods and attributes used in them.
        constants: numbers and strings in them, documentation excepted.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Read `texts`, by path."""
        self.known = bool(texts)
        self.called: set[str] = set()
        self.constants: set[object] = set()
        for path, text in texts.items():
            tree = Module(path, text).tree
            documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute):
                    self.called.add(node.attr)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    self.called.add(node.func.id)
                elif isinstance(node, ast.Constant) and id(node) not in documentation and node.value is not None:
                    self.constants.add(node.value)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run when the module is imported: not what is inside functions."""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, FUNCTIONS):
            yield child
            yield from outside_functions(child)
        elif not isinstance(child, ast.Lambda):
            for part in (*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)):
                yield part
                yield from outside_functions(part)
