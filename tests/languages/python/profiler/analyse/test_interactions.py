"""Patterns are found on evidence, and nothing is said without."""

from __future__ import annotations

import pytest

from profiler.analyse.asynchrony import Asynchrony
from profiler.analyse.identity import Function
from profiler.analyse.interactions import find
from profiler.analyse.model import MIB, Table
from profiler.analyse.pauses import Collector


@pytest.fixture
def table():
    """A run of 10 CPU seconds with one function."""
    made = Table()
    made.cpu_s = 10.0
    made.row(Function("app.py", 1, "work", own=True)).own_s = 5.0
    return made


def kinds(table, pauses_s=0.0, ran=False):
    """The kinds found."""
    collector = Collector([100, 10, 1], [0.0, 0.0, pauses_s], pauses_s)
    found = find(table, collector, Asynchrony(ran=ran), wall_s=10.0, peak_bytes=100 * MIB)
    assert all(interaction.evidence and interaction.text and interaction.fix for interaction in found)
    return [interaction.kind for interaction in found]


def row_of(table):
    """The one row."""
    return next(iter(table.rows.values()))


def test_nothing_is_found_in_a_plain_program(table):
    """A function that just computes shows no interaction."""
    assert kinds(table, ran=True) == []


def test_allocation_and_pauses(table):
    """Pauses of 5 % that one function earns are shown; below, or earned by nobody, they are not."""
    row = row_of(table)
    row.pauses_s = row.apportioned_s = 0.5
    assert kinds(table, pauses_s=0.5) == ["allocation→collector"]
    assert kinds(table, pauses_s=0.49) == []
    row.pauses_s = row.apportioned_s = 0.05
    assert kinds(table, pauses_s=0.5) == []


def test_deep_copy(table):
    """Deep copying from 5 % of the CPU time."""
    row_of(table).deepcopy_s = 0.5
    assert kinds(table) == ["deepcopy→memory+cpu"]
    row_of(table).deepcopy_s = 0.4
    assert kinds(table) == []


@pytest.mark.parametrize(
    ("cpu_s", "expected"),
    [(0.002, ["blocking-call→stalled-loop"]), (0.035, []), (0.09, ["cpu-in-loop→starvation"])],
)
def test_block_that_waits_and_block_that_computes(table, cpu_s, expected):
    """Little CPU in a block is a blocking call, much is computation, and between them nothing is claimed."""
    row = row_of(table)
    row.blocked_s, row.blocked_cpu_s, row.longest_block_s, row.blocks = 0.1, cpu_s, 0.02, 5
    assert kinds(table, ran=True) == expected
    assert kinds(table, ran=False) == []


def test_many_short_callbacks_are_no_block(table):
    """A loop busy with callbacks of 2 ms is working, not blocked."""
    row = row_of(table)
    row.blocked_s, row.blocked_cpu_s, row.longest_block_s, row.blocks = 3.0, 2.9, 0.002, 1500
    assert kinds(table, ran=True) == []


def test_imports(table):
    """Imports of 15 % count, unless it is the test harness that is imported."""
    table.import_s, table.import_by = 2.0, {"pandas": 2.0}
    assert kinds(table) == ["import→start-up"]
    table.import_by = {"pytest": 1.9, "pandas": 0.1}
    assert kinds(table) == []


def test_library_ceiling(table):
    """A distribution above 15 % called by the project is named; the standard library and the harness are not."""
    table.below = {"libcst": 1.6, "(standard library)": 5.0, "pytest": 4.0, "attrs": 1.4}
    assert kinds(table) == ["library→cpu-ceiling"]
