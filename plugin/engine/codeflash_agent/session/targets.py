"""The target table as a unified profile computed it, read for status and hand-over."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.measure import extras
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import ProfileEntry, Session
    from codeflash_agent.storage.layout import Layout


LEAST = 0.01  # of a metric: what a change must bring at the least, as for the net of a trade-off
TOO_SMALL = "too small to win"
WHOLE_RUN = ("cpu_s", "wall_s", "rss_mib", "gc_s")  # metrics of the whole process, which shares of a profile speak for


@dataclass(frozen=True)
class Target:
    """One row: what it costs in each dimension and its score."""

    function: str
    place: str  # file:line
    cpu_percent: float
    memory_mib: float
    gc_s: float
    blocked_ms: float
    domains: tuple[str, ...]
    score: float
    # The share of the measured whole that is gone with everything the row does, by metric; empty where it is not known.
    most: Mapping[str, float] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """`file::function`, as an experiment names its target."""
        return f"{self.place.rsplit(':', 1)[0]}::{self.function}"

    def is_named_by(self, target: str) -> bool:
        """Whether an experiment's target is this row, also when its file is given from another folder."""
        file, _, function = target.rpartition("::")
        own = self.place.rsplit(":", 1)[0]
        return function == self.function and (file.endswith(own) or own.endswith(file))


def of_benchmark(session: Session) -> list[ProfileEntry]:
    """The profiles of the locked benchmark that ran to its end, oldest first; those of other commands are looks aside."""
    command = shlex.split(session.method.benchmark)
    return [entry for entry in session.profiles if entry.exit_code == 0 and shlex.split(entry.command) == command]


def current_profile(session: Session, tree_hash: str) -> ProfileEntry | None:
    """The newest profile of the locked benchmark on exactly the state `tree_hash`."""
    return next((entry for entry in reversed(of_benchmark(session)) if entry.tree_hash == tree_hash), None)


def load(layout: Layout, session: Session, entry: ProfileEntry) -> list[Target]:
    """The targets of one profile, best first, with files as seen from the top of the repository."""
    return from_document(atomic.read_json(layout.home / entry.file), session.tree_path)


def from_document(document: dict[str, Any], tree: Path) -> list[Target]:
    """Join `targets[]` of a profile document with the figures of its `functions[]`."""
    root = Path(document.get("source_root", ""))
    inside = root.relative_to(tree) if root.is_relative_to(tree) else Path()
    figures = {(row["file"], row["line"], row["function"]): row for row in document.get("functions", [])}
    rows = []
    for target in document.get("targets", []):
        figure = {**figures.get((target["file"], target["line"], target["function"]), {}), **target}
        rows.append(
            Target(
                function=target["function"],
                place=f"{inside / target['file']}:{target['line']}",
                cpu_percent=float(figure.get("cpu_percent") or figure.get("cpu_own_percent") or 0.0),
                memory_mib=float(figure.get("mem_peak_mib") or 0.0),
                gc_s=float(figure.get("gc_s") or 0.0),
                blocked_ms=float(figure.get("blocked_ms") or 0.0),
                domains=tuple(target.get("domains", ())),
                score=float(target.get("score", 0.0)),
                most=_most(document.get("totals", {}), figure),
            )
        )
    return rows


def _most(totals: Mapping[str, Any], figure: Mapping[str, Any]) -> dict[str, float]:
    """What a row could give at most: its time with all that it calls and its pauses, its memory, its hold on the loop."""
    if "cpu_cum_percent" not in figure:
        return {}
    pauses = float(figure.get("gc_s") or 0.0) + float(figure.get("gc_apportioned_s") or 0.0)
    cpu_s, wall_s, rss = (float(totals.get(name) or 0.0) for name in ("cpu_s", "wall_s", "rss_peak_mib"))
    shares = (float(figure["cpu_cum_percent"]), float(figure.get("cpu_percent") or 0.0))
    return {
        "cpu_s": max(shares) / 100.0 + (pauses / cpu_s if cpu_s else 1.0),
        "wall_s": float(figure.get("blocked_ms") or 0.0) / 1000.0 / wall_s if wall_s else 1.0,
        "rss_mib": float(figure.get("mem_peak_mib") or figure.get("resident_peak_mib") or 0.0) / rss if rss else 1.0,
    }


