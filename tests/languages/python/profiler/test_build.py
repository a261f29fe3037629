"""The one file."""

from __future__ import annotations

import shutil
import subprocess
import sys

import build_profiler

from .conftest import SCRIPT


def test_built_file_is_up_to_date():
    """The committed file is what the modules build to."""
    assert build_profiler.main(["--check"]) == 0


def test_build_is_deterministic():
    """Assembling twice gives the same text."""
    assert build_profiler.assemble() == build_profiler.assemble()


def test_check_notices_a_stale_file(monkeypatch, tmp_path, capsys):
    """A file that differs from its modules is reported, and not touched."""
    stale = tmp_path / "script.py"
    stale.write_text("old", encoding="utf-8")
    monkeypatch.setattr(build_profiler, "OUTPUT", stale)
    assert build_profiler.main(["--check"]) == 1
    assert stale.read_text(encoding="utf-8") == "old"
    assert "out of date" in capsys.readouterr().err


def test_file_works_copied_alone(tmp_path, python):
    """Copied away, from any working folder and interpreter, it profiles."""
    alone = tmp_path / "else where" / "deep profile.py"
    alone.parent.mkdir()
    shutil.copy(SCRIPT, alone)
    # A neighbour that shadows the standard library must not be picked up.
    (alone.parent / "json.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    code = "print(sum(i * i for i in range(10**6)))"
    done = subprocess.run(
        [python, str(alone), "--quick", "--no-baseline", str(tmp_path), "--", "python", "-c", code],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{sum(i * i for i in range(10**6))}\n"
    assert "[unified targets]" in done.stderr


def test_old_interpreter_is_told_so(tmp_path):
    """On an interpreter that is too old the file says so in one line instead of failing on syntax."""
    old = sorted((SCRIPT.home() / ".pyenv" / "versions").glob("3.[678].*/bin/python"))
    if not old:
        import pytest

        pytest.skip("no Python older than 3.9 on this machine")
    done = subprocess.run(
        [str(old[-1]), str(SCRIPT), "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 96
    assert done.stderr.count("\n") == 1
    assert "3.9" in done.stderr


def test_help_teaches():
    """--help has examples, the score's formula and the exit statuses."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    for word in ("-- pytest", "score =", "room", "exit status", "96", "memray"):
        assert word in done.stdout
