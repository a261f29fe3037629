"""One generated survey; prints a digest of the summary."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from terrain.grid import Grid
from terrain.summary import summarise

SHAPE = (440, 520)


def survey(seed: int) -> Grid:
    """Hills, a lake, a mountain, and some cells that nobody surveyed."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    heights = 140 * np.sin(rows / 31) * np.cos(columns / 37) + 130 + chance.normal(0, 0.6, SHAPE)
    heights += 900 * np.exp(-((rows - 300) ** 2 + (columns - 120) ** 2) / 900)
    heights = np.maximum(heights, 0)
    heights[chance.random(SHAPE) < 0.002] = np.nan
    return Grid(heights, 10)


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
    print(hashlib.sha256(summarise(survey(seed)).encode()).hexdigest())


if __name__ == "__main__":
    main()
