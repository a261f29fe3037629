"""The target table as the session reads it from a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeflash_agent.measure.model import Method
from codeflash_agent.session import targets

from . import factories

DOCUMENT = {
    "source_root": "/p/tree/src",
    "functions": [
        {"file": "app/load.py", "line": 3, "function": "parse", "cpu_own_percent": 4.0, "mem_peak_mib": 12.5}
    ],
    "targets": [
        {
            "file": "app/load.py",
            "line": 3,
            "function": "parse",
            "domains": ["cpu", "memory"],
            "score": 55.0,
            "cpu_percent": 9.0,
        }
    ],
}


def test_files_are_named_from_the_top_of_the_repository() -> None:
    """What the table shows can be opened and given to `begin` as it stands."""
    (row,) = targets.from_document(DOCUMENT, Path("/p/tree"))
    assert row.place == "src/app/load.py:3"
    assert row.identity == "src/app/load.py::parse"
    assert row.is_named_by("app/load.py::parse")
    assert not row.is_named_by("app/load.py::other")


def test_the_share_that_the_score_rests_on_is_shown() -> None:
    """The table shows the profile's own figure for the target, with what the function's row adds."""
    (row,) = targets.from_document(DOCUMENT, Path("/p/tree"))
    assert (row.cpu_percent, row.memory_mib, row.domains) == (9.0, 12.5, ("cpu", "memory"))


def _row(
    totals: dict[str, float] | None = None, domains: tuple[str, ...] = ("cpu",), **figures: float
) -> targets.Target:
    """One row of a run of 10 s of CPU time and wall, 100 MiB, with the figures of its function."""
    place = {"file": "app/load.py", "line": 3, "function": "parse"}
    document = {
        "source_root": "/p/tree",
        "totals": {"cpu_s": 10.0, "wall_s": 10.0, "rss_peak_mib": 100.0, **(totals or {})},
        "functions": [{**place, "cpu_cum_percent": 0.5, **figures}],
        "targets": [{**place, "domains": list(domains), "score": 1.0}],
    }
    return targets.from_document(document, Path("/p/tree"))[0]


@pytest.mark.parametrize(
    ("figures", "small"),
    [
        ({}, True),
        ({"cpu_cum_percent": 1.9}, True),
        ({"cpu_cum_percent": 2.1}, False),
        ({"gc_s": 0.3}, False),
        ({"gc_apportioned_s": 0.05}, True),
        ({"blocked_ms": 200.0}, False),
        ({"blocked_ms": 50.0}, True),
        ({"mem_peak_mib": 1.2}, False),
        ({"mem_peak_mib": 0.8}, True),
        ({"cpu_cum_percent": 100.0}, False),
    ],
)
def test_a_row_is_too_small_when_all_that_it_does_lies_below_what_could_be_kept(figures: dict, small: bool) -> None:
    """The machine's band counts, 1 % where it is smaller, in each dimension; here CPU 2 %, the others 1 %."""
    row, session = _row(**figures), factories.session(band={"cpu_s": 0.02, "wall_s": 0.01, "rss_mib": 0.002})
    assert targets.is_too_small(row, session) is small
    assert targets.left([row], [], session) == ([] if small else [row])
    assert targets.closed_by_size(targets.fates([row], [], session)) == ([row.identity] if small else [])


def test_no_row_is_too_small_for_what_its_share_says_nothing_about() -> None:
    """A metric of the benchmark's own, the start measured by itself, and a profile without the figures leave rows open."""
    row, start = _row(), _row(domains=("structure",))
    assert targets.is_too_small(start, factories.session())
    startup = factories.session(method=Method("python bench.py", extras=("startup",)))
    assert targets.is_too_small(row, startup)
    assert not targets.is_too_small(start, startup)
    assert not targets.is_too_small(row, factories.session(start_values={"cpu_s": 2.0, "call_s": 0.1}))
    assert not targets.is_too_small(targets.from_document(DOCUMENT, Path("/p/tree"))[0], factories.session())
    assert not targets.is_too_small(_row(totals={"rss_peak_mib": 0.0}), factories.session())
