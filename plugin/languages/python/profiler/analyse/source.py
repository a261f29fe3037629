"""The functions that a source file defines, so that lines and old interpreters' bare names get qualified names."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Definition(NamedTuple):
    """A function or class: its lines, the first decorator's included, and its qualified name without `<locals>`."""

    first: int
    last: int
    name: str
    is_function: bool


class Source:
    """The definitions of one file; a file that cannot be read or parsed has none."""

    def __init__(self, text: str) -> None:
        """Parse `text`."""
        self.definitions: list[Definition] = []
        self.loops: list[tuple[int, int]] = []
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}  # by first line
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self._visit(module, "")
        self.definitions.sort(key=lambda definition: (definition.first, -definition.last))

    @classmethod
    def of(cls, path: Path) -> Source:
        """The definitions in the file `path`."""
        try:
            return cls(path.read_text(encoding="utf-8", errors="replace"))
        except (OSError, ValueError):
            return cls("")

    def _visit(self, node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = prefix + child.name
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                is_function = not isinstance(child, ast.ClassDef)
                self.definitions.append(Definition(first, child.end_lineno or child.lineno, name, is_function))
                if not isinstance(child, ast.ClassDef):
                    self.functions[first] = child
                self._visit(child, name + ".")
            else:
                if isinstance(child, (ast.For, ast.AsyncFor, ast.While, ast.comprehension)):
                    around = node if isinstance(child, ast.comprehension) else child
                    self.loops.append((around.lineno, around.end_lineno or around.lineno))  # type: ignore[attr-defined]
                self._visit(child, prefix)

    def around(self, line: int) -> Definition | None:
        """The innermost function that contains `line`; None at the level of the module (or of a class body)."""
        best = None
        for definition in self.definitions:
            if definition.first > line:
                break
            if definition.is_function and definition.last >= line:
                best = definition
        return best

    def loop_around(self, line: int) -> tuple[int, int] | None:
        """First and last line of the innermost loop or comprehension that contains `line`."""
        around = [loop for loop in self.loops if loop[0] <= line <= loop[1]]
        return min(around, key=lambda loop: loop[1] - loop[0]) if around else None

    def beginning(self, line: int, name: str) -> Definition | None:
        """The definition of `name` (its last part) that begins at `line`."""
        for definition in self.definitions:
            if definition.first == line and definition.name.rpartition(".")[2] == name:
                return definition
        return None

    def named(self, name: str) -> Definition | None:
        """The last definition with this qualified name."""
        return next((definition for definition in reversed(self.definitions) if definition.name == name), None)
