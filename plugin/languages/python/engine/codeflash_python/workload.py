"""The sources behind a benchmark command: scripts, modules, tests and `-c` text that it names."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_FILES = 200
MOST_BYTES = 1_000_000


def sources(tree: Path, source_root: str, command: str) -> dict[str, str]:
    """Path relative to `tree` -> text of each source file that `command` names.

    A folder stands for the tests in it, as it does for pytest; a command that names nothing gives nothing.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if before == "-c":
            found["-c"] = word
        for path in _files(tree, source_root, word, module=before == "-m"):
            if len(found) < MOST_FILES:
                text = _text(path)
                if text:
                    found[path.relative_to(tree).as_posix()] = text
    return found


def _files(tree: Path, source_root: str, word: str, *, module: bool) -> Iterator[Path]:
    if module:
        parts = word.split(".")
        for root in (tree, tree / source_root, (tree / source_root).parent):
            for path in (root.joinpath(*parts).with_suffix(".py"), root.joinpath(*parts, "__main__.py")):
                if _is_inside(path, tree):
                    yield path
                    return
        return
    path = tree / word.partition("::")[0]
    if path.suffix == ".py" and _is_inside(path, tree):
        yield path
    elif word.strip("./") and _is_inside(path, tree) and path.is_dir():
        yield from sorted(file for pattern in ("test_*.py", "*_test.py", "bench*.py") for file in path.rglob(pattern))


def _is_inside(path: Path, tree: Path) -> bool:
    try:
        return path.exists() and path.resolve().is_relative_to(tree.resolve())
    except (OSError, ValueError):
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= MOST_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""
