"""The moving mean that flood marks are read from."""

from __future__ import annotations

from typing import Sequence

WINDOW = 96  # quarters of an hour: a day


def windows(levels: Sequence[float], width: int) -> list[list[float]]:
    """For each level the levels of the window that ends with it; shorter at the beginning."""
    return [list(levels[max(0, end - width) : end]) for end in range(1, len(levels) + 1)]


def moving_mean(levels: Sequence[float], width: int = WINDOW) -> list[float]:
    """The mean of the window that ends with each level, in cm with two places."""
    return [round(sum(window) / len(window), 2) for window in windows(levels, width)]


def highest_mean(levels: Sequence[float], width: int = WINDOW) -> float:
    """The highest of the moving means; 0 without levels."""
    return max(moving_mean(levels, width), default=0.0)
