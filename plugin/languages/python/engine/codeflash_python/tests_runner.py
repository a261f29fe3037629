"""Runs the project's tests in a tree and reports each test's outcome."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codeflash_agent.language import TestReport
from codeflash_python import environment, junit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codeflash_agent.language import Setup

TAIL_LINES = 60
GRACE_S = 3.0  # between asking a timed-out run to end and killing it
PYTEST_USAGE_ERROR = 4
PYTEST_NO_TESTS = 5
SHELL_CHARACTERS = re.compile(r"[|&;<>()$`*?~\n]|^\s*\w+=")
# They need the cache that is otherwise switched off so that the tree stays clean.
CACHE_OPTIONS = re.compile(
    r"(^|\s)(--lf|--last-failed|--ff|--failed-first|--nf|--new-first|--sw|--stepwise|--cache-\w+)\b"
)
UNITTEST = re.compile(r"(^|\s)-m\s+unittest\b")


class Ended(NamedTuple):
    """How one process ended."""

    exit_code: int  # negative: the signal that ended it, as subprocess says it
    seconds: float
    output: str
    timed_out: bool


def run_tests(setup: Setup, project: Path, tree: Path, command: str, timeout_s: float) -> TestReport:
    """Run `command` with cwd `tree` in that tree's environment.

    pytest is told by an environment variable to leave a JUnit file, so the command means what it meant, and pytest behind
    `make` or `uv run` is understood too. A runner that crashes, is missing or takes longer than `timeout_s` gives a report.
    """
    environ = environment.environment(setup, project, tree)
    with tempfile.TemporaryDirectory(prefix="codeflash-tests-") as folder:
        results = Path(folder) / "results.xml"
        ended = _run(verbose_unittest(command), tree, with_results(environ, results, command, tree), timeout_s)
        if ended.exit_code == PYTEST_USAGE_ERROR and not results.exists():
            # The project's settings may not allow the options; then the exit status is all there is.
            ended = _run(command, tree, environ, timeout_s)
        cases = {} if ended.timed_out else junit.relative_to(tree, junit.read(results))
    lines = [line.rstrip() for line in ended.output.splitlines()]
    granular = bool(cases)
    if not cases and not ended.timed_out:
        cases = unittest_cases(lines)
        granular = bool(cases)
    return TestReport(
        command=command,
        exit_code=ended.exit_code,
        seconds=ended.seconds,
        cases=cases,
        summary=_summary(ended, cases, lines, timeout_s, command),
        output_tail="\n".join(lines[-TAIL_LINES:]),
        granular=granular,
    )


def with_results(environ: Mapping[str, str], results: Path, command: str, tree: Path) -> dict[str, str]:
    """The environment with pytest's options added to those that the user has there."""
    options = [f"--junitxml={results}", "-o", "junit_logging=no"]
    if not CACHE_OPTIONS.search(command) and not CACHE_OPTIONS.search(environ.get("PYTEST_ADDOPTS", "")):
        options += ["-p", "no:cacheprovider"]
    if not any(
        (tree / name).exists() for name in ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
    ):
        # Without settings of its own a tree inside the checkout would take the checkout as its root, and the names of
        # its tests would differ from those in another tree.
        options.append(f"--rootdir={tree}")
    added = " ".join(shlex.quote(option) for option in options)
    return {**environ, "PYTEST_ADDOPTS": f"{environ.get('PYTEST_ADDOPTS', '')} {added}".strip()}


def verbose_unittest(command: str) -> str:
    """`python -m unittest …` with the option that makes it name each test; other commands as they are."""
    if (
        UNITTEST.search(command)
        and not SHELL_CHARACTERS.search(command)
        and not re.search(r"\s(-v|-q|--\w+)\b", command)
    ):
        return f"{command} -v"
    return command


