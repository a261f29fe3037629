"""Land classes by height and slope."""

from __future__ import annotations

import numpy as np

NAMES = ("water", "meadow", "field", "slope", "cliff", "peak", "unknown")
UNKNOWN = NAMES.index("unknown")


def land(height: float, slope: float) -> int:
    """The number of the class of one cell, an index into `NAMES`."""
    if height != height or slope != slope:
        return UNKNOWN
    if height <= 0.5 and slope < 1:
        return 0
    if height > 900:
        return 5
    if slope >= 45:
        return 4
    if slope >= 15:
        return 3
    return 1 if height < 200 else 2


def classify(heights: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The class of each cell as int8; both arrays have the same shape.

    Raises:
        ValueError: they have not.
    """
    if heights.shape != slopes.shape:
        raise ValueError(f"shapes {heights.shape} and {slopes.shape}")
    with np.errstate(invalid="ignore"):
        return np.vectorize(land, otypes=[np.int8])(heights, slopes)


def shares(classes: np.ndarray) -> dict[str, float]:
    """Class to its share of all cells; classes without cells are left out."""
    counts = np.bincount(classes.ravel(), minlength=len(NAMES))
    return {name: count / classes.size for name, count in zip(NAMES, counts.tolist()) if count}
