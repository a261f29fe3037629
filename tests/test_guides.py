"""The examples in the references: both sides run and print the same, each pattern of the profile has one."""

from __future__ import annotations

import pytest

import build_guides
from profiler.analyse import interactions

EXAMPLES = [
    pytest.param(example, id=example.name)
    for guide in build_guides.guides()
    for example in build_guides.examples(guide)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_before_and_after_print_the_same(example):
    """A fix changes no result."""
    before, after = (build_guides.run(example / f"{side}.py") for side in ("before", "after"))
    assert before.output == after.output != ""


def test_every_example_was_measured():
    """No example stands without its figures, and no figures without their example."""
    for guide in build_guides.guides():
        assert set(build_guides._measured(guide)) == {example.name for example in build_guides.examples(guide)}


def test_every_pattern_that_a_profile_names_has_an_example():
    """A reader who meets a pattern in a profile finds it in the reference, and as many as there are detectors."""
    text = (build_guides.REFERENCES / "interactions.md").read_text(encoding="utf-8")
    sources = [
        path.read_text(encoding="utf-8")
        for path in (build_guides.ROOT / "plugin/languages/python/profiler/analyse/interactions").glob("*.py")
    ]
    named = [line.split("`")[1] for line in text.splitlines() if line.startswith("In the profile: ")]
    assert all(any(f'"{kind}"' in source for source in sources) for kind in named)
    assert len(named) == len(set(named)) == len(interactions.DETECTORS) + 1  # one detector tells two kinds of blocks
