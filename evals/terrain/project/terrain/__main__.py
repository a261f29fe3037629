"""Summarise a grid of heights."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from terrain.grid import BadGrid, Grid
from terrain.summary import summarise


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="terrain", description=__doc__)
    parser.add_argument("heights", type=Path, help="a .npy file of metres, rows from north to south")
    parser.add_argument("--cell", type=float, default=10.0, help="width of a cell in metres")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        text = summarise(Grid(np.load(chosen.heights), chosen.cell))
    except (BadGrid, OSError, ValueError) as error:
        parser.exit(2, f"terrain: {error}\n")
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
