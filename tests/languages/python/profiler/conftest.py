"""Interpreters to test with, programs with known truth, and one way to profile them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[4]
SCRIPT = REPOSITORY / "plugin" / "languages" / "python" / "references" / "unified-profiling-script.py"
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
LIMIT_S = 120


def interpreter(version):
    """The path of a CPython of that minor version, None where there is none."""
    if version == f"3.{sys.version_info[1]}":
        return sys.executable
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(root.glob(f"{version}.*/bin/python"))
    return str(found[-1]) if found else None


@pytest.fixture(params=VERSIONS)
def python(request):
    """Each supported interpreter that is on this machine; the others are skipped, by name."""
    path = interpreter(request.param)
    if path is None:
        pytest.skip(f"no CPython {request.param} on this machine")
    return path


@pytest.fixture
def profile(tmp_path):
    """Profile a command with the one built file; gives exit code, outputs, and the document where one was written."""

    def run(*command, root=None, options=("--quick",), python=sys.executable, cwd=None, baseline=False, **settings):
        target = tmp_path / "profile.json"
        words = [python, str(SCRIPT), *options, "--json", str(target)]
        if not baseline:
            words.append("--no-baseline")
        done = subprocess.run(
            [*words, str(root or tmp_path), "--", *command],
            cwd=cwd or tmp_path,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            **settings,
        )
        document = json.loads(target.read_text(encoding="utf-8")) if target.exists() else None
        target.unlink(missing_ok=True)
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr, document=document)

    return run


@pytest.fixture
def program(tmp_path):
    """Write a module with functions that burn CPU, and a program that uses them; gives its file name."""

    def write(text, name="program.py"):
        (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


WORK = """\
def first(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


def second(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


def third(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
"""


def shares(document, figure="cpu_own_percent"):
    """Function name → a figure of its row."""
    return {row["function"]: row[figure] for row in document["functions"]}
