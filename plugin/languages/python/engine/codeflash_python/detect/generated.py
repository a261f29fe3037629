"""Files that the project's packages need and git does not have: version modules and extensions made by a build."""

from __future__ import annotations

import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES = frozenset((".py", ".pyi", ".so", ".pyd"))
MOST = 500  # more than that is a vendored tree, which a build has to make anew


def find_generated(project: Path, import_roots: Sequence[str], packages: Sequence[str]) -> list[str]:
    """Paths, relative to `project`, of ignored modules inside its packages; none where there is no git repository.

    A fresh checkout of the project needs copies of them to import its packages.
    """
    folders = [
        str(PurePosixPath(root, *package.split(".")))
        for root in import_roots
        for package in packages
        if project.joinpath(root, *package.split(".")).is_dir()
    ]
    if not folders:
        return []
    done = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *folders],
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    names = done.stdout.decode("utf-8", "surrogateescape").split("\0") if done.returncode == 0 else []
    found = sorted(name for name in names if PurePosixPath(name).suffix in SUFFIXES)
    return found if len(found) <= MOST else []
