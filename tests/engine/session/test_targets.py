"""The target table as the session reads it from a profile."""

from __future__ import annotations

from pathlib import Path

from codeflash_agent.session import targets

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
