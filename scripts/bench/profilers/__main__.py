"""Our profiler beside others: overhead, error of CPU shares, ranking, memory error and coverage of children.

    python scripts/bench/profilers --json raw.json                          every tool on everything, interleaved
    python scripts/bench/profilers --json raw.json --tools "codeflash --quick" --rounds 7 --repeats 24
    python scripts/bench/profilers --json raw.json --resume --seconds 500   what is not in the file yet, for so long
    python scripts/bench/profilers --table raw.json [more.json ...]         the tables, as in docs/profilers.md

Within a round every tool runs the same program between two bare runs; rounds turn the order. Overhead is CPU time of
the whole process tree, tool included, against the bare runs of the round. The truth about shares is what the program's
functions timed on their threads' CPU clocks, in the bare runs of the round and in the profiled run itself. Raw figures
are added to the file given, so that the bench can be run in parts: with --resume what the file has is left out, and
--seconds begins nothing after that time. The tools, pinned, are installed into an environment of their own in the user's
cache folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.profilers import environment, table, workloads
from bench.profilers.measure import Bench, Record
from bench.profilers.tools import TOOLS, Ours, Whole

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: dict[str, tuple[workloads.Workload, ...]] = {
    "accuracy": workloads.ACCURACY,
    "children": workloads.CHILDREN,
    "memory": (workloads.MEMORY,),
    "suite": tuple(workloads.Workload(name, workloads.SUITE, timed=False) for name in environment.SUITES),
    "start": (),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure or print; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of each workload (3)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="of the tools that multiply the time (1)")
    parser.add_argument("--repeats", type=int, default=8, help="quarters of a second that a workload takes bare (8)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of %(default)s")
    parser.add_argument("--only", metavar="A,B", help="these workloads")
    parser.add_argument("--tools", metavar="A,B", default=",".join(TOOLS), help="of %(default)s")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where raw figures are added")
    parser.add_argument("--resume", action="store_true", help="leave out what the file of --json has already")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing after so many seconds")
    parser.add_argument(
        "--table", metavar="FILE", type=Path, nargs="+", help="print the tables of raw figures; measure nothing"
    )
    options = parser.parse_args(argv)
    if options.table:
        print(table.render([record for path in options.table for record in read(path)]))
        return 0
    kinds, names = options.kinds.split(","), options.tools.split(",")
    unknown = [name for name in names if name not in TOOLS] + [kind for kind in kinds if kind not in KINDS]
    only = options.only.split(",") if options.only else None
    named = {workload.name for group in KINDS.values() for workload in group}
    unknown += [name for name in only or () if name not in named]
    if unknown or options.rounds < 1 or options.repeats < 1:
        parser.error(f"nothing is called {', '.join(unknown)}" if unknown else "--rounds and --repeats are at least 1")
    records: list[Record] = []
    known = _made(read(options.json)) if options.resume and options.json else set()
    ends = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory(prefix="codeflash-bench-") as folder:
        bench = Bench(Path(folder), environment.prepare(names, suites="suite" in kinds, pytest="children" in kinds))
        if "start" in kinds and Ours.name in names and not only and ("start", "", 0, 0, Ours.name) not in known:
            keep([bench.start_up(25)], records, options.json)
        for number in range(options.rounds):
            for kind in kinds:
                for workload in KINDS[kind]:
                    if only and workload.name not in only:
                        continue
                    repeats = 1 if kind == "memory" else options.repeats
                    repeats = max(1, repeats // 16) if kind == "suite" else repeats
                    used = [
                        TOOLS[name]
                        for name in names
                        if _asked(name, kind, number, options.slow_rounds)
                        and (kind, workload.name, number, repeats, name) not in known
                    ]
                    if used and time.monotonic() < ends:
                        keep(bench.round(kind, workload, used, repeats, number), records, options.json)
    print(table.render(records))
    return 0


def _asked(name: str, kind: str, number: int, slow_rounds: int) -> bool:
    """Whether a tool takes part in a round: slow ones in the first, and each in what it can do."""
    tool = TOOLS[name]
    if tool.slow and number >= slow_rounds:
        return False
    timed = tool.clock and not isinstance(tool, Whole)
    return tool.memory if kind == "memory" else timed if kind == "children" else True


def read(path: Path) -> list[Record]:
    """Raw figures that were kept; none where there is no file yet."""
    found: list[Record] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def _made(records: list[Record]) -> set[tuple[str, str, int, int, str]]:
    """What was measured by this interpreter."""
    version = sys.version.split()[0]
    return {
        (record["kind"], record.get("workload", ""), record.get("round", 0), record.get("repeats", 0), record["tool"])
        for record in records
        if record["python"] == version
    }


def keep(new: list[Record], records: list[Record], path: Path | None) -> None:
    """Add to what was measured, in the file too, and say it."""
    records += new
    for record in new:
        print(json.dumps(record), file=sys.stderr, flush=True)
    if path is not None:
        rows = ",\n".join(json.dumps(record) for record in read(path) + new)
        path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
