"""The observer of one process when its clock fails."""

from __future__ import annotations

import signal

from profiler.collect.config import Config
from profiler.collect.observer import Observer
from profiler.collect.timer import NoTimerError, SamplingThread


class Refused:
    """A timer that the kernel arms no more."""

    name = "signal timer"
    interruptible = False

    def again(self):
        """Fail, as it would."""
        raise NoTimerError

    def stop(self):
        """Nothing is left to stop."""


def test_the_sampling_thread_takes_over_from_a_timer_that_is_refused(tmp_path):
    """A timer that cannot be armed any more ends no profile: ticks come from the thread from then on."""
    before = signal.getsignal(signal.SIGURG)
    observer = Observer(Config(str(tmp_path), {}))
    try:
        observer.clock = Refused()
        observer.tick(0, None)
        assert isinstance(observer.clock, SamplingThread)
        assert observer.clock.ident is not None
        assert not observer.finished
        assert not list(tmp_path.glob("*.problem"))
    finally:
        observer.finish("test")
        signal.signal(signal.SIGURG, before)
