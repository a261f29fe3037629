"""What new interpreters are given to be observed by."""

from __future__ import annotations

import pytest

from profiler.collect.offspring import Offspring

OURS = Offspring("/tmp/site", "/tmp/pass")
PASS = {b"CODEFLASH_COLLECT": b"/tmp/pass"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({**PASS, b"PYTHONPATH": b"/src:/tmp/site"}, None),
        ({**PASS, b"PYTHONPATH": b"/src"}, b"/tmp/site:/src"),
        ({**PASS}, b"/tmp/site"),
        ({b"PYTHONPATH": b"/src"}, None),
        ({b"CODEFLASH_COLLECT": b"/tmp/of another", b"PYTHONPATH": b"/src"}, None),
        ({}, None),
    ],
    ids=["complete", "own path", "no path", "made anew", "of another pass", "empty"],
)
def test_an_environment_is_completed_where_an_interpreter_would_go_unseen(given, path):
    """Ours comes first and the program's own entries stay; an environment that was made anew stays as it is."""
    whole = OURS.completed(given)
    assert whole == (None if path is None else {**given, b"PYTHONPATH": path})
