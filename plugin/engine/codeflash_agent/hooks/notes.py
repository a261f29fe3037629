"""What hooks remember between two events of one conversation, a small file for each agent."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path

CALLS = 8  # shell calls at once that are kept apart


@dataclass
class Notes:
    """The memory of one agent's hooks."""

    checkouts: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # the user's checkout as each running call found it
    told: list[str] = field(default_factory=list)  # what the last notice said, so that it is not said twice
    held: dict[str, int] = field(default_factory=dict)  # what a turn was held for -> how many times

    def began(self, call: str, checkout: dict[str, str]) -> None:
        """Remember what a shell call found; those that never ended fall out."""
        self.checkouts[call] = checkout
        while len(self.checkouts) > CALLS:
            del self.checkouts[next(iter(self.checkouts))]


def _path(folder: Path, agent_id: str) -> Path:
    return folder / (re.sub(r"[^A-Za-z0-9_-]", "_", agent_id or "main") + ".json")


def load(folder: Path, agent_id: str) -> Notes:
    """The notes about one agent; empty ones where there are none or they cannot be read."""
    try:
        document = json.loads(_path(folder, agent_id).read_text(encoding="utf-8"))
        return Notes(**document)
    except (OSError, ValueError, TypeError):
        return Notes()


def save(folder: Path, agent_id: str, notes: Notes) -> None:
    """Write them, and mark the session as in use.

    Raises:
        EnvironmentProblem: the folder cannot be written.
    """
    atomic.write_json(_path(folder, agent_id), asdict(notes))
    os.utime(folder)
