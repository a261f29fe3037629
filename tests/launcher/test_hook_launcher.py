"""The hooks' launcher, run as the client runs it: idle outside a session, closed inside when the engine cannot decide."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"
LEAD = "codeflash:codeflash-deep"
SAYS = '#!/bin/sh\ncat >"$0.input"\nprintf \'%s \' "$@"\n'  # an engine that shows what it was given


@pytest.fixture
def plugin(tmp_path):
    """A plugin whose engine is a small script; its text can be replaced."""
    shutil.copytree(PLUGIN / "hooks", tmp_path / "plugin" / "hooks")
    engine(tmp_path / "plugin", SAYS)
    return tmp_path / "plugin"


def engine(plugin, text):
    """Put `text` in the engine's place."""
    path = plugin / "bin" / "codeflash-agent"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def hook(plugin, tmp_path):
    """Runs one hook; `session` tells whether codeflash is active in the conversation."""

    def ran(occasion, *, agent=LEAD, session=True, text=None, **fields):
        if session:
            (tmp_path / "data" / "sessions" / "s1").mkdir(parents=True, exist_ok=True)
        acting = {"agent_id": "a1", "agent_type": agent} if agent else {}
        document = {"session_id": "s1", "cwd": str(tmp_path), "hook_event_name": "E", **acting, **fields}
        return subprocess.run(
            [str(plugin / "hooks" / "hook.sh"), occasion],
            env={**os.environ, "CLAUDE_PLUGIN_DATA": str(tmp_path / "data"), "CLAUDE_CODE_SESSION_ID": "s1"},
            input=json.dumps(document, separators=(",", ":")) if text is None else text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return ran


def active(tmp_path):
    """Whether the conversation counts as one of codeflash's."""
    return (tmp_path / "data" / "sessions" / "s1").is_dir()


def quiet(done):
    """Whether a hook let everything go on without a word."""
    return (done.returncode, done.stdout, done.stderr) == (0, "", "")


CHECKED = ("edit", "before-shell", "after-shell", "end")


def test_executable_bit_is_committed():
    """Git has the launcher as an executable, so that an installed plugin can run it."""
    if not (PLUGIN.parent / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--stage", "hooks/hook.sh"], cwd=PLUGIN, capture_output=True, text=True, check=True
    )
    assert listed.stdout.startswith("100755")
    assert (PLUGIN / "hooks" / "hook.sh").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("occasion", CHECKED)
def test_outside_a_session_nothing_is_asked(hook, occasion, tmp_path):
    """Without a session the launcher ends without starting the engine, whatever the event holds."""
    assert quiet(hook(occasion, session=False))
    assert not active(tmp_path)


@pytest.mark.parametrize("occasion", CHECKED)
@pytest.mark.parametrize("agent", ["", "Explore", "other:codeflash:deep"])
def test_inside_a_session_only_our_agents_are_checked(hook, occasion, agent):
    """The user's conversation and other agents are let through by the launcher, engine or no engine."""
    said = {"tool_input": {"new_string": '"agent_type":"codeflash:x", "agent_type": "codeflash:x"'}}
    assert quiet(hook(occasion, agent=agent, **said))


@pytest.mark.parametrize("occasion", CHECKED)
def test_our_agents_are_checked_by_the_engine(hook, occasion, plugin):
    """The engine gets the event to the letter, also with a space after the colon, and its answer is the hook's."""
    for separators in ((",", ":"), (", ", ": ")):
        document = {"agent_type": LEAD, "tool_input": {"new_string": "%s \\n ü\n'\"" * 3}}
        text = json.dumps(document, separators=separators)
        done = hook(occasion, text=text)
        assert done.stdout.startswith(f"hook {occasion} --notes ")
        assert (plugin / "bin" / "codeflash-agent.input").read_text() == text


@pytest.mark.parametrize(
    "broken",
    ["#!/bin/sh\nexit 1\n", "#!/bin/sh\nexit 2\n", "#!/nowhere/python\n", "#!/bin/sh\nkill -9 $$\n", None],
    ids=["crash", "usage", "no interpreter", "killed", "no engine"],
)
def test_a_broken_engine_refuses(hook, plugin, broken):
    """What cannot be checked is refused with a line that says what to do; a turn is held for it once."""
    if broken is None:
        shutil.rmtree(plugin / "bin")
    else:
        engine(plugin, broken)
    for occasion in ("edit", "after-shell", "end"):
        done = hook(occasion)
        assert done.returncode == 2, occasion
        assert "run `codeflash-agent status`" in done.stderr.splitlines()[-1]
    assert hook("end", stop_hook_active=True).returncode == 0
    assert hook("before-shell").returncode == 0  # or the shell that mends the engine would be shut
    assert hook("start").returncode == 0
    assert quiet(hook("edit", agent=""))


def test_the_real_engine_refuses_what_it_cannot_read(tmp_path):
    """A cut event of a codeflash agent ends in status 2 and lines without a traceback."""
    (tmp_path / "data" / "sessions" / "s1").mkdir(parents=True)
    root = tmp_path / "plugin"
    shutil.copytree(PLUGIN / "hooks", root / "hooks")
    engine(root, f"#!/bin/sh\nPYTHONPATH='{PLUGIN}/engine' exec '{sys.executable}' -c '{START}' \"$@\"\n")
    done = subprocess.run(
        [str(root / "hooks" / "hook.sh"), "edit"],
        env={**os.environ, "CLAUDE_PLUGIN_DATA": str(tmp_path / "data"), "CLAUDE_CODE_SESSION_ID": "s1"},
        input='{"agent_type":"codeflash:codeflash-deep","tool_in',
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert "cannot be read" in done.stderr


START = "import sys; from codeflash_agent.cli import main; sys.exit(main(sys.argv[1:]))"


def test_a_session_begins_with_the_command_or_an_agent_of_ours(hook, tmp_path):
    """`/codeflash optimize`, the call of one of our agents, its start and `--agent` each begin one; others do not."""
    begins = [
        ("command", {"command_name": "codeflash:optimize"}, {"command_name": "codeflash:status"}),
        (
            "agent",
            {"tool_input": {"subagent_type": LEAD}},
            {"tool_input": {"subagent_type": "Explore", "prompt": LEAD}},
        ),
        ("start", {"agent_type": LEAD}, {"agent_type": "Explore"}),
        ("context", {"agent_type": LEAD}, {"agent_type": "Explore", "source": "compact"}),
    ]
    for occasion, ours, others in begins:
        assert quiet(hook(occasion, agent="", session=False, **others)), occasion
        assert not active(tmp_path), occasion
        assert hook(occasion, agent="", session=False, **ours).returncode == 0
        assert active(tmp_path), occasion
        shutil.rmtree(tmp_path / "data")


def test_an_agent_whose_session_cannot_be_marked_is_not_started(hook, tmp_path):
    """Where the mark cannot be written, later hooks would take the session for none; so it does not begin."""
    (tmp_path / "data").write_text("in the way")
    done = hook("agent", agent="", session=False, tool_input={"subagent_type": LEAD})
    assert done.returncode == 2
    assert "make it writable" in done.stderr


def test_marks_of_long_ago_go_when_a_session_begins(hook, tmp_path):
    """A conversation that was not used for half a day loses its mark; a fresh one keeps it."""
    sessions = tmp_path / "data" / "sessions"
    for name in ("old", "fresh"):
        (sessions / name).mkdir(parents=True)
    (sessions / "old" / "a1.json").write_text("{}")
    os.utime(sessions / "old", (1, 1))
    hook("command", agent="", session=False, command_name="codeflash:optimize")
    assert sorted(path.name for path in sessions.iterdir()) == ["fresh", "s1"]


def test_only_a_compaction_in_a_session_asks_for_the_hand_over(hook, tmp_path):
    """A start of another kind, or a compaction outside a session, adds nothing to the context."""
    assert quiet(hook("context", agent="", session=False, source="compact"))
    assert quiet(hook("context", agent="", source="resume"))
    assert hook("context", agent="", source="compact").stdout.startswith("hook context")
