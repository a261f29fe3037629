"""Recursion to the limit and back, many times, and far beyond the usual limit."""

from __future__ import annotations

import sys


def depth(number: int = 0) -> int:
    """How deep calls get."""
    try:
        return depth(number + 1)
    except RecursionError:
        return number


def down(number: int) -> int:
    """Count by recursion."""
    return 0 if number == 0 else 1 + down(number - 1)


print(len({depth() // 10 for _ in range(300)}))
sys.setrecursionlimit(50_000)
print(sum(down(20_000) for _ in range(30)))
