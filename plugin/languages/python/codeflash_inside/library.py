"""What a project uses of one distribution: names resolved through aliases, re-exports, stars, chains and subclasses."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
import warnings
from typing import Any, NamedTuple

ROUNDS = 6  # re-exports of re-exports
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Use(NamedTuple):
    """One place where something of the library is used.

    Attributes:
        name: dotted, from the library's top; `f()` in it stands for what a call of `f` gave.
        file, line, function: where.
        how: `call`, `subclass`, `override`, or `reference`.
    """

    name: str
    file: str
    line: int
    function: str
    how: str


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The distribution's import names, and every use in `files` (path -> module name)."""
    tops = top_names(request["distribution"])
    if not tops:
        return {
            "problem": f"{request['distribution']} is not installed for this interpreter; name one of its distributions"
        }
    project = Project(tops)
    unread = []
    for path, module in request["files"].items():
        try:
            with open(path, "rb") as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                project.add(module, path, ast.parse(file.read()))
        except (OSError, SyntaxError, ValueError, RecursionError) as error:  # noqa: PERF203 - one bad file is left out
            unread.append(f"{path}: {type(error).__name__}")
    return {"tops": sorted(tops), "uses": [use._asdict() for use in project.uses()], "unread": unread}


def top_names(distribution: str) -> set[str]:
    """The top-level names that a distribution brings."""
    try:
        found = importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return {distribution} if importlib.util.find_spec(distribution) else set()
    listed = found.read_text("top_level.txt")
    if listed:
        return {line.strip() for line in listed.splitlines() if line.strip()}
    tops = {str(path).partition("/")[0] for path in found.files or () if str(path).endswith(".py")}
    return {name.removesuffix(".py") for name in tops if not name.startswith(("..", "__")) and ".dist-info" not in name}


class Project:
    """All modules of a project, each with the names that mean something of the library."""

    def __init__(self, tops: set[str]) -> None:
        """Begin without modules."""
        self.tops = tops
        self.trees: dict[str, tuple[str, ast.Module]] = {}
        self.names: dict[str, dict[str, str]] = {}

    def add(self, module: str, path: str, tree: ast.Module) -> None:
        """Take a module in."""
        self.trees[module] = (path, tree)
        self.names[module] = {}

    def uses(self) -> list[Use]:
        """Resolve the imports of all modules until nothing new is found, then look at every name."""
        for _ in range(ROUNDS):
            before = sum(map(len, self.names.values()))
            for module, (path, tree) in self.trees.items():
                self._bind(module, path, tree)
            if sum(map(len, self.names.values())) == before:
                break
        found: list[Use] = []
        for module, (path, tree) in self.trees.items():
            if self.names[module]:
                found += _Reader(path, self.names[module]).read(tree)
        return sorted(set(found), key=lambda use: (use.file, use.line, use.name))

    def _bind(self, module: str, path: str, tree: ast.Module) -> None:
        names = self.names[module]
        package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    if top in self.tops:
                        names[alias.asname or top] = alias.name if alias.asname else top
                    elif alias.asname and alias.name in self.names:
                        self._through(names, alias.asname, alias.name)
                    elif not alias.asname and top in self.names:
                        self._through(names, top, top)
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(package, node)
                for alias in node.names:
                    self._from(names, base, alias)
        for node in tree.body:  # p = lib.parse, at the top of the module
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                dotted = _dotted(node.value, names)
                if dotted:
                    names[node.targets[0].id] = dotted

    def _from(self, names: dict[str, str], base: str, alias: ast.alias) -> None:
        if base.partition(".")[0] in self.tops:
            if alias.name == "*":
                names.update({name: f"{base}.{name}" for name in _public(base)})
            else:
                names[alias.asname or alias.name] = f"{base}.{alias.name}"
        elif base in self.names:
            known = self.names[base]
            if alias.name == "*":
                names.update(
                    {name: dotted for name, dotted in known.items() if not name.startswith("_") and "." not in name}
                )
            elif alias.name in known:
                names[alias.asname or alias.name] = known[alias.name]
            elif f"{base}.{alias.name}" in self.names:
                self._through(names, alias.asname or alias.name, f"{base}.{alias.name}")

    def _through(self, names: dict[str, str], local: str, module: str) -> None:
        """`local` is a module of the project: its names are reached as attributes."""
        for name, dotted in list(self.names[module].items()):
            names[f"{local}.{name}"] = dotted


