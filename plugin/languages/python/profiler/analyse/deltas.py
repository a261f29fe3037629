"""The change against the stored baseline, in every dimension and by function."""

from __future__ import annotations

from typing import Any

TOTALS = (
    ("wall_s", 1.0),
    ("cpu_s", 1.0),
    ("rss_peak_mib", 1.0),
    ("gc_s", 1.0),
    ("mem_peak_mib", 1.0),
    ("blocked_ms", 1.0),
)
MOST = 8
NOTICEABLE_S = 0.01


def compare(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Totals side by side, and the functions whose own CPU seconds changed most, the largest change first."""
    totals = {}
    for name, _ in TOTALS:
        old, new = before.get("totals", {}).get(name), after.get("totals", {}).get(name)
        if isinstance(old, (int, float)) and isinstance(new, (int, float)):
            totals[name] = {"before": old, "after": new, "delta": new - old}
    return {
        "taken": before.get("taken", ""),
        "totals": totals,
        "functions": _functions(before, after)[:MOST],
    }


def _functions(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Matched by file and name, since an edit above a function moves its line."""
    old, new = _seconds(before), _seconds(after)
    changes = []
    for file, name in {*old, *new}:
        first, second = old.get((file, name), 0.0), new.get((file, name), 0.0)
        if abs(second - first) >= NOTICEABLE_S:
            changes.append(
                {"file": file, "function": name, "own_s_before": first, "own_s_after": second, "delta": second - first}
            )
    return sorted(changes, key=lambda change: (-abs(change["delta"]), change["file"], change["function"]))


def _seconds(document: dict[str, Any]) -> dict[tuple[str, str], float]:
    sampled = document.get("totals", {}).get("sampled_cpu_s", 0.0)
    return {
        (row["file"], row["function"]): row["cpu_own_percent"] / 100 * sampled for row in document.get("functions", ())
    }
