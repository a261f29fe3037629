"""Runs benchmarks that a project has, as they are, and prints one `codeflash-metric` line for each of their figures.

    python -m codeflash_bench call PACKAGE.MODULE:FUNCTION      a function's first call (cold) and later ones (warm)
    python -m codeflash_bench asv benchmarks/bench_x.py         time_* and track_* as asv has them; -b REGEX for some
    python -m codeflash_bench pytest -q tests/test_x.py::test_y pytest-benchmark's fixture, else each test's call
    python -m codeflash_bench pyperf benchmarks/bench_y.py      a pyperf script, in one worker process

It runs in the project's interpreter, so it needs the standard library only, on CPython 3.9 to 3.14.
Exit statuses: 0 done; 1 a benchmark failed or none was found; 2 usage; pytest's own for `pytest`.
"""

from __future__ import annotations

import importlib
import sys

KINDS = {"call": "calls", "asv": "asv", "pytest": "suite", "pyperf": "pyperf_script"}


def main(arguments: list[str]) -> int:
    """Hand over to the kind of benchmark that the first word names."""
    kind, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if kind in ("-h", "--help"):
        print(__doc__)
        return 0
    if kind not in KINDS or not rest:
        sys.stderr.write(f"codeflash_bench: give {', '.join(KINDS)} and what to run; --help shows how\n")
        return 2
    status: int = importlib.import_module(f"codeflash_bench.{KINDS[kind]}").run(rest)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
