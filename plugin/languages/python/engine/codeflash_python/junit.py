"""Reads the JUnit XML that pytest writes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# A test that passes and then breaks in its teardown has two entries; the worse one counts.
WORST_FIRST = ("error", "failed", "xfailed", "skipped", "passed")


def read(path: Path) -> dict[str, str]:
    """Test ids (`tests.test_x.TestY::test_z[a-1]`) with their outcomes; empty when there is no whole file.

    Outcomes are `passed`, `failed`, `error`, `skipped` and `xfailed`. Modules that could not be collected are errors.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by the run that we started, read to count outcomes
    except (OSError, ET.ParseError):
        return {}
    cases: dict[str, str] = {}
    for case in root.iter("testcase"):
        where, name = case.get("classname", ""), case.get("name", "")
        identity = f"{where}::{name}" if where else name
        outcome = _outcome(case)
        known = cases.get(identity)
        cases[identity] = outcome if known is None else min(known, outcome, key=WORST_FIRST.index)
    return cases


def relative_to(tree: Path, cases: dict[str, str]) -> dict[str, str]:
    """The same cases named from the top of `tree`, wherever pytest took its root to be.

    A tree whose own files do not configure pytest gets as its root the next folder above that does, such as the
    repository that holds the project; its tests would then be named by the whole way down, differently in each tree.
    """
    below = (".".join(tree.relative_to(folder).parts) + "." for folder in reversed(tree.parents))
    prefix = next((way for way in below if any(identity.startswith(way) for identity in cases)), "")
    return {identity.removeprefix(prefix): cases[identity] for identity in cases}


def _outcome(case: ET.Element) -> str:
    if case.find("error") is not None:
        return "error"
    if case.find("failure") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is not None:
        return "xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"
    return "passed"
