"""Sampled stacks as the tree that a flame graph draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codeflash_agent.render.visible import line

SMALLEST = 0.006  # of the whole; narrower frames cannot be seen
DEEPEST = 48


@dataclass
class _Frame:
    value: float = 0.0
    children: dict[int, _Frame] = field(default_factory=dict)


def tree(document: dict[str, Any]) -> dict[str, Any] | None:
    """The tree of a document in speedscope's format: name, value in CPU seconds, children; None where it holds no sample."""
    frames = document["shared"]["frames"]
    profile = document["profiles"][0]
    root = _Frame()
    for stack, weight in zip(profile["samples"], profile["weights"]):
        root.value += weight
        here = root
        for number in stack[:DEEPEST]:
            here = here.children.setdefault(number, _Frame())
            here.value += weight
    if root.value <= 0:
        return None
    return _drawn("all", root, frames, root.value)


def _drawn(name: str, frame: _Frame, frames: list[dict[str, Any]], whole: float) -> dict[str, Any]:
    children = [
        _drawn(_label(frames[number]), child, frames, whole)
        for number, child in sorted(frame.children.items(), key=lambda pair: -pair[1].value)
        if child.value / whole >= SMALLEST
    ]
    drawn: dict[str, Any] = {"name": name, "value": round(frame.value, 4)}
    return {**drawn, "children": children} if children else drawn


def _label(frame: dict[str, Any]) -> str:
    file = str(frame.get("file") or "")
    if file.startswith("/"):  # of nobody's project: the folder and the name say enough
        file = "/".join(file.rsplit("/", 2)[-2:])
    place = f" {file}:{frame['line']}" if file else ""
    return line(f"{frame.get('name', '?')}{place}", 160)
