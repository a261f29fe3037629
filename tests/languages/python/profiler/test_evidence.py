"""What the detectors of interactions are given beside the figures: live instances, and memory by tasks under way."""

from __future__ import annotations

import pytest

from profiler.analyse.concurrency import through_origin

pytestmark = pytest.mark.noisy

INSTANCES = """\
import time
class Point:
    def __init__(self, i):
        self.x, self.y, self.z = i, i + 1, i + 2
class Slim:
    __slots__ = ("x",)
class Hostile(type):
    def __eq__(self, other): raise RuntimeError
    def __getattribute__(self, name): raise RuntimeError
class Strange(metaclass=Hostile):
    def __getattribute__(self, name): raise RuntimeError
def run():
    kept = [Point(i) for i in range(30000)], [Slim() for _ in range(20000)], [Strange() for _ in range(2000)]
    time.sleep(0.3)
run()
time.sleep(0.1)
"""


def test_live_instances_by_class(profile, program, python):
    """Instances at the peak are counted by class, no code of the classes runs, and no slots means attribute storage."""
    done = profile("python", program(INSTANCES), python=python, options=("--passes", "joint,calls"))
    assert done.code == 0, done.err
    found = {row["class"]: row for row in done.document["instances"]}
    assert found["Point"]["count"] == 30000
    assert (found["Point"]["line"], found["Point"]["has_dict"], found["Point"]["has_slots"]) == (2, True, False)
    assert 30000 * 24 <= found["Point"]["dict_mib"] * 2**20 < found["Point"]["mib"] * 2**20
    assert (found["Slim"]["count"], found["Slim"]["dict_mib"], found["Slim"]["has_slots"]) == (20000, 0, True)
    assert found["Strange"]["count"] == 2000


CONCURRENT = """\
import asyncio
async def worker(size, all_here):
    body = b"x" * size
    await all_here.wait()
    return len(body)
async def main():
    all_here = asyncio.Event()
    tasks = []
    for _ in range(40):
        tasks.append(asyncio.create_task(worker(1 << 20, all_here)))
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    all_here.set()
    await asyncio.gather(*tasks)
asyncio.run(main())
"""


def test_memory_by_tasks_under_way(profile, program, python):
    """Each of the tasks that pile up holds 1 MiB, which the line through the origin gives back."""
    done = profile("python", program(CONCURRENT), python=python, options=("--passes", "joint,async"))
    (row,) = (row for row in done.document["concurrency"] if row["function"] == "worker")
    assert row["most_tasks"] >= 30
    assert row["tasks_at_peak"] >= 0.8 * row["most_tasks"]
    assert row["fit"]["mib_per_task"] == pytest.approx(1, rel=0.2)
    assert row["fit"]["r2"] > 0.9
    assert len(row["samples"]) <= 50


def test_line_through_the_origin():
    """A proportion is found exactly, a constant fits worse, and two levels are too few to tell."""
    line = through_origin([(1, 3.0), (2, 6.0), (5, 15.0)])
    assert (line.bytes_per_task, line.r2) == (3, 1)
    assert through_origin([(1, 5.0), (2, 5.0), (50, 5.0)]).r2 < 0.7
    assert through_origin([(1, 3.0), (2, 6.0), (2, 6.0)]) is None


HIDDEN = """\
import ctypes, threading, time
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def hidden():
    block = libc.malloc(ctypes.c_size_t(40 << 20))
    ctypes.memset(ctypes.c_void_p(block), 1, 40 << 20)
    for i in range(300000): i += i
    return block
def seen():
    return bytearray(b"x") * (30 << 20)
kept = hidden(), seen()
time.sleep(0.02)
"""


@pytest.mark.parametrize("engine", ["memray", "tracemalloc"])
def test_memory_that_no_allocator_hook_sees(profile, program, engine):
    """Malloc through ctypes is charged to its caller by resident memory, what the hook sees is not counted twice."""
    if engine == "memray":
        pytest.importorskip("memray")
    done = profile("python", program(HIDDEN), options=("--passes", "joint,allocations", "--memory", engine))
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["hidden"]["mem_peak_mib"] == pytest.approx(40, rel=0.15)
    assert rows["hidden"]["mem_hidden_mib"] == pytest.approx(40, rel=0.15)
    assert rows["seen"]["mem_peak_mib"] == pytest.approx(30, rel=0.05)


BURST = """\
def keeper(): return bytearray(b"x") * (20 << 20)
def burst(): return len(b"x" * (60 << 20))
kept = keeper()
burst()
for i in range(300000): i += i
"""


def test_a_peak_within_one_call(profile, program, python):
    """A buffer that comes and goes within one call is the peak, and its function's."""
    options = ("--passes", "joint,allocations", "--memory", "tracemalloc")
    done = profile("python", program(BURST), python=python, options=options)
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["burst"]["mem_peak_mib"] == pytest.approx(60, rel=0.05)
    assert done.document["allocations"]["peak_mib"] == pytest.approx(80, rel=0.05)


ELSEWHERE = """\
import asyncio, threading, time
def stalling(): time.sleep(0.03)
async def guest():
    for _ in range(5):
        stalling()
        await asyncio.sleep(0)
thread = threading.Thread(target=lambda: asyncio.run(guest()))
time.sleep(0.02)
thread.start()
while thread.is_alive(): time.sleep(0.005)
"""


def test_a_loop_in_another_thread(profile, program):
    """What blocks a loop that does not run in the main thread is named too."""
    done = profile("python", program(ELSEWHERE))
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["stalling"]["blocked_ms"] > 100


def test_loops_of_other_libraries_are_named_as_not_observed(profile, program, tmp_path):
    """Where a library with a loop of its own was loaded the report says that its blocking was not observed."""
    for name in ("trio", "uvloop"):
        (tmp_path / f"{name}.py").write_text("", encoding="utf-8")
    document = profile("python", program("import trio, uvloop, work\nwork.first(500000)\n")).document
    assert any(note.startswith("trio, uvloop was loaded") and "not observed" in note for note in document["notes"])


def test_the_interpreters_own_sampler_is_accounted_for(monkeypatch):
    """Where the interpreter brings a sampler the report says why the figures are not its."""
    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.model import PassResult
    from profiler.passes import plan

    results = [PassResult(plan.JOINT, "signal timer", 0, 1.0, 1.0, 0)]
    monkeypatch.setattr(plan, "OWN_SAMPLER", (3, 9))
    assert any("profiling.sampling" in note for note in plan._notes(results, Asynchrony()))
    monkeypatch.setattr(plan, "OWN_SAMPLER", (99, 0))
    assert plan._notes(results, Asynchrony()) == []
