"""Memory over processes, and pauses apportioned."""

from __future__ import annotations

import pytest

from profiler.analyse import cpu, memory, pauses
from profiler.analyse.identity import Resolver
from profiler.analyse.memory import Allocations, Site
from profiler.analyse.model import Table
from tests.languages.python.profiler.synthetic import Recording

SOURCE = "def one():\n    a = 1\n    b = 2\n\ndef two():\n    c = 3\n"
DECODER = "/usr/lib/python3.11/json/decoder.py"


@pytest.fixture
def root(tmp_path):
    """A source root with a module of two functions."""
    (tmp_path / "app.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def charge(root, found, samples=()):
    """Bytes at the peak by function name, and the totals."""
    table = Table()
    totals = memory.charge(table, found, Resolver(root), list(samples))
    return {function.name: row for function, row in table.rows.items()}, totals


def allocations(recording, peak, net=()):
    """What an engine saw in a process."""
    return Allocations(recording.process, "tracemalloc", list(peak), list(net), sum(s.size for s in peak))


def test_sites_go_to_the_function_around_the_line(root):
    """Lines of one function add up, and are kept apart for the report."""
    sites = [Site((("app.py", 2),), 100.0), Site((("app.py", 3),), 50.0), Site((("app.py", 6),), 7.0)]
    rows, totals = charge(root, [allocations(Recording(root), sites, sites[:1])])
    assert rows["one"].peak == 150
    assert rows["one"].lines == {2: 100.0, 3: 50.0}
    assert rows["one"].net == 100
    assert rows["two"].peak == 7
    assert rows["two"].net == 0
    assert totals.peak_bytes == 157


def test_library_allocations_go_to_the_caller_on_the_stack(root):
    """With a whole stack, the innermost project function is charged."""
    site = Site(((DECODER, 353), ("app.py", 2)), 64.0)
    rows, _ = charge(root, [allocations(Recording(root), [site])])
    assert rows["one"].peak == 64


def test_single_frames_of_libraries_are_shared_by_sampled_callers(root):
    """With one frame, library memory is shared by the time that each caller spent there, the harness included."""
    recording = (
        Recording(root)
        .cpu(3, (DECODER, "decode", 332), ("app.py", "one", 1))
        .cpu(1, (DECODER, "decode", 332), ("app.py", "two", 5))
        .cpu(4, (DECODER, "decode", 332), ("/usr/lib/python3.11/runpy.py", "run", 1))
    )
    samples = cpu.samples([recording.process], Resolver(root))
    rows, totals = charge(root, [allocations(recording, [Site(((DECODER, 353),), 80.0)])], samples)
    assert (rows["one"].peak, rows["two"].peak) == (30, 10)
    assert totals.unattributed == 40


def test_processes_alive_together_add_up(root):
    """Two workers at the same time hold twice as much; one after the other, as much as the larger."""
    site = [Site((("app.py", 2),), 100.0)]
    together = [
        allocations(Recording(root, began=0, wall_s=5), site),
        allocations(Recording(root, began=1, wall_s=5), site),
    ]
    rows, totals = charge(root, together)
    assert (rows["one"].peak, totals.peak_bytes) == (200, 200)
    apart = [
        allocations(Recording(root, began=0, wall_s=5), site),
        allocations(Recording(root, began=6, wall_s=5), site),
    ]
    rows, totals = charge(root, apart)
    assert (rows["one"].peak, totals.peak_bytes) == (100, 100)


def test_pauses_set_off_and_apportioned(root):
    """A full collection is charged to who set it off, and apportioned by young collections."""
    recording = Recording(root)
    one, two = recording.stack(("app.py", "one", 1)), recording.stack(("app.py", "two", 5))
    recording.add("collections", one, 9, 0.9, 0.9, 0.1, 9, 0)
    recording.add("collections", two, 4, 3.1, 3.1, 3.0, 3, 1)
    recording.process.latest["collector"] = {"count": [12, 0, 1], "seconds": [1.0, 0, 3.0], "longest": 3.0}
    table = Table()
    totals = pauses.charge(table, [recording.process], Resolver(root))
    rows = {function.name: row for function, row in table.rows.items()}
    assert totals.total_s == 4.0
    assert (rows["one"].pauses_s, rows["two"].pauses_s) == (0.9, 3.1)
    assert rows["one"].apportioned_s == pytest.approx(3.0)
    assert rows["two"].apportioned_s == pytest.approx(1.0)
    assert rows["two"].full_collections == 1


def test_collections_that_were_asked_for(root):
    """gc.collect() is its caller's for certain: nothing is apportioned to others."""
    recording = Recording(root)
    recording.add("collections", recording.stack(("app.py", "one", 1)), 2, 0.5, 0.5, 0.3, 0, 2)
    table = Table()
    pauses.charge(table, [recording.process], Resolver(root))
    (row,) = table.rows.values()
    assert row.apportioned_s == 0.5
