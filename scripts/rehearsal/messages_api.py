"""A scripted Messages API on loopback: the model's place in a rehearsal, and nothing else's.

A `Script` holds one list of turns for the main conversation and one for each agent. An agent's conversation is told by
a marker, a text that stands in its system prompt only. The turn played is the number of answers that the conversation
holds already, so a repeated request gets the same answer. A turn is a text, a `ToolCall`, a list of those, or a
function of the request that returns one of them, which is how a script reacts to what a tool really answered.

A script that breaks or runs out is the rehearsal's failure, never silence: `ScriptedModel.failures` has a line for it,
`failed` is set, and the conversation is ended with that line.
"""

from __future__ import annotations

import http.server
import itertools
import json
import threading
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Union

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

MAIN = "main"


@dataclass(frozen=True)
class ToolCall:
    """The model asks for a tool: its name and its input."""

    name: str
    input: dict[str, Any]


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered, as the model sees it."""

    call_id: str
    is_error: bool
    text: str


class ScriptBroken(Exception):
    """A script met something it has no turn for; raise it in a turn to end the rehearsal with this line."""


class Request:
    """One request of the client to the model."""

    def __init__(self, body: dict[str, Any]) -> None:
        """Take the decoded JSON `body` of a POST to the messages endpoint."""
        self.body = body
        self.messages: list[dict[str, Any]] = body.get("messages", [])
        self.tools: list[str] = [tool.get("name", "") for tool in body.get("tools", [])]
        system = body.get("system", "")
        self.system: str = system if isinstance(system, str) else "\n".join(block.get("text", "") for block in system)
        self.turn = sum(message["role"] == "assistant" for message in self.messages)
        self.conversation = MAIN  # set by the server from the script's markers

    def user_text(self) -> str:
        """All that the user's side said in text, tool results left out."""
        return "\n".join(block.get("text", "") for block in self._user_blocks() if block.get("type") == "text")

    def results(self) -> list[ToolResult]:
        """All tool results of the conversation, in order."""
        found = []
        for block in self._user_blocks():
            if block.get("type") != "tool_result":
                continue
            content = block.get("content", "")
            if isinstance(content, list):
                content = "\n".join(part.get("text", "") for part in content)
            found.append(ToolResult(block["tool_use_id"], bool(block.get("is_error")), content))
        return found

    def last_result(self) -> ToolResult:
        """The newest tool result.

        Raises:
            ScriptBroken: no tool has answered yet.
        """
        results = self.results()
        if not results:
            raise ScriptBroken("a turn reads a tool's answer, but no tool has answered yet")
        return results[-1]

    def _user_blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        for message in self.messages:
            if message["role"] != "user":
                continue
            content = message["content"]
            blocks += [{"type": "text", "text": content}] if isinstance(content, str) else content
        return blocks


Part = Union[str, ToolCall]
Step = Union[str, ToolCall, "Sequence[Part]"]
Turn = Union[Step, Callable[[Request], Step]]


@dataclass
class Script:
    """The turns of every conversation: `main`, and one list for each agent by the marker in its system prompt.

    `conversations` maps a readable name to its turns, `markers` the same names (without `main`) to their markers.
    `input_tokens` is the size that an answer reports for its request; a large one has the client compact the conversation.
    """

    conversations: Mapping[str, Sequence[Turn]]
    markers: Mapping[str, str] = field(default_factory=dict)
    input_tokens: Callable[[Request], int] = lambda _request: 1

    def name_of(self, system: str) -> str:
        """Whose conversation has this system prompt."""
        for name, marker in self.markers.items():
            if marker in system:
                return name
        return MAIN

    def play(self, request: Request) -> list[Part]:
        """The parts of the answer to `request`.

        Raises:
            ScriptBroken: the conversation has no such turn.
        """
        turns = self.conversations.get(request.conversation)
        if turns is None:
            raise ScriptBroken(f"nothing is scripted for the conversation {request.conversation!r}")
        if request.turn >= len(turns):
            said = request.user_text()[-300:]
            raise ScriptBroken(
                f"{request.conversation} asked for turn {request.turn + 1} of {len(turns)}; last said: {said}"
            )
        turn = turns[request.turn]
        step = turn(request) if callable(turn) else turn
        return [step] if isinstance(step, (str, ToolCall)) else list(step)


