"""The few calls of GitHub's REST interface that the jobs need."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE_S = 30
PAGES = 20  # of a hundred comments each
BOT = "github-actions[bot]"
COMMENT_LIMIT = 65_000  # characters that a comment may have
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")


class ApiProblem(EnvironmentProblem):
    """GitHub said no, or could not be asked; `code` is the HTTP status, 0 where there was none."""

    def __init__(self, message: str, code: int = 0) -> None:
        """Keep the line for people and the status for callers."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Api:
    """One repository at one server, with one token."""

    repository: str
    token: str
    url: str = "https://api.github.com"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Api:
        """As GitHub Actions describes it to every step.

        Raises:
            EnvironmentProblem: this is no step of a workflow, or the token is missing.
        """
        repository, token = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_TOKEN", "")
        if not REPOSITORY.fullmatch(repository) or not token:
            raise EnvironmentProblem(
                "this runs as a step of GitHub Actions, with GITHUB_REPOSITORY and GITHUB_TOKEN in its environment"
            )
        return cls(repository, token, environment.get("GITHUB_API_URL") or cls.url)

    def permission(self, login: str) -> str:
        """What a user may do in the repository: admin, write, read or none."""
        from urllib.parse import quote  # noqa: PLC0415 - see `_call`

        found = self._call("GET", f"collaborators/{quote(login, safe='')}/permission")
        return str(found.get("permission", "none")) if isinstance(found, dict) else "none"

    def pull(self, number: int) -> dict[str, Any]:
        """A pull request."""
        found = self._call("GET", f"pulls/{number}")
        if not isinstance(found, dict):
            raise ApiProblem(f"GitHub's answer about pull request {number} is no object")
        return found

    def say(self, number: int, marker: str, text: str) -> str:
        """Write the one comment of ours that carries `marker`, or change it; its address.

        Only a comment of our own is changed, whoever else wrote the marker.
        """
        body = f"{marker}\n{text}"
        if len(body) > COMMENT_LIMIT:
            body = body[: COMMENT_LIMIT - 40].rsplit("\n", 1)[0] + "\n\n… cut; the artifact has it all."
        old = self._own_comment(number, marker)
        path = f"issues/comments/{old}" if old else f"issues/{number}/comments"
        found = self._call("PATCH" if old else "POST", path, {"body": body})
        return str(found.get("html_url", "")) if isinstance(found, dict) else ""

    def _own_comment(self, number: int, marker: str) -> int | None:
        for page in range(1, PAGES + 1):
            comments = self._call("GET", f"issues/{number}/comments?per_page=100&page={page}")
            for comment in comments if isinstance(comments, list) else ():
                own = (comment.get("user") or {}).get("login") == BOT
                if own and str(comment.get("body") or "").startswith(marker):
                    return int(comment["id"])
            if not comments or len(comments) < 100:
                break
        return None

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        import urllib.error  # noqa: PLC0415 - a tenth of a start, which hooks and most verbs need not wait for
        import urllib.request  # noqa: PLC0415

        request = urllib.request.Request(  # noqa: S310 - the server's address comes from GitHub's own environment
            f"{self.url}/repos/{self.repository}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "authorization": f"Bearer {self.token}",
                "accept": "application/vnd.github+json",
                "content-type": "application/json",
                "user-agent": "codeflash-agent",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - as above
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise ApiProblem(
                f"GitHub answered {error.code} to {method} {path.split('?', maxsplit=1)[0]}; check the job's permissions",
                error.code,
            ) from error
        except (OSError, ValueError) as error:
            raise ApiProblem(f"GitHub could not be asked ({error}); run the job again") from error
