"""Shared by all tests."""

from __future__ import annotations

import os

collect_ignore_glob = ["*/fixtures/*"]

# A developer's or a container's habit that users do not have: with it, files that a session leaves behind stay unseen.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
