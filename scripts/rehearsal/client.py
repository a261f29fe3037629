"""Running the real Claude Code client, with a home of its own, against a Messages API on loopback or the real one."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from rehearsal.processes import kill_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rehearsal.messages_api import ScriptedModel

Event = dict[str, Any]

# With the real model nobody is there to be asked: what the plugin's agents use is allowed beforehand, and nothing else.
LIVE_PERMISSIONS = ("--permission-mode", "acceptEdits", "--allowedTools", "Bash,Read,Edit,Write,Grep,Glob,Agent,Task")


class RehearsalFailed(Exception):
    """The client or the script broke; the message says how, with what the client wrote last."""


@dataclass
class ClientRun:
    """What one run of the client did; `events` are its stream-json lines."""

    exit_code: int
    events: list[Event]
    stderr: str
    timed_out: bool = False
    killed: bool = False
    failures: list[str] = field(default_factory=list)

    @property
    def init(self) -> Event:
        """The event that lists what the client loaded: agents, slash commands, plugins, tools; empty when absent."""
        return next((e for e in self.events if e.get("type") == "system" and e.get("subtype") == "init"), {})

    @property
    def final_text(self) -> str:
        """What the main conversation said last."""
        results = [str(event.get("result", "")) for event in self.events if event.get("type") == "result"]
        return results[-1] if results else ""

    def tool_results(self) -> list[str]:
        """The texts that tools answered, in order of arrival, of all conversations."""
        return [text for event in self.events for text in tool_result_texts(event)]

    def check(self) -> ClientRun:
        """Return the run itself when it went through.

        Raises:
            RehearsalFailed: the script broke, the client failed or did not end in time.
        """
        problems = list(self.failures)
        if self.timed_out:
            problems.append("the client did not end in time and was killed")
        elif self.exit_code and not self.killed:
            problems.append(f"the client ended with status {self.exit_code}")
        if problems:
            tail = self.stderr.strip()[-2000:] or self.final_text[-2000:]
            raise RehearsalFailed("; ".join(problems) + (f"\n{tail}" if tail else ""))
        return self


def tool_result_texts(event: Event) -> Iterator[str]:
    """The texts of the tool results in one event."""
    content = event.get("message", {}).get("content") if event.get("type") == "user" else None
    for block in content if isinstance(content, list) else []:
        if isinstance(block, dict) and block.get("type") == "tool_result":
            inner = block.get("content", "")
            if isinstance(inner, list):
                inner = "\n".join(part.get("text", "") for part in inner if isinstance(part, dict))
            yield str(inner)


def tool_uses(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and input of the tool calls in one event."""
    content = event.get("message", {}).get("content") if event.get("type") == "assistant" else None
    for block in content if isinstance(content, list) else []:
        if isinstance(block, dict) and block.get("type") == "tool_use":
            yield block["name"], block["input"]


def offline_environment(model: ScriptedModel, home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a client that talks to `model` and keeps its files in `home`.

    Only PATH and what certificates and package installers need are taken over from this process.
    """
    home.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "TMPDIR")
        or name.startswith(("PIP_", "UV_"))
        or name.lower().endswith("_proxy")
    }
    return {
        **kept,
        "HOME": str(home),
        "TERM": "dumb",
        "IS_SANDBOX": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "ANTHROPIC_BASE_URL": model.url,
        "ANTHROPIC_API_KEY": "sk-rehearsal",
        **(extra or {}),
    }


def live_environment() -> dict[str, str]:
    """The environment of whoever runs this, with its login."""
    return {**os.environ, "DISABLE_AUTOUPDATER": "1"}


def require_login(executable: Path) -> None:
    """Check that the client could reach the real model.

    Raises:
        RehearsalFailed: there is no login and no key.
    """
    asked = [str(executable), "auth", "status"]
    done = subprocess.run(asked, env=live_environment(), capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise RehearsalFailed(
            f"the real model needs a login or a key, and there is neither: set ANTHROPIC_API_KEY, or run `{executable}`"
            " once and log in"
        )


def run(
    executable: Path,
    prompt: str,
    *,
    cwd: Path,
    environment: Mapping[str, str],
    plugin: Path | None = None,
    model: ScriptedModel | None = None,
    arguments: Sequence[str] = (),
    permissions: Sequence[str] = ("--permission-mode", "bypassPermissions"),
    timeout_s: float = 120,
    on_event: Callable[[Event], None] | None = None,
    kill_when: Callable[[], bool] | None = None,
) -> ClientRun:
    """Run `prompt` in `cwd` without a terminal and collect the events as they come.

    The client and everything below it is killed when `timeout_s` is over, when the script of `model` fails, and as
    soon as `kill_when` says so, which is asked ten times a second.

    Raises:
        OSError: the client cannot be started.
    """
    command = [str(executable), "-p", prompt, "--output-format", "stream-json", "--verbose", *permissions]
    if plugin is not None:
        command += ["--plugin-dir", str(plugin)]
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    outcome = ClientRun(exit_code=-1, events=[], stderr="")
    warden = _Warden(process, outcome, timeout_s, model, kill_when)
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read() if process.stderr else ""))
    reader.start()
    try:
        for line in process.stdout or ():
            event = _decode(line)
            outcome.events.append(event)
            if on_event is not None:
                on_event(event)
    except BaseException:
        kill_tree(process.pid)
        raise
    finally:
        outcome.exit_code = process.wait()
        warden.stop()
        reader.join()
    outcome.stderr = "".join(errors)
    outcome.failures = list(model.failures) if model is not None else []
    return outcome


def _decode(line: str) -> Event:
    try:
        event = json.loads(line)
    except ValueError:
        return {"type": "raw", "text": line.rstrip("\n")}
    return event if isinstance(event, dict) else {"type": "raw", "text": line.rstrip("\n")}


class _Warden:
    """Watches one client and ends it with all its children when it must."""

    def __init__(
        self,
        process: subprocess.Popen[str],
        outcome: ClientRun,
        timeout_s: float,
        model: ScriptedModel | None,
        kill_when: Callable[[], bool] | None,
    ) -> None:
        self._process = process
        self._outcome = outcome
        self._ticks = int(timeout_s * 10)
        self._model = model
        self._kill_when = kill_when
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="warden")
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        for _tick in range(self._ticks):
            if self._done.wait(0.1):
                return
            if self._kill_when is not None and self._kill_when():
                self._outcome.killed = True
                break
            if self._model is not None and self._model.failed.is_set():
                # The client may still end by itself with the failure as its answer; it gets a moment for it.
                self._done.wait(3)
                break
        else:
            self._outcome.timed_out = True
        if not self._done.is_set():
            kill_tree(self._process.pid)
