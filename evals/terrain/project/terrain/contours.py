"""Where contour lines cross the rows of a grid."""

from __future__ import annotations

import numpy as np

from terrain.grid import Grid


def crossings(grid: Grid, level: float) -> np.ndarray:
    """The places where the line of height `level` crosses rows, as (row, column), the column interpolated.

    Shape (n, 2), by row and column. Steps beside a cell that was not surveyed have no crossing.
    """
    heights = grid.heights.astype(np.float64) - level
    found = np.empty((0, 2))
    for row in range(grid.shape[0]):
        left, right = heights[row, :-1], heights[row, 1:]
        for column in np.nonzero(left * right < 0)[0]:
            place = column + left[column] / (left[column] - right[column])
            found = np.append(found, [[row, place]], axis=0)
    return found
