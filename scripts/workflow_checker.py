#!/usr/bin/env python3
"""Checks of workflow files that linters do not make: no text of an event reaches a shell or a prompt.

    python scripts/workflow_checker.py FOLDER

Every `${{ … }}` must be on the list of harmless ones: hashes, numbers, outputs of our gate, secrets, variables. None may stand in
a `run:` at all; values reach scripts by the environment. No job both runs the branch's code and may write, every action is pinned to
a hash, and every job's permissions are its own. Exit status 0: nothing found and something checked; 1: problems, a line each; 2:
no workflow there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
HARMLESS = re.compile(
    r"github\.token|github\.run_id|strategy\.job-index"
    r"|github\.event\.pull_request\.(?:number|base\.sha|head\.sha)"
    r"|(?:secrets|vars)\.[A-Z0-9_]+"
    r"|needs\.gate\.outputs\.(?:go|why|number|domain|head_sha|head_ref)|steps\.decide\.outputs\.(?:go|why|number|domain|head_sha|head_ref)"
    r"|matrix\.entry\.(?:repository|base|head|benchmark)|inputs\.budget|fromJSON\(inputs\.entries\)"
)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def problems(text: str) -> list[str]:
    """What is wrong with one workflow, a line each."""
    document = yaml.safe_load(text)
    if not isinstance(document, dict) or not isinstance(document.get("jobs"), dict):
        return ["no workflow: it has no jobs"]
    found = [] if document.get("permissions") == {} else ["the workflow's own permissions are not empty"]
    for place, value in _texts(document, ""):
        for expression in EXPRESSION.findall(value):
            if place.endswith("/run"):
                found.append(f"{place}: ${{{{ {expression} }}}} stands in a script; hand it over by the environment")
            elif not HARMLESS.fullmatch(expression):
                found.append(f"{place}: ${{{{ {expression} }}}} may hold what somebody wrote")
    for name, job in document["jobs"].items():
        found += _job(name, job)
    return found


def _job(name: str, job: dict[str, Any]) -> list[str]:
    found = []
    granted = job.get("permissions")
    if not isinstance(granted, dict):
        found.append(f"{name}: permissions are not its own")
        granted = {}
    writes = sorted(what for what, how in granted.items() if how == "write")
    steps = job.get("steps", [])
    for step in steps:
        if "uses" in step and not PINNED.fullmatch(step["uses"]):
            found.append(f"{name}: {step['uses']} is not pinned to a hash")
        if "checkout" in step.get("uses", "") and step.get("with", {}).get("persist-credentials") is not False:
            found.append(f"{name}: a checkout keeps the token in its folder")
    ours = re.compile(r"codeflash/[\w./-]+/bin/codeflash-agent (ci (gate|publish|comment)|report)( [\w./-]+)*")
    foreign = [step for step in steps if "run" in step and not ours.fullmatch(step["run"].strip())]
    if writes and foreign:
        found.append(
            f"{name}: may write ({', '.join(writes)}) and runs something other than our checks: {foreign[0]['run'][:60]}"
        )
    return found


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{place}/{number}")
    elif isinstance(value, str):
        yield place, value


def main(argv: list[str]) -> int:
    """Check every workflow in the folders; return the exit status."""
    files = [path for folder in argv for path in sorted(Path(folder).glob("*.y*ml"))]
    if not files:
        print("workflow_checker: no workflow there; give a folder of .yml files", file=sys.stderr)
        return 2
    lines = [f"{path}: {line}" for path in files for line in problems(path.read_text(encoding="utf-8"))]
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
