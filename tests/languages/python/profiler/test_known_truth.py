"""Programs whose shares are known, profiled on every interpreter. Shares are asserted coarsely, ranking exactly."""

from __future__ import annotations

import subprocess

import pytest

from .conftest import shares

pytestmark = pytest.mark.noisy

CLOSE = 8.0  # percentage points


def close(measured, truth):
    """Whether a share is within the tolerance of these tests."""
    return abs(measured - truth) <= CLOSE


def test_shares_of_cpu_time(profile, program, python):
    """Three equal loops run 6 : 3 : 1 get these shares, and are ranked so."""
    name = program("import work\nwork.first(6000000)\nwork.second(3000000)\nwork.third(1000000)\n")
    done = profile("python", name, python=python)
    found = shares(done.document)
    assert close(found["first"], 60), found
    assert close(found["second"], 30), found
    assert close(found["third"], 10), found
    assert [row["function"] for row in done.document["targets"][:3]] == ["first", "second", "third"]


def test_library_time_is_its_callers_own(profile, program, python):
    """Time in the standard library is own, not self, time of the project function that called it."""
    name = program(
        "import json\n"
        "def encode(n):\n"
        "    for _ in range(n):\n"
        "        json.loads(json.dumps(list(range(300)), indent=1))\n"
        "encode(1500)\n"
    )
    row = next(
        row for row in profile("python", name, python=python).document["functions"] if row["function"] == "encode"
    )
    assert row["cpu_own_percent"] > 75
    assert row["cpu_self_percent"] < row["cpu_own_percent"] / 2
    assert row["callees"][0]["function"] in ("dumps", "loads")


def test_hot_loop_is_named(profile, program, python):
    """Of a function with two loops the one that takes the time is named, also in a thread, by its lines."""
    name = program(
        "import threading\n"
        "def both(n):\n"
        "    seen = []\n"
        "    for i in range(n // 2):\n"
        "        seen.append(i)\n"
        "    for i in range(n):\n"
        "        if i in seen:\n"
        "            n -= 1\n"
        "    return n\n"
        "both(5000)\n"
        "worker = threading.Thread(target=both, args=(5000,))\n"
        "worker.start()\n"
        "worker.join()\n"
    )
    done = profile("python", name, python=python, options=("--quick",))
    row = next(row for row in done.document["functions"] if row["function"] == "both")
    place = row["cpu_places"][0]
    assert (place["first"], place["last"]) == (6, 8)
    assert place["percent"] > 0.8 * row["cpu_own_percent"]


def test_calls_are_counted_in_threads_while_the_main_one_waits(profile, program, python):
    """A thread that makes calls for longer than a tick of the clock, with the main thread in `join`, ends."""
    name = program(
        "import threading, time\n"
        "def leaf():\n"
        "    return 1\n"
        "def spin():\n"
        "    ends = time.process_time() + 0.6\n"
        "    while time.process_time() < ends:\n"
        "        sum(range(20000))\n"
        "    for _ in range(1000):\n"
        "        leaf()\n"
        "worker = threading.Thread(target=spin)\n"
        "worker.start()\n"
        "worker.join()\n"
    )
    done = profile("python", name, python=python, options=("--passes", "joint,calls", "--timeout", "60"))
    assert done.document["exit_code"] == 0
    assert next(row for row in done.document["functions"] if row["function"] == "spin")["calls"] == 1


def test_threads_share_by_their_own_clocks(profile, program, python):
    """Two threads that compute 2 : 1 get these shares although the main thread only waits."""
    name = program(
        "import threading, work\n"
        "threads = [threading.Thread(target=work.first, args=(6000000,)),\n"
        "           threading.Thread(target=work.second, args=(3000000,))]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
    )
    found = shares(profile("python", name, python=python).document)
    assert close(found["first"], 66.7), found
    assert close(found["second"], 33.3), found


def test_recursion_counts_once(profile, program):
    """The cumulative share of a recursive function is its share of the time, not a multiple."""
    name = program(
        "def down(n):\n    if n:\n        down(n - 1)\n    for i in range(30000): n = i * i % 7\ndown(200)\n"
    )
    row = next(row for row in profile("python", name).document["functions"] if row["function"] == "down")
    assert 90 < row["cpu_cum_percent"] <= 100.001
    assert close(row["cpu_self_percent"], 100)


