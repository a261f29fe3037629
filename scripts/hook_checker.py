"""Checks of a plugin's hooks: the file's shape, its scripts, and that they do nothing outside a session.

Each script is run as the client would run it in a conversation that has nothing to do with the plugin. There it must end
well, say nothing and start no interpreter, or it costs every user of the plugin time at every tool call.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# What both supported clients know (2.1.197 and 2.1.330).
EVENTS = frozenset(
    [
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "Notification",
        "UserPromptSubmit",
        "UserPromptExpansion",
        "SessionStart",
        "SessionEnd",
        "Stop",
        "StopFailure",
        "SubagentStart",
        "SubagentStop",
        "PreCompact",
        "PostCompact",
        "PermissionRequest",
        "PermissionDenied",
        "Setup",
        "TeammateIdle",
        "TaskCreated",
        "TaskCompleted",
        "Elicitation",
        "ElicitationResult",
        "ConfigChange",
        "WorktreeCreate",
        "WorktreeRemove",
        "InstructionsLoaded",
        "CwdChanged",
        "FileChanged",
        "MessageDisplay",
    ]
)
OWN_SCRIPT = re.compile(r"\$\{CLAUDE_PLUGIN_ROOT\}/([\w./-]+)$")
INTERPRETERS = ("python3", "python", "node", "uv")
PATIENCE_S = 20.0


def problems(root: Path, document: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the hooks in `document`, the content of a hooks.json of the plugin in `root`."""
    seen = set()
    for event, groups in document.get("hooks", document).items():
        if event == "description":
            continue
        if event not in EVENTS:
            yield f"unknown event {event}: it kills the whole file on 2.1.197"
            continue
        for hook in (hook for group in groups for hook in group.get("hooks", ())):
            script = OWN_SCRIPT.fullmatch(str(hook.get("command", "")))
            if script is None or not (root / script.group(1)).is_file():
                continue  # a missing file is reported with every other path
            path = root / script.group(1)
            arguments = [str(argument) for argument in hook.get("args", ())]
            if "timeout" not in hook:
                yield f"{event}: {script.group(1)} has no timeout; the client would wait ten minutes for it"
            if not os.access(path, os.X_OK):
                if path not in seen:
                    yield f"{script.group(1)} is not executable; run chmod +x and commit the mode"
            elif (wrong := idle_problem(root, path, arguments, event)) is not None:
                yield f"{event}: {' '.join([script.group(1), *arguments])} {wrong} outside a session"
            seen.add(path)


def idle_problem(root: Path, script: Path, arguments: list[str], event: str) -> str | None:
    """What `script` does in a conversation that is none of its business; None when it does nothing."""
    with tempfile.TemporaryDirectory(prefix="hook-check-") as work:
        stubs, started = Path(work, "bin"), Path(work, "started")
        stubs.mkdir()
        for name in INTERPRETERS:
            stub = stubs / name
            stub.write_text(f"#!/bin/sh\n: >'{started}'\n", encoding="utf-8")
            stub.chmod(0o755)
        environment = {
            "PATH": f"{stubs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": work,
            "CLAUDE_PLUGIN_ROOT": str(root.resolve()),
            "CLAUDE_PLUGIN_DATA": str(Path(work, "data")),
            "CLAUDE_PROJECT_DIR": work,
            "CLAUDE_CODE_SESSION_ID": "checked",
        }
        told = {
            "session_id": "checked",
            "cwd": work,
            "hook_event_name": event,
            "tool_name": "Edit",
            "source": "startup",
        }
        try:
            done = subprocess.run(
                [str(script.resolve()), *arguments],
                cwd=work,
                env=environment,
                input=json.dumps(told),
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "does not end"
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        if started.exists():
            return "starts an interpreter"
        if done.returncode:
            return f"ends with status {done.returncode}"
        return "says something" if done.stdout or done.stderr else None
