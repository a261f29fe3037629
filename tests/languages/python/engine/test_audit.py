"""Cheats are seen and honest optimisations are not: small changes of each kind, before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeflash_python.audit import examine

FIXTURES = Path(__file__).parent / "fixtures"


def cases(name):
    """Title, expected gate (empty for an honest one), source before, after, and the benchmark."""
    for part in (FIXTURES / name).read_text(encoding="utf-8").split("=== ")[1:]:
        head, before, after, benchmark = (
            part.replace("--- before\n", "--- ")
            .replace("--- after\n", "--- ")
            .replace("--- benchmark\n", "--- ")
            .split("--- ")
        )
        title, _, gate = head.strip().partition(" ")
        yield pytest.param(gate, before, after, benchmark, id=title)


@pytest.mark.parametrize(("gate", "before", "after", "benchmark"), list(cases("cheats.txt")))
def test_cheat_is_seen(gate, before, after, benchmark):
    """Each cheat gives a finding of its gate, with the place."""
    found = examine({"app.py": before}, {"app.py": after}, {"bench.py": benchmark})
    assert gate in [found_gate for found_gate, _ in found], found
    assert all(what.startswith("app.py:") for _, what in found)


@pytest.mark.parametrize(("_gate", "before", "after", "benchmark"), list(cases("honest.txt")))
def test_honest_change_is_let_through(_gate, before, after, benchmark):
    """No honest optimisation gives a finding."""
    assert examine({"app.py": before}, {"app.py": after}, {"bench.py": benchmark}) == []


def test_there_are_enough_of_both():
    """At least twenty-five of each kind are tried."""
    assert len(list(cases("cheats.txt"))) >= 25
    assert len(list(cases("honest.txt"))) >= 25


def test_what_was_there_before_is_no_sign():
    """A cheat-like thing that the project already had, moved to another file, is not the change's."""
    source = "import gc\ngc.disable()\n_SEEN = {}\ndef f(x):\n    _SEEN[x] = 1\n"
    assert examine({"a.py": source}, {"b.py": source}, {}) == []


def test_what_does_not_parse_gives_nothing():
    """A file that is no Python, before or after, is left to the tests."""
    assert examine({"a.py": "def ("}, {"a.py": "\0"}, {"bench.py": "print 1"}) == []
