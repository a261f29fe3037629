"""One planted program of each kind whose evidence comes from several passes; the bench runs them all."""

from __future__ import annotations

import pytest

from .conftest import REPOSITORY

pytestmark = pytest.mark.noisy

PLANTED = REPOSITORY / "scripts" / "bench" / "planted"


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("instance-dict/points.py", "instance-dict→memory+cpu"),
        ("memory-per-task/buffers.py", "memory-per-task→throughput"),
        ("size-squared/unique.py", "algorithm→size-squared"),
        ("recomputation/distance.py", "recomputation↔memory"),
    ],
)
def test_planted_pattern_is_found(profile, program, kind):
    """The profile names the pattern, the function in which it was planted, and figures."""
    done = profile("python", str(PLANTED / program), options=("--memory", "tracemalloc"), root=PLANTED)
    found = {interaction["kind"]: interaction for interaction in done.document["interactions"]}
    assert kind in found, found
    assert found[kind]["functions"][0]["file"] == program
    assert found[kind]["evidence"]
