"""Looking at the arguments of calls: what counts as the same, and that none of the program's own code runs for it."""

from __future__ import annotations

import sys

from profiler.collect.arguments import Arguments


def looked(calls):
    """`(looks, distinct)` of calls of a function of one argument, given as thunks of that argument."""
    arguments = Arguments()

    def called(_value, *_rest, **_options):
        arguments.look(sys._getframe())

    for call in calls:
        called(call())
    ((_code, looks, distinct),) = arguments.found()
    return looks, distinct


def test_values_count_by_value():
    """Equal scalars and small containers are one argument wherever they lie; 1, 1.0 and True are three."""
    assert looked([lambda: "a" * 3, lambda: "aaa"]) == (2, 1)
    assert looked([lambda: [1, {"a": (2, 3)}], lambda: [1, {"a": (2, 3)}]]) == (2, 1)
    assert looked([lambda: 1, lambda: 1.0, lambda: True]) == (3, 3)
    assert looked([lambda: {1, 2}, lambda: {2, 1}, lambda: [1, 2], lambda: (1, 2)]) == (4, 3)


class Point:
    """An object with state."""

    def __init__(self, x):
        """Stand at `x`."""
        self.x = x


def test_objects_count_by_identity_and_state():
    """One object is one argument while its attributes stay; temporary ones at one address are as many as there are."""
    point = Point(1)
    assert looked([lambda: point] * 5) == (5, 1)

    def moved():
        point.x += 1
        return point

    assert looked([moved] * 5) == (5, 5)
    assert looked([lambda: Point(1)] * 5) == (5, 5)


class Slotted:
    """An object that cannot be referred to weakly."""

    __slots__ = ("x",)


def test_what_cannot_be_told_apart_counts_as_new():
    """An iterator changes without a sign, and a slotted object leaves its address to the next: neither is a repetition."""
    iterator, slotted = iter(range(9)), Slotted()
    assert looked([lambda: iterator] * 3) == (3, 3)
    assert looked([lambda: slotted] * 3) == (3, 3)


def hostile():
    """An object whose every question, and every question to whose class, ends the program."""

    def asked(*_arguments):
        raise SystemExit

    methods = dict.fromkeys(("__hash__", "__eq__", "__len__", "__iter__", "__getattribute__"), asked)
    loud = type("Loud", (type,), dict.fromkeys(("__hash__", "__eq__", "__getattribute__"), asked))
    return object.__new__(loud("Touchy", (), {**methods, "__dict__": property(asked)}))


def test_none_of_the_programs_code_runs():
    """Hostile objects, alone and in containers, are looked at without a single of their methods being called."""
    touchy = hostile()
    assert looked([lambda: touchy, lambda: [touchy], lambda: {"a": touchy}, lambda: touchy]) == (4, 3)


def test_functions_without_parameters_are_unknown():
    """Nothing is claimed of a function that takes no arguments."""
    arguments = Arguments()

    def called():
        arguments.look(sys._getframe())

    called()
    assert arguments.found() == []


CALLS = """\
import work
def again(n, option="x"):
    return work.first(n)
def anew(n, option="x"):
    return work.first(300 + n % 50)
for i in range(4000):
    again(300 + i % 3)
    anew(i, option=str(i))
"""


def test_repetition_shows_in_the_profile(profile, program, python):
    """A function called with three arguments in turn shows three; one called with ever new ones as many as looked at."""
    done = profile("python", program(CALLS), python=python, options=("--passes", "joint,calls"))
    rows = {row["function"]: row for row in done.document["functions"]}
    assert rows["again"]["calls"] == rows["anew"]["calls"] == 4000
    assert rows["again"]["argument_calls"] >= 50
    assert rows["again"]["distinct_arguments"] == 3
    assert rows["anew"]["argument_calls"] >= 50
    assert rows["anew"]["distinct_arguments"] == rows["anew"]["argument_calls"]
