"""CPU time that no interpreter's record has."""

from __future__ import annotations

import pytest

from profiler.analyse import accounts
from profiler.analyse.model import PassResult
from tests.languages.python.profiler.synthetic import Recording


def recorded(pid, cpu_s):
    """A process that recorded so much of its CPU time."""
    process = Recording("/src").process
    process.about["pid"], process.cpu_s = pid, cpu_s
    return process


def joint(cpu_s, *processes, others=()):
    """A joint pass whose tree took `cpu_s` by the kernel."""
    return PassResult("joint", "", 0, 1.0, cpu_s, 0, processes=list(processes), others=dict(enumerate(others)))


def test_what_remains_of_the_trees_time_is_in_no_record():
    """A process that executed another program has two records and one clock, which went on."""
    assert accounts.unrecorded(joint(5.0, recorded(1, 1.0), recorded(2, 0.5), recorded(2, 3.0))) == pytest.approx(1.0)


def test_processes_that_nobody_waited_for_leave_nothing_below_zero():
    """They are in their records and not in the kernel's sum."""
    assert accounts.unrecorded(joint(1.0, recorded(1, 1.0), recorded(2, 3.0))) == 0


def test_a_good_part_is_told_with_the_programs_that_are_not_python():
    """Taking one interpreter down is too little to be told."""
    assert accounts.notes(joint(1.0, recorded(1, 0.97))) == []
    (note,) = accounts.notes(joint(4.0, recorded(1, 3.0), others=["git", "sh", "git"]))
    assert note == (
        "25 % of the CPU (1.00 s) is in no interpreter's record: programs that are not Python (git, sh), and taking "
        "interpreters down"
    )
