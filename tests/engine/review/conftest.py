"""The repository under review, as current folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import branch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, as current folder."""
    path = branch.make(tmp_path / "words project")
    monkeypatch.chdir(path)
    return path
