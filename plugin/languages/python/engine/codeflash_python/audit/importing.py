"""Work moved to import time, where a benchmark that starts its clock later does not see it."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from codeflash_python.audit.source import Sign, outside_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_python.audit.source import Module, Workload

GATE = "work-at-import"
FEW = 1024  # turns of a loop at import that are no work
_COSTLY_BUILTINS = {"__import__", "compile", "eval", "exec", "input", "open"}
# What makes a value at import that a person would put there: compiled patterns, tables of constants, declarations.
_CHEAP = {name for name in dir(builtins) if name not in _COSTLY_BUILTINS} | {
    "bytes.fromhex", "bytes.maketrans", "collections.defaultdict", "collections.deque", "collections.namedtuple",
    "contextlib.contextmanager", "contextlib.suppress", "dataclasses.dataclass", "dataclasses.field", "dict.fromkeys",
    "enum.auto", "functools.cache", "functools.cached_property", "functools.lru_cache", "functools.partial",
    "functools.singledispatch", "functools.total_ordering", "functools.wraps", "importlib.import_module",
    "itertools.chain", "itertools.count", "itertools.product", "logging.getLogger", "math.log", "math.log2", "math.sqrt",
    "operator.attrgetter", "operator.itemgetter", "operator.methodcaller", "os.environ.get", "os.getenv",
    "os.path.abspath", "os.path.dirname", "os.path.join", "re.compile", "re.escape", "str.maketrans", "struct.Struct",
    "threading.Lock", "threading.RLock", "threading.local", "typing.cast", "warnings.filterwarnings", "warnings.warn",
}  # fmt: skip
_METHODS = {
    "append", "decode", "encode", "endswith", "extend", "format", "get", "items", "join", "keys", "lower", "register",
    "replace", "split", "splitlines", "startswith", "strip", "title", "translate", "union", "update", "upper", "values",
    "add", "count", "fromkeys", "insert", "setdefault", "copy", "match", "fullmatch", "search", "sub", "findall",
}  # fmt: skip


def work_at_import(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Calls of functions and long loops that run when the module is imported."""
    skipped = _only_when_run(module.tree)
    for node in outside_functions(module.tree):
        if id(node) in skipped:
            continue
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call):
            name = module.dotted(node.func)
            if name == "range" and _turns(node) > FEW:
                shown = ast.unparse(node)
                yield Sign(GATE, shown, line, f"{shown} is gone through at import, where no clock may see it")
            elif not _is_cheap(node, name):
                shown = name or ast.unparse(node.func)
                yield Sign(GATE, shown, line, f"{shown}(…) runs at import, where no clock may see it")
        elif isinstance(node, ast.While):
            yield Sign(GATE, ast.unparse(node.test), line, "a `while` loop runs at import, where no clock may see it")


def _is_cheap(node: ast.Call, name: str) -> bool:
    last = name.rpartition(".")[2] or getattr(node.func, "attr", "")
    if name in _CHEAP or (isinstance(node.func, ast.Attribute) and last in _METHODS):
        return True
    if isinstance(node.func, ast.Call):
        return True  # the call inside is looked at itself
    # A class, by the convention of names: making an object is what modules do.
    return last.lstrip("_")[:1].isupper()


def _turns(node: ast.expr) -> int:
    """At most how many items are gone through, as far as the source shows: a variable counts as few."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        last = node.args[0] if len(node.args) == 1 else node.args[1]
        try:
            value = eval(compile(ast.Expression(last), "<range>", "eval"), {"__builtins__": {}})  # noqa: S307 - constants only
        except Exception:  # noqa: BLE001 - a name: not constant
            return FEW + 1
        return value if isinstance(value, int) else 0
    return 0


def _only_when_run(tree: ast.Module) -> set[int]:
    """Nodes below `if __name__ == "__main__":` and `if TYPE_CHECKING:`."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If):
            names = {inner.id for inner in ast.walk(node.test) if isinstance(inner, ast.Name)}
            if names & {"__name__", "TYPE_CHECKING"}:
                found |= {id(inner) for part in node.body for inner in ast.walk(part)}
    return found
