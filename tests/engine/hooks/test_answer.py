"""The hooks' answers from real repositories and records, as the client gets them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from codeflash_agent import cli
from codeflash_agent.hooks import answer, decide
from codeflash_agent.session import records, state
from codeflash_agent.storage import git
from codeflash_agent.storage import layout as places
from tests.engine.session import factories, project

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.storage.layout import Layout

LEAD = "codeflash:codeflash-deep"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A user's repository with work in progress."""
    return project.make(tmp_path / "user project")


@pytest.fixture
def layout(top: Path) -> Layout:
    """The same with a session that has its two trees and no profile yet."""
    layout = places.Layout(top)
    commit = git.head_commit(top)
    git.exclude(top, "/.codeflash/")
    git.add_worktree(top, layout.optimize_tree, commit, branch="codeflash/optimize")
    git.add_worktree(top, layout.baseline_tree, commit)
    for tree in (layout.optimize_tree, layout.baseline_tree):
        places.mark_worktree(tree, layout)
    state.save(layout, factories.session(tree=str(layout.optimize_tree), start_commit=commit))
    return layout


@pytest.fixture
def ask(tmp_path: Path, top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Asks the verb about one event and returns its answer."""
    notes = tmp_path / "notes"
    notes.mkdir()

    def asked(occasion: str, name: str, *, agent: str = LEAD, **fields: Any) -> dict[str, Any] | None:
        document = {"hook_event_name": name, "cwd": str(top), "agent_type": agent, "agent_id": "a1", **fields}
        (tmp_path / "event.json").write_text(json.dumps(document))
        with (tmp_path / "event.json").open() as file:
            monkeypatch.setattr("sys.stdin", file)
            assert cli.main(["hook", occasion, "--notes", str(notes)]) == 0
        said = capsys.readouterr().out
        return json.loads(said) if said else None

    return asked


def denied(said: dict[str, Any] | None) -> str:
    """Why an edit was denied; empty when it was not."""
    if said is None:
        return ""
    assert said["hookSpecificOutput"]["permissionDecision"] == "deny"
    return str(said["hookSpecificOutput"]["permissionDecisionReason"])


def write(path: Path) -> dict[str, Any]:
    """The fields of an edit of `path`."""
    return {"tool_name": "Edit", "tool_input": {"file_path": str(path)}}


def begin(layout: Layout, **fields: Any) -> None:
    """Put an open experiment on disk."""
    commit = git.head_commit(layout.project)
    layout.experiments.mkdir(exist_ok=True)
    records.save(layout, factories.record(1, "open", **{"base_commit": commit, **fields}))


def test_without_a_session_the_project_is_not_edited(ask: Any, top: Path) -> None:
    """Before setup and baseline a codeflash agent may not change the user's files, and is told what comes first."""
    assert "run: codeflash-agent setup" in denied(ask("edit", "PreToolUse", **write(top / "words" / "text.py")))


def test_the_user_is_never_asked(ask: Any, layout: Layout) -> None:
    """The main conversation and others' agents edit wherever they like."""
    for agent in ("", "Explore"):
        for path in (layout.project / "bench.py", layout.optimize_tree / "bench.py", layout.handoff):
            assert ask("edit", "PreToolUse", agent=agent, **write(path)) is None


def test_an_edit_waits_for_profile_and_experiment(ask: Any, layout: Layout) -> None:
    """Without a profile the reason is to profile; with an experiment open the tree is free and the checkout is not."""
    path = layout.optimize_tree / "words" / "text.py"
    assert "run: codeflash-agent profile" in denied(ask("edit", "PreToolUse", **write(path)))
    begin(layout)
    assert ask("edit", "PreToolUse", **write(path)) is None
    assert ask("edit", "PreToolUse", **write(layout.optimize_tree / "new" / "module.py")) is None
    assert str(layout.optimize_tree) in denied(ask("edit", "PreToolUse", **write(layout.project / "words" / "text.py")))


def test_a_link_does_not_lead_around_the_check(ask: Any, layout: Layout, tmp_path: Path) -> None:
    """A path is judged by where it really leads."""
    (tmp_path / "door").symlink_to(layout.project)
    assert denied(ask("edit", "PreToolUse", **write(tmp_path / "door" / "bench.py")))


def test_other_places_are_free(ask: Any, layout: Layout, tmp_path: Path) -> None:
    """Scratch outside every repository, and a repository that codeflash does not work on, are not the hook's affair."""
    other = project.make(tmp_path / "other")
    assert ask("edit", "PreToolUse", **write(tmp_path / "scratch.py")) is None
    assert ask("edit", "PreToolUse", **write(other / "bench.py")) is None


def test_a_shell_edit_without_an_experiment_is_noticed_once(ask: Any, layout: Layout) -> None:
    """`sed -i` in the session's tree is told after the command, and not again with the next one."""
    ask("before-shell", "PreToolUse", tool_name="Bash")
    project.write(layout.optimize_tree / "words" / "text.py", project.FAST)
    said = ask("after-shell", "PostToolUse", tool_name="Bash")
    assert said["decision"] == "block"
    assert "words/text.py" in said["reason"]
    assert ask("after-shell", "PostToolUse", tool_name="Bash") is None


def test_a_shell_edit_of_the_users_checkout_is_noticed(ask: Any, layout: Layout) -> None:
    """Only what changed while the command ran is told, also when the command failed; earlier work in progress is not."""
    begin(layout)
    ask("before-shell", "PreToolUse", tool_name="Bash")
    project.write(layout.project / "bench.py", "print(1)\n")
    said = ask("after-shell", "PostToolUseFailure", tool_name="Bash")
    text = said["hookSpecificOutput"]["additionalContext"]
    assert "bench.py" in text
    assert "NOTES.txt" not in text
    assert "draft.txt" not in text


def test_a_second_edit_of_a_file_that_was_changed_before_is_noticed(ask: Any, layout: Layout) -> None:
    """A file of the user's with uncommitted work is watched by its content's size and time, not by its status."""
    begin(layout)
    ask("before-shell", "PreToolUse", tool_name="Bash")
    project.write(layout.project / "NOTES.txt", "overwritten\n")
    assert "NOTES.txt" in ask("after-shell", "PostToolUse", tool_name="Bash")["reason"]


def test_a_specialists_own_session_is_what_counts_in_its_worktree(ask: Any, layout: Layout) -> None:
    """A dispatched session has its own experiments: the lead's open one frees nothing there, and shell edits are told."""
    child, commit = layout.of_dispatched("cpu-distinct"), git.head_commit(layout.project)
    git.add_worktree(layout.project, child.optimize_tree, commit, branch="codeflash/cpu-distinct")
    places.mark_worktree(child.optimize_tree, child)
    state.save(child, factories.session(tree=str(child.optimize_tree), start_commit=commit))
    session = state.load(layout)
    session.dispatched.append(
        state.Dispatch("cpu-distinct", "cpu", ["words/text.py::distinct"], commit, state.OUT, "now")
    )
    state.save(layout, session)
    begin(layout)
    path = child.optimize_tree / "words" / "text.py"
    assert "run: codeflash-agent profile" in denied(
        ask("edit", "PreToolUse", agent="codeflash:codeflash-cpu", **write(path))
    )
    ask("before-shell", "PreToolUse", tool_name="Bash")
    project.write(path, project.FAST)
    assert str(child.optimize_tree) in ask("after-shell", "PostToolUse", tool_name="Bash")["reason"]
    begin(child)
    assert ask("edit", "PreToolUse", agent="codeflash:codeflash-cpu", **write(path)) is None


def test_calls_side_by_side_are_kept_apart(ask: Any, layout: Layout) -> None:
    """Each shell call is compared with what it found itself when it began."""
    begin(layout)
    ask("before-shell", "PreToolUse", tool_use_id="one")
    project.write(layout.project / "bench.py", "print(1)\n")
    ask("before-shell", "PreToolUse", tool_use_id="two")
    assert ask("after-shell", "PostToolUse", tool_use_id="two") is None
    assert "bench.py" in ask("after-shell", "PostToolUse", tool_use_id="one")["reason"]


def test_the_plugins_own_folders_are_no_change_of_the_users(ask: Any, top: Path) -> None:
    """What setup and an agent's memory write is not told as a change of the checkout, though git does not ignore it yet."""
    ask("before-shell", "PreToolUse", tool_name="Bash")
    project.write(top / ".codeflash" / "setup.md", "found\n")
    project.write(top / ".claude" / "agent-memory" / "codeflash-deep" / "MEMORY.md", "learnt\n")
    assert ask("after-shell", "PostToolUse", tool_name="Bash") is None


def test_quiet_commands_stay_quiet(ask: Any, layout: Layout) -> None:
    """A command that changed nothing gets no answer, with and without an experiment."""
    for _experiment in ("none", "open"):
        assert ask("before-shell", "PreToolUse", tool_name="Bash") is None
        assert ask("after-shell", "PostToolUse", tool_name="Bash") is None
        begin(layout)


def test_the_turn_is_held_a_bounded_number_of_times(ask: Any, layout: Layout) -> None:
    """An open experiment holds the lead three times; then it goes, and the record says so."""
    begin(layout)
    for _time in range(decide.HOLDS):
        said = ask("end", "SubagentStop")
        assert said["decision"] == "block"
        assert "experiment 1" in said["reason"]
    assert ask("end", "SubagentStop") is None
    assert len(records.load_all(layout)[0].left_open) == 1


def test_a_decided_experiment_lets_the_turn_end(ask: Any, layout: Layout) -> None:
    """After keep or discard nothing holds the lead; the user's conversation is never held."""
    begin(layout)
    assert ask("end", "Stop", agent="") is None
    assert ask("end", "SubagentStop", agent="codeflash:codeflash-setup") is None
    layout.experiments.joinpath("001.json").unlink()
    records.save(layout, factories.record(1, "discard", base_commit=git.head_commit(layout.project)))
    assert ask("end", "SubagentStop") is None


def test_complete_over_unreviewed_work_is_held(ask: Any, layout: Layout) -> None:
    """The lead's last words count: [complete] before the review of what was kept is sent back, a bounded number of times."""
    (layout.optimize_tree / "bench.py").write_text("print(1)\n")
    git.run_git(
        layout.optimize_tree, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qam", "perf: x"
    )
    layout.experiments.mkdir(exist_ok=True)
    kept = factories.kept(commit=git.head_commit(layout.optimize_tree), base_commit=git.head_commit(layout.project))
    records.save(layout, kept)
    assert ask("end", "SubagentStop", last_assistant_message="three targets are left") is None
    for _time in range(decide.HOLDS):
        said = ask("end", "SubagentStop", last_assistant_message="[complete]\n1 kept")
        assert "not [complete]: no reviewer has seen" in said["reason"]
    assert ask("end", "SubagentStop", last_assistant_message="[complete]") is None


def test_an_agent_starts_with_the_state(ask: Any, layout: Layout) -> None:
    """The first thing that an agent of ours knows is where the session stands."""
    text = ask("start", "SubagentStart")["hookSpecificOutput"]["additionalContext"]
    assert "next: codeflash-agent profile" in text


def test_a_compaction_brings_the_hand_over_back(ask: Any, layout: Layout) -> None:
    """What HANDOFF.md holds returns to the context, cut at a bound that the text names."""
    assert ask("context", "SessionStart", agent="", source="compact") is None
    layout.handoff.write_text("# Hand-over\n" + "x" * answer.HANDOVER_LIMIT)
    text = ask("context", "SessionStart", agent="", source="compact")["hookSpecificOutput"]["additionalContext"]
    assert "# Hand-over" in text
    assert "12 more characters" in text


def test_a_damaged_session_is_one_line_and_a_status(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the records cannot be read the verb fails, for the launcher to refuse; it never answers that all is well."""
    layout.session_json.write_text("{")
    document = {"hook_event_name": "PreToolUse", "cwd": str(layout.project), "agent_type": LEAD}
    (tmp_path / "event.json").write_text(json.dumps({**document, **write(layout.optimize_tree / "bench.py")}))
    with (tmp_path / "event.json").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert cli.main(["hook", "edit", "--notes", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_git_that_hangs_is_given_up(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the client's patience ends the verb's own does, with a failure."""
    slow = tmp_path / "bin" / "git"
    project.write(slow, "#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    document = {"hook_event_name": "PreToolUse", "cwd": str(layout.project), "agent_type": LEAD}
    (tmp_path / "event.json").write_text(json.dumps({**document, **write(layout.project / "bench.py")}))
    with (tmp_path / "event.json").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert cli.main(["hook", "edit", "--notes", str(tmp_path), "--patience", "1"]) == 2
    assert "took longer than 1 s" in capsys.readouterr().err
