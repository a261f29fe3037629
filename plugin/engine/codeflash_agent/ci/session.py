"""The session itself in a job that may read only: the client with our plugin on the pinned commit, its result as an artifact."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.ci import publish
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import git
from codeflash_agent.verdict.dimensions import DOMAINS

if TYPE_CHECKING:
    from collections.abc import Mapping

INSTALLED = Path(__file__).resolve().parent / "client" / "node_modules" / ".bin"
PLUGIN = Path(__file__).resolve().parents[3]
# A person cannot be asked, so what the agents use is allowed beforehand. What the branch itself says to agents (its settings,
# hooks, servers) is not read: it would speak with the repository's credentials.
CLIENT = (
    "--setting-sources", "user", "--strict-mcp-config", "--permission-mode", "acceptEdits",
    "--allowedTools", "Bash,Read,Edit,Write,Grep,Glob,Agent,Task", "--output-format", "stream-json", "--verbose",
)  # fmt: skip
# Through these a step could speak for the job; the branch's code runs below the session.
WITHHELD = ("GITHUB_", "ACTIONS_", "RUNNER_", "GH_", "INPUT_")
LOGINS = {
    "ANTHROPIC_API_KEY": (),
    "CLAUDE_CODE_OAUTH_TOKEN": (),
    "CLAUDE_CODE_USE_BEDROCK": ("AWS_REGION",),
    "CLAUDE_CODE_USE_VERTEX": ("ANTHROPIC_VERTEX_PROJECT_ID", "CLOUD_ML_REGION"),
}
VERTEX_KEY = "GOOGLE_CREDENTIALS_JSON"  # the key itself, which the client wants as a file


@dataclass(frozen=True)
class Order:
    """What the gate let through."""

    number: int
    domain: str
    head_sha: str


def prompt(order: Order) -> str:
    """The whole prompt: our words, a number and at most one of our domains."""
    if order.domain and order.domain not in DOMAINS:
        raise EnvironmentProblem(f"{order.domain!r} is none of {', '.join(DOMAINS)}")
    only = f"only {order.domain}. " if order.domain else ""
    return f"/codeflash optimize {only}This is a CI run triggered by PR #{order.number}."


def environment(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What the client gets: everything but what speaks for the job, and its login.

    Raises:
        EnvironmentProblem: there is no login, or it is incomplete.
    """
    chosen = [name for name in LOGINS if given.get(name)]
    if not chosen:
        raise EnvironmentProblem(
            f"there is no login for the model: set one of {', '.join(LOGINS)} as a secret or variable of the environment"
        )
    missing = [need for name in chosen for need in LOGINS[name] if not given.get(need)]
    if missing:
        raise EnvironmentProblem(f"{chosen[0]} needs {', '.join(missing)} too; set it as a variable of the environment")
    kept = {
        name: value for name, value in given.items() if value and not name.startswith(WITHHELD) and name != VERTEX_KEY
    }
    if given.get(VERTEX_KEY):
        key = folder / "vertex.json"
        key.touch(mode=0o600)
        key.write_text(given[VERTEX_KEY], encoding="utf-8")
        kept["GOOGLE_APPLICATION_CREDENTIALS"] = str(key)
    return {**kept, "CI": "true", "IS_SANDBOX": "1", "DISABLE_AUTOUPDATER": "1"}


def run(order: Order, project: Path, out: Path, *, patience_s: float, given: Mapping[str, str]) -> int:
    """Run the session in `project` and leave `result.json`, `report.md`, `report.html` and the commits in `out`; the client's status.

    Raises:
        EnvironmentProblem: the client or its login is missing, or the checkout is not the pinned commit.
    """
    client = shutil.which("claude", path=f"{INSTALLED}{os.pathsep}{given.get('PATH', '')}")
    if client is None:
        raise EnvironmentProblem(f"the client is missing; install it with `npm ci --prefix {INSTALLED.parents[1]}`")
    if git.head_commit(project) != order.head_sha:
        raise EnvironmentProblem(
            f"{project} is not at {order.head_sha[:12]}, which the gate saw; check that commit out"
        )
    out.mkdir(parents=True, exist_ok=True)
    kept = environment(given, out.parent)
    git.run_git(project, "config", "user.name", "codeflash")
    git.run_git(project, "config", "user.email", "codeflash@users.noreply.github.com")
    # The client needs a branch to stay on; the name of the real one is nobody's business here.
    git.run_git(project, "checkout", "--quiet", "-B", publish.RESULT_REF, order.head_sha)
    status = _client(
        [client, "-p", prompt(order), "--plugin-dir", str(PLUGIN), *CLIENT],
        project,
        out / "session.jsonl",
        kept,
        patience_s,
    )
    _collect(order, project, out, kept)
    return status


def _client(command: list[str], project: Path, log: Path, environment: dict[str, str], patience_s: float) -> int:
    """Run the client and everything below it, for so long."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=stream, start_new_session=True
        )
        try:
            return process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            return 124
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _collect(order: Order, project: Path, out: Path, environment: dict[str, str]) -> None:
    """What the session left: its report and its commits; there may be neither."""
    agent = str(PLUGIN / "bin" / "codeflash-agent")
    command = [agent, "report", "--json", str(out / "result.json"), "--output", str(out / "report.md")]
    subprocess.run(
        command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    )
    tip = git.resolve(project, f"refs/heads/{publish.RESULT_REF}")
    if tip != order.head_sha:
        bundle = str((out / "branch.bundle").resolve())
        git.run_git(
            project, "bundle", "create", "--quiet", bundle, f"refs/heads/{publish.RESULT_REF}", f"^{order.head_sha}"
        )
