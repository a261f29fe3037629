"""CPU time that no interpreter's record has."""

from __future__ import annotations

import pytest

from profiler.analyse import accounts
from profiler.analyse.model import PassResult
from tests.languages.python.profiler.synthetic import Recording


def recorded(pid, cpu_s, *, parent=0, children_cpu_s=0.0):
    """A process that recorded so much of its CPU time, and of its children's by the kernel."""
    process = Recording("/src").process
    process.about["pid"], process.about["parent"] = pid, parent
    process.cpu_s, process.children_cpu_s = cpu_s, children_cpu_s
    return process


def joint(cpu_s, *processes, others=(), others_s=1.0):
    """A joint pass whose tree took `cpu_s` by the kernel."""
    named = dict(enumerate(others, 100))
    return PassResult("joint", "", 0, 1.0, cpu_s, 0, processes=list(processes), others=named, others_s=others_s)


def test_what_children_did_not_record_is_how_they_ended():
    """By what the kernel told their parent; the first process's own end is what is left of the tree's time."""
    first = recorded(1, 1.0, children_cpu_s=6.5)
    workers = [recorded(2, 2.0, parent=1), recorded(3, 3.0, parent=1, children_cpu_s=1.0), recorded(4, 0.9, parent=3)]
    whole = joint(7.6, first, *workers)
    assert accounts.ends(whole) == pytest.approx({1: 0.1, 2: 0.25, 3: 0.25, 4: 0.1})
    assert accounts.unrecorded(whole) == pytest.approx(0.0)


def test_nothing_is_guessed_where_another_program_took_part():
    """What git or a shell took cannot be told from the end of an interpreter that one of them started."""
    first, below_a_shell = recorded(1, 1.0, children_cpu_s=3.0), recorded(9, 2.0, parent=7)
    assert accounts.ends(joint(4.0, first, below_a_shell)) == {}
    assert accounts.ends(joint(4.0, first, others=["git"])) == {}
    assert accounts.ends(joint(4.0, first, others=["git"], others_s=0.04)) == {1: 0.0}  # too short to matter
    assert accounts.unrecorded(joint(4.0, first, below_a_shell)) == pytest.approx(1.0)
    script = joint(4.0, first, recorded(100, 2.5, parent=1), others=["sh"])  # a shell that became the interpreter
    assert accounts.ends(script) == pytest.approx({1: 0.0, 100: 0.5})


def test_a_process_that_executed_another_program_has_one_clock():
    """It has two records, and the last one counts."""
    first = recorded(1, 1.0, children_cpu_s=4.0)
    whole = joint(5.0, first, recorded(2, 0.5, parent=1), recorded(2, 3.0, parent=1))
    assert accounts.ends(whole) == pytest.approx({1: 0.0, 2: 1.0})


def test_processes_that_nobody_waited_for_leave_nothing_below_zero():
    """They are in their records and not in the kernel's sum."""
    daemon = joint(1.0, recorded(1, 1.0), recorded(2, 3.0, parent=1))
    assert accounts.unrecorded(daemon) == 0
    assert accounts.ends(daemon) == {1: 0.0, 2: 0.0}


def test_a_good_part_is_told_with_the_programs_that_are_not_python():
    """Taking one interpreter down is too little to be told."""
    assert accounts.notes(joint(1.0, recorded(1, 0.97), others=["sh"])) == []
    (note,) = accounts.notes(joint(4.0, recorded(1, 3.0), others=["git", "sh", "git"]))
    assert note == (
        "25 % of the CPU (1.00 s) is in no interpreter's record: programs that are not Python (git, sh), and taking "
        "interpreters down"
    )
