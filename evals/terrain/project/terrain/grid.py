"""A grid of heights."""

from __future__ import annotations

import numpy as np

SMALLEST = 3


class BadGrid(ValueError):
    """What was given is no grid of heights."""


class Grid:
    """Heights in metres, rows from north to south; cells that were not surveyed are nan.

    Attributes:
        heights: float32, shape (rows, columns).
        cell: width of a cell in metres.
    """

    def __init__(self, heights: np.ndarray, cell: float) -> None:
        if heights.ndim != 2 or min(heights.shape) < SMALLEST:
            raise BadGrid(f"at least {SMALLEST} rows and columns, not {heights.shape}")
        if not cell > 0:
            raise BadGrid(f"a cell {cell} m wide")
        self.heights = np.asarray(heights, dtype=np.float32)
        self.cell = float(cell)

    @property
    def shape(self) -> tuple[int, int]:
        return self.heights.shape[0], self.heights.shape[1]

    def surveyed(self) -> float:
        """The share of cells that have a height."""
        return float(np.mean(~np.isnan(self.heights)))
