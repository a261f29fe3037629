"""GitHub's REST interface on loopback, as far as the jobs use it, and the events that it delivers."""

from __future__ import annotations

import copy
import http.server
import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

HEAD, BASE = "1" * 40, "2" * 40

# The shape of a delivered `issue_comment` event, cut to what is near the fields that matter.
COMMENT: dict[str, Any] = {
    "action": "created",
    "issue": {
        "url": "https://api.github.com/repos/octo/app/issues/7",
        "number": 7,
        "title": "A change",
        "user": {"login": "author", "id": 3, "type": "User"},
        "state": "open",
        "locked": False,
        "author_association": "CONTRIBUTOR",
        "pull_request": {"url": "https://api.github.com/repos/octo/app/pulls/7", "merged_at": None},
        "body": "text of the author",
    },
    "comment": {
        "url": "https://api.github.com/repos/octo/app/issues/comments/99",
        "id": 99,
        "user": {"login": "maintainer", "id": 1, "type": "User", "site_admin": False},
        "created_at": "2026-01-01T00:00:00Z",
        "author_association": "MEMBER",
        "body": "/codeflash optimize",
        "performed_via_github_app": None,
    },
    "repository": {"full_name": "octo/app", "private": False, "owner": {"login": "octo"}, "default_branch": "main"},
    "organization": {"login": "octo"},
    "sender": {"login": "maintainer", "id": 1, "type": "User"},
}
PULL: dict[str, Any] = {
    "number": 7,
    "state": "open",
    "draft": False,
    "head": {
        "ref": "faster-import",
        "sha": HEAD,
        "label": "octo:faster-import",
        "repo": {"full_name": "octo/app", "fork": False},
    },
    "base": {"ref": "main", "sha": BASE, "repo": {"full_name": "octo/app"}},
}


def event(**changes: Any) -> dict[str, Any]:
    """The event with changes by dotted path, dots written as double underscores."""
    return _changed(COMMENT, changes)


def pull(**changes: Any) -> dict[str, Any]:
    """The pull request with changes."""
    return _changed(PULL, changes)


def _changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(document)
    for path, value in changes.items():
        *folders, name = path.split("__")
        here = made
        for folder in folders:
            here = here[folder]
        here[name] = value
    return made


class Answers:
    """What the gate is told without a server, and what it asked."""

    def __init__(self, permission: str = "write", found: dict[str, Any] | None = None) -> None:
        """Answer with this permission and pull request."""
        self.asked: list[str] = []
        self._permission, self._pull = permission, found or PULL

    def permission(self, login: str) -> str:
        """What a user may do."""
        self.asked.append(login)
        return self._permission

    def pull(self, number: int) -> dict[str, Any]:
        """The pull request."""
        self.asked.append(str(number))
        return self._pull


class GitHub:
    """The server; a context manager. `comments` are those of the pull request."""

    def __init__(self, permission: str = "write", found: dict[str, Any] | None = None) -> None:
        """Serve one repository with one pull request."""
        self.permission, self.found = permission, found or PULL
        self.comments: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> GitHub:  # noqa: PYI034
        """Start to serve."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to serve."""
        self._server.shutdown()
        self._server.server_close()


def _handler_for(hub: GitHub) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            if self.path.endswith("/permission"):
                self._send(404 if hub.permission == "unknown" else 200, {"permission": hub.permission})
            elif "/comments" in self.path:
                self._send(200, hub.comments if "page=1" in self.path.split("&")[-1] else [])
            else:
                self._send(200, hub.found)

        def do_POST(self) -> None:
            hub.comments.append({"id": len(hub.comments) + 1, "user": {"login": "github-actions[bot]"}, **self._body()})
            self._send(201, {"html_url": "https://example.com/c"})

        def do_PATCH(self) -> None:
            number = int(self.path.rpartition("/")[2])
            next(one for one in hub.comments if one["id"] == number).update(self._body())
            self._send(200, {"html_url": "https://example.com/c"})

        def _body(self) -> dict[str, Any]:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
            return body

        def _send(self, status: int, document: Any) -> None:
            hub.calls.append(f"{self.command} {self.path}")
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
