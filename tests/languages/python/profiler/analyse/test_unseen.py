"""Memory that no allocator hook sees, told from resident memory beside what the hook saw."""

from __future__ import annotations

import pytest

from profiler.analyse import unseen

MIB = 1024 * 1024


def points(*rows):
    """Points of `(resident MiB, seen MiB, own)`, a second apart, the first one the profiler's start."""
    return [(float(at), int(rss * MIB), int(seen * MIB), (at,), own) for at, (rss, seen, own) in enumerate(rows)]


def hidden(*rows):
    """Hidden MiB at the peak."""
    return unseen.hidden(points(*rows), per_byte=unseen.MAPPED) / MIB


def test_growth_that_the_hook_saw_is_not_hidden():
    """What is obtained first and touched later is explained, however long it takes."""
    assert hidden((10, 0, True), (10, 50, False), (40, 50, False), (60, 50, False)) == 0


def test_growth_behind_the_hook_is_hidden():
    """50 MiB that resident memory grew by beyond the 30 that the hook saw."""
    assert hidden((10, 0, True), (40, 30, False), (90, 30, False)) == pytest.approx(50)


def test_what_is_freed_and_kept_is_used_again():
    """Memory that stays resident when it is freed explains no growth later, and hides none."""
    assert hidden((10, 0, True), (60, 50, False), (60, 0, False), (60, 50, False), (80, 50, False)) == pytest.approx(20)


def test_hidden_memory_that_goes_is_not_held_at_the_peak():
    """What was given back before the peak does not count there."""
    assert hidden((10, 0, True), (60, 0, False), (10, 0, False), (90, 80, False)) == pytest.approx(0)


def test_the_profilers_own_growth_is_nobodys():
    """A snapshot's memory, which stays for use, is not hidden memory."""
    assert hidden((10, 0, True), (40, 0, True), (40, 30, False), (45, 30, False)) == pytest.approx(5)


def test_resident_rises_at_the_peak():
    """Rises that stood at the peak, the last ones taken back first when the level falls."""
    made = dict(unseen.rises(points((10, 0, True), (40, 0, False), (60, 0, False), (45, 0, False), (90, 0, False))))
    assert {stack: size / MIB for stack, size in made.items()} == {(1,): 30, (2,): 5, (4,): 45}


def test_growth_after_the_hook_was_stopped():
    """A peak after the stop is noticed, so that an older one is not taken for it."""
    known = points((10, 0, True), (60, 50, False), (60, -1, False), (90, -1, False))
    assert unseen.went_on(known, 2.0, 50 * MIB)
    assert not unseen.went_on(known[:3], 2.0, 50 * MIB)
