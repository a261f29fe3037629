"""The hooks' decisions: what may be written when, what is told after a shell command, when a turn is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeflash_agent.hooks import decide
from codeflash_agent.hooks.decide import Seen, Standing

PROJECT = Path("/srv/app")
HOME = PROJECT / ".codeflash"
TREE = HOME / "worktrees" / "optimize"
BASELINE = HOME / "worktrees" / "baseline"

NOTHING = Standing(PROJECT, None, action="codeflash-agent setup", why="no session yet")
UNPROFILED = Standing(PROJECT, TREE, action="codeflash-agent profile", why="the present state has no unified profile")
IDLE = Standing(PROJECT, TREE, action="codeflash-agent begin --target x", why="first target")
OPEN = Standing(PROJECT, TREE, 3, "open", "app.py::f", "make the fix, then codeflash-agent measure", "3 is open")
KEEPING = Standing(PROJECT, TREE, 3, "keeping", "app.py::f", "codeflash-agent keep", "3 is being kept")
IN_PLACE = Standing(PROJECT, PROJECT, action="codeflash-agent profile", why="no profile")


def refusal(path: Path, standing: Standing) -> str:
    """Why `path` may not be written."""
    return decide.edit(path, decide.kind_of(path, PROJECT, standing.tree, BASELINE), standing)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (Path("/tmp/scratch.py"), decide.OUTSIDE),
        (Path("/srv/app-other/x.py"), decide.OUTSIDE),
        (PROJECT / "app.py", decide.CHECKOUT),
        (TREE / "app.py", decide.TREE),
        (BASELINE / "app.py", decide.BASELINE),
        (HOME / "HANDOFF.md", decide.OWNED),
        (HOME / "experiments" / "001.json", decide.OWNED),
        (HOME / "dispatched" / "cpu-parse" / "results.tsv", decide.OWNED),
        (HOME / "worktrees" / "strange" / "app.py", decide.OWNED),
        (HOME / "dispatched" / "cpu-parse" / "result.json", decide.OWNED),
        (HOME / "dispatched" / "cpu-parse" / "bench" / "load.py", decide.NOTES),
        (HOME / "learnings.md", decide.NOTES),
        (HOME / "bench" / "load.py", decide.NOTES),
        (PROJECT / ".claude" / "agent-memory" / "codeflash-deep" / "MEMORY.md", decide.NOTES),
    ],
)
def test_each_file_is_known_for_what_it_is(path: Path, kind: str) -> None:
    """A path is sorted by whose it is: nobody's here, the user's, the session's, a program's, an agent's."""
    assert decide.kind_of(path, PROJECT, TREE, BASELINE) == kind


def test_in_place_the_checkout_is_the_sessions_tree() -> None:
    """A session that stays in the checkout edits there, and its files stay a program's."""
    assert decide.kind_of(PROJECT / "app.py", PROJECT, PROJECT, BASELINE) == decide.TREE
    assert decide.kind_of(HOME / "session.json", PROJECT, PROJECT, BASELINE) == decide.OWNED


@pytest.mark.parametrize("standing", [NOTHING, UNPROFILED, IDLE, OPEN, IN_PLACE])
@pytest.mark.parametrize("path", [Path("/tmp/scratch.py"), HOME / "bench" / "load.py", HOME / "learnings.md"])
def test_scratch_and_notes_are_always_free(path: Path, standing: Standing) -> None:
    """What is not the project's source can be written at any time."""
    assert refusal(path, standing) == ""


@pytest.mark.parametrize(
    ("path", "standing", "said"),
    [
        (PROJECT / "app.py", NOTHING, "run: codeflash-agent setup"),
        (TREE / "app.py", UNPROFILED, "run: codeflash-agent profile"),
        (PROJECT / "app.py", IN_PLACE, "run: codeflash-agent profile"),
        (TREE / "app.py", IDLE, "no experiment is open"),
        (TREE / "app.py", KEEPING, "run: codeflash-agent keep"),
        (PROJECT / "app.py", OPEN, f"edit in {TREE}"),
        (BASELINE / "app.py", OPEN, "measured against"),
        (HOME / "results.tsv", OPEN, "use: codeflash-agent keep or discard"),
        (HOME / "session.json", NOTHING, "use: codeflash-agent baseline"),
    ],
)
def test_a_refusal_says_what_to_do(path: Path, standing: Standing, said: str) -> None:
    """Where an edit belongs to no experiment it is refused, with the next command or the right place."""
    assert said in refusal(path, standing)


@pytest.mark.parametrize("state", ["open", "measured"])
def test_an_open_experiment_may_edit_its_tree(state: str) -> None:
    """Between begin and the decision the session's tree is free, also to mend what was measured."""
    assert refusal(TREE / "app.py", Standing(PROJECT, TREE, 3, state, "app.py::f")) == ""


def test_nothing_seen_is_nothing_said() -> None:
    """A shell command that changed nothing gets no notice."""
    assert decide.after_shell(Seen(), IDLE) == []


def test_edits_through_the_shell_without_an_experiment_are_told() -> None:
    """The notice names the files, how to drop them and what to run."""
    (line,) = decide.after_shell(Seen(stray=["app.py"]), IDLE)
    assert "app.py" in line
    assert f"git -C {TREE} checkout -- ." in line
    assert IDLE.action in line


def test_edits_through_the_shell_within_an_experiment_are_fine() -> None:
    """With an experiment open the session's tree may be edited by any tool."""
    assert decide.after_shell(Seen(stray=["app.py"]), OPEN) == []


def test_a_commit_by_hand_is_told() -> None:
    """A HEAD that no keep made is told, and where the way back is written."""
    (line,) = decide.after_shell(Seen(moved=True), IDLE)
    assert "commits come from `codeflash-agent keep` only" in line


def test_the_users_files_are_named_and_never_to_be_reverted() -> None:
    """A change in the user's checkout may be the user's own work; the agent is told to leave it."""
    names = [f"m{number}.py" for number in range(7)]
    (line,) = decide.after_shell(Seen(checkout=names), OPEN)
    assert "m0.py, m1.py, m2.py, m3.py, m4.py and 2 more" in line
    assert "revert nothing" in line


def test_changes_of_what_is_measured_against_are_told() -> None:
    """The baseline tree may never change, experiment or not."""
    assert "measured against" in decide.after_shell(Seen(baseline=["app.py"]), OPEN)[0]


def test_a_turn_may_end_when_everything_is_decided() -> None:
    """With nothing open and nobody at work the turn ends."""
    assert decide.end_of_turn(IDLE, ()) == ""


def test_a_turn_is_held_by_an_open_experiment_and_by_children() -> None:
    """The reason names the experiment with its next command, and whom to wait for."""
    reason = decide.end_of_turn(OPEN, ("codeflash:codeflash-cpu (a1)",))
    assert "experiment 3 (app.py::f)" in reason
    assert OPEN.action in reason
    assert "codeflash:codeflash-cpu (a1)" in reason
    assert "sleep 100" in reason


def test_the_state_of_a_session_takes_three_lines() -> None:
    """An agent that starts gets the tree, the open experiment and the next command."""
    assert decide.state_lines(OPEN) == [
        f"codeflash in {PROJECT}: edits go into {TREE}",
        "[experiment 3] open: app.py::f",
        f"next: {OPEN.action} ({OPEN.why})",
    ]
    assert "no session yet" in decide.state_lines(NOTHING)[0]
