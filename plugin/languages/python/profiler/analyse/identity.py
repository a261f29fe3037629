"""One identity for a function over all passes: path relative to the source root, qualified name, first line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse.distributions import STANDARD_LIBRARY, Distributions
from profiler.analyse.source import Source

if TYPE_CHECKING:
    import ast

    from profiler.storage.shards import Code, Process

MODULE = "<module>"
IMPORT = "<frozen importlib._bootstrap>"  # the file of the interpreter's import, on the stack of all that it loads
_FOLDED = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}  # a part of the function around them
_NOT_OWN = {"site-packages", "dist-packages", ".tox", ".nox"}  # below the source root, but not the project's


class Function(NamedTuple):
    """A function.

    `file` is relative to the source root for the project's own, else the absolute path. `distribution` is empty for
    the project's own.
    """

    file: str
    line: int
    name: str
    own: bool
    distribution: str = ""


class Resolver:
    """Turns code objects and lines of files into functions."""

    def __init__(self, source_root: Path) -> None:
        """Count files below `source_root`, environments in it excepted, as the project's own."""
        self.root = Path(os.path.realpath(source_root))
        self.versions: dict[str, str] = {}
        self._distributions = Distributions()
        self._codes: dict[tuple[Code, str, str], Function | None] = {}
        self._files: dict[tuple[str, str, str], tuple[str, bool, str]] = {}
        self._sources: dict[str, Source] = {}
        self._real: dict[Path, str] = {}

    def stack(self, process: Process, stack: tuple[int, ...]) -> tuple[Function, ...]:
        """The functions of a stack, innermost first, our own frames left out."""
        found = []
        for identity in stack:
            code = process.codes.get(identity)
            function = self.function(process, code) if code is not None else None
            if function is not None:
                found.append(function)
        return tuple(found)

    def function(self, process: Process, code: Code) -> Function | None:
        """The function of a code object; None for our own."""
        cwd, stdlib = process.about["cwd"], process.about["stdlib"]
        key = (code, cwd, stdlib)
        if key not in self._codes:
            self._codes[key] = self._resolve(code, cwd, stdlib)
        return self._codes[key]

    def at(self, process: Process, file: str, line: int) -> Function | None:
        """The function that contains a line of a file; None for our own."""
        place = self._place(file, process.about["cwd"], process.about["stdlib"])
        if place is None:
            return None
        shown, own, distribution = place
        if not own:
            return Function(shown, line, "", own, distribution)
        around = self._source(shown).around(line)
        return Function(shown, around.first, around.name, own) if around else Function(shown, 1, MODULE, own)

    def definition(self, function: Function) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The source of one of the project's own functions, None where it cannot be read."""
        if not function.own or function.name == MODULE:  # a module's line is 1, where a function may begin
            return None
        return self._source(function.file).functions.get(function.line)

    def place(self, function: Function, line: int) -> tuple[int, int]:
        """First and last line of the innermost loop around a line of one of the project's own functions, or the line."""
        return self._source(function.file).loop_around(line) or (line, line)

    def class_at(self, process: Process, file: str, name: str, line: int) -> tuple[str, int, str] | None:
        """Where a class of the project's own stands: file, first line, name; None for any other.

        `line` is 0 where the interpreter does not know it (before 3.13): the file does.
        """
        place = self._place(file, process.about["cwd"], process.about["stdlib"])
        if place is None or not place[1]:
            return None
        name = name.replace("<locals>.", "")
        definition = self._source(place[0]).named(name)
        return place[0], definition.first if definition is not None else line, name

    def _resolve(self, code: Code, cwd: str, stdlib: str) -> Function | None:
        place = self._place(code.file, cwd, stdlib)
        if place is None:
            return None
        file, own, distribution = place
        name = code.name.replace("<locals>.", "")
        if name == MODULE:
            return Function(file, 1, MODULE, own, distribution)
        if not own:
            return Function(file, code.line, name, own, distribution)
        source = self._source(file)
        last = name.rpartition(".")[2]
        if last in _FOLDED:
            around = source.around(code.line)
            if around is None:
                return Function(file, 1, MODULE, own)
            return Function(file, around.first, around.name, own)
        if not code.qualified:
            definition = source.beginning(code.line, last)
            around = source.around(code.line)
            if definition is not None:
                name = definition.name
            elif around is not None and last == "<lambda>":
                name = f"{around.name}.{last}"
        return Function(file, code.line, name, own)

    def _source(self, file: str) -> Source:
        if file not in self._sources:
            self._sources[file] = Source.of(self.root / file)
        return self._sources[file]

    def _place(self, file: str, cwd: str, stdlib: str) -> tuple[str, bool, str] | None:
        """Where a file is shown, whether it is the project's own, and its distribution; None for our own files."""
        if "_codeflash_collect" in file or file.endswith(("/site/sitecustomize.py", "profiler/collect/boot.py")):
            return None
        key = (file, cwd, stdlib)
        if key not in self._files:
            self._files[key] = self._locate(file, cwd, stdlib)
        return self._files[key]

    def _locate(self, file: str, cwd: str, stdlib: str) -> tuple[str, bool, str]:
        if file.startswith("<frozen"):
            return file, False, STANDARD_LIBRARY
        if file.startswith("<"):
            return file, False, ""
        path = Path(self._realpath(Path(cwd, file)))
        relative = _below(path, self.root)
        if relative is not None and not _NOT_OWN.intersection(relative.parts):
            return relative.as_posix(), True, ""
        distribution = self._distributions.of(str(path)) or self._distributions.of(str(Path(cwd, file)))
        if distribution is not None:
            self.versions[distribution.name] = distribution.version
            return str(path), False, distribution.name
        if _below(path, Path(self._realpath(Path(stdlib)))) is not None:
            return str(path), False, STANDARD_LIBRARY
        return str(path), False, ""

    def _realpath(self, path: Path) -> str:
        folder = self._real.get(path.parent)
        if folder is None:
            folder = self._real[path.parent] = os.path.realpath(path.parent)
        whole = f"{folder}/{path.name}"
        return os.path.realpath(whole) if Path(whole).is_symlink() else whole


def _below(path: Path, folder: Path) -> Path | None:
    try:
        return path.relative_to(folder)
    except ValueError:
        return None
