"""Code that is there whether or not it is needed: eager imports, and libraries used for a narrow job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.distributions import STANDARD_LIBRARY
from profiler.analyse.interactions.model import HARNESS, Interaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

IMPORTING = 0.15  # share of the CPU time
IMPORTING_S = 0.05
LIBRARY = 0.15


def imports(evidence: Evidence) -> Iterator[Interaction]:
    """Imports take a large share, and not those of the test harness."""
    table = evidence.table
    share = table.import_s / table.cpu_s
    if share < IMPORTING or table.import_s < IMPORTING_S:
        return
    heavy = [(name, seconds) for name, seconds in table.import_by.items() if name not in HARNESS]
    heavy.sort(key=lambda pair: -pair[1])
    if sum(seconds for _, seconds in heavy) / table.cpu_s < IMPORTING:
        return
    names = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in heavy[:3])
    importers = sorted((row for row in table.rows.values() if row.import_s > 0), key=lambda row: -row.import_s)
    yield Interaction(
        "import→start-up",
        [row.function for row in importers[:3]],
        {"import_s": table.import_s, "share_of_cpu": share, "largest": names},
        f"imports take {table.import_s * 1000:.0f} ms, {share:.0%} of the CPU time ({names})",
        "defer imports that the command does not need (structure)",
        share,
    )


def libraries(evidence: Evidence) -> Iterator[Interaction]:
    """A distribution whose code takes a large share of what the project called."""
    table = evidence.table
    for name, seconds in table.below.items():
        share = seconds / table.cpu_s
        if share < LIBRARY or name in HARNESS or name == STANDARD_LIBRARY or name.startswith("("):
            continue
        users = sorted(table.rows.values(), key=lambda row: -row.distributions.get(name, 0.0))
        callers = [row.function for row in users[:3] if row.distributions.get(name)]
        yield Interaction(
            "library→cpu-ceiling",
            callers,
            {"distribution": name, "share_of_cpu": share, "seconds": seconds},
            f"{share:.0%} of the CPU time is inside {name}, called from "
            + (", ".join(function.name for function in callers) or "the project"),
            "use less of it, or replace the part that is used (library boundary)",
            share,
        )
