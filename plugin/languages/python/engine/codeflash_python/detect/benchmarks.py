"""Commands that can serve as the project's benchmark.

A measurement compares whole processes, so the work of one run must be fixed. Frameworks that repeat until a time is used up
(pytest-benchmark, pyperf, asv) get the option that makes them run each case once.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codeflash_python import paths
from codeflash_python.detect import imports
from codeflash_python.detect.target import missing_modules

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_python.detect.target import Target

MAX_READ = 200
SCRIPT_NAMES = (
    "benchmark.py",
    "bench.py",
    "run_benchmark.py",
    "run_benchmarks.py",
    "benchmarks.py",
    "run.py",
    "main.py",
)

RUN = "python -m codeflash_bench"  # `environment` makes it importable
ASV = re.compile(r"^(class \w+.*:[\s\S]*?\n\s+|)def time_\w*\(", re.MULTILINE)
# An option as argparse, click, typer or docopt have it.
_SEED = re.compile(r"""["'(\[\s]--seed\b""")
KINDS = ("script", "pyperf", "asv")  # of single files, best first
SECOND_SEED = 20011


@dataclass(frozen=True)
class Benchmark:
    """One command that may serve."""

    command: str
    kind: str  # script | pytest-benchmark | pytest-codspeed | pyperf | asv
    file: str
    ready: bool  # False where what it needs is not importable
    needs: tuple[str, ...] = ()  # modules that it imports and the target interpreter cannot find
    second: str = ""  # the same with another input, where it takes a seed

    def as_json(self) -> dict[str, Any]:
        """For `Setup.details`."""
        return asdict(self)


def find_benchmarks(project: Path, files: list[str], target: Target | None) -> list[Benchmark]:
    """Candidates, best first."""
    found: list[Benchmark] = []
    own = imports.own_names(files)
    modules = [path for path in files if path.endswith(".py") and _may_be(path)][:MAX_READ]
    with_fixture: list[str] = []
    marked: list[str] = []
    for path in modules:
        try:
            text = (project / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if re.search(r"^\s*(async )?def test_\w*\([^)]*\bbenchmark\b", text, re.MULTILINE):
            with_fixture.append(path)
        elif "pytest.mark.benchmark" in text:
            marked.append(path)
        elif re.search(r"^\s*(import|from) pyperf\b", text, re.MULTILINE):
            ready = target is not None and target.has("pyperf")
            found.append(Benchmark(f"{RUN} pyperf {path}", "pyperf", path, ready))
        elif _is_benchmark(path) and ASV.search(text):
            found.append(_asv(path, text, own, target))
        elif _is_benchmark(path) and re.search(r"^if __name__ == ", text, re.MULTILINE):
            names = imports.unconditional(text) - own
            absent = tuple(missing_modules(target.interpreter, sorted(names - target.stdlib))) if target else ()
            command = f"python {path}"
            found.append(Benchmark(command, "script", path, not absent, absent, _second(command, text)))
    found.sort(key=lambda one: (KINDS.index(one.kind), _rank(one.file)))
    if with_fixture:
        folder = _common_folder(with_fixture)
        ready = target is not None and target.has("pytest_benchmark")
        found.append(Benchmark(f"{RUN} pytest -q {folder}", "pytest-benchmark", folder, ready))
    if marked:
        folder = _common_folder(marked)
        ready = target is not None and target.has("pytest") and target.has("pytest_codspeed")
        found.append(Benchmark(f"{RUN} pytest -q {folder}", "pytest-codspeed", folder, ready))
    return found


def _asv(path: str, text: str, own: set[str], target: Target | None) -> Benchmark:
    """A module of asv's; it needs what it imports, not asv."""
    names = imports.unconditional(text) - own - {"asv_runner"}
    absent = tuple(missing_modules(target.interpreter, sorted(names - target.stdlib))) if target else ()
    return Benchmark(f"{RUN} asv {path}", "asv", path, target is not None and not absent, absent)


def _second(command: str, text: str) -> str:
    """The command with another seed, where the script's options have one."""
    return f"{command} --seed {SECOND_SEED}" if _SEED.search(text) else ""


def _may_be(path: str) -> bool:
    return _is_benchmark(path) or (paths.kind_of(path) == paths.TEST and "test" in path.rpartition("/")[2])


def _is_benchmark(path: str) -> bool:
    return paths.kind_of(path) == paths.BENCHMARK or _is_bench_name(path)


def _is_bench_name(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder.split("/")[0] in ("scripts", "tools", "") and re.search(r"bench|perf", name) is not None


def _rank(path: str) -> tuple[int, int, str]:
    name = path.rpartition("/")[2]
    return (SCRIPT_NAMES.index(name) if name in SCRIPT_NAMES else len(SCRIPT_NAMES), path.count("/"), path)


def _common_folder(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    folders = [name.split("/")[:-1] for name in names]
    shared = []
    for parts in zip(*folders):
        if len(set(parts)) != 1:
            break
        shared.append(parts[0])
    return "/".join(shared) or " ".join(names)
