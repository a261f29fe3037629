"""Check manuscripts and write the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from convoy.report import to_json, to_text
from convoy.runner import check_all
from convoy.words import load


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="convoy", description=__doc__)
    parser.add_argument("manuscripts", nargs="+", type=Path)
    parser.add_argument("--words", type=Path, required=True, help="the house list, a word a line")
    parser.add_argument("--out", type=Path, help="where the report goes as JSON")
    parser.add_argument("--at-once", type=int, default=2)
    chosen = parser.parse_args(arguments)
    results = check_all(chosen.manuscripts, load(chosen.words), at_once=chosen.at_once)
    print(to_text(results))
    if chosen.out:
        chosen.out.write_text(to_json(results), encoding="utf-8")
    return 1 if any(result.failed for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
