"""Benchmarks of several trees, run in turn: CPU and wall seconds, peak memory, and what the benchmark prints as metrics."""

from __future__ import annotations

import os
import random
import re
import shlex
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

METRIC = re.compile(r"codeflash-metric (\w+)=(\S+)(?: unit=\S+)?(?: better=(lower|higher))?")


def run(command: str, tree: Path, python: str) -> subprocess.CompletedProcess:
    """Run one of the commands of eval.json in `tree`, `python` meaning the interpreter given."""
    return subprocess.run(words(command, python), cwd=tree, env=environment(), capture_output=True, text=True, check=False)


def words(command: str, python: str) -> list[str]:
    """The words of a command, its leading `python` replaced."""
    found = shlex.split(command)
    return [python, *found[1:]] if found[0] == "python" else found


def environment() -> dict[str, str]:
    """The same for each run: no byte code left behind, one order of sets."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def output_of(text: str) -> str:
    """What a benchmark printed, without its metrics."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("codeflash-metric")).strip()


def figures(command: str, tree: Path, python: str) -> dict[str, float]:
    """One run: metric to its value, higher being worse for all of them (a metric that is better when higher is inverted)."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(words(command, python), cwd=tree, env=environment(), stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    found = {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall, "rss_mib": usage.ru_maxrss / 1024}
    for name, value, better in METRIC.findall(text):
        found[name] = 1 / float(value) if better == "higher" else float(value)
    return found


def ratios(command: str, trees: dict[str, Path], python: str, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Before over after for each tree but the one called `project`, in rounds of one run each, in random order.

    Returns:
        Tree to metric to `ratio` (median), `low` and `high` (of the rounds).
    """
    chance = random.Random(1)
    collected: dict[str, dict[str, list[float]]] = {name: {} for name in trees if name != "project"}
    for _ in range(rounds):
        order = list(trees)
        chance.shuffle(order)
        found = {name: figures(command, trees[name], python) for name in order}
        for name, metrics in collected.items():
            for metric in found["project"].keys() & found[name].keys():
                metrics.setdefault(metric, []).append(found["project"][metric] / found[name][metric])
    return {
        name: {
            metric: {"ratio": statistics.median(values), "low": min(values), "high": max(values)}
            for metric, values in sorted(metrics.items())
        }
        for name, metrics in collected.items()
    }
