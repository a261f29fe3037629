"""Maps from grids of heights."""

from terrain.grid import Grid
from terrain.summary import summarise

__all__ = ["Grid", "summarise"]
