"""Our own rules for slow constructs that no maintained linter finds, each run over the index of one module."""

from __future__ import annotations

import concurrent.futures
import gc
import os
import sys
import tokenize
from typing import TYPE_CHECKING, Any

from codeflash_inside.scan import awaiting, classes, containers, repeating, services
from codeflash_inside.scan.source import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codeflash_inside.scan.source import Hit

RULES: dict[str, Callable[[Module], Iterator[Hit]]] = {
    "list-membership": containers.list_membership,
    "list-front": containers.list_front,
    "string-concat": containers.string_concat,
    "nested-loop-join": containers.nested_join,
    "deepcopy-in-loop": repeating.deepcopy_in_loop,
    "json-round-trip": repeating.json_round_trip,
    "compile-in-loop": repeating.compile_in_loop,
    "iterrows": repeating.iterrows,
    "concat-in-loop": repeating.concat_in_loop,
    "recursion-without-memo": repeating.recursion_without_memo,
    "missing-slots": classes.missing_slots,
    "sequential-awaits": awaiting.sequential_awaits,
    "await-in-loop": awaiting.await_in_loop,
    "unbounded-gather": awaiting.unbounded_gather,
    "sync-lock-in-async": awaiting.sync_lock,
    "client-per-call": services.client_per_call,
    "query-in-loop": services.query_in_loop,
}
FEW_FILES = 40  # below, starting another process takes longer than it saves
RECURSION = 5000
LINES_KEPT = 50_000  # so many lines' trees, some 60 MB, are kept before the collector is asked to free them


def hits_in(path: str, text: str) -> list[Hit]:
    """All hits in one file, by line.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it does not parse.
    """
    return _hits(Module(path, text))


def _hits(module: Module) -> list[Hit]:
    return sorted(hit for rule in RULES.values() for hit in rule(module))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Scan `request["files"]`: hits, the files that do not parse, and how many lines were read.

    With `request["functions"]`, also `(first line, last line, qualified name)` of the functions of each file.
    """
    named = bool(request.get("functions"))
    files = sorted(request["files"], key=_size, reverse=True)
    workers = min(os.cpu_count() or 1, 8) if len(files) > FEW_FILES else 1
    parts = [files[place::workers] for place in range(workers)]
    if workers == 1:
        results = [_scan(files, named)]
    else:
        try:
            with concurrent.futures.ProcessPoolExecutor(workers - 1) as pool:
                others = [pool.submit(_scan, part, named) for part in parts[1:]]
                results = [_scan(parts[0], named), *(other.result() for other in others)]
        except (OSError, concurrent.futures.process.BrokenProcessPool):
            results = [_scan(files, named)]
    return {
        "hits": [hit for result in results for hit in result["hits"]],
        "unread": [one for result in results for one in result["unread"]],
        "lines": sum(result["lines"] for result in results),
        "functions": {path: spans for result in results for path, spans in result["functions"].items()},
    }


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _scan(files: list[str], named: bool) -> dict[str, Any]:
    # Trees hold no garbage until they are dropped; the collector would walk them for nothing.
    gc.disable()
    sys.setrecursionlimit(RECURSION)
    hits: list[dict[str, Any]] = []
    functions: dict[str, list[tuple[int, int, str]]] = {}
    unread: list[str] = []
    lines = kept = 0
    for path in files:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            module = Module(path, text)
            found = _hits(module)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            unread.append(f"{path}: {type(error).__name__}")
            continue
        if named:
            functions[path] = module.functions()
        hits.extend({"file": path, **hit._asdict()} for hit in found)
        added = text.count("\n") + 1
        lines, kept = lines + added, kept + added
        if kept > LINES_KEPT:
            module = None  # type: ignore[assignment]
            gc.collect()
            kept = 0
    return {"hits": hits, "unread": unread, "lines": lines, "functions": functions}
