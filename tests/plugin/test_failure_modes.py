"""Each mode of failure that the reference names has a program's answer, and a test that makes it happen."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "plugin" / "references" / "shared" / "failure-modes.md"
# What the reference calls it → the tests in which it happens.
MODES = {
    "A specialist's report is lost": (
        "engine/session/test_dispatch.py::test_a_lost_one_can_be_taken_or_abandoned",
        "rehearsal/test_team.py::test_both_specialists_changes_are_merged_and_measured",
    ),
    "The profile is stale": ("engine/session/test_session.py::test_begin_needs_a_profile_of_this_state",),
    "Compaction": ("plugin/test_hooks.py::test_a_compaction_brings_the_hand_over_back",),
    "A benchmark hangs": (
        "engine/session/test_circumstances.py::test_a_benchmark_that_hangs_or_leaves_daemons_and_fails_is_one_line",
    ),
    "A child is on the wrong commit": (
        "engine/session/test_dispatch.py::test_what_no_verb_put_there_is_refused",
        "rehearsal/test_team.py::test_both_specialists_changes_are_merged_and_measured",
    ),
    "Conventions contradict": ("engine/session/test_dispatch.py::test_contradicting_conventions_have_an_order",),
    "Tests fail that failed before": (
        "engine/verdict/test_gates.py::test_what_was_so_before_is_not_held_against_a_change",
    ),
    "A test fails now and then": ("engine/session/test_flaky.py::test_a_test_that_became_flaky_is_a_finding",),
    "Output differs": ("engine/verdict/test_gates.py::test_changed_output_is_found",),
    "A gain that is too good": (
        "engine/session/test_session.py::test_a_cheat_is_kept_only_with_an_explanation_which_is_recorded",
    ),
    "Same tree, different figures": ("engine/measure/test_statistics.py::test_the_band_limits_what_is_claimed",),
    "The disk is full": (
        "engine/session/test_circumstances.py::test_a_full_disk_is_one_line_and_the_session_stays_readable",
        "engine/session/test_circumstances.py::test_a_folder_that_cannot_be_written_is_one_line",
    ),
    "The session was killed": (
        "rehearsal/test_resume.py::test_a_killed_session_goes_on_with_nothing_lost_and_nothing_measured_twice",
    ),
    "The user's branch moved": (
        "engine/session/test_circumstances.py::test_a_rebase_of_the_users_branch_changes_nothing_for_the_session",
    ),
    "A lock is held": ("engine/storage/test_atomic.py::test_a_held_lock_is_named",),
}


def test_the_reference_names_these_modes():
    """What the reference promises and what is tested are the same list."""
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    named = [line.split("**")[1] for line in lines if line.startswith("| **")]
    assert len(named) == len(MODES)
    assert all(any(name.startswith(mode) for mode in MODES) for name in named), named


@pytest.mark.parametrize("test", sorted({test for tests in MODES.values() for test in tests}))
def test_each_mode_is_made_to_happen(test):
    """The test named for a mode is there."""
    file, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")
