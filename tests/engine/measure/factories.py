"""Sides, samples and pairs for tests."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from codeflash_agent.measure.model import LOWER, Pair, Sample, Side, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PYTHON = f"'{sys.executable}' -I -S"


def side(tree: Path, name: str = "base", gc_s: float | None = None) -> Side:
    """A side whose commands run in `tree` with this process's environment."""
    probed = {} if gc_s is None else {"gc_s": gc_s, "gc_collections": 3.0}
    return Side(name, tree, lambda probe: {**os.environ, "PROBE": str(probe)}, lambda _probe: probed)


def python(tree: Path, source: str, name: str = "program.py") -> str:
    """A command that runs `source` as a program of `tree`."""
    (tree / name).write_text(source, encoding="utf-8")
    return f"{PYTHON} {name}"


def sample(cpu: float, *, output: str = "same", better: str = LOWER, **values: float) -> Sample:
    """A sample with `cpu` as CPU and wall seconds, 50 MiB, and further values by name."""
    figures = {"wall_s": Value(cpu, "s"), "cpu_s": Value(cpu, "s"), "rss_mib": Value(50.0, "MiB")}
    return Sample({**figures, **{key: Value(value, "", better) for key, value in values.items()}}, 0, output)


def pairs_of(base: Sequence[float], head: Sequence[float]) -> list[Pair]:
    """Pairs with these CPU seconds."""
    return [Pair(i, "base", sample(b), sample(h)) for i, (b, h) in enumerate(zip(base, head))]


def no_band() -> Mapping[str, float]:
    """A band that leaves all metrics at their floors."""
    return {}
