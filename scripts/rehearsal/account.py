"""What a rehearsal tells the person in front of the terminal while it runs."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

from rehearsal.client import Event, tool_result_texts, tool_uses

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

# The lines by which the programs say what happened; the rest of their output is for the agents.
STATUS_LINE = re.compile(r"\[[a-z][\w -]*\]|next:|verdict |finding ")
TABLE_LINE = re.compile(r"\||\+[-+]")
MOST_LINES = 14
TICK_S = 5


class Account:
    """Prints agents, commands and status lines as the client's events come; a context manager."""

    def __init__(self, project: Path, out: TextIO | None = None) -> None:
        """Tell about a session in `project` on `out`, the standard output where it is not given."""
        self._project = project
        self._out = out or sys.stdout
        self._start = time.monotonic()
        self._depth: dict[str, int] = {}
        self._told = 0
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)
        self._width = min(shutil.get_terminal_size((120, 40)).columns, 140)

    def __enter__(self) -> Account:  # noqa: PYI034  Self would need a package before 3.11
        """Begin to tell how many pairs are measured."""
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to tell."""
        self._done.set()
        self._ticker.join()

    def on_event(self, event: Event) -> None:
        """Tell about one event of the client."""
        parent = event.get("parent_tool_use_id")
        indent = self._depth.get(parent, 1) if parent else 0
        for block in _blocks(event, "assistant", "text"):
            if block["text"].strip():
                self._say(indent, "· ", block["text"].strip())
        for block in _blocks(event, "assistant", "tool_use"):
            self._depth[block["id"]] = indent + 1
        for name, call in tool_uses(event):
            self._tell_call(indent, name, call)
        for text in tool_result_texts(event):
            self._tell_result(indent, text)

    def _tell_call(self, indent: int, name: str, call: dict[str, Any]) -> None:
        if name in ("Agent", "Task"):
            self._say(indent, "▶ ", f"agent {call.get('subagent_type', '')}: {call.get('description', '')}")
        elif name == "Bash":
            command = str(call.get("command", ""))
            self._say(indent, "$ ", re.sub(r"^cd \S+ && ", "", command))
        elif name == "Edit":
            self._say(indent, "✎ ", self._short(str(call.get("file_path", ""))))
            for sign, key in (("-", "old_string"), ("+", "new_string")):
                for line in str(call.get(key, "")).splitlines():
                    self._say(indent + 1, f"{sign} ", line.strip(), wrap=False)
        elif name == "Read":
            self._say(indent, "  ", f"reads {self._short(str(call.get('file_path', '')))}")
        else:
            self._say(indent, "  ", name)

    def _tell_result(self, indent: int, text: str) -> None:
        lines = []
        table = False  # whether the lines belong to a table under a status line
        for line in text.splitlines():
            if STATUS_LINE.match(line):
                lines.append(line)
                table = True
            elif table and TABLE_LINE.match(line):
                lines.append(line)
            elif line.strip():
                table = False
        for line in lines[:MOST_LINES]:
            self._say(indent + 1, "", line, wrap=not TABLE_LINE.match(line))
        if len(lines) > MOST_LINES:
            self._say(indent + 1, "", f"… {len(lines) - MOST_LINES} more lines")

    def _short(self, path: str) -> str:
        return path.replace(f"{self._project}/", "")

    def _say(self, indent: int, mark: str, text: str, *, wrap: bool = True) -> None:
        clock = f"{time.monotonic() - self._start:4.0f} s  "
        lead = "  " * indent + mark
        room = max(40, self._width - len(clock) - len(lead))
        lines = textwrap.wrap(text, room) if wrap else [text if len(text) <= room else text[: room - 1] + "…"]
        for number, line in enumerate(lines):
            print(clock + (lead if number == 0 else " " * len(lead)) + line, file=self._out, flush=True)

    def _tick(self) -> None:
        """Say now and then how many pairs are measured, because a measurement prints nothing until it ends."""
        while not self._done.wait(TICK_S):
            count = 0
            for path in self._project.glob(".codeflash/experiments/*.pairs.jsonl"):
                count += path.read_bytes().count(b"\n")
            if count > self._told:
                self._told = count
                self._say(2, "", f"… {count} pairs of benchmark runs so far")


def _blocks(event: Event, role: str, kind: str) -> list[dict[str, Any]]:
    content = event.get("message", {}).get("content") if event.get("type") == role else None
    return [block for block in content or [] if isinstance(block, dict) and block.get("type") == kind]
