"""One run of one tool on one program, and what it got right."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.profilers import environment, workloads
from bench.profilers.tools import ROOT, Ours, Tool, Whole

if TYPE_CHECKING:
    from pathlib import Path

Record = dict[str, Any]
LIMIT_S = 400
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


@dataclass
class Outcome:
    """CPU seconds of a process tree, and the CPU seconds that its functions timed."""

    cpu_s: float
    truth: dict[str, float]
    failure: str


class Bench:
    """Runs programs below one folder, in an environment without anything that would disturb them."""

    def __init__(self, folder: Path, python: Path) -> None:
        """Everything is run by `python`."""
        self.folder, self.python = folder, python
        # Processes that a tool leaves behind come to us, so that their CPU time is counted.
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)

    def round(
        self, kind: str, workload: workloads.Workload, tools: list[Tool], repeats: int, number: int
    ) -> list[Record]:
        """Each tool once on a workload, between two bare runs (one, where it is one tool); the order turns by rounds."""
        program = self._program(workload)
        extra = environment.suite(self.python, workload.name) if kind == "suite" else {}
        alone = len(tools) == 1
        bare_runs = [self._run(Tool(), program, repeats, extra)] if not alone or number % 2 else []
        turn = number % max(len(tools), 1)
        made = [(tool, *self._profile(tool, program, repeats, extra)) for tool in tools[turn:] + tools[:turn]]
        if not alone or not bare_runs:
            bare_runs.append(self._run(Tool(), program, repeats, extra))
        if bare_runs[0].failure:
            raise SystemExit(f"{workload.name} fails without any profiler: {bare_runs[0].failure}")
        bare_s = statistics.mean(run.cpu_s for run in bare_runs)
        bare = {name: statistics.mean(run.truth[name] for run in bare_runs) for name in bare_runs[0].truth}
        common = {
            "kind": kind,
            "workload": workload.name,
            "round": number,
            "repeats": repeats,
            "python": sys.version.split()[0],
            "bare_s": round(bare_s, 3),
            "load": round(os.getloadavg()[0], 1),
        }
        records = []
        for tool, outcome, out in made:
            record = {**common, "tool": tool.name, "ratio": round(outcome.cpu_s / bare_s, 4)}
            if outcome.failure:
                record["failed"] = outcome.failure
            else:
                try:
                    self._judge(record, tool, outcome, out, program, workload, bare)
                except (FileNotFoundError, subprocess.CalledProcessError):
                    record["failed"] = "exit 0, but no figures were left"
            records.append(record)
        return records

    def _judge(
        self,
        record: Record,
        tool: Tool,
        outcome: Outcome,
        out: Path,
        program: Path,
        workload: workloads.Workload,
        bare: dict[str, float],
    ) -> None:
        """Compare what a tool reports with the truth of its own run and of the bare ones."""
        if isinstance(tool, Ours):
            record["joint"] = round(_pass(tool.document(out), "joint") / record["bare_s"], 4)
            if isinstance(tool, Whole):
                passes = tool.document(out)["passes"]
                record["passes"] = {row["name"]: round(row["cpu_s"] / record["bare_s"], 2) for row in passes}
        if record["kind"] == "memory" and tool.memory:
            found = tool.sizes(out, program, self.python)
            record["sizes"] = {name: round(found.get(name, 0.0), 1) for name in workloads.SIZES}
        if not tool.clock or not bare:
            return
        found = tool.seconds(out, program, workload, bare)
        if not isinstance(tool, Whole) and sum(outcome.truth.values()) < sum(bare.values()) / 2:
            record["failed"] = "the program did not do its work under this tool"
            return
        if record["kind"] == "children":
            record["coverage"] = round(sum(found.values()) / sum(outcome.truth.values()), 4)
            return
        shares = _shares(found)
        for name, truth in (("same", outcome.truth), ("bare", bare)):
            if not truth:  # of several passes, each with its own
                continue
            true = _shares(truth)
            record[name] = [round(shares[key] - true[key], 2) for key in sorted(true)]
            record["right_" + name] = _ranked(shares) == _ranked(true)

    def _program(self, workload: workloads.Workload) -> Path:
        # A name by which pytest would not collect it, in a folder of its own.
        place = self.folder / "programs" / workload.name
        place.mkdir(parents=True, exist_ok=True)
        program = place / "program.py"
        program.write_text((workloads.PREAMBLE if workload.timed else "") + workload.text, encoding="utf-8")
        return program

    def _profile(self, tool: Tool, program: Path, repeats: int, extra: dict[str, str]) -> tuple[Outcome, Path]:
        out = self.folder / "out" / "".join(filter(str.isalnum, tool.name))
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        return self._run(tool, program, repeats, extra, out), out

    def _run(self, tool: Tool, program: Path, repeats: int, extra: dict[str, str], out: Path | None = None) -> Outcome:
        truth = self.folder / "truth"
        shutil.rmtree(truth, ignore_errors=True)
        truth.mkdir()
        variables = {"REPEATS": str(repeats), "TRUTH": str(truth), "PYTHONHASHSEED": "0", **extra}
        if isinstance(tool, Whole):  # each pass would add to the truth of the one before
            del variables["TRUTH"]
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        environ = {**os.environ, "PATH": path, **variables}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        failure = ""
        try:
            done = subprocess.run(
                tool.command(self.python, program, out or program.parent),
                cwd=program.parent,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LIMIT_S,
                check=False,
            )
            if done.returncode:
                failure = f"exit {done.returncode}: {(done.stderr.strip() or '?').splitlines()[-1][-100:]}"
        except subprocess.TimeoutExpired:
            failure = f"took more than {LIMIT_S} s"
        _reap()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent: dict[str, float] = {}
        for file in truth.iterdir():
            for name, seconds in json.loads(file.read_text(encoding="utf-8")).items():
                spent[name] = spent.get(name, 0.0) + seconds
        return Outcome(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, spent, failure)

    def start_up(self, runs: int) -> Record:
        """What observing adds to a process that does nothing: milliseconds of wall time, median of alternating runs."""
        sys.path.insert(0, str(ROOT / "plugin" / "languages" / "python"))
        from profiler.launch import injection  # noqa: PLC0415 - after the path is set

        site = injection.unpack(self.folder / "unpacked")
        observed = injection.environment(site, self.folder / "unpacked" / "shards", {"mode": "joint"})
        times: dict[str, list[float]] = {"bare": [], "observed": []}
        for _ in range(runs):
            for side, environ in (("bare", dict(os.environ)), ("observed", observed)):
                start = time.perf_counter()
                subprocess.run([self.python, "-c", "pass"], env=environ, check=True)
                times[side].append((time.perf_counter() - start) * 1000)
        added = statistics.median(times["observed"]) - statistics.median(times["bare"])
        return {"kind": "start", "tool": Ours.name, "python": sys.version.split()[0], "added_ms": round(added, 2)}


def _reap() -> None:
    """Wait for what a tool left behind, as long as it ends soon."""
    deadline = time.monotonic() + 10
    try:
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
    except ChildProcessError:
        return


def _pass(document: Record, name: str) -> float:
    cpu_s: float = next(row["cpu_s"] for row in document["passes"] if row["name"] == name)
    return cpu_s


def _shares(seconds: dict[str, float]) -> dict[str, float]:
    """Percent of the known functions' time."""
    total = sum(seconds.values())
    return {name: 100 * value / total if total else 0.0 for name, value in seconds.items()}


def _ranked(shares: dict[str, float]) -> list[str]:
    return sorted(shares, key=lambda name: (-shares[name], name))
