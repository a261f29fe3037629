#!/usr/bin/env python3
"""The main job on a published library, in the real Claude Code: `make demo`, or `make demo LIVE=1`.

Without --live the model's turns are scripted on loopback and everything else is real: the client, the plugin, the
environment, profile, edits, tests, paired measurements, commit and ledger. With --live the real model works, on your
login or ANTHROPIC_API_KEY.

Exit status 0: the session kept a measured gain; 1: it did not; 2: something is missing, with what to do.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import clients
from rehearsal import library
from rehearsal.account import Account
from rehearsal.client import (
    LIVE_PERMISSIONS,
    ClientRun,
    RehearsalFailed,
    live_environment,
    offline_environment,
    require_login,
    run,
)
from rehearsal.messages_api import ScriptBroken, ScriptedModel
from rehearsal.story import Story

ROOT = clients.ROOT
PLUGIN = ROOT / "plugin"
SCRIPTED_PATIENCE_S = 600
LIVE_PATIENCE_S = 3600
LIVE_BUDGET_USD = "10"

SCRIPTED_NOTE = """\
In this demo the MODEL'S TURNS ARE SCRIPTED: what a model would say and which tools it would call was written before.
Everything else is real: Claude Code {version}, the plugin and its agents, the project, the profile, the edits, the
tests, the paired measurements and their verdicts, the commit and the ledger."""
LIVE_NOTE = """\
This is LIVE: the real model works in Claude Code {version} on your account, for at most {budget} USD, and may run any
command it sees fit in {project}."""
OWN_LOGIN = """\
The same with your own login, in a repository of yours:
    claude --plugin-dir {plugin}
    > /codeflash optimize
or here, on this library, with the real model:  make demo LIVE=1"""


class DemoProblem(Exception):
    """The demo cannot run; one line that says what to do."""


def get_client() -> tuple[str, Path]:
    """The preferred client, or the older one where that cannot be had or does not start; its label and executable.

    Raises:
        DemoProblem: neither can be had.
    """
    problems = []
    for pin in sorted((pin for pin in clients.pins() if pin.name == "claude"), key=_version, reverse=True):
        try:
            executable = clients.ensure(pin.label)
            done = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=60, check=False)
        except (clients.ClientProblem, OSError, subprocess.TimeoutExpired) as problem:
            problems.append(str(problem))
            continue
        if done.returncode == 0:
            return pin.version, executable
        problems.append(f"{pin.label} does not start: {(done.stderr or done.stdout).strip()[-200:]}")
    raise DemoProblem("; ".join(dict.fromkeys(problems)))


def _version(pin: clients.Pin) -> tuple[int, ...]:
    return tuple(int(part) for part in pin.version.split("."))


def engine_cache() -> dict[str, str]:
    """Keeps the engine's own environment in the cache of this checkout, not in the client's throw-away home."""
    return {"XDG_CACHE_HOME": str(clients.cache_folder() / "xdg")}


def play(executable: Path, story: Story, home: Path, account: Account) -> ClientRun:
    """Run the story with the scripted model.

    Raises:
        RehearsalFailed: the script, the client or a step of the session failed.
    """
    with ScriptedModel(story.optimize()) as model:
        return run(
            executable,
            story.prompt,
            cwd=story.project,
            environment=offline_environment(model, home, engine_cache()),
            plugin=PLUGIN,
            model=model,
            timeout_s=SCRIPTED_PATIENCE_S,
            on_event=account.on_event,
        ).check()


def play_live(executable: Path, story: Story, account: Account) -> ClientRun:
    """Run the same prompt with the real model, on the login of whoever runs this.

    Raises:
        RehearsalFailed: the client failed.
    """
    return run(
        executable,
        story.prompt,
        cwd=story.project,
        environment=live_environment(),
        plugin=PLUGIN,
        arguments=["--max-budget-usd", LIVE_BUDGET_USD],
        permissions=LIVE_PERMISSIONS,
        timeout_s=LIVE_PATIENCE_S,
        on_event=account.on_event,
    ).check()


def report(project: Path, extra: dict[str, str]) -> str:
    """What `codeflash-agent report` prints for the session in `project`.

    Raises:
        DemoProblem: there is no report.
    """
    command = [str(PLUGIN / "bin" / "codeflash-agent"), "report"]
    environment = {**os.environ, **extra}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DemoProblem(f"the session left no report: {done.stderr.strip()}")
    return done.stdout.strip()


def show(*, live: bool) -> int:
    """Prepare everything, run the session, print the report; return the exit status."""
    start = time.monotonic()
    print("Fetching Claude Code (pinned and checked by hash) …", flush=True)
    version, executable = get_client()
    if live:
        try:
            require_login(executable)
        except RehearsalFailed as problem:
            raise RehearsalFailed(f"{problem}; without LIVE=1 the demo needs no account") from None
    # Outside this checkout, or the library's tests would run under our settings of pytest.
    work = Path(tempfile.mkdtemp(prefix="codeflash-demo-"))
    print(f"Preparing {library.NAME} {library.VERSION} as a user's repository …", flush=True)
    project = library.prepare(work / library.NAME, clients.cache_folder() / "library").path
    print(f"Ready after {time.monotonic() - start:.0f} s: {project}\n")
    story = Story(PLUGIN, project)
    values = {"version": version, "budget": LIVE_BUDGET_USD, "project": project}
    note = (LIVE_NOTE if live else SCRIPTED_NOTE).format_map(values)
    print(note, end="\n\n")
    print(f"> {story.prompt}", flush=True)
    with Account(project) as account:
        if live:
            play_live(executable, story, account)
        else:
            play(executable, story, work / "home", account)
    text = report(project, {} if live else engine_cache())
    rule = "─" * 100
    print(f"\n{rule}\n{text}\n{rule}\n")
    print(note)
    print(f"\nThe session's files:   {project / '.codeflash'}")
    print(f"The page:              {project / '.codeflash' / 'report.html'}")
    print(f"The commit:            git -C {project} show codeflash/optimize")
    print(f"To remove all of it:   rm -rf {work}")
    print(f"\n{OWN_LOGIN.format(plugin=PLUGIN)}")
    print(f"\nDone in {time.monotonic() - start:.0f} s.")
    ledger = (project / ".codeflash" / "results.tsv").read_text(encoding="utf-8").splitlines()
    kept = sum("keep" in line.split("\t") for line in ledger[1:])
    return 0 if kept else 1


def main(argv: list[str]) -> int:
    """Run the demo from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", action="store_true", help="the real model, on your login or ANTHROPIC_API_KEY")
    options = parser.parse_args(argv)
    try:
        return show(live=options.live)
    except (DemoProblem, clients.ClientProblem, library.LibraryProblem, ScriptBroken, RehearsalFailed) as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
