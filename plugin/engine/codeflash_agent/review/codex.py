"""The outside reviewer: the Codex CLI, in its read-only sandbox, with our schema for its answer."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.render.visible import line
from codeflash_agent.review import answer

if TYPE_CHECKING:
    from collections.abc import Callable

TELL_EVERY_S = 30.0
POLL_S = 0.1
OPTIONS = (
    "--sandbox",
    "read-only",
    "--json",
    "--ephemeral",
    "--ignore-rules",
    "--skip-git-repo-check",
    "--color",
    "never",
    # The repository's own instructions to agents are part of what is reviewed, not orders to the reviewer.
    "-c",
    "project_doc_max_bytes=0",
    "-c",
    'web_search="disabled"',
    # What the reviewer runs needs no key, and its output is kept.
    "-c",
    'shell_environment_policy.inherit="core"',
)


class Unavailable(Exception):
    """No review came of it; the message says why, in one line."""


@dataclass(frozen=True)
class Reviewed:
    """What Codex did: its last message, and how long it took."""

    text: str
    seconds: float
    version: str


def review(brief: str, tree: Path, transcript: Path, *, timeout_s: float, progress: Callable[[str], None]) -> Reviewed:
    """Have `brief` answered in `tree`; the events go to `transcript` as they come.

    Raises:
        Unavailable: Codex is missing, not logged in, failed, or took longer than `timeout_s`.
    """
    program = shutil.which("codex")
    if program is None:
        raise Unavailable("codex is not on PATH")
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeflash-review-") as name:
        folder = Path(name)
        schema, last = folder / "schema.json", folder / "answer.json"
        schema.write_text(json.dumps(answer.SCHEMA), encoding="utf-8")
        command = [program, "exec", *OPTIONS, "--output-schema", str(schema), "-o", str(last), "-C", str(tree), "-"]
        errors = folder / "errors"
        status = _run(command, brief, transcript, errors, timeout_s, progress)
        if status is None:
            raise Unavailable(f"codex did not answer within {timeout_s:.0f} s and was stopped")
        if status != 0:
            raise Unavailable(_why(status, transcript, errors))
        text = last.read_text(encoding="utf-8", errors="replace") if last.exists() else ""
        if not text.strip():
            raise Unavailable("codex ended without an answer")
    return Reviewed(text, time.monotonic() - start, _version(program))


def _run(
    command: list[str], brief: str, transcript: Path, errors: Path, timeout_s: float, progress: Callable[[str], None]
) -> int | None:
    """Run to the end and return the exit status, or None where it was stopped for taking too long."""
    transcript.parent.mkdir(parents=True, exist_ok=True)
    asked = errors.with_name("brief")
    asked.write_text(brief, encoding="utf-8", errors="replace")
    start = told = time.monotonic()
    with asked.open("rb") as stdin, transcript.open("wb") as out, errors.open("wb") as err:
        try:
            process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err, start_new_session=True)
        except OSError as error:
            raise Unavailable(f"codex cannot be started: {error.strerror or error}") from error
        try:
            while process.poll() is None:
                now = time.monotonic()
                if now - start > timeout_s:
                    return None
                if now - told >= TELL_EVERY_S:
                    told = now
                    commands = transcript.read_bytes().count(b'"item.completed"')
                    progress(f"[adversarial-review] codex is at work: {now - start:.0f} s, {commands} steps")
                time.sleep(POLL_S)
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return process.returncode


def _why(status: int, transcript: Path, errors: Path) -> str:
    """The last thing that Codex complained about."""
    said = ""
    for text in transcript.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError, AttributeError):
            event = json.loads(text)
            if event.get("type") == "error":
                said = str(event.get("message", ""))
            elif event.get("type") == "turn.failed":
                said = str((event.get("error") or {}).get("message", "")) or said
    if not said:
        tail = [one for one in errors.read_text(encoding="utf-8", errors="replace").splitlines() if one.strip()]
        said = tail[-1] if tail else ""
    return f"codex failed with status {status}" + (f": {line(said, 200)}" if said else "")


def _version(program: str) -> str:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
        return line(done.stdout, 60)
    return ""
