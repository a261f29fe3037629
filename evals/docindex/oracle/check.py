"""Tells by counting parses of the library whether a planted problem is still there. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import main

TEXT = '''import os
from .a import b
class C:
    """Doc."""
    async def f(self, *x): pass
'''


def parses(function) -> int:
    """How often the library parses while `function` runs."""
    import parso.grammar

    count = 0
    original = parso.grammar.Grammar.parse

    def counted(*arguments, **named):
        nonlocal count
        count += 1
        return original(*arguments, **named)

    parso.grammar.Grammar.parse = counted
    try:
        function()
    finally:
        parso.grammar.Grammar.parse = original
    return count


def outline_parso() -> bool:
    """Whether outlines are made without the library, and as before."""
    from docindex.outline import Entry, outline

    wanted = [Entry("class", "C", 3, (), (), "Doc."), Entry("coroutine", "C.f", 5, ("self", "*x"), (), "")]
    assert outline(TEXT) == wanted
    return parses(lambda: outline(TEXT + "\n")) == 0


def imports_parso() -> bool:
    """Whether imports are listed without the library, and as before."""
    from docindex.imports import imports

    assert imports(TEXT) == [".a", "os"]
    return parses(lambda: imports(TEXT + "\n")) == 0


ITEMS = {"outline-parso": outline_parso, "imports-parso": imports_parso}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
