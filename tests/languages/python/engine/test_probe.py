"""The collector's figures that processes leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codeflash_python import probe

VERSIONS = sorted(Path("~/.pyenv/versions").expanduser().glob("3.*/bin/python3"))
INTERPRETERS = [str(path) for path in VERSIONS if int(path.parts[-3].split(".")[1]) >= 9] or [sys.executable]


def run(folder, script, interpreter=sys.executable, **more):
    """Run `script` with the probe in `folder` and nothing else of ours on the path."""
    environ = {**os.environ, "PYTHONPATH": probe.install(folder), **more}
    return subprocess.run([interpreter, "-c", script], env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_counts_collections(tmp_path, interpreter):
    """Each supported version reports the explicit collections and a positive time, and prints nothing of its own."""
    done = run(tmp_path, "import gc; gc.disable()\nfor _ in range(7): gc.collect()", interpreter)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    figures = probe.read(tmp_path)
    assert figures["gc_collections"] >= 7
    assert 0 < figures["gc_s"] < 60


def test_seconds_are_those_of_the_collections(tmp_path):
    """The time told is the time that the collections took by the program's own clock, not the program's."""
    script = (
        "import gc, time\n"
        "gc.disable()\n"
        "kept = [[] for _ in range(300_000)]\n"
        "began = time.perf_counter()\n"
        "for _ in range(5): gc.collect()\n"
        "print(time.perf_counter() - began)\n"
        "time.sleep(0.2)\n"
    )
    done = run(tmp_path, script)
    told, own = probe.read(tmp_path)["gc_s"], float(done.stdout)
    assert 0.5 * own < told < 1.5 * own + 0.1


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "import os; os._exit(0)",
        "import sys; sys.exit(3)",
        "raise ValueError",
        "import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'pass'])",
        "import os, sys; os.execlp(sys.executable, sys.executable, '-c', 'pass')",
    ],
)
def test_every_ending(tmp_path, ending):
    """Figures are left however the process ends, by its own exit, by an exception, or by becoming another program."""
    run(tmp_path, f"import gc\nfor _ in range(50): gc.collect()\n{ending}")
    assert probe.read(tmp_path)["gc_collections"] >= 50


def test_children_add_up(tmp_path):
    """Forked, spawned and started children count once each, and a fork does not count its parent's collections again."""
    script = """
import gc, multiprocessing, os, subprocess, sys
gc.disable()
def work():
    for _ in range(100): gc.collect()
if __name__ == "__main__":
    for _ in range(1000): gc.collect()
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    os.waitpid(pid, 0)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=work); process.start(); process.join()
    subprocess.run([sys.executable, "-c", "import gc\\nfor _ in range(100): gc.collect()"])
"""
    assert run(tmp_path, script).returncode == 0
    assert 1300 <= probe.read(tmp_path)["gc_collections"] < 1400


def test_killed_process_loses_little(tmp_path):
    """A process that is killed has told what it collected until about a second before."""
    script = "import gc, time\nprint(1, flush=True)\nwhile True:\n    gc.collect(); time.sleep(0.01)\n"
    environ = {**os.environ, "PYTHONPATH": probe.install(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", script], env=environ, stdout=subprocess.PIPE)
    process.stdout.readline()
    deadline = time.monotonic() + 30
    while not probe.read(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert probe.read(tmp_path)["gc_collections"] > 0


def test_chains_to_the_environments_own(tmp_path):
    """A `sitecustomize` that was there before still runs, under its own name, and the probe's folder leaves the path."""
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for folder in (theirs, ours):
        folder.mkdir()
    (theirs / "sitecustomize.py").write_text("import sys\nsys.was_here = (__name__, __file__)\n")
    script = "import sys, sitecustomize\nprint(sys.was_here, sitecustomize.__file__, any('ours' in entry for entry in sys.path))"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([probe.install(ours), str(theirs)])}
    shown = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    ).stdout
    path = str(theirs / "sitecustomize.py")
    assert shown.strip() == f"('sitecustomize', {path!r}) {path} False"
    assert probe.read(ours) != {}


def test_nothing_left_is_nothing(tmp_path):
    """A folder without figures, or with a torn file, gives no figures instead of zeros."""
    assert probe.read(tmp_path) == {}
    (tmp_path / "gc-1-1").write_text("0.1")
    assert probe.read(tmp_path) == {}


def test_folder_that_vanished(tmp_path):
    """A process whose probe folder was removed ends as it would have without the probe."""
    script = f"import shutil; shutil.rmtree({str(tmp_path / 'p')!r})"
    (tmp_path / "p").mkdir()
    done = run(tmp_path / "p", script)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_collections_are_told_by_generation(tmp_path, interpreter):
    """Explicit collections of each generation are counted under it."""
    script = "import gc; gc.disable()\nfor g, n in ((0, 5), (1, 4), (2, 3)):\n    for _ in range(n): gc.collect(g)"
    assert run(tmp_path, script, interpreter).returncode == 0
    figures = probe.read(tmp_path)
    counts = [figures[f"gc_collections_gen{generation}"] for generation in range(3)]
    assert sum(counts) == figures["gc_collections"] >= 12
    assert counts[2] >= 3
    assert "alloc_peak_mib" not in figures


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_allocations_on_request(tmp_path, interpreter):
    """With the variable set, the peak of each process is told; a fork does not count what its parent has."""
    script = (
        "import os\nb = bytearray(30 << 20)\nif os.fork() == 0:\n    c = bytearray(5 << 20)\n    os._exit(0)\nos.wait()"
    )
    assert run(tmp_path, script, interpreter, CODEFLASH_MEASURE="allocations").returncode == 0
    assert 35 <= probe.read(tmp_path)["alloc_peak_mib"] < 40
