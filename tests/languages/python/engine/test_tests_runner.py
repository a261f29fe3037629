"""Reports of real test runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from codeflash_python.detect.setup import detect
from codeflash_python.tests_runner import run_tests, unittest_cases

from .conftest import write

SUITE = """
import sys
import pytest

def test_good(): pass
def test_bad(): assert 1 == 2
@pytest.mark.parametrize("value", [1, "a-b", "x::y"])
def test_many(value): assert value
@pytest.mark.skip(reason="not now")
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert False
class TestGroup:
    def test_inside(self): pass
@pytest.fixture
def broken(): raise RuntimeError
def test_setup(broken): pass
@pytest.fixture
def late():
    yield
    raise RuntimeError
def test_teardown(late): pass
"""


@pytest.fixture
def project(tmp_path, environment, monkeypatch):
    """A project whose tests run in the shared environment."""
    monkeypatch.setenv("CODEFLASH_TARGET_PYTHON", str(environment / "bin/python"))
    return write(
        tmp_path / "project", {"orders/__init__.py": "VALUE = 1\n", "pyproject.toml": '[project]\nname="orders"\n'}
    )


def run(project, files, command, timeout_s=60.0):
    """Write `files`, run `command` and return the report."""
    write(project, files)
    return run_tests(detect(project), project, project, command, timeout_s)


def test_every_outcome_of_pytest(project):
    """Each test has its outcome under its own id, parameters included, and a teardown that breaks is an error."""
    report = run(project, {"tests/test_x.py": SUITE}, "python -m pytest -q tests")
    assert report.cases == {
        "tests.test_x::test_good": "passed",
        "tests.test_x::test_bad": "failed",
        "tests.test_x::test_many[1]": "passed",
        "tests.test_x::test_many[a-b]": "passed",
        "tests.test_x::test_many[x::y]": "passed",
        "tests.test_x::test_skipped": "skipped",
        "tests.test_x::test_expected": "xfailed",
        "tests.test_x.TestGroup::test_inside": "passed",
        "tests.test_x::test_setup": "error",
        "tests.test_x::test_teardown": "error",
    }
    assert (report.exit_code, report.granular) == (1, True)
    assert report.summary.startswith("1 failed, 6 passed, 1 skipped, 1 xfailed, 2 errors")
    assert not (project / ".pytest_cache").exists()


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q tests",
        "python -m pytest tests -x --lf",
        "X=1 python -m pytest tests && true",
        "python3 -m pytest tests -p no:terminal",
        "sh run.sh",
    ],
)
def test_any_way_to_start_pytest(project, command):
    """Each test is known whatever starts pytest: the script, a shell line, another script, options of its own."""
    if command.startswith("pytest"):
        pytest_script = project.parent / "bin" / "pytest"
        write(project.parent, {"bin/pytest": '#!/bin/sh\nexec python -m pytest "$@"\n'})
        pytest_script.chmod(0o755)
        command = command.replace("pytest", str(pytest_script), 1)
    files = {"tests/test_x.py": "def test_a(): pass\n", "run.sh": "cd tests && python -m pytest test_x.py\n"}
    report = run(project, files, command)
    assert (report.exit_code, report.granular, list(report.cases.values())) == (0, True, ["passed"])


def test_users_own_options_stay(project, monkeypatch):
    """PYTEST_ADDOPTS of the user still applies."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k good")
    files = {"tests/test_x.py": "def test_good(): pass\ndef test_bad(): assert False\n"}
    assert run(project, files, "python -m pytest -q").cases == {"tests.test_x::test_good": "passed"}


def test_settings_that_forbid_the_options(project):
    """Where the project's settings make pytest refuse the added options, it runs without them and is judged by its exit."""
    files = {"tests/test_x.py": "def test_a(): pass\n", "pytest.ini": "[pytest]\naddopts = -p no:junitxml\n"}
    report = run(project, files, "python -m pytest -q")
    assert (report.exit_code, report.granular, report.summary[:8]) == (0, False, "1 passed")


def test_no_tests_collected(project):
    """A run that collects nothing is said to have collected nothing."""
    report = run(project, {"tests/test_x.py": "x = 1\n"}, "python -m pytest -q tests")
    assert report.exit_code == 5
    assert report.summary.startswith("no tests were collected")


