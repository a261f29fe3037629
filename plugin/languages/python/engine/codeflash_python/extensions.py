"""Compiled extensions of a tree: whether they are those of its own source, and building them where they are not."""

from __future__ import annotations

import filecmp
import os
import subprocess
from typing import TYPE_CHECKING

from codeflash_python import environment
from codeflash_python.detect import project_files

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.language import Setup

COMPILED = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".h", ".hpp", ".rs", ".f90")
BUILT = (".so", ".pyd")
BUILD = (
    "setup.py",
    "build_ext",
    "--inplace",
    "--force",
    "--quiet",
)  # times of files are compared in whole seconds there
COMMAND = f"python {' '.join(BUILD[:3])}"
TIMEOUT_S = 900.0


def not_its_own(setup: Setup, project: Path, tree: Path) -> list[str]:
    """Extension modules that in `tree` are missing or made from other source, with what to do, after an attempt to build.

    Where the project has a `setup.py`, what is missing or stale is built in the tree first, once for each state of its
    sources. The checkout itself is left to its owner.
    """
    if os.path.realpath(tree) == os.path.realpath(project):
        return []
    wrong = _wrong(setup, project, tree)
    if not wrong or not (tree / "setup.py").is_file():
        return wrong
    failure = _build(setup, project, tree)
    wrong = _wrong(setup, project, tree)
    return [f"{line}; its build failed: {failure}" if failure else line for line in wrong]


def _wrong(setup: Setup, project: Path, tree: Path) -> list[str]:
    found = [f"{name} (compiled only in {path})" for name, path in _missing(setup, project, tree)]
    return found + [
        f"{name} (compiled from other source than {source}: build it in {tree}, for instance with `{COMMAND}`)"
        for name, source in _stale(setup, project, tree)
    ]


def _build(setup: Setup, project: Path, tree: Path) -> str:
    """Build in place with the target's interpreter; gives the last line of what went wrong, or nothing."""
    try:
        done = subprocess.run(
            [setup.interpreter, *BUILD],
            cwd=tree,
            env=environment.environment(setup, project, tree),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return " ".join(str(error).split())[:200]
    if not done.returncode:
        for root in environment.import_roots(setup, tree):
            for path in _extensions(setup, root):
                os.utime(path)  # a build that copies cuts the time to seconds, which looks older than the source
        return ""
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return (lines or ["no message"])[-1].strip()[:200]


def _extensions(setup: Setup, root: Path) -> list[Path]:
    """The extension modules of the project's packages below an import root."""
    found = [
        path
        for package in setup.packages
        for path in root.joinpath(*package.split(".")).rglob("*")
        if path.suffix in BUILT
    ]
    return sorted(found)


def _name(inside: Path) -> str:
    return ".".join([*inside.parts[:-1], inside.name.split(".")[0]])


def _stale(setup: Setup, project: Path, tree: Path) -> list[tuple[str, str]]:
    """Extension modules of `tree` that are not made from its source, each with a source that says so.

    The checkout's builds are right as long as all compiled sources are the checkout's; the tree's own builds as long as
    no compiled source is newer. Which source goes into which extension only the build knows, so any counts.
    """
    copies: list[tuple[str, Path]] = []
    own: list[tuple[str, Path]] = []
    for root, here in zip(environment.import_roots(setup, project), environment.import_roots(setup, tree)):
        for path in _extensions(setup, here):
            built = root / path.relative_to(here)
            copied = built.is_file() and filecmp.cmp(path, built, shallow=False)
            (copies if copied else own).append((_name(path.relative_to(here)), path))
    if not copies and not own:
        return []
    sources = [name for name in project_files.list_files(tree) if name.endswith(COMPILED)]
    differing = next((name for name in sources if not _same(tree / name, project / name)), None)
    found = [(name, differing) for name, _ in copies] if differing else []
    for name, path in own:
        newer = next((source for source in sources if _newer(tree / source, path)), None)
        if newer:
            found.append((name, newer))
    return found


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


def _newer(source: Path, built: Path) -> bool:
    try:
        return source.stat().st_mtime_ns > built.stat().st_mtime_ns
    except OSError:
        return False


def _missing(setup: Setup, project: Path, tree: Path) -> list[tuple[str, Path]]:
    """Extension modules built in the checkout whose counterpart in `tree` is missing."""
    return [
        (_name(path.relative_to(root)), path)
        for root, here in zip(environment.import_roots(setup, project), environment.import_roots(setup, tree))
        for path in _extensions(setup, root)
        if not (here / path.relative_to(root)).exists()
    ]
