"""`awaits` on a recorded profile of a program whose waits are known (`fixtures/waiting.json`), and live in one run."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from codeflash_agent import cli

INSIDE = Path(__file__).parents[2] / "inside" / "fixtures"
RECORDED = Path(__file__).parents[1] / "fixtures" / "waiting.json"
PROFILER = Path(cli.__file__).parents[2] / "languages/python/references/unified-profiling-script.py"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The program as a project, as the current folder."""
    shutil.copy(INSIDE / "waiting.py", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "waiting"\nversion = "1"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["setup", "--set", f"interpreter={sys.executable}", "--set", "source_root=."]) == 0
    return tmp_path


def ask(capsys, file):
    """Exit status and document."""
    capsys.readouterr()
    status = cli.main(["awaits", "--profile", str(file), "--json"])
    return status, json.loads(capsys.readouterr().out)


def recorded(project, **changes):
    """The recorded profile, as if taken here, with some keys changed."""
    document = json.loads(RECORDED.read_text(encoding="utf-8"))
    document.update({"source_root": str(project), **changes})
    file = project / "profile.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_waits_that_could_overlap_are_told_from_those_that_depend(project, capsys):
    """Two independent questions and a loop of them are shown with what was waited; a dependent pair is not."""
    status, found = ask(capsys, recorded(project))
    shown = {one["function"]: one for one in found["overlaps"]}
    assert status == 1
    assert "dependent" not in shown
    assert (shown["page"]["kind"], shown["page"]["sure"], shown["page"]["line"]) == ("pair", True, 22)
    # Four tasks wait 20 ms, then 30 ms each: no more than the shorter waits can be saved.
    assert shown["page"]["saves_s"] == pytest.approx(0.08, rel=0.2)
    assert (shown["each"]["kind"], shown["each"]["waits"], shown["each"]["sure"]) == ("loop", 4, True)
    assert shown["each"]["saves_s"] == pytest.approx(0.06, rel=0.2)
    assert all(one["worth_it"] for one in (shown["page"], shown["each"]))


def test_what_holds_the_loop_comes_with_its_stack(project, capsys):
    """The function that computes in the loop, from the callback inwards, and that it computes."""
    _, found = ask(capsys, recorded(project))
    worst = found["blocking"][0]
    assert (worst["function"], worst["how"]) == ("hash_slowly", "computes")
    assert [step.partition(" ")[0] for step in worst["stack"]] == ["main", "blocking", "hash_slowly"]


def test_slow_waits_and_tasks_at_once_are_counted(project, capsys):
    """Waits by the function that waits, and how many tasks of a coroutine ran at once over time."""
    _, found = ask(capsys, recorded(project))
    by_place = {one["from"][0].rpartition(" ")[2]: one for one in found["slow"] if one["from"]}
    assert by_place["fetch_orders"]["waits"] == 6
    assert by_place["fetch_orders"]["mean_ms"] == pytest.approx(30, rel=0.2)
    assert by_place["fetch_user"]["waits"] == 10
    pages = next(one for one in found["concurrency"]["coroutines"] if one["function"] == "page")
    assert pages["most_tasks"] == max(pages["tasks"]) == 4
    assert pages["tasks"][-1] == 0


def test_a_program_without_a_loop_and_a_profile_without_waits_are_said(project, capsys):
    """No loop is status 0; a quick profile lacks the waits, and says so."""
    status, found = ask(capsys, recorded(project, asyncio=None))
    assert (status, found["ran"]) == (0, False)
    loops = json.loads(RECORDED.read_text(encoding="utf-8"))["asyncio"]
    status, found = ask(capsys, recorded(project, asyncio={**loops, "waits": [], "tasks": []}))
    assert found["overlaps"] == []
    assert "--quick" in found["left_out"][0]


def test_without_a_profile_it_says_what_to_run(project, capsys):
    """Status 2, one line."""
    capsys.readouterr()
    assert cli.main(["awaits"]) == 2
    assert "run `codeflash-agent profile`" in capsys.readouterr().err


def test_a_profile_that_was_just_taken_is_joined(project, capsys):
    """Profile and verb together: the independent questions of a real run, as text too."""
    assert cli.main(["profile", "--", sys.executable, "waiting.py"]) == 0
    capsys.readouterr()
    assert cli.main(["awaits"]) == 1
    said = capsys.readouterr().out
    assert "page: fetch_user(number) then fetch_orders(number)\n" in said
    assert "hash_slowly" in said


def test_a_profile_ends_with_the_waits_that_could_overlap(project, capsys):
    """Taken live: what needs nothing from each other is told with the profile, in its text on disk too; quick has no waits."""
    assert cli.main(["profile", "--", "python", "waiting.py"]) in (0, 1)
    out = capsys.readouterr().out
    told = out[out.index("[overlaps]") :]
    assert " page: " in told
    assert "dependent" not in told
    assert "[overlaps]" in (project / ".codeflash" / "profiles" / "latest.txt").read_text(encoding="utf-8")
    cli.main(["profile", "--quick", "--", "python", "waiting.py"])
    assert "[overlaps]" not in capsys.readouterr().out
