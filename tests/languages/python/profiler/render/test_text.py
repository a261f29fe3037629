"""The report: order, length, and what it says when there is little to say."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from profiler.render import length, text
from tests.languages.python.profiler.conftest import REPOSITORY

SCHEMA = REPOSITORY / "plugin" / "languages" / "python" / "references" / "profile.schema.json"


def row(index, **figures):
    """A function of a large program, with long names."""
    place = {"file": f"package/subpackage_{index}/a_module_with_a_long_name_{index}.py", "line": index + 1}
    return {
        **place,
        "function": f"SomeClassWithALongName{index}.some_method_with_a_long_name_{index}",
        "cpu_self_percent": 1.0,
        "cpu_own_percent": 2.0,
        "cpu_cum_percent": 50.0,
        "calls": 123456 + index,
        "calls_are_resumes": False,
        "calls_at_least": False,
        "mem_peak_mib": 12.0,
        "mem_net_mib": 1.0,
        "mem_peak_blocks": 123456,
        "mem_net_blocks": 12345,
        "cpu_places": [{"first": index + 2, "last": index + 4, "percent": 0.9}],
        "mem_lines": [{"line": index + 3, "mib": 11.0}],
        "resident_peak_mib": 3.0,
        "gc_s": 0.5,
        "gc_apportioned_s": 0.4,
        "gc_collections": 5,
        "blocked_ms": 20.0,
        "blocked_cpu_ms": 1.0,
        "longest_block_ms": 10.0,
        "callees": [],
        **figures,
    }


@pytest.fixture
def document():
    """A document of a program with everything in it, five hundred functions among it."""
    functions = [row(index) for index in range(500)]
    named = [{key: function[key] for key in ("file", "line", "function")} for function in functions]
    return {
        "schema_version": 1,
        "command": ["pytest", "-x", "tests/" + "x" * 300],
        "executed": ["python"],
        "source_root": "/src",
        "python": "3.11.7",
        "taken": "2026-01-01T00:00:00+00:00",
        "exit_code": 0,
        "signal": None,
        "failed": False,
        "quick": False,
        "wall_s": 10.0,
        "cpu_s": 9.0,
        "totals": {
            "wall_s": 10.0,
            "cpu_s": 9.0,
            "sampled_cpu_s": 8.5,
            "samples": 8500,
            "sampling_cpu_s": 0.1,
            "share_error_percent": 1.06,
            "rss_peak_mib": 200.0,
            "gc_s": 1.5,
            "gc_percent": 17.0,
            "mem_peak_mib": 150.0,
            "mem_net_mib": 10.0,
            "blocked_ms": 900.0,
            "import_s": 0.5,
        },
        "engines": {"cpu": "signal timer"},
        "passes": [
            {
                "name": name,
                "wall_s": 10.0,
                "cpu_s": 9.0,
                "cost": 1.0,
                "engine": "engine",
                "exit_code": 0,
                "rss_peak_mib": 1.0,
                "processes": 1,
            }
            for name in ("bare", "joint", "calls", "allocations", "async")
        ],
        "functions": functions,
        "targets": [
            {
                **place,
                "cpu_percent": 2.0,
                "mem_mib": 12.0,
                "gc_percent": 1.0,
                "blocked_ms": 20.0,
                "domains": ["cpu", "memory", "gc", "async"],
                "score": 12.0,
            }
            for place in named
        ],
        "interactions": [
            {
                "kind": "allocation→collector",
                "functions": named[:1],
                "evidence": {"gc_share_of_cpu": 0.2},
                "text": "collections are 17% of the CPU time; " * 5,
                "fix": "allocate fewer container objects (memory)",
            }
        ]
        * 30,
        "distributions": [
            {"name": f"dist{n}", "version": "1.0", "percent": 20.0, "self_percent": 5.0, "outside_percent": 1.0}
            for n in range(20)
        ],
        "collector": {"collections": [100, 10, 1], "seconds": [0.1, 0.2, 1.2], "longest_ms": 80.0},
        "asyncio": {
            "steps": 1000,
            "busy_s": 1.0,
            "uvloop": False,
            "callbacks": [{**place, "blocks": 5, "held_ms": 100.0, "longest_ms": 30.0} for place in named],
            "waits": [
                {"chain": [{**place, "at": 5}], "waits": 4, "waited_s": 2.0, "longest_ms": 900.0} for place in named
            ],
            "tasks": [],
        },
        "concurrency": [
            {
                **named[0],
                "samples": [[4, 20.0]] * 50,
                "base_mib": 10.0,
                "most_tasks": 4,
                "tasks_at_peak": 4,
                "fit": None,
            }
        ],
        "instances": [
            {
                "file": place["file"],
                "line": 1,
                "class": place["function"],
                "count": 9,
                "dict_mib": 1.0,
                "mib": 2.0,
                "has_dict": True,
                "has_slots": False,
            }
            for place in named[:10]
        ],
        "allocations": {
            "engine": "memray",
            "peak_mib": 150.0,
            "net_mib": 10.0,
            "hidden_mib": 0.0,
            "outside_project_mib": 10.0,
            "allocated_blocks": 1234567,
        },
        "processes": [],
        "left_out": [],
        "notes": ["a note " * 60] * 20,
        "delta": {
            "taken": "2025-12-31T00:00:00+00:00",
            "totals": {name: {"before": 1.0, "after": 2.0, "delta": 1.0} for name in ("wall_s", "cpu_s", "gc_s")},
            "functions": [{**place, "own_s_before": 1.0, "own_s_after": 2.0, "delta": 1.0} for place in named],
        },
    }


def test_document_follows_the_schema(document):
    """The document that these tests render is one that the profiler could write."""
    jsonschema.validate(document, json.loads(Path(SCHEMA).read_text(encoding="utf-8")))


def test_sections_in_order(document):
    """The sections come in the order in which a reader needs them."""
    report = text.render(document)
    heads = [
        "[unified profile]",
        "[top allocators]",
        "[collector]",
        "[functions]",
        "[async]",
        "[distributions]",
        "[unified targets]",
        "[interactions]",
        "[delta]",
    ]
    places = [report.index(head) for head in heads]
    assert places == sorted(places)
    assert "| Function | file:line | CPU % | Mem MiB | GC | Async | Domains | Priority |" in report


def test_largest_report_stays_short(document):
    """However large the program, the report stays under 1,500 tokens."""
    report = text.render(document)
    assert length.tokens(report) < 1500
    assert "more (--json has all)" in report


def test_quiet_program(document):
    """Without targets, asyncio or interactions the report says so or says nothing, and is short."""
    for key in ("functions", "targets", "interactions", "distributions", "notes"):
        document[key] = []
    for key in ("asyncio", "allocations", "delta"):
        document[key] = None
    report = text.render(document)
    assert "none: nothing of the project is above" in report
    assert "is it the right folder?" in report
    assert "[async]" not in report
    assert len(report) < 1800


def test_failure_is_marked(document):
    """A failing or killed command is marked at the top."""
    document["exit_code"] = 3
    assert "FAILED: exit code 3" in text.render(document).splitlines()[0]
    document["exit_code"], document["signal"] = 137, "SIGKILL"
    assert "FAILED: killed by SIGKILL" in text.render(document).splitlines()[0]


def test_report_stays_short_whatever_the_names(document):
    """Names of hundreds of characters, in any script, many notes and many things left out: still under 1,500 tokens."""
    for entry in (*document["functions"], *document["targets"], *document["asyncio"]["callbacks"]):
        entry["function"] = "ein_sehr_langer_Name_" * 40
        entry["file"] = "ordner/" * 100 + "modul.py"
    for wait in document["asyncio"]["waits"]:
        wait["chain"] = wait["chain"] * 30
    for row in document["distributions"]:
        row["name"] = "a-distribution-" * 20
    for interaction in document["interactions"]:
        interaction["fix"] = "do less of it " * 50
    document["command"] = ["python", "-c", "print(1); " * 2000]
    document["left_out"] = ["a pass that was left out for a reason " * 30] * 4
    report = text.render(document)
    assert length.tokens(report) < 1500
    assert report.count("\n") < 80
