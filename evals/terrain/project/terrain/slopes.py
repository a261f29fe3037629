"""Slopes and aspects."""

from __future__ import annotations

import math

import numpy as np

from terrain.grid import Grid


def slopes(grid: Grid) -> np.ndarray:
    """The slope of each inner cell in degrees, from its four neighbours; shape (rows - 2, columns - 2).

    A cell one of whose neighbours was not surveyed is nan.
    """
    rows, columns = grid.shape
    heights = grid.heights.astype(np.float64)
    found = np.empty((rows - 2, columns - 2))
    for row in range(1, rows - 1):
        for column in range(1, columns - 1):
            east = (heights[row, column + 1] - heights[row, column - 1]) / (2 * grid.cell)
            north = (heights[row - 1, column] - heights[row + 1, column]) / (2 * grid.cell)
            found[row - 1, column - 1] = math.degrees(math.atan(math.sqrt(east * east + north * north)))
    return found


def aspects(grid: Grid) -> np.ndarray:
    """Where each inner cell faces, as one of eight directions from 0 (north) clockwise; flat cells are -1, unknown ones -2."""
    heights = grid.heights.astype(np.float64)
    east = heights[1:-1, 2:] - heights[1:-1, :-2]
    north = heights[:-2, 1:-1] - heights[2:, 1:-1]
    with np.errstate(invalid="ignore"):
        direction = np.round(np.degrees(np.arctan2(-east, -north)) / 45) % 8
    found = np.where((east == 0) & (north == 0), -1, direction)
    return np.where(np.isnan(east + north), -2, found).astype(np.int8)
