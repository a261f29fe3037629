"""`compare` between two commits of a real repository."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codeflash_agent import cli

SLOW = "import time\ndef work():\n    end = time.process_time() + 0.08\n    while time.process_time() < end: pass\n"
FAST = SLOW.replace("0.08", "0.02")
BENCH = "import lib\nlib.work()\nprint('codeflash-metric mark=%d better=higher' % lib.MARK)\n"


def _git(project: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
    done = subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a slow commit, a fast one after it, an uncommitted edit and an untracked file.

    Its measurements take turns with no other's.
    """
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    folder = tmp_path / "project"
    (folder / "lib").mkdir(parents=True)
    _git(folder, "init", "-q")
    (folder / "bench.py").write_text(BENCH)
    for text in (SLOW + "MARK = 1\n", FAST + "MARK = 2\n"):
        (folder / "lib" / "__init__.py").write_text(text)
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "-m", "a step")
    (folder / "bench.py").write_text(BENCH + "raise SystemExit('uncommitted')\n")
    (folder / "untracked.txt").write_text("mine\n")
    monkeypatch.chdir(folder)
    return folder


def _state(project: Path) -> tuple[object, ...]:
    files = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts}
    return (
        files,
        _git(project, "worktree", "list"),
        _git(project, "status", "--porcelain"),
        _git(project, "branch", "-a"),
    )


def _compare(*arguments: str) -> int:
    return cli.main(["compare", *arguments, "--benchmark", "python bench.py", "--budget", "60"])


def test_a_gain_is_found_and_nothing_is_left(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The committed states are compared, the document has what is promised, and the checkout is as it was."""
    before = _state(project)
    out = tmp_path / "out.json"
    assert _compare("HEAD~1", "--json", str(out)) == 0
    assert _state(project) == before
    document = json.loads(out.read_text())
    cpu = document["metrics"]["cpu_s"]
    assert set(cpu) >= {"base", "head", "ratio", "low", "high", "verdict"}
    assert cpu["verdict"] == "better"
    assert 1 < cpu["low"] <= cpu["ratio"] <= cpu["high"]
    assert document["metrics"]["mark"]["ratio"] == pytest.approx(2.0)  # each side ran its own code
    assert document["pairs"] == len(document["raw_pairs"]) >= 5
    assert document["band"]["cpu_s"] >= 0.02
    shown = capsys.readouterr()
    assert "cpu_s" in shown.out
    assert "one run, to see how long it takes" in shown.err
    assert "pair 1 of" not in shown.out  # which pair it is at is told on stderr, and only once in a while


def test_a_regression_is_the_honest_no(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same backwards ends in 1 and names what is worse, also as Markdown, in a file too."""
    table = tmp_path / "table.md"
    assert _compare("HEAD", "HEAD~1", "--markdown", str(table)) == 1
    assert "| cpu_s |" not in capsys.readouterr().out
    assert "| cpu_s |" in table.read_text()
    assert _compare("HEAD", "HEAD~1", "--markdown") == 1
    shown = capsys.readouterr().out
    assert "| cpu_s |" in shown
    assert "worse: " in shown
    assert "Reproduce: `codeflash-agent compare" in shown


def test_a_loss_below_the_limit_passes(project: Path) -> None:
    """With limits above the losses the same comparison passes."""
    limits = ["--fail-on", "0.95", "--fail-on", "mark=60%"]
    assert _compare("HEAD", "HEAD~1", *limits) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "names no commit"),
        (["HEAD"], "the same commit"),
        (["HEAD~1", "--fail-on", "5"], "between 0 and 1"),
        (["HEAD~1", "--ignore", "("], "no regular expression"),
        (["HEAD~1", "--result", "../out"], "below the top"),
        (["HEAD~1", "--budget", "0"], "above 0"),
    ],
)
def test_bad_input_is_one_line(
    project: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input ends in status 2 with one line that says what is wrong, and leaves nothing."""
    before = _state(project)
    try:
        status = cli.main(["compare", *arguments])
    except SystemExit as ended:
        status = int(str(ended.code))
    assert status == 2
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
    assert _state(project) == before


def test_a_failing_benchmark_leaves_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A benchmark that fails on a side ends in status 2 with its own last line, and the worktrees are removed."""
    before = _state(project)
    assert cli.main(["compare", "HEAD~1", "--benchmark", "python -c 'raise ValueError(5)'"]) == 2
    assert "ValueError: 5" in capsys.readouterr().err
    assert _state(project) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_leaves_nothing(project: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM in the middle of measuring end the benchmark and remove the worktrees."""
    before = _state(project)
    root = Path(cli.__file__).parents[1]
    # Tests that run in a shell's background ignore Ctrl-C, and a child would inherit that.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heed}; import sys; from codeflash_agent.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "compare", "HEAD~1", "--benchmark", "sleep 500"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    running = subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        while "one run" not in running.stderr.readline():
            assert running.poll() is None
        time.sleep(0.5)
        running.send_signal(number)
        running.communicate(timeout=60)
    finally:
        running.kill()  # one left behind would hold the machine's turn to measure
    assert running.returncode == 130
    assert _state(project) == before
