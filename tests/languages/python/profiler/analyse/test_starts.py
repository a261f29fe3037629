"""Programs that are started again and again."""

from __future__ import annotations

import pytest

from profiler.analyse import starts
from profiler.analyse.identity import Function
from profiler.analyse.model import Sample
from tests.languages.python.profiler.synthetic import Recording

IMPORT = ("<frozen importlib._bootstrap>", "_find_and_load", 1)
WORKER = ["/usr/bin/python3", "-X", "dev", "-m", "shop.worker", "--job", "7"]


def interpreter(argv, *, start_s, import_s, work_s, origin="start"):
    """A process that took so many CPU seconds for each."""
    recording = Recording("/src").add("stacks", (), 0, start_s, 0.0)
    recording.cpu(import_s, IMPORT, ("/src/shop/worker.py", "<module>", 1))
    process = recording.cpu(work_s, ("/src/shop/worker.py", "work", 9)).process
    process.about["origin"], process.argv = origin, list(argv)
    return process


def test_starts_are_added_up_by_program_and_split_from_the_work():
    """Interpreter and imports count as start, whatever the arguments of the program are; forks start nothing."""
    first = interpreter(["python", "main.py"], start_s=1, import_s=1, work_s=1)
    workers = [interpreter([*WORKER[:-1], str(n)], start_s=0.02, import_s=0.05, work_s=0.01) for n in range(4)]
    fork = interpreter(WORKER, start_s=1, import_s=1, work_s=1, origin="fork")
    (found,) = starts.repeated([first, *workers, fork])
    assert (found.command, found.times) == ("python -m shop.worker", 4)
    assert found.start_s == pytest.approx(0.28)
    assert found.work_s == pytest.approx(0.04)


def test_a_note_names_program_starter_and_both_costs():
    """The function that starts them is named, since no row of the table shows what it costs."""
    first = interpreter(["python", "main.py"], start_s=0.1, import_s=0.1, work_s=0.1)
    workers = [interpreter(WORKER, start_s=0.02, import_s=0.05, work_s=0.01)] * 5
    check_all = Function("shop/runner.py", 74, "check_all", own=True)
    popen = Function("/usr/lib/subprocess.py", 1786, "Popen._execute_child", own=False)
    importing = Function("/usr/lib/subprocess.py", 1, "<module>", own=False)
    module = Function("shop/runner.py", 1, "<module>", own=True)
    samples = [Sample((popen, check_all, module), 0.01), Sample((importing, module), 5.0)]
    (note,) = starts.notes([first, *workers], samples, 0.7)
    assert "`python -m shop.worker` was started 5 times (check_all, shop/runner.py:74)" in note
    assert "50 % of the CPU" in note
    assert "70 ms each, for 10 ms of work each" in note


@pytest.mark.parametrize(("workers", "cpu_s"), [(3, 0.3), (5, 5.0)], ids=["few", "cheap beside the rest"])
def test_few_or_cheap_starts_are_not_worth_a_note(workers, cpu_s):
    """Three starts, or five that take a small part of the CPU time, are passed over."""
    process = interpreter(WORKER, start_s=0.02, import_s=0.05, work_s=0.01)
    assert starts.notes([process] * (workers + 1), [], cpu_s) == []


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["/usr/bin/python3", "-X", "utf8", "-u", "tool.py", "--all"], "python tool.py"),
        (["python", "-c", "import  a\nb()", "x"], "python -c import a b()"),
        (["python"], "python"),
        ([], "python"),
    ],
)
def test_the_command_is_what_the_interpreter_was_asked_to_run(argv, shown):
    """Options of the interpreter and arguments of the program are left out."""
    assert starts.command(argv) == shown
