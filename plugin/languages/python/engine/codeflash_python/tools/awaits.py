"""The event loop by the latest profile: who held it, what was waited for, what could have been waited for at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_python.tools import inside
from codeflash_python.tools.heat import root_of

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

BLOCKED_MS, WORTH_S, WORTH_SHARE = 5.0, 0.005, 0.01
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60


def answer(inquiry: Inquiry) -> Answer:
    """Join the profile's async figures with the syntax trees of the files that waited."""
    profile = inquiry.profile
    if profile is None:
        raise EnvironmentProblem("there is no profile: run `codeflash-agent profile`, or give --profile FILE")
    loops = profile.get("asyncio")
    if not loops:
        line = "[awaits] no event loop of asyncio ran in the profiled command"
        return Answer([line], {"schema_version": 1, "ran": False})
    left_out = [] if loops["waits"] else ["no waits: the async pass was left out; profile without --quick"]
    wall = _wall(profile)
    overlaps = _overlaps(inquiry, loops["waits"], root_of(profile, inquiry.tree, inquiry.project), left_out)
    blocking = _blocking(profile, loops)
    document: dict[str, Any] = {
        "schema_version": 1,
        "ran": True,
        "wall_s": wall,
        "busy_percent": 100 * loops["busy_s"] / (profile["totals"]["wall_s"] or 1.0),
        "blocking": blocking,
        "overlaps": overlaps,
        "concurrency": _concurrency(profile, loops, wall),
        "slow": _slow(loops["waits"]),
        "left_out": left_out,
    }
    act = any(one["blocked_ms"] >= BLOCKED_MS for one in blocking) or any(one["worth_it"] for one in overlaps)
    return Answer(_lines(document, inquiry.options.get("limit", 8)), document, found=act)


def overlaps(inquiry: Inquiry) -> list[dict[str, Any]]:
    """The waits that could overlap and are worth it, the largest first; empty where no loop of asyncio waited."""
    profile = inquiry.profile or {}
    waits = (profile.get("asyncio") or {}).get("waits") or []
    return (
        [
            one
            for one in _overlaps(inquiry, waits, root_of(profile, inquiry.tree, inquiry.project), [])
            if one["worth_it"]
        ]
        if waits
        else []
    )


def _wall(profile: dict[str, Any]) -> float:
    """Seconds of the pass that the waits were taken in."""
    return float(next((one["wall_s"] for one in profile["passes"] if one["name"] == "async"), profile["wall_s"]))


def _blocking(profile: dict[str, Any], loops: dict[str, Any]) -> list[dict[str, Any]]:
    """Functions that held the loop, the worst first, each with the stack by which they most did."""
    rows = sorted((row for row in profile["functions"] if row["blocked_ms"] >= 1), key=lambda row: -row["blocked_ms"])
    found = []
    for row in rows:
        key = (row["file"], row["function"])
        blocks = [one for one in loops.get("blocks", ()) if _innermost(one["stack"]) == key]
        # Where it was ready to run and others had the processor, it neither computed nor waited.
        ran = sum(one["held_ms"] - one["queued_ms"] for one in blocks) or row["blocked_ms"]
        cpu = sum(one["cpu_ms"] for one in blocks) if blocks else row["blocked_cpu_ms"]
        found.append(
            {
                "file": row["file"],
                "line": row["line"],
                "function": row["function"],
                "blocked_ms": row["blocked_ms"],
                "cpu_ms": row["blocked_cpu_ms"],
                "longest_ms": row["longest_block_ms"],
                "how": "computes" if cpu >= ran / 2 else "waits",
                "stack": [f"{one['function']} ({one['file']}:{one['line']})" for one in blocks[0]["stack"]]
                if blocks
                else [],
            }
        )
    return found


def _innermost(stack: list[dict[str, Any]]) -> tuple[str, str] | None:
    """The project's function that a block is charged to."""
    return next(((one["file"], one["function"]) for one in reversed(stack) if _own(one["file"])), None)


def _own(file: str) -> bool:
    return not file.startswith(("/", "<"))


def _overlaps(inquiry: Inquiry, waits: list[dict[str, Any]], root: Path, left_out: list[str]) -> list[dict[str, Any]]:
    places: dict[tuple[str, int], list[float]] = {}  # -> waits, seconds
    for wait in waits:
        for file, line in {(step["file"], step["at"]) for step in wait["chain"] if _own(step["file"])}:
            row = places.setdefault((str(root / file), line), [0.0, 0.0])
            row[0] += wait["waits"]
            row[1] += wait["waited_s"]
    files = sorted({file for file, _ in places if Path(file).is_file()})
    if not files:
        return []
    asked = inside.ask(inquiry, "awaits", {"files": files})
    left_out += [f"not read: {one}" for one in asked["unread"]]
    found = [row for row in (_measured(one, places, root) for one in asked["rows"]) if row is not None]
    least = max(WORTH_S, WORTH_SHARE * _wall(inquiry.profile or {}))
    for one in found:
        one["worth_it"] = one["saves_s"] >= least
    return sorted(found, key=lambda row: -row["saves_s"])


