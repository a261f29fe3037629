"""The ranking over all domains."""

from __future__ import annotations

import pytest

from profiler.analyse.identity import Function
from profiler.analyse.model import MIB, Table
from profiler.analyse.targets import rank


@pytest.fixture
def table():
    """An empty table of a run of 10 CPU seconds."""
    made = Table()
    made.cpu_s = 10.0
    return made


def add(table, name, file="app.py", **figures):
    """A row with these figures."""
    row = table.row(Function(file, 1, name, own=True))
    for key, value in figures.items():
        setattr(row, key, value)
    return row


def ranked(table, peak=100 * MIB):
    """Names and domains in order."""
    return [(target.row.function.name, target.domains) for target in rank(table, wall_s=10.0, peak_bytes=peak)]


def test_thresholds(table):
    """A function is in a domain from 1 % CPU, 2 MiB, 1 % in pauses, 5 ms of blocked loop, and not below."""
    add(table, "cpu", own_s=0.1, cum_s=0.1)
    add(table, "cooler", own_s=0.099, cum_s=0.099)
    add(table, "memory", peak=2.0 * MIB)
    add(table, "smaller", peak=1.99 * MIB)
    add(table, "gc", pauses_s=0.1, apportioned_s=0.1)
    add(table, "calmer", pauses_s=0.09, apportioned_s=0.09)
    add(table, "async", blocked_s=0.005)
    add(table, "prompt", blocked_s=0.0049)
    assert dict(ranked(table)) == {
        "cpu": ("cpu",),
        "memory": ("memory",),
        "gc": ("gc",),
        "async": ("async",),
    }


def test_of_equal_targets_the_cross_domain_one_comes_first(table):
    """With the same sum of shares, the target in two domains outranks the one in a single domain."""
    add(table, "single", own_s=4.0, cum_s=4.0, peak=0.0)
    add(table, "double", own_s=2.0, cum_s=2.0, peak=20.0 * MIB)
    assert [name for name, _ in ranked(table)] == ["double", "single"]
    scores = [target.score for target in rank(table, wall_s=10.0, peak_bytes=100 * MIB)]
    assert scores == [pytest.approx(40 * 1.25), pytest.approx(40)]


def test_small_peaks_are_no_reason(table):
    """Half of a 6 MiB peak weighs less than a tenth of the CPU time."""
    add(table, "cpu", own_s=1.0, cum_s=1.0, peak=0.0)
    add(table, "memory", peak=3.0 * MIB)
    assert [name for name, _ in ranked(table, peak=6 * MIB)] == ["cpu", "memory"]


def test_tests_come_last(table):
    """A test function is the workload: the code that it exercises comes first."""
    add(table, "test_it", file="tests/test_app.py", own_s=5.0, cum_s=5.0)
    add(table, "work", own_s=1.0, cum_s=1.0)
    assert [name for name, _ in ranked(table)] == ["work", "test_it"]


def test_order_is_stable(table):
    """Equal scores are ordered by file and name, so that two runs over the same figures agree."""
    for name in ("b", "a", "c"):
        add(table, name, own_s=1.0, cum_s=1.0)
    assert [name for name, _ in ranked(table)] == ["a", "b", "c"]
