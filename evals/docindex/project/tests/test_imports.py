import pytest

from docindex.imports import imports
from docindex.source import Unreadable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import os\n", ["os"]),
        ("import os.path, sys as system\n", ["os.path", "sys"]),
        ("from a.b import c, d as e\n", ["a.b"]),
        ("from a import *\n", ["a"]),
        ("from . import x\n", ["."]),
        ("from ..up.there import (x,\n  y)\n", ["..up.there"]),
        ("from .... import far\n", ["...."]),
        ("def f():\n    import late\n    from x import y\n", ["late", "x"]),
        ("try:\n    import a\nexcept ImportError:\n    import b as a\n", ["a", "b"]),
        ("import os; import os\n", ["os"]),
        ("", []),
    ],
)
def test_names(text, found):
    assert imports(text) == found


def test_no_python():
    with pytest.raises(Unreadable, match="line 1"):
        imports("import\n")