class ScriptedModel:
    """The server; use it as a context manager, and give the client its `url`."""

    def __init__(self, script: Script) -> None:
        """Serve `script` on a free port of loopback from `__enter__` on."""
        self.script = script
        self.requests: list[Request] = []
        self.failures: list[str] = []
        self.failed = threading.Event()
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ScriptedModel:  # noqa: PYI034  Self would need a package before 3.11
        """Start to serve."""
        threading.Thread(target=self._server.serve_forever, name="scripted model", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to serve and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def conversation(self, name: str) -> list[Request]:
        """The requests of one conversation, in order; side calls without tools are left out."""
        return [request for request in self.requests if request.conversation == name and request.tools]

    def answer(self, request: Request) -> dict[str, Any]:
        """The message that answers `request`, as the API's JSON."""
        request.conversation = self.script.name_of(request.system)
        with self._lock:
            self.requests.append(request)
        try:
            # Requests without tools are the client's own, such as naming the session.
            parts = self.script.play(request) if request.tools else ["ok"]
        except ScriptBroken as broken:
            parts = [self._fail(str(broken))]
        except Exception as error:  # noqa: BLE001  whatever a turn raises must end the rehearsal, with its place
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename}:{place.lineno}"
            parts = [
                self._fail(
                    f"{request.conversation}, turn {request.turn + 1}: {type(error).__name__}: {error} ({where})"
                )
            ]
        blocks = [self._block(part, request) for part in parts]
        asks = any(block["type"] == "tool_use" for block in blocks)
        return {
            "id": f"msg_{next(self._ids):06d}",
            "type": "message",
            "role": "assistant",
            "model": request.body.get("model", "scripted"),
            "content": blocks,
            "stop_reason": "tool_use" if asks else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": self.script.input_tokens(request), "output_tokens": 1},
        }

    def _fail(self, line: str) -> str:
        with self._lock:
            self.failures.append(line)
        self.failed.set()
        return f"The rehearsal's script failed: {line}"

    def _block(self, part: Part, request: Request) -> dict[str, Any]:
        if isinstance(part, str):
            return {"type": "text", "text": part}
        if part.name not in request.tools:
            line = f"{request.conversation} has no tool {part.name}; it has {', '.join(sorted(request.tools))}"
            return {"type": "text", "text": self._fail(line)}
        return {"type": "tool_use", "id": f"toolu_{next(self._ids):06d}", "name": part.name, "input": part.input}


def _handler_for(model: ScriptedModel) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """Speaks just enough of the API for the client."""

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
            """Say nothing; requests are kept by the model."""

        def do_HEAD(self) -> None:
            """Answer the client's check that the server is there."""
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            """Offer nothing to read."""
            self.send_response(404)
            self.end_headers()

        def do_POST(self) -> None:
            """Answer a message, streamed or whole, and the client's other calls emptily."""
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length) or b"{}")
            if "count_tokens" in self.path:
                self._send_json({"input_tokens": 10})
            elif "/v1/messages" not in self.path:
                self._send_json({})
            else:
                message = model.answer(Request(body))
                if body.get("stream"):
                    self._send_events(message)
                else:
                    self._send_json(message)

        def _send_json(self, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _send_events(self, message: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for event in _events(message):
                self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    return Handler


def _events(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The server-sent events that stream `message`, each block in one piece."""
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    ]
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty: dict[str, Any] = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            empty = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events += [
            {"type": "content_block_start", "index": index, "content_block": empty},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events += [{"type": "message_delta", "delta": end, "usage": {"output_tokens": 1}}, {"type": "message_stop"}]
    return events
