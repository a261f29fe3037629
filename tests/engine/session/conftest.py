"""The small project, fresh and with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import project
from .walking import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as current folder."""
    path = project.make(tmp_path / "words project")
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def started(top: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project with a session and a profile of its start."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}", "--set", "runner=python")
    run("baseline", "--benchmark", "python bench.py", "--tests", "pytest -q", "--goal", "faster words", "--runs", "1")
    run("profile", "--quick")
    capsys.readouterr()
    return top
