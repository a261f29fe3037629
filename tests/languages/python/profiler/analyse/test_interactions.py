"""Patterns are found on evidence, and nothing is said without."""

from __future__ import annotations

import ast

import pytest

from profiler.analyse.asynchrony import Asynchrony
from profiler.analyse.concurrency import Concurrency, Line
from profiler.analyse.identity import Function
from profiler.analyse.instances import Instances
from profiler.analyse.interactions import Evidence, find
from profiler.analyse.interactions.recomputation import depends_on_arguments_only
from profiler.analyse.model import MIB, Table
from profiler.analyse.pauses import Collector


@pytest.fixture
def table():
    """A run of 10 CPU seconds with one function."""
    made = Table()
    made.cpu_s = 10.0
    made.row(Function("app.py", 1, "work", own=True)).own_s = 5.0
    return made


def kinds(table, pauses_s=0.0, ran=False, definition=None):
    """The kinds found."""
    collector = Collector([100, 10, 1], [0.0, 0.0, pauses_s], pauses_s)
    found = find(Evidence(table, collector, Asynchrony(ran=ran), 10.0, 100 * MIB, lambda _: definition))
    assert all(interaction.evidence and interaction.text and interaction.fix for interaction in found)
    return [interaction.kind for interaction in found]


def row_of(table):
    """The one row."""
    return next(iter(table.rows.values()))


def test_nothing_is_found_in_a_plain_program(table):
    """A function that just computes shows no interaction."""
    assert kinds(table, ran=True) == []


def test_allocation_and_pauses(table):
    """Pauses of 5 % that one function earns are shown; below, or earned by nobody, they are not."""
    row = row_of(table)
    row.pauses_s = row.apportioned_s = 0.5
    assert kinds(table, pauses_s=0.5) == ["allocation→collector"]
    assert kinds(table, pauses_s=0.49) == []
    row.pauses_s = row.apportioned_s = 0.05
    assert kinds(table, pauses_s=0.5) == []
    row.pauses_s = row.apportioned_s = 0.5
    row.import_s = 4.0
    assert kinds(table, pauses_s=0.5) == []


def test_deep_copy(table):
    """Deep copying from 5 % of the CPU time."""
    row_of(table).deepcopy_s = 0.5
    assert kinds(table) == ["deepcopy→memory+cpu"]
    row_of(table).deepcopy_s = 0.4
    assert kinds(table) == []


@pytest.mark.parametrize(
    ("cpu_s", "expected"),
    [(0.002, ["blocking-call→stalled-loop"]), (0.035, []), (0.09, ["cpu-in-loop→starvation"])],
)
def test_block_that_waits_and_block_that_computes(table, cpu_s, expected):
    """Little CPU in a block is a blocking call, much is computation, and between them nothing is claimed."""
    row = row_of(table)
    row.blocked_s, row.blocked_cpu_s, row.longest_block_s, row.blocks = 0.1, cpu_s, 0.02, 5
    assert kinds(table, ran=True) == expected
    assert kinds(table, ran=False) == []


def test_standing_in_the_queue_for_a_processor_is_no_waiting(table):
    """A block that computes is one on a busy machine too, where it stands in the queue for half of its time."""
    row = row_of(table)
    row.blocked_s, row.blocked_cpu_s, row.longest_block_s, row.blocks = 0.2, 0.045, 0.04, 5
    assert kinds(table, ran=True) == ["blocking-call→stalled-loop"]
    row.blocked_queued_s = 0.15
    assert kinds(table, ran=True) == ["cpu-in-loop→starvation"]
    row.longest_block_s = 0.01
    assert kinds(table, ran=True) == []


def test_many_short_callbacks_are_no_block(table):
    """A loop busy with callbacks of 2 ms is working, not blocked."""
    row = row_of(table)
    row.blocked_s, row.blocked_cpu_s, row.longest_block_s, row.blocks = 3.0, 2.9, 0.002, 1500
    assert kinds(table, ran=True) == []


def test_imports(table):
    """Imports of 15 % count, unless it is the test harness that is imported, or tests that import."""
    table.import_by = {("app.py", "pandas"): 2.0}
    assert kinds(table) == ["import→start-up"]
    table.import_by = {("app.py", "pytest"): 1.9, ("app.py", "pandas"): 0.1}
    assert kinds(table) == []
    table.import_by = {("tests/test_app.py", "hypothesis"): 2.0}
    assert kinds(table) == []


