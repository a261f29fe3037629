"""The summary for the planning office."""

from __future__ import annotations

import numpy as np

from terrain.classes import classify, shares
from terrain.contours import crossings
from terrain.grid import Grid
from terrain.roughness import WIDTH, roughness
from terrain.slopes import aspects, slopes

LEVELS = (50.0, 100.0, 200.0, 400.0)
DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def summarise(grid: Grid) -> str:
    """Everything that is told about a grid."""
    steep = slopes(grid)
    faces = aspects(grid)
    rows, columns = grid.shape
    lines = [
        f"{rows} x {columns} cells of {grid.cell:g} m, {100 * grid.surveyed():.1f} % surveyed",
        f"heights {number(np.nanmin(grid.heights))} to {number(np.nanmax(grid.heights))} m",
        f"slopes: mean {number(np.nanmean(steep))}, steepest {number(np.nanmax(steep))} degrees",
    ]
    if min(grid.shape) >= WIDTH:
        rough = roughness(grid)
        lines.append(f"roughness: mean {number(np.nanmean(rough))}, most {number(np.nanmax(rough))} m")
    for name, share in shares(classify(grid.heights[1:-1, 1:-1], steep)).items():
        lines.append(f"  {name:8} {100 * share:6.2f} %")
    counts = [int((faces == direction).sum()) for direction in range(8)]
    lines.append("faces: " + " ".join(f"{name} {count}" for name, count in zip(DIRECTIONS, counts)))
    for level in LEVELS:
        found = crossings(grid, level)
        middle = number(found[:, 1].mean()) if len(found) else "-"
        lines.append(f"contour {level:5.0f} m: {len(found)} crossings, mean column {middle}")
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    return f"{value:.2f}"
