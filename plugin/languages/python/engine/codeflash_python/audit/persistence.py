"""Results that are kept beyond the process, so that the next run of the benchmark finds them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codeflash_python.audit.source import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_python.audit.source import Module, Workload

GATE = "stored-across-runs"
_STORES = {
    "dbm.open", "diskcache.Cache", "diskcache.FanoutCache", "joblib.Memory", "joblib.dump", "json.dump", "marshal.dump",
    "multiprocessing.shared_memory.SharedMemory", "numpy.save", "pickle.dump", "shelve.open", "sqlite3.connect",
    "tempfile.NamedTemporaryFile", "tempfile.mkdtemp", "tempfile.mkstemp", "os.open", "os.mkfifo", "redis.Redis",
}  # fmt: skip
_WRITERS = {"write_bytes", "write_text", "to_pickle", "touch"}
_MODES = set("wax+")


def stored(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Files, databases and shared memory written by code that did not before."""
    for node, name in module.calls():
        kind = ""
        if name in _STORES and not _in_memory(node):
            kind = name
        elif name in ("open", "io.open", "gzip.open") and _writes(node, 1):
            kind = "open(…, 'w')"
        elif isinstance(node.func, ast.Attribute) and (
            node.func.attr in _WRITERS or (node.func.attr == "open" and not name and _writes(node, 0))
        ):
            kind = node.func.attr
        if kind:
            yield Sign(GATE, kind, node.lineno, f"{kind} leaves something behind that the next run may find")


def _writes(node: ast.Call, position: int) -> bool:
    mode = node.args[position] if len(node.args) > position else None
    mode = mode or next((keyword.value for keyword in node.keywords if keyword.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(_MODES.intersection(mode.value))


def _in_memory(node: ast.Call) -> bool:
    return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == ":memory:"
