"""Events as the two supported clients write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.hooks import event


def test_the_fields_of_an_edit_are_read() -> None:
    """The acting agent, its folder and the file that it is about to write are read; a relative path counts from there."""
    read = event.read(
        json.dumps(
            {
                "hook_event_name": "PreToolUse",
                "cwd": "/app",
                "agent_id": "a1",
                "agent_type": "codeflash:codeflash-deep",
                "tool_name": "Edit",
                "tool_input": {"file_path": "src/x.py"},
            }
        )
    )
    assert read.by_us
    assert (read.agent_id, read.path) == ("a1", Path("/app/src/x.py"))


def test_the_main_conversation_is_not_ours() -> None:
    """Without an agent, or with somebody else's, the event is the user's affair."""
    for agent in ({}, {"agent_type": "Explore"}, {"agent_type": "other:codeflash:deep"}):
        assert not event.read(json.dumps({"hook_event_name": "Stop", "cwd": "/app", **agent})).by_us


def test_only_running_agents_of_ours_are_children() -> None:
    """Shells, ended agents, others' agents and the agent itself are not waited for."""
    ours = {"type": "subagent", "status": "running", "agent_type": "codeflash:codeflash-cpu"}
    tasks = [
        {**ours, "id": "self"},
        {**ours, "id": "child"},
        {**ours, "id": "ended", "status": "completed"},
        {**ours, "id": "other", "agent_type": "Explore"},
        {"type": "shell", "status": "running", "id": "shell"},
    ]
    read = event.read(
        json.dumps({"hook_event_name": "SubagentStop", "cwd": "/", "agent_id": "self", "background_tasks": tasks})
    )
    assert read.children == ("codeflash:codeflash-cpu (child)",)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"hook_event_name": "Stop"}', '{"cwd": 1, "tool_input": 2}'])
def test_what_is_no_event_is_one_clear_error(text: str) -> None:
    """Anything else is an error that says what to do, never a decision."""
    with pytest.raises(EnvironmentProblem, match="update the plugin or the client"):
        event.read(text)
