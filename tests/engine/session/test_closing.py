"""How `measure --keep` closes an experiment, and what milestones measure by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.session import experiment, measuring, records
from codeflash_agent.verdict.model import Finding, Verdict

from . import factories, project
from .walking import begin, edit, rows, run, tree

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Record


def judged(monkeypatch: pytest.MonkeyPatch, verdict: Verdict | None, *, rss_mib: float = 110.0) -> None:
    """Let `measure` come to this verdict, with `rss_mib` instead of 100 MiB, for whatever stands in the tree."""

    def measure(context: Context, **_: object) -> Record:
        record = experiment.require_open(context)
        record.candidate = experiment.candidate_now(context, record)
        rss = factories.ratio(100.0, rss_mib, verdict="worse", unit="MiB")
        record.measurement = factories.measurement(cpu_s=factories.ratio(2.0, 1.0), rss_mib=rss)
        record.verdict = verdict
        record.state = records.MEASURED if verdict is not None else records.OPEN
        context.save(record)
        return record

    monkeypatch.setattr(measuring, "measure", measure)


@pytest.mark.slow
def test_measure_keep_closes_what_leaves_no_question_and_leaves_all_else_as_it_stands(
    started: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean gain is kept, a clean no discarded with what was measured; else the change stays, and no next one begins."""
    close = ("measure", "--keep", "perf: keep order by dict")
    begin()
    edit(started, project.FAST)
    finding = (Finding("output-changed", "the benchmark prints 2 for 1"),)
    for verdict in (
        None,
        Verdict("fix", "tests fail", "t fails", (), ()),
        Verdict("keep", "target better, none worse", "cpu 2x", ("cpu_s",), (), finding),
        Verdict("keep", "net positive", "cpu 2x; against rss", ("cpu_s",), ("rss_mib",)),
        Verdict("discard", "none better", "same", (), (), finding),
        Verdict("discard", "inconclusive", "too wide", (), ()),
        Verdict("discard", "not confirmed", "not again", ("cpu_s",), ()),
    ):
        judged(monkeypatch, verdict)
        run(*close, status=1)
        assert "the experiment" in capsys.readouterr().out
        assert "fromkeys" in (tree(started) / "words" / "text.py").read_text(), "the change is in place"
        run("begin", "--target", "x::y", "--domains", "cpu", "--hypothesis", "h", status=1)
        assert not (started / ".codeflash" / "discarded").exists() or not list(
            (started / ".codeflash" / "discarded").iterdir()
        )
    capsys.readouterr()
    judged(monkeypatch, Verdict("keep", "net positive", "cpu 2x; against rss", ("cpu_s",), ("rss_mib",)), rss_mib=100.5)
    run("measure", "--keep", "perf: 40 % faster", status=1)
    assert "the message claims" in capsys.readouterr().err
    run("measure", "--interaction", "alloc→gc_reduction", status=2)
    run("measure", "--trade-off", "copies", status=2)
    run("measure", "--mends", "a fault", status=2)
    run(*close)
    out = capsys.readouterr().out
    assert "[experiment 1] words/text.py::distinct (cpu): KEEP; CPU 2.00x [1.98, 2.02] better" in out
    assert "\nverdict keep (net positive) over 15 pairs: perf: keep order by dict (commit " in out
    message = project.git(tree(started), "log", "-1", "--format=%B")
    assert "Trade-off: rss_mib 0.995x [0.985, 1.005] worse: a price below 2%" in message
    run("profile", "--brief")
    assert "[unified profile 2]" in capsys.readouterr().out
    begin()
    edit(started, project.SAME)
    judged(monkeypatch, Verdict("discard", "none better", "none better: cpu_s 1.000x same", (), ()))
    run(*close)
    out = capsys.readouterr().out
    assert "(cpu): DISCARD; " in out
    assert "\nverdict discard (none better) over 15 pairs: measured: none better" in out
    assert [row["status"] for row in rows(started)] == ["keep", "discard"]
    assert len(list((started / ".codeflash" / "discarded").glob("002-*.patch"))) == 1
    assert project.git(tree(started), "status", "--porcelain") == ""
    run("profile")
    out = capsys.readouterr().out
    assert "profile 2 is of this state already" in out
    assert "[unified targets] " in out, "after a brief one, what changed is shown"
    run("profile")
    assert "[unified targets] " not in capsys.readouterr().out
    run("begin", "--target", "x::y", "--domains", "cpu", "--hypothesis", "the next may follow at once")


