"""A memray lent to a target interpreter that has none."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from codeflash_python import lending
from codeflash_python.python_language import PROFILER
from tests.languages.python.profiler.conftest import interpreter


def target(python=sys.executable, version="3.11.7", profilers=()):
    """What is known of a target interpreter."""
    return SimpleNamespace(interpreter=python, version=version, profilers=list(profilers))


def test_a_target_with_a_memray_of_its_own_is_lent_none(tmp_path):
    """Where the interpreter can import memray nothing is installed and nothing said."""
    assert lending.folder(target(profilers=["yappi", "memray"]), tmp_path / "cache") == (None, "")
    assert not (tmp_path / "cache").exists()


def test_a_failure_is_one_line_and_not_tried_again_at_once(tmp_path, monkeypatch):
    """Without a network the line says why, what is used instead and how to try again; the next profile does not wait."""
    tried = []

    def commands(*_arguments):
        tried.append(1)
        yield [sys.executable, "-c", "raise SystemExit('error: no route to the index')"]

    monkeypatch.setattr(lending, "_commands", commands)
    for _ in range(2):
        found, line = lending.folder(target(), tmp_path)
        assert found is None
        assert "no route to the index" in line
        assert "tracemalloc" in line
        assert "\n" not in line
    assert len(tried) == 1
    (failed,) = tmp_path.glob("*.failed")
    assert str(failed) in line
    failed.unlink()
    lending.folder(target(), tmp_path)
    assert len(tried) == 2
    assert [path.suffix for path in tmp_path.iterdir()] == [".failed"]


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path):
    """A file where the cache should be is no traceback."""
    (tmp_path / "cache").write_text("", encoding="utf-8")
    found, line = lending.folder(target(), tmp_path / "cache")
    assert found is None
    assert "tracemalloc" in line


def test_each_interpreter_gets_its_own(tmp_path, monkeypatch):
    """Another interpreter, and another version at the same place, get a folder each; the second profile makes none."""
    made = []

    def install(python, folder):
        made.append(python)
        (folder / "memray").mkdir(parents=True)
        return ""

    monkeypatch.setattr(lending, "_install", install)
    first, line = lending.folder(target("/a/python", "3.12.1"), tmp_path)
    assert str(first) in line
    assert lending.folder(target("/a/python", "3.12.1"), tmp_path) == (first, "")
    assert lending.folder(target("/b/python", "3.12.1"), tmp_path)[0] != first
    assert lending.folder(target("/a/python", "3.13.0"), tmp_path)[0] != first
    assert made == ["/a/python", "/b/python", "/a/python"]


def test_the_profiler_measures_by_what_is_lent(tmp_path):
    """A bare interpreter gets the pinned memray from the index, the profile is by it, and the target still has none."""
    python = interpreter("3.12") or interpreter("3.13")
    if python is None or python == sys.executable:
        pytest.skip("no second CPython on this machine")
    found, line = lending.folder(target(python, "3.12"), tmp_path / "cache")
    assert found is not None, line
    (tmp_path / "program.py").write_text(
        "def hold(): return bytearray(30 << 20)\nkept = hold()\ntry:\n    import memray\nexcept ImportError:\n"
        "    print('none here')\n",
        encoding="utf-8",
    )
    words = [python, str(PROFILER), "--no-baseline", "--json", "out.json", "--memray-from", str(found), "."]
    done = subprocess.run(
        [*words, "--", python, "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert done.stdout == "none here\n"
    assert document["allocations"]["engine"].startswith("memray 1.")
    (row,) = (row for row in document["functions"] if row["function"] == "hold")
    assert row["mem_peak_mib"] == pytest.approx(30, rel=0.05)
