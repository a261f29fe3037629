"""Figures of an effect in a commit message."""

from __future__ import annotations

import pytest

from codeflash_agent.session import wording


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("perf: wait in threads, so that a worker is seen some 8 ms sooner", "8 ms sooner"),
        ("perf: index orders, 2.5x", "2.5x"),
        ("perf: halve the copies, 40 % less memory", "40 % less"),
        ("perf: slots\n\nSaves about 12 MiB at the peak.", "Saves about 12 MiB"),
        ("perf: read once; 3 times faster", "3 times faster"),
    ],
)
def test_a_figure_of_the_effect_is_found(text, figure):
    """Ratios, shares and differences that a change is said to bring, wherever they stand."""
    found = wording.claimed(text)
    assert found is not None
    assert figure.lower() in found.lower() or found.lower() in figure.lower()


@pytest.mark.parametrize(
    "text",
    [
        "perf: wait for the workers instead of looking every 50 ms",
        "perf: join once instead of per token",
        "perf: read blocks of 64 KiB in place of lines",
        "perf: cut the input into blocks of 64 KiB, on a 3x3 grid",
        "perf: keep python3.11 and utf8 as they are",
        "fix: the second of 2 results was lost, reduces nothing",
        "perf: pack ids into an array of 8 bytes each",
    ],
)
def test_a_mechanism_with_numbers_is_no_claim(text):
    """Intervals, sizes and versions that the change consists of are let through."""
    assert wording.claimed(text) is None
