"""The hooks in the real clients: what an agent is refused, told and held for, and that the user is left alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import clients
from codeflash_agent.session import records, state
from codeflash_agent.storage import git
from codeflash_agent.storage import layout as places
from rehearsal.client import offline_environment, run
from rehearsal.messages_api import Script, ScriptedModel, ToolCall
from rehearsal.story import agent_marker
from tests.engine.session import factories, project

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugin"
VERSIONS = [pin.label for pin in clients.pins() if pin.name == "claude"]
LEAD = {
    "subagent_type": "codeflash:codeflash-deep",
    "description": "Lead",
    "prompt": "go on",
    "run_in_background": False,
}

pytestmark = pytest.mark.client


@pytest.fixture(scope="module", params=VERSIONS)
def client(request):
    """The executable of one pinned version of Claude Code."""
    return clients.ensure(request.param)


@pytest.fixture(scope="module")
def cache():
    """A cache in which the engine's own environment is ready, as it is after the first verb."""
    folder = clients.cache_folder() / "xdg"
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    subprocess.run([str(PLUGIN / "bin" / "codeflash-agent"), "--version"], env=environment, check=True)
    return folder


@pytest.fixture
def top(tmp_path):
    """A user's repository with work in progress."""
    return project.make(tmp_path / "words")


@pytest.fixture
def layout(top):
    """The same with a session that has its two trees and no profile."""
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
def play(client, cache, top, tmp_path):
    """Plays a lead agent's turns, and the main conversation's after it, in the real client."""

    def played(lead, main=("done",), *, prompt="/codeflash optimize", plugin=PLUGIN, **script):
        turns = [ToolCall("Agent", LEAD), *main] if lead else list(main)
        script = Script({"main": turns, "lead": lead}, {"lead": agent_marker(PLUGIN, "codeflash-deep")}, **script)
        with ScriptedModel(script) as model:
            extra = {"XDG_CACHE_HOME": str(cache), "CLAUDE_CODE_AUTO_COMPACT_WINDOW": "100000"}
            environment = offline_environment(model, tmp_path / "home", extra)
            done = run(client, prompt, cwd=top, environment=environment, plugin=plugin, model=model)
            model.played = done.check()
        return model

    return played


def begin(layout, outcome="open"):
    """Put an experiment on disk, open or ended."""
    commit = git.head_commit(layout.project)
    layout.experiments.mkdir(exist_ok=True)
    records.save(layout, factories.record(1, outcome, base_commit=commit))


def read(path):
    """Have a file read, which the clients want before an edit."""
    return ToolCall("Read", {"file_path": str(path)})


def edit(path):
    """Have the benchmark of a tree edited."""
    change = {"file_path": str(path), "old_string": "print(len", "new_string": "print(1 + len"}
    return ToolCall("Edit", change)


def shell(command):
    """Have a shell command run."""
    return ToolCall("Bash", {"command": command, "description": "Run it"})


def heard(model, name="lead"):
    """All that a conversation was told, tools' answers and hooks' words, as one text."""
    last = model.conversation(name)[-1]
    return json.dumps([last.system, last.messages], ensure_ascii=False)


def test_an_agent_may_not_edit_before_a_profile(play, layout):
    """The edit is refused, the file stays as it was, and the agent reads what to run."""
    path = layout.optimize_tree / "bench.py"
    before = path.read_text()

    model = play([read(path), edit(path), "seen"])

    assert path.read_text() == before
    last = model.conversation("lead")[-1].last_result()
    assert last.is_error
    assert "run: codeflash-agent profile" in last.text


def test_an_agent_edits_within_an_experiment(play, layout):
    """With an experiment open the edit of the session's tree goes through, and one of the user's checkout does not."""
    begin(layout)
    path, users = layout.optimize_tree / "bench.py", layout.project / "bench.py"

    def end(_request):
        begin(layout, "discard")  # or the turn would be held
        return "seen"

    model = play([read(path), edit(path), read(users), edit(users), end])

    assert "1 + len" in path.read_text()
    assert "1 + len" not in users.read_text()
    assert str(layout.optimize_tree) in model.conversation("lead")[-1].last_result().text


def test_the_users_own_edit_is_not_blocked(play, layout):
    """In the very same session the main conversation edits the user's checkout and the session's files alike."""
    users, handoff = layout.project / "bench.py", layout.handoff
    handoff.write_text("print(len\n")

    play(["seen"], [read(users), edit(users), read(handoff), edit(handoff), "done"])

    assert "1 + len" in users.read_text()
    assert "1 + len" in handoff.read_text()


def test_an_edit_through_the_shell_is_noticed(play, layout):
    """After `sed -i` the agent reads which files changed where nothing may change, in both trees."""
    sed = "sed -i 's/print(len/print(2 + len/' "

    model = play(
        [shell(sed + f"'{layout.optimize_tree}/bench.py'"), shell(sed + f"'{layout.project}/bench.py'; false"), "seen"]
    )

    text = heard(model)
    assert "with no experiment open: bench.py" in text
    assert "changed in the user's checkout while the command ran: bench.py" in text


