"""The ranking over all domains."""

from __future__ import annotations

import pytest

from profiler.analyse.cpu import tabulate
from profiler.analyse.identity import MODULE, Function
from profiler.analyse.model import MIB, Sample, Table
from profiler.analyse.targets import rank


@pytest.fixture
def table():
    """An empty table of a run of 10 CPU seconds."""
    made = Table()
    made.cpu_s = 10.0
    return made


def add(table, name, file="app.py", **figures):
    """A row with these figures, its own time sampled under no caller and its own code's unless they say otherwise."""
    row = table.row(Function(file, 1, name, own=True))
    figures.setdefault("self_s", figures.get("own_s", 0.0))
    for key, value in figures.items():
        setattr(row, key, value)
    if row.own_s:
        table.paths[row.function,] = row.own_s
    return row


def sampled(seconds, calls=()):
    """A table of paths, written outermost first as `main parse token`, with their own seconds, and numbers of calls."""
    stacks = [
        Sample(tuple(Function("app.py", 1, name, own=True) for name in reversed(path.split())), own)
        for path, own in seconds.items()
    ]
    made = tabulate(stacks)
    for name, count in dict(calls).items():
        made.row(Function("app.py", 1, name, own=True)).calls = count
    return made


def ranked(table, peak=100 * MIB):
    """Names and domains in order."""
    return [(target.row.function.name, target.domains) for target in rank(table, wall_s=10.0, peak_bytes=peak)]


def test_thresholds(table):
    """A function is in a domain from 1 % CPU, 2 MiB, 1 % in pauses, 5 ms of blocked loop, and not below."""
    add(table, "cpu", own_s=0.1, cum_s=0.1)
    add(table, "cooler", own_s=0.099, cum_s=0.099)
    add(table, "memory", peak=2.0 * MIB)
    add(table, "smaller", peak=1.99 * MIB)
    add(table, "gc", pauses_s=0.1, apportioned_s=0.1)
    add(table, "calmer", pauses_s=0.09, apportioned_s=0.09)
    add(table, "async", blocked_s=0.005)
    add(table, "prompt", blocked_s=0.0049)
    assert dict(ranked(table)) == {
        "cpu": ("cpu",),
        "memory": ("memory",),
        "gc": ("gc",),
        "async": ("async",),
    }


def test_of_equal_targets_the_cross_domain_one_comes_first(table):
    """With the same sum of shares, the target in two domains outranks the one in a single domain."""
    add(table, "single", own_s=4.0, cum_s=4.0, peak=0.0)
    add(table, "double", own_s=2.0, cum_s=2.0, peak=20.0 * MIB)
    assert [name for name, _ in ranked(table)] == ["double", "single"]
    scores = [target.score for target in rank(table, wall_s=10.0, peak_bytes=100 * MIB)]
    assert scores == [pytest.approx(40 * 1.25), pytest.approx(40)]


def test_small_peaks_are_no_reason(table):
    """Half of a 6 MiB peak weighs less than a tenth of the CPU time."""
    add(table, "cpu", own_s=1.0, cum_s=1.0, peak=0.0)
    add(table, "memory", peak=3.0 * MIB)
    assert [name for name, _ in ranked(table, peak=6 * MIB)] == ["cpu", "memory"]


def test_tests_come_last(table):
    """A test function is the workload: the code that it exercises comes first."""
    add(table, "test_it", file="tests/test_app.py", own_s=5.0, cum_s=5.0)
    add(table, "work", own_s=1.0, cum_s=1.0)
    assert [name for name, _ in ranked(table)] == ["work", "test_it"]


def test_order_is_stable(table):
    """Equal scores are ordered by file and name, so that two runs over the same figures agree."""
    for name in ("b", "a", "c"):
        add(table, name, own_s=1.0, cum_s=1.0)
    assert [name for name, _ in ranked(table)] == ["a", "b", "c"]


def test_pass_through_comes_after_what_it_calls(table):
    """A chain of functions that do nothing but call the next ranks from the inside out."""
    table = sampled({"main run step work": 10.0})
    assert [name for name, _ in ranked(table)] == ["work", "step", "run", "main"]


def test_loop_over_a_cheap_callee_is_a_target():
    """A function that calls a cheap one a million times ranks above one that calls an equally long one once."""
    paths = {"main looping cheap": 4.0, "main calling heavy": 4.0, "main": 2.0}
    table = sampled(paths, {"main": 1, "looping": 1, "cheap": 1_000_000, "calling": 1, "heavy": 1})
    names = [name for name, _ in ranked(table)]
    assert names.index("looping") < names.index("calling")
    without_counts = {
        target.row.function.name: target.cpu for target in rank(sampled(paths), wall_s=10.0, peak_bytes=1)
    }
    assert without_counts["looping"] == pytest.approx(without_counts["calling"])


def test_recursion_counts_once():
    """The shell of a recursive visitor gets no more for being on the stack ten times over."""
    deep = sampled({"main " + "visit " * 10 + "leaf": 5.0, "main other": 5.0})
    flat = sampled({"main visit leaf": 5.0, "main other": 5.0})
    shares = [
        {target.row.function.name: target.cpu for target in rank(table, wall_s=10.0, peak_bytes=1)}
        for table in (deep, flat)
    ]
    assert shares[0]["visit"] == pytest.approx(shares[1]["visit"])


