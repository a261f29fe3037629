"""What the client tells a hook, as far as the decisions need it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS = "codeflash:"  # begins the full name of every agent of this plugin
LEAD = "codeflash:codeflash-deep"


@dataclass(frozen=True)
class Event:
    """One event of the client."""

    name: str  # the client's name for it, such as PreToolUse
    agent: str  # full name of the acting agent; empty in the main conversation
    agent_id: str
    folder: Path  # where the conversation works
    call: str  # tells one tool call from another
    path: Path | None  # the file that a tool is about to write
    children: tuple[str, ...]  # agents of ours that run in the background, the acting one left out
    said: str = ""  # the agent's last words, at the end of its turn

    @property
    def by_us(self) -> bool:
        """Whether an agent of this plugin acts."""
        return self.agent.startswith(OURS)


def read(text: str) -> Event:
    """Read one event.

    Raises:
        EnvironmentProblem: it is no event as the supported clients write them.
    """
    try:
        document = json.loads(text)
        name, folder = str(document["hook_event_name"]), Path(document["cwd"])
        given = document.get("tool_input") or {}
        written = given.get("file_path") or given.get("notebook_path")
        agent_id = str(document.get("agent_id") or "")
        call = str(document.get("tool_use_id") or "")
        children = tuple(_children(document.get("background_tasks") or (), agent_id))
        said = str(document.get("last_assistant_message") or "")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvironmentProblem(
            f"the client's event cannot be read ({type(error).__name__}: {error}); update the plugin or the client"
        ) from error
    path = Path(folder, written) if written else None
    return Event(name, str(document.get("agent_type") or ""), agent_id, folder, call, path, children, said)


def _children(tasks: Iterable[dict[str, Any]], own: str) -> list[str]:
    return [
        f"{task.get('agent_type')} ({task.get('id')})"
        for task in tasks
        if task.get("type") == "subagent"
        and task.get("status") == "running"
        and task.get("id") != own
        and str(task.get("agent_type") or "").startswith(OURS)
    ]