def test_the_end_of_turn_is_held_until_the_experiment_is_decided(play, layout):
    """The lead is asked back with the next command, and goes when the experiment has ended."""
    begin(layout)

    def decided(_request):
        begin(layout, "discard")
        return "now it is decided"

    model = play(["I am done", decided])

    assert "experiment 1" in heard(model)
    assert len(model.conversation("lead")) == 2
    assert records.load_all(layout)[0].left_open == []


def test_an_agent_that_insists_is_let_go_and_the_record_says_so(play, layout):
    """After three reminders the turn ends, and the experiment's record has the moment."""
    begin(layout)

    model = play(["done"] * 4)

    assert len(model.conversation("lead")) == 4
    assert len(records.load_all(layout)[0].left_open) == 1


def test_complete_is_not_said_before_the_review(play, layout):
    """A lead that says [complete] over work that nobody reviewed is asked back with the command; other words let it go."""
    (layout.optimize_tree / "bench.py").write_text("print(1)\n")
    git.run_git(layout.optimize_tree, "commit", "-qam", "perf: x")
    layout.experiments.mkdir(exist_ok=True)
    kept = factories.kept(commit=git.head_commit(layout.optimize_tree), base_commit=git.head_commit(layout.project))
    records.save(layout, kept)

    model = play(["[complete]\n1 experiment, 1 kept", "the review is still to come"])

    assert "not [complete]: no reviewer has seen" in heard(model)
    assert "codeflash-agent review" in heard(model)
    assert len(model.conversation("lead")) == 2


def test_an_agent_starts_with_the_state(play, layout):
    """Where the session stands is in the agent's context from its first turn on."""
    model = play(["seen"])

    first = model.conversation("lead")[0]
    assert "next: codeflash-agent profile" in json.dumps([first.system, first.messages])


def test_a_compaction_brings_the_hand_over_back(play, layout):
    """When the client compacts the lead's own conversation, the hand-over is in what it goes on with."""
    layout.handoff.write_text("# Hand-over: measure experiment 7\n")
    told = []

    def large_once(request):
        if request.conversation != "lead" or request.turn != 1 or told:
            return 1
        told.append(request)
        return 190_000

    def turn(request):
        if "detailed summary" in json.dumps(request.messages[-2:]):
            return "<summary>worked</summary>"
        return "seen" if told else shell("true")

    # Where the count of turns begins again after a compaction differs between the clients.
    model = play([turn] * 4, input_tokens=large_once)

    before, *_, last = model.conversation("lead")
    assert "measure experiment 7" not in json.dumps(before.messages)
    assert "measure experiment 7" in json.dumps(last.messages)


def test_the_verbs_themselves_set_nothing_off(play, top):
    """An agent that looks around and runs verbs from the very first one on hears nothing from the hooks."""
    model = play(
        [shell(f"cd '{top}' && codeflash-agent setup"), shell(f"cd '{top}' && codeflash-agent status"), "seen"]
    )

    assert "next: codeflash-agent baseline" in model.conversation("lead")[-1].last_result().text
    assert "hook blocking" not in heard(model)
    assert "codeflash: " not in heard(model)


def test_a_broken_engine_refuses_the_edit(play, layout, tmp_path):
    """Where the engine cannot start, the client refuses the agent's edit; it would let it pass by itself."""
    begin(layout)
    broken = tmp_path / "broken"
    shutil.copytree(PLUGIN, broken, ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "bin" / "codeflash-agent").write_text("#!/bin/sh\nexit 1\n")
    path = layout.optimize_tree / "bench.py"

    model = play([read(path), edit(path), "seen", "seen"], plugin=broken)

    assert "1 + len" not in path.read_text()
    assert "could not be checked" in heard(model)


def test_without_a_session_nothing_changes(play, layout, tmp_path):
    """The conversation of a user who never calls codeflash is the same to the byte with and without the hooks."""
    bare = tmp_path / "bare"
    shutil.copytree(PLUGIN, bare, ignore=shutil.ignore_patterns("hooks.json", "__pycache__"))
    seen = []
    for plugin in (PLUGIN, bare):
        users = layout.project / "bench.py"
        project.write(users, project.BENCHMARK)
        turns = [read(users), edit(users), shell("cat bench.py; false"), "done"]
        model = play([], turns, prompt="change the benchmark", plugin=plugin)
        results = [(result.is_error, result.text) for result in model.conversation("main")[-1].results()]
        said = [
            block for request in model.conversation("main") for block in request.messages if block["role"] != "user"
        ]
        seen.append((results, len(model.conversation("main")), json.dumps(said).replace(str(plugin), "")))
    assert seen[0] == seen[1]
    assert not list((tmp_path / "home").rglob("sessions/*"))
