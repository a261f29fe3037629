"""What is measured on request: start-up, allocations at peak, instructions."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from codeflash_agent.measure import extras
from codeflash_agent.measure.model import Measurement, Method, Side
from codeflash_agent.storage import temporary
from codeflash_python import probe
from tests.engine.measure.factories import PYTHON, python

NOTHING = Measurement({}, 0, {}, 0.0, complete=True, output_changed=False)


def _side(tree: Path, name: str, startup: str = "") -> Side:
    """A side with the target language's own probe."""
    fixed = {**os.environ, "PYTHONHASHSEED": "0"}
    return Side(name, tree, lambda folder: {**fixed, "PYTHONPATH": probe.install(folder)}, probe.read, startup)


def _measured(tmp_path: Path, kind: str, base: str, head: str, startup: str = "") -> Measurement:
    sides = []
    for name, source in (("base", base), ("head", head)):
        (tmp_path / name).mkdir()
        python(tmp_path / name, source)
        sides.append(_side(tmp_path / name, name, startup))
    method = Method(f"'{sys.executable}' program.py", looks=(5,), extras=(kind,))
    return extras.measured(method, *sides, NOTHING, seed=1, say=lambda _: None)


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ([100.0, 101.0], [50.0, 50.5], "better"),
        ([50.0, 50.5], [100.0, 101.0], "worse"),
        ([100.0, 100.2], [100.1, 100.0], "same"),
        ([100.0, 110.0], [95.0, 105.0], "inconclusive"),
        ([100.0, 100.0], [99.5, 99.5], "same"),
    ],
)
def test_few_runs_are_compared_by_their_range(base: list[float], head: list[float], verdict: str) -> None:
    """The worst pairing of the runs has to show the gain, and at least 1 % of it."""
    ratio = extras.exact(base, head, "MiB")
    assert ratio.verdict == verdict
    assert ratio.low <= ratio.ratio <= ratio.high


def test_allocations_at_peak(tmp_path: Path) -> None:
    """What a program has allocated at its peak is told exactly, though it was freed before the end."""
    table = _measured(tmp_path, "allocations", "b = bytearray(40 << 20)\ndel b\n", "b = bytearray(10 << 20)\ndel b\n")
    ratio = table.metrics["alloc_peak_mib"]
    assert 40 <= ratio.base < 42
    assert 10 <= ratio.head < 12
    assert ratio.verdict == "better"


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_instructions_are_counted_over_the_whole_tree(tmp_path: Path) -> None:
    """Work in a child process is counted, the same work has the same count within 1 %, and no count is left behind."""
    source = "import os\nif os.fork() == 0:\n    sum(range({}))\n    os._exit(0)\nos.wait()\n"
    ratio = _measured(tmp_path, "instructions", source.format(2_000_000), source.format(200)).metrics["instructions"]
    assert ratio.verdict == "better"
    assert ratio.base - ratio.head > 2_000_000
    assert ratio.high / ratio.low < 1.01
    assert not list(Path(tempfile.gettempdir()).glob(f"{temporary.PREFIX}*/callgrind.*"))


def test_without_valgrind_a_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where valgrind is not installed nothing is counted, and the table says why."""
    monkeypatch.setenv("PATH", str(tmp_path))
    table = _measured(tmp_path, "instructions", "", "")
    assert table.metrics == {}
    assert table.notes == ("instructions were not counted: valgrind is not installed here",)


def test_start_up_is_measured_by_the_language_s_command(tmp_path: Path) -> None:
    """Start-up is its own command in pairs of its own; where there is none, a line says so."""
    startup = f"{PYTHON} program.py"
    table = _measured(
        tmp_path, "startup", "import time; time.sleep(0.15)\n", "import time; time.sleep(0.05)\n", startup
    )
    assert table.metrics["startup_wall"].base >= 0.15
    assert table.metrics["startup_wall"].ratio > 1.3
    assert "startup_cpu" in table.metrics
    (tmp_path / "again").mkdir()
    assert "no package to import" in _measured(tmp_path / "again", "startup", "", "").notes[0]
