"""What ranking needs of a profile, small enough to keep: the project's stacks with their CPU seconds, calls, memory."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiler.analyse import cpu, targets
from profiler.analyse.identity import MODULE, Function
from profiler.analyse.model import Sample, Table

if TYPE_CHECKING:
    from pathlib import Path

    from profiler.analyse.document import Profile

_LIBRARY = Function("library", 0, "library", own=False)  # stands for whatever the project called
_DRIVER = (Function("workload.py", 5, "main", own=True), Function("workload.py", 1, MODULE, own=True))
_KEPT = (
    "pauses_s",
    "apportioned_s",
    "blocked_s",
    "peak",
    "resident",
    "calls",
    "calls_are_resumes",
    "distinct_arguments",
    "argument_calls",
    "operations",
    "loops",
    "import_s",
)


@dataclass
class Recording:
    """A profile's stacks, innermost first as indices into `functions` (-1: library code), and figures of functions."""

    functions: list[list[Any]]
    samples: list[list[Any]]
    figures: dict[str, dict[str, Any]]
    wall_s: float
    peak_bytes: float

    @classmethod
    def of(cls, profile: Profile) -> Recording:
        """Keep of a profile what ranking uses."""
        functions: dict[Function, int] = {}
        samples: dict[tuple[int, ...], float] = {}
        for sample in profile.samples:
            stack = [functions.setdefault(function, len(functions)) for function in sample.stack if function.own]
            if sample.stack and not sample.stack[0].own:
                stack.insert(0, -1)
            key = tuple(stack)
            samples[key] = samples.get(key, 0.0) + sample.cpu_s
        figures = {}
        for function, row in profile.table.rows.items():
            kept = {name: getattr(row, name, None) for name in _KEPT}
            figures[str(functions.setdefault(function, len(functions)))] = {k: v for k, v in kept.items() if v}
        names = [[function.file, function.line, function.name] for function in functions]
        stacks = [[*key, round(seconds, 6)] for key, seconds in sorted(samples.items())]
        peak = profile.memory.peak_bytes or float(profile.reference.rss_peak)
        return cls(names, stacks, figures, profile.joint.wall_s, peak)

    @classmethod
    def read(cls, path: Path) -> Recording:
        """Read what `write` wrote."""
        return cls(**json.loads(gzip.decompress(path.read_bytes())))

    def write(self, path: Path) -> None:
        """Write to a compressed file."""
        path.write_bytes(gzip.compress(json.dumps(vars(self)).encode(), mtime=0))

    @property
    def cpu_s(self) -> float:
        """CPU seconds in all."""
        return float(sum(sample[-1] for sample in self.samples))

    def table(self, *, driver: bool = False) -> Table:
        """The table that the profiler ranks; with `driver` as if the workload looped in a script of the project."""
        above = _DRIVER if driver else ()
        functions = [Function(file, line, name, own=True) for file, line, name in self.functions]
        made = cpu.tabulate(
            [
                Sample((*(_LIBRARY if i < 0 else functions[i] for i in stack), *above), seconds)
                for *stack, seconds in self.samples
            ]
        )
        # Which modules were imported was not kept; the workload is no part of the package unless it is asked for.
        made.scripts = {function.file for function in above}
        if driver:
            row = made.row(_DRIVER[0])
            row.calls, row.operations, row.loops = 1, 20, True
        for index, figures in self.figures.items():
            row = made.row(functions[int(index)])
            for name, value in figures.items():
                if hasattr(row, name):
                    setattr(row, name, value)
        return made

    def ranked(self, *, driver: bool = False) -> list[targets.Target]:
        """`[unified targets]`."""
        return targets.rank(self.table(driver=driver), wall_s=self.wall_s, peak_bytes=self.peak_bytes)

    def rows(self, changed: list[str], most: int = 10) -> str:
        """The first rows, those marked that the expert changed."""
        table = self.table()
        lines = []
        for place, target in enumerate(self.ranked(), 1):
            row = target.row
            mark = "*" if name(row.function) in changed else " "
            if place <= most or mark == "*":
                lines.append(
                    f"   {mark}{place:>3} {target.score:6.1f} own {100 * row.own_s / table.cpu_s:5.1f} "
                    f"cum {100 * row.cum_s / table.cpu_s:5.1f} calls {row.calls} {name(row.function)} {' '.join(target.domains)}"
                )
        return "\n".join(lines)


def name(function: Function) -> str:
    """How cases name a function."""
    return f"{function.file}:{function.name}"


def driven(cases: list[dict[str, Any]], recordings: dict[str, Recording]) -> tuple[int, int]:
    """With a driver in the project: how many changed functions are among the first five rows, and how many drivers."""
    found = drivers = 0
    for case in cases:
        five = [target.row.function for target in recordings[case["name"]].ranked(driver=True)[:5]]
        found += any(name(function) in case["changed"] for function in five)
        drivers += _DRIVER[0] in five
    return found, drivers


def ranks(recording: Recording, changed: list[str]) -> dict[str, int | None]:
    """The best rank of a changed function by own time, by cumulative time, and as a target; None where it has none."""
    rows = list(recording.table().rows.values())
    orders = {
        "own": [row.function for row in sorted(rows, key=lambda row: (-row.own_s, row.function)) if row.own_s],
        "cumulative": [row.function for row in sorted(rows, key=lambda row: (-row.cum_s, row.function)) if row.cum_s],
        "targets": [target.row.function for target in recording.ranked()],
    }
    return {
        column: next((place for place, function in enumerate(order, 1) if name(function) in changed), None)
        for column, order in orders.items()
    }
