"""Two profiles side by side as text."""

from __future__ import annotations

import shlex
from typing import Any

from profiler.analyse.deltas import NOTICEABLE_MIB

ROWS = 12
UNITS = {"wall_s": "s", "cpu_s": "s", "gc_s": "s", "rss_peak_mib": "MiB", "mem_peak_mib": "MiB", "blocked_ms": "ms"}


def render(before: dict[str, Any], after: dict[str, Any], found: dict[str, Any]) -> str:
    """Totals, functions, and the interactions that came and went."""
    lines = [f"[diff] {shlex.join(after['command'])}"]
    if before["command"] != after["command"]:
        lines.append(f"  note: the first profile is of another command: {shlex.join(before['command'])}")
    if before["python"] != after["python"]:
        lines.append(f"  note: Python {before['python']} against {after['python']}")
    lines.append("one run each: a hint where to look, and no measurement")
    for name, change in found["totals"].items():
        relative = f"  {100 * change['delta'] / change['before']:+.1f} %" if change["before"] else ""
        lines.append(f"  {name:<14} {change['before']:10.3f} -> {change['after']:10.3f} {UNITS[name]}{relative}")
    lines += _functions(found["functions"])
    lines += _interactions(before, after)
    return "\n".join(lines) + "\n"


def _functions(changes: list[dict[str, Any]]) -> list[str]:
    if not changes:
        return ["", "no function changed by 10 ms of own CPU time or half a MiB"]
    lines = ["", "[functions] own CPU seconds, MiB at the peak, calls"]
    for change in changes[:ROWS]:
        parts = [f"{change['own_s_before']:8.3f} -> {change['own_s_after']:8.3f} s ({change['delta']:+.3f})"]
        old, new = change["mem_mib_before"], change["mem_mib_after"]
        if abs((new or 0.0) - (old or 0.0)) >= NOTICEABLE_MIB:
            parts.append(f"{old or 0.0:.1f} -> {new or 0.0:.1f} MiB")
        if change["calls_before"] != change["calls_after"] and None not in (
            change["calls_before"],
            change["calls_after"],
        ):
            parts.append(f"{change['calls_before']:,} -> {change['calls_after']:,} calls")
        lines.append(f"  {', '.join(parts)}  {change['function']}  {change['file']}")
    if len(changes) > ROWS:
        lines.append(f"  and {len(changes) - ROWS} more (--json has all)")
    return lines


def _interactions(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = _named(before), _named(after)
    lines = [f"  gone: {name}" for name in sorted(old - new)] + [f"  new: {name}" for name in sorted(new - old)]
    return ["", "[interactions]", *lines] if lines else []


def _named(document: dict[str, Any]) -> set[str]:
    return {
        f"{row['kind']}: {', '.join(function['function'] for function in row['functions'][:2])}"
        for row in document["interactions"]
    }
