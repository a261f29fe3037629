#!/usr/bin/env python3
"""How long the brief of a review takes, by the size of the change: `python scripts/bench/review_brief.py`.

Makes a repository with a branch of so many changed lines over ten files, and builds the brief five times for each size, secrets
looked for and difference collected. Prints medians in seconds; nothing is asserted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plugin" / "engine"))

from codeflash_agent.review import run  # noqa: E402
from codeflash_agent.storage.layout import Layout  # noqa: E402

SIZES = (500, 5_000, 50_000)
FILES = 10
REPEATS = 5


def git(top: Path, *arguments: str) -> None:
    """Run git with an identity of this script's own."""
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=top, check=True, capture_output=True)


def repository(top: Path, lines: int) -> None:
    """A branch that adds so many lines to a base."""
    git(top, "init", "-q", "-b", "main")
    git(top, "commit", "-q", "--allow-empty", "-m", "start")
    for number in range(FILES):
        body = "".join(
            f"value_{line} = compute({line}, 'text of some length') * {number}\n" for line in range(lines // FILES)
        )
        (top / f"module_{number}.py").write_text(body)
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "perf: change")


def main() -> int:
    """Measure and print."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            top = Path(name)
            repository(top, size)
            times = []
            for _ in range(REPEATS):
                start = time.monotonic()
                review = run.prepare(run.subject(top, "HEAD~1"), {})
                times.append(time.monotonic() - start)
            characters = len((Layout(top).home / review.brief).read_text(encoding="utf-8"))
            how = "by reference" if review.by_reference else "inline"
            print(
                f"{review.lines_changed:6d} lines: {statistics.median(times):.2f} s, brief of {characters} characters, {how}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
