"""`/codeflash optimize` on a published library in the real client: what it leaves behind, not which calls it made.

Only the model's turns are scripted. One session a client is played, and each test looks at one outcome of it.
"""

from __future__ import annotations

import csv
import json
import re

import pytest

from rehearsal.story import NO_GAIN, NO_GAIN_TARGET, REAL_FIX, REAL_TARGET, Story
from tests.rehearsal.outcome import PLUGIN, checkout, git

pytestmark = [pytest.mark.client, pytest.mark.slow]

COLUMNS = (
    "commit target_test cpu_baseline_s cpu_optimized_s cpu_speedup mem_baseline_mb mem_optimized_mb mem_delta_mb"
    " gc_before_s gc_after_s tests_passed tests_failed status domains interaction description"
)


@pytest.fixture(scope="module")
def before(project):
    """The user's checkout, its git state and the library's own test counts before the session."""
    counts = project.test_counts(project.path)
    state = git(project.path, "status", "--porcelain", "--branch"), git(project.path, "rev-parse", "main")
    return counts, checkout(project.path), state


@pytest.fixture(scope="module")
def session(before, project, play):
    """The session, played to its end."""
    story = Story(PLUGIN, project.path)
    return play(story, story.optimize())


@pytest.fixture(scope="module")
def ledger(session, project):
    """The rows of the ledger."""
    with (project.path / ".codeflash" / "results.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def test_the_session_ends_with_its_report(session):
    """The client ends well, and the report reached the conversation."""
    assert session.exit_code == 0
    assert any("# codeflash report" in text for text in session.tool_results())


def test_one_commit_holds_the_fix_and_nothing_else(session, project):
    """The branch is one commit ahead, which changes just the file that was fixed and states the measured effect."""
    commits = git(project.path, "log", "--format=%H", "main..codeflash/optimize").splitlines()
    assert len(commits) == 1
    assert git(project.path, "diff", "--name-only", "main", "codeflash/optimize") == REAL_FIX.file
    assert REAL_FIX.new.strip() in git(project.path, "show", f"codeflash/optimize:{REAL_FIX.file}")
    subject, _, body = git(project.path, "log", "-1", "--format=%B", "codeflash/optimize").partition("\n")
    assert subject.startswith("perf: ")
    assert re.search(r"cpu_s \d+\.\d+ \[\d+\.\d+, \d+\.\d+\] better", body)


def test_the_gain_is_measured_beyond_doubt(session, project):
    """The interval of the kept change's CPU ratio lies wholly above 1, and fresh pairs confirmed it."""
    record = json.loads((project.path / ".codeflash" / "experiments" / "001.json").read_text())

    cpu = record["measurement"]["metrics"]["cpu_s"]
    assert 1 < cpu["low"] <= cpu["ratio"] <= cpu["high"]
    assert cpu["verdict"] == "better"
    assert record["confirmation"]["metrics"]["cpu_s"]["ratio"] > 1


def test_the_useless_change_is_discarded_and_kept_as_a_patch(session, project):
    """The second experiment is no part of the branch; its patch and its figures are on disk."""
    record = json.loads((project.path / ".codeflash" / "experiments" / "002.json").read_text())
    (patch,) = (project.path / ".codeflash" / "discarded").glob("002-*.patch")

    assert record["state"] == "discard"
    assert record["verdict"]["status"] == "discard"
    assert record["measurement"]["pairs"] >= 5
    assert f"+{NO_GAIN.new.splitlines()[0]}" in patch.read_text()
    assert NO_GAIN.old.splitlines()[0] in git(project.path, "show", f"codeflash/optimize:{NO_GAIN.file}")


def test_the_library_passes_its_own_tests_before_and_after(session, before, project, tmp_path):
    """A fresh checkout of the branch passes as many of the library's tests as the user's checkout did."""
    git(project.path, "worktree", "add", "--detach", str(tmp_path / "after"), "codeflash/optimize")

    assert "passed" in before[0]
    assert project.test_counts(tmp_path / "after") == before[0]


def test_the_ledger_has_its_columns_one_keep_and_one_discard(ledger, project):
    """Exactly the specified columns; the kept row names the commit and its speed-up, the other the reason."""
    header, *rows = ledger
    assert header == COLUMNS.split()
    assert [len(row) for row in rows] == [16, 16]
    keep, discard = (dict(zip(header, row)) for row in rows)
    assert (keep["status"], discard["status"]) == ("keep", "discard")
    assert git(project.path, "rev-parse", "codeflash/optimize").startswith(keep["commit"])
    assert float(keep["cpu_speedup"]) > 1
    assert float(keep["cpu_baseline_s"]) > float(keep["cpu_optimized_s"])
    assert int(keep["tests_passed"]) > 0
    assert keep["tests_failed"] == "0"
    assert "the copy is not what _group spends its time on" in discard["description"]


def test_the_branch_was_reviewed_before_it_was_complete(session, project):
    """The reviewing agent answered in a conversation of its own, and the lead's end carries the outcome."""
    review = json.loads((project.path / ".codeflash" / "reviews" / "001.json").read_text())

    assert (review["outcome"], review["reviewer"]) == ("approve", "claude")
    assert review["head"] == git(project.path, "rev-parse", "codeflash/optimize")
    assert any("[complete] 2 experiments, 1 kept" in text for text in session.tool_results())


def test_the_hand_over_says_how_to_resume(session, project):
    """HANDOFF.md names the command to resume with, both experiments and the branch."""
    text = (project.path / ".codeflash" / "HANDOFF.md").read_text()

    assert "How to resume" in text
    assert "/codeflash optimize" in text
    assert "codeflash/optimize" in text
    for target in (REAL_TARGET, NO_GAIN_TARGET):
        assert f"::{target}" in text


def test_the_users_checkout_is_byte_for_byte_what_it_was(session, before, project):
    """The uncommitted edit, the untracked file, the branch and every other file are untouched, and nothing is stashed."""
    _counts, files, state = before

    assert checkout(project.path) == files
    assert (git(project.path, "status", "--porcelain", "--branch"), git(project.path, "rev-parse", "main")) == state
    assert " M sqlparse/keywords.py" in state[0]
    assert "?? notes/" in state[0]
    assert git(project.path, "stash", "list") == ""
