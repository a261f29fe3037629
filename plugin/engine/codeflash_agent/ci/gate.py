"""May this comment start a session? The answer is a few fixed words; nothing that anybody wrote is passed on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from codeflash_agent.verdict.dimensions import DOMAINS

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = re.compile(r"^/codeflash(?:[ \t]+(.*))?$", re.MULTILINE)
VERBS = ("optimize",)
MAY = ("admin", "maintain", "write")
BODY_LIMIT = 70_000  # GitHub allows 65,536; anything longer is not from there
SHA = re.compile(r"[0-9a-f]{40}")
# What git and a shell take for a name and nothing else; stricter than git itself.
REF = re.compile(r"(?!.*(?:\.\.|//|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9_./+-]*[A-Za-z0-9_+-]|[A-Za-z0-9_]")

# Said to people where a command is refused; everything else stays silent, so that nobody can make the bot talk.
SAID = {
    "fork": "codeflash runs a branch's own code with the repository's credentials for the model, so it does not run on forks. A "
    "maintainer can push the commits to a branch of this repository and comment there.",
    "deleted": "The repository that this pull request comes from is gone, so there is no branch to work on.",
    "closed": "This pull request is not open.",
    "issue": "codeflash works on pull requests; comment on one.",
    "several": "One command for a comment, please: it was not clear which of them was meant, so none was started.",
    "unknown": "The command is `/codeflash optimize`, and after it at most one of: cpu, memory, gc, async, structure.",
    "name": "The name of this branch holds characters that codeflash does not hand to other programs; rename it.",
    "permission": "",
}


class Lookup(Protocol):
    """What is asked of GitHub, only after the comment itself has passed."""

    def permission(self, login: str) -> str:
        """What a user may do in the repository."""

    def pull(self, number: int) -> dict[str, Any]:
        """A pull request."""


@dataclass(frozen=True)
class Decision:
    """What the workflow goes on with: every field is one of our words, a number, a hash or a name that passed `REF`."""

    go: bool
    why: str  # a key of SAID, or a fixed word of this module
    number: int = 0
    domain: str = ""
    head_sha: str = ""
    head_ref: str = ""
    base_sha: str = ""

    @property
    def said(self) -> str:
        """What is said to people; empty where nothing is."""
        return "" if self.go else SAID.get(self.why, "")

    def outputs(self) -> dict[str, str]:
        """The outputs of the job."""
        return {
            "go": "true" if self.go else "false",
            "why": self.why,
            "number": str(self.number),
            "domain": self.domain,
            "head_sha": self.head_sha,
            "head_ref": self.head_ref,
            "base_sha": self.base_sha,
        }


def decide(event: Mapping[str, Any], repository: str, lookup: Lookup) -> Decision:
    """Judge one event of the kind `issue_comment`, as GitHub delivers it."""
    comment, issue = _dict(event.get("comment")), _dict(event.get("issue"))
    user = _dict(comment.get("user"))
    login, body, number = user.get("login"), comment.get("body"), issue.get("number")
    if event.get("action") != "created":
        return Decision(go=False, why="edited")
    if (
        not isinstance(login, str)
        or not isinstance(body, str)
        or not isinstance(number, int)
        or isinstance(number, bool)
        or number < 1
    ):
        return Decision(go=False, why="malformed")
    if user.get("type") != "User" or login.endswith("[bot]"):
        return Decision(go=False, why="bot")
    commands = COMMAND.findall(body) if len(body) <= BODY_LIMIT else []
    if not commands:
        return Decision(go=False, why="no-command")
    # From here on an answer may be written, so it must be somebody who may do more than comment.
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", login) or lookup.permission(login) not in MAY:
        return Decision(go=False, why="permission")
    problem, domain = _order(commands, issue)
    if problem:
        return Decision(go=False, why=problem, number=number)
    return about_branch(lookup.pull(number), repository, number, domain)


def _order(commands: list[str], issue: Mapping[str, Any]) -> tuple[str, str]:
    """Why the command cannot be followed, or the domain that it names."""
    if not issue.get("pull_request"):
        return "issue", ""
    if len(commands) > 1:
        return "several", ""
    words = commands[0].split()
    if not words or words[0] not in VERBS or len(words) > 2 or any(word not in DOMAINS for word in words[1:]):
        return "unknown", ""
    return "", words[1] if len(words) > 1 else ""


def about_branch(pull: Mapping[str, Any], repository: str, number: int, domain: str) -> Decision:
    """Judge the pull request that was commented on: open, from this repository, with a name that is safe to hand on."""
    if pull.get("state") != "open":
        return Decision(go=False, why="closed", number=number)
    head, base = _dict(pull.get("head")), _dict(pull.get("base"))
    home = head.get("repo")
    if not isinstance(home, dict):
        return Decision(go=False, why="deleted", number=number)
    if home.get("full_name") != repository:
        return Decision(go=False, why="fork", number=number)
    sha, ref, base_sha = (str(value or "") for value in (head.get("sha"), head.get("ref"), base.get("sha")))
    if not SHA.fullmatch(sha) or not SHA.fullmatch(base_sha):
        return Decision(go=False, why="malformed", number=number)
    if len(ref) > 200 or not REF.fullmatch(ref):
        return Decision(go=False, why="name", number=number)
    return Decision(go=True, why="go", number=number, domain=domain, head_sha=sha, head_ref=ref, base_sha=base_sha)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