CHILDREN = """\
import multiprocessing, os, subprocess, sys
import work
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        child = multiprocessing.get_context(method).Process(target=work.first, args=(3000000,))
        child.start()
        child.join()
    subprocess.run([sys.executable, "-c", "import work; work.second(6000000)"], check=True)
    if os.fork() == 0:
        work.third(3000000)
        os._exit(0)
    os.wait()
    os.execv(sys.executable, [sys.executable, "-c", "import work; work.third(3000000)"])
"""


def test_children_of_every_kind_are_seen(profile, program, python):
    """fork, spawn, a subprocess, os._exit after os.fork, and exec all leave their time in one profile."""
    done = profile("python", program(CHILDREN), python=python)
    assert done.code == 0, done.err
    found = shares(done.document)
    assert close(found["first"], 33.3), found
    assert close(found["second"], 33.3), found
    assert close(found["third"], 33.3), found
    ends = {(row["origin"], row["ended"]) for row in done.document["processes"]}
    assert {("start", "exec"), ("fork", "os._exit"), ("start", "exit")} <= ends


OWN_ENVIRONMENT = """\
import os, subprocess, sys
own = os.environ["PYTHONPATH"] = os.path.dirname(os.path.abspath(__file__))
first = [sys.executable, "-c", "import work; work.first(3000000)"]
subprocess.run(first, check=True)
second = [sys.executable, "-c", "import work; work.second(3000000)"]
subprocess.run(second, env=dict(os.environ, PYTHONPATH=own), check=True)
third = [sys.executable, "-c", "import work; work.third(3000000)"]
os.waitpid(os.posix_spawn(sys.executable, third, os.environ), 0)
print(subprocess.run(["env"], env={"A": "1"}, capture_output=True, text=True).stdout.strip())
print(os.environ["PYTHONPATH"] == own, flush=True)
os.execv(sys.executable, first)
"""


def test_children_with_an_environment_of_the_programs_own_are_seen(profile, program, python):
    """A path set anew, a copy with another path, posix_spawn and exec: each is seen; what was made anew stays bare."""
    done = profile("python", program(OWN_ENVIRONMENT), python=python)
    assert done.code == 0, done.err
    assert done.out.splitlines()[:2] == ["A=1", "True"]
    found = shares(done.document)
    assert close(found["first"], 50.0), found
    assert close(found["second"], 25.0), found
    assert close(found["third"], 25.0), found
    assert not any("could not be observed" in note for note in done.document["notes"])


COVERED = """\
import multiprocessing, os, resource, subprocess, sys
import work
def child(n):
    work.first(n)
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        process = multiprocessing.get_context(method).Process(target=child, args=(3000000,))
        process.start()
        process.join()
    subprocess.run(["/bin/sh", "-c", f"{sys.executable} -c 'import work; work.second(3000000)'; true"], check=True)
    if os.fork() == 0:
        work.third(3000000)
        os._exit(0)
    os.wait()
    subprocess.run([sys.executable, "-I", "-c", "sum(i * i for i in range(3000000))"], check=True)
"""


def test_cpu_of_children_is_covered_and_the_unseen_are_named(profile, program):
    """Each way to start a child is seen with nearly all of its CPU time; one in isolated mode is named by its command."""
    done = profile("python", program(COVERED))
    assert done.code == 0, done.err
    seen = sum(process["cpu_s"] for process in done.document["processes"])
    sampled = done.document["totals"]["sampled_cpu_s"]
    assert len(done.document["processes"]) >= 6
    assert sampled > 0.6 * seen, (sampled, seen)  # what is not sampled is the start of each interpreter
    unseen = [note for note in done.document["notes"] if "could not be observed" in note]
    assert len(unseen) == 1, done.document["notes"]
    assert "1 Python process(es)" in unseen[0]
    assert "-I -c sum(i * i" in unseen[0]


COLLECTED = """\
import work
def hoard(n):
    return [[i] for i in range(n)]
def frugal():
    work.first(2000000)
kept = [hoard(300000) for _ in range(3)]
frugal()
"""


def test_pauses_go_to_the_function_that_allocates(profile, program, python):
    """Collections are charged to the function whose allocations set them off."""
    document = profile("python", program(COLLECTED), python=python).document
    rows = {row["function"]: row for row in document["functions"]}
    total = document["totals"]["gc_s"]
    assert total > 0
    assert rows["hoard"]["gc_s"] > 0.7 * total, rows["hoard"]
    assert rows["hoard"]["gc_apportioned_s"] > 0.7 * total
    assert rows["first"]["gc_s"] < 0.1 * total


