"""Two specialists at once in the real clients, in the foreground and in the background, one of them lost."""

from __future__ import annotations

import csv
import json

import pytest

import clients
from evals.preparing import prepare
from rehearsal.client import offline_environment, run
from rehearsal.messages_api import ScriptedModel
from rehearsal.team_story import PROJECT, TARGETS, TeamStory
from tests.rehearsal.outcome import PLUGIN, git

pytestmark = [pytest.mark.client, pytest.mark.noisy, pytest.mark.slow]

PATIENCE_S = 900  # alone on the machine it takes a tenth of that


@pytest.mark.parametrize("background", [False, True], ids=["foreground", "background"])
def test_both_specialists_changes_are_merged_and_measured(client, background, tmp_path):
    """Nested two deep and side by side, on the right commit; the change of the one that was lost is not."""
    project = tmp_path / PROJECT
    python = prepare(PROJECT, project)
    story = TeamStory(PLUGIN, project, background)
    with ScriptedModel(story.script()) as model:
        done = run(
            client,
            story.prompt,
            cwd=project,
            environment=offline_environment(
                model, tmp_path / "home", {"XDG_CACHE_HOME": str(clients.cache_folder() / "xdg")}
            ),
            plugin=PLUGIN,
            model=model,
            timeout_s=PATIENCE_S,
        ).check()

    assert done.exit_code == 0
    with (project / ".codeflash" / "results.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["status"] for row in rows] == ["keep", "keep"]
    assert {row["target_test"] for row in rows} == set(TARGETS.values())
    assert all(row["description"].startswith("dispatched:") for row in rows)
    changed = git(project, "diff", "--name-only", "main", "codeflash/optimize").splitlines()
    assert changed == ["timetable/calendar.py", "timetable/wishes.py"]
    merges = [json.loads(path.read_text()) for path in (project / ".codeflash" / "merges").glob("*.json")]
    assert merges
    assert python.exists()
    assert git(project, "status", "--porcelain") == ""
