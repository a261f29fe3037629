"""What modules import from elsewhere, read from their text."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"^(?:import|from)[ \t]+([A-Za-z]\w*)", re.MULTILINE)


def unconditional(text: str) -> set[str]:
    """Top-level names that a module imports at its outermost level, where a missing one stops it."""
    return set(_PLAIN.findall(text))


def own_names(files: list[str]) -> set[str]:
    """Names that the project itself may answer for: every folder and module in it."""
    parts = {part for path in files if path.endswith((".py", ".pyx", ".pyi")) for part in path.split("/")}
    return {part.rpartition(".")[0] if "." in part else part for part in parts}