MEMORY = """\
import json
import work
def large():
    return bytearray(40 * 1024 * 1024)
def through_a_library():
    return json.loads("[" + ",".join(["[1]"] * 150000) + "]")
def temporary():
    return len([0] * 1000000)
kept = large(), through_a_library()
temporary()
work.first(2000000)
"""


def test_memory_by_function(profile, program, python):
    """Bytes live at the peak are on the function that asked for them, also where a library allocated for it."""
    done = profile(
        "python", program(MEMORY), python=python, options=("--passes", "joint,allocations", "--memory", "tracemalloc")
    )
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["large"]["mem_peak_mib"] == pytest.approx(40, rel=0.05)
    assert rows["large"]["mem_lines"][0]["line"] == 4
    assert 8 < rows["through_a_library"]["mem_peak_mib"] < 20
    assert rows["temporary"]["mem_net_mib"] < 1
    assert 1 <= rows["large"]["mem_peak_blocks"] <= 3
    assert rows["large"]["mem_net_blocks"] <= rows["large"]["mem_peak_blocks"]
    assert done.document["allocations"]["engine"] == "tracemalloc"


def test_memory_by_memray(profile, program):
    """Where memray can be imported it is the engine, and agrees."""
    pytest.importorskip("memray")
    done = profile("python", program(MEMORY), options=("--passes", "joint,allocations"))
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["large"]["mem_peak_mib"] == pytest.approx(40, rel=0.05)
    assert 8 < rows["through_a_library"]["mem_peak_mib"] < 20
    assert 1 <= rows["large"]["mem_peak_blocks"] <= 3
    assert done.document["allocations"]["allocated_blocks"] > rows["large"]["mem_peak_blocks"]
    assert done.document["engines"]["memory"].startswith("memray 1.")


CALLED = """\
import threading
class Shape:
    def area(self, n):
        return sum(i * i for i in range(n))
def outer():
    def inner(n):
        for i in range(2000): n += i
        return n
    for i in range(1234):
        inner(i)
for _ in range(321):
    Shape().area(2000)
outer()
thread = threading.Thread(target=lambda: [Shape().area(2000) for _ in range(100)])
thread.start()
thread.join()
"""


def test_calls_are_exact(profile, program, python):
    """Calls are counted exactly, in all threads, under qualified names without <locals>."""
    done = profile("python", program(CALLED), python=python, options=("--passes", "joint,calls"))
    found = shares(done.document, "calls")
    assert found["Shape.area"] == 421
    assert found["outer.inner"] == 1234
    assert found["outer"] == 1


SHAPES = """\
import functools
def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
@decorated
def listing(n):
    return [i * i % 7 for i in range(n)]
def generating(n):
    for i in range(n):
        yield i * i % 7
def consuming(n):
    return sum(x for x in generating(n))
square = lambda n: sum(map(abs, range(n)))
listing(2000000)
consuming(2000000)
square(3000000)
"""


def test_names_of_all_shapes_of_functions(profile, program, python):
    """Comprehensions belong to their function, generators and lambdas have own rows, decorators their wrapper's."""
    document = profile("python", program(SHAPES), python=python).document
    rows = {(row["function"], row["line"]) for row in document["functions"]}
    assert {("listing", 7), ("generating", 10), ("consuming", 13), ("<lambda>", 15), ("decorated.wrapper", 3)} <= rows
    assert not [name for name, _ in rows if "comp>" in name or "genexpr" in name or "<locals>" in name]
    assert shares(document)["listing"] > 10


def test_counting_that_was_ended_says_at_least(python, tmp_path, monkeypatch):
    """Counting that would make the profile cost more than five times the command ends, and the figure says so."""
    from profiler.passes import plan

    (tmp_path / "spin.py").write_text(
        "import time\ndef leaf():\n    return 1\ndef spin():\n    ends = time.process_time() + 0.8\n"
        "    while time.process_time() < ends:\n        leaf()\nspin()\n",
        encoding="utf-8",
    )
    command = [python, str(tmp_path / "spin.py")]
    passes = tuple(name for name in plan.ALL if name != plan.ALLOCATIONS)
    monkeypatch.setattr(plan, "counting_room", lambda _results, **_: 0.4)
    found = plan.take(plan.Plan(command, command, tmp_path, passes), tmp_path / "shards", "now", "3")
    row = next(row for row in found.table.rows.values() if row.function.name == "leaf")
    assert row.calls_at_least
    assert row.calls > 0
    assert "ended for its cost" in found.engines["calls"]
    monkeypatch.setattr(plan, "counting_room", lambda _results, **_: None)
    found = plan.take(plan.Plan(command, command, tmp_path, passes), tmp_path / "again", "now", "3")
    assert any(text.startswith("calls") for text in found.left_out)