def _measured(one: dict[str, Any], places: dict[tuple[str, int], list[float]], root: Path) -> dict[str, Any] | None:
    """A pair or loop with what was waited there; None where nothing was."""

    def waited(span: list[int]) -> tuple[float, float]:
        rows = [places[one["file"], line] for line in range(span[0], span[1] + 1) if (one["file"], line) in places]
        return sum(row[0] for row in rows), sum(row[1] for row in rows)

    (count, seconds), (_, other) = waited(one["first"]), waited(one["second"])
    if one["kind"] == "pair":
        saves = min(seconds, other)
    else:
        other, saves = seconds, seconds * (1 - 1 / count) if count > 1 else 0.0
    if saves <= 0:
        return None
    return {
        "file": Path(one["file"]).relative_to(root).as_posix()
        if Path(one["file"]).is_relative_to(root)
        else one["file"],
        "function": one["function"],
        "line": one["second"][0] if one["kind"] == "pair" else one["first"][0],
        "kind": one["kind"],
        "texts": one["texts"],
        "waited_s": [seconds, other] if one["kind"] == "pair" else [seconds],
        "waits": int(count),
        "saves_s": saves,
        "sure": one["sure"],
        "shared": one["shared"],
    }


def _concurrency(profile: dict[str, Any], loops: dict[str, Any], wall: float) -> dict[str, Any]:
    spent = sum(one["working_s"] + one["waiting_s"] for one in loops["tasks"])
    return {
        "mean_tasks": spent / wall if wall else 0.0,
        "coroutines": [
            {
                "file": one["file"],
                "function": one["function"],
                "most_tasks": one["most_tasks"],
                "tasks": [int(tasks) for tasks, _ in one["samples"]],
            }
            for one in profile["concurrency"]
        ],
    }


def _slow(waits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Waits by what was awaited and by which function of the project, the dearest first, with the lines."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for wait in waits:
        awaited = wait["chain"][-1]
        step = next((one for one in reversed(wait["chain"]) if _own(one["file"])), None)
        row = found.setdefault(
            (awaited["function"], step["file"] if step else awaited["file"], step["function"] if step else ""),
            {
                "file": awaited["file"],
                "function": awaited["function"],
                "waits": 0,
                "waited_s": 0.0,
                "longest_ms": 0.0,
                "from": {},
            },
        )
        row["waits"] += wait["waits"]
        row["waited_s"] += wait["waited_s"]
        row["longest_ms"] = max(row["longest_ms"], wait["longest_ms"])
        if step is not None:
            place = f"{step['file']}:{step['at']} {step['function']}"
            row["from"][place] = row["from"].get(place, 0.0) + wait["waited_s"]
    rows = sorted(found.values(), key=lambda row: -row["waited_s"])
    for row in rows:
        row["mean_ms"] = 1000 * row["waited_s"] / (row["waits"] or 1)
        row["from"] = sorted(row["from"], key=lambda place: -row["from"][place])[:3]
    return rows


def _lines(document: dict[str, Any], limit: int) -> list[str]:
    concurrency = document["concurrency"]
    busy, tasks = document["busy_percent"], concurrency["mean_tasks"]
    lines = [f"[awaits] the loop was busy {busy:.0f} % of the time; on average {tasks:.1f} tasks under way"]
    if document["blocking"]:
        lines += ["", "held the loop:"]
    for one in document["blocking"][:limit]:
        lines.append(
            f"  {one['blocked_ms']:8.1f} ms, longest {one['longest_ms']:.1f} ms, {one['how']}  "
            f"{one['function']}  {one['file']}:{one['line']}"
        )
        if len(one["stack"]) > 1:
            lines.append(f"    by {' > '.join(one['stack'][-6:])}")
    if document["overlaps"]:
        lines += ["", *overlap_lines(document["overlaps"], limit)]
    if concurrency["coroutines"]:
        lines += ["", "tasks at once, over time:"]
        lines += [
            f"  {_spark(one['tasks'], one['most_tasks'])} up to {one['most_tasks']}  {one['function']}  {one['file']}"
            for one in concurrency["coroutines"][:limit]
        ]
    if document["slow"]:
        lines += ["", "waited for:"]
        lines += [
            f"  {one['waited_s']:8.3f} s in {one['waits']} waits, mean {one['mean_ms']:.1f} ms, longest {one['longest_ms']:.1f} ms  "
            f"{one['function']}" + (f", from {one['from'][0]}" if one["from"] else "")
            for one in document["slow"][:limit]
        ]
    return lines + [f"left out: {one}" for one in document["left_out"]]


def overlap_lines(overlaps: list[dict[str, Any]], limit: int) -> list[str]:
    """The waits that could overlap, as text."""
    lines = ["[overlaps] waited one after the other, and need nothing from each other (seconds over all tasks):"]
    for one in overlaps[:limit]:
        sure = (
            ""
            if one["sure"]
            else f", both use {', '.join(one['shared'])}"
            if one["shared"]
            else ", if order does not matter"
        )
        how = (
            " then ".join(one["texts"])
            if one["kind"] == "pair"
            else f"{one['texts'][0]} in a loop, {one['waits']} waits"
        )
        lines.append(f"  up to {one['saves_s']:.3f} s  {one['file']}:{one['line']} {one['function']}: {how}{sure}")
    return lines


def _spark(tasks: list[int], most: int) -> str:
    step = max(1, -(-len(tasks) // WIDTH))
    highest = [max(tasks[at : at + step]) for at in range(0, len(tasks), step)]
    return "".join(BARS[min(len(BARS) - 1, one * (len(BARS) - 1) // max(most, 1))] for one in highest)
