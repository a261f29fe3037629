"""Tells by counting steps, calls and bytes whether a planted problem is gone. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import executed, main, peak

import numpy as np


def grid(size: int):
    """A square grid of gentle hills."""
    from terrain.grid import Grid

    rows, columns = np.mgrid[:size, :size]
    return Grid(50 * np.sin(rows / 3) * np.cos(columns / 2), 10)


def slope_loop() -> bool:
    """Whether the steps for slopes hardly grow with the number of cells."""
    from terrain.slopes import slopes

    small, large = grid(10), grid(40)
    slopes(small)
    return executed(lambda: slopes(large)) < 3 * executed(lambda: slopes(small))


def class_loop() -> bool:
    """Whether the steps for classes hardly grow with the number of cells."""
    from terrain.classes import classify

    def steps(size: int) -> int:
        heights = grid(size).heights
        return executed(lambda: classify(heights, heights * 2))

    steps(5)
    return steps(40) < 3 * steps(10)


def square_stack() -> bool:
    """Whether roughness needs less than twelve maps at once."""
    from terrain.roughness import roughness

    ground = grid(120)
    roughness(grid(10), 7)
    return peak(lambda: roughness(ground, 7)) < 12 * 114 * 114 * 8


def crossing_append() -> bool:
    """Whether no array is made for each crossing."""
    from terrain.contours import crossings

    ground, count = grid(40), 0
    wanted = crossings(ground, 10.0)
    assert len(wanted) > 100
    originals = {name: getattr(np, name) for name in ("append", "concatenate", "vstack")}

    def counted(original):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            return original(*arguments, **named)

        return call

    for name, original in originals.items():
        setattr(np, name, counted(original))
    try:
        crossings(ground, 10.0)
    finally:
        for name, original in originals.items():
            setattr(np, name, original)
    return count < 60


ITEMS = {"slope-loop": slope_loop, "class-loop": class_loop, "square-stack": square_stack, "crossing-append": crossing_append}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