def test_mutual_recursion_ranks_the_workers_first():
    """Where `visit` and its handlers call each other, the handlers that spend the time come before the shell."""
    nested = "main " + "visit call visit name " * 4
    table = sampled({nested + "visit call": 4.0, nested + "visit name": 4.0, nested + "visit": 0.5})
    assert {name for name, _ in ranked(table)[:2]} == {"call", "name"}


def test_drivers_come_after_the_work():
    """Entry points far above the work rank below it, though nearly all time is beneath them."""
    table = sampled({f"main run batch stage{i} step{i}": 2.0 for i in range(5)})
    names = [name for name, _ in ranked(table)]
    assert names.index("main") > max(names.index(f"step{i}") for i in range(5))


def test_rows_are_not_one_chain():
    """A second hotspot comes before the callers of the first one, though these carry more time."""
    table = sampled({"main outer middle inner": 6.0, "main second": 2.2, "main": 1.8})
    names = [name for name, _ in ranked(table)]
    assert names.index("second") < names.index("outer")


def test_scores_fall():
    """Rows are in the order of their scores, also below those that are chosen one by one."""
    table = sampled({f"main a{i % 7} b{i % 20} c{i}": 1.0 + i / 50 for i in range(80)})
    scores = [target.score for target in rank(table, wall_s=10.0, peak_bytes=1)]
    assert len(scores) > 30
    assert scores == sorted(scores, reverse=True)


def test_imports_come_late():
    """What a module costs to import ranks below a function with half that time."""
    table = sampled({MODULE: 4.0, "work": 2.0, "rest": 4.0})
    assert [name for name, _ in ranked(table)] == ["rest", "work", MODULE]


def test_thin_shells_come_after_functions_with_something_to_change(table):
    """Of two functions with the same time, the one with more operations and a loop in its source comes first."""
    add(table, "shell", own_s=3.0, operations=2)
    add(table, "worker", own_s=3.0, operations=40, loops=True)
    assert [name for name, _ in ranked(table)] == ["worker", "shell"]


def test_thin_shells_of_memory_too(table):
    """Of two functions that hold the same memory, the one with something to change comes first."""
    add(table, "Holder.__init__", peak=30.0 * MIB, operations=1)
    add(table, "read", peak=30.0 * MIB, operations=40, loops=True)
    assert [name for name, _ in ranked(table)] == ["read", "Holder.__init__"]


def test_library_time_counts_as_a_callee_does(table):
    """Time in library code below a function counts 0.4 of its own code's, and importing a tenth, in the score alone."""
    add(table, "imports", own_s=2.0, self_s=0.0, import_s=2.0)
    add(table, "delegates", own_s=2.0, self_s=0.0)
    add(table, "works", own_s=2.0)
    targets = rank(table, wall_s=10.0, peak_bytes=100 * MIB)
    assert [(target.row.function.name, target.score) for target in targets] == [
        ("works", pytest.approx(20)),
        ("delegates", pytest.approx(8)),
        ("imports", pytest.approx(2)),
    ]
    assert {target.cpu for target in targets} == {0.2}


def test_work_of_an_import_comes_late():
    """What a module calls while it is imported counts a tenth, and all the same is in the table from 1 % on."""
    importing = Function("<frozen importlib._bootstrap>", 1, "_call_with_frames_removed", own=False)
    module = (Function("lib.py", 1, MODULE, own=True), importing)
    compiled, work = Function("lib.py", 9, "compiled", own=True), Function("lib.py", 20, "work", own=True)
    main = Function("bench.py", 1, MODULE, own=True)
    table = tabulate([Sample((compiled, *module, main), 2.0), Sample((work, main), 0.5), Sample((main,), 7.5)])
    assert [name for name, _ in ranked(table) if name != MODULE] == ["work", "compiled"]
    small = tabulate([Sample((compiled, *module, main), 0.2), Sample((work, main), 9.8)])
    assert ("compiled", ("cpu",)) in ranked(small)


def driven(file, *outside):
    """The ranking where `main` of bench.py, below frames `outside` the project, calls two functions of `file` in a loop."""
    outer = [Function("bench.py", 5, "main", own=True), Function("bench.py", 1, MODULE, own=True), *outside]
    parse, token = Function(file, 20, "parse", own=True), Function(file, 40, "token", own=True)
    made = tabulate([Sample((parse, *outer), 4.0), Sample((token, parse, *outer), 4.0), Sample(tuple(outer), 0.2)])
    for row in made.rows.values():
        row.calls = 100 if row.function.file == file and row.function.line >= 20 else 1
    return [name for name, _ in ranked(made)]


def test_the_script_that_is_run_is_the_workload():
    """A driver gets none of the time of what it calls in other files; in a program of one file the loop counts."""
    assert driven("lib.py") == ["parse", "token", "main"]  # the last for the 2 % of its own
    assert driven("bench.py")[0] == "main"


def test_an_imported_module_is_no_script():
    """A module that does its work when it is imported loops over what it calls as any function does."""
    importing = Function("<frozen importlib._bootstrap>", 1, "_call_with_frames_removed", own=False)
    assert driven("lib.py", importing)[0] == "main"
