"""From what a person types to what is executed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from profiler.errors import CANNOT_START, ProfileError

_PYTHON = {"python", "python3", f"python3.{sys.version_info[1]}"}
_PYTEST = {"pytest", "py.test"}


def resolve(command: list[str]) -> list[str]:
    """The argv to execute.

    `python` and `pytest` mean the interpreter that runs the profiler and its pytest; another bare name is looked for
    beside that interpreter first, where an environment keeps its console scripts, then on PATH. Paths stay as typed.

    Raises:
        ProfileError: there is no such command, or it may not be executed.
    """
    name, rest = command[0], command[1:]
    if "\0" in "".join(command):
        raise ProfileError("the command contains a NUL byte, which no program can be given; remove it")
    if name in _PYTHON:
        return [sys.executable, *rest]
    if name in _PYTEST:
        script = _beside_interpreter("pytest")
        return [sys.executable, *([script] if script else ["-m", "pytest"]), *rest]
    if os.sep in name:
        return [_executable(name), *rest]
    found = _beside_interpreter(name) or shutil.which(name)
    if not found:
        raise ProfileError(
            f"{name}: no such command beside {sys.executable} or on PATH; install it, or give its path", CANNOT_START
        )
    return [found, *rest]


def _beside_interpreter(name: str) -> str | None:
    path = Path(sys.executable).parent / name
    return str(path) if path.is_file() and os.access(path, os.X_OK) else None


def _executable(name: str) -> str:
    path = Path(name)
    if not path.exists():
        raise ProfileError(f"{name}: no such file; check the path of the command after --", CANNOT_START)
    if path.is_dir() or not os.access(path, os.X_OK):
        raise ProfileError(f"{name} cannot be executed; write `-- python {name}`, or chmod +x it", CANNOT_START)
    return name
