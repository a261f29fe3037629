"""Write the book of one month from the day files named."""

from __future__ import annotations

import argparse
from pathlib import Path

from gaugebook.export import write
from gaugebook.month import build
from gaugebook.table import render


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="gaugebook", description=__doc__)
    parser.add_argument("month", help="such as 2024-03")
    parser.add_argument("days", nargs="+", type=Path, help="raw day files")
    parser.add_argument("--out", type=Path, help="where the export goes")
    chosen = parser.parse_args(arguments)
    month = build(chosen.month, chosen.days)
    print(render(month))
    if chosen.out:
        with chosen.out.open("w", encoding="utf-8") as target:
            write(month, target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
