"""The files of a project that count: what git tracks or would track, else what a walk finds."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

LIMIT = 30_000
FOREIGN = re.compile(r"(^|/)(site-packages|node_modules)/")
PRUNED = frozenset(
    {
        "node_modules",
        "site-packages",
        "__pycache__",
        "__pypackages__",
        "venv",
        "env",
        "build",
        "dist",
        "target",
        "htmlcov",
    }
)


def list_files(project: Path) -> list[str]:
    """Paths relative to `project`, with slashes, sorted; ignored files, environments and caches are left out."""
    found = _from_git(project) or _from_walk(project)
    return sorted(path for path in found if not path.startswith(".codeflash/"))[:LIMIT]


def _from_git(project: Path) -> list[str]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=project,
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode != 0:
        return []
    names = os.fsdecode(done.stdout).split("\0")
    # Files deleted from the checkout are still in the index; environments that nobody ignored are not the project.
    tops = {name.split("/")[0] for name in names if "/" in name}
    environments = {name for name in tops if (project / name / "pyvenv.cfg").exists()}
    top = os.fspath(project)  # plain texts: a big repository has tens of thousands of files
    return [
        name
        for name in dict.fromkeys(names)
        if name
        and not (environments and name.split("/")[0] in environments)
        and not FOREIGN.search(name)
        and os.path.isfile(f"{top}/{name}")  # noqa: PTH113
    ]


def _from_walk(project: Path) -> list[str]:
    found: list[str] = []
    for folder, folders, files in os.walk(project):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if (not name.startswith(".") or name in (".github", ".circleci"))
            and name not in PRUNED
            and not name.endswith(".egg-info")
            and not (here / name / "pyvenv.cfg").exists()
            and not (here / name / "conda-meta").is_dir()
        )
        found.extend((here / name).relative_to(project).as_posix() for name in sorted(files))
        if len(found) > LIMIT:
            break
    return found
