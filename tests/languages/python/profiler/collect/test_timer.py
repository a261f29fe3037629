"""The clock of the samples."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from profiler.collect.timer import UNKNOWN, NoTimerError, PosixTimer, SamplingThread


def test_a_stopped_timer_takes_another_pace_without_complaint():
    """The last tick comes after the clock was stopped, and may still ask for another interval."""
    before = signal.getsignal(signal.SIGURG)
    try:
        timer = PosixTimer(lambda *_: None)
    except NoTimerError as error:
        pytest.skip(f"no timer here: {error}")
    try:
        timer.start(0.05)
        timer.set_interval(0.02)
        timer.stop()
        timer.set_interval(0.04)
        assert timer.timer is None
    finally:
        timer.stop()
        signal.signal(signal.SIGURG, before)


@pytest.fixture
def ticking():
    """A running timer of 1 ms, and the list of the ticks it has made."""
    before, ticks = signal.getsignal(signal.SIGURG), []
    try:
        timer = PosixTimer(lambda *_: (ticks.append(time.perf_counter()), timer.again()))
    except NoTimerError as error:
        pytest.skip(f"no timer here: {error}")
    timer.start(0.001)
    yield timer, ticks
    timer.stop()
    signal.signal(signal.SIGURG, before)


def test_a_process_that_waits_for_another_is_left_to_sleep(ticking):
    """A system call that is taken up again is not interrupted a thousand times a second, and ticks go on afterwards."""
    _, ticks = ticking
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    os.waitpid(process.pid, 0)
    woken = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
    process.returncode = 0
    assert woken < 200
    so_far, start = len(ticks), time.thread_time()
    while time.thread_time() - start < 0.1:
        sum(range(100))
    assert len(ticks) > so_far + 10


def test_ticks_do_not_keep_step_with_calls_into_c(ticking):
    """Ticks that come late, behind a long call, do not shift those that follow: these stay on the grid."""
    timer, ticks = ticking
    timer.set_interval(0.004)
    base, phases = timer.last, []
    while len(phases) < 20:
        ticks.clear()
        sum(range(200_000))  # some milliseconds
        while not ticks:
            pass
        phases.append((timer.last - base) / 0.004 % 1)
    assert all(min(phase, 1 - phase) < 0.01 for phase in phases)


def test_another_pace_leaves_no_line_out_and_does_not_move_the_grid(ticking):
    """A pace chosen in a tick, which then asks for the next, keeps the lines: counted anew they would follow the program."""
    timer, _ = ticking
    base = timer.set_interval(0.05)
    first = timer.set_interval(20)
    assert first == timer.again()
    assert first - time.perf_counter() <= 20
    assert (first - base) / 0.05 == pytest.approx(round((first - base) / 0.05))


def test_a_sampling_thread_looks_on_a_grid_too():
    """Counted from the last look, it would keep step with what holds the interpreter lock."""
    thread = SamplingThread(lambda *_: None)
    thread.interval_s, thread.last = 50.0, time.perf_counter() - 10
    line = thread.last + 50
    assert [thread.again(), thread.again()] == [line, line]
    assert thread.set_interval(0) == UNKNOWN


def test_a_tick_right_after_the_end_of_the_timer_asks_for_no_other(ticking, monkeypatch):
    """A signal that was on its way while the timer was deleted is handled once it is gone, and fails no more."""
    timer, _ = ticking
    delete = timer._delete

    def delete_while_a_signal_is_pending(identifier):
        delete(identifier)
        timer.again()  # as the handler does that runs next

    monkeypatch.setattr(timer, "_delete", delete_while_a_signal_is_pending)
    timer.stop()
    assert timer.timer is None


def test_a_blocked_signal_is_no_clock():
    """Where the signal is blocked, as a parent may leave it, the timer says that it cannot be used."""
    try:
        timer = PosixTimer(lambda *_: None)
    except NoTimerError as error:
        pytest.skip(f"no timer here: {error}")
    before, mask = signal.getsignal(signal.SIGURG), signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGURG])
    try:
        with pytest.raises(NoTimerError, match="blocked"):
            timer.start(0.05)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGURG, before)


def test_between_two_looks_the_thread_holds_nothing_of_the_program():
    """A frame that it kept would keep its locals alive after their function has returned."""
    looks = []
    clock = SamplingThread(lambda _signal, frame: looks.append(frame.f_code.co_name))
    clock.start(0.2)
    try:
        deadline = time.monotonic() + 30
        while not looks and time.monotonic() < deadline:
            time.sleep(0.01)
        assert looks
        frame = sys._current_frames()[clock.ident]
        while frame.f_code.co_name != "_run":
            frame = frame.f_back
        assert "frame" in frame.f_locals
        assert frame.f_locals["frame"] is None
    finally:
        clock.stop()
