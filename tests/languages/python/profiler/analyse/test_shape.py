"""How much there is in a function to change."""

from __future__ import annotations

import ast

from profiler.analyse.shape import measure

SOURCE = """
def plain(a):
    b = a
    return b

def looping(rows):
    if rows:
        return [row["a"] + 1 for row in rows if row]

def outer(a):
    def inner():
        for i in range(3):
            pass
    return inner() < a
"""


def test_operations_and_loops():
    """Operations are counted in depth, a comprehension is a loop, and what a nested function holds is not counted."""
    found = {node.name: measure(node) for node in ast.parse(SOURCE).body}
    assert found == {"plain": (1, False), "looping": (2, True), "outer": (2, False)}
