#!/usr/bin/env python3
"""Makes `.venv/` with everything the tests and linters need, from hash-checked requirements.

Run by the Makefile with whatever `python3` is; so it must at least start on old ones to say what is wrong with it.
uv is installed first, by pip, because it installs the rest in seconds.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = [ROOT / "requirements" / "uv.txt", ROOT / "requirements" / "dev.txt"]
STAMP = VENV / "made-from"
ISOLATED = "-I"  # a user's PYTHONPATH must not leak in


class VenvProblem(Exception):
    """One line that says what is missing and what to do."""


def fingerprint() -> str:
    """What the environment depends on, in one word."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in REQUIREMENTS)).hexdigest()


def run(*command: str) -> None:
    """Run a step quietly, and show its end when it fails.

    Raises:
        VenvProblem: the step failed.
    """
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=str(ROOT), check=False)
    if done.returncode:
        tail = " / ".join(done.stdout.decode(errors="replace").strip().splitlines()[-3:])
        raise VenvProblem(f"`{' '.join(command)}` failed: {tail}")


def make() -> None:
    """Make or renew the environment; nothing is done when it is up to date.

    Raises:
        VenvProblem: this Python cannot be used, or a step failed.
    """
    if STAMP.is_file() and PYTHON.exists() and STAMP.read_text() == fingerprint():
        return
    if sys.version_info < (3, 9):  # noqa: UP036  that is what is being found out
        version = ".".join(map(str, sys.version_info[:3]))
        raise VenvProblem(f"{sys.executable} is Python {version}; 3.9 or later is needed: make PYTHON=python3.11 …")
    if not PYTHON.exists():
        try:
            run(sys.executable, ISOLATED, "-m", "venv", "--clear", str(VENV))
        except VenvProblem as problem:
            hint = "install your system's python3-venv, or name another Python: make PYTHON=…"
            raise VenvProblem(f"{problem}; {hint}") from problem
    uv, dev = (str(path) for path in REQUIREMENTS)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run(str(PYTHON), ISOLATED, "-m", "pip", "install", *quiet, "--require-hashes", "-r", uv)
    run(str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", dev)
    STAMP.write_text(fingerprint())
    print(f"made {VENV}")


if __name__ == "__main__":
    try:
        make()
    except VenvProblem as error:
        sys.exit(f"make_venv: {error}")
