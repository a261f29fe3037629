"""Names of tests as they are read from pytest's results."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeflash_python import junit

TREE = Path("/home/me/mono/.hidden/project/.codeflash/worktrees/optimize")


@pytest.mark.parametrize(
    "root",
    ["", "optimize.", "project..codeflash.worktrees.optimize.", ".hidden.project..codeflash.worktrees.optimize."],
)
def test_names_start_at_the_tree_whatever_folder_was_the_root(root):
    """The way from pytest's root down to the tree is taken off, so that two trees name a test alike."""
    cases = {f"{root}tests.test_a::test_one": "passed", f"{root}tests.test_a.TestB::test_two[x.y]": "failed"}

    assert junit.relative_to(TREE, cases) == {
        "tests.test_a::test_one": "passed",
        "tests.test_a.TestB::test_two[x.y]": "failed",
    }


def test_names_from_elsewhere_stay_as_they_are():
    """A test that does not lie in the tree keeps its name."""
    assert junit.relative_to(TREE, {"plugins.checks::test_style": "passed"}) == {"plugins.checks::test_style": "passed"}
