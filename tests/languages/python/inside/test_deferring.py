"""Imports are moved where they can be, and the moved program does the same."""

from __future__ import annotations

import ast

from codeflash_inside import deferring

SOURCE = '''"""A module."""
import json
import decimal as d
from math import pi, tau

BASE = pi

@staticmethod
def used(x):
    """Text."""
    return json.dumps(x)

class A:
    def f(self):
        def g():
            return d.Decimal(1)
        return g()
'''


def test_what_the_module_itself_needs_stays():
    """A name that the import of the module uses cannot wait; others say who needs them."""
    found = {one["line"]: one for one in deferring.statements(ast.parse(SOURCE))}
    assert "line 6 uses pi" in found[4]["against"]
    assert (found[2]["users"], found[2]["against"]) == ([8], "")
    assert found[3]["users"] == [14]


def test_moved_import_is_made_by_the_function_that_uses_it():
    """After the move the module has no such name, and the functions give what they gave."""
    tree = ast.parse(SOURCE.replace("@staticmethod\n", ""))
    assert deferring.defer(tree, [2, 3]) == 2
    scope: dict[str, object] = {}
    exec(compile(ast.fix_missing_locations(tree), "x.py", "exec"), scope)
    assert "json" not in scope
    assert scope["used"]({"a": 1}) == '{"a": 1}'
    assert str(scope["A"]().f()) == "1"
    assert scope["used"].__doc__ == "Text."
