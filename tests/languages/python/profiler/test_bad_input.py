"""Bad input: one line that says what to do, a documented status, no traceback, nothing half-written."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .conftest import SCRIPT

USAGE, CANNOT_START, NO_PROFILE, CANNOT_WRITE, TIMED_OUT = 96, 97, 98, 99, 124
GOOD = ("--", "python", "-c", "print('ran')")


@pytest.fixture
def refuse(tmp_path):
    """Run the profiler and check the form of its refusal; gives the one line of it."""

    def run(*words, status, ran=False, **settings):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *map(str, words)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **settings,
        )
        lines = [line for line in done.stderr.splitlines() if line.startswith("codeflash profile: error:")]
        assert done.returncode == status, done.stderr
        assert len(lines) == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert ("ran" in done.stdout) == ran
        assert not list(tmp_path.glob("*.json"))
        return lines[0]

    return run


def test_missing_source_root(refuse):
    """A source root that does not exist is named."""
    assert "nowhere: no such folder" in refuse("nowhere", *GOOD, status=USAGE)


def test_source_root_is_a_file(refuse, tmp_path):
    """A file is no source root, and the line says what is."""
    (tmp_path / "file.py").write_text("", encoding="utf-8")
    assert "is a file" in refuse("file.py", *GOOD, status=USAGE)


def test_looping_symlink(refuse, tmp_path):
    """A symlink onto itself is reported like a missing folder."""
    (tmp_path / "loop").symlink_to("loop")
    refuse("loop", *GOOD, status=USAGE)


@pytest.mark.parametrize("command", [(), ("--",), ("--", "")])
def test_empty_command(refuse, command):
    """Without a command the line shows how to write one."""
    assert "after --" in refuse(".", *command, status=USAGE)


def test_no_arguments(refuse):
    """Without any argument the line points to --help."""
    assert "--help" in refuse(status=USAGE)


@pytest.mark.parametrize("option", ["--frobnicate", "--timeout=-1", "--interval=x", "--passes=none", "--frames=0"])
def test_bad_options(refuse, option):
    """Unknown options and impossible values are refused before anything runs."""
    refuse(option, ".", *GOOD, status=USAGE)


def test_quick_and_passes_exclude_each_other(refuse):
    """Two answers to the same question are refused."""
    refuse("--quick", "--passes", "calls", ".", *GOOD, status=USAGE)


def test_command_not_found(refuse):
    """A command that does not exist is named, with where it was looked for."""
    assert "no-such-command" in refuse("--no-baseline", ".", "--", "no-such-command", status=CANNOT_START)


def test_command_not_executable(refuse, tmp_path):
    """A script without the execute bit gets the command that would work."""
    (tmp_path / "x.py").write_text("print('ran')", encoding="utf-8")
    assert "python ./x.py" in refuse("--no-baseline", ".", "--", "./x.py", status=CANNOT_START)


def test_command_that_never_starts_python(refuse):
    """A command without Python is run, and the line says why there is no profile."""
    line = refuse("--no-baseline", "--quick", ".", "--", "sh", "-c", "echo ran", status=NO_PROFILE, ran=True)
    assert "never started Python" in line


def test_python_that_cannot_be_observed(refuse):
    """Where -I keeps us out, the line says that Python ran unseen."""
    code = "import time; time.sleep(0.2); print('ran')"
    line = refuse("--no-baseline", "--quick", ".", "--", "python", "-I", "-c", code, status=NO_PROFILE, ran=True)
    assert "-I" in line


def test_timeout_kills_the_tree(refuse):
    """A pass that takes too long is killed with its children."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(50)'])"
    line = refuse("--no-baseline", "--quick", "--timeout", "1", ".", "--", "python", "-c", code, status=TIMED_OUT)
    assert "--timeout" in line


@pytest.mark.parametrize("option", ["--json", "--speedscope", "--report"])
def test_output_path_that_cannot_be_written(refuse, option):
    """An output path in a folder that is not there is refused before the command runs."""
    refuse("--no-baseline", option, "no/such/folder/file", ".", *GOOD, status=USAGE)


def test_output_path_is_a_folder(refuse, tmp_path):
    """A folder is no output file."""
    assert "is a folder" in refuse("--no-baseline", "--json", tmp_path, ".", *GOOD, status=USAGE)


def test_nul_byte_cannot_reach_the_command():
    """A NUL byte in the command is refused in words (a shell cannot pass one, a program can)."""
    from profiler.cli import main

    assert main([".", "--no-baseline", "--", "python", "-c", "a\0b"]) == USAGE
    assert main(["a\0b", "--no-baseline", *GOOD]) == USAGE


@pytest.mark.parametrize("content", ["{", "[]", '{"schema_version": 999}'])
def test_unreadable_baseline(refuse, tmp_path, content):
    """A damaged or foreign baseline is named before anything runs, with what to do."""
    folder = tmp_path / "kept"
    words = (sys.executable, str(SCRIPT), "--quick", "--baseline", str(folder), ".", *GOOD)
    subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    (stored,) = folder.glob("baseline-*.json")
    stored.write_text(content, encoding="utf-8")
    line = refuse("--quick", "--baseline", folder, ".", *GOOD, status=USAGE)
    assert "delete it to start anew" in line
    assert stored.read_text(encoding="utf-8") == content


def test_command_that_deletes_its_own_folder(tmp_path):
    """A command that removes its working folder still gets its profile."""
    place = tmp_path / "place"
    place.mkdir()
    code = "import os, shutil; shutil.rmtree(os.getcwd()); sum(i * i for i in range(10**6)); print('ran')"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--no-baseline", str(tmp_path), "--", "python", "-c", code],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ran\n"


def test_closed_standard_output(tmp_path):
    """A command that closes its standard output gets its profile."""
    code = "import os; os.close(1); sum(i * i for i in range(10**6))"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--no-baseline", str(tmp_path), "--", "python", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[unified targets]" in done.stderr


def test_spaces_and_foreign_letters_in_paths(tmp_path):
    """Paths with spaces and letters of any script are profiled and shown."""
    folder = tmp_path / "mein Übungs ordner 目录"
    folder.mkdir()
    (folder / "modül.py").write_text(
        "def f():\n    return sum(i * i for i in range(2 * 10**6))\nf()\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--no-baseline", str(folder), "--", "python", "modül.py"],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "| f | modül.py:1 |" in done.stderr.decode()
