"""One run of an evaluation project in the real client, with or without the plugin, and what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from evals.preparing import ROOT, EvalProblem, description
from rehearsal.client import LIVE_PERMISSIONS, ClientRun, live_environment, run

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 5400
BUDGET_USD = "10"
BARE = (
    "Optimise the performance of this Python repository ({asked}). Keep its behaviour, tests and benchmarks as they are,"
    " prove what you gain, commit each change on a branch called codeflash/optimize, and say at the end what you gained."
)


@dataclass
class Cost:
    """What a run took: model turns, and tokens read and written over all conversations."""

    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


@dataclass
class Outcome:
    """A run and its score; `arm` is `plugin` or `bare`."""

    name: str
    arm: str
    score: dict[str, Any]
    cost: Cost = field(default_factory=Cost)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As a document."""
        return asdict(self)


def play(name: str, arm: str, repository: Path, executable: Path) -> ClientRun:
    """Run the project's prompt in `repository`."""
    prompt = description(name)["prompt"]
    if arm == "bare":
        prompt = BARE.format(
            asked=prompt.removeprefix("/codeflash optimize").strip() or "whatever its users would notice"
        )
    return run(
        executable,
        prompt,
        cwd=repository,
        environment=live_environment(),
        plugin=ROOT / "plugin" if arm == "plugin" else None,
        arguments=["--max-budget-usd", BUDGET_USD],
        permissions=LIVE_PERMISSIONS,
        timeout_s=PATIENCE_S,
    )


def cost_of(events: list[dict[str, Any]]) -> Cost:
    """Add up what the client's result events say, and the turns of all conversations."""
    cost = Cost(turns=sum(event.get("type") == "assistant" for event in events))
    for event in events:
        if event.get("type") != "result":
            continue
        usage = event.get("usage", {})
        cost.input_tokens += sum(
            int(usage.get(key, 0)) for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        )
        cost.output_tokens += int(usage.get("output_tokens", 0))
        cost.usd += float(event.get("total_cost_usd", 0))
    return cost


def judge(name: str, repository: Path, python: Path, answer: str, rounds: int) -> dict[str, Any]:
    """The score of what a run left on `codeflash/optimize`, or of the repository as it was when there is no such branch.

    Raises:
        EvalProblem: the scorer failed.
    """
    tree = repository.with_name(repository.name + "-judged")
    branch = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "codeflash/optimize"],
        cwd=repository,
        capture_output=True,
        check=False,
    )
    wanted = "codeflash/optimize" if branch.returncode == 0 else "HEAD"
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, wanted], cwd=repository, check=True)
    command = [sys.executable, str(ROOT / "evals" / "score.py"), name, str(tree), "--python", str(python), "--json"]
    command += ["--rounds", str(rounds)]
    if (repository / ".codeflash").is_dir():
        said = repository.with_name(repository.name + "-answer.txt")
        said.write_text(answer, encoding="utf-8")
        command += ["--session", str(repository / ".codeflash"), "--answer", str(said)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise EvalProblem(f"the scorer failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
