#!/usr/bin/env python3
"""Whether published packages' test suites, and programs, notice the profiler.

    python scripts/bench/unharmed.py                      every suite and program (half an hour)
    python scripts/bench/unharmed.py click msgpack        some of them
    python scripts/bench/unharmed.py --pyperformance      the programs of pyperformance, bare and in the joint pass

Each suite runs bare, under `--quick`, and under the profiler's default, which makes all passes (the allocation pass by
tracemalloc, the engine that intrudes most). Exit status and the outcome of every single test, from JUnit files, must be
those of the bare run; of a program, its output. Where they differ, the bare suite runs again, and a test whose outcome
varies there too is called unsteady. The packages and what they need are pinned in `data/suites.json` and installed into
an environment of their own under `--folder`. Exit status 1 when anything differed.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "plugin" / "languages" / "python" / "references" / "unified-profiling-script.py"
DATA = Path(__file__).with_name("data")
PROGRAMS = DATA / "programs"
LIMIT_S = 900
MODES = {"--quick": ("--quick",), "default": ("--memory", "tracemalloc")}
Outcomes = Counter[tuple[str, str, str]]  # (class, test, outcome) -> how often


@dataclass
class Command:
    """What is run, where, and how its outcome is read: from `OUT/<process id>.xml`, or `.txt` for its output."""

    name: str
    kind: str
    folder: Path
    root: Path
    words: list[str]
    suffix: str = "xml"
    path: str = ""  # PYTHONPATH


@dataclass
class Run:
    """One run: exit status, seconds, and the outcome of each of its passes in the order in which they were made."""

    status: int
    seconds: float
    outcomes: list[Outcomes]
    errors: str
    passes: list[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for and print a table; gives the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", help="packages or programs; all by default")
    options.add_argument("--pyperformance", action="store_true", help="the programs of pyperformance")
    options.add_argument("--folder", type=Path, default=ROOT / ".cache" / "unharmed", help="where packages are kept")
    options.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the profiles, for interactions.py --profiles"
    )
    given = options.parse_args(argv)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        os.environ["UNHARMED_KEEP"] = str(given.keep.absolute())
    listed = json.loads((DATA / "suites.json").read_text(encoding="utf-8"))
    python = prepare(given.folder.absolute(), listed)
    print(
        f"CPython {platform.python_version()}, {platform.platform()}, {dt.datetime.now(tz=dt.timezone.utc):%Y-%m-%d}\n"
    )
    commands = benchmarks(python) if given.pyperformance else suites(given.folder.absolute(), listed, python)
    chosen = [command for command in commands if not given.names or command.name.split("==")[0] in given.names]
    if not chosen:
        print(f"nothing is called {', '.join(given.names)}", file=sys.stderr)
        return 2
    columns = ("program", "bare s", "--quick") if given.pyperformance else ("what", "kind", "tests", "exit", *MODES)
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}", flush=True)
    differing = 0
    for command in chosen:
        row, differs = compare_benchmark(command) if given.pyperformance else compare(command, python)
        differing += differs
        print(f"| {' | '.join(row)} |", flush=True)
    print(f"\n{len(chosen)} compared, {differing} differ")
    return min(differing, 1)


def prepare(folder: Path, listed: dict[str, Any]) -> Path:
    """The interpreter of an environment that has every package; unpacks their sources beside it."""
    python = folder / "venv" / "bin" / "python"
    packages = [suite["package"] for suite in listed["suites"]]
    wanted = "\n".join([*listed["tools"], *packages])
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *listed["tools"], *packages], check=True)
    archives = folder / "archives"
    fetch = [str(python), "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(archives)]
    subprocess.run([*fetch, *packages], check=True)
    for archive in archives.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else opened.extractall(folder)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def suites(folder: Path, listed: dict[str, Any], python: Path) -> list[Command]:
    """The listed suites, and our own programs for what no suite does often enough."""
    found = []
    for suite in listed["suites"]:
        place = folder / suite["package"].replace("==", "-")
        words = [str(python.with_name("pytest")), "-q", "-p", "no:cacheprovider", "-W", "ignore", *suite["tests"]]
        words = ["sh", "-c", 'exec "$0" --junitxml "$OUT/$$.xml" "$@"', *words]
        found.append(Command(suite["package"], suite["kind"], place, place, words))
    for program in sorted(PROGRAMS.glob("*.py")):
        words = ["sh", "-c", 'exec "$0" "$@" > "$OUT/$$.txt" 2>&1', str(python), str(program)]
        found.append(Command(program.stem, "own program", PROGRAMS, PROGRAMS, words, "txt"))
    return found


def benchmarks(python: Path) -> list[Command]:
    """The programs of pyperformance, each run once, with the packages and the arguments that its own files ask for."""
    (data,) = python.parent.parent.glob("lib/python*/site-packages/pyperformance/data-files/benchmarks")
    once = ("--debug-single-value", "--inherit-environ", "PATH,PYTHONPATH,CODEFLASH_COLLECT")
    found = []
    for path in sorted(data.glob("bm_*/run_benchmark.py")):
        variants = [(file.stem, extra_options(file)) for file in sorted(path.parent.glob("bm_*.toml"))]
        plain = extra_options(path.parent / "pyproject.toml")
        needs = path.parent / "requirements.txt"
        place = python.parents[2] / "pyperformance" / path.parent.name
        if needs.exists() and not place.exists():
            install = [
                str(python),
                "-m",
                "pip",
                "install",
                "-q",
                "--no-compile",
                "--target",
                str(place),
                "-r",
                str(needs),
            ]
            subprocess.run(install, check=False)  # one that cannot be installed is told when the program fails
        # Where variants exist the plain program may lack an argument: then one variant stands for all.
        name, options = variants[0] if variants and not plain else (path.parent.name, plain)
        words = [str(python), str(path), *once, *options]
        found.append(Command(name, "", path.parent, path.parent, words, path=str(place) if needs.exists() else ""))
    return found


def extra_options(file: Path) -> list[str]:
    """The arguments that a benchmark's settings give it."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    listed = re.search(r"^extra_opts\s*=\s*(\[.*?\])", text, re.MULTILINE | re.DOTALL)
    return [str(word) for word in ast.literal_eval(listed[1])] if listed else []


