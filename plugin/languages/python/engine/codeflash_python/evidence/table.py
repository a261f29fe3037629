"""Sums a recording by function of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeflash_python.evidence.locate import Locator, Place
    from codeflash_python.evidence.model import Flat, Frame, Measure, Recording

MIB = 1024 * 1024
CPU_PERCENT, MEMORY_MIB = 1.0, 2.0  # from which a function is a target, as in the unified profile
SMALL_PEAK = 64 * MIB
PER_FURTHER_DOMAIN = 0.25
ROUNDS = 60  # for time that passes through as many levels of other code
RULE = "priority = (own time in % + memory in % of the peak, or of 64 MiB where that is more) x 1.25 where both count"


@dataclass
class Sums:
    """Amounts of one function, in the measure's unit.

    Attributes:
        self_: in its own code.
        own: there and in code that is not the project's, called by it.
        cumulative: in everything below it; None where the tool does not say.
    """

    self_: float = 0.0
    own: float = 0.0
    cumulative: float | None = 0.0


def total(measure: Measure) -> float:
    """All that was seen, the project's or not."""
    return sum(measure.stacks.values()) + sum(one.own for one in measure.flat)


def sums(measure: Measure, locator: Locator) -> dict[Place, Sums]:
    """The amounts of each function of the project."""
    found: dict[Place, Sums] = {}
    for stack, amount in measure.stacks.items():
        places = [locator.place(frame) for frame in stack]
        if places[-1] is not None:
            found.setdefault(places[-1], Sums()).self_ += amount
        inner = next((place for place in reversed(places) if place is not None), None)
        if inner is not None:
            found.setdefault(inner, Sums()).own += amount
        for place in {place for place in places if place is not None}:
            row = found.setdefault(place, Sums())
            row.cumulative = (row.cumulative or 0.0) + amount
    if measure.flat:
        _flat(measure.flat, locator, found)
    return found


def _flat(rows: list[Flat], locator: Locator, found: dict[Place, Sums]) -> None:
    places = {row.frame: locator.place(row.frame) for row in rows}
    others = [row for row in rows if places[row.frame] is None and row.cumulative]
    pure = _without_project(others)
    for row in rows:
        place = places[row.frame]
        if place is None:
            continue
        sum_ = found.setdefault(place, Sums())
        sum_.self_ += row.own
        sum_.own += row.own
        # A function may be several rows, such as its comprehensions, which are within each other's time.
        sum_.cumulative = None if row.cumulative is None else max(sum_.cumulative or 0.0, row.cumulative)
    for row in others:
        for caller, through in row.callers.items():
            place = places.get(caller)
            if place is not None and row.cumulative:
                found[place].own += pure[row.frame] * min(1.0, through / row.cumulative)


def _without_project(others: list[Flat]) -> dict[Frame, float]:
    """Time of each function of other code and of other code below it, without what of the project's it calls back."""
    own = {row.frame: row.own for row in others}
    callees: dict[Frame, list[tuple[Frame, float]]] = {}
    for row in others:
        for caller, through in row.callers.items():
            if caller in own and caller != row.frame and row.cumulative:
                callees.setdefault(caller, []).append((row.frame, min(1.0, through / row.cumulative)))
    pure = dict(own)
    for _ in range(ROUNDS):
        after = {
            frame: seconds + sum(pure[callee] * part for callee, part in callees.get(frame, ()))
            for frame, seconds in own.items()
        }
        settled = all(abs(after[frame] - pure[frame]) <= 1e-9 for frame in own)
        pure = after
        if settled:
            break
    # Recursion can count time twice; a function has no more than what passes through it.
    return {row.frame: min(pure[row.frame], row.cumulative or 0.0) for row in others}


def functions(recording: Recording, locator: Locator) -> list[dict[str, Any]]:
    """A row for each function of the project, as in the unified profile, the dearest first."""
    time = sums(recording.time, locator) if recording.time else {}
    memory = sums(recording.memory, locator) if recording.memory else {}
    allocated = sums(recording.allocated, locator) if recording.allocated else {}
    whole = total(recording.time) if recording.time else 0.0
    rows: list[dict[str, Any]] = []
    for place in {*time, *memory, *allocated}:
        one, kept, made = time.get(place), memory.get(place), allocated.get(place)
        rows.append(
            {
                "file": place.file,
                "line": place.line,
                "function": place.function,
                "in_source": place.certain,
                "cpu_self_percent": _percent(one.self_ if one else 0.0, whole) if recording.time else None,
                "cpu_own_percent": _percent(one.own if one else 0.0, whole) if recording.time else None,
                "cpu_cum_percent": None
                if recording.time is None or (one is not None and one.cumulative is None)
                else _percent((one.cumulative or 0.0) if one else 0.0, whole),
                "mem_peak_mib": (kept.own if kept else 0.0) / MIB if recording.memory else None,
                "mem_allocated_mib": (made.own if made else 0.0) / MIB if recording.allocated else None,
            }
        )
    rows.sort(key=lambda row: (-(row["cpu_cum_percent"] or 0.0), -(row["cpu_own_percent"] or 0.0), -(row["mem_peak_mib"] or 0.0), row["file"], row["line"]))  # fmt: skip
    return rows


def targets(rows: list[dict[str, Any]], recording: Recording) -> list[dict[str, Any]]:
    """The rows above a threshold, by priority."""
    peak = total(recording.memory) if recording.memory else 0.0
    found: list[dict[str, Any]] = []
    for row in rows:
        cpu, memory = row["cpu_own_percent"] or 0.0, row["mem_peak_mib"] or 0.0
        domains = [name for name, counts in (("cpu", cpu >= CPU_PERCENT), ("memory", memory >= MEMORY_MIB)) if counts]
        if domains:
            score = (cpu if "cpu" in domains else 0.0) + (
                100 * memory * MIB / max(peak, SMALL_PEAK) if "memory" in domains else 0.0
            )
            found.append(
                {
                    "file": row["file"],
                    "line": row["line"],
                    "function": row["function"],
                    "cpu_percent": row["cpu_own_percent"],
                    "mem_mib": row["mem_peak_mib"],
                    "gc_percent": None,
                    "blocked_ms": None,
                    "domains": domains,
                    "score": score * (1 + PER_FURTHER_DOMAIN * (len(domains) - 1)),
                }
            )
    return sorted(found, key=lambda row: (-row["score"], row["file"], row["line"]))


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0
