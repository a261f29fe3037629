"""Planted leaks are found, clean programs raise no alarm, and stages are told apart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

INSIDE = Path(__file__).resolve().parents[4] / "plugin" / "languages" / "python" / "codeflash_inside"
FIXTURES = Path(__file__).parent / "fixtures"
LEAKS = (
    "closure", "lru_cache", "global_list", "cycle_with_del", "task", "handler", "thread_local", "weakref", "traceback", "native",
)  # fmt: skip
CLEAN = ("lists", "bounded_cache", "cycle", "tasks", "weakrefs")


def check(tmp_path, name, module="leaks"):
    """What the tool says of a callable of the fixtures, asked in a process of its own."""
    asked, answered = tmp_path / "request", tmp_path / "answer"
    asked.write_text(
        json.dumps({"callable": f"{module}:{name}", "input": None, "size": 1, "repeats": 12}), encoding="utf-8"
    )
    subprocess.run([sys.executable, INSIDE, "stages", asked, answered], cwd=FIXTURES, check=True)
    return json.loads(answered.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", LEAKS)
def test_planted_leak_is_found_with_its_place(tmp_path, kind):
    """Each of ten kinds is seen to grow; what allocator hooks see leads to a line of the program."""
    growth = check(tmp_path, f"leak_{kind}")["growth"]
    if kind == "native":
        assert growth["hidden_bytes_per_call"] > 200_000
    else:
        assert any("leaks.py" in frame for place in growth["places"] for frame in place["traceback"]), growth


def test_growth_names_nothing_of_the_recording(tmp_path):
    """Neither frames of the tool nor objects that it makes for itself are shown as the program's."""
    growth = check(tmp_path, "leak_global_list")["growth"]
    assert growth["places"]
    assert not [frame for place in growth["places"] for frame in place["traceback"] if "codeflash_inside" in frame]
    assert growth["types"] == []


@pytest.mark.parametrize("kind", CLEAN)
def test_clean_program_raises_no_alarm(tmp_path, kind):
    """What a call makes and drops, or keeps within a bound, is no leak."""
    growth = check(tmp_path, f"clean_{kind}")["growth"]
    assert (growth["places"], growth["hidden_bytes_per_call"]) == ([], 0.0)


def test_lines_have_live_and_peak_bytes(tmp_path):
    """A line that keeps a list leaves its size alive; the peak of the whole is at least that."""
    stages = check(tmp_path, "leak_traceback")["stages"]
    line = next(one for one in stages if one["source"] == "big = [0] * 100")
    assert line["live_bytes"] >= 800
    assert max(one["peak_bytes"] for one in stages) >= line["live_bytes"]