def run(words: Sequence[str], command: Command) -> Run:
    """Run in the command's folder and read what each pass left."""
    with tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, "OUT": out, "HYPOTHESIS_STORAGE_DIRECTORY": out + "/hypothesis", "TERM": "dumb"}
        if command.path:
            environment["PYTHONPATH"] = command.path
            environment["PATH"] = f"{command.path}/bin{os.pathsep}{os.environ['PATH']}"
        start = time.monotonic()
        process = subprocess.Popen(
            words,
            cwd=command.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            _, errors = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            errors = process.communicate()[1] + "\nkilled: it took too long"
        seconds = time.monotonic() - start
        files = sorted(Path(out).glob("*." + command.suffix), key=lambda path: path.stat().st_mtime_ns)
        document = Path(out) / "document"
        passes = json.loads(document.read_text(encoding="utf-8"))["passes"] if document.exists() else []
        kept = os.environ.get("UNHARMED_KEEP")
        if kept and "allocations" in {row["name"] for row in passes}:
            shutil.copy(document, Path(kept, f"{command.name.partition('==')[0]}.json"))
        return Run(process.returncode, seconds, [read(file) for file in files], errors, [row["name"] for row in passes])


def read(path: Path) -> Outcomes:
    """How often each test case had which outcome, or what a program printed."""
    if path.suffix == ".txt":
        return Counter({("", path.read_text(encoding="utf-8", errors="replace"), "printed"): 1})
    found: Outcomes = Counter()
    for case in ET.parse(path).getroot().iter("testcase"):
        inner = {child.tag for child in case} & {"failure", "error", "skipped"}
        found[case.get("classname", ""), case.get("name", ""), min(inner, default="passed")] += 1
    return found


def profiled(python: Path, mode: tuple[str, ...], command: Command) -> list[str]:
    """The command line that profiles a command."""
    start = ["sh", "-c", 'python=$0; script=$1; shift; exec "$python" "$script" --json "$OUT/document" "$@"']
    return [*start, str(python), str(SCRIPT), *mode, "--no-baseline", str(command.root), "--", *command.words]


def compare(command: Command, python: Path) -> tuple[list[str], bool]:
    """Run a command bare and in every mode; gives its row, and whether anything differed."""
    bare = run(command.words, command)
    if not bare.outcomes or not sum(bare.outcomes[0].values()):
        return [
            command.name,
            command.kind,
            "none",
            str(bare.status),
            f"does not run bare: {last(bare.errors)}",
            "-",
        ], True
    expected = bare.outcomes[0]
    unsteady: set[tuple[str, str]] = set()
    cells, differs = [], False
    for mode in MODES.values():
        made = run(profiled(python, mode, command), command)
        changed = [changes(expected, outcome) for outcome in made.outcomes]
        if any(changed) or made.status != bare.status:
            again = run(command.words, command)
            unsteady |= changes(expected, again.outcomes[0]) if again.outcomes else set()
            steady = again.status == bare.status
        else:
            steady = True
        left = [sorted(found - unsteady) for found in changed]
        wrong = any(left) or (made.status != bare.status and steady) or len(made.outcomes) != max(len(made.passes), 1)
        differs |= wrong
        cells.append(describe(made, bare, left) if wrong else f"same in {', '.join(made.passes) or 'all'}")
    note = f" ({len(unsteady)} unsteady)" if unsteady else ""
    tests = str(sum(expected.values())) if command.suffix == "xml" else "output"
    return [command.name, command.kind, tests + note, str(bare.status), *cells], differs


def changes(expected: Outcomes, found: Outcomes) -> set[tuple[str, str]]:
    """The tests whose outcome is not the expected one."""
    return {row[:2] for row in (found - expected) + (expected - found)}


def describe(made: Run, bare: Run, left: list[list[tuple[str, str]]]) -> str:
    """What differed, in one cell."""
    told = [f"exit {made.status}"] if made.status != bare.status else []
    for name, tests in zip(made.passes or ["?"] * len(left), left):
        if tests:
            told.append(f"{name}: {len(tests)} differ, first {'::'.join(tests[0])[-120:]!r}")
    if len(made.outcomes) != max(len(made.passes), 1):
        told.append(f"{len(made.outcomes)} reports of {len(made.passes)} passes: {last(made.errors)}")
    return "**" + "; ".join(told).replace("|", "/").replace("\n", " ") + "**"


def compare_benchmark(command: Command) -> tuple[list[str], bool]:
    """Run a program of pyperformance bare and in the joint pass."""
    bare = run(command.words, command)
    if bare.status:
        return [command.name, "-", f"does not run here: {last(bare.errors)}"], False
    made = run(profiled(Path(command.words[0]), MODES["--quick"], command), command)
    same = made.status == 0 and made.passes == ["joint"]
    told = f"runs, {made.seconds / bare.seconds:.2f}x" if same else f"**exit {made.status}: {last(made.errors)}**"
    return [command.name, f"{bare.seconds:.1f}", told], not same


def last(text: str) -> str:
    """The last line of an error output that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wanted = [line for line in lines if "Error" in line or "error:" in line]
    return (wanted or lines or ["no message"])[-1][:120].replace("|", "/")


if __name__ == "__main__":
    sys.exit(main())
