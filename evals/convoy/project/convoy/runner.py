"""Runs the workers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Sequence

from convoy.checks import Findings

PAUSE_S = 0.05


class Failure(Exception):
    """The checks could not be run at all."""


@dataclass
class Result:
    """What became of one manuscript: findings, or why there are none."""

    path: str
    findings: Findings | None
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.findings is None


@dataclass
class Running:
    """A worker at work."""

    path: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]


def start(path: Path, words: list[str]) -> Running:
    """Start a worker on one manuscript."""
    output = tempfile.TemporaryFile()
    process = subprocess.Popen([sys.executable, "-m", "convoy.worker"], stdin=subprocess.PIPE, stdout=output)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"path": str(path), "words": words}).encode())
    process.stdin.close()
    return Running(str(path), process, output)


def finish(running: Running) -> Result:
    """The result of a worker that has ended."""
    running.output.seek(0)
    text = running.output.read()
    running.output.close()
    if running.process.returncode:
        return Result(running.path, None, f"worker ended with {running.process.returncode}")
    return to_result(json.loads(text))


def to_result(answer: dict[str, Any]) -> Result:
    """A worker's answer as a result; the keys of long sentences become numbers again."""
    if "error" in answer:
        return Result(answer["path"], None, answer["error"])
    found = dict(answer["findings"])
    found["long_sentences"] = {int(number): count for number, count in found["long_sentences"].items()}
    return Result(answer["path"], Findings(**found))


def check_all(paths: Sequence[Path], words: list[str], *, at_once: int = 2) -> list[Result]:
    """Check all manuscripts; the results are in the order of `paths`.

    Raises:
        Failure: `at_once` is below 1, or a manuscript is not there.
    """
    if at_once < 1:
        raise Failure("at least one at once")
    for path in paths:
        if not path.is_file():
            raise Failure(f"no manuscript {path}")
    waiting = list(paths)
    running: list[Running] = []
    results: dict[str, Result] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(start(waiting.pop(0), words))
        time.sleep(PAUSE_S)
        for one in list(running):
            if one.process.poll() is not None:
                running.remove(one)
                results[one.path] = finish(one)
    return [results[str(path)] for path in paths]
