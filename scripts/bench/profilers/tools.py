"""The profilers that are compared: how each is started on a program, and how its figures are read."""

from __future__ import annotations

import ast
import json
import pstats
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.profilers.workloads import Workload

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "plugin" / "languages" / "python" / "references" / "unified-profiling-script.py"
MIB = 1024 * 1024
Seconds = dict[str, float]  # function -> CPU seconds (or what the tool takes for them), callees included


class Tool:
    """A profiler. `package` is its pinned requirement; `clock` and `memory` say what it can be asked for."""

    name = "bare"
    package = ""
    clock = False
    memory = False
    slow = False  # fewer rounds, as it multiplies the time
    note = ""

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """The command line; the tool's output goes to the folder `out`."""
        del out
        return [str(python), str(program)]

    def tool(self, python: Path, name: str) -> str:
        """A console script of the environment."""
        return str(python.with_name(name))

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:
        """The CPU seconds of the known functions as the tool reports them."""
        raise NotImplementedError

    def sizes(self, out: Path, program: Path, python: Path) -> dict[str, float]:
        """Function -> MiB at the peak as the tool reports them."""
        raise NotImplementedError


class Ours(Tool):
    """The joint pass alone, with everything that it observes."""

    name, clock = "codeflash --quick", True
    options: tuple[str, ...] = ("--quick",)

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """As users do; the report goes to a file."""
        given = [*self.options, "--no-baseline", "--report", str(out / "report"), "--json", str(out / "document")]
        return [str(python), str(SCRIPT), *given, str(program.parent), "--", "python", str(program)]

    def document(self, out: Path) -> dict[str, Any]:
        """The profile."""
        document: dict[str, Any] = json.loads((out / "document").read_text(encoding="utf-8"))
        return document

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:  # noqa: ARG002
        """Cumulative CPU."""
        document = self.document(out)
        total = document["totals"]["sampled_cpu_s"]
        rows = {row["function"]: row["cpu_cum_percent"] * total / 100 for row in document["functions"]}
        return {name: rows.get(name, 0.0) for name in known}


class Whole(Ours):
    """All passes."""

    name, memory, slow = "codeflash", True, True
    options: tuple[str, ...] = ()

    def sizes(self, out: Path, program: Path, python: Path) -> dict[str, float]:  # noqa: ARG002
        """Of the allocation pass."""
        return {row["function"]: row["mem_peak_mib"] or 0.0 for row in self.document(out)["functions"]}


class WithTracemalloc(Whole):
    """All passes as they are where memray cannot be imported."""

    name = "codeflash by tracemalloc"
    options = ("--memory", "tracemalloc")


class CProfile(Tool):
    """The standard library's deterministic profiler."""

    name, clock = "cProfile", True

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """By its module."""
        return [str(python), "-m", "cProfile", "-o", str(out / "stats"), str(program)]

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:  # noqa: ARG002
        """Cumulative time."""
        stats: Any = pstats.Stats(str(out / "stats"))
        found = dict.fromkeys(known, 0.0)
        for (file, _, function), (_, _, _, cumulative, _) in stats.stats.items():
            if function in found and Path(file).name == program.name:
                found[function] += cumulative
        return found


_DRIVER = """\
import runpy, sys, tracemalloc
program, out, both = sys.argv[1:4]
sys.argv = [program]
tracemalloc.start()
if both == "both":
    import cProfile
    profile = cProfile.Profile()
    profile.enable()
try:
    made = runpy.run_path(program, run_name="__main__")
finally:
    if both == "both":
        profile.disable()
        profile.dump_stats(out + "/stats")
    snapshot = tracemalloc.take_snapshot()
    tracemalloc.stop()
    with open(out + "/lines", "w") as file:
        for line in snapshot.statistics("lineno"):
            if line.traceback[0].filename == program:
                file.write("%d %d\\n" % (line.traceback[0].lineno, line.size))
"""


class Tracemalloc(Tool):
    """The standard library's tracer of allocations, one frame deep."""

    name, memory, slow = "tracemalloc", True, True
    mode = "alone"

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """By a driver of our own, which leaves a snapshot at the end."""
        driver = out.parent / "tracemalloc_driver.py"
        driver.write_text(_DRIVER, encoding="utf-8")
        return [str(python), str(driver), str(program), str(out), self.mode]

    def sizes(self, out: Path, program: Path, python: Path) -> dict[str, float]:  # noqa: ARG002
        """Bytes alive at the end, by the function around the line."""
        found: Counter[str] = Counter()
        where = functions(program)
        for row in (out / "lines").read_text(encoding="utf-8").splitlines():
            line, size = map(int, row.split())
            found[where.get(line, "")] += size
        return {name: size / MIB for name, size in found.items()}


class Both(Tracemalloc):
    """Both at once, in one pass."""

    name, clock, memory, mode = "cProfile + tracemalloc", True, False, "both"
    seconds = CProfile.seconds


class Yappi(Tool):
    """Deterministic, on the CPU clock, its default."""

    name, package, clock, slow = "yappi", "yappi==1.7.6", True, True
    seconds = CProfile.seconds

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """By its console script."""
        return [self.tool(python, "yappi"), "-c", "cpu", "-f", "pstat", "-o", str(out / "stats"), str(program)]


