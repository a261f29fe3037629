"""A scripted Responses API on loopback: the model's place when the real Codex CLI reviews.

A turn is a text, a `Shell` command that Codex is asked to run, a `Slow` answer, a `Failing` one, or a function of the request
that returns one of them. The turn played is the number of outputs of commands that the request holds already, so that a
repeated request gets the same answer. A model that is asked for more than its turns repeats the last.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Union

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

KEY_VARIABLE = "REHEARSAL_REVIEWER_KEY"
OUTPUTS = ("function_call_output", "local_shell_call_output", "custom_tool_call_output")


@dataclass(frozen=True)
class Shell:
    """The model asks for a command."""

    command: str


@dataclass(frozen=True)
class Slow:
    """A text that comes only after `seconds`."""

    text: str
    seconds: float


@dataclass(frozen=True)
class Failing:
    """The server answers with an HTTP status instead of a text."""

    status: int


Step = Union[str, Shell, Slow, Failing]
Turn = Union[Step, Callable[["Asked"], Step]]


@dataclass
class Asked:
    """One request of Codex."""

    body: dict[str, Any]
    headers: dict[str, str]
    outputs: list[str] = field(default_factory=list)  # of the commands that ran so far

    @property
    def prompt(self) -> str:
        """All that the user's side said in text."""
        return "\n".join(
            part.get("text", "")
            for item in self.body.get("input", [])
            if item.get("type") == "message" and item.get("role") == "user"
            for part in item.get("content", [])
        )

    @property
    def tools(self) -> list[str]:
        """The names of the tools that Codex offers."""
        return [str(tool.get("name") or tool.get("type")) for tool in self.body.get("tools", [])]


class ScriptedReviewer:
    """The server; use it as a context manager, and give Codex its `arguments`."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        """Serve `turns` on a free port of loopback from `__enter__` on."""
        self.turns = turns
        self.requests: list[Asked] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def configuration(self) -> str:
        """What a user of this provider would have in Codex's config.toml."""
        return (
            'model = "scripted"\nmodel_provider = "rehearsal"\n\n[model_providers.rehearsal]\nname = "rehearsal"\n'
            f'base_url = "{self.url}"\nwire_api = "responses"\nenv_key = "{KEY_VARIABLE}"\n'
            "request_max_retries = 0\nstream_max_retries = 0\n"
        )

    def __enter__(self) -> ScriptedReviewer:  # noqa: PYI034  Self would need a package before 3.11
        """Start to serve."""
        threading.Thread(target=self._server.serve_forever, name="scripted reviewer", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to serve and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def step(self, asked: Asked) -> Step:
        """What is answered to a request."""
        self.requests.append(asked)
        turn = self.turns[min(len(asked.outputs), len(self.turns) - 1)]
        return turn(asked) if callable(turn) else turn


def _outputs(body: dict[str, Any]) -> list[str]:
    found = [item.get("output", "") for item in body.get("input", []) if item.get("type") in OUTPUTS]
    return [one if isinstance(one, str) else json.dumps(one) for one in found]


def _item(step: str | Shell, asked: Asked, number: int) -> dict[str, Any]:
    """One item of the response's output."""
    if isinstance(step, str):
        content = [{"type": "output_text", "text": step, "annotations": []}]
        return {
            "type": "message",
            "id": f"msg_{number}",
            "role": "assistant",
            "status": "completed",
            "content": content,
        }
    name = "exec_command" if "exec_command" in asked.tools else "shell"
    call = {"cmd": step.command} if name == "exec_command" else {"command": ["bash", "-c", step.command]}
    arguments = json.dumps(call)
    return {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": name,
        "arguments": arguments,
    }


def _handler_for(reviewer: ScriptedReviewer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """Speaks just enough of the API for Codex."""

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
            """Say nothing; requests are kept by the reviewer."""

        def do_GET(self) -> None:
            """Offer nothing to read."""
            self._fail(404)

        def do_POST(self) -> None:
            """Stream the answer to one request."""
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            step = reviewer.step(Asked(body, dict(self.headers.items()), _outputs(body)))
            if isinstance(step, Failing):
                self._fail(step.status)
                return
            if isinstance(step, Slow):
                time.sleep(step.seconds)
                step = step.text
            self._stream(step, body, len(reviewer.requests))

        def _fail(self, status: int) -> None:
            data = json.dumps({"error": {"message": f"scripted status {status}", "type": "scripted"}}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, step: str | Shell, body: dict[str, Any], number: int) -> None:
            item = _item(step, Asked(body, {}), number)
            response = {"id": f"resp_{number}", "object": "response", "status": "in_progress", "output": []}
            usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
            events: list[dict[str, Any]] = [
                {"type": "response.created", "response": response},
                {"type": "response.output_item.added", "output_index": 0, "item": item},
                {"type": "response.output_item.done", "output_index": 0, "item": item},
                {
                    "type": "response.completed",
                    "response": {**response, "status": "completed", "output": [item], "usage": usage},
                },
            ]
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for event in events:
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            except OSError:  # Codex was killed meanwhile
                self.close_connection = True

    return Handler
