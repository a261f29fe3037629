"""Dispatched sessions, from the brief to the merged and measured state, on a real repository."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment, merging, records, state
from codeflash_agent.session.state import ProfileEntry
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places
from codeflash_agent.verdict.model import Verdict

from . import factories, project
from .walking import run

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.measure.model import Measurement

LINES = """
    def head(lines):
        \"\"\"The first line.\"\"\"
        return list(lines)[0]


    # much between the two


    def tail(lines):
        \"\"\"The last line.\"\"\"
        return list(lines)[-1]
"""


class Crash(BaseException):
    """Stands for a kill: nothing in the program catches it."""


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session with a profile of its start, whose measurements find a gain of two without running anything."""
    path = project.make(tmp_path / "words")
    project.write(path / "words" / "lines.py", LINES)
    project.git(path, "add", "words")
    project.git(path, "commit", "-qm", "lines")
    monkeypatch.chdir(path)
    layout = places.find(path)
    start = git.head_commit(path)
    git.exclude(path, "/.codeflash/")
    git.add_worktree(path, layout.optimize_tree, start, branch="codeflash/optimize")
    places.mark_worktree(layout.optimize_tree, layout)
    setup = {
        "language": "python",
        "runner": "python",
        "interpreter": project.INTERPRETER,
        "version": "3",
        "manager": "pip",
    }
    more = {"source_root": ".", "packages": ["words"], "test_command": None, "benchmark_command": "python bench.py"}
    atomic.write_json(layout.setup_json, {**setup, **more})
    atomic.write_text(layout.setup_md, "# Setup\nrun it with python\n")
    tree = str(layout.optimize_tree)
    state.save(layout, factories.session(tree=tree, start_commit=start, tests=None))
    profile(path)
    monkeypatch.setattr(merging, "measure_pairs", measured)
    return path


def measured(*_: Any, **__: Any) -> Measurement:
    """Twice as fast."""
    return factories.measurement(cpu_s=factories.ratio(2.0, 1.0))


def profile(place: Path) -> None:
    """Store a profile of the present state of the session that `place` belongs to."""
    with contexts.opened(place) as context:
        number = len(context.session.profiles) + 1
        rows = [("words/text.py", "distinct"), ("words/lines.py", "head"), ("words/lines.py", "tail")]
        targets = [{"file": file, "line": 1, "function": name, "domains": ["cpu"], "score": 9.0} for file, name in rows]
        found = [{"kind": "copy", "text": "distinct copies", "fix": "do not copy"}]
        document = {"source_root": str(context.tree), "functions": [], "targets": targets, "interactions": found}
        atomic.write_json(context.layout.profiles / f"{number:03d}.json", document)
        entry = ProfileEntry(
            number, f"profiles/{number:03d}.json", git.tree_hash(context.tree), "python bench.py", 0, ""
        )
        context.session.profiles.append(entry)
        state.save(context.layout, context.session)


def send(top: Path, function: str, file: str = "words/text.py", to: str = "cpu") -> Path:
    """Dispatch one target and return the worktree."""
    run("dispatch", "--to", to, "--target", f"{file}::{function}")
    return top / ".codeflash" / "worktrees" / f"{to}-{function}"


def work(tree: Path, text: str, file: str = "words/text.py", *, speedup: float = 2.0, keep: bool = True) -> None:
    """One experiment in a session, kept or discarded, with figures that are given."""
    with contexts.opened(tree) as context:
        target = f"{file}::{context.session.only[0].rpartition('::')[2] if context.session.only else 'distinct'}"
        experiment.begin(context, target=target, domains=["cpu"], dimension="cpu", hypothesis="less work")
        project.write(context.tree / file, text)
        record = context.open_record
        assert record is not None
        record.candidate, record.method = experiment.candidate_now(context, record), context.session.method.digest
        record.measurement = factories.measurement(cpu_s=factories.ratio(speedup, 1.0))
        record.verdict = Verdict("keep", "target better", "cpu", ("cpu_s",), ())
        record.state = records.MEASURED
        context.save(record)
        if keep:
            texts = {"overrule": "", "trade_off": "", "interaction": "none"}
            experiment.keep(context, message=f"perf: {file}", explained={}, **texts)
        else:
            experiment.discard(context, reason="it was nothing", crash=False)


