"""How much of the CPU time of child processes a profile sees: fork, spawn, forkserver, Popen, pytest-xdist and others.

    python scripts/bench/children.py [--rounds 3] [--seconds 1.0] [--only fork,xdist] [--json FILE]

Each program starts children that compute and then asks the kernel what its children used (`RUSAGE_CHILDREN`: from the
first instruction of the interpreter to the last). Seen is what the joint pass's samples in processes other than the
first add up to, the start of their interpreters included; with sampling, what the samples themselves took is added. In
functions is the part that lies in the project's functions. How an interpreter is taken down cannot be sampled; the last
column is what the profile says of the processes: what they took to their last record, and from there to their end.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "plugin" / "languages" / "python" / "references" / "unified-profiling-script.py"

BURN = """\
import time
def burn(seconds):
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        sum(i * i % 7 for i in range(2000))
"""
HEAD = """\
import json, multiprocessing, os, resource, subprocess, sys
from burn import burn
S = float(os.environ["S"])
"""
TAIL = """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(os.environ["USED"], "w") as file: json.dump(used.ru_utime + used.ru_stime, file)
"""
POOL = """
if __name__ == "__main__":
    with multiprocessing.get_context("{0}").Pool(2) as pool:
        pool.map(burn, [S / 4] * 8)
        pool.close(); pool.join()
"""
PROCESS = """
if __name__ == "__main__":
    children = [multiprocessing.get_context("{0}").Process(target=burn, args=(S,)) for _ in range(2)]
    for child in children: child.start()
    for child in children: child.join()
"""
MAIN = '\nif __name__ == "__main__":\n'
CHILD = "import os; from burn import burn; burn(float(os.environ['S']))"
TESTS = """\
import os, pytest
from burn import burn
@pytest.mark.parametrize("n", range(4))
def test(n): burn(float(os.environ["S"]) / 2)
"""
KINDS = {
    "fork": PROCESS.format("fork"),
    "spawn": PROCESS.format("spawn"),
    "forkserver": PROCESS.format("forkserver")
    + "    multiprocessing.forkserver._forkserver._stop()",  # and wait for it
    "Popen": f"{MAIN}    for _ in range(2): subprocess.run([sys.executable, '-c', {CHILD!r}], check=True)",
    "xdist": f"{MAIN}    subprocess.run([sys.executable, '-m', 'pytest', '-q', '-n', '2', 'test_burn.py'], check=True)",
    "pool": POOL.format("fork"),
    "os._exit": f"{MAIN}    for _ in range(2):\n        if os.fork() == 0:\n            burn(S); os._exit(0)\n        os.wait()",
    "many short": f"{MAIN}    for _ in range(20):\n        if os.fork() == 0:\n            burn(S / 10); os._exit(0)\n        os.wait()",
    "exec": f"{MAIN}    if os.fork() == 0:\n        burn(S); os.execv(sys.executable, ['python', '-c', {CHILD!r}])\n    os.wait()",
    "shell": f"{MAIN}    subprocess.run(['sh', '-c', '\"$0\" child.py; :', sys.executable], check=True)",
    "threads": f"{MAIN}    subprocess.run([sys.executable, 'threaded.py'], check=True)",
}
THREADED = """\
import os, threading
from burn import burn
threads = [threading.Thread(target=burn, args=(float(os.environ["S"]) / 2,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
FILES = {"burn.py": BURN, "test_burn.py": TESTS, "threaded.py": THREADED, "child.py": CHILD}


def measure(folder: Path, text: str, seconds: float) -> tuple[float, ...]:
    """CPU seconds of the children by the kernel, those seen, with those of sampling, those in functions, and by the table of processes."""
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "program.py").write_text(HEAD + text + TAIL, encoding="utf-8")
    used, out = folder / "used.json", folder / "profile.json"
    words = [sys.executable, str(SCRIPT), "--quick", "--no-baseline", "--json", str(out), "--report", os.devnull]
    subprocess.run(
        [*words, str(folder), "--", "python", "program.py"],
        cwd=folder,
        env={**os.environ, "S": str(seconds), "USED": str(used)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    first, *children = document["processes"]
    seen = sum(process["sampled_cpu_s"] for process in children)
    sampling = sum(process["sampling_cpu_s"] for process in children)
    burnt = next(row["cpu_cum_percent"] for row in document["functions"] if row["function"] == "burn")
    total = document["totals"]["sampled_cpu_s"]
    if first["argv"][-1] != "program.py":
        raise SystemExit(f"the first process is {first['argv']}")
    told = sum({one["pid"]: one["cpu_s"] + one["ending_cpu_s"] for one in children}.values())
    by_kernel = json.loads(used.read_text(encoding="utf-8"))
    return by_kernel, seen, seen + sampling, burnt * total / 100, told


def main() -> int:
    """Print the table; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.5, help="CPU seconds of half of the work (2.5)")
    parser.add_argument("--only", metavar="A,B", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write raw figures")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else list(KINDS)
    if not set(wanted) <= set(KINDS):
        parser.error(f"choose among {', '.join(KINDS)}")
    raw: dict[str, list[tuple[float, ...]]] = {name: [] for name in wanted}
    for _ in range(options.rounds):
        for name in wanted:
            with tempfile.TemporaryDirectory(prefix="codeflash-children-") as folder:
                raw[name].append(measure(Path(folder), KINDS[name], options.seconds))
    if options.json:
        options.json.write_text(json.dumps({"python": sys.version.split()[0], "rows": raw}), encoding="utf-8")
    print("| children by | CPU s | seen | lowest | with sampling | in functions | by the table of processes |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, rows in raw.items():
        shares = [[100 * part / row[0] for part in row[1:]] for row in rows]
        seen, whole, inside, accounted = (statistics.median(column) for column in zip(*shares))
        lowest, used = min(row[0] for row in shares), statistics.median(row[0] for row in rows)
        print(
            f"| {name} | {used:.2f} | {seen:.1f} % | {lowest:.1f} % | {whole:.1f} % | {inside:.1f} % | {accounted:.1f} % |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
