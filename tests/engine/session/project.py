"""A small real project for the session's tests: a package, its tests, a benchmark, a repository with the user's own edits."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SLOW = """
    def distinct(words):
        \"\"\"The words in order of first appearance.\"\"\"
        seen = []
        for word in words:
            if word not in seen:
                seen.append(word)
        return seen
"""
FAST = """
    def distinct(words):
        \"\"\"The words in order of first appearance.\"\"\"
        return list(dict.fromkeys(words))
"""
SAME = """
    def distinct(words):
        \"\"\"The words in order of first appearance.\"\"\"
        found = []
        for word in words:
            if word not in found:
                found.append(word)
        return found
"""
MEMO = """
    _KNOWN = {}


    def distinct(words):
        \"\"\"The words in order of first appearance.\"\"\"
        key = tuple(words)
        if key not in _KNOWN:
            _KNOWN[key] = list(dict.fromkeys(words))
        return list(_KNOWN[key])
"""
WRONG = """
    def distinct(words):
        \"\"\"The words, sorted.\"\"\"
        return sorted(set(words))
"""
TESTS = """
    from words.text import distinct


    def test_order():
        assert distinct(["b", "a", "b"]) == ["b", "a"]


    def test_empty():
        assert distinct([]) == []


    def test_known_to_fail():
        assert distinct(["x"]) == ["y"]
"""
BENCHMARK = """
    from words.text import distinct

    words = [f"w{i * 7919 % 1500}" for i in range(4000)]
    print(len(distinct(words)))
"""


def write(path: Path, text: str) -> None:
    """Write dedented text, making folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"))


def git(cwd: Path, *arguments: str) -> str:
    """Run git with a fixed identity."""
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"]
    return subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def make(top: Path) -> Path:
    """The project in `top`, committed, with an uncommitted edit and an untracked file on top."""
    write(top / "pyproject.toml", '[project]\nname = "words"\nversion = "1"\n')
    write(top / "words" / "__init__.py", "")
    write(top / "words" / "text.py", SLOW)
    write(top / "tests" / "test_text.py", TESTS)
    write(top / "bench.py", BENCHMARK)
    write(top / "NOTES.txt", "notes\n")
    write(top / ".gitignore", "__pycache__/\n")
    git(top, "init", "-q", "-b", "main")
    git(top, "config", "user.name", "T")
    git(top, "config", "user.email", "t@example.com")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "start")
    write(top / "NOTES.txt", "notes\nand an edit that is not committed\n")
    write(top / "draft.txt", "untracked\n")
    return top


def fingerprint(top: Path) -> dict[str, str]:
    """Hash of every file of the user's checkout, the session's and git's own folders left out."""
    return {
        str(path.relative_to(top)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(top.rglob("*"))
        if path.is_file() and not {".codeflash", ".git", "__pycache__"} & set(path.relative_to(top).parts)
    }


INTERPRETER = sys.executable
