"""The clock of the samples."""

from __future__ import annotations

import signal

import pytest

from profiler.collect.timer import NoTimerError, PosixTimer


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