def least(session: Session) -> dict[str, float]:
    """Metric -> the smallest relative effect that an experiment could be kept for: the machine's band, 1 % at least."""
    return {name: max(LEAST, session.band.get(name, 0.0)) for name in ("cpu_s", "wall_s", "rss_mib")}


def is_too_small(row: Target, session: Session) -> bool:
    """Whether no experiment on a row could win: all that it does is less than could be shown or would be worth it.

    Only where the whole run is what is measured: a share of it says nothing about seconds that a benchmark takes of a
    part, nor about the start where that is measured on its own.
    """
    if not row.most or any(name not in WHOLE_RUN for name in session.start_values):
        return False
    if "structure" in row.domains and extras.STARTUP in session.method.extras:
        return False
    bounds = least(session)
    return all(share < 1.0 and share / (1.0 - share) < bounds[metric] for metric, share in row.most.items())


def left(rows: Sequence[Target], decided: Sequence[Record], session: Session) -> list[Target]:
    """The rows still worth trying: those never tried first, then those whose last experiment was kept.

    A row that could not win is closed by itself. A row whose last experiment was not kept, or that was skipped, is done
    with, unless another method was locked since: that one may see more. One that is dispatched is at work. A dispatched
    session has its own targets only.
    """
    fresh, again = [], []
    ends = _last_by_target(decided)
    for row in rows:
        elsewhere = [name for one in session.out for name in one.targets]
        if any(row.is_named_by(name) for name in (*elsewhere, *(skip.target for skip in session.skipped))):
            continue
        if session.only and not any(row.is_named_by(name) for name in session.only):
            continue
        if is_too_small(row, session):
            continue
        last = _last_of(row, ends)
        if last is None:
            fresh.append(row)
        elif last.state == "keep" or (last.method and last.method != session.method.digest):
            again.append(row)
    return fresh + again


def _last_by_target(decided: Sequence[Record]) -> dict[str, tuple[int, Record]]:
    """Target as experiments name it -> place and record of its last experiment; a long ledger is walked once."""
    return {record.target: (place, record) for place, record in enumerate(decided)}


def _last_of(row: Target, ends: dict[str, tuple[int, Record]]) -> Record | None:
    """The last experiment on a row, under whichever name."""
    named = [end for target, end in ends.items() if row.is_named_by(target)]
    return max(named, key=lambda end: end[0])[1] if named else None


def fates(rows: Sequence[Target], decided: Sequence[Record], session: Session) -> dict[str, str]:
    """Identity of a row -> what became of it so far: left alone, the outcome of its last experiment, or too small."""
    found = {}
    ends = _last_by_target(decided)
    for row in rows:
        last = _last_of(row, ends)
        if any(row.is_named_by(name) for one in session.out for name in one.targets):
            found[row.identity] = "dispatched"
        elif any(row.is_named_by(skip.target) for skip in session.skipped):
            found[row.identity] = "left alone"
        elif last is not None:
            found[row.identity] = f"{last.state} ({last.number})"
        elif is_too_small(row, session):
            found[row.identity] = TOO_SMALL
    return found


def closed_by_size(fates_of: Mapping[str, str]) -> list[str]:
    """The rows that the floor rule closed by itself."""
    return [name for name, fate in fates_of.items() if fate == TOO_SMALL]


def headroom(rows: list[Target]) -> dict[str, int]:
    """Dimension -> number of targets that count in it."""
    counts: dict[str, int] = {}
    for row in rows:
        for domain in row.domains:
            counts[domain] = counts.get(domain, 0) + 1
    return counts
