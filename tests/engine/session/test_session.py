"""Whole sessions through the verbs, on a real project in a real repository."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from . import project
from .walking import begin, edit, rows, run, tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_a_keep_and_a_discard_leave_commit_ledger_patch_and_an_untouched_checkout(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real gain is committed, a change that measures the same is refused and kept as a patch."""
    before = project.fingerprint(started)
    begin()
    edit(started, project.FAST)
    run("measure")
    run("keep", "--message", "perf: keep order by dict")
    commit = project.git(started, "rev-parse", "codeflash/optimize").strip()
    message = project.git(started, "log", "-1", "--format=%B", commit)
    assert message.startswith("perf: keep order by dict\n\nMeasured (times better")
    run("profile", "--quick")
    begin()
    edit(started, project.FAST.replace("return list(", "return list(iter(").replace("words))", "words)))"))
    run("measure", status=1)
    run("keep", "--message", "perf: nothing", status=1)
    assert "the verdict is discard" in capsys.readouterr().err
    run("discard", "--reason", "measures the same")

    keep, discard = rows(started)
    assert (keep["status"], discard["status"]) == ("keep", "discard")
    assert keep["commit"] == commit[:12]
    assert float(keep["cpu_speedup"]) > 1.05
    assert (keep["tests_passed"], keep["tests_failed"]) == ("2", "1"), "a failure from before is not held against it"
    assert project.git(tree(started), "status", "--porcelain") == ""
    assert len(list((started / ".codeflash" / "discarded").glob("002-*.patch"))) == 1
    assert project.fingerprint(started) == before
    record = json.loads((started / ".codeflash" / "experiments" / "001.json").read_text())
    assert record["measurement"]["metrics"]["cpu_s"]["low"] > 1.0
    assert "gc_collections_gen2" in record["measurement"]["information"]
    other = json.loads((started / ".codeflash" / "experiments" / "002.json").read_text())
    same = {name for name, digest in record["hashes"].items() if other["hashes"][name] == digest}
    assert (set(record["hashes"]), same) == ({"diff", "benchmark", "environment"}, {"benchmark", "environment"})
    handoff = (started / ".codeflash" / "HANDOFF.md").read_text()
    assert "## How to resume" in handoff
    assert "perf: keep order by dict" in handoff
    run("milestone")
    assert "[milestone] codeflash/optimize-v1" in capsys.readouterr().out
    assert project.git(started, "rev-parse", "codeflash/optimize-v1").strip() == commit
    run("milestone")
    assert "codeflash/optimize-v1 has measured the last kept commit" in capsys.readouterr().out
    run("report")
    report = capsys.readouterr().out
    assert "perf: keep order by dict" in report
    assert "measured whole over" in report


