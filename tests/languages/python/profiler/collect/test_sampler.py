"""What a tick charges, and what guards it: the next one is asked for however this one ended, failures reach nobody."""

from __future__ import annotations

import random
import sys
from types import SimpleNamespace

import pytest

from profiler.collect import collector, sampler, timer
from profiler.collect import state as state_module
from profiler.collect.collector import Collector
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


class Placed(State):
    """Counters whose stacks are the places handed to the tick."""

    def walk(self, frame):
        """The place is the stack."""
        return (frame,)


class Machine:
    """A program on a clock that stands still unless told: signals are handled between its pieces, as between bytecodes."""

    def __init__(self, monkeypatch, interval_s):
        """Sample at this interval of the virtual clock."""
        self.now = self.cpu = 0.0
        self.interval_s, self.true = interval_s, {}
        clock = SimpleNamespace(perf_counter=lambda: self.now, thread_time=lambda: self.cpu)
        for module in (collector, sampler, state_module, timer):
            monkeypatch.setattr(module, "time", clock)
        self.state = Placed()
        self.state.cpu, self.state.usual_s = clock.thread_time, interval_s
        self.state.last_wall = self.state.last_cpu = 0.0
        self.state.due_at = interval_s
        self.tick = self.make_tick(lambda: 0)

    def make_tick(self, read):
        """The tick; `read` gives the resident level."""
        return sampler.make_tick(
            self.state,
            resident=SimpleNamespace(level=None, read=read, last=0),
            threads=SimpleNamespace(sample=None, count=lambda: 0, clocks={}),
            loop=SimpleNamespace(look=lambda: None, patched=False, delay=SimpleNamespace(since_last=None)),
            due=lambda _now: None,
        )

    def run(self, place, seconds, *, wall_s=None):
        """One piece that nothing interrupts: a call into C, or a bytecode where it is short."""
        self.now, self.cpu = self.now + (seconds if wall_s is None else wall_s), self.cpu + seconds
        self.true[place] = self.true.get(place, 0.0) + seconds
        due_at = self.state.due_at
        if self.now >= due_at:
            self.tick(0, place)
            self.state.due_at = timer._next_line(due_at, self.interval_s)

    def python(self, place, seconds):
        """Code that can be interrupted at any time."""
        for _ in range(round(seconds / 5e-5)):
            self.run(place, 5e-5)

    def errors(self):
        """Place → points by which its share is wrong, after a last tick that nothing was due for."""
        self.tick(0, "end")
        found = {stack[0]: row[1] for stack, row in self.state.stacks.items()}
        assert sum(found.values()) == pytest.approx(self.cpu)
        return {place: 100 * (found.get(place, 0.0) - true) / self.cpu for place, true in self.true.items()}


@pytest.fixture
def machine(monkeypatch):
    """A program that is sampled every 4 ms, and lengths that vary by a fifth, so that none keeps step with the clock."""
    made, lengths = Machine(monkeypatch, 0.004), random.Random(5)
    made.vary = lambda seconds: seconds * lengths.uniform(0.8, 1.2)
    return made


def test_what_follows_a_long_call_into_c_keeps_its_start(machine):
    """A tick at the end of a long call says nothing about the time after it, which is another's."""
    for _ in range(1000):
        machine.run("deleting", machine.vary(0.020))
        machine.python("filling", machine.vary(0.012))
        machine.python("building", machine.vary(0.012))
    assert max(map(abs, machine.errors().values())) < 0.5


def test_functions_that_call_c_for_long_get_their_shares(machine):
    """Calls longer than the interval and some that are shorter, one function after the other."""
    for _ in range(1000):
        for place, calls, seconds in (("compressing", 2, 0.022), ("hashing", 20, 0.0021), ("sorting", 3, 0.014)):
            for _ in range(calls):
                machine.run(place, machine.vary(seconds))
    assert max(map(abs, machine.errors().values())) < 0.5


def test_calls_of_just_the_interval_get_their_shares(machine):
    """Ticks that are late by a part of an interval are no different."""
    for _ in range(6000):
        machine.run("one", machine.vary(0.004))
        machine.run("two", machine.vary(0.002))
        machine.python("three", machine.vary(0.004))
    assert max(map(abs, machine.errors().values())) < 0.5


def test_what_ran_before_a_long_wait_is_not_the_waiters(machine):
    """A function that only waits is charged no more than the halves of the time next to its wait: half an interval."""
    for _ in range(500):
        machine.python("working", machine.vary(0.012))
        machine.run("waiting", 0.0, wall_s=machine.vary(0.050))
    assert machine.errors()["working"] > -100 * 1.1 * 0.002 / 0.012


def test_a_tick_of_another_thread_leaves_out_nothing_of_what_runs_meanwhile(machine):
    """The main thread runs on while the sampling thread reads files: that time is charged with the next tick."""
    machine.state.apart = True

    def read():
        machine.now, machine.cpu = machine.now + 0.003, machine.cpu + 0.003
        machine.true["working"] += 0.003
        return 0

    machine.tick = machine.make_tick(read)
    for _ in range(200):
        machine.python("working", 0.008)
    machine.tick = machine.make_tick(lambda: 0)
    assert max(map(abs, machine.errors().values())) < 0.5


def test_collections_beside_a_tick_of_another_thread_are_charged_once_and_never_starve_it(machine):
    """A collection while that thread has a sample under way is within the next CPU delta; its end reads no file."""
    state, seen = machine.state, []
    state.apart = state.busy = True
    resident = SimpleNamespace(read=lambda: seen.append(state.collecting) or 0, last=0)
    listener = Collector(state, resident)
    listener._called("start", {"generation": 0})
    machine.cpu += 0.25
    listener._called("stop", {"generation": 0})
    assert state.collector_cpu == 0.25
    assert not state.collecting
    assert not seen


def test_a_collection_at_the_recursion_limit_is_counted_and_raises_nothing(machine):
    """The interpreter would print what a callback of the collector raises; where it was set off is not known then."""

    def full(*_):
        raise RecursionError

    state = machine.state
    listener = Collector(state, SimpleNamespace(read=full, last=0))
    state.walk = full
    listener._called("start", {"generation": 0})
    listener._called("stop", {"generation": 0})
    assert [(stack, row[0]) for stack, row in state.collections.items()] == [((), 1)]
    assert not state.collecting