def finish(slug: str) -> None:
    """Write the result of a dispatched session."""
    run("--in", slug, "dispatch", "--finish", "a lesson")


def ledger(top: Path) -> list[list[str]]:
    """The rows of the session's ledger."""
    return [line.split("\t") for line in (top / ".codeflash" / "results.tsv").read_text().splitlines()[1:]]


def tip(top: Path) -> str:
    """The tip of the session's branch."""
    return project.git(top, "rev-parse", "codeflash/optimize").strip()


def test_the_brief_carries_what_a_specialist_needs(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Commit, target row, interaction, setup, conventions, first and last commands, and what else runs."""
    (top / ".codeflash" / "conventions.md").write_text("no new dependencies\n")
    send(top, "head", "words/lines.py", to="memory")
    tree = send(top, "distinct")
    brief = (top / ".codeflash" / "dispatched" / "cpu-distinct" / "brief.md").read_text()
    wanted = [tip(top), "words/text.py:1", "distinct copies", "run it with python", "no new dependencies"]
    wanted += ["--in cpu-distinct", "memory-head: words/lines.py::head", "three confirmations", "--finish"]
    assert [text for text in wanted if text not in brief] == []
    assert project.git(tree, "rev-parse", "HEAD").strip() == tip(top)
    assert project.git(tree, "branch", "--show-current").strip() == "codeflash/cpu-distinct"
    assert "[dispatch] cpu-distinct: words/text.py::distinct to cpu" in capsys.readouterr().out


def test_contradicting_conventions_have_an_order(top: Path) -> None:
    """The brief has both, the project's first, and says that they win."""
    (top / ".codeflash" / "conventions.md").write_text("caches are fine\n")
    (top.parent / "conventions.md").write_text("no caches\n")
    send(top, "distinct")
    brief = (top / ".codeflash" / "dispatched" / "cpu-distinct" / "brief.md").read_text()
    order = [
        brief.index(text)
        for text in ("they win where the two contradict", "caches are fine", "The organisation's:", "no caches")
    ]
    assert order == sorted(order)


def test_what_may_not_be_dispatched_is_said(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A third one, a target that is out, one that is in no table, and any from within a dispatched session."""
    send(top, "distinct")
    for target, says in (("words/text.py::distinct", "with cpu-distinct already"), ("x.py::y", "no row")):
        run("dispatch", "--to", "memory", "--target", target, status=1)
        assert says in capsys.readouterr().err
    run("--in", "cpu-distinct", "dispatch", "--to", "cpu", "--target", "words/lines.py::tail", status=1)
    assert "dispatched itself" in capsys.readouterr().err
    send(top, "head", "words/lines.py")
    run("dispatch", "--to", "cpu", "--target", "words/lines.py::tail", status=1)
    assert "more than 2 at once" in capsys.readouterr().err
    run("--in", "nothing", "status", status=2)
    assert "nothing is dispatched as 'nothing'" in capsys.readouterr().err


def test_a_dispatched_session_acts_on_its_own_files(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Verbs in its worktree leave the lead's records alone, and the lead's next step does not offer its target."""
    tree = send(top, "distinct")
    work(tree, project.FAST)
    assert ledger(top) == []
    assert tip(top) == project.git(top, "rev-parse", "HEAD").strip()
    run("--in", "cpu-distinct", "milestone", status=1)
    capsys.readouterr()
    run("status", "--json")
    document = json.loads(capsys.readouterr().out)
    assert "lines.py::head" in document["next"]["action"]
    assert document["dispatched"]["cpu-distinct"].startswith("at work: 1 kept of 1 ended")
    profile(tree)
    run("--in", "cpu-distinct", "status")
    assert "words/lines.py::" not in capsys.readouterr().out.rpartition("next:")[2]


def test_run_knows_the_start_of_the_session(top: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """After a commit on the session's branch, the start is another tree than the last kept commit's, and either is given."""
    run("run", "--start", "--", "git", "rev-parse", "HEAD")
    assert capfd.readouterr().out.strip() == project.git(top, "rev-parse", "main").strip()


def test_results_are_merged_by_gain_and_measured(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The larger gain goes first, keeps and discards get rows, and the next begin wants a new profile."""
    before = project.fingerprint(top)
    first = send(top, "distinct")
    second = send(top, "head", "words/lines.py")
    work(first, project.SAME, keep=False)
    work(first, project.FAST, speedup=1.5)
    work(second, LINES.replace("list(lines)[0]", "lines[0]"), "words/lines.py", speedup=4.0)
    finish("cpu-distinct")
    finish("cpu-head")
    run("collect")
    out = capsys.readouterr().out
    assert "[merge] cpu-head, cpu-distinct: collected, 2 of 2 keeps merged; CPU 2.00x" in out
    rows = ledger(top)
    assert [row[12] for row in rows] == ["keep", "discard", "keep"]
    assert all(row[15].startswith("dispatched:cpu ") for row in rows)
    assert rows[2][0] == tip(top)[:12]
    assert git.uncommitted(top / ".codeflash" / "worktrees" / "optimize") == []
    assert "lines[0]" in (top / ".codeflash" / "worktrees" / "optimize" / "words" / "lines.py").read_text()
    run("begin", "--target", "words/lines.py::tail", "--domains", "cpu", "--hypothesis", "x", status=1)
    assert "profile first" in capsys.readouterr().err
    assert sorted(path.name for path in (top / ".codeflash" / "worktrees").iterdir()) == ["baseline", "optimize"]
    assert project.git(top, "branch", "--list", "codeflash/cpu-*") == ""
    assert project.fingerprint(top) == before


def test_a_conflict_leaves_that_commit_on_its_branch(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Overlapping files are told; of two changes of the same line the larger gain is merged, the other kept."""
    first = send(top, "head", "words/lines.py")
    second = send(top, "tail", "words/lines.py")
    work(first, LINES.replace("much between", "nothing between"), "words/lines.py", speedup=1.2)
    work(second, LINES.replace("much between", "little between"), "words/lines.py", speedup=3.0)
    finish("cpu-head")
    finish("cpu-tail")
    run("collect")
    out = capsys.readouterr().out
    assert "overlap: cpu-tail and cpu-head both change words/lines.py" in out
    assert "not merged: conflict in words/lines.py" in out
    keep, lost = ledger(top)
    assert (keep[12], lost[12]) == ("keep", "discard")
    assert "kept on codeflash/cpu-head" in lost[15]
    assert project.git(top, "branch", "--list", "codeflash/cpu-head").strip() == "codeflash/cpu-head"
    assert "little between" in project.git(top, "show", "codeflash/optimize:words/lines.py")


def test_what_no_verb_put_there_is_refused(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A commit by hand, a dirty tree, a moved branch and a missing result leave everything as it was."""
    tree = send(top, "distinct")
    run("collect", status=1)
    assert "no result yet" in capsys.readouterr().out
    finish("cpu-distinct")
    project.write(tree / "words" / "text.py", project.FAST)
    run("collect", status=1)
    assert "changes that belong to no experiment (words/text.py)" in capsys.readouterr().out
    project.git(tree, "commit", "-qam", "by hand")
    run("collect", status=1)
    assert "1 commits and 0 records of keeps" in capsys.readouterr().out
    project.git(tree, "checkout", "-q", "--orphan", "elsewhere")
    project.git(tree, "commit", "-qm", "unrelated")
    project.git(tree, "branch", "-f", "codeflash/cpu-distinct", "elsewhere")
    run("collect", status=1)
    assert "does not descend from" in capsys.readouterr().out
    assert ledger(top) == []
    assert tip(top) == project.git(top, "rev-parse", "HEAD").strip()


def test_a_merged_state_without_gain_does_not_land(
    top: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch stays where it was until the verdict is overruled, which the records say; nothing is measured twice."""
    calls = []

    def same(*_: Any, **__: Any) -> Measurement:
        calls.append(1)
        return factories.measurement(cpu_s=factories.ratio(1.0, 1.0, verdict="same"))

    monkeypatch.setattr(merging, "measure_pairs", same)
    tree = send(top, "distinct")
    work(tree, project.FAST)
    finish("cpu-distinct")
    run("collect", status=1)
    assert "not landed, verdict discard" in capsys.readouterr().out
    assert tip(top) == project.git(top, "rev-parse", "HEAD").strip()
    assert ledger(top) == []
    run("collect", "--overrule", "the two cancel out today")
    assert len(calls) == 1
    (row,) = ledger(top)
    assert row[12] == "keep"
    assert places.find(top).experiments.joinpath("001.json").read_text().count("cancel out today") == 1


def test_a_file_in_the_way_is_not_overwritten(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is in no commit stays where the merge would bring one of that name."""
    tree = send(top, "distinct")
    work(tree, "NEW = 1\n", "words/fresh.py")
    finish("cpu-distinct")
    mine = top / ".codeflash" / "worktrees" / "optimize" / "words" / "fresh.py"
    mine.write_text("mine\n")
    run("collect", status=1)
    assert "is in no commit and the merge brings one" in capsys.readouterr().err
    assert mine.read_text() == "mine\n"
    mine.unlink()
    run("collect")
    assert mine.read_text() == "NEW = 1\n"


def test_a_lost_one_can_be_taken_or_abandoned(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a result its keeps are taken on demand, or all of it becomes a patch, rows and a branch."""
    tree = send(top, "distinct")
    work(tree, project.FAST)
    other = send(top, "head", "words/lines.py")
    work(other, LINES.replace("list(lines)[0]", "lines[0]"), "words/lines.py")
    profile(other)
    with contexts.opened(other) as context:
        experiment.begin(context, target="words/lines.py::head", domains=["cpu"], dimension="cpu", hypothesis="lost")
    project.write(other / "words" / "lines.py", LINES.replace("list(lines)[0]", "next(iter(lines))"))
    project.write(other / "words" / "fresh.py", "NEW = 1\n")
    run("collect", "--anyway", "cpu-distinct")
    run("collect", "--abandon", "cpu-head")
    capsys.readouterr()
    patch = (top / ".codeflash" / "discarded" / "cpu-head.patch").read_text()
    assert "next(iter(lines))" in patch
    assert "words/fresh.py" in patch
    rows = ledger(top)
    assert [row[12] for row in rows] == ["keep", "discard", "discard"]
    assert "abandoned while open: lost" in rows[2][15]
    assert not other.exists()
    assert "lines[0]" in project.git(top, "show", "codeflash/cpu-head:words/lines.py")
    run("collect", status=1)
    assert "nothing is dispatched" in capsys.readouterr().err


@pytest.mark.parametrize("step", ["restore", "run_git", "save", "remove_worktree"])
def test_a_landing_that_died_is_completed_by_the_next_verb(
    top: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whichever step the crash hit, each experiment is there once and branch and tree are at the merged state."""
    tree = send(top, "distinct")
    work(tree, project.SAME, keep=False)
    work(tree, project.FAST)
    finish("cpu-distinct")
    owner = records if step == "save" else git
    real_land, real = merging.land, getattr(owner, step)

    def crashing(*arguments: Any, **keywords: Any) -> Any:
        monkeypatch.setattr(owner, step, real)
        real(*arguments, **keywords)
        raise Crash

    def landing(*arguments: Any) -> None:
        monkeypatch.setattr(owner, step, crashing)
        real_land(*arguments)

    monkeypatch.setattr(merging, "land", landing)
    with pytest.raises(Crash):
        run("collect")
    monkeypatch.setattr(merging, "land", real_land)
    run("skip", "--target", "words/lines.py::tail", "--reason", "any verb that opens the session")
    assert [row[12] for row in ledger(top)] == ["discard", "keep"]
    optimize = top / ".codeflash" / "worktrees" / "optimize"
    assert git.uncommitted(optimize) == []
    assert "dict.fromkeys" in (optimize / "words" / "text.py").read_text()
    assert int(project.git(top, "rev-list", "--count", "main..codeflash/optimize")) == 1
    assert not tree.exists()


def test_a_dispatch_that_died_half_way_leaves_nothing(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next verb undoes it, and the same dispatch works then."""
    real = atomic.write_text

    def crashing(path: Path, text: str) -> None:
        if path.name == "brief.md":
            raise Crash
        real(path, text)

    monkeypatch.setattr(atomic, "write_text", crashing)
    with pytest.raises(Crash):
        run("dispatch", "--to", "cpu", "--target", "words/text.py::distinct")
    monkeypatch.setattr(atomic, "write_text", real)
    run("skip", "--target", "words/lines.py::tail", "--reason", "any verb that opens the session")
    assert project.git(top, "branch", "--list", "codeflash/cpu-*") == ""
    assert not (top / ".codeflash" / "dispatched" / "cpu-distinct").exists()
    assert send(top, "distinct").exists()
