"""Moves an import statement from the top of a module into the functions that use it."""

from __future__ import annotations

import ast
import marshal
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The statements at the top of `files` that could be moved; with `write`, the code of one file with one moved."""
    if "write" in request:
        with open(request["file"], "rb") as file:
            tree = ast.parse(file.read())
        moved = defer(tree, request["lines"])
        code = compile(ast.fix_missing_locations(tree), request["file"], "exec", dont_inherit=True)
        with open(request["write"], "wb") as out:
            marshal.dump(code, out)
        return {"moved": moved}
    found = {}
    for path in request["files"]:
        try:
            with open(path, "rb") as file:
                found[path] = statements(ast.parse(file.read()))
        except (OSError, SyntaxError, ValueError, RecursionError):  # noqa: PERF203 - one bad file is left out
            found[path] = []
    return {"statements": found}


def statements(tree: ast.Module) -> list[dict[str, Any]]:
    """Each import statement at the top level: names it binds, what it asks for, where it is used, and what is against moving it."""
    lazily = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(a.name == "annotations" for a in node.names)
        for node in tree.body
    )
    exported = _exported(tree)
    found = []
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "module", "") == "__future__":
            continue
        if any(alias.name == "*" for alias in node.names):
            continue
        names = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        users, against = _users(tree, set(names), lazily)
        if not against and set(names) & exported:
            against = "it is exported in __all__"
        found.append(
            {
                "line": node.lineno,
                "level": getattr(node, "level", 0),
                "module": getattr(node, "module", None) or "",
                "names": [alias.name for alias in node.names],
                "bound": names,
                "plain": isinstance(node, ast.Import),
                "users": users,
                "against": against,
            }
        )
    return found


def _exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets
        ):
            return {
                one.value
                for one in ast.walk(node.value)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return set()


def _users(tree: ast.Module, names: set[str], lazily: bool) -> tuple[list[int], str]:
    """First lines of the outermost functions that use a name, and why it cannot be moved, if so."""
    users: list[int] = []
    against = ""

    def look(node: ast.AST, function: ast.AST | None) -> None:
        nonlocal against
        if isinstance(node, ast.Name) and node.id in names:
            if function is None:
                against = against or f"line {node.lineno} uses {node.id} while the module is imported"
            elif _first_line(function) not in users:
                users.append(_first_line(function))
            return
        if isinstance(node, FUNCTIONS):
            early = [
                *node.decorator_list,
                *node.args.defaults,
                *(one for one in node.args.kw_defaults if one is not None),
            ]
            annotations = [one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg) and one.annotation]
            annotations += [node.returns] if node.returns else []
            for one in early if lazily else [*early, *annotations]:
                look(one, function)
            for inner in node.body:
                look(inner, function or node)
            return
        if isinstance(node, ast.AnnAssign) and lazily:
            look(node.target, function)
            if node.value is not None:
                look(node.value, function)
            return
        for child in ast.iter_child_nodes(node):
            look(child, function)

    for statement in tree.body:
        look(statement, None)
    return users, against


def _first_line(function: Any) -> int:
    """As a code object has it: that of the first decorator, if there is one."""
    return int(min([function.lineno, *(one.lineno for one in function.decorator_list)]))


def defer(tree: ast.Module, lines: list[int]) -> int:
    """Take the import statements at `lines` out of the top level and put each first into every function that uses it."""
    moved = 0
    for node in [one for one in tree.body if isinstance(one, (ast.Import, ast.ImportFrom)) and one.lineno in lines]:
        names = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        users, _ = _users(tree, names, lazily=True)
        for function in ast.walk(tree):
            if isinstance(function, FUNCTIONS) and _first_line(function) in users:
                documented = bool(function.body) and isinstance(function.body[0], ast.Expr)
                function.body.insert(1 if documented else 0, node)
        tree.body[tree.body.index(node)] = ast.copy_location(ast.Pass(), node)
        moved += 1
    return moved
