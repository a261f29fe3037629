"""The observer of one process when its clock fails."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from profiler.collect.config import Config
from profiler.collect.observer import Observer
from profiler.collect.timer import NoTimerError, SamplingThread
from profiler.storage import shards


class Refused:
    """A timer that the kernel arms no more."""

    name = "signal timer"
    interruptible = False

    def again(self):
        """Fail, as it would."""
        raise NoTimerError

    def set_interval(self, interval_s):
        """Fail likewise when another interval is asked for."""
        raise NoTimerError

    def let_system_calls_be_interrupted(self, yes):
        """Nothing to do."""

    def stop(self):
        """Nothing is left to stop."""


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside another thread"])
def test_the_sampling_thread_takes_over_from_a_timer_that_is_refused(tmp_path, others):
    """A timer that cannot be armed any more ends no profile: ticks come from the thread from then on."""
    before = signal.getsignal(signal.SIGURG)
    observer = Observer(Config(str(tmp_path), {}))
    done = threading.Event()
    threads = [threading.Thread(target=done.wait) for _ in range(others)]
    for thread in threads:
        thread.start()
    try:
        observer.clock = Refused()
        observer.tick(0, None)
        assert isinstance(observer.clock, SamplingThread)
        assert observer.clock.ident is not None
        assert not observer.finished
        assert not list(tmp_path.glob("*.problem"))
    finally:
        done.set()
        observer.finish("test")
        signal.signal(signal.SIGURG, before)


def test_what_passed_since_the_last_sample_is_charged_before_an_exec(tmp_path):
    """The record that the program leaves before another takes its place holds all of its CPU time."""
    observer = Observer(Config(str(tmp_path), {}))
    observer._introduce("start")
    observer.state.last_cpu = begun = time.thread_time()
    while time.thread_time() - begun < 0.05:
        pass
    observer.exec_follows()
    observer.finished = True
    (process,) = shards.read_pass(tmp_path)
    assert sum(cpu for _, _, cpu, _ in process.rows["stacks"]) >= 0.05
