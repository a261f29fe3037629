"""The runner that makes a project's own benchmarks report their figures, on real pytest-benchmark, pyperf and asv modules."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from codeflash_agent.measure import metrics
from codeflash_python import environment

VERSIONS = sorted(Path("~/.pyenv/versions").expanduser().glob("3.*/bin/python3"))
INTERPRETERS = [str(path) for path in VERSIONS if int(path.parts[-3].split(".")[1]) >= 9] or [sys.executable]


def run(folder, *arguments, interpreter=sys.executable, status=0):
    """Run the runner in `folder`; give its metrics by name and what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ = {**kept, "PYTHONPATH": str(environment.RUNNER)}
    done = subprocess.run(
        [interpreter, "-m", "codeflash_bench", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith(metrics.MARKER)]
    return {name: value.amount for name, value in map(metrics.parse, lines)}, done.stdout + done.stderr


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_a_function_is_called_cold_and_warm(tmp_path, interpreter):
    """A memo across calls shows as a first call that is far slower than the later ones, on each supported version."""
    (tmp_path / "memo.py").write_text(
        "import functools, time\n@functools.lru_cache\ndef f(n=3):\n    time.sleep(0.05)\n    return n\n"
    )
    found, _ = run(tmp_path, "call", "memo:f", "--args", "[4]", interpreter=interpreter)
    assert set(found) == {"f.cold_s", "f.warm_s"}
    assert found["f.cold_s"] >= 0.05 > 10 * found["f.warm_s"]


def test_a_coroutine_function_is_run_to_its_end(tmp_path):
    """What a coroutine waits for is in its figures."""
    (tmp_path / "slow.py").write_text(
        "import asyncio\nclass A:\n    async def f():\n        await asyncio.sleep(0.02)\n"
    )
    found, _ = run(tmp_path, "call", "slow:A.f")
    assert found["A.f.warm_s"] >= 0.02


@pytest.mark.parametrize("name", ["nothing:f", "json:nothing", "json", "json:__name__"])
def test_what_cannot_be_called_is_one_line(tmp_path, name):
    """A function that is not there is usage, said in one line."""
    _, said = run(tmp_path, "call", name, status=2)
    assert said.count("\n") == 1
    assert f"cannot find {name}" in said


ASV = """
    import time

    class Suite:
        params = [[1, 2], ["a", "b"]]
        def setup(self, n, word):
            if (n, word) == (2, "b"):
                raise NotImplementedError
            self.text = word * n
        def time_upper(self, n, word):
            assert self.text == word * n
            self.text.upper()

    class Once:
        number = 1
        def setup_cache(self):
            return list(range(100))
        def setup(self, numbers):
            self.fresh = list(numbers)
        def time_empty(self, numbers):
            while True:  # fails unless it is prepared anew for each call
                if self.fresh.pop() == 0:
                    break
        def track_size(self, numbers):
            return len(numbers)
        track_size.unit = "numbers"

    def time_sleep():
        time.sleep(0.01)

    def helper():
        raise AssertionError
"""


def test_asv_modules_run_as_asv_runs_them(tmp_path):
    """Parameters, setup, setup_cache, numbers and what does not apply are those of asv's documentation."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").write_text("")
    (tmp_path / "benchmarks" / "bench_x.py").write_text(textwrap.dedent(ASV))
    found, _ = run(tmp_path, "asv", "benchmarks/bench_x.py")
    timed = {name.rpartition(".")[0] for name in found if name.endswith("_s")}
    combined = {f"bench_x.Suite.time_upper_{n}_{word}_" for n, word in ((1, "a"), (1, "b"), (2, "a"))}
    assert timed == {*combined, "bench_x.Once.time_empty", "bench_x.time_sleep"}
    assert found["bench_x.Once.track_size"] == 100
    assert found["bench_x.time_sleep.warm_s"] >= 0.01
    chosen, _ = run(tmp_path, "asv", "benchmarks", "-b", "sleep")
    assert set(chosen) == {"bench_x.time_sleep.cold_s", "bench_x.time_sleep.warm_s"}


def test_an_asv_benchmark_that_fails_fails_the_run(tmp_path):
    """The others are still timed, and the exit status says that one failed; nothing found is no success either."""
    (tmp_path / "b.py").write_text("def time_bad():\n    raise ValueError('no')\ndef time_good(): pass\n")
    found, said = run(tmp_path, "asv", "b.py", status=1)
    assert "b.time_good.warm_s" in found
    assert "b.time_bad failed" in said
    (tmp_path / "b.py").write_text("x = 1\n")
    assert "no time_*" in run(tmp_path, "asv", "b.py", status=1)[1]
    assert "is not there" in run(tmp_path, "asv", "c.py", status=1)[1]


def test_pytest_benchmark_suites_report_their_minimum(tmp_path):
    """A real pytest-benchmark suite gives the fastest round of each test; where it is disabled, the test's call."""
    (tmp_path / "test_b.py").write_text(
        "import time\ndef test_nap(benchmark):\n    benchmark(time.sleep, 0.01)\ndef test_plain(): pass\n"
    )
    found, _ = run(tmp_path, "pytest", "-q", "test_b.py", "-p", "no:cacheprovider")
    assert set(found) == {"test_b.test_nap.min_s"}
    assert 0.01 <= found["test_b.test_nap.min_s"] < 5
    found, _ = run(tmp_path, "pytest", "-q", "test_b.py::test_nap", "--benchmark-disable", "-p", "no:cacheprovider")
    assert set(found) == {"test_b.test_nap.call_s"}


def test_a_failing_test_fails_the_run(tmp_path):
    """The exit status is pytest's own."""
    (tmp_path / "test_b.py").write_text("def test_x(): assert 0\n")
    run(tmp_path, "pytest", "-q", "test_b.py", "-p", "no:cacheprovider", status=1)


def test_pyperf_scripts_report_their_minimum(tmp_path):
    """A real pyperf script gives the fastest value of each of its benchmarks."""
    (tmp_path / "bench_y.py").write_text(
        "import pyperf, time\nrunner = pyperf.Runner()\n"
        "runner.bench_func('nap', time.sleep, 0.01)\nrunner.timeit('sum', 'sum(range(1000))')\n"
    )
    found, _ = run(tmp_path, "pyperf", "bench_y.py")
    assert set(found) == {"nap.min_s", "sum.min_s"}
    assert found["nap.min_s"] >= 0.01 > found["sum.min_s"]


@pytest.mark.parametrize("arguments", [(), ("call",), ("other", "x")])
def test_usage_is_one_line(tmp_path, arguments):
    """Without a kind or what to run, one line says what to give."""
    assert "give call, asv, pytest, pyperf" in run(tmp_path, *arguments, status=2)[1]
