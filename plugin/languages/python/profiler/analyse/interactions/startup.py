"""Code that is there whether or not it is needed: eager imports, and libraries used for a narrow job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.distributions import STANDARD_LIBRARY
from profiler.analyse.interactions.model import HARNESS, Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Evidence

IMPORTING = 0.15  # share of the CPU time
IMPORTING_S = 0.05
LIBRARY = 0.15


def imports(evidence: Evidence) -> Iterator[Interaction]:
    """What the project imports takes a large share; what tests import, and a test runner, is the workload's."""
    table = evidence.table
    by_name: dict[str, float] = {}
    for (importer, name), seconds in table.import_by.items():
        if name not in HARNESS and not is_test(importer):
            by_name[name] = by_name.get(name, 0.0) + seconds
    total = sum(by_name.values())
    share = total / table.cpu_s
    if share < IMPORTING or total < IMPORTING_S:
        return
    heavy = sorted(by_name.items(), key=lambda pair: -pair[1])
    names = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in heavy[:3])
    importers = [row for row in table.rows.values() if row.import_s > 0 and not is_test(row.function.file)]
    importers.sort(key=lambda row: -row.import_s)
    yield Interaction(
        "import→start-up",
        [row.function for row in importers[:3]],
        {"import_s": total, "share_of_cpu": share, "largest": names},
        f"the project's imports take {total * 1000:.0f} ms, {share:.0%} of the CPU time ({names})",
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
        if callers and all(is_test(caller.file) for caller in callers):
            continue
        yield Interaction(
            "library→cpu-ceiling",
            callers,
            {"distribution": name, "share_of_cpu": share, "seconds": seconds},
            f"{share:.0%} of the CPU time is inside {name}, called from "
            + (", ".join(function.name for function in callers) or "the project"),
            "use less of it, or replace the part that is used (library boundary)",
            share,
        )
