"""A profile beside the one before it: what a reader of the first table does not know yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROWS = 6  # of the table, from its top
NAMES = 8
FEW = 3
VISIBLE = 0.25  # share of a function's own time from which one of its places is named

Row = dict[str, Any]
Key = tuple[str, str]


def change_lines(
    before: Mapping[str, Any], after: Mapping[str, Any], number: int, *, brief: bool = False, memory: bool = False
) -> list[str]:
    """The totals, the first rows with where they stood before, what left the table, and interactions that are new.

    `brief` is for a profile between two changes that are decided already: the totals and the very first rows. `memory` is for
    a session that is about memory: who holds the most at the peak.
    """
    old, new = before["totals"], after["totals"]
    error = new.get("share_error_percent")
    within = f"; shares within +/-{error:.1f} points" if error is not None else ""
    lines = [
        (
            f"[unified profile {number}] wall {old['wall_s']:.2f} -> {new['wall_s']:.2f} s, CPU {old['cpu_s']:.2f} -> "
            f"{new['cpu_s']:.2f} s, peak RSS {old['rss_peak_mib']:.0f} -> {new['rss_peak_mib']:.0f} MiB, collector "
            f"{old['gc_percent']:.1f} -> {new['gc_percent']:.1f} % of CPU{within}"
        )
    ]
    if after["exit_code"] != 0:
        lines.append(f"  FAILED: exit code {after['exit_code']}")
    known = {*before["notes"], *before["left_out"]}
    lines += [
        f"  note: {text}" for text in (*after["left_out"], *after["notes"]) if _plain(text) not in map(_plain, known)
    ]
    ranks = {_key(row): rank for rank, row in enumerate(before["targets"], 1)}
    figures = {_key(row): row for row in after["functions"]}
    rows = after["targets"]
    if brief:
        return [
            *lines,
            *(_target(rank, row, ranks, figures.get(_key(row), {})) for rank, row in enumerate(rows[:FEW], 1)),
        ]
    lines.append("[unified targets] rank (before)" if rows else "[unified targets] none above the thresholds")
    lines += [_target(rank, row, ranks, figures.get(_key(row), {})) for rank, row in enumerate(rows[:ROWS], 1)]
    if rows[ROWS:]:
        lines.append(f"  and {len(rows) - ROWS} more: {_names(rows[ROWS:])}")
    present = {_key(row) for row in rows}
    gone = [row for row in before["targets"] if _key(row) not in present]
    if gone:
        lines.append(f"  no longer in it: {_names(gone)}")
    return [*lines, *(_allocators(after) if memory else []), *_interactions(before, after)]


def _target(rank: int, row: Row, ranks: Mapping[Key, int], figure: Row) -> str:
    was = ranks.get(_key(row))
    parts = [f"CPU {row['cpu_percent']:.1f} %"]
    if "cpu_own_percent" in figure:
        parts[0] += f" (own {figure['cpu_own_percent']:.1f}{_place(figure)})"
    if row["mem_mib"] >= 0.05:
        lines = figure.get("mem_lines") or []
        parts.append(f"{row['mem_mib']:.1f} MiB" + (f" (line {lines[0]['line']})" if lines else ""))
    if row["gc_percent"] >= 0.05:
        parts.append(f"GC {row['gc_percent']:.1f} %")
    if row["blocked_ms"] >= 0.5:
        parts.append(f"blocked {row['blocked_ms']:.0f} ms")
    if figure.get("calls") is not None:
        parts.append(f"{'>=' if figure['calls_at_least'] else ''}{figure['calls']:,} calls")
    return (
        f"  {rank} ({was or 'new'}) {row['function']} {row['file']}:{row['line']}: {', '.join(parts)}; "
        f"{'+'.join(row['domains'])}; priority {row['score']:.1f}"
    )


def _allocators(document: Mapping[str, Any]) -> list[str]:
    held = sorted(document["functions"], key=lambda row: -(row["mem_peak_mib"] or 0.0))[:FEW]
    if not document.get("allocations") or not held:
        return []
    told = [
        f"{row['function']} {row['file']}:{row['line']} {row['mem_peak_mib']:.1f} MiB"
        + (f" (line {row['mem_lines'][0]['line']})" if row["mem_lines"] else "")
        for row in held
        if row["mem_peak_mib"]
    ]
    return [
        f"[top allocators] {document['allocations']['peak_mib']:.1f} MiB at the peak: {'; '.join(told) or 'none of ours'}"
    ]


def _place(figure: Row) -> str:
    places = figure.get("cpu_places") or []
    if not places or places[0]["percent"] < max(1.0, VISIBLE * figure["cpu_own_percent"]):
        return ""
    first, last = places[0]["first"], places[0]["last"]
    return f", line {first}" if first == last else f", loop {first}-{last}"


def _interactions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Those that were not there before in full, the others by their names."""
    known = {_meeting(one) for one in before["interactions"]}
    fresh = [one for one in after["interactions"] if _meeting(one) not in known]
    still = [one for one in after["interactions"] if _meeting(one) in known]
    lines = [f"[interactions] new: {one['kind']}: {one['text']}. Root fix: {one['fix']}" for one in fresh]
    if still:
        lines.append("[interactions] still: " + "; ".join(_short(one) for one in still))
    gone = len(before["interactions"]) - len(still)
    return [*lines, f"[interactions] gone: {gone}"] if gone > 0 else lines


def _short(one: Row) -> str:
    return f"{one['kind']} ({', '.join(row['function'] for row in one['functions'])})"


def _meeting(one: Row) -> tuple[str, tuple[Key, ...]]:
    return one["kind"], tuple(sorted(_key(row) for row in one["functions"]))


def _key(row: Row) -> Key:
    """By file and name, since an edit above a function moves its line."""
    return row["file"], row["function"]


def _names(rows: Sequence[Row]) -> str:
    rest = f" (+{len(rows) - NAMES})" if rows[NAMES:] else ""
    return ", ".join(f"{row['function']} {row['file']}:{row['line']}" for row in rows[:NAMES]) + rest


def _plain(text: str) -> str:
    """A note without its figures, which differ from run to run."""
    return "".join(letter for letter in text if not letter.isdigit())
