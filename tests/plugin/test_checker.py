"""The plugin checker on plugins that are known to be bad, on a good one, on ours, and on nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import plugin_checker

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
BAD = sorted(path.parent.name for path in FIXTURES.glob("*/expected.txt"))


@pytest.mark.parametrize("name", BAD)
def test_known_bad_plugin_fails_for_its_one_reason(name, capsys):
    """Each known-bad plugin fails with exactly one line, the one that names its fault."""
    expected = (FIXTURES / name / "expected.txt").read_text().strip()

    status = plugin_checker.main([str(FIXTURES / name)])

    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert len(lines) == 1, lines
    assert expected in lines[0]


def test_good_plugin_passes_and_says_what_was_checked(capsys):
    """A plugin without faults passes, and the line tells how much was looked at."""
    assert plugin_checker.main([str(FIXTURES / "good")]) == 0
    assert "1 agents and 1 skills checked" in capsys.readouterr().out


def test_empty_folder_fails(tmp_path, capsys):
    """A check that looked at nothing is a failure, not a pass."""
    assert plugin_checker.main([str(tmp_path)]) == 1
    assert "checked nothing" in capsys.readouterr().out


def test_missing_folder_is_a_usage_error(tmp_path, capsys):
    """A path that is no folder ends with status 2 and one line that says so."""
    assert plugin_checker.main([str(tmp_path / "gone")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_registry_host_is_found(tmp_path, capsys):
    """A registry's host name anywhere in the plugin's texts is a fault."""
    shutil.copytree(FIXTURES / "good", tmp_path / "plugin")
    host = "PyPI" + ".org"
    (tmp_path / "plugin" / "references" / "method.md").write_text(f"Fetch it from {host}.\n")

    assert plugin_checker.main([str(tmp_path / "plugin")]) == 1
    assert "registry host" in capsys.readouterr().out


def test_our_plugin_passes(capsys):
    """The plugin as committed has none of these faults."""
    assert plugin_checker.main([str(ROOT / "plugin")]) == 0, capsys.readouterr().out
