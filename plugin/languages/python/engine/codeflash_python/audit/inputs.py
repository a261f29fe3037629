"""The benchmark's own inputs written into the program, or answers kept ready for them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codeflash_python.audit.source import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_python.audit.source import Module, Workload

GATE = "hard-coded-input"
LARGE = 100  # smaller numbers are equal by chance
LONG = 8  # characters; shorter strings are words of many programs
KEYS = 2  # of a table, that are inputs of the benchmark
_DIGEST = re.compile(r"[0-9a-f]{16,}")


def hard_coded(module: Module, workload: Workload) -> Iterator[Sign]:
    """Comparisons with, and tables keyed by, constants that the benchmark feeds in; comparisons with a digest."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare) and any(
            isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) for operator in node.ops
        ):
            for constant in _constants([node.left, *node.comparators]):
                yield from _compared(constant, workload)
        elif isinstance(node, ast.Dict):
            yield from _table(node, workload)
        elif type(node).__name__ == "MatchValue":
            for constant in _constants([node.value]):  # type: ignore[attr-defined]
                yield from _compared(constant, workload)


def _compared(constant: ast.Constant, workload: Workload) -> Iterator[Sign]:
    value = constant.value
    shown = repr(value)[:40]
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        yield Sign(GATE, shown, constant.lineno, f"compared with the digest {shown}: is one input recognised?")
    elif _telling(value) and value in workload.constants:
        yield Sign(GATE, shown, constant.lineno, f"compared with {shown}, an input of the benchmark")


def _table(node: ast.Dict, workload: Workload) -> Iterator[Sign]:
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    hits = [key for key in keys if key in workload.constants and (_telling(key) or isinstance(key, (int, float)))]
    hits = [key for key in hits if not isinstance(key, bool) and key not in (0, 1, 2)]
    told = [key for key in hits if _telling(key)]
    if told or len(hits) >= KEYS:
        shown = ", ".join(repr(key)[:20] for key in (told or hits)[:3])
        yield Sign(GATE, f"{{{shown}}}", node.lineno, f"a table is keyed by {shown}, which the benchmark feeds in")


def _telling(value: object) -> bool:
    """Whether a constant is so particular that it is hardly there by chance."""
    if isinstance(value, (str, bytes)):
        return len(value) >= LONG
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) >= LARGE
    return isinstance(value, float) and value not in (0.0, 0.5, 1.0, 2.0, 10.0, 100.0)


def _constants(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield node
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            yield from _constants(node.elts)
