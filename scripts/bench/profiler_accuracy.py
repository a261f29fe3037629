"""How right the joint pass is, and what it costs: workloads with calibrated truth, bare and profiled runs in pairs.

    python scripts/bench/profiler_accuracy.py [--pairs 5] [--python PATH]

Each workload times its own functions on the CPU clock of the thread that runs them, in the very run that is profiled:
that is the truth its shares are compared with. Prints one line per workload: CPU time of the profiled process tree
against the bare one (median of pairs, each pair back to back), the worst error of a function's share over all runs in
percentage points and the median one, and in how many runs the ranking was right; then what starting costs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LANGUAGE = Path(__file__).resolve().parent.parent.parent / "plugin" / "languages" / "python"
sys.path.insert(0, str(LANGUAGE))

SCRIPT = LANGUAGE / "references" / "unified-profiling-script.py"

PREAMBLE = """\
import atexit, json, os, sys, threading, time
_spent = {}
def timed(function):
    def wrapper(*args):
        start = time.thread_time()
        try:
            return function(*args)
        finally:
            _spent[function.__name__] = _spent.get(function.__name__, 0) + time.thread_time() - start
    return wrapper
def report():
    with open(os.environ["TRUTH"] + "/" + str(os.getpid()), "w") as file:
        json.dump(_spent, file)
atexit.register(report)
"""

WORKLOADS = {
    "call-heavy": """
def leaf(x):
    return x * 3 % 7
@timed
def calling(n):
    for i in range(n): leaf(leaf(i))
@timed
def looping(n):
    t = 0
    for i in range(n): t += i * i % 7
@timed
def searching(n):
    keys = list(range(300))
    for i in range(n): 299 in keys
for _ in range(20):
    calling(700000); looping(900000); searching(12000)
""",
    "allocation-heavy": """
@timed
def hoarding(n):
    return [[i, str(i)] for i in range(n)]
@timed
def building(n):
    return {str(i): (i, i) for i in range(n)}
kept = []
for i in range(14):
    kept.append(hoarding(120000)); kept.append(building(70000))
    if len(kept) > 6: del kept[:4]
""",
    "mixed": """
import json, re
@timed
def parsing(n):
    for _ in range(n): json.loads(json.dumps({"a": list(range(60)), "b": "x" * 40}))
@timed
def matching(n):
    pattern = re.compile(r"(a+)+b|x")
    for i in range(n): pattern.search("aaaaaaaaac" + str(i))
@timed
def objects(n):
    class P:
        def __init__(self, x): self.x = x
    return sum(p.x for p in [P(i) for i in range(n)])
for _ in range(15):
    parsing(5000); matching(900); objects(250000)
""",
    "threads": """
@timed
def major(n):
    t = 0
    for i in range(n): t += i * i % 7
@timed
def middle(n):
    d = {}
    for i in range(n): d[i % 1000] = str(i)
@timed
def minor(n):
    for i in range(n): sorted(range(60), reverse=True)
threads = [threading.Thread(target=lambda f=f, n=n: [f(n) for _ in range(10)])
           for f, n in ((major, 2600000), (middle, 700000), (minor, 100000))]
for thread in threads: thread.start()
for thread in threads: thread.join()
""",
    "processes": """
import multiprocessing
@timed
def first(n):
    t = 0
    for i in range(n): t += i * i % 7
@timed
def second(n):
    d = {}
    for i in range(n): d[i % 1000] = str(i)
def child(which, n):
    which(n); report()
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    for _ in range(4):
        a = context.Process(target=child, args=(first, 9000000)); b = context.Process(target=child, args=(second, 2500000))
        a.start(); b.start(); a.join(); b.join()
    _spent.clear()
""",
}


def run(words: list[str], truth: Path) -> tuple[float, dict[str, float]]:
    """CPU seconds of a command and its children, and what the workload timed."""
    for old in truth.iterdir():
        old.unlink()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, env={**os.environ, "TRUTH": str(truth)}, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent: dict[str, float] = {}
    for file in truth.iterdir():
        for name, seconds in json.loads(file.read_text(encoding="utf-8")).items():
            spent[name] = spent.get(name, 0.0) + seconds
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, spent


def measure(name: str, python: str, pairs: int, folder: Path) -> str:
    """The line of one workload."""
    program, truth, target = folder / f"{name}.py", folder / "truth", folder / "profile.json"
    truth.mkdir(exist_ok=True)
    program.write_text(PREAMBLE + WORKLOADS[name], encoding="utf-8")
    ratios, errors, right = [], [], 0
    for index in range(pairs):
        profiled = [python, str(SCRIPT), "--quick", "--no-baseline", "--json", str(target), str(folder), "--"]
        sides = {"bare": [python, str(program)], "profiled": [*profiled, "python", str(program)]}
        order = ["bare", "profiled"] if index % 2 else ["profiled", "bare"]
        cpu = {}
        for side in order:
            seconds, spent = run(sides[side], truth)
            if side == "profiled":
                document = json.loads(target.read_text(encoding="utf-8"))
                seconds = document["cpu_s"]  # the command's tree alone, without the profiler around it
                total = document["totals"]["sampled_cpu_s"]
                shares = {row["function"]: row["cpu_cum_percent"] for row in document["functions"]}
                worst = [abs(shares.get(key, 0.0) - 100 * value / total) for key, value in spent.items()]
                errors.append(worst)
                ranked = sorted(spent, key=lambda key: -spent[key])
                right += sorted(spent, key=lambda key: -shares.get(key, 0.0)) == ranked
            cpu[side] = seconds
        ratios.append(cpu["profiled"] / cpu["bare"])
    flat = [error for worst in errors for error in worst]
    return (
        f"{name:<17} {cpu['bare']:6.2f} s   {statistics.median(ratios):5.3f}  ({min(ratios):.3f}-{max(ratios):.3f})   "
        f"{statistics.median(flat):5.2f}  {max(flat):5.2f}    {right}/{pairs}"
    )


def start_up(python: str, folder: Path, runs: int = 25) -> str:
    """What observing adds to the start and end of a process that does nothing, in milliseconds."""
    from profiler.launch import injection  # noqa: PLC0415 - after the path is set

    site = injection.unpack(folder / "unpacked")
    environment = injection.environment(site, folder / "unpacked" / "shards", {"mode": "joint"})
    times: dict[str, list[float]] = {"bare": [], "observed": []}
    for _ in range(runs):
        for side, env in (("bare", dict(os.environ)), ("observed", environment)):
            start = time.perf_counter()
            subprocess.run([python, "-c", "pass"], env=env, check=True)
            times[side].append((time.perf_counter() - start) * 1000)
    bare, observed = statistics.median(times["bare"]), statistics.median(times["observed"])
    return f"start-up: {bare:.1f} ms bare, {observed:.1f} ms observed, {observed - bare:.1f} ms added"


def main() -> int:
    """Measure and print; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(WORKLOADS)}; all by default")
    options = parser.parse_args()
    print("workload            bare CPU  ratio  (range)         error: median  worst  ranking right", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.workloads or WORKLOADS:
            print(measure(name, options.python, options.pairs, Path(folder)), flush=True)
        print(start_up(options.python, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
