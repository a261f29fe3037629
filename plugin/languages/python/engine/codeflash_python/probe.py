"""Collector figures of every process of a command, left in a folder by an injected `sitecustomize`."""

from __future__ import annotations

import contextlib
from pathlib import Path

INJECTED = Path(__file__).resolve().parent / "injected" / "sitecustomize.py"
PREFIX = "gc-"


def install(folder: Path) -> str:
    """Put the probe into `folder`, remove the figures of earlier runs, and return what PYTHONPATH must begin with.

    The probe is written once, so that later runs find it compiled.
    """
    target = folder / "sitecustomize.py"
    if not target.exists():
        target.write_text(INJECTED.read_text(encoding="utf-8"), encoding="utf-8")
    for path in folder.glob(f"{PREFIX}*"):
        path.unlink(missing_ok=True)
    return str(folder)


def read(folder: Path) -> dict[str, float]:
    """Sum what the processes left: `gc_s` in seconds and `gc_collections`; empty when none left anything.

    A file that a killed process tore is left out.
    """
    seconds = 0.0
    collections = 0
    found = False
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            first, second = path.read_text(encoding="ascii").split()
            seconds += float(first)
            collections += int(second)
            found = True
    return {"gc_s": seconds, "gc_collections": float(collections)} if found else {}
