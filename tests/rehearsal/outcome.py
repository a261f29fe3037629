"""Looking at what a session left behind."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"


def git(folder, *arguments):
    """What git answers in `folder`."""
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def checkout(folder):
    """Every file of a checkout outside .codeflash and .git, ignored ones too, with its mode and contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts[0] in (".codeflash", ".git"):
            continue
        if path.is_symlink():
            found[str(relative)] = ("link", str(path.readlink()))
        elif path.is_file():
            found[str(relative)] = (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
    return found
