"""A later profile: what changed since the one before."""

from __future__ import annotations

from typing import Any

from codeflash_agent.render.profile import change_lines


def _target(name: str, cpu: float, line: int = 1) -> dict[str, Any]:
    place = {"file": "a.py", "line": line, "function": name}
    return {
        **place,
        "cpu_percent": cpu,
        "mem_mib": 0.0,
        "gc_percent": 0.0,
        "blocked_ms": 0.0,
        "domains": ["cpu"],
        "score": cpu,
    }


def _document(*rows: dict[str, Any], wall: float = 1.0, **more: Any) -> dict[str, Any]:
    totals = {"wall_s": wall, "cpu_s": wall, "rss_peak_mib": 20.0, "gc_percent": 1.0, "share_error_percent": 2.0}
    base = {"totals": totals, "exit_code": 0, "notes": ["saw 3"], "left_out": [], "functions": [], "interactions": []}
    return {**base, "targets": list(rows), **more}


def _meeting(*names: str) -> dict[str, Any]:
    places = [{"file": "a.py", "line": 1, "function": name} for name in names]
    return {"kind": "copies", "functions": places, "text": "copies are made", "fix": "make none"}


def test_what_stood_elsewhere_what_is_new_and_what_is_gone() -> None:
    """Each row has its rank before, found by name because lines move; rows that left are named; known notes are not said."""
    before = _document(_target("slow", 80.0), _target("next", 15.0))
    figure = {
        "file": "a.py",
        "line": 9,
        "function": "next",
        "cpu_own_percent": 60.0,
        "calls": 1200,
        "calls_at_least": False,
    }
    figure["cpu_places"] = [{"first": 11, "last": 13, "percent": 50.0}]
    after = _document(
        _target("next", 70.0, line=9), _target("fresh", 5.0), wall=0.3, notes=["saw 4", "new"], functions=[figure]
    )
    assert change_lines(before, after, 2) == [
        (
            "[unified profile 2] wall 1.00 -> 0.30 s, CPU 1.00 -> 0.30 s, peak RSS 20 -> 20 MiB, collector 1.0 -> 1.0 % of CPU"
            "; shares within +/-2.0 points"
        ),
        "  note: new",
        "[unified targets] rank (before)",
        "  1 (2) next a.py:9: CPU 70.0 % (own 60.0, loop 11-13), 1,200 calls; cpu; priority 70.0",
        "  2 (new) fresh a.py:1: CPU 5.0 %; cpu; priority 5.0",
        "  no longer in it: slow a.py:1",
    ]


def test_interactions_are_told_in_full_once() -> None:
    """One that is still there is a name, one that is new is a sentence, and those that are gone are counted."""
    before = _document(interactions=[_meeting("x"), _meeting("z")])
    lines = change_lines(before, _document(interactions=[_meeting("x"), _meeting("y")]), 2)
    assert lines[-3:] == [
        "[interactions] new: copies: copies are made. Root fix: make none",
        "[interactions] still: copies (x)",
        "[interactions] gone: 1",
    ]
    assert "[unified targets] none above the thresholds" in lines


def test_a_long_table_is_cut_and_its_rest_is_named() -> None:
    """After six rows the names of the others stand in one line."""
    rows = _document(*(_target(f"f{number}", 5.0) for number in range(9)))
    lines = change_lines(_document(), rows, 2)
    assert change_lines(_document(), rows, 2, brief=True) == [lines[0], *lines[2:5]]
    assert lines[-1] == "  and 3 more: f6 a.py:1, f7 a.py:1, f8 a.py:1"


def test_a_session_about_memory_is_told_who_holds_it() -> None:
    """The first three at the peak with their lines; nothing where no allocations were taken, or nobody asked."""
    rows = [
        {"file": "a.py", "line": n, "function": f"f{n}", "mem_peak_mib": float(n), "mem_lines": [{"line": n + 1}]}
        for n in range(5)
    ]
    after = _document(functions=rows, allocations={"peak_mib": 12.5})
    (line,) = [one for one in change_lines(_document(), after, 2, memory=True) if "allocators" in one]
    assert line == (
        "[top allocators] 12.5 MiB at the peak: f4 a.py:4 4.0 MiB (line 5); f3 a.py:3 3.0 MiB (line 4); "
        "f2 a.py:2 2.0 MiB (line 3)"
    )
    assert not [one for one in change_lines(_document(), after, 2) if "allocators" in one]
    without = _document(functions=rows, allocations=None)
    assert not [one for one in change_lines(_document(), without, 2, memory=True) if "allocators" in one]
