"""Files that survive a crash, and locks that say who is in the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failed_write_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk ends in one line; the old content stays and nothing else lies in the folder."""
    path = tmp_path / "state.json"
    atomic.write_text(path, "old\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentProblem, match="No space left on device; free space"):
        atomic.write_text(path, "new\n")
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def test_the_halves_of_killed_writers_are_swept_once_they_are_old(tmp_path: Path) -> None:
    """An old one goes; one that may be being written, and what is not of that form, stay."""
    for name in (".session.json.abcd1234", ".session.json.young123", ".keep", "session.json"):
        (tmp_path / name).write_text("{")
    for name in (".session.json.abcd1234", ".keep", "session.json"):
        os.utime(tmp_path / name, (1, 1))
    atomic.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".keep", ".session.json.young123", "session.json"]


def test_a_held_lock_is_named(tmp_path: Path) -> None:
    """Waiting for another verb ends in a line that names the lock file."""
    path = tmp_path / "lock"
    with (
        atomic.locked(path),
        pytest.raises(EnvironmentProblem, match="another codeflash-agent has held"),
        atomic.locked(path, patience_s=0.05),
    ):
        pass


def test_damaged_json_is_one_line(tmp_path: Path) -> None:
    """A file that is no JSON is named together with what to do."""
    path = tmp_path / "session.json"
    path.write_text("{")
    with pytest.raises(EnvironmentProblem, match=r"cannot read .*session\.json.*restore it"):
        atomic.read_json(path)