@pytest.mark.slow
def test_a_milestone_measures_by_the_benchmark_that_the_session_began_with_too(
    started: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another was locked since; and where the first can no longer be run that is said, and nothing else fails."""
    finer = ("--benchmark", "python bench.py finer", "--no-tests", "--runs", "1")
    run("baseline", "--again", "finer", *finer)
    run("profile", "--quick")
    begin()
    edit(started, project.FAST)
    judged(monkeypatch, Verdict("keep", "target better, none worse", "cpu 2x", ("cpu_s",), ()))
    run("measure", "--keep", "perf: keep order by dict")
    capsys.readouterr()
    run("milestone")
    assert "By `python bench.py`, with which the session began: **" in capsys.readouterr().out
    run("report")
    report = capsys.readouterr().out
    assert "By `python bench.py`, with which the session began: **" in report
    assert "(product of the kept ratios, by 2 methods; above 1 is better)" in report
    document = json.loads((started / ".codeflash" / "session.json").read_text())
    assert document["milestones"][0]["former"]["pairs"] >= 5

    document["baselines"][0]["method"]["benchmark"] = "python gone.py"
    document["milestones"] = []
    (started / ".codeflash" / "session.json").write_text(json.dumps(document))
    run("milestone")
    out, err = capsys.readouterr()
    assert "with which the session began" not in out
    assert "not measured by it: " in err


@pytest.mark.slow
def test_a_guard_that_fails_leaves_a_clean_gain_open(
    started: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the maintainers' own check refuses is not kept, and what was measured is still shown."""
    run(
        "baseline",
        "--again",
        "a guard",
        "--benchmark",
        "python bench.py",
        "--no-tests",
        "--runs",
        "1",
        "--guard",
        "false",
    )
    run("profile", "--quick")
    assert "[unified profile]" in capsys.readouterr().out, (
        "the first after another method has nothing to be compared with"
    )
    begin()
    edit(started, project.FAST)
    judged(monkeypatch, Verdict("keep", "target better, none worse", "cpu 2x", ("cpu_s",), ()))
    run("measure", "--keep", "perf: keep order by dict", status=1)
    out = capsys.readouterr().out
    assert "not kept, the experiment stays open: the guard `false` failed" in out
    assert "cpu_s" in out
    record = json.loads((started / ".codeflash" / "experiments" / "001.json").read_text())
    assert record["state"] == records.MEASURED


@pytest.mark.slow
def test_what_was_measured_before_another_edit_or_beside_is_not_forgotten(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict on an earlier form stays with the record and in the report; a comparison of commits lies beside it."""
    begin()
    edit(started, project.SAME)
    run("measure", status=1)
    edit(started, project.FAST)
    run("measure", "--keep", "perf: keep order by dict")
    record = json.loads((started / ".codeflash" / "experiments" / "001.json").read_text())
    (earlier,) = record["earlier"]
    assert earlier["status"] == "discard"
    assert earlier["measurement"]["metrics"]["cpu_s"]["ratio"] < record["measurement"]["metrics"]["cpu_s"]["ratio"]
    run("report")
    assert f"In an earlier form: discard ({earlier['rule']})" in capsys.readouterr().out
    run("compare", f"{record['commit']}~1", record["commit"], "--benchmark", "python bench.py", "--budget", "20")
    assert "kept with the session as .codeflash/comparisons/001.json" in capsys.readouterr().out
    kept = json.loads((started / ".codeflash" / "comparisons" / "001.json").read_text())
    assert kept["head"] == record["commit"]
    assert len(kept["raw_pairs"]) >= 5


@pytest.mark.slow
def test_a_mend_is_kept_without_a_gain_and_not_with_a_loss(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What repairs a fault needs no speed; it may cost none either, and its reason stands in the record."""
    close = ("measure", "--keep", "fix: an empty text has no words", "--mends", "a crash on empty texts")
    begin()
    edit(started, project.FAST)
    judged(monkeypatch, Verdict("discard", "net negative", "rss", (), ("rss_mib",)))
    run(*close)
    assert rows(started)[0]["status"] == "discard"
    monkeypatch.undo()
    monkeypatch.chdir(started)
    begin()
    edit(started, project.FAST)
    judged(monkeypatch, Verdict("discard", "inconclusive", "wall too wide", (), ()), rss_mib=100.0)
    run(*close)
    assert rows(started)[1]["status"] == "keep"
    record = json.loads((started / ".codeflash" / "experiments" / "002.json").read_text())
    assert record["overruled"] == "mends a crash on empty texts"
