"""From the artifact of a session, which ran the branch's code, to the branch: only what passes every check is pushed."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.render.visible import line
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESULT_REF = "codeflash-result"
FETCHED = "refs/codeflash/result"
COMMITS, FILES, BUNDLE_BYTES = 50, 300, 50_000_000
# What decides how code is run, checked or reviewed is nobody's optimisation.
FORBIDDEN = (".github/", ".claude/", ".codeflash/", ".git", ".mcp.json", "CLAUDE.md", "AGENTS.md", ".pre-commit-config")
FORBIDDEN_NAMES = frozenset((".gitattributes", ".gitmodules", ".gitignore", "CLAUDE.md", "AGENTS.md", "CODEOWNERS"))
PLAIN_MODES = ("100644", "100755", "000000")


@dataclass(frozen=True)
class Checked:
    """A commit that may be pushed."""

    commit: str
    commits: int
    files: int


def check(repository: Path, bundle: Path, head_sha: str) -> Checked | None:
    """Look at what the session committed on top of `head_sha`; None where it committed nothing.

    Raises:
        Refused: it holds something that a session may not push.
        EnvironmentProblem: the bundle is damaged.
    """
    if not bundle.exists():
        return None
    if bundle.is_symlink() or not bundle.is_file() or bundle.stat().st_size > BUNDLE_BYTES:
        raise Refused(
            f"{bundle.name} is no file of a session, or larger than {BUNDLE_BYTES // 1_000_000} MB; nothing is pushed"
        )
    git.run_git(
        repository, "-c", "fetch.fsckObjects=true", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
        str(bundle.resolve()), f"+refs/heads/{RESULT_REF}:{FETCHED}",
    )  # fmt: skip
    commit = git.resolve(repository, FETCHED)
    if commit == head_sha:
        return None
    if not git.asks(repository, "merge-base", "--is-ancestor", head_sha, commit):
        raise Refused("the session's commits do not continue the branch; nothing is pushed")
    parents = git.run_git(repository, "rev-list", "--parents", f"{head_sha}..{commit}").splitlines()
    if any(len(entry.split()) != 2 for entry in parents):
        raise Refused("the session made a merge; nothing is pushed")
    if len(parents) > COMMITS:
        raise Refused(f"the session made {len(parents)} commits, more than {COMMITS}; nothing is pushed")
    files: set[str] = set()
    for entry in parents:  # each commit by itself: what one adds and the next removes is pushed too
        new, old = entry.split()
        files |= _files(repository, old, new)
    if len(files) > FILES:
        raise Refused(f"the session changed {len(files)} files, more than {FILES}; nothing is pushed")
    return Checked(commit, len(parents), len(files))


def _files(repository: Path, old: str, new: str) -> set[str]:
    raw = git.run_git(repository, "diff-tree", "-r", "--raw", "--no-renames", "-z", old, new).split("\0")
    found = set()
    for about, path in zip(raw[::2], raw[1::2]):
        _, mode, *_rest = about.lstrip(":").split()
        parts = path.split("/")
        if mode not in PLAIN_MODES:
            raise Refused(f"{line(path, 100)} is a link or a submodule, which a session may not add; nothing is pushed")
        lowered = path.lower()
        if any(lowered.startswith(start.lower()) for start in FORBIDDEN) or parts[-1] in FORBIDDEN_NAMES:
            raise Refused(f"the session changed {line(path, 100)}, which is not its to change; nothing is pushed")
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or not path.isprintable():
            raise Refused(f"{line(path, 100)!r} is no name for a file; nothing is pushed")
        found.add(path)
    return found


def push(repository: Path, checked: Checked, branch: str, environment: Mapping[str, str]) -> None:
    """Move the branch of the pull request forward, never anywhere else.

    Raises:
        EnvironmentProblem: the branch has moved meanwhile, or the token may not push.
    """
    git.run_git(
        repository,
        "push",
        "--quiet",
        "--no-verify",
        "origin",
        f"{checked.commit}:refs/heads/{branch}",
        environment=_credentials(environment),
    )


def _credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """The job's token for git, by the environment: neither on a command line nor in a file of the checkout."""
    token, server = environment.get("GITHUB_TOKEN", ""), environment.get("GITHUB_SERVER_URL", "")
    if not token or not server:
        return {}
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{server}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
    }


def require_unmoved(now: str, pinned: str) -> None:
    """The branch is what the gate saw.

    Raises:
        Refused: somebody pushed since.
    """
    if now != pinned:
        raise Refused(
            f"the branch moved from {pinned[:12]} to {line(now, 40)[:12]} while the session ran; nothing is pushed, comment again"
        )


def require_repository(repository: Path) -> None:
    """There is a checkout to push from.

    Raises:
        EnvironmentProblem: there is none.
    """
    if git.toplevel(repository) is None:
        raise EnvironmentProblem(f"{repository} is no checkout; check the branch out first")
