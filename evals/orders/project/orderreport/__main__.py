"""``python -m orderreport lines.csv --rates rates.csv --cancelled cancelled.txt``."""

from __future__ import annotations

import argparse
import sys

from orderreport.pipeline import build_report
from orderreport.reading import FormatError
from orderreport.rendering import render


def main(arguments: list[str] | None = None) -> int:
    """Print the report; 2 when an export cannot be read."""
    parser = argparse.ArgumentParser(prog="orderreport", description="Monthly reports from a shop's order lines.")
    parser.add_argument("lines")
    parser.add_argument("--rates", required=True)
    parser.add_argument("--cancelled", required=True)
    chosen = parser.parse_args(arguments)
    try:
        with open(chosen.lines, newline="") as lines, open(chosen.rates) as rates, open(chosen.cancelled) as cancelled:
            print(render(build_report(lines, rates, cancelled)), end="")
    except (OSError, FormatError) as error:
        print(f"orderreport: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
