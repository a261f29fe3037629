#!/usr/bin/env python3
"""Runs published packages' own benchmarks through `codeflash_bench` and says what each reported.

    python scripts/bench/suites_of_packages.py

Each source distribution is fetched by pip into a temporary folder, with an environment of its own for what it needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNNER = ROOT / "plugin/languages/python/engine/codeflash_python/injected/runner"
MARKER = "codeflash-metric "
TIMEOUT_S = 300


@dataclass(frozen=True)
class Suite:
    """One package's benchmarks."""

    source: str  # of the distribution, as pip has it
    needs: tuple[str, ...]  # distributions
    folder: str  # below the source, to run in
    command: tuple[str, ...]  # for the runner


SUITES = (
    Suite("jsonschema==4.23.0", ("pyperf", "jsonschema==4.23.0"), ".", ("pyperf", "jsonschema/benchmarks/contains.py")),
    Suite(
        "attrs==25.3.0", ("pytest", "pytest-codspeed", "hypothesis", "attrs==25.3.0"), ".", ("pytest", "-q", "bench")
    ),
    Suite(
        "cattrs==25.1.1",
        ("pytest", "pytest-benchmark", "hypothesis", "cattrs==25.1.1"),
        ".",
        ("pytest", "-q", "bench/test_primitives.py"),
    ),
    Suite("asv==0.6.4", (), "test/benchmark", ("asv", "time_examples.py", "-b", "Suite")),
)


def tried(suite: Suite, top: Path) -> tuple[int, list[str]]:
    """Exit status of the runner and the metric lines of one suite."""
    python = str(top / "venv" / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(top / "venv")], check=True)
    install = [python, "-m", "pip", "-q", "--disable-pip-version-check"]
    if suite.needs:
        subprocess.run([*install, "install", *suite.needs], check=True)
    fetch = ["download", "--no-deps", "--no-binary", ":all:", "--dest", str(top), suite.source]
    subprocess.run([*install, *fetch], check=True)
    with tarfile.open(next(top.glob("*.tar.gz"))) as archive:
        archive.extractall(top / "source")
    folder = next((top / "source").iterdir()) / suite.folder
    done = subprocess.run(
        [python, "-m", "codeflash_bench", *suite.command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(RUNNER), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARKER)]
    if done.returncode:
        sys.stderr.write((done.stdout + done.stderr)[-1500:])
    return done.returncode, lines


def main() -> int:
    """Print one row for each suite; exit status 1 where one reported nothing."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print("| package | command | exit status | metrics | first |\n| --- | --- | ---: | ---: | --- |")
    silent = False
    for suite in SUITES:
        with tempfile.TemporaryDirectory() as folder:
            status, lines = tried(suite, Path(folder))
        first = lines[0].removeprefix(MARKER) if lines else "none"
        print(f"| {suite.source} | {' '.join(suite.command)} | {status} | {len(lines)} | {first} |", flush=True)
        silent = silent or not lines
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