def unittest_cases(lines: list[str]) -> dict[str, str]:
    """Outcomes from `unittest -v`, but only when there are exactly as many as unittest says it ran."""
    ran = next(
        (int(match.group(1)) for line in reversed(lines) if (match := re.match(r"Ran (\d+) tests? in ", line))), None
    )
    if not ran:
        return {}
    cases: dict[str, str] = {}
    current = None
    outcome = re.compile(r"\.\.\. (ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)$")
    for line in lines:
        named = re.match(r"(\w+) \(([\w.<>]+)\)", line)
        if named:
            name, where = named.groups()
            current = where if where.endswith(f".{name}") else f"{where}.{name}"
        ended = outcome.search(line)
        if ended and current is not None:
            cases[current] = {
                "ok": "passed",
                "FAIL": "failed",
                "ERROR": "error",
                "expected failure": "xfailed",
                "unexpected success": "failed",
            }.get(ended.group(1), "skipped")
            current = None
    return cases if len(cases) == ran else {}


def _run(command: str, tree: Path, environ: Mapping[str, str], timeout_s: float) -> Ended:
    """Run `command` in a session of its own, and leave none of its processes when it takes too long."""
    words = ["/bin/sh", "-c", command] if SHELL_CHARACTERS.search(command) else _split(command)
    if not words:
        return Ended(127, 0.0, "the test command is empty", timed_out=False)
    began = time.monotonic()
    # A file, not a pipe: a grandchild that outlives the run would keep a pipe open and this waiting.
    with tempfile.TemporaryFile() as sink:
        try:
            process = subprocess.Popen(
                words,
                cwd=tree,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        except OSError as error:
            return Ended(127, 0.0, f"cannot start {words[0]}: {error.strerror}", timed_out=False)
        timed_out = False
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end_group(process)
        sink.seek(0)
        output = sink.read().decode("utf-8", "replace")
    return Ended(process.returncode, time.monotonic() - began, output, timed_out)


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return ["/bin/sh", "-c", command]  # an open quote: the shell says so in its own words


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the run's process group; the group of a run that ended by itself is usually empty."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _summary(ended: Ended, cases: Mapping[str, str], lines: list[str], timeout_s: float, command: str) -> str:
    """One line that says how it ended, the runner's own where there is one."""
    if ended.timed_out:
        return f"killed: the tests took longer than {timeout_s:.0f} s; allow more time, or name a shorter command"
    if ended.exit_code < 0:
        try:
            name = signal.Signals(-ended.exit_code).name
        except ValueError:
            name = str(-ended.exit_code)
        return f"the test runner was killed by {name}"
    if ended.exit_code == 127:
        return f"the command could not be started: {lines[-1] if lines else command}"
    return _own_summary(ended, cases, lines)


def _own_summary(ended: Ended, cases: Mapping[str, str], lines: list[str]) -> str:
    """The line with which the runner itself sums up, else what can be said without one."""
    own = next(
        (
            line
            for line in reversed(lines)
            if re.search(r"\b(passed|failed|errors?|skipped|deselected)\b.* in [\d.]+", line)
        ),
        None,
    )
    if own is not None:
        return own.strip("= ")
    if ended.exit_code == PYTEST_NO_TESTS and (not cases or "no tests ran" in ended.output):
        return "no tests were collected; check the test command and its paths"
    ran = next((line for line in reversed(lines) if re.match(r"(Ran \d+ tests? in|NO TESTS RAN)", line)), None)
    verdict = next((line for line in reversed(lines) if re.match(r"(OK|FAILED|NO TESTS RAN)\b", line)), "")
    if ran is not None:
        if ran.startswith(("Ran 0 ", "NO TESTS")):
            return "no tests were collected; check the test command and its paths"
        return f"{ran}: {verdict}"
    if cases:
        return ", ".join(f"{number} {status}" for status, number in sorted(Counter(cases.values()).items()))
    last = next((line for line in reversed(lines) if line.strip()), "no output")
    return f"exit status {ended.exit_code}: {last[:200]}"
