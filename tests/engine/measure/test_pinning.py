"""Which CPU a pair runs on, and what is never held on one."""

from __future__ import annotations

import dataclasses
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.measure.model import Method
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.measure.pinning import Pin, quietest
from codeflash_agent.measure.process import Supervisor, run_benchmark
from tests.engine.measure.factories import python, sample, side

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs to choose from"
)
ALLOWED = "import os\nprint('codeflash-metric allowed=%d' % len(os.sched_getaffinity(0)))\n"
WITH_THREAD = """
import os, threading, time
thread = threading.Thread(target=time.sleep, args=(1.0,))
thread.start()
time.sleep(0.5)
print('codeflash-metric allowed=%d' % len(os.sched_getaffinity(0)))
thread.join()
"""
WITH_CHILD = """
import os, time
child = os.fork()
time.sleep(0.5)
if child == 0: os._exit(len(os.sched_getaffinity(0)))
print('codeflash-metric allowed=%d' % (os.waitpid(child, 0)[1] >> 8))
"""


@pytest.mark.parametrize(
    ("busy", "last", "chosen"),
    [
        ({0: 0.5, 1: 0.1}, None, 1),
        ({0: 0.5, 1: 0.1}, 1, 1),
        ({0: 0.101, 1: 0.1, 2: 0.3}, 0, 1),
        ({0: 0.101, 1: 0.1, 2: 0.3}, 1, 0),
    ],
)
def test_the_quietest_is_chosen(busy: dict[int, float], last: int | None, chosen: int) -> None:
    """The CPU that worked least for others is next; of equals each gets its turn."""
    assert quietest(busy, last) == chosen


def test_only_lone_tasks_are_pinned() -> None:
    """A side that had a second process or thread in its warm-up is not pinned, nor is one that gets it later."""
    lone, several = sample(1.0), dataclasses.replace(sample(1.0), tasks=2)
    assert Pin(wanted=True, warmed_up=[lone, lone]).choose() is not None
    assert Pin(wanted=True, warmed_up=[lone, several]).choose() is None
    assert Pin(wanted=False, warmed_up=[lone]).choose() is None
    pin = Pin(wanted=True, warmed_up=[lone])
    pin.note(2.0, tasks=2)
    assert pin.choose() is None


@pytest.mark.parametrize("source", [ALLOWED, WITH_THREAD, WITH_CHILD])
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_second_task_ends_the_pin(tmp_path: Path, source: str) -> None:
    """A pinned program has one CPU for as long as it is alone; with a thread or child each of them has all again."""
    command, cpu = python(tmp_path, source), min(os.sched_getaffinity(0))
    with closing(Supervisor()) as supervisor:
        taken = run_benchmark(Method(command), side(tmp_path), supervisor, cpus=[cpu])
    alone = source == ALLOWED
    assert taken.values["allowed"].amount == (1 if alone else len(os.sched_getaffinity(0)))
    assert taken.tasks == (1 if alone else 2)


@pytest.mark.parametrize("source", [ALLOWED, WITH_THREAD])
def test_pairs_are_pinned_by_the_method(tmp_path: Path, source: str) -> None:
    """A pinned method pins pairs of a lone program, and says of one with threads that it did not."""
    command = python(tmp_path, source)
    method = Method(command, looks=(2,), pinned=True)
    measured = measure_pairs(method, side(tmp_path), side(tmp_path, "head"), seed=1, budget_s=60, band={})
    alone = source == ALLOWED
    assert measured.metrics["allowed"].base == (1 if alone else len(os.sched_getaffinity(0)))
    assert any("not pinned" in note for note in measured.notes) != alone
