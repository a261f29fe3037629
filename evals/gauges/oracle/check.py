"""Tells by counting bytes whether a planted problem is still there. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import kept, main, peak


def rows(day: int, count: int) -> list[str]:
    """Lines of one day file."""
    return [
        f"River-{n % 7:02};2024-03-{day:02}T{n % 24:02}:{n // 24 % 4 * 15:02}:00;{100 + n % 9 / 10};64;3600;"
        for n in range(count)
    ]


def reading_rows() -> bool:
    """Whether a reading takes less than about 450 bytes, its texts included."""
    from gaugebook.reading import parse

    lines = rows(1, 2000)
    list(parse(lines[:10]))
    return kept(lambda: list(parse("%s" % line for line in lines))) / len(lines) < 450


def month_list() -> bool:
    """Whether the peak of a month hardly grows with the number of its day files."""
    from gaugebook.month import build

    def needed(days: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for day in range(1, days + 1):
                path = Path(folder) / f"{day:02}.txt"
                # Of another month: nothing of it needs to be kept.
                path.write_text("\n".join(rows(day, 1500)) + "\n", encoding="utf-8")
                paths.append(path)
            return peak(lambda: build("2023-01", paths))

    needed(1)
    return needed(10) < 2 * needed(2)


def windows() -> bool:
    """Whether smoothing holds less than ten windows at once beside its result."""
    from gaugebook.smoothing import highest_mean

    levels = [float(n % 50) for n in range(4000)]
    highest_mean(levels[:10], 96)
    return peak(lambda: highest_mean(levels, 96)) < 4000 * 60 + 10 * 96 * 8


ITEMS = {"reading-rows": reading_rows, "month-list": month_list, "windows": windows}


if __name__ == "__main__":
    sys.exit(main(ITEMS))
