"""The linter's part of `scan`: which ruff is run, and which of its hits are taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from codeflash_python.tools import scan

SOURCE = """def f(x, a, b):
    return x in (a, b)


def g(x):
    return x in (1, -2, "three")


def h():
    return sum([[1], [2]], [])
"""


@pytest.fixture
def inquiry(tmp_path):
    """A question about a project whose interpreter has no ruff beside it."""
    (tmp_path / "m.py").write_text(SOURCE, encoding="utf-8")
    interpreter = tmp_path / "none" / "bin" / "python"
    return SimpleNamespace(setup=SimpleNamespace(interpreter=str(interpreter), version="3.11.7"))


def lint(inquiry, tmp_path):
    """`(rule, line)` of the hits, and what was left out."""
    left_out = []
    return [
        (one["code"], one["location"]["row"]) for one in scan._lint(inquiry, [tmp_path / "m.py"], left_out)
    ], left_out


def test_a_set_of_variables_is_no_hit(inquiry, tmp_path):
    """Membership in a tuple of constants is one: the set is made once. That of variables would be made for each test."""
    assert lint(inquiry, tmp_path) == ([("PLR6201", 6), ("RUF017", 10)], [])


def test_uvx_runs_the_pinned_ruff_where_none_is_installed(inquiry, tmp_path, monkeypatch):
    """Neither the target nor the engine has ruff, and PATH has uvx alone."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("uv", "uvx"):
        (programs / name).symlink_to(Path(sys.executable).parent / name)
    engine = tmp_path / "engine" / "python"
    engine.parent.mkdir()
    engine.symlink_to(Path(sys.executable).resolve())
    monkeypatch.setattr(scan, "sys", SimpleNamespace(executable=str(engine)))
    monkeypatch.setenv("PATH", str(programs))
    assert [command[0] for command in scan._linters(inquiry)] == ["uvx", "ruff"]
    assert lint(inquiry, tmp_path) == ([("PLR6201", 6), ("RUF017", 10)], [])


def test_no_linter_at_all_is_said(inquiry, tmp_path, monkeypatch):
    """Without ruff and uvx the own rules go on, and one line says what to install."""
    monkeypatch.setattr(scan, "sys", SimpleNamespace(executable=str(tmp_path / "engine" / "bin" / "python")))
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep)
    found, left_out = lint(inquiry, tmp_path)
    assert found == []
    assert len(left_out) == 1
    assert "install uv or ruff" in left_out[0]
