"""Which rule holds now: go on, pivot, stuck, floor, stop; pure, over decided experiments and the target table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.session.records import KEEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record

DISCARDS_TO_PIVOT = 3
DISCARDS_TO_BE_STUCK = 5
DISCARDS_TO_STOP = 8

GO_ON = "go on"
PIVOT = "pivot"
STUCK = "stuck"
FLOOR = "floor"
STOP = "stop"

RECOVERY = (
    "profile afresh",
    "reread the ledger",
    "combine past wins",
    "try the opposite scale",
    "look at the collector",
    "reread the goal",
)


@dataclass(frozen=True)
class Standing:
    """The state of the search and the rule that says so."""

    state: str
    why: str
    advice: str
    exhausted: tuple[str, ...] = ()  # dimensions with three discards running


def discards_running(decided: Sequence[Record], dimension: str | None = None) -> int:
    """How many of the latest experiments (of `dimension`) ended without a keep."""
    count = 0
    for record in reversed(decided):
        if dimension is not None and record.dimension != dimension:
            continue
        if record.state == KEEP:
            break
        count += 1
    return count


def standing(decided: Sequence[Record], headroom: dict[str, int] | None) -> Standing:
    """Judge the search.

    Args:
        decided: ended experiments, oldest first.
        headroom: dimension -> number of targets above its threshold in a profile of the present state, those left out
            that were tried in vain or skipped; None when there is no such profile.
    """
    running = discards_running(decided)
    tried = {record.dimension for record in decided}
    exhausted = tuple(sorted(name for name in tried if discards_running(decided, name) >= DISCARDS_TO_PIVOT))
    left = sorted(name for name, count in (headroom or {}).items() if count and name not in exhausted)
    if headroom is not None and not any(headroom.values()):
        return Standing(
            FLOOR,
            "no target above the thresholds is left that was not tried in vain or skipped",
            "complete",
            exhausted,
        )
    if running >= DISCARDS_TO_STOP:
        return Standing(STOP, f"{running} experiments running without a gain", "stop, with the analysis", exhausted)
    if running >= DISCARDS_TO_BE_STUCK:
        return Standing(STUCK, f"{running} discards running over all dimensions", "; ".join(RECOVERY), exhausted)
    if exhausted and headroom is not None and not left:
        why = f"{DISCARDS_TO_PIVOT} or more discards running in {', '.join(exhausted)}, no other dimension has headroom"
        return Standing(FLOOR, why, "check the interactions, then complete", exhausted)
    if exhausted and left:
        why = f"{DISCARDS_TO_PIVOT} discards running in {', '.join(exhausted)}"
        return Standing(PIVOT, why, f"go on with {', '.join(left)}", exhausted)
    return Standing(GO_ON, f"{running} discards running" if running else "targets are left", "next target", exhausted)
