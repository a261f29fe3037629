"""The change under review as a reviewer gets it: text whole, binary files by name, nothing hidden by attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INLINE_LIMIT = 120_000  # characters; a larger diff is read by the reviewer itself
LOOKED_AT = 8000  # bytes that tell a binary file, as git does it
# A repository's own drivers and settings must neither run nor decide what is seen.
PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)")


@dataclass(frozen=True)
class Change:
    """One file: lines added and removed, both 0 where it is binary."""

    path: str
    added: int
    removed: int
    binary: bool


@dataclass(frozen=True)
class Diff:
    """Everything between two commits; `text` leaves binary files out."""

    base: str
    head: str
    changes: tuple[Change, ...]
    text: str

    @property
    def inline(self) -> bool:
        """Whether it is small enough to be part of the brief."""
        return len(self.text) <= INLINE_LIMIT

    @property
    def lines_changed(self) -> int:
        """Lines added and removed."""
        return sum(change.added + change.removed for change in self.changes)


def collect(tree: Path, base: str, head: str) -> Diff:
    """The difference of two commits of the repository of `tree`."""
    fields = git.run_git(tree, "diff", "--numstat", "--no-renames", "-z", base, head).split("\0")
    changes, extra, apart = [], "", []
    for entry in fields:
        if not entry:
            continue
        added, removed, path = entry.split("\t", 2)
        if added != "-":
            changes.append(Change(path, int(added), int(removed), binary=False))
            continue
        apart.append(path)
        if _is_binary(tree, base, path) or _is_binary(tree, head, path):
            changes.append(Change(path, 0, 0, binary=True))
            continue
        # An attribute calls it binary, which would hide it.
        text = of_file(tree, base, head, path)
        lines = text.partition("\n@@")[2].split("\n")
        changes.append(Change(path, _starting(lines, "+"), _starting(lines, "-"), binary=False))
        extra += text + "\n"
    text = _text(tree, base, head, apart) if len(changes) > len(apart) else ""
    return Diff(base, head, tuple(changes), text + extra)


def _starting(lines: list[str], sign: str) -> int:
    return sum(line.startswith(sign) for line in lines)


def _text(tree: Path, base: str, head: str, apart: list[str]) -> str:
    """The diff of all files but those that stand `apart`, in one call of git."""
    out = [f":(exclude,literal,top){path}" for path in apart]
    text = git.run_git(tree, "diff", *PLAIN, base, head, "--", ":(top)", *out)
    return f"{text}\n" if text else ""


def of_file(tree: Path, base: str, head: str, path: str) -> str:
    """The difference of one file, as text whatever its attributes say.

    Raises:
        EnvironmentProblem: the file is not part of the change.
    """
    text = git.run_git(tree, "diff", "--text", *PLAIN, base, head, "--", f":(literal,top){path}")
    if not text:
        raise EnvironmentProblem(f"{path!r} is not part of the change {base[:12]}..{head[:12]}")
    return text


def _is_binary(tree: Path, commit: str, path: str) -> bool:
    if not git.asks(tree, "cat-file", "-e", f"{commit}:{path}"):
        return False
    return "\0" in git.run_git(tree, "cat-file", "blob", f"{commit}:{path}")[:LOOKED_AT]


def places(text: str) -> Iterator[tuple[str, str]]:
    """Each line of a diff's content with its place `file:line`; a removed line has that of what follows it."""
    file, number, inside = "", 0, False
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            file, inside = line.rpartition(" b/")[2], False
        elif not inside and not line.startswith("@@"):
            continue
        elif line.startswith("@@"):
            match = HUNK.match(line)
            number, inside = int(match.group(1)) if match else 0, True
        elif line:  # each line of a hunk has a sign, so that an empty one is the end of the text
            yield f"{file}:{number}", line[1:]
            number += not line.startswith(("-", "\\"))
