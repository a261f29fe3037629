"""How right the figures of memory, collector and event loop are: programs whose truth is known by construction.

    python scripts/bench/memory_accuracy.py [memory|collector|asyncio|cost ...] [--python PATH] [--memray-from DIR]

`memory` prints for each engine the MiB that each function holds at the peak beside the truth; `collector` each
function's share of the pauses over eight orders of the same work, set off and apportioned; `asyncio` the error of the
time for which each coroutine and each blocking function held the loop; `cost` the time of a whole default profile
against the bare command, per engine. `--python` is profiled; a memray in DIR is lent to it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import memory_accuracy_programs as programs

SCRIPT = (
    Path(__file__).resolve().parents[2]
    / "plugin"
    / "languages"
    / "python"
    / "references"
    / "unified-profiling-script.py"
)
MIB = 1024 * 1024


class Bench:
    """Profiles programs in a folder of their own."""

    def __init__(self, folder: Path, python: str, lent: str | None) -> None:
        """Profile with `python`."""
        self.folder, self.python, self.lent = folder, python, lent

    def profile(self, text: str, *options: str, words: tuple[str, ...] = ()) -> dict[str, Any]:
        """The document of a profile of `text`, with what the program printed as JSON under `truth`.

        Raises:
            SystemExit: the profile failed.
        """
        program, target = self.folder / "program.py", self.folder / "profile.json"
        program.write_text(text, encoding="utf-8")
        lent = ["--memray-from", self.lent] if self.lent else []
        command = [self.python, str(SCRIPT), "--no-baseline", "--json", str(target), *lent, *options]
        done = subprocess.run(
            [*command, str(self.folder), "--", "python", str(program), *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(done.stderr[-2000:])
        document: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
        document["truth"] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
        return document


def rows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Function name → row."""
    return {row["function"]: row for row in document["functions"]}


def memory(bench: Bench) -> None:
    """Print the error of each function's bytes at the peak."""
    for engine in ("memray", "tracemalloc"):
        print(f"\nmemory by {engine}: MiB at the peak, found/true (error)")
        for name, (text, truth) in programs.MEMORY.items():
            document = bench.profile(text, "--passes", "bare,joint,allocations", "--memory", engine)
            if document["allocations"] is None:
                print(f"  {name:12} not measured: {document['left_out']}")
                continue
            found = rows(document)
            cells = []
            for function, true in truth.items():
                mib = (found.get(function) or {}).get("mem_peak_mib") or 0.0
                error = f"{100 * (mib / true - 1):+.1f} %" if true else f"{mib:+.1f} MiB"
                cells.append(f"{function} {mib:.1f}/{true} ({error})")
            print(f"  {name:12} {document['passes'][-1]['cost']:5.1f}x  " + ", ".join(cells), flush=True)


def collector(bench: Bench) -> None:
    """Print each function's share of the pauses over eight orders."""
    for name, text in programs.COLLECTOR.items():
        found: dict[str, list[tuple[float, float, float]]] = {}
        for seed in range(8):
            document = bench.profile(text, "--quick", words=(str(seed),))
            truth = document["truth"]
            named = [rows(document)[function] for function in truth["pauses"]]
            total, apportioned = (sum(row[key] for row in named) for key in ("gc_s", "gc_apportioned_s"))
            for function, true_s in truth["pauses"].items():
                row = rows(document)[function]
                found.setdefault(function, []).append(
                    (
                        100 * row["gc_s"] / total,
                        100 * true_s / sum(truth["pauses"].values()),
                        100 * row["gc_apportioned_s"] / apportioned,
                    )
                )
        print(f"\ncollector, {name}: share of the two functions' pauses over 8 orders")
        for function, shares in found.items():
            worst = max(abs(measured - true) for measured, true, _ in shares)
            even = [apportioned for _, _, apportioned in shares]
            mean = sum(even) / len(even)
            print(
                f"  {function:10} set off {min(s for s, _, _ in shares):.1f} to {max(s for s, _, _ in shares):.1f} %, worst "
                f"error {worst:.2f} points; apportioned {mean:.1f} % {min(even) - mean:+.1f} {max(even) - mean:+.1f}",
                flush=True,
            )


def loops(bench: Bench) -> None:
    """Print the error of hold times by coroutine and by blocking function."""
    for name, text in programs.ASYNCIO.items():
        document = bench.profile(text, "--passes", "bare,joint")
        # The first run prints; its truth is another run's. So the program leaves the joint pass's beside it.
        truth = json.loads((bench.folder / "truth.json").read_text(encoding="utf-8"))
        held = {row["function"]: row for row in (document["asyncio"] or {"callbacks": []})["callbacks"]}
        found = rows(document)
        print(f"\nasyncio, {name}: ms for which the loop was held in blocks of 1 ms and more, found/true (error)")
        for kind, figures in (("coroutine", truth["coroutines"]), ("function", truth["functions"])):
            for function, (blocks, true_ms) in figures.items():
                if kind == "coroutine":
                    row = held.get(function, {"held_ms": 0.0, "blocks": 0})
                    ms, count = row["held_ms"], f", blocks {row['blocks']}/{blocks}"
                else:
                    ms, count = found.get(function, {"blocked_ms": 0.0})["blocked_ms"], ""
                error = f"{100 * (ms / true_ms - 1):+.2f} %"
                print(f"  {kind:9} {function:18} {ms:8.1f}/{true_ms:8.1f} ({error}){count}", flush=True)
        print(f"  notes: {document['notes']}")


def cost(bench: Bench) -> None:
    """Print what a whole default profile costs."""
    for engine in ("memray", "tracemalloc"):
        print(f"\ncost by {engine}: wall time against the bare run, by pass and in all")
        for name, text in programs.COST.items():
            document = bench.profile(text, "--memory", engine)
            bare = document["passes"][0]["wall_s"]
            parts = ", ".join(f"{made['name']} {made['cost']:.2f}" for made in document["passes"])
            total = sum(made["cost"] for made in document["passes"])
            said = f"; left out: {document['left_out'][0][:60]}" if document["left_out"] else ""
            print(f"  {name:16} {bare:5.1f} s: {parts}; in all {total:.2f}x{said}", flush=True)


PARTS = {"memory": memory, "collector": collector, "asyncio": loops, "cost": cost}


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--memray-from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="codeflash-bench-") as folder:
        bench = Bench(Path(folder), options.python, options.memray_from)
        for part in options.parts or PARTS:
            PARTS[part](bench)


if __name__ == "__main__":
    main()
