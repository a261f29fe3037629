"""How rough the ground is."""

from __future__ import annotations

import numpy as np

from terrain.grid import Grid

WIDTH = 7


def roughness(grid: Grid, width: int = WIDTH) -> np.ndarray:
    """The standard deviation of the heights in the square of `width` cells that begins at each cell, in metres.

    Shape (rows - width + 1, columns - width + 1), float64; nan where one of the cells was not surveyed.

    Raises:
        ValueError: the grid is smaller than the square.
    """
    rows, columns = grid.shape
    if min(rows, columns) < width:
        raise ValueError(f"squares of {width} cells do not fit into {grid.shape}")
    stack = np.stack(
        [
            grid.heights[row : rows - width + 1 + row, column : columns - width + 1 + column].astype(np.float64)
            for row in range(width)
            for column in range(width)
        ]
    )
    deviations = stack - stack.mean(axis=0)
    return np.sqrt((deviations * deviations).mean(axis=0))
