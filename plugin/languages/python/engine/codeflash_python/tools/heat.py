"""How hot a place in the source is, by the unified profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# The thresholds from which something is worth an experiment.
CPU_PERCENT, MEMORY_MIB, BLOCKED_MS = 1.0, 2.0, 5.0


class Heat(NamedTuple):
    """What the profile says of a place.

    Attributes:
        cpu_percent: of the run's CPU time in the lines asked for, or in the function where the lines are not told apart.
        memory_mib: live at the peak, allocated by the function.
        blocked_ms: for which the function held an event loop.
        hot: any of them reaches its threshold.
    """

    cpu_percent: float = 0.0
    memory_mib: float = 0.0
    blocked_ms: float = 0.0

    @property
    def hot(self) -> bool:
        """Whether it is worth an experiment."""
        return self.cpu_percent >= CPU_PERCENT or self.memory_mib >= MEMORY_MIB or self.blocked_ms >= BLOCKED_MS

    @property
    def weight(self) -> float:
        """For sorting: shares of the thresholds, added up."""
        return self.cpu_percent / CPU_PERCENT + self.memory_mib / MEMORY_MIB + self.blocked_ms / BLOCKED_MS

    def text(self) -> str:
        """Figures from the thresholds' tenth on, for a line."""
        parts = [f"{self.cpu_percent:.1f} % CPU"] if self.cpu_percent >= CPU_PERCENT / 10 else []
        parts += [f"{self.memory_mib:.1f} MiB"] if self.memory_mib >= MEMORY_MIB / 10 else []
        parts += [f"{self.blocked_ms:.0f} ms blocked"] if self.blocked_ms >= BLOCKED_MS else []
        return ", ".join(parts)


def root_of(profile: dict[str, Any], tree: Path, project: Path) -> Path:
    """The source root in `tree`, which the files of a profile's rows are relative to.

    The profile may have been taken in another checkout of the project; its files are then those of `tree`.
    """
    root = Path(profile.get("source_root") or tree)
    root = root if root.is_absolute() else tree / root
    for base in (tree, project):
        if root.is_relative_to(base):
            return tree / root.relative_to(base)
    return root


class Heated:
    """A profile, asked by file, function and lines."""

    def __init__(self, profile: dict[str, Any] | None, tree: Path, project: Path) -> None:
        """Index the functions of `profile` by their place in `tree`."""
        self.known = profile is not None
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.rows: list[tuple[Path, dict[str, Any]]] = []
        if profile is None:
            return
        root = root_of(profile, tree, project)
        for row in profile["functions"]:
            path = root / row["file"]
            self.rows.append((path, row))
            self._rows.setdefault(str(path), []).append(row)

    def function(self, file: Path, name: str, line: int) -> dict[str, Any] | None:
        """The row of the function `name` of a file; of several of that name the nearest that begins above `line`."""
        rows = [row for row in self._rows.get(str(file), []) if row["function"] == name]
        above = [row for row in rows if row["line"] <= line]
        return max(above, key=lambda row: row["line"], default=None) or (rows[0] if rows else None)

    def at(self, file: Path, name: str, lines: tuple[int, int]) -> Heat:
        """The heat of `lines` of a function."""
        row = self.function(file, name or "<module>", lines[0])
        if row is None:
            return Heat()
        cpu = float(row.get("cpu_own_percent") or 0.0)
        places = row.get("cpu_places") or []
        if places:
            # Lines beside all hot places of the function have the rest.
            touching = [one for one in places if one["first"] <= lines[1] and lines[0] <= one["last"]]
            cpu = (
                sum(one["percent"] for one in touching)
                if touching
                else max(0.0, cpu - sum(one["percent"] for one in places))
            )
        return Heat(cpu, float(row.get("mem_peak_mib") or 0.0), float(row.get("blocked_ms") or 0.0))

    def class_at(self, file: Path, name: str, instances: Iterable[dict[str, Any]]) -> float:
        """MiB that live instances of a class held at the peak, by the profile's `instances`."""
        return sum(float(one["mib"]) for one in instances if one["class"] == name and str(file).endswith(one["file"]))
