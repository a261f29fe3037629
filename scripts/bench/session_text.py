"""How much the verbs print over a whole session, and in how few calls it can be had.

    python scripts/bench/session_text.py ratings timetable [--plugin FOLDER] [--steps apart|chained] [--json FILE]

Each project of `evals/` is prepared anew and taken from the start to the final answer, with the patches of its reference solution as the
experiments, in the order of `eval.json`. `apart` is one verb for each call, which every version of the plugin
knows; `chained` is the three calls that the agent's file describes: start, experiments, end. Counted are characters of
stdout and stderr together, which is what a model gets. A patch that the engine does not keep is discarded, and what it
printed counts. Nothing in it depends on a clock, but pairs and so lines differ a little from run to run.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AGENT = "codeflash-agent"
ENDS = f"{AGENT} milestone && {AGENT} review; {AGENT} report --complete"


def main() -> int:
    """Walk through each project and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("projects", nargs="+")
    parser.add_argument(
        "--plugin", type=Path, default=ROOT / "plugin", help="the plugin to walk with (default: this one)"
    )
    parser.add_argument("--steps", choices=("apart", "chained"), default="chained")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found = {}
    print(
        "| project | calls | characters | of them start | experiments | end |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    for name in options.projects:
        with tempfile.TemporaryDirectory(prefix="session-text-") as folder:
            place = Path(folder) / name
            prepare = [sys.executable, str(ROOT / "scripts" / "evals"), "prepare", name, str(place)]
            subprocess.run(prepare, check=True, stdout=subprocess.DEVNULL)
            calls = _walk(name, place, options.plugin, options.steps)
        found[name] = calls
        parts = {
            part: sum(call["characters"] for call in calls if call["part"] == part)
            for part in ("start", "experiments", "end")
        }
        print(
            f"| {name} | {len(calls)} | {sum(parts.values()):,} | "
            + " | ".join(f"{size:,}" for size in parts.values())
            + " |"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _walk(name: str, place: Path, plugin: Path, steps: str) -> list[dict[str, Any]]:
    evaluation = json.loads((ROOT / "evals" / name / "eval.json").read_text(encoding="utf-8"))
    tree = place / ".codeflash" / "worktrees" / "optimize"
    calls: list[dict[str, Any]] = []

    def call(part: str, command: str, cwd: Path = place) -> int:
        environment = {**os.environ, "PATH": f"{plugin / 'bin'}{os.pathsep}{os.environ['PATH']}", "CLAUDECODE": "1"}
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        text = done.stdout + done.stderr
        calls.append(
            {"part": part, "command": command, "status": done.returncode, "characters": len(text), "text": text}
        )
        return done.returncode

    if steps == "chained":
        call("start", f"{AGENT} setup && {AGENT} baseline --goal 'make it faster' && {AGENT} profile")
        ones = [
            _begin(one)
            + f" && {_apply(name, one)} && {AGENT} measure --keep {_message(one)} && {AGENT} profile --brief"
            for one in evaluation["planted"]
        ]
        ones[-1] = ones[-1].removesuffix(" --brief")
        # All in one call; where a verdict stops it, that one is discarded and the rest go on in the next.
        while ones:
            status = call("experiments", " && ".join(ones), tree)
            ended = sum(record["state"] in ("keep", "discard", "crash") for record in _records(place))
            ones = (
                ones[len(ones) - (len(evaluation["planted"]) - ended) :] if ended < len(evaluation["planted"]) else []
            )
            if status and ones:
                ones[0] = f"{AGENT} discard --reason 'left open by the verdict' && {AGENT} profile"
        call("experiments", f"{AGENT} scan")
        call("end", ENDS)
        return calls
    call("start", f"{AGENT} status")
    call("start", f"{AGENT} setup")
    commands = (
        f"--benchmark {shlex.quote(evaluation['benchmark_command'])} --tests {shlex.quote(evaluation['test_command'])}"
    )
    call("start", f"{AGENT} baseline {commands} --goal 'make it faster'")
    call("start", f"{AGENT} profile")
    for one in evaluation["planted"]:
        call("experiments", _begin(one), tree)
        call("experiments", _apply(name, one), tree)
        measured = call("experiments", f"{AGENT} measure", tree)
        end = f"{AGENT} keep --message {_message(one)}" if measured == 0 else f"{AGENT} discard --reason 'no gain'"
        call("experiments", end, tree)
        call("experiments", f"{AGENT} profile", tree)
    call("experiments", f"{AGENT} scan")
    for command in ENDS.replace(" && ", "; ").split("; "):
        call("end", command)
    call("end", f"{AGENT} report")
    return calls


def _records(place: Path) -> list[dict[str, Any]]:
    return [
        json.loads(file.read_text(encoding="utf-8"))
        for file in sorted((place / ".codeflash" / "experiments").glob("[0-9]*.json"))
    ]


def _begin(one: dict[str, Any]) -> str:
    target, domains = f"{one['file']}::{one['function']}", ",".join(one["domains"])
    return (
        f"{AGENT} begin --target {shlex.quote(target)} --domains {domains} --hypothesis {shlex.quote(one['mechanism'])}"
    )


def _apply(name: str, one: dict[str, Any]) -> str:
    return f"git apply {shlex.quote(str(ROOT / 'evals' / name / one['patch']))}"


def _message(one: dict[str, Any]) -> str:
    return shlex.quote(f"perf: {one['id'].replace('-', ' ')}")


if __name__ == "__main__":
    sys.exit(main())
