"""The water level of resident memory, with figures of our own."""

from __future__ import annotations

import pytest

from profiler.collect.resident import Resident


@pytest.fixture
def resident():
    """A level that starts at 100 pages of one byte."""
    made = Resident()
    made.close()
    made.rises, made.at_peak = [], []
    made.page = 1
    made.last = made.start = made.peak = 100
    made.noted = 0
    made.fresh_peak = False
    return made


def held(resident):
    """Bytes at the peak by stack."""
    found = {}
    for stack, size in resident.summary()["rises"]:
        found[stack] = found.get(stack, 0) + size
    return found


def test_rises_belong_to_their_stacks(resident):
    """Each stack holds at the peak what it added."""
    resident.level(150, (1,))
    resident.level(180, (2,))
    resident.level(200, (1,))
    assert held(resident) == {(1,): 70, (2,): 30}


def test_temporary_memory_is_not_at_a_later_peak(resident):
    """What was given back before the peak is not part of it."""
    resident.level(300, (1,))
    resident.level(110, (9,))
    resident.level(400, (2,))
    assert held(resident) == {(1,): 10, (2,): 290}


def test_peak_is_remembered_after_a_fall(resident):
    """What stood at the highest level is kept when the level falls for good."""
    resident.level(500, (1,))
    resident.level(120, (2,))
    resident.level(130, (2,))
    assert held(resident) == {(1,): 400}
    assert resident.summary()["peak"] == 500
