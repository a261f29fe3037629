"""Shared by all tests."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

collect_ignore_glob = ["*/fixtures/*"]

# A developer's or a container's habit that users do not have: with it, files that a session leaves behind stay unseen.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _offer_uv() -> None:
    """Where uv is not on PATH, put the one of the developers' environment there, alone and last."""
    own = Path(sys.executable).parent / "uv"
    if shutil.which("uv") is None and own.exists():
        folder = Path(tempfile.mkdtemp(prefix="codeflash-tests-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        (folder / "uv").symlink_to(own)
        os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{folder}"


_offer_uv()


def pytest_collection_modifyitems(items):
    """Order the tests, and give those that clocks judge another try.

    The longest file comes first, so that no process works on alone at the end. What clocks judge may fail because
    another program had the processor; the summary counts the tries.
    """
    items.sort(key=lambda item: item.path.name != "test_team.py")
    for item in items:
        if item.get_closest_marker("noisy"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))
