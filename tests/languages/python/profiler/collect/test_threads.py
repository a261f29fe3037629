"""Threads that come and go between samples."""

from __future__ import annotations

import threading
import time

from profiler.collect.state import State
from profiler.collect.threads import Threads


def work(until, spent, name):
    """Use the CPU until told to stop; leave how much it was."""
    while not until.is_set():
        sum(range(2000))
        spent[name] = time.thread_time()


def wait_for(spent, name, seconds):
    """Wait until a thread has used so much CPU time."""
    while spent.get(name, 0.0) < seconds:
        time.sleep(0.005)


def sampled(threads, state):
    """Take a sample; gives the seconds charged so far by the innermost own function's name."""
    threads.sample()
    found = {}
    for stack, (_, seconds) in state.others.items():
        for name in {state.codes[identity].co_name for identity in stack if identity in state.codes}:
            found[name] = found.get(name, 0.0) + seconds
    return found


def test_a_thread_is_charged_to_its_end():
    """What a thread uses after its last sample goes to where it was last seen."""
    state = State(("/",))
    threads, until, spent = Threads(state), threading.Event(), {}
    threads.sample()
    thread = threading.Thread(target=work, args=(until, spent, "one"))
    thread.start()
    wait_for(spent, "one", 0.02)
    before = sampled(threads, state)["work"]
    wait_for(spent, "one", 2 * before)
    until.set()
    thread.join()
    after = sampled(threads, state)["work"]
    assert before < 0.55 * spent["one"]
    assert 0.9 * spent["one"] < after < 1.1 * spent["one"]
    assert thread.ident not in threads.clocks


def test_work_of_the_main_thread_is_no_other_threads():
    """What the main thread and a living one do when another ends is not charged to that one."""
    state = State(("/",))
    threads, spent = Threads(state), {}
    stops = {name: threading.Event() for name in ("short", "long")}
    pair = {name: threading.Thread(target=work, args=(stop, spent, name)) for name, stop in stops.items()}
    for thread in pair.values():
        thread.start()
    wait_for(spent, "short", 0.03)
    sampled(threads, state)
    stops["short"].set()
    pair["short"].join()
    sum(range(1_000_000))
    wait_for(spent, "long", spent["short"] + 0.05)
    sampled(threads, state)
    stops["long"].set()
    pair["long"].join()
    after = sampled(threads, state)["work"]
    true = sum(spent.values())
    assert 0.9 * true < after < 1.1 * true
