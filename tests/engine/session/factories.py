"""Values for session tests, with figures that are easy to follow by eye."""

from __future__ import annotations

from typing import Any

from codeflash_agent.language import TestReport
from codeflash_agent.measure.model import Measurement, Method, Ratio
from codeflash_agent.session.records import Candidate, Record
from codeflash_agent.session.state import Session
from codeflash_agent.session.targets import Target
from codeflash_agent.verdict.model import Verdict


def ratio(base: float, head: float, *, verdict: str = "better", unit: str = "s") -> Ratio:
    """A ratio with an interval of one percent on each side."""
    value = base / head
    return Ratio(base, head, value, value * 0.99, value * 1.01, verdict, unit)


def measurement(**metrics: Ratio) -> Measurement:
    """A complete measurement of 15 pairs."""
    return Measurement(metrics, 15, dict.fromkeys(metrics, 0.02), 30.0, complete=True, output_changed=False)


def record(number: int, state: str, **fields: Any) -> Record:
    """An experiment on `app/load.py::parse`."""
    values: dict[str, Any] = {
        "number": number,
        "state": state,
        "target": "app/load.py::parse",
        "domains": ["cpu", "memory"],
        "dimension": "cpu",
        "hypothesis": "one pass instead of two copies",
        "opened": "2026-01-01T00:00:00+00:00",
        "base_commit": "b" * 40,
        "profile": 1,
    }
    return Record(**{**values, **fields})


def kept(number: int = 1, *, speedup: float = 2.0, **fields: Any) -> Record:
    """A kept experiment whose CPU seconds fell by `speedup`."""
    values: dict[str, Any] = {
        "candidate": Candidate("c" * 40, ["app/load.py"], []),
        "measurement": measurement(
            cpu_s=ratio(speedup, 1.0), rss_mib=ratio(50.0, 40.0, unit="MiB"), gc_s=ratio(0.2, 0.1)
        ),
        "tests_head": TestReport("pytest", 0, 1.0, {"t::a": "passed", "t::b": "failed"}),
        "verdict": Verdict("keep", "target better", "cpu 2x", ("cpu_s",), ()),
        "commit": "a" * 40,
        "description": "perf: parse in one pass",
    }
    return record(number, "keep", **{**values, **fields})


def session(**fields: Any) -> Session:
    """A session in /nowhere."""
    values: dict[str, Any] = {
        "started": "2026-01-01T00:00:00+00:00",
        "goal": "faster import",
        "branch": "codeflash/optimize",
        "in_place": False,
        "tree": "/nowhere/optimize",
        "start_commit": "b" * 40,
        "method": Method("python bench.py"),
        "tests": "pytest -q",
        "guard": None,
        "band": {"cpu_s": 0.02},
        "start_values": {"cpu_s": 2.0},
    }
    return Session(**{**values, **fields})


def target(function: str = "parse", *domains: str, score: float = 50.0) -> Target:
    """A row of the target table."""
    return Target(function, "app/load.py:10", 40.0, 12.0, 0.1, 0.0, domains or ("cpu", "memory"), score)