def test_library_ceiling(table):
    """A distribution above 15 % called by the project is named; the standard library and the harness are not."""
    table.below = {"libcst": 1.6, "(standard library)": 5.0, "pytest": 4.0, "attrs": 1.4}
    assert kinds(table) == ["library→cpu-ceiling"]


def function(source):
    """The definition in a source."""
    return ast.parse(source).body[0]


UNIQUE = function(
    """def work(items):
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
"""
)


def test_walk_through_a_large_list_in_a_hot_loop(table):
    """It takes a large list, and the loop's time, to say that an algorithm is quadratic."""
    row = row_of(table)
    row.cpu_places = {(3, 5): 4.0}
    row.sizes = {"seen": ("list", 5000)}
    assert kinds(table, definition=UNIQUE) == ["algorithm→size-squared"]
    row.sizes = {"seen": ("set", 5000)}
    assert kinds(table, definition=UNIQUE) == []
    row.sizes = {"seen": ("list", 50)}
    assert kinds(table, definition=UNIQUE) == []
    row.sizes, row.cpu_places = {"seen": ("list", 5000)}, {(3, 5): 0.4, (1, 1): 4.6}
    assert kinds(table, definition=UNIQUE) == []


def test_a_search_counts_when_it_is_called_often(table):
    """A linear search in one call is no algorithm of the second order; in a thousand calls it is."""
    search = function(
        "def work(self, name):\n    for row in self.rows:\n        if row == name:\n            return row"
    )
    row = row_of(table)
    row.cpu_places, row.sizes, row.calls = {(2, 4): 4.0}, {"self.rows": ("list", 5000)}, 1000
    assert kinds(table, definition=search) == ["algorithm→size-squared"]
    row.calls = 3
    assert kinds(table, definition=search) == []


def test_recomputation(table):
    """The same arguments again and again, a value that depends on nothing else, and time that matters."""
    pure = function("def work(name):\n    out = []\n    out.append(name)\n    return out")
    row = row_of(table)
    row.cum_s, row.calls, row.argument_calls, row.distinct_arguments = 5.0, 1000, 1000, 10
    assert kinds(table, definition=pure) == ["recomputation↔memory"]
    row.distinct_arguments = 900
    assert kinds(table, definition=pure) == []
    row.distinct_arguments, row.cum_s = 10, 0.1
    assert kinds(table, definition=pure) == []
    row.cum_s, row.argument_calls = 5.0, None
    assert kinds(table, definition=pure) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return 1",
        "def f(self):\n    return self.x",
        "def f(x):\n    print(x)",
        "def f(x):\n    return random.random() * x",
        "def f(x):\n    x.seen = True\n    return x",
        "def f(self, x):\n    self.items.append(x)\n    return x",
        "def f(x):\n    global n\n    n = x\n    return n",
        "def f(x):\n    yield x",
        "async def f(x):\n    return x",
        "def f(x, file):\n    return file.read(x)",
        "def f(x):\n    return hashlib.pbkdf2_hmac('sha256', x, b'', 9)",
    ],
)
def test_what_may_depend_on_more_than_its_arguments(source):
    """State, generators, clocks, chance, files, and signatures: no recomputation is claimed of such a function."""
    assert not depends_on_arguments_only(function(source))


def test_instance_dicts(table):
    """Many instances with dictionaries that are a good part of the peak."""
    entry = Instances("app.py", 1, "Point", 100_000, 10 * MIB, 15 * MIB, has_dict=True)
    table.instances = [entry]
    assert kinds(table) == ["instance-dict→memory+cpu"]
    for change in ({"has_dict": False}, {"count": 500}, {"dict_bytes": 1 * MIB}):
        table.instances = [Instances(**{**vars(entry), **change})]
        assert kinds(table) == []


def test_memory_per_task(table):
    """Memory along a line through the origin of the tasks under way, and enough of it."""
    function = Function("app.py", 1, "handle", own=True)

    def said(line, most=40):
        loops = Asynchrony(ran=True)
        loops.concurrency = [Concurrency(function, [(40, 60 * MIB)], 20 * MIB, most, most, line)]
        evidence = Evidence(table, Collector([1, 0, 0], [0.0, 0.0, 0.0], 0.0), loops, 10.0, 60 * MIB, lambda _: None)
        return [interaction.kind for interaction in find(evidence)]

    assert said(Line(1 * MIB, 0.99)) == ["memory-per-task→throughput"]
    assert said(Line(1 * MIB, 0.5)) == []
    assert said(Line(0.05 * MIB, 0.99)) == []
    assert said(Line(1 * MIB, 0.99), most=3) == []
    assert said(None) == []