@pytest.mark.slow
def test_the_rules_of_order_are_held(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No second experiment, no keep without a verdict, no measuring of nothing, no keep of another change."""
    run("measure", status=1)
    assert "no experiment is open" in capsys.readouterr().err
    begin()
    run("begin", "--target", "x::y", "--domains", "cpu", "--hypothesis", "h", status=1)
    assert "one fix at a time" in capsys.readouterr().err
    run("measure", status=1)
    assert "nothing differs" in capsys.readouterr().err
    run("keep", "--message", "perf: x", status=1)
    assert "no verdict yet" in capsys.readouterr().err
    edit(started, project.FAST)
    run("measure")
    edit(started, project.SAME)
    run("keep", "--message", "perf: x", status=1)
    assert "not the one that was measured" in capsys.readouterr().err
    run("baseline", "--benchmark", "python -c pass", status=1)
    assert "its method is locked" in capsys.readouterr().err


@pytest.mark.slow
def test_a_cheat_is_kept_only_with_an_explanation_which_is_recorded(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A memo across calls of what the benchmark calls stops the keep; the reason for it goes to the record."""
    begin()
    edit(started, project.MEMO)
    run("measure", status=1)
    assert "module-state" in capsys.readouterr().out
    run("keep", "--message", "perf: remember", status=1)
    assert "module-state: words/text.py:" in capsys.readouterr().err
    explained = ("--explain", "module-state=the words are a closed list")
    run("keep", "--message", "perf: remember", *explained, "--trade-off", "the words stay in memory")
    record = json.loads((started / ".codeflash" / "experiments" / "001.json").read_text())
    assert record["explained"] == {"module-state": "the words are a closed list"}
    run("report")
    assert "the words are a closed list" in capsys.readouterr().out


@pytest.mark.slow
def test_a_change_that_breaks_a_test_is_to_be_mended_before_anything_is_timed(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newly failing test ends the measurement with the name of the test, and no benchmark runs."""
    begin()
    edit(started, project.WRONG)
    run("measure", status=1)
    out = capsys.readouterr().out
    assert "tests-failing" in out
    assert "test_order" in out
    assert not (started / ".codeflash" / "experiments" / "001.pairs.jsonl").exists()
    run("keep", "--message", "perf: x", "--overrule", "I like it", status=1)
    run("discard", "--reason", "order is promised", "--crash")
    assert rows(started)[0]["status"] == "crash"


@pytest.mark.slow
def test_begin_needs_a_profile_of_this_state(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a profile of the present commit no experiment opens."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python bench.py", "--no-tests")
    run("begin", "--target", "x::y", "--domains", "cpu", "--hypothesis", "h", status=1)
    assert "profile first" in capsys.readouterr().err


@pytest.mark.slow
def test_another_method_needs_a_new_baseline_which_is_recorded(started: Path) -> None:
    """`baseline --again` replaces the method and keeps the old one with the reason."""
    run(
        "baseline",
        "--again",
        "the first was toy-sized",
        "--benchmark",
        "python bench.py again",
        "--tests",
        "pytest -q",
        "--runs",
        "2",
    )
    session = json.loads((started / ".codeflash" / "session.json").read_text())
    assert session["method"]["benchmark"] == "python bench.py again"
    assert session["baselines"][0]["why"] == "the first was toy-sized"
    assert session["baselines"][0]["method"]["benchmark"] == "python bench.py"


@pytest.mark.slow
def test_a_gain_for_one_input_alone_is_a_finding(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change that is fast for the benchmark's input only stops at the second input; the hypothesis can be mended."""
    project.write(
        top / "bench.py",
        """
        import sys

        from words.text import distinct

        size = int(sys.argv[1])
        words = [f"w{i * 7919 % size}" for i in range(4000)]
        open("out.txt", "w").write(repr(distinct(words)))
        """,
    )
    project.write(top / ".gitignore", "__pycache__/\nout.txt\n")
    project.git(top, "commit", "-qm", "takes a size", "--", "bench.py", ".gitignore")
    run("setup", "--set", f"interpreter={project.INTERPRETER}", "--set", "runner=python")
    method = ("--benchmark", "python bench.py 1500", "--second", "python bench.py 1400", "--result", "out.txt")
    run("baseline", *method, "--no-tests", "--runs", "1")
    run("profile", "--quick")
    begin()
    run("begin", "--amend", "--hypothesis", "this one size is common")
    edit(
        top,
        project.SLOW.replace(
            "seen = []",
            "seen = []\n        if len(words) == 4000 and 'w1499' in words: return list(dict.fromkeys(words))",
        ),
    )
    capsys.readouterr()
    run("measure", status=1)
    out = capsys.readouterr().out
    assert "finding second-input: with the second input less than a quarter of the gain is there" in out
    assert "output-changed" not in out
    assert "measured anew" not in out
    run("measure", status=1)
    assert "nothing was measured anew" in capsys.readouterr().out
    run("begin", "--amend", "--target", "words/text.py::other", status=1)
    assert "was measured, so its target stands" in capsys.readouterr().err
    record = json.loads((top / ".codeflash" / "experiments" / "001.json").read_text())
    assert (record["hypothesis"], record["amended"][0]["hypothesis"]) == (
        "this one size is common",
        "dict keys are ordered",
    )
    edit(top, project.FAST.replace("words))", "words))[::-1]"))
    run("measure", status=1)
    assert "output-changed" in capsys.readouterr().out, "what the result file holds is part of the output"


def test_a_project_without_git_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Setup works and says what is missing; the baseline ends in one line with the command."""
    project.write(tmp_path / "words" / "__init__.py", "")
    project.write(tmp_path / "pyproject.toml", '[project]\nname = "words"\nversion = "1"\n')
    monkeypatch.chdir(tmp_path)
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    assert "no git repository" in capsys.readouterr().out
    run("baseline", "--benchmark", "python -c pass", status=2)
    error = capsys.readouterr().err
    assert "git init && git add -A" in error
    assert len(error.splitlines()) == 1


def test_a_project_without_tests_is_told_what_to_do(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No test command is one line with both ways out; nothing is left behind."""
    project.git(top, "rm", "-rq", "tests")
    project.git(top, "commit", "-qm", "no tests", "--", "tests")
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    capsys.readouterr()
    run("baseline", "--benchmark", "python bench.py", status=2)
    error = capsys.readouterr().err
    assert "--tests" in error
    assert "--no-tests" in error
    assert not (top / ".codeflash" / "session.json").exists()
    assert project.git(top, "branch", "--list", "codeflash/*") == ""


def test_in_place_is_refused_on_a_dirty_tree(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Staying in the checkout needs a clean tree; the line counts what is in the way."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    capsys.readouterr()
    before = project.fingerprint(top)
    run("baseline", "--benchmark", "python bench.py", "--tests", "pytest -q", "--in-place", status=1)
    assert "needs a clean tree, and 2 paths" in capsys.readouterr().err
    assert project.fingerprint(top) == before


def test_a_failing_benchmark_leaves_no_half_started_session(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the first run fails, branch, worktree and session are gone again and the error is one line."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    capsys.readouterr()
    run("baseline", "--benchmark", "python -c 'raise SystemExit(\"no data\")'", "--no-tests", status=2)
    assert "no data" in capsys.readouterr().err.splitlines()[-1]
    assert project.git(top, "branch", "--list", "codeflash/*") == ""
    assert not (top / ".codeflash" / "session.json").exists()


def test_a_failing_suite_is_no_benchmark(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With failing tests and nothing else to measure, the line asks for a benchmark; a passing one is taken."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    project.git(top, "rm", "-q", "bench.py")
    project.git(top, "commit", "-qm", "no benchmark", "--", "bench.py")
    capsys.readouterr()
    run("baseline", "--tests", "pytest -q", status=2)
    error = capsys.readouterr().err.splitlines()[-1]
    assert "a test suite that fails cannot serve as the benchmark" in error
    run("baseline", "--tests", "pytest -q", "--benchmark", "python -c pass")
    assert "failing before any change, not held against it" in capsys.readouterr().out


def test_a_profile_of_a_failing_command_opens_nothing(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The profile is shown, the exit status is the honest no, and the next step is still to profile."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python bench.py", "--no-tests")
    (tree(top) / "bench.py").write_text("raise SystemExit(3)\n")
    run("profile", "--quick", status=1)
    assert "the command ended with 3" in capsys.readouterr().err
    run("status")
    assert "next: codeflash-agent profile" in capsys.readouterr().out


def test_what_a_killed_start_left_does_not_block_the_next(top: Path) -> None:
    """A branch of ours without a commit of its own is made anew; one with commits is never touched."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    project.git(top, "worktree", "add", "-q", "-b", "codeflash/optimize", str(tree(top)))
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    (top / ".codeflash" / "session.json").unlink()
    shutil.rmtree(tree(top))
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    (top / ".codeflash" / "session.json").unlink()
    edit(top, project.FAST)
    project.git(tree(top), "commit", "-qam", "work")
    run("baseline", "--benchmark", "python -c pass", "--no-tests", status=1)
    assert project.git(top, "log", "-1", "--format=%s", "codeflash/optimize").strip() == "work"


def test_status_without_a_session_names_the_first_step(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh checkout is sent to setup, and status changes nothing."""
    run("status")
    assert "next: codeflash-agent setup" in capsys.readouterr().out
    assert not (top / ".codeflash").exists()


def test_of_several_benchmarks_none_is_taken_unasked(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With two that fit the start stops with their names, and with one it says which it took and its second input."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    setup = json.loads((top / ".codeflash" / "setup.json").read_text())
    one, two = ({"command": f"python -c {name}", "kind": "script", "ready": True, "second": ""} for name in ("1", "2"))
    two["second"] = "python -c 3"
    setup["details"]["benchmark_candidates"], setup["benchmark_command"] = [one, two], one["command"]
    (top / ".codeflash" / "setup.json").write_text(json.dumps(setup))
    run("baseline", "--no-tests", status=2)
    assert "2 benchmarks fit: python -c 1; python -c 2; choose" in capsys.readouterr().err
    setup["details"]["benchmark_candidates"], setup["benchmark_command"] = [two], two["command"]
    (top / ".codeflash" / "setup.json").write_text(json.dumps(setup))
    run("baseline", "--no-tests")
    out = capsys.readouterr().out
    assert "[baseline] python -c 2: " in out
    assert "[baseline] second input, before a keep: python -c 3" in out
