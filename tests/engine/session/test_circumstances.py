"""What happens around a session: other sessions and checkouts, a rebase, bad benchmarks, a disk that is full, kills."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from bench import killing
from codeflash_agent import cli

from . import project
from .walking import run

LAUNCH = Path(__file__).parents[3] / "plugin" / "engine" / "launch.py"
SHORT = "from words.text import distinct\nprint(distinct(['a']))\n"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, known to setup, as current folder; no measurement elsewhere is waited for."""
    path = project.make(tmp_path / "words")
    monkeypatch.chdir(path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    run("setup", "--set", f"interpreter={project.INTERPRETER}", "--set", "runner=python")
    return path


def start(*arguments: str) -> None:
    """Begin a session with a benchmark that takes no time."""
    Path("bench.py").write_text(SHORT)
    run(
        "baseline",
        "--benchmark",
        "python -c 'from words.text import distinct; distinct([1])'",
        "--no-tests",
        *arguments,
    )


def fresh(*arguments: str) -> subprocess.Popen[str]:
    """Start a verb in a process of its own."""
    command = [sys.executable, "-I", str(LAUNCH), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_two_agents_in_one_checkout_open_one_experiment(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two that begin at once one gets the experiment; the other, and a second session, are told what is."""
    start()
    run("profile", "--quick")
    begin = ("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "x")
    both = [fresh(*begin) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("experiment 1 (words/text.py::distinct) is open" in text for text in said) == 1
    capsys.readouterr()
    run("baseline", "--benchmark", "true", "--no-tests", status=1)
    assert "a session exists" in capsys.readouterr().err
    assert len(list((top / ".codeflash" / "experiments").glob("*.json"))) == 1


def test_another_checkout_of_the_repository_is_told_whose_session_it_is(
    top: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own session is refused with the place of the first, which stays as it is and goes on."""
    start()
    other = top.parent / "other"
    project.git(top, "worktree", "add", "-q", "-b", "elsewhere", str(other))
    monkeypatch.chdir(other)
    run("setup", "--set", f"interpreter={project.INTERPRETER}", "--set", "runner=python")
    capsys.readouterr()
    run("baseline", "--benchmark", "python bench.py", "--no-tests", status=1)
    assert f"belongs to the session of {top}, another checkout" in capsys.readouterr().err
    monkeypatch.chdir(top)
    run("skip", "--target", "a::b", "--reason", "the first goes on")


def test_a_rebase_of_the_users_branch_changes_nothing_for_the_session(top: Path) -> None:
    """The session keeps its own start; verbs go on, and its branch is as it was."""
    start()
    before = project.git(top, "rev-parse", "codeflash/optimize")
    project.git(top, "stash", "--include-untracked", "-q")
    project.git(top, "commit", "-q", "--amend", "-m", "another history")
    (top / "words" / "more.py").write_text("MORE = 1\n")
    project.git(top, "add", "words")
    project.git(top, "commit", "-qm", "more")
    run("profile", "--quick")
    run("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "x")
    run("discard", "--reason", "only to see that it goes on")
    assert project.git(top, "rev-parse", "codeflash/optimize") == before


def test_a_rebase_in_place_is_told_with_the_way_back(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A session that works on the user's own branch says that the branch moved, and how to go back."""
    project.git(top, "stash", "--include-untracked", "-q")
    run("baseline", "--benchmark", "python bench.py", "--no-tests", "--in-place")
    run("profile", "--quick")
    project.git(top, "commit", "-q", "--amend", "-m", "another history")
    capsys.readouterr()
    run("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "x", status=1)
    assert "not at the last kept commit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import time; time.sleep(600)", "did not end within 1 s"),
        ("import os, sys, time\nif os.fork() == 0:\n os.setsid(); time.sleep(600)\nsys.exit(3)", "exit status 3"),
    ],
)
def test_a_benchmark_that_hangs_or_leaves_daemons_and_fails_is_one_line(
    top: Path, capsys: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    """The verb ends with what happened, no session and no process are left."""
    (top / "bad.py").write_text(dedent(source))
    project.git(top, "add", "bad.py")
    project.git(top, "commit", "-qm", "a bad benchmark")
    run("baseline", "--benchmark", "python bad.py", "--no-tests", "--timeout", "1", status=2)
    error = capsys.readouterr().err.splitlines()[-1]
    assert says in error
    assert not (top / ".codeflash" / "session.json").exists()
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        assert not _readlink(entry).startswith(str(top / ".codeflash"))


def _readlink(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def test_a_benchmark_that_fails_now_and_then_is_measured_with_a_note(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Single failures are repeated and told; the baseline stands."""
    flaky = f"""
    import pathlib, sys
    count = pathlib.Path({str(top.parent / "count")!r})
    number = int(count.read_text()) if count.exists() else 0
    count.write_text(str(number + 1))
    sys.exit(number % 6 == 5)
    """
    (top / "flaky.py").write_text(dedent(flaky))
    project.git(top, "add", "flaky.py")
    project.git(top, "commit", "-qm", "a flaky benchmark")
    run("baseline", "--benchmark", "python flaky.py", "--no-tests")
    assert "exit status 1" in capsys.readouterr().err
    assert (top / ".codeflash" / "session.json").exists()


def test_a_full_disk_is_one_line_and_the_session_stays_readable(top: Path) -> None:
    """No file of the session can grow: each verb that writes says so in one line, and goes on when there is room."""
    start()
    run("profile", "--quick")
    begin = ("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "x")
    done = subprocess.run(
        [sys.executable, "-I", str(LAUNCH), *begin],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (800, 800)),
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "free space or make it writable" in done.stderr
    run("status")
    assert cli.main(list(begin)) in (0, 1), "opened now, or its record had found room before the hand-over did not"
    run("discard", "--reason", "only to see that it goes on")
    assert len((top / ".codeflash" / "results.tsv").read_text().splitlines()) == 2
    assert [path.name for path in (top / ".codeflash" / "experiments").glob(".*")] == []


def test_a_folder_that_cannot_be_written_is_one_line(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where `.codeflash/experiments` is no folder, as where it is read-only, begin ends in one line with what to do."""
    start()
    run("profile", "--quick")
    folder = top / ".codeflash" / "experiments"
    folder.write_text("in the way")
    capsys.readouterr()
    begin = ("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "x")
    run(*begin, status=2)
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "make it writable" in error
    folder.unlink()
    run(*begin)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    """Ten kills of a scripted session; `scripts/bench/killing.py` does it two hundred times."""
    outcome = killing.kill(10, 7, tmp_path, spared=frozenset({"setup", "baseline", "profile", "measure"}))
    assert sum(outcome.kills.values()) == 10
    assert outcome.broken == []
