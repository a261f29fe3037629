"""The CPythons that this machine has, for what must hold on each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SAY = "import sys; print(*sys.version_info[:2], sys.executable, sep='|')"


def _all() -> dict[tuple[int, int], str]:
    """Version -> executable: the running one, and those of pyenv."""
    found = {sys.version_info[:2]: sys.executable}
    for path in sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")):
        done = subprocess.run([str(path), "-c", _SAY], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            major, minor, executable = done.stdout.strip().split("|")
            version = (int(major), int(minor))
            if version >= (3, 9):
                found.setdefault(version, executable)
    return dict(sorted(found.items()))


INTERPRETERS = _all()
