"""What the profiler writes: the JSON document, speedscope, baselines and deltas."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import pytest

from .conftest import REPOSITORY, SCRIPT

SCHEMA = json.loads((REPOSITORY / "plugin/languages/python/references/profile.schema.json").read_text(encoding="utf-8"))
ALL = "bare,joint,allocations,calls,async"  # named, so that none is left out for want of time on a busy machine
LOOP = """\
import asyncio, copy, time
import work
async def main():
    time.sleep(0.02)
    work.first(500000)
    await asyncio.sleep(0.01)
kept = copy.deepcopy([[i] for i in range(60000)])
asyncio.run(main())
"""


def test_document_of_all_passes_follows_its_schema(profile, program, python):
    """On every interpreter the document of a run with all passes validates, and carries the promised fields."""
    done = profile("python", program(LOOP), python=python, options=("--passes", ALL, "--memory", "tracemalloc"))
    assert done.code == 0, done.err
    jsonschema.validate(done.document, SCHEMA)
    assert [row["name"] for row in done.document["passes"]] == ["bare", "joint", "allocations", "calls", "async"]
    assert done.document["left_out"] == []
    assert len(done.err) < 6000


def test_quick_document_says_what_was_left_out(profile, program):
    """--quick makes one pass, and names the others as left out, in the document and in the report."""
    done = profile("python", program("import work\nwork.first(500000)\n"))
    jsonschema.validate(done.document, SCHEMA)
    assert [row["name"] for row in done.document["passes"]] == ["joint"]
    assert len(done.document["left_out"]) == 4
    assert done.err.count("left out:") == 4
    assert done.document["functions"][0]["calls"] is None


def test_schema_refuses_what_is_wrong(profile, program):
    """The schema is no formality: a missing field, an unknown domain or a share of 200 % fail it."""
    good = profile("python", program("import work\nwork.first(500000)\n")).document
    for spoil in (
        lambda document: document.pop("functions"),
        lambda document: document["targets"][0].update(domains=["luck"]),
        lambda document: document["functions"][0].update(cpu_own_percent=200),
        lambda document: document.update(schema_version=2),
    ):
        document = json.loads(json.dumps(good))
        spoil(document)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, SCHEMA)


def test_speedscope_has_the_stacks(profile, program, tmp_path):
    """The speedscope file has one weight per stack, outermost frames first, and sums up to the sampled time."""
    target = tmp_path / "stacks.json"
    name = program("import work\ndef outer():\n    work.first(3000000)\nouter()\n")
    done = profile("python", name, options=("--quick", "--speedscope", str(target)))
    document = json.loads(target.read_text(encoding="utf-8"))
    (one,) = document["profiles"]
    assert len(one["samples"]) == len(one["weights"])
    assert sum(one["weights"]) == pytest.approx(done.document["totals"]["sampled_cpu_s"], rel=0.05)
    names = [document["shared"]["frames"][index]["name"] for index in one["samples"][0]]
    assert names[-2:] == ["outer", "first"]


def test_report_to_a_file_leaves_standard_error_alone(profile, program, tmp_path):
    """With --report nothing of ours is on standard error."""
    target = tmp_path / "report.txt"
    done = profile("python", program("import work\nwork.first(500000)\n"), options=("--quick", "-o", str(target)))
    assert done.err == ""
    assert "[unified targets]" in target.read_text(encoding="utf-8")


def test_baseline_and_delta(profile, program, tmp_path):
    """The first run stores a baseline; a later, faster one prints what it gained and leaves the baseline be."""
    store = str(tmp_path / "store")
    options = ("--quick", "--baseline", store)
    name = program("import work\nwork.first(6000000)\nwork.second(1000000)\n")
    first = profile("python", name, options=options, baseline=True)
    assert "[baseline] stored in" in first.err
    assert first.document["delta"] is None
    (kept,) = (tmp_path / "store").iterdir()
    content = kept.read_bytes()
    program("import work\nwork.first(2000000)\nwork.second(1000000)\n")
    second = profile("python", name, options=options, baseline=True)
    assert kept.read_bytes() == content
    change = second.document["delta"]["functions"][0]
    assert change["function"] == "first"
    assert change["own_s_after"] < change["own_s_before"] * 0.6
    assert second.document["delta"]["totals"]["cpu_s"]["delta"] < 0
    assert "[delta]" in second.err
    jsonschema.validate(second.document, SCHEMA)
    third = profile("python", name, options=(*options, "--rebase"), baseline=True)
    assert third.document["delta"] is None
    assert kept.read_bytes() != content


def test_baselines_are_kept_by_command(profile, program, tmp_path):
    """Another command has another baseline; a failing run stores none."""
    store = tmp_path / "store"
    options = ("--quick", "--baseline", str(store))
    name = program("import sys, work\nwork.first(500000)\nsys.exit(len(sys.argv) > 2)\n")
    profile("python", name, options=options, baseline=True)
    other = profile("python", name, "x", options=options, baseline=True)
    assert other.document["delta"] is None
    assert len(list(store.iterdir())) == 2
    failed = profile("python", name, "x", "y", options=options, baseline=True)
    assert failed.code == 1
    assert len(list(store.iterdir())) == 2


def test_baseline_lies_beside_the_sessions_files(profile, program, tmp_path):
    """Without --baseline it goes to `.codeflash/profiles` of the project, kept out of its history."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    name = program("import work\nwork.first(500000)\n")
    profile("python", name, options=("--quick",), baseline=True, root=tmp_path / "src")
    assert list((tmp_path / ".codeflash" / "profiles").glob("baseline-*.json"))
    assert (tmp_path / ".codeflash" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert not (tmp_path / "src" / ".codeflash").exists()


def test_diff_of_two_profiles(profile, program, tmp_path):
    """Two profiles of a program show what changed: the function, its calls, and the totals; bad files get one line."""
    name = program("import work\nfor _ in range(3): work.first(600000)\nwork.second(300000)\n")
    before = profile("python", name, options=("--passes", "joint,calls")).document
    (tmp_path / name).write_text("import work\nwork.first(600000)\nwork.second(300000)\n", encoding="utf-8")
    after = profile("python", name, options=("--passes", "joint,calls")).document
    for file, document in (("before.json", before), ("after.json", after)):
        (tmp_path / file).write_text(json.dumps(document), encoding="utf-8")

    def diff(*words):
        return subprocess.run(
            [sys.executable, SCRIPT, "diff", *words], check=False, cwd=tmp_path, capture_output=True, text=True
        )

    done = diff("before.json", "after.json")
    assert done.returncode == 0, done.stderr
    assert "3 -> 1 calls  first  work.py" in done.stdout
    assert "cpu_s" in done.stdout
    found = json.loads(diff("--json", "before.json", "after.json").stdout)
    assert found["functions"][0]["function"] == "first"
    (tmp_path / "other.json").write_text("[1]", encoding="utf-8")
    for words in (("before.json",), ("before.json", "missing.json"), ("before.json", "other.json")):
        done = diff(*words)
        assert done.returncode == 96
        assert done.stderr.startswith("codeflash profile: error: ")
        assert done.stderr.count("\n") == 1
