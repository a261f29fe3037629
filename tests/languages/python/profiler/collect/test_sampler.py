"""What guards a tick: that the next one is asked for however this one ended, and that failures reach nobody."""

from __future__ import annotations

import sys

import pytest

from profiler.collect.sampler import guard
from profiler.collect.state import State


class Guarded:
    """A guarded tick that does what it is told, with what it was asked for in return."""

    def __init__(self, action):
        """Do `action` at each tick."""
        self.asked, self.failures, self.state = 0, [], State()
        self.tick = guard(self.state, lambda *_: action(), self.again, self.failures.append)

    def again(self):
        """Count what was asked for."""
        self.asked += 1


def interrupted():
    """Ctrl-C, during a tick."""
    raise KeyboardInterrupt


def programs_own():
    """What a signal handler of the program's raises."""
    raise LookupError


@pytest.mark.parametrize("error", [KeyboardInterrupt, LookupError])
def test_the_programs_own_exception_gets_through_and_ticks_go_on(error):
    """A handler of the program's that ran inside a tick may raise; the tick after that is asked for all the same."""
    guarded = Guarded(interrupted if error is KeyboardInterrupt else programs_own)
    with pytest.raises(error):
        guarded.tick(0, None)
    assert (guarded.asked, guarded.failures, guarded.state.busy) == (1, [], False)


def test_a_tick_inside_another_is_left_out_and_ticks_go_on():
    """While a tick or a collection runs nothing is looked at, but the next tick is asked for."""
    guarded = Guarded(programs_own)
    guarded.state.busy = True
    guarded.tick(0, None)
    guarded.state.busy, guarded.state.collecting = False, True
    guarded.tick(0, None)
    assert (guarded.asked, guarded.failures) == (2, [])


def test_our_own_failure_ends_observing_quietly():
    """An error of the collectors' own is noted and does not reach the program, save where the stack had no room."""
    state = State()
    guarded = Guarded(lambda: State.walk(state, "no frame"))
    guarded.tick(0, None)
    assert [type(error) for error in guarded.failures] == [AttributeError]


def test_no_room_on_the_stack_is_no_failure():
    """At the bottom of a recursion a tick may find no room; the program's own error comes, and the profile goes on."""
    state, ticks, failures = State(), [], []
    tick = guard(state, lambda _signal, frame: state.walk(frame), lambda: None, failures.append)

    def descend():
        state.codes.clear()  # so that walking calls a function, for which there may be no room any more
        tick(0, sys._getframe())
        ticks.append(1)
        descend()

    with pytest.raises(RecursionError):
        descend()
    assert ticks
    assert failures == []
    assert not state.busy
