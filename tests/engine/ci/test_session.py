"""The session's step with the real client, its model scripted: what it is told, what it can see, what it leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import clients
from codeflash_agent import cli
from codeflash_agent.ci import publish
from rehearsal.client import offline_environment
from rehearsal.messages_api import Script, ScriptedModel, ToolCall
from tests.engine.review import branch
from tests.engine.session import project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client


@pytest.fixture(params=[pin.label for pin in clients.pins() if pin.name == "claude"])
def client(request: pytest.FixtureRequest) -> Path:
    """The folder of one pinned client."""
    return clients.ensure(request.param).parent


def test_a_session_sees_the_branch_and_nothing_that_speaks_for_the_job(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prompt is ours, the branch's orders to agents are not read, the job's token is not there, commits become a bundle."""
    top = project.make(tmp_path / "repo")
    project.git(top, "checkout", "-q", "--", ".")
    (top / "draft.txt").unlink()
    branch.commit(top, "CLAUDE.md", "MARKER-ORDERS\n", "orders")
    hook = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": f"touch {tmp_path}/hooked"}]}]}}
    head = branch.commit(top, ".claude/settings.json", json.dumps(hook), "settings")
    script = f"cd '{top}' && env | cut -d= -f1 | sort | tr '\\n' ' ' && echo '# faster' >> words/text.py && git commit -qam 'perf: x'"
    calls = [ToolCall("Bash", {"command": script, "description": "work"}), "done"]
    out = tmp_path / "result"
    with ScriptedModel(Script({"main": calls})) as model:
        environment = offline_environment(model, tmp_path / "home")
        environment["PATH"] = f"{client}:{environment['PATH']}"
        environment |= {
            "GITHUB_TOKEN": "g",
            "ACTIONS_RUNTIME_TOKEN": "a",
            "NUMBER": "7",
            "DOMAIN": "cpu",
            "HEAD_SHA": head,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert cli.main(["ci", "session", "--project", str(top), "--out", str(out), "--patience", "120"]) == 0
        bodies = json.dumps([request.body for request in model.requests])
        results = model.conversation("main")[-1].last_result().text
    assert "This is a CI run triggered by PR #7." in bodies
    assert "MARKER-ORDERS" not in bodies
    assert not (tmp_path / "hooked").exists()
    assert "GITHUB_TOKEN" not in results
    assert "ACTIONS_RUNTIME_TOKEN" not in results
    assert "ANTHROPIC_BASE_URL" in results, "the command really ran, in the session's environment"
    assert (out / "session.jsonl").read_text().count("\n") > 3
    other = tmp_path / "other"
    project.git(tmp_path, "clone", "-q", str(top), str(other))
    checked = publish.check(other, out / "branch.bundle", head)
    assert checked is not None
    assert (checked.commits, checked.files) == (1, 1)


def test_another_commit_than_the_gate_saw_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A checkout that moved, or no client at all, ends before anything runs."""
    top = project.make(tmp_path / "repo")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "claude").write_text("#!/bin/sh\ntouch ran\n")
    (tools / "claude").chmod(0o755)
    for name, value in {
        "NUMBER": "7",
        "HEAD_SHA": "1" * 40,
        "ANTHROPIC_API_KEY": "k",
        "PATH": f"{tools}:/usr/bin:/bin",
    }.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["ci", "session", "--project", str(top)]) == 2
    assert "which the gate saw" in capsys.readouterr().err
    assert not (top / "ran").exists()
