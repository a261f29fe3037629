#!/usr/bin/env python3
"""What the plugin's hooks cost: outside a session, where they must cost nothing to speak of, and inside one.

    python scripts/bench/hooks.py [--rounds 40]

Each hook is started as the client starts it, with an event of the real shape on standard input. `starting a process` is
what this machine takes for the smallest program at all (`true`); every hook costs at least that. The rounds are
interleaved; the table has medians and the 90th percentile, in ms. The engine's environment must be ready (run
`plugin/bin/codeflash-agent --version` once).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOOK = ROOT / "plugin" / "hooks" / "hook.sh"
LEAD = "codeflash:codeflash-deep"
LARGE = 1_000_000  # characters of a large file that the user's conversation writes


@dataclass(frozen=True)
class Case:
    """One hook with its event, in or out of a session."""

    label: str
    command: tuple[str, ...]
    event: str
    session: bool


def event(name: str, folder: Path, *, agent: str = "", size: int = 100) -> str:
    """An event as the client writes it."""
    written = {"file_path": str(folder / "tree" / "x.py"), "old_string": "", "new_string": "x" * size}
    acting = {"agent_id": "a1", "agent_type": agent} if agent else {}
    common = {"session_id": "bench", "cwd": str(folder), "hook_event_name": name, **acting}
    return json.dumps({**common, "tool_name": "Edit", "tool_input": written, "background_tasks": []})


def cases(folder: Path) -> list[Case]:
    """Everything that is measured."""
    hook = str(HOOK)
    found = [Case("starting a process (true)", ("/bin/true",), "", session=False)]
    outside = (
        ("Edit", "edit", "PreToolUse", 100),
        ("Edit, 1 MB", "edit", "PreToolUse", LARGE),
        ("Bash, before", "before-shell", "PreToolUse", 100),
        ("Bash, after", "after-shell", "PostToolUse", 100),
        ("Agent", "agent", "PreToolUse", 100),
        ("start of a conversation", "context", "SessionStart", 100),
        ("end of turn", "end", "Stop", 100),
    )
    for label, occasion, name, size in outside:
        found.append(Case(f"outside: {label}", (hook, occasion), event(name, folder, size=size), session=False))
    for label, occasion, name in (("Edit", "edit", "PreToolUse"), ("end of turn", "end", "Stop")):
        text = event(name, folder)
        found.append(Case(f"inside, the user's conversation: {label}", (hook, occasion), text, session=True))
    inside = (
        ("Edit", "edit", "PreToolUse"),
        ("Bash, before", "before-shell", "PreToolUse"),
        ("Bash, after", "after-shell", "PostToolUse"),
        ("end of turn", "end", "SubagentStop"),
    )
    for label, occasion, name in inside:
        text = event(name, folder, agent=LEAD)
        found.append(Case(f"inside, a codeflash agent: {label}", (hook, occasion), text, session=True))
    return found


def repository(folder: Path) -> None:
    """A repository with a session in it, made without any measurement."""
    sys.path[:0] = [str(ROOT), str(ROOT / "plugin" / "engine")]
    from codeflash_agent.session import state  # noqa: PLC0415 - needs the path set above
    from codeflash_agent.storage import git  # noqa: PLC0415
    from codeflash_agent.storage import layout as places  # noqa: PLC0415
    from tests.engine.session import factories, project  # noqa: PLC0415

    project.make(folder)
    layout, commit = places.Layout(folder), git.head_commit(folder)
    git.exclude(folder, "/.codeflash/")
    git.add_worktree(folder, layout.optimize_tree, commit, branch="codeflash/optimize")
    git.add_worktree(folder, layout.baseline_tree, commit)
    state.save(layout, factories.session(tree=str(layout.optimize_tree), start_commit=commit))


def once(case: Case, environment: dict[str, str], folder: Path) -> float:
    """The milliseconds of one start."""
    began = time.perf_counter()
    with subprocess.Popen(
        case.command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            process.communicate(case.event)
        except BrokenPipeError:
            process.wait()  # it ended without reading, as it should outside a session
    if process.returncode:
        raise SystemExit(f"{case.label} ended with status {process.returncode}; see its line above")
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-hooks-") as work:
        folder, data = Path(work, "project"), Path(work, "data")
        repository(folder)
        (data / "sessions" / "inside").mkdir(parents=True)
        environments = {
            session: {
                **os.environ,
                "CLAUDE_PLUGIN_DATA": str(data),
                "CLAUDE_CODE_SESSION_ID": "inside" if session else "outside",
            }
            for session in (False, True)
        }
        measured: dict[str, list[float]] = {}
        for _round in range(options.rounds):
            for case in cases(folder):
                measured.setdefault(case.label, []).append(once(case, environments[case.session], folder))
    floor = statistics.median(next(iter(measured.values())))
    print(
        f"{options.rounds} interleaved rounds\n\n| hook | median ms | p90 ms | above starting a process |\n| --- | --- | --- | --- |"
    )
    for label, times in measured.items():
        ordered = sorted(times)
        median = statistics.median(times)
        print(f"| {label} | {median:.1f} | {ordered[int(len(ordered) * 0.9)]:.1f} | {median - floor:.1f} |")


if __name__ == "__main__":
    main()
