"""Each rule of the method has one home that is there, and a test that is there where a program holds it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugin"
HEADING = "## Where each rule lives"
ROW = re.compile(r"\| (?P<rule>[^|*][^|]*) \| (?P<home>[^|]*) \| (?P<test>[^|]*) ?\|")
ROWS = [
    (found["rule"].strip(), found["home"].strip(), found["test"].strip())
    for line in (PLUGIN / "ARCHITECTURE.md").read_text(encoding="utf-8").partition(HEADING)[2].splitlines()
    if (found := ROW.fullmatch(line)) and not line.startswith(("| rule", "| ---"))
]


def place(home):
    """Where a home lies."""
    return PLUGIN / (home.replace("P/", "languages/python/", 1) if home.startswith("P/") else home)


def test_there_are_rules():
    """A checker that reads nothing must fail; and no rule is listed twice."""
    assert len(ROWS) > 60
    assert [rule for rule, times in Counter(rule for rule, *_ in ROWS).items() if times > 1] == []


@pytest.mark.parametrize(("rule", "home", "test"), ROWS, ids=[rule for rule, *_ in ROWS])
def test_the_home_of_each_rule_is_there(rule, home, test):
    """The home exists; a program's rule has a test, and that test exists."""
    assert place(home).exists(), f"{rule}: no {home}"
    if not home.endswith(".md"):
        assert test, f"{rule} is a program's and names no test"
    if test:
        file, _, name = test.partition("::")
        path = ROOT / "tests" / file
        assert path.is_file(), f"{rule}: no {file}"
        assert not name or f"def {name}(" in path.read_text(encoding="utf-8"), f"{rule}: {file} has no {name}"


def test_every_agent_skill_and_reference_is_a_home():
    """Prose that is nobody's home carries no rule and should not be there; commands that only pass on are let through."""
    homes = {str(place(home).relative_to(PLUGIN)) for _, home, _ in ROWS}
    prose = [
        *PLUGIN.glob("references/shared/*.md"),
        *PLUGIN.glob("languages/python/references/**/*.md"),
    ]
    explains = {"languages/python/references/unified-profile.md"}  # how to read a program's output
    assert {str(path.relative_to(PLUGIN)) for path in prose} - homes - explains == set()
