"""The plugin in the real clients: it loads, its command expands, its agents start, its program is at hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import build_dist
import clients
from rehearsal.client import offline_environment, run
from rehearsal.messages_api import Script, ScriptedModel, ToolCall

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = [pin.label for pin in clients.pins() if pin.name == "claude"]

pytestmark = pytest.mark.client


@pytest.fixture(scope="module", params=VERSIONS)
def client(request):
    """The executable of one pinned version of Claude Code."""
    return clients.ensure(request.param)


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A freshly built distribution."""
    out = tmp_path_factory.mktemp("dist")
    build_dist.build(ROOT / "plugin", out)
    return out


@pytest.fixture
def repository(tmp_path):
    """An empty git repository, the user's."""
    folder = tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def place(form, dist):
    """Where the plugin lies in one of its three forms."""
    return {"plugin": ROOT / "plugin", "folder": dist / "python", "zip": dist / "codeflash-python.zip"}[form]


def environment(model, home):
    """The client's environment, with one cache of the engine's own environment for all tests of this checkout."""
    return offline_environment(model, home, {"XDG_CACHE_HOME": str(clients.cache_folder() / "xdg")})


@pytest.mark.parametrize("form", ["plugin", "folder", "zip"])
def test_the_plugin_loads_in_every_form(client, form, dist, repository, tmp_path):
    """`/codeflash optimize x` expands, the agents have their full names and start, and the program is on PATH."""
    agents = sorted(path.stem for path in (dist / "python" / "agents").glob("*.md"))
    look = ToolCall("Bash", {"command": "command -v codeflash-agent; codeflash-agent --help", "description": "Look"})
    call = {"subagent_type": "codeflash:codeflash-setup", "description": "Set up", "prompt": "look"}
    script = Script(
        {"main": [ToolCall("Agent", {**call, "run_in_background": False}), "done"], "setup": [look, "seen"]},
        {"setup": "You find out how the project at the path in your prompt is run"},
    )

    with ScriptedModel(script) as model:
        done = run(
            client,
            "/codeflash optimize the import job",
            cwd=repository,
            environment=environment(model, tmp_path / "home"),
            plugin=place(form, dist),
            model=model,
        ).check()

    assert {f"codeflash:{name}" for name in agents} <= set(done.init["agents"])
    assert "codeflash:optimize" in done.init["slash_commands"]
    expanded = model.conversation("main")[0].user_text()
    assert "The user asked: the import job" in expanded
    assert "$ARGUMENTS" not in expanded
    assert "${CLAUDE_PLUGIN_ROOT}" not in expanded
    where, *help_text = model.conversation("setup")[-1].last_result().text.splitlines()
    assert re.search(r"/bin/codeflash-agent$", where)
    assert any(line.startswith("usage: codeflash-agent") for line in help_text), help_text


@pytest.mark.parametrize("form", ["plugin", "folder", "marketplace"])
def test_validate_passes_strictly(client, form, dist, tmp_path):
    """`claude plugin validate --strict` has nothing to say about the plugin, its distribution and the marketplace."""
    folder = ROOT if form == "marketplace" else place(form, dist)

    done = _plugin_command(client, tmp_path / "home", "validate", "--strict", str(folder))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation passed" in done.stdout


def test_the_marketplace_installs_the_plugin(client, repository, tmp_path):
    """The two commands of the README install the plugin, and the next session has it."""
    home = tmp_path / "home"
    added = _plugin_command(client, home, "marketplace", "add", "./")
    assert added.returncode == 0, added.stdout + added.stderr
    installed = _plugin_command(client, home, "install", "codeflash@codeflash-plugins")
    assert installed.returncode == 0, installed.stdout + installed.stderr

    with ScriptedModel(Script({"main": ["ready"]})) as model:
        done = run(
            client,
            "/codeflash optimize",
            cwd=repository,
            environment=environment(model, home),
            model=model,
        ).check()

    assert "codeflash:codeflash-deep" in done.init["agents"]
    assert "You are the front desk" in model.conversation("main")[0].user_text()


def _plugin_command(client, home, *arguments):
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [str(client), "plugin", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "DISABLE_AUTOUPDATER": "1", "IS_SANDBOX": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("agent", ["deep", "cpu", "memory", "async", "structure"])
def test_who_experiments_has_the_method_before_the_first_turn(client, agent, dist, repository, tmp_path):
    """The skill `experiment` is part of the agent's conversation from its start, in the distribution."""
    text = (dist / "python" / "agents" / f"codeflash-{agent}.md").read_text(encoding="utf-8")
    marker = text.split("\n---\n", 1)[1].strip().splitlines()[0]
    call = {"subagent_type": f"codeflash:codeflash-{agent}", "description": "Look", "prompt": "look"}
    script = Script(
        {"main": [ToolCall("Agent", {**call, "run_in_background": False}), "done"], "agent": ["seen"]},
        {"agent": marker},
    )

    with ScriptedModel(script) as model:
        run(
            client,
            "start it",
            cwd=repository,
            environment=environment(model, tmp_path / "home"),
            plugin=place("folder", dist),
            model=model,
        ).check()

    first = model.conversation("agent")[0]
    assert "# One experiment" in first.system + first.user_text()


def test_what_the_plugin_costs_every_session(dist, tmp_path):
    """At most 150 tokens are added to a session that does not use it, as the newest client counts them."""
    newest = clients.ensure(VERSIONS[-1])
    home, market = tmp_path / "home", tmp_path / "market"
    shutil.copytree(dist / "python", market / "plugin")
    (market / ".claude-plugin").mkdir()
    entry = {"name": "local", "owner": {"name": "x"}, "plugins": [{"name": "codeflash", "source": "./plugin"}]}
    (market / ".claude-plugin" / "marketplace.json").write_text(json.dumps(entry))
    assert _plugin_command(newest, home, "marketplace", "add", str(market)).returncode == 0
    assert _plugin_command(newest, home, "install", "codeflash@local").returncode == 0

    details = _plugin_command(newest, home, "details", "codeflash").stdout

    always = re.search(r"Always-on:\s+~(\d+) tok", details)
    assert always, details
    assert int(always[1]) <= 150
