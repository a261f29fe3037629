"""Telling about long work on stderr: a live line for a person at a terminal, plain lines for agents and logs.

Both say after a while that something is still at work, because tests and benchmarks may print nothing for minutes. The live line is
drawn once a second and the plain one written once a minute, so that telling takes nothing from what is measured.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.status import Status

STILL_EVERY_S = 60.0
DETAIL_EVERY_S = 20.0  # an agent reads every line once the work is over, when only the result matters
FRAMES_PER_S = 1.0


def person_looks(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a person sees `stream`: it is a terminal that can redraw a line, and no agent's or job's."""
    quiet = ("CLAUDECODE", "CI", "NO_COLOR")
    return (
        stream.isatty()
        and environment.get("TERM", "dumb") != "dumb"
        and not any(environment.get(name) for name in quiet)
    )


class Teller:
    """Tells about the work of one verb."""

    def __init__(self, stream: TextIO | None = None, environment: Mapping[str, str] | None = None) -> None:
        """Tell on `stream`, standard error where none is given; nothing is shown before the first line."""
        self._stream = stream
        self._environment = os.environ if environment is None else environment
        self._line = ""
        self._since = self._told = 0.0
        self._status: Status | None = None
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def say(self, line: str, *, detail: bool = False) -> None:
        """One line about what begins now; in plain lines a detail is told only where none was told for a while."""
        stream = self._stream or sys.stderr
        self._line, self._since = line, time.monotonic()
        if person_looks(stream, self._environment):
            self._show(stream)
            return
        if not detail or time.monotonic() - self._told >= DETAIL_EVERY_S:
            print(line, file=stream, flush=True)
            self._told = time.monotonic()
        if self._ticker is None:
            self._over.clear()
            self._ticker = threading.Thread(target=self._tick, args=(stream,), name="progress", daemon=True)
            self._ticker.start()

    def stop(self) -> None:
        """Nothing is told any more until the next line; a live line is gone, the last text stays."""
        self._over.set()
        if self._status is not None:
            self._status.stop()
            self._status = None
            print(self._line, file=self._stream or sys.stderr, flush=True)
        self._ticker = None

    def _show(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - agents and logs do not wait for it
        from rich.text import Text  # noqa: PLC0415

        if self._status is None:
            console = Console(file=stream, force_terminal=True, highlight=False)
            self._status = console.status(Text(self._line), refresh_per_second=FRAMES_PER_S)
            self._status.start()
        else:
            self._status.update(Text(self._line))

    def _tick(self, stream: TextIO) -> None:
        while not self._over.wait(STILL_EVERY_S):
            print(f"… {time.monotonic() - self._since:.0f} s: {self._line}", file=stream, flush=True)
