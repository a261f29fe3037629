"""Collector figures of every process of a command, left in a folder by an injected `sitecustomize`."""

from __future__ import annotations

import contextlib
from pathlib import Path

INJECTED = Path(__file__).resolve().parent / "injected" / "sitecustomize.py"
PREFIX = "gc-"
ALLOCATIONS = "alloc-"
MIB = 1024.0 * 1024.0


def install(folder: Path) -> str:
    """Put the probe into `folder`, remove the figures of earlier runs, and return what PYTHONPATH must begin with.

    The probe is written once, so that later runs find it compiled.
    """
    target = folder / "sitecustomize.py"
    if not target.exists():
        target.write_text(INJECTED.read_text(encoding="utf-8"), encoding="utf-8")
    for name in (PREFIX, ALLOCATIONS):
        for path in folder.glob(f"{name}*"):
            path.unlink(missing_ok=True)
    return str(folder)


def read(folder: Path) -> dict[str, float]:
    """Sum what the processes left; empty when none left anything.

    `gc_s` in seconds, `gc_collections` and of each generation `gc_collections_gen0` to `2`, and `alloc_peak_mib` where
    allocations were traced: the sum of the processes' peaks. A file that a killed process tore is left out.
    """
    seconds, counts, found = 0.0, [0, 0, 0], False
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            first, *rest = path.read_text(encoding="ascii").split()
            told = [int(one) for one in rest]
            if len(told) == len(counts):
                seconds += float(first)
                counts = [known + more for known, more in zip(counts, told)]
                found = True
    if not found:
        return {}
    figures = {"gc_s": seconds, "gc_collections": float(sum(counts))}
    figures.update({f"gc_collections_gen{generation}": float(count) for generation, count in enumerate(counts)})
    peaks = []
    for path in folder.glob(f"{ALLOCATIONS}*"):
        with contextlib.suppress(OSError, ValueError):
            peaks.append(int(path.read_text(encoding="ascii")))
    return {**figures, "alloc_peak_mib": sum(peaks) / MIB} if peaks else figures
