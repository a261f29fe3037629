"""The target table as a unified profile computed it, read for status and hand-over."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import ProfileEntry, Session
    from codeflash_agent.storage.layout import Layout


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
            )
        )
    return rows


def left(rows: Sequence[Target], decided: Sequence[Record], session: Session) -> list[Target]:
    """The rows still worth trying: those never tried first, then those whose last experiment was kept.

    A row whose last experiment was not kept, or that was skipped, is done with; one that is dispatched is at work. A
    dispatched session has its own targets only.
    """
    fresh, again = [], []
    ends = _last_by_target(decided)
    for row in rows:
        elsewhere = [name for one in session.out for name in one.targets]
        if any(row.is_named_by(name) for name in (*elsewhere, *(skip.target for skip in session.skipped))):
            continue
        if session.only and not any(row.is_named_by(name) for name in session.only):
            continue
        last = _last_of(row, ends)
        if last is None:
            fresh.append(row)
        elif last.state == "keep":
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
    """Identity of a row -> what became of it so far: left alone, or the outcome of its last experiment."""
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
    return found


def headroom(rows: list[Target]) -> dict[str, int]:
    """Dimension -> number of targets that count in it."""
    counts: dict[str, int] = {}
    for row in rows:
        for domain in row.domains:
            counts[domain] = counts.get(domain, 0) + 1
    return counts
