"""Lays functions that a tool saw elsewhere onto the source as it is here."""

from __future__ import annotations

import ast
import os
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codeflash_python.detect import project_files
from codeflash_python.environment import import_roots

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry
    from codeflash_python.evidence.model import Frame

MODULE = "<module>"
_FOLDED = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}  # a part of the function around them
_INSTALLED = {"site-packages", "dist-packages"}
_STANDARD = re.compile(r"(^|/)(lib|Lib)/(python\d\.\d+t?|pypy\d\.\d+)/")
_ANYWHERE = {"__init__.py", "__main__.py", "setup.py", "conftest.py"}  # alone these names say nothing


class Place(NamedTuple):
    """A function of the project: file relative to the source root, qualified name, first line.

    `certain` is false where the source here has no such function.
    """

    file: str
    function: str
    line: int
    certain: bool = True


class _Definition(NamedTuple):
    name: str
    first: int  # of its decorators
    line: int  # of its name
    last: int


class Locator:
    """Finds functions of the project."""

    def __init__(self, inquiry: Inquiry) -> None:
        """Index the project's files by the ends that their paths may have elsewhere."""
        self.tree = inquiry.tree.resolve()
        self.root = (inquiry.tree / inquiry.setup.source_root).resolve()
        self._bases = {str(self.tree), str(inquiry.project.resolve())}
        roots = sorted(
            {root.resolve() for root in import_roots(inquiry.setup, inquiry.tree)}, key=lambda one: -len(str(one))
        )
        self._imported: dict[str, Path] = {}  # by the path from the folder it is imported from
        self._whole: dict[str, Path] = {}  # by the path from the top of the project
        for name in project_files.list_files(inquiry.tree):
            if name.endswith(".py"):
                path = self.tree / name
                self._whole[name] = path
                root = next((one for one in roots if path.is_relative_to(one)), None)
                if root is not None:
                    self._imported.setdefault(path.relative_to(root).as_posix(), path)
        self._files: dict[str, Path | None] = {}
        self._definitions: dict[Path, list[_Definition]] = {}
        self._found: dict[Frame, Place | None] = {}

    def place(self, frame: Frame) -> Place | None:
        """The function of the project that a frame shows; None for any other code."""
        if frame not in self._found:
            path = self._file(frame.file)
            self._found[frame] = None if path is None else self._function(path, frame)
        return self._found[frame]

    def _file(self, file: str) -> Path | None:
        if file not in self._files:
            self._files[file] = self._look(file.replace("\\", "/"))
        return self._files[file]

    def _look(self, file: str) -> Path | None:
        if not file or file.startswith("<"):
            return None
        for base in self._bases:
            if file.startswith(base + "/"):
                return self._whole.get(file[len(base) + 1 :])
        parts = [part for part in file.split("/") if part not in ("", ".")]
        installed = [index for index, part in enumerate(parts) if part in _INSTALLED]
        if installed:  # the project itself may be installed where it runs
            return self._imported.get("/".join(parts[installed[-1] + 1 :]))
        if _STANDARD.search(file):
            return None
        for length in range(len(parts), 0, -1):
            end = "/".join(parts[-length:])
            if length == 1 and end in _ANYWHERE:
                return None
            found = self._whole.get(end) or self._imported.get(end)
            if found is not None:
                return found
        return None

    def _function(self, path: Path, frame: Frame) -> Place:
        file = Path(os.path.relpath(path, self.root)).as_posix()
        name = frame.name.replace("<locals>.", "")
        last = name.rpartition(".")[2]
        if last == MODULE:
            return Place(file, MODULE, 1)
        definitions = self._in(path)
        line = frame.first or frame.line
        around = [one for one in definitions if one.first <= line <= one.last]
        innermost = min(around, key=lambda one: one.last - one.first, default=None)
        if last in _FOLDED or last == "<lambda>" or not name:
            # Scalene names lines only; comprehensions are a part of the function around them.
            return Place(file, innermost.name, innermost.line) if innermost else Place(file, MODULE, 1)
        if innermost is not None and innermost.name.rpartition(".")[2] == last:
            return Place(file, innermost.name, innermost.line)
        # The source has changed, or the tool says no line: a name that is there once is meant.
        named = [one for one in definitions if one.name == name] or [
            one for one in definitions if one.name.rpartition(".")[2] == last
        ]
        if len(named) == 1:
            return Place(file, named[0].name, named[0].line)
        return Place(file, name, line, certain=False)

    def _in(self, path: Path) -> list[_Definition]:
        if path not in self._definitions:
            self._definitions[path] = _read(path)
        return self._definitions[path]


def _read(path: Path) -> list[_Definition]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[_Definition] = []
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{prefix}{child.name}."
                # A class has a body that runs too; as the innermost definition around a line it is none.
                if isinstance(child, ast.ClassDef):
                    found.append(_Definition(prefix + child.name, child.lineno, child.lineno, child.lineno))
                else:
                    first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                    found.append(
                        _Definition(prefix + child.name, first, child.lineno, child.end_lineno or child.lineno)
                    )
            waiting.append((child, inner))
    return found
