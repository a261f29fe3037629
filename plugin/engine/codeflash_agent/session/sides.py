"""One command in two trees: whether it prints and ends the same, and where it first does not."""

from __future__ import annotations

import difflib
import itertools
import math
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MOST_LINES, MOST_CHARACTERS = 20, 200
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?![\w.])")
LARGE = 4 << 20  # characters beyond which only the first differing line is looked for


@dataclass(frozen=True)
class Side:
    """What a command did in one tree; the tree's own path stands as `.` in what it printed."""

    status: int
    printed: str
    last_error: str  # the last line of standard error


def run(command: Sequence[str], tree: Path, environment: Mapping[str, str]) -> Side:
    """Run it to its end.

    Raises:
        OSError: it cannot be started.
    """
    done = subprocess.run(
        command, cwd=tree, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    printed = done.stdout.decode("utf-8", "backslashreplace").replace(str(tree), ".")
    errors = [line for line in done.stderr.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
    return Side(done.returncode, printed, errors[-1].strip() if errors else "")


def difference(before: Side, after: Side, tolerance: float = 0.0) -> list[str]:
    """Nothing where both did the same; else how they ended if that differs, and the lines that do, cut.

    Numbers with a point or an exponent may differ by `tolerance`, a share of the larger one.
    """
    lines = []
    if before.status != after.status:
        lines.append(f"ended with {before.status} before, with {after.status} now{_why(before)}{_why(after)}")
    old, new = before.printed, after.printed
    if old != new and tolerance:
        new = _numbers_of(old, new, tolerance)
    if old != new:
        lines += _differing(old.splitlines(), new.splitlines())
    return [line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…" for line in lines]


def _numbers_of(old: str, new: str, tolerance: float) -> str:
    """`new`, in which lines that differ from those of `old` by no more than the tolerance allows are those of `old`."""
    first, second = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(first) != len(second):
        return new
    return "".join(one if one == two or _close(one, two, tolerance) else two for one, two in zip(first, second))


def _close(one: str, two: str, tolerance: float) -> bool:
    pairs = zip(NUMBER.findall(one), NUMBER.findall(two))
    return NUMBER.sub("~", one) == NUMBER.sub("~", two) and all(
        math.isclose(float(a), float(b), rel_tol=tolerance) for a, b in pairs
    )


def _why(side: Side) -> str:
    return f" ({side.last_error})" if side.status and side.last_error else ""


def _differing(before: list[str], after: list[str]) -> list[str]:
    if sum(map(len, before)) + sum(map(len, after)) > LARGE:
        pairs = itertools.zip_longest(before, after, fillvalue="")
        number, (old, new) = next((number, pair) for number, pair in enumerate(pairs, 1) if pair[0] != pair[1])
        return [f"line {number}, the first that differs:", f"-{old}", f"+{new}"]
    shown = list(difflib.unified_diff(before, after, "before", "now", n=0, lineterm=""))[2:]
    if not shown:  # the ends of lines alone
        return ["the same lines with other ends"]
    rest = (
        [f"… and {len(shown) - MOST_LINES} more lines; --json FILE has both whole"] if len(shown) > MOST_LINES else []
    )
    return shown[:MOST_LINES] + rest
