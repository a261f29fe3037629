"""Whether the figures that a session claims stand in its own records."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

CLAIM = re.compile(r"(?<![\w.,-])(\d+(?:\.\d+)?)\s?(x\b|×|%|MiB\b|MB\b|ms\b|s\b)")
INTERVAL = re.compile(r"\[(\d+\.\d+), (\d+\.\d+)\]")
PLAIN = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]\d)")
ALWAYS = {"95", "5", "100", "0"}  # per cent of intervals and thresholds, which the method itself names


def numbers(value: Any) -> Iterator[float]:
    """All numbers in a document, those in its texts included."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (int, float)):
        yield float(value)
    elif isinstance(value, str):
        yield from (float(text) for text in PLAIN.findall(value))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)


def recorded(session: Path) -> set[float]:
    """Every figure in the records of a session: experiments, milestones, ledger, profiles."""
    found: set[float] = set()
    for path in sorted(session.rglob("*.json")):
        if "worktrees" in path.parts or "baselines" in path.parts:
            continue
        try:
            found.update(numbers(json.loads(path.read_text(encoding="utf-8"))))
        except ValueError:
            continue
    for name in ("results.tsv", "HANDOFF.md", "report.md"):
        if (session / name).exists():
            found.update(numbers((session / name).read_text(encoding="utf-8")))
    return found


def unbacked(answer: str, figures: set[float]) -> list[str]:
    """The figures of an answer that no record has.

    A ratio or a size stands for a record that rounds to it. A percentage may also be the gain that a recorded ratio means.
    """
    missing = []
    gains = {100 * (1 - 1 / value) for value in figures if value > 1} | {100 * (value - 1) for value in figures if value > 1}
    differences = figures | {value / 1000 for value in figures} | {value * 1000 for value in figures}
    for text, unit in CLAIM.findall(answer):
        if text in ALWAYS:
            continue
        places = len(text.partition(".")[2])
        pool = differences | gains | {100 * value for value in figures} if unit == "%" else differences
        if not any(abs(value - float(text)) <= 0.5 * 10**-places + 1e-9 for value in pool):
            missing.append(f"{text} {unit}")
    for pair in INTERVAL.findall(answer):
        for text in pair:
            places = len(text.partition(".")[2])
            if not any(abs(value - float(text)) <= 0.5 * 10**-places + 1e-9 for value in figures):
                missing.append(f"[{text}]")
    return missing