def test_module_that_does_not_import(project):
    """A test module that cannot be collected is an error under its name."""
    report = run(project, {"tests/test_x.py": "import nothing_like_it\n"}, "python -m pytest -q")
    assert report.cases == {"tests.test_x": "error"}


def test_crashed_runner(project):
    """A runner that is killed gives a report that names the signal."""
    report = run(
        project, {"tests/test_x.py": "import os\ndef test_a(): os.kill(os.getpid(), 11)\n"}, "python -m pytest -q"
    )
    assert report.exit_code == -11
    assert report.summary == "the test runner was killed by SIGSEGV"
    assert not report.granular


def test_timeout_leaves_no_process(project):
    """After a timeout the runner's children are gone too, and the report says how long was allowed."""
    body = "import subprocess, pathlib\ndef test_a():\n    p = subprocess.Popen(['sleep', '300'])\n    pathlib.Path('pid').write_text(str(p.pid))\n    p.wait()\n"
    report = run(project, {"tests/test_x.py": body}, "python -m pytest -q", timeout_s=4)
    assert "longer than 4 s" in report.summary
    child = int((project / "pid").read_text())
    deadline = time.monotonic() + 10
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid):
    """Whether the process runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("command", ["no-such-runner --all", "python -m pytest 'unclosed", ""])
def test_command_that_does_not_start(project, command):
    """A command that is missing, malformed or empty gives a report with a failing exit status."""
    report = run(project, {"tests/test_x.py": "def test_a(): pass\n"}, command)
    assert report.exit_code != 0
    assert report.summary


UNITTEST = """
import unittest
class T(unittest.TestCase):
    def test_good(self):
        "A docstring that the runner prints."
    def test_bad(self): self.fail()
    @unittest.skip("no")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
"""


def test_unittest(project):
    """Unittest's own verbose lines give each test's outcome."""
    report = run(
        project, {"tests/test_x.py": UNITTEST, "tests/__init__.py": ""}, "python -m unittest discover -s tests -t ."
    )
    assert report.cases == {
        "tests.test_x.T.test_good": "passed",
        "tests.test_x.T.test_bad": "failed",
        "tests.test_x.T.test_skipped": "skipped",
        "tests.test_x.T.test_expected": "xfailed",
    }
    assert report.exit_code == 1
    assert report.summary.startswith("Ran 4 tests in")


def test_unittest_lines_that_do_not_add_up():
    """Outcomes are not claimed when fewer lines were understood than unittest says it ran."""
    assert unittest_cases(["test_a (m.T.test_a) ... ok", "Ran 2 tests in 0.1s", "OK"]) == {}


def test_unknown_runner(project):
    """Of another runner the exit status and its last line are told."""
    report = run(project, {"check.py": "print('all good')\n"}, "python check.py")
    assert (report.exit_code, report.granular, report.summary) == (0, False, "exit status 0: all good")


def test_tree_without_settings_inside_the_checkout(project):
    """Ids do not change with the place of the tree, also where the only settings lie above it."""
    write(project, {"tests/test_x.py": "def test_a(): pass\n", "pytest.ini": "[pytest]\n"})
    tree = write(
        project / ".codeflash/worktrees/optimize", {"tests/test_x.py": "def test_a(): pass\n", "orders/__init__.py": ""}
    )
    report = run_tests(detect(project), project, tree, "python -m pytest -q", 60)
    assert report.cases == {"tests.test_x::test_a": "passed"}


def test_tests_import_the_trees_code(project, environment):
    """Tests run in a worktree see the worktree's package."""
    write(project, {"tests/test_x.py": "import orders\ndef test_a(): assert orders.VALUE == 2\n"})
    tree = write(
        project / ".codeflash/worktrees/optimize", {"tests/test_x.py": (project / "tests/test_x.py").read_text()}
    )
    write(tree, {"orders/__init__.py": "VALUE = 2\n"})
    setup = detect(project)
    assert run_tests(setup, project, tree, "python -m pytest -q", 60).exit_code == 0
    assert run_tests(setup, project, project, "python -m pytest -q tests", 60).exit_code == 1