def test_counting_that_cannot_be_ended_needs_room_for_all_of_it(tmp_path, python, monkeypatch):
    """Before 3.12 calls in other threads are counted to the end: without the time for that, counting is not begun."""
    from profiler.passes import plan

    (tmp_path / "spin.py").write_text(
        "import threading\ndef leaf(i): return i * i\ndef spin():\n    for i in range(600000): leaf(i)\n"
        "thread = threading.Thread(target=spin)\nthread.start()\nthread.join()\n"
    )
    command = [python, str(tmp_path / "spin.py")]
    passes = tuple(name for name in plan.ALL if name != plan.ALLOCATIONS)
    monitored = subprocess.check_output([python, "-c", "import sys; print(hasattr(sys, 'monitoring'))"], text=True)
    endless = monitored.strip() == "False"
    little = {False: 0.01, True: None}  # by whether counting goes to the end
    for rooms, left_out in ((little, endless), ({False: 1000.0, True: 1000.0}, False)):
        monkeypatch.setattr(
            plan, "counting_room", lambda _results, loops_ran, to_the_end, rooms=rooms: rooms[to_the_end]
        )
        found = plan.take(plan.Plan(command, command, tmp_path, passes), tmp_path / f"in {rooms[False]}", "now", "3")
        assert any(text.startswith("calls") for text in found.left_out) == left_out


def test_room_for_counting():
    """All passes together may take five times the command's own time by clock and CPU, and 20 s of a short one."""
    from profiler.analyse.model import PassResult
    from profiler.passes.plan import counting_room

    def results(*seconds, at_once=1):
        return [PassResult("pass", "engine", 0, wall_s, wall_s * at_once, 0) for wall_s in seconds]

    assert counting_room(results(1.0, 1.0, 8.0), loops_ran=False) == pytest.approx((20 - 10 - 1) / 0.8)
    assert counting_room(results(10.0, 10.0), loops_ran=False) == pytest.approx(20 / 0.8)
    assert counting_room(results(10.0, 10.0, 12.0), loops_ran=False) == pytest.approx(8 / 0.8)
    assert counting_room(results(10.0, 10.0, 12.0), loops_ran=True) is None
    assert counting_room(results(10.0, 10.0, 26.0), loops_ran=False) is None
    assert counting_room(results(2.5, 2.5), loops_ran=False) == pytest.approx(5 * 2.5 / 0.8)
    assert counting_room(results(2.5, 2.5, at_once=2), loops_ran=False) == pytest.approx(2 * 2.5 / 0.8)
    assert counting_room(results(10.0, 10.0, 12.0), loops_ran=False, to_the_end=True) is None
    assert counting_room(results(10.0, 10.0), loops_ran=False, to_the_end=True) == pytest.approx(20 / 0.8)
    waiting = [PassResult("pass", "engine", 0, 10.0, 0.0, 0)] * 2
    assert counting_room(waiting, loops_ran=False) == pytest.approx(20 / 0.8)


def test_a_program_that_blocks_all_signals_is_sampled(profile, program, python):
    """Where the timer's signal is blocked, in the program or by whoever started it, shares are as right as elsewhere."""
    blocked = "import signal, subprocess, sys, work\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
    child = "import work; work.third(4000000)"
    name = program(
        blocked + f"work.first(4000000)\nsubprocess.run([sys.executable, '-c', {child!r}])\nwork.second(2000000)\n"
    )
    document = profile("python", name, python=python).document
    found = shares(document)
    assert close(found["first"], 40), found
    assert close(found["second"], 20), found
    assert close(found["third"], 40), found
    assert [row["clock"] for row in document["processes"]] == ["sampling thread"] * 2


def test_collections_do_not_hide_the_program_from_the_sampling_thread(profile, program, python):
    """Code that keeps the collector busy is met where it is, and not only behind it, by samples of another thread."""
    name = program(
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "def hoarding(n): return [[i, str(i)] for i in range(n)]\n"
        "def building(n): return {str(i): (i, i) for i in range(n)}\n"
        "def dropping():\n    if len(kept) > 6: del kept[:4]\nkept = []\n"
        "for i in range(10):\n    kept.append(hoarding(120000)); kept.append(building(70000)); dropping()\n"
    )
    document = profile("python", name, python=python).document
    found = shares(document)
    assert document["totals"]["samples"] >= 25
    assert found["hoarding"] + found["building"] > 78, found
