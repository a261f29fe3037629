"""What would not be loaded without one import, on graphs that are written out."""

from __future__ import annotations

import pytest

from codeflash_python.tools.import_graph import Graph


def graph(loads, edges):
    """A graph of (module, first importer, milliseconds) and (importer, asked)."""
    return Graph(
        {
            "loads": [[name, importer, ms / 1000, 0.0, 0, 0, f"/{name}.py", 0] for name, importer, ms in loads],
            "edges": edges,
            "cpu_s": 1.0,
        }
    )


def test_what_others_import_too_is_not_saved():
    """`shared` stays, because the program asks for it as well; `only` goes with `heavy`."""
    found = graph(
        [("app", "", 1), ("heavy", "app", 10), ("only", "heavy", 20), ("shared", "heavy", 40)],
        [("__main__", "app"), ("app", "heavy"), ("heavy", "only"), ("heavy", "shared"), ("app", "shared")],
    )
    assert found.saved("app", {"heavy"}) == {"heavy", "only"}


def test_a_package_goes_with_its_only_submodule():
    """Without `import p.a` neither `p` nor `p.a` is loaded; a submodule keeps its package."""
    found = graph(
        [("app", "", 1), ("p", "app", 5), ("p.a", "p", 5), ("p.b", "p.a", 5)], [("app", "p.a"), ("p.a", "p.b")]
    )
    assert found.saved("app", {"p", "p.a"}) == {"p", "p.a", "p.b"}


def test_relative_statement_is_resolved():
    """`from ..b import c` in p.a.m asks for p.b and p.b.c."""
    found = graph([("p", "", 1), ("p.b", "p", 1), ("p.b.c", "p.b", 1)], [])
    statement = {"level": 2, "module": "b", "names": ["c"], "plain": False}
    assert found.resolve("p.a", statement) == {"p", "p.b", "p.b.c"}


def test_least_keeps_the_quiet_run():
    """Of several observations the one with the least time in all is taken whole."""
    one, other = graph([("a", "", 5), ("b", "a", 9)], []), graph([("a", "", 8), ("b", "a", 3)], [])
    assert Graph.least([one, other]) is other


def test_the_end_is_shared_out_by_blocks():
    """Of two modules of the same size the one of many small objects is dearer to free; without blocks bytes count."""
    loads = [["array", "", 0.1, 0.1, 1000, 1000, "/a.py", 100], ["tables", "", 0.1, 0.1, 1000, 1000, "/t.py", 300]]
    document = {"loads": loads, "edges": [], "cpu_s": 1.0, "teardown_s": 0.4}
    assert Graph(document).ending_s({"tables"}) == pytest.approx(0.3)
    for row in loads:
        row[7] = 0
    assert Graph(document).ending_s({"tables"}) == pytest.approx(0.2)
    assert Graph({**document, "loads": []}).ending_s(set()) == 0.0