def _absolute(package: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def _public(module: str) -> list[str]:
    """What `from module import *` brings, by the module itself."""
    try:
        loaded = importlib.import_module(module)
    except Exception:  # noqa: BLE001 - a library may fail to import in any way
        return []
    return list(getattr(loaded, "__all__", [name for name in vars(loaded) if not name.startswith("_")]))


def _dotted(node: ast.AST, names: dict[str, str]) -> str:
    """The library's name behind an expression, `lib.parse().body` for an attribute of a result; empty for others."""
    tail: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            tail.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            tail.append("()")
            node = node.func
        elif isinstance(node, (ast.Subscript, ast.Await)):
            tail.append("[]" if isinstance(node, ast.Subscript) else "")
            node = node.value
        else:
            break
    if not isinstance(node, ast.Name):
        return ""
    parts = list(reversed(tail))
    # The longest known prefix: `helpers.lib` may be known where `helpers` is a module of the project.
    for count in range(len(parts), -1, -1):
        head = node.id + "".join(parts[:count])
        if head in names:
            return names[head] + "".join(parts[count:])
    return ""


class _Reader(ast.NodeVisitor):
    """Walks one module with the names of each scope."""

    def __init__(self, path: str, names: dict[str, str]) -> None:
        self.path = path
        self.scopes = [dict(names)]
        self.where: list[str] = []
        self.found: list[Use] = []
        self.subclasses = self.scopes[0]

    def read(self, tree: ast.Module) -> list[Use]:
        self.visit(tree)
        return self.found

    def _note(self, name: str, node: Any, how: str) -> None:
        self.found.append(Use(name, self.path, node.lineno, ".".join(self.where), how))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [dotted for dotted in (_dotted(base, self.scopes[-1]) for base in node.bases) if dotted]
        for dotted in bases:
            self._note(dotted, node, "subclass")
        if bases:
            self.scopes[-1][node.name] = bases[0]  # a class of the project that is one of the library's
        self.where.append(node.name)
        for one in node.body:
            if bases and isinstance(one, FUNCTIONS) and not one.name.startswith("__"):
                self.where.append(one.name)
                self._note(f"{bases[0]}.{one.name}", one, "override")
                self.where.pop()
            self.visit(one)
        self.where.pop()

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for one in node.decorator_list:
            self.visit(one)
        self.where.append(node.name)
        self.scopes.append(dict(self.scopes[-1]))
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for parameter in arguments:
            # A parameter hides a name of the module; its annotation may say what of the library it is.
            self.scopes[-1].pop(parameter.arg, None)
            dotted = _dotted(parameter.annotation, self.scopes[-1]) if parameter.annotation is not None else ""
            if dotted:
                self.scopes[-1][parameter.arg] = f"{dotted}()"
        for statement in node.body:
            self.visit(statement)
        self.scopes.pop()
        self.where.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        dotted = _dotted(node.value, self.scopes[-1])
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scopes[-1].pop(target.id, None)
                if dotted:
                    self.scopes[-1][target.id] = dotted
            elif isinstance(target, ast.Attribute):
                written = _dotted(target, self.scopes[-1])
                if written:
                    self._note(f"{written}=", target, "reference")
                elif dotted and isinstance(target.value, ast.Name):
                    self.scopes[0][f"{target.value.id}.{target.attr}"] = dotted
                    self.scopes[-1][f"{target.value.id}.{target.attr}"] = dotted

    def visit_Call(self, node: ast.Call) -> None:
        dotted = _dotted(node.func, self.scopes[-1])
        if dotted:
            self._note(dotted, node, "call")
            self._inside(node.func)
        else:
            self.visit(node.func)
        for one in (*node.args, *(word.value for word in node.keywords)):
            self.visit(one)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = _dotted(node, self.scopes[-1])
        if dotted:
            self._note(dotted, node, "reference")
            self._inside(node)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        dotted = self.scopes[-1].get(node.id)
        if dotted and isinstance(node.ctx, ast.Load) and "()" not in dotted:
            self._note(dotted, node, "reference")

    def _inside(self, node: ast.AST) -> None:
        """Calls within a chain are uses of their own: both `lib.parse` and `lib.parse().walk` in `lib.parse(x).walk()`."""
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            if isinstance(node, ast.Call):
                self.visit_Call(node)
                return
            node = node.func if isinstance(node, ast.Call) else node.value