class Memray(Tool):
    """The allocation profiler, following forks."""

    name, package, memory = "memray", "memray==1.20.0", True

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """By its console script."""
        return [self.tool(python, "memray"), "run", "-q", "--follow-fork", "-o", str(out / "file.bin"), str(program)]

    def sizes(self, out: Path, program: Path, python: Path) -> dict[str, float]:
        """Bytes at the high-water mark, by the innermost function of the program."""
        reader = """\
import json, os, sys, memray
found = {}
with memray.FileReader(sys.argv[1]) as reader:
    for record in reader.get_high_watermark_allocation_records(merge_threads=True):
        for function, file, _ in record.stack_trace():
            if os.path.basename(file) == sys.argv[2]:
                found[function] = found.get(function, 0) + record.size / 2**20
                break
print(json.dumps(found))
"""
        words = [str(python), "-c", reader, str(out / "file.bin"), program.name]
        read: dict[str, float] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        return read


class Scalene(Tool):
    """CPU and memory by sampling, full mode; lines, of which those of a function and its helpers are added up."""

    name, package, clock, memory = "scalene", "scalene==2.4.0", True, True

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """By its console script, as it comes."""
        return [self.tool(python, "scalene"), "run", "-o", str(out / "document.json"), str(program)]

    def lines(self, out: Path, program: Path) -> tuple[float, list[dict[str, Any]]]:
        """Elapsed seconds, and the rows of the program's lines."""
        document = json.loads((out / "document.json").read_text(encoding="utf-8"))
        files = [value for name, value in document["files"].items() if Path(name).name == program.name]
        return document["elapsed_time_sec"], [row for value in files for row in value["lines"]]

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:
        """Its percentages of the elapsed time."""
        elapsed, rows = self.lines(out, program)
        found, where = dict.fromkeys(known, 0.0), functions(program)
        for row in rows:
            name = where.get(row["lineno"], "")
            name = workload.helpers.get(name, name)
            if name in found:
                percent = row["n_cpu_percent_python"] + row["n_cpu_percent_c"] + row["n_sys_percent"]
                found[name] += percent * elapsed / 100
        return found

    def sizes(self, out: Path, program: Path, python: Path) -> dict[str, float]:  # noqa: ARG002
        """Peak of each line."""
        found: Counter[str] = Counter()
        where = functions(program)
        for row in self.lines(out, program)[1]:
            found[where.get(row["lineno"], "")] += row["n_peak_mb"]
        return dict(found)


class PySpy(Tool):
    """Samples from outside at 100 Hz, its default, children included."""

    name, package, clock = "py-spy", "py-spy==0.4.3", True
    interval_s = 0.01

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """Stacks as text."""
        words = ["record", "-s", "-r", "100", "-f", "raw", "-o", str(out / "stacks"), "--", str(python), str(program)]
        return [self.tool(python, "py-spy"), *words]

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:  # noqa: ARG002
        """Samples times the interval."""
        found = dict.fromkeys(known, 0.0)
        for row in (out / "stacks").read_text(encoding="utf-8").splitlines():
            stack, _, count = row.rpartition(" ")
            for name in {frame.partition(" (")[0] for frame in stack.split(";")} & set(found):
                found[name] += int(count) * self.interval_s
        return found


class Pyinstrument(Tool):
    """Samples the wall clock in the process."""

    name, package, clock = "pyinstrument", "pyinstrument==5.1.3", True

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """The tree of frames as JSON."""
        return [self.tool(python, "pyinstrument"), "-r", "json", "-o", str(out / "document"), str(program)]

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:  # noqa: ARG002
        """Time of the outermost frames of each function."""
        found = dict.fromkeys(known, 0.0)
        stack = [json.loads((out / "document").read_text(encoding="utf-8"))["root_frame"]]
        while stack:
            frame = stack.pop()
            if frame["function"] in found:
                found[frame["function"]] += frame["time"]
            else:
                stack += frame["children"]
        return found


class Austin(Tool):
    """Samples from outside at 1 kHz, children included, samples of waiting threads left out."""

    name, package, clock = "austin", "austin-dist==3.7.0", True
    note = "version 4.0.0 needs a newer C library (2.38) than the machine's"

    def command(self, python: Path, program: Path, out: Path) -> list[str]:
        """Stacks as text."""
        words = ["-i", "1ms", "-C", "-s", "-o", str(out / "stacks"), str(python), str(program)]
        return [self.tool(python, "austin"), *words]

    def seconds(self, out: Path, program: Path, workload: Workload, known: Iterable[str]) -> Seconds:  # noqa: ARG002
        """Microseconds of each stack."""
        found = dict.fromkeys(known, 0.0)
        for row in (out / "stacks").read_text(encoding="utf-8", errors="replace").splitlines():
            stack, _, microseconds = row.rpartition(" ")
            if not microseconds.isdigit() or row.startswith("#"):
                continue
            for name in {frame.split(":")[-2] for frame in stack.split(";") if frame.count(":") >= 2} & set(found):
                found[name] += int(microseconds) / 1e6
        return found


def functions(program: Path) -> dict[int, str]:
    """Line -> the outermost function around it."""
    found = {}
    for node in ast.parse(program.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found[line] = node.name
    return found


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Ours(), Whole(), WithTracemalloc(), CProfile(), Tracemalloc(), Both(), Yappi(), Memray(), Scalene(), PySpy(),
        Pyinstrument(), Austin(),
    )
}  # fmt: skip
