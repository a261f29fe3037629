"""Attribution of time, exactly."""

from __future__ import annotations

import pytest

from profiler.analyse import cpu
from profiler.analyse.identity import Resolver
from tests.languages.python.profiler.synthetic import Recording

MAIN = ("app/main.py", "main", 1)
PARSE = ("app/parse.py", "parse", 5)
JSON = ("/usr/lib/python3.11/json/decoder.py", "JSONDecoder.decode", 332)


@pytest.fixture
def tabulate(tmp_path):
    """The table of a recording, by function name."""

    def run(*recordings):
        resolver = Resolver(tmp_path)
        table = cpu.tabulate(cpu.samples([recording.process for recording in recordings], resolver))
        return table, {function.name: row for function, row in table.rows.items()}

    return run


def test_self_own_and_cumulative(tmp_path, tabulate):
    """Self is the innermost frame's, own adds library code, cumulative all beneath."""
    table, rows = tabulate(Recording(tmp_path).cpu(1, MAIN).cpu(2, PARSE, MAIN).cpu(4, JSON, PARSE, MAIN))
    assert table.cpu_s == 7
    assert (rows["main"].self_s, rows["main"].own_s, rows["main"].cum_s) == (1, 1, 7)
    assert (rows["parse"].self_s, rows["parse"].own_s, rows["parse"].cum_s) == (2, 6, 6)
    assert "JSONDecoder.decode" not in rows
    assert table.below == {"(standard library)": 4}


def test_recursion_counts_once(tmp_path, tabulate):
    """A function that is on the stack three times gets its seconds once, directly and through another."""
    _, rows = tabulate(Recording(tmp_path).cpu(3, PARSE, MAIN, PARSE, PARSE))
    assert rows["parse"].cum_s == 3
    assert rows["parse"].own_s == 3
    assert rows["main"].cum_s == 3
    assert list(rows["parse"].edges.values()) == [3]


def test_callback_from_a_library(tmp_path, tabulate):
    """Project code that a library calls owns its time, and the library's caller keeps only what is around it."""
    key = ("app/parse.py", "key", 9)
    _, rows = tabulate(Recording(tmp_path).cpu(2, key, JSON, PARSE).cpu(1, JSON, PARSE))
    assert rows["key"].own_s == 2
    assert rows["parse"].own_s == 1
    assert rows["parse"].cum_s == 3


def test_processes_and_collections_add_up(tmp_path, tabulate):
    """The collector's CPU time is the function's that set it off; processes and threads are summed."""
    first = Recording(tmp_path).cpu(1, PARSE)
    first.add("collections", first.stack(PARSE), 1, 0.5, 0.6, 0.6, 0, 1)
    second = Recording(tmp_path)
    second.add("threads", second.stack(PARSE), 3, 2.0)
    table, rows = tabulate(first, second)
    assert rows["parse"].own_s == 3.5
    assert table.pause_cpu_s == 0.5


def test_comprehensions_belong_to_their_function(tmp_path, tabulate):
    """A comprehension's own code object (before 3.12) is a part of the function around it."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "parse.py").write_text("\n\n\n\ndef parse():\n    return [i for i in x]\n", encoding="utf-8")
    part = ("app/parse.py", "parse.<locals>.<listcomp>", 6)
    _, rows = tabulate(Recording(tmp_path).cpu(2, part, PARSE))
    assert list(rows) == ["parse"]
    assert rows["parse"].self_s == 2


def test_our_own_frames_are_left_out(tmp_path, tabulate):
    """Frames of the collectors are in no stack: their callers are charged."""
    ours = ("/tmp/x/site/_codeflash_collect/loop.py", "LoopWatch._run", 50)
    _, rows = tabulate(Recording(tmp_path).cpu(1, ours, PARSE))
    assert rows["parse"].self_s == 1
