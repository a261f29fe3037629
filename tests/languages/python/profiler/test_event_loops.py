"""Programs of asyncio whose blocks and waits are known, profiled on every interpreter."""

from __future__ import annotations

import pytest

from .conftest import interpreter, shares

pytestmark = pytest.mark.noisy

LOOP = """\
import asyncio, time
import work
async def sleepy():
    for _ in range(10):
        time.sleep(0.02)
        await asyncio.sleep(0.001)
async def busy():
    for _ in range(10):
        work.first(300000)
        await asyncio.sleep(0)
async def patient():
    await asyncio.sleep(0.5)
async def main():
    await asyncio.gather(sleepy(), busy(), patient())
asyncio.run(main())
"""


def test_blocked_loop_is_named(profile, program, python):
    """A sleep and a computation inside coroutines are named, told apart, and patience is not held against anyone."""
    done = profile("python", program(LOOP), python=python, options=("--passes", "joint,async"))
    blocked = shares(done.document, "blocked_ms")
    assert blocked["sleepy"] >= 190, blocked
    assert blocked.get("patient", 0) < 5, blocked
    kinds = {
        interaction["kind"]: [function["function"] for function in interaction["functions"]]
        for interaction in done.document["interactions"]
    }
    assert kinds["blocking-call→stalled-loop"] == ["sleepy"]
    assert kinds["cpu-in-loop→starvation"] == ["first"]
    held = {row["function"]: row for row in done.document["asyncio"]["callbacks"]}
    assert held["sleepy"]["blocks"] >= 10
    assert held["sleepy"]["longest_ms"] >= 20
    tasks = {row["function"]: row for row in done.document["asyncio"]["tasks"]}
    assert tasks["patient"]["waiting_s"] >= 0.45
    assert tasks["patient"]["working_s"] < 0.1
    waits = [wait["chain"][0]["function"] for wait in done.document["asyncio"]["waits"]]
    assert {"patient", "sleepy"} <= set(waits)


IDLE = """\
import asyncio, time
def blocking():
    time.sleep(0.02)
async def stall():
    for _ in range(10):
        await asyncio.sleep(0.2)
        blocking()
asyncio.run(stall())
"""


def test_a_loop_that_waits_is_left_to_sleep(profile, program, python):
    """While a loop has nothing to do hardly a sample is taken, and what blocks it afterwards is named all the same."""
    document = profile("python", program(IDLE), python=python).document
    rows = {row["function"]: row for row in document["functions"]}
    (held,) = (row for row in document["asyncio"]["callbacks"] if row["function"] == "stall")
    assert rows["blocking"]["blocked_ms"] >= 0.8 * held["held_ms"]
    assert document["totals"]["samples"] < 800


IN_A_THREAD = """\
import asyncio, threading
def computing(n):
    total = 0
    for i in range(n): total += i * i % 7
def rendering(n):
    "x".join(str(i) for i in range(n))
async def work():
    for i in range(30):
        computing(20000 + 20000 * (i % 10))
        await asyncio.sleep(0)
        rendering(5000 + 20000 * (i % 10))
        await asyncio.sleep(0)
thread = threading.Thread(target=lambda: asyncio.run(work()))
thread.start()
thread.join()
"""


def test_a_loop_in_a_thread_is_blocked_by_name(profile, program, python):
    """Blocks shorter than the interpreter's switch interval, into which no sample falls, go to what such blocks do."""
    document = profile("python", program(IN_A_THREAD), python=python, options=("--passes", "joint")).document
    (held,) = (row for row in document["asyncio"]["callbacks"] if row["function"] == "work")
    blocked = shares(document, "blocked_ms")
    assert 0.95 * held["held_ms"] <= blocked["computing"] + blocked["rendering"] <= 1.05 * held["held_ms"], blocked
    assert blocked["rendering"] >= 0.2 * held["held_ms"], blocked
    assert blocked["computing"] >= 0.2 * held["held_ms"], blocked


EAGER = """\
import asyncio, time
async def child():
    time.sleep(0.02)
    await asyncio.sleep(0.1)
async def quick():
    time.sleep(0.01)
async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    tasks = [asyncio.create_task(child()) for _ in range(5)] + [asyncio.create_task(quick()) for _ in range(5)]
    await asyncio.gather(*tasks)
asyncio.run(main())
"""


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_eager_tasks_go_by_their_own_name(profile, program, version):
    """A first step that runs inside the task that makes it holds the loop, works and waits in its own coroutine's name."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no CPython {version} on this machine")
    document = profile("python", program(EAGER), python=python, options=("--passes", "joint,async")).document
    held = {row["function"]: row for row in document["asyncio"]["callbacks"]}
    assert held["child"]["blocks"] >= 5
    assert held["child"]["held_ms"] >= 100
    assert held["quick"]["blocks"] >= 5
    assert held.get("main", {"held_ms": 0})["held_ms"] < 50
    tasks = {row["function"]: row for row in document["asyncio"]["tasks"]}
    assert tasks["child"]["waiting_s"] >= 0.5
    assert tasks["child"]["working_s"] >= 0.1
    (row,) = (row for row in document["concurrency"] if row["function"] == "child")
    assert row["most_tasks"] == 5
