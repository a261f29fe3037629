"""A session that is killed in the middle of a measurement, and the one that takes it up."""

from __future__ import annotations

import json
import time

import pytest

from rehearsal.story import Story
from tests.rehearsal.outcome import PLUGIN, git

pytestmark = [pytest.mark.client, pytest.mark.slow]

ENOUGH_PAIRS = 3  # below the first look at the figures, so that the measurement is certainly not over


def lines_of(path):
    """The whole lines of a file that may not be there yet."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_killed_session_goes_on_with_nothing_lost_and_nothing_measured_twice(project, play):
    """Pairs measured before the kill stay as they are, the rest are added once, and the experiment is kept as one."""
    home = project.path / ".codeflash"
    pairs, ledger = home / "experiments" / "001.pairs.jsonl", home / "results.tsv"
    story = Story(PLUGIN, project.path)

    first = play(story, story.until_the_measurement(), kill_when=lambda: len(lines_of(pairs)) >= ENOUGH_PAIRS)
    measured = lines_of(pairs)
    session = json.loads((home / "session.json").read_text())

    assert first.killed
    time.sleep(3)
    assert lines_of(pairs) == measured, "something of the killed session is still measuring"
    assert len(measured) >= ENOUGH_PAIRS
    assert len(lines_of(ledger)) <= 1
    assert "/codeflash optimize" in (home / "HANDOFF.md").read_text()

    second = play(story, story.resumed())

    after = lines_of(pairs)
    assert second.exit_code == 0
    assert after[: len(measured)] == measured
    assert len(after) > len(measured)
    named = [(row["block"], row["index"]) for row in map(json.loads, after)]
    assert len(set(named)) == len(named), "a pair was measured twice"
    main = [index for block, index in named if block == "main"]
    assert main == list(range(len(main)))
    record = json.loads((home / "experiments" / "001.json").read_text())
    assert record["state"] == "keep"
    assert record["measurement"]["pairs"] == len(main)
    resumed = json.loads((home / "session.json").read_text())
    for fixed in ("started", "method", "band", "start_values", "start_commit", "baselines"):
        assert resumed[fixed] == session[fixed], f"{fixed} was taken again"
    assert not (home / "experiments" / "002.json").exists()
    assert [row.split("\t")[12] for row in lines_of(ledger)[1:]] == ["keep"]
    assert len(git(project.path, "log", "--format=%H", "main..codeflash/optimize").splitlines()) == 1
