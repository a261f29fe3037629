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
NOTICEABLE_MIB = 0.5


def compare(before: dict[str, Any], after: dict[str, Any], most: int | None = MOST) -> dict[str, Any]:
    """Totals side by side, and the functions that changed most, the largest change first; `most` of them, or all."""
    totals = {}
    for name, _ in TOTALS:
        old, new = before.get("totals", {}).get(name), after.get("totals", {}).get(name)
        if isinstance(old, (int, float)) and isinstance(new, (int, float)):
            totals[name] = {"before": old, "after": new, "delta": new - old}
    return {
        "taken": before.get("taken", ""),
        "totals": totals,
        "functions": _functions(before, after)[:most],
    }


def _functions(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Matched by file and name, since an edit above a function moves its line."""
    old, new = _figures(before), _figures(after)
    nothing = (0.0, None, None)
    changes = []
    for file, name in {*old, *new}:
        first, second = old.get((file, name), nothing), new.get((file, name), nothing)
        delta = second[0] - first[0]
        held = None if first[1] is None and second[1] is None else (second[1] or 0.0) - (first[1] or 0.0)
        if abs(delta) >= NOTICEABLE_S or abs(held or 0.0) >= NOTICEABLE_MIB:
            changes.append(
                {
                    "file": file,
                    "function": name,
                    "own_s_before": first[0],
                    "own_s_after": second[0],
                    "delta": delta,
                    "mem_mib_before": first[1],
                    "mem_mib_after": second[1],
                    "calls_before": first[2],
                    "calls_after": second[2],
                }
            )
    return sorted(changes, key=lambda change: (-abs(change["delta"]), change["file"], change["function"]))


def _figures(document: dict[str, Any]) -> dict[tuple[str, str], tuple[float, float | None, int | None]]:
    """Function → own CPU seconds, MiB at the peak, calls."""
    sampled = document.get("totals", {}).get("sampled_cpu_s", 0.0)
    return {
        (row["file"], row["function"]): (
            row["cpu_own_percent"] / 100 * sampled,
            row.get("mem_peak_mib"),
            row.get("calls"),
        )
        for row in document.get("functions", ())
    }
