"""What a detector works on, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.identity import Function
    from profiler.analyse.model import Table
    from profiler.analyse.pauses import Collector

    Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef]

# The test harness's own work is the price of the test run, not of the program.
HARNESS = {"pytest", "pluggy", "coverage", "pytest-cov", "pytest-xdist", "execnet", "memray", "yappi"}


@dataclass
class Evidence:
    """All figures of a profile.

    Attributes:
        wall_s: of the joint pass.
        peak_bytes: of memory, by the allocation pass, or resident where there was none.
        definition: gives the source of one of the project's functions, None where it cannot be read.
    """

    table: Table
    collector: Collector
    loops: Asynchrony
    wall_s: float
    peak_bytes: float
    definition: Callable[[Function], Definition | None]


@dataclass
class Interaction:
    """One pattern found.

    Attributes:
        functions: the project's functions that it concerns, the most important first.
        evidence: the figures that justify it, by name.
        effect: about how much of the run it is worth, a fraction; patterns are shown in this order.
    """

    kind: str
    functions: list[Function]
    evidence: dict[str, float | str]
    text: str
    fix: str
    effect: float
