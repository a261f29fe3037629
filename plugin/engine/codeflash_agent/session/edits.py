"""Edits given as text: blocks of lines to find and what stands there instead, all of them or none."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path

FIND = re.compile(r"<{7}( SEARCH)?\s*")
INSTEAD = re.compile(r"={7}\s*")
END = re.compile(r">{7}( REPLACE)?\s*")
MOST_NAMED = 5
ALIKE = 0.6  # of the lines that a block asks for, below which no place is worth naming


@dataclass(frozen=True)
class Block:
    """One edit: `old` lines of a file, without their line ends, and the `new` ones."""

    file: str
    old: list[str]
    new: list[str]
    line: int  # of the text that it was given in, from 1


def parse(text: str) -> list[Block]:
    """The blocks of a text; a block without a file's name before it is of the file of the one before.

    Raises:
        EnvironmentProblem: a block is not closed, names no file, or there is none.
    """
    blocks: list[Block] = []
    file, began = "", 0
    old: list[str] | None = None
    new: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if old is None:
            if FIND.fullmatch(line):
                old, began = [], number
                if not file:
                    raise EnvironmentProblem(f"line {number}: no file is named before the first block")
            elif line.strip() and not line.startswith("```"):
                file = line.strip()
        elif new is None and INSTEAD.fullmatch(line):
            new = []
        elif new is not None and END.fullmatch(line):
            blocks.append(Block(file, old, new, began))
            old = new = None
        else:
            (old if new is None else new).append(line)
    if old is not None:
        raise EnvironmentProblem(
            f"the block of line {began} has no end: `<<<<<<< SEARCH`, old lines, `=======`, new lines, `>>>>>>> REPLACE`"
        )
    if not blocks:
        raise EnvironmentProblem(
            "no edit on standard input: a file's name, then `<<<<<<< SEARCH`, old lines, `=======`, new lines, `>>>>>>> REPLACE`"
        )
    return blocks


def apply(tree: Path, blocks: list[Block]) -> dict[str, int]:
    """Make every edit in `tree`, or none of them.

    Returns:
        Edits of each file, in the order in which the files were first named.

    Raises:
        Refused: lines to find are not there, or more than once; nothing was written.
        EnvironmentProblem: a file is outside the tree or cannot be read.
    """
    top = tree.resolve()
    texts: dict[Path, str] = {}  # by place: a file may be named in several ways
    made: dict[str, int] = {}
    for block in blocks:
        path = _inside(top, block.file)
        if path not in texts:
            texts[path] = _read(path, block)
        texts[path] = _edited(texts[path], block)
        name = path.relative_to(top).as_posix()
        made[name] = made.get(name, 0) + 1
    for path, text in texts.items():
        mode = path.stat().st_mode if path.exists() else None
        atomic.write_text(path, text)
        path.chmod(0o644 if mode is None else mode & 0o7777)
    return made


def _inside(top: Path, name: str) -> Path:
    path = (top / name).resolve()
    if not path.is_relative_to(top) or ".git" in path.relative_to(top).parts:
        raise EnvironmentProblem(f"{name} is not in the session's tree; name files relative to its top")
    return path


def _read(path: Path, block: Block) -> str:
    if not path.exists():
        if any(line.strip() for line in block.old):
            raise EnvironmentProblem(f"{block.file} is not there; a new file has a block without old lines")
        return ""
    if not path.is_file():
        raise EnvironmentProblem(f"{block.file} is no file")
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _edited(text: str, block: Block) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    if not any(line.strip() for line in block.old):
        if text.strip():
            raise Refused(
                f"{block.file}, block of line {block.line}: no lines to find, and the file is not empty; nothing was written"
            )
        return end.join([*block.new, ""])
    found, new = _places(lines, block)
    part = end.join(block.old)
    if not found and text.count(part) == 1:  # less than whole lines
        return text.replace(part, end.join(block.new))
    if not found:
        found, new = _shifted(lines, block)
    if len(found) != 1:
        where = (
            f"is there {len(found)} times (lines {', '.join(str(at + 1) for at in found[:MOST_NAMED])}): give more lines around it"
            if found
            else f"is not there{_nearest(lines, block.old)}"
        )
        first = next(line.strip() for line in block.old if line.strip())
        raise Refused(f"{block.file}, block of line {block.line} ({first[:60]!r}) {where}; nothing was written")
    return end.join([*lines[: found[0]], *new, *lines[found[0] + len(block.old) :]])


def _places(lines: list[str], block: Block) -> tuple[list[int], list[str]]:
    """Where the old lines are, exactly or else but for space at the ends of lines, and the new ones for there."""
    size = len(block.old)
    windows = range(len(lines) - size + 1)
    exact = [at for at in windows if lines[at : at + size] == block.old]
    if exact:
        return exact, block.new
    old = [line.rstrip() for line in block.old]
    return [at for at in windows if [line.rstrip() for line in lines[at : at + size]] == old], block.new


def _shifted(lines: list[str], block: Block) -> tuple[list[int], list[str]]:
    """The same for lines that stand further to the right or left as a whole: as long as one place fits, no other is meant."""
    size = len(block.old)
    bare, margin = _dedented([line.rstrip() for line in block.old])
    windows = {at: _dedented([line.rstrip() for line in lines[at : at + size]]) for at in range(len(lines) - size + 1)}
    found = [at for at, (text, _) in windows.items() if text == bare]
    if len(found) != 1:
        return found, block.new
    if any(line.strip() and not line.startswith(margin) for line in block.new):
        return [], block.new  # new lines further out than the old ones: where they belong is not clear
    wanted = windows[found[0]][1]
    return found, [wanted + line[len(margin) :] if line.strip() else line for line in block.new]


def _dedented(lines: list[str]) -> tuple[list[str], str]:
    """The lines without the space that all of them begin with, and that space."""
    full = [line for line in lines if line.strip()]
    margin = ""
    if full:
        low, high = min(full), max(full)
        width = next((at for at, pair in enumerate(zip(low, high)) if pair[0] != pair[1]), min(len(low), len(high)))
        margin = low[:width]
        margin = margin[: len(margin) - len(margin.lstrip(" \t"))]
    return [line[len(margin) :] if line.strip() else "" for line in lines], margin


def _nearest(lines: list[str], old: list[str]) -> str:
    """The first line of the most similar place that differs, for the person who copied it."""
    wanted = [line.strip() for line in old]
    best, at = 0.0, 0
    have = [line.strip() for line in lines]
    known = set(have)
    if not any(line and line in known for line in wanted):
        return "; read the file again"
    for start in range(max(1, len(have) - len(wanted) + 1)):
        same = sum(one == two for one, two in zip(wanted, have[start : start + len(wanted)]))
        if same / len(wanted) > best:
            best, at = same / len(wanted), start
    if best < ALIKE:
        return "; read the file again"
    differs = next(number for number, (one, two) in enumerate(zip(wanted, have[at:])) if one != two)
    close = difflib.SequenceMatcher(None, wanted[differs], have[at + differs]).ratio() >= ALIKE
    return f"; line {at + differs + 1} is {lines[at + differs].strip()[:80]!r}" + (
        f", not {wanted[differs][:80]!r}" if close else ""
    )
