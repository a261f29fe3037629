"""What the hot lines of a project call of modules that are not its own."""

from __future__ import annotations

from codeflash_python.tools.heat import Heated
from codeflash_python.tools.native import called_on_hot_lines

SOURCE = """\
import os.path
import zlib as z
from hashlib import sha256
from app.own import helper

def pack(data):
    helper(data)
    name = os.path.join("a", "b")
    return z.compress(data, 9), sha256(data), data.strip()

def quick(data):
    return z.crc32(data)
"""


def profiled(*places):
    """A profile of `pack` and `quick`."""
    rows = [
        {"file": "pack.py", "line": 6, "function": "pack", "cpu_places": list(places)},
        {"file": "pack.py", "line": 11, "function": "quick", "cpu_places": [{"first": 12, "last": 12, "percent": 1.0}]},
        {"file": "gone.py", "line": 1, "function": "gone", "cpu_places": [{"first": 1, "last": 1, "percent": 9.0}]},
    ]
    return {"functions": rows}


def test_calls_are_named_by_what_their_import_means(tmp_path):
    """An alias stands for its module; the project's own functions, methods and cool lines are not named."""
    (tmp_path / "pack.py").write_text(SOURCE)
    places = ({"first": 9, "last": 9, "percent": 90.0}, {"first": 7, "last": 8, "percent": 6.0})
    found = called_on_hot_lines(Heated(profiled(*places), tmp_path, tmp_path), {"app"})
    assert [(one["line"], one["percent"], one["names"]) for one in found] == [
        (9, 90.0, ["hashlib.sha256", "zlib.compress"]),
        (7, 6.0, ["os.path.join"]),
    ]
    assert {one["function"] for one in found} == {"pack"}


def test_without_a_profile_nothing_is_hot(tmp_path):
    """And a file that cannot be parsed is passed over."""
    assert called_on_hot_lines(Heated(None, tmp_path, tmp_path), set()) == []
    (tmp_path / "pack.py").write_text("def pack(:\n")
    assert (
        called_on_hot_lines(Heated(profiled({"first": 1, "last": 1, "percent": 50.0}), tmp_path, tmp_path), set()) == []
    )
