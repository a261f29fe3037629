"""Figures of an answer are found in the session's records, or told."""

from __future__ import annotations

import json

from claims import recorded, unbacked


def test_claims_are_held_against_the_records(tmp_path):
    """Rounded ratios, intervals, sizes and the percentage that a ratio means are backed; anything else is named."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    record = {"measurement": {"metrics": {"cpu_s": {"ratio": 1.6634, "low": 1.641, "high": 1.672, "base": 0.8123}}}}
    (folder / "001.json").write_text(json.dumps(record))
    figures = recorded(tmp_path)

    assert unbacked("CPU 1.66x [1.64, 1.67], 0.81 s before, 66 % faster, 812 ms", figures) == []
    assert unbacked("CPU 1.7x, memory 12.5 MiB less, [1.60, 1.67]", figures) == ["12.5 MiB", "[1.60]"]
    assert unbacked("twice as fast: 2.0x", figures) == ["2.0 x"]
