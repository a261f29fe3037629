"""The programs that are profiled: each times its own functions, so that the truth about every run is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench import memory_accuracy_programs

# `timed` functions note the CPU time of the thread that runs them; a process leaves its figures when it ends.
PREAMBLE = """\
import atexit, functools, json, os, sys, threading, time
REPEATS = int(os.environ["REPEATS"])
_spent = {}
def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        start = time.thread_time()
        try:
            return function(*args)
        finally:
            _spent[function.__name__] = _spent.get(function.__name__, 0) + time.thread_time() - start
    return wrapper
def report():
    if os.environ.get("TRUTH") and _spent:
        with open(os.environ["TRUTH"] + "/" + str(os.getpid()), "w") as file:
            json.dump(_spent, file)
atexit.register(report)
"""

_BURNING = """
@timed
def burning(n):
    t = 0
    for i in range(n): t += i * i % 7
"""


@dataclass(frozen=True)
class Workload:
    """A program; one repeat of it takes about a quarter of a second of CPU time.

    `helpers` names what each helper function works for, for tools that know a function's own lines only.
    """

    name: str
    text: str
    helpers: dict[str, str] = field(default_factory=dict)
    timed: bool = True  # it leaves the CPU time of its functions


ACCURACY = (
    Workload(
        "call-heavy",
        """
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
for _ in range(REPEATS):
    calling(700000); looping(900000); searching(12000)
""",
        {"leaf": "calling"},
    ),
    Workload(
        "allocation-heavy",
        """
@timed
def hoarding(n):
    return [[i, str(i)] for i in range(n)]
@timed
def building(n):
    return {str(i): (i, i) for i in range(n)}
kept = []
for i in range(2 * REPEATS):
    kept.append(hoarding(120000)); kept.append(building(70000))
    if len(kept) > 6: del kept[:4]
""",
    ),
    Workload(
        "collector-heavy",
        """
@timed
def cycling(n):
    for _ in range(n):
        a = [None]; a[0] = a
@timed
def linking(n):
    return [{"left": [i], "right": (i, [])} for i in range(n)]
@timed
def plain(n):
    t = 0
    for i in range(n): t += i * i % 7
heap = [[i] for i in range(200000)]
for _ in range(REPEATS):
    cycling(160000); linking(60000); plain(700000)
""",
    ),
    Workload(
        "mixed",
        """
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
for _ in range(REPEATS):
    parsing(4200); matching(760); objects(200000)
""",
    ),
    Workload(
        "async",
        """
import asyncio, json
@timed
def decoding(n):
    for _ in range(n): json.loads(json.dumps({"a": list(range(60)), "b": "x" * 40}))
@timed
def joining(n):
    for i in range(n): ",".join([str(i), "x", "y"])
@timed
def counting(n):
    d = {}
    for i in range(n): d[i % 1000] = i
async def waiting(): await asyncio.sleep(0.02)
async def client():
    for _ in range(5):
        decoding(210); await waiting(); joining(9500); await asyncio.sleep(0); counting(30000)
async def main():
    for _ in range(REPEATS): await asyncio.gather(*(client() for _ in range(5)))
_spent["waiting"] = 0.0
asyncio.run(main())
""",
    ),
    Workload(
        "threads",
        """
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
threads = [threading.Thread(target=lambda f=f, n=n: [f(n) for _ in range(REPEATS)])
           for f, n in ((major, 1300000), (middle, 350000), (minor, 50000))]
for thread in threads: thread.start()
for thread in threads: thread.join()
""",
    ),
    Workload(
        "processes",
        """
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
        works = ((first, 375000 * REPEATS), (second, 110000 * REPEATS))
        children = [context.Process(target=child, args=work) for work in works]
        for process in children: process.start()
        for process in children: process.join()
    _spent.clear()
""",
    ),
    Workload(
        "native",
        """
import hashlib, random, zlib
data = bytes(random.Random(1).choices(range(64), k=1 << 20))
numbers = random.Random(2).choices(range(1 << 30), k=150000)
@timed
def compressing(n):
    for _ in range(n): zlib.compress(data, 6)
@timed
def hashing(n):
    for _ in range(n): hashlib.sha256(data).digest()
@timed
def sorting(n):
    for _ in range(n): sorted(numbers)
for _ in range(REPEATS):
    compressing(2); hashing(40); sorting(3)
""",
    ),
)

# Children that take the CPU time one after the other, so that tools which know shares of the elapsed time compare too.
CHILDREN = (
    Workload(
        "fork",
        _BURNING
        + """
if __name__ == "__main__":
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            burning(1500000 * REPEATS); report(); os._exit(0)
        os.waitpid(pid, 0)
""",
    ),
    Workload(
        "spawn",
        _BURNING
        + """
import multiprocessing
def child(n):
    burning(n); report()
if __name__ == "__main__":
    for _ in range(2):
        process = multiprocessing.get_context("spawn").Process(target=child, args=(1500000 * REPEATS,))
        process.start(); process.join()
""",
    ),
    Workload(
        "Popen",
        _BURNING
        + """
import subprocess
if sys.argv[1:]:
    burning(1500000 * REPEATS)
else:
    for _ in range(2): subprocess.run([sys.executable, os.path.abspath(__file__), "child"], check=True)
""",
    ),
    Workload(
        "xdist",
        _BURNING
        + """
def test_first(): burning(1500000 * REPEATS)
def test_second(): burning(1500000 * REPEATS)
if __name__ == "__main__":
    import pytest
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "1", os.path.abspath(__file__)]))
""",
    ),
)

_kinds, SIZES = memory_accuracy_programs.MEMORY["kinds"]
MEMORY = Workload("memory", _kinds, timed=False)

# How pytest is started for a published suite: its folder and arguments come from the environment.
SUITE = """\
import json, os, sys
import pytest
os.chdir(os.environ["SUITE_FOLDER"])
sys.path[0] = ""
if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore", *json.loads(os.environ["SUITE_WORDS"])]))
"""
