"""`pytest`: pytest-benchmark's figures where a suite has them, else the seconds of each test's call."""

from __future__ import annotations

import sys

from codeflash_bench import timing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 20  # tests with lines of their own
QUICK = "--benchmark-max-time=0.2"  # a test, where nothing else is asked for; the default is a second


class Figures:
    """A pytest plugin that notes what tests took and prints it when the session ends."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._calls: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a test's call."""
        if report.when == "call" and report.passed:
            self._calls[report.nodeid] = report.duration

    def pytest_unconfigure(self, config: Any) -> None:
        """Print, after everything else was."""
        kept = getattr(getattr(config, "_benchmarksession", None), "benchmarks", None) or []
        figures = {}
        for one in kept:
            stats = getattr(one, "stats", None)
            if stats is not None and not getattr(one, "has_error", False) and getattr(stats, "data", None):
                figures[f"{_short(one.fullname)}.min_s"] = float(stats.min)
        if not figures:
            figures = {f"{_short(name)}.call_s": seconds for name, seconds in self._calls.items()}
        if len(figures) > MOST:
            print(f"\n{len(figures)} tests ran; name up to {MOST} to see the figures of each")
            timing.metric("all.tests_s", sum(figures.values()))
            return
        for name, seconds in figures.items():
            timing.metric(name, seconds)


def _short(nodeid: str) -> str:
    """File name and test, without folders."""
    path, _, test = nodeid.partition("::")
    return f"{path.rpartition('/')[2].rpartition('.')[0] or path}.{test.replace('::', '.')}"


def run(arguments: list[str]) -> int:
    """Run pytest in this process with the arguments; its exit status is given back."""
    try:
        import pytest  # noqa: PLC0415 - the project's own
    except ImportError:
        sys.stderr.write("codeflash_bench: the project's interpreter has no pytest\n")
        return 2
    sys.path.insert(0, "")  # as `python -m pytest` does
    own = list(arguments)
    if _has("pytest_benchmark") and not any(one.startswith("--benchmark-") for one in own):
        own.append(QUICK)
    return int(pytest.main(own, plugins=[Figures()]))


def _has(name: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec(name) is not None
