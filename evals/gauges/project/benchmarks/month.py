"""One month over generated day files; prints a digest of the table and of the export."""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gaugebook.export import write
from gaugebook.month import build
from gaugebook.table import render

GAUGES = 14
DAYS = 31
QUARTERS = 96


def day_files(folder: Path, seed: int) -> list[Path]:
    """A file for each day, written line by line; the same for the same seed."""
    chance = random.Random(seed)
    levels = {f"River-{number:02}": chance.uniform(80, 400) for number in range(GAUGES)}
    paths = []
    for day in range(1, DAYS + 1):
        path = folder / f"2024-03-{day:02}.txt"
        with path.open("w", encoding="utf-8") as file:
            file.write("# gauge;moment;level;temperature;battery;flags\n")
            for quarter in range(QUARTERS):
                moment = f"2024-03-{day:02}T{quarter // 4:02}:{quarter % 4 * 15:02}:00"
                for gauge in levels:
                    levels[gauge] += chance.uniform(-3, 3)
                    level = "" if chance.random() < 0.01 else f"{levels[gauge]:.1f}"
                    flags = "ice" if chance.random() < 0.004 else ""
                    file.write(f"{gauge};{moment};{level};{chance.randrange(20, 140)};{chance.randrange(2880, 3700)};{flags}\n")
        paths.append(path)
    return paths


class Digest:
    """A text file that keeps nothing but a digest of what was written."""

    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def write(self, text: str) -> int:
        self.sum.update(text.encode())
        return len(text)


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 7
    digest = Digest()
    with tempfile.TemporaryDirectory() as folder:
        month = build("2024-03", day_files(Path(folder), seed))
        digest.write(render(month))
        write(month, digest)
    print(digest.sum.hexdigest())


if __name__ == "__main__":
    main()
