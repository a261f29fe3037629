"""A crash between any two steps of keep and discard is finished or undone by the next verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment, records, recovery, state
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places
from codeflash_agent.verdict.model import Verdict

from . import factories, project

if TYPE_CHECKING:
    from pathlib import Path


class Crash(BaseException):
    """Stands for a kill: nothing in the program catches it."""


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session whose only experiment was edited and measured, with a verdict to keep."""
    top = project.make(tmp_path / "words")
    monkeypatch.chdir(top)
    layout = places.find(top)
    start = git.head_commit(top)
    git.exclude(top, "/.codeflash/")
    git.add_worktree(top, layout.optimize_tree, start, branch="codeflash/optimize")
    places.mark_worktree(layout.optimize_tree, layout)
    atomic.write_json(
        layout.setup_json,
        {
            "language": "python",
            "runner": "python",
            "interpreter": project.INTERPRETER,
            "version": "3",
            "manager": "pip",
            "source_root": ".",
            "packages": ["words"],
            "test_command": None,
            "benchmark_command": None,
        },
    )
    state.save(layout, factories.session(tree=str(layout.optimize_tree), start_commit=start, tests=None))
    project.write(layout.optimize_tree / "words" / "text.py", project.FAST)
    project.write(layout.optimize_tree / "words" / "extra.py", "NEW = 1\n")
    record = factories.record(1, records.OPEN, base_commit=start)
    with contexts.opened() as context:
        record.candidate = experiment.candidate_now(context, record)
        record.measurement = factories.measurement(cpu_s=factories.ratio(2.0, 1.0))
        record.verdict = Verdict("keep", "target better", "cpu 2x", ("cpu_s",), ())
        record.state = records.MEASURED
        context.save(record)
    return top


def keep() -> None:
    """Keep the measured change."""
    with contexts.opened() as context:
        experiment.keep(context, message="perf: dict", explained={}, overrule="", trade_off="", interaction="none")


def commits(top: Path) -> int:
    """Commits on the session's branch."""
    return int(project.git(top, "rev-list", "--count", "codeflash/optimize"))


def crash_after(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, run: bool) -> None:
    """Make the function crash once, before or after it did its work."""
    real = getattr(owner, name)

    def crashing(*arguments: object, **keywords: object) -> None:
        monkeypatch.setattr(owner, name, real)
        if run:
            real(*arguments, **keywords)
        raise Crash

    monkeypatch.setattr(owner, name, crashing)


def test_a_keep_that_died_before_its_commit_is_measured_again(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a commit the experiment is back where its verdict stands, and can be kept."""
    crash_after(monkeypatch, git, "commit_files", run=False)
    with pytest.raises(Crash):
        keep()
    assert commits(measured) == 1
    keep()
    assert commits(measured) == 2
    (record,) = records.load_all(places.find(measured))
    assert record.state == records.KEEP


def test_a_keep_that_died_after_its_commit_is_finished_once(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the commit made, the next verb records it; nothing is committed twice."""
    crash_after(monkeypatch, git, "commit_files", run=True)
    with pytest.raises(Crash):
        keep()
    with contexts.opened() as context:
        assert context.open_record is None
    assert commits(measured) == 2
    layout = places.find(measured)
    (record,) = records.load_all(layout)
    assert record.commit == git.head_commit(layout.optimize_tree)
    assert layout.ledger.read_text().count("\tkeep\t") == 1
    assert project.git(layout.optimize_tree, "status", "--porcelain") == ""


def test_a_discard_that_died_half_way_is_finished_with_its_patch(
    measured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patch is on disk before the tree is touched, and the next verb completes the restoring."""
    crash_after(monkeypatch, git, "restore", run=False)
    with pytest.raises(Crash), contexts.opened() as context:
        experiment.discard(context, reason="no gain", crash=False)
    layout = places.find(measured)
    with contexts.opened():
        pass
    (record,) = records.load_all(layout)
    assert (record.state, record.description) == (records.DISCARD, "no gain")
    assert project.git(layout.optimize_tree, "status", "--porcelain") == ""
    (patch,) = layout.discarded.glob("*.patch")
    project.git(layout.optimize_tree, "apply", str(patch))
    assert git.tree_hash(layout.optimize_tree, ["words/extra.py"]) == record.candidate.tree_hash


def test_derived_files_that_a_crash_left_behind_are_regenerated(measured: Path) -> None:
    """A ledger and a hand-over that are missing or torn come back with the next verb."""
    keep()
    layout = places.find(measured)
    ledger, handoff = layout.ledger.read_text(), layout.handoff.read_text()
    layout.ledger.write_text("commit\ttarg")
    layout.handoff.unlink()
    with contexts.opened():
        pass
    assert (layout.ledger.read_text(), layout.handoff.read_text()) == (ledger, handoff)


def test_a_removed_worktree_comes_back_with_all_that_was_kept(measured: Path) -> None:
    """Somebody's `git worktree remove` loses nothing that was committed."""
    keep()
    layout = places.find(measured)
    project.git(measured, "worktree", "remove", "--force", str(layout.optimize_tree))
    with contexts.opened() as context:
        assert (context.tree / "words" / "extra.py").exists()


def test_files_left_by_a_crashed_run_do_not_change_the_candidate(measured: Path) -> None:
    """Litter of a killed test run does not make the measured pairs count for nothing."""
    layout = places.find(measured)
    project.write(layout.optimize_tree / "core.1234", "litter\n")
    with contexts.opened() as context:
        record = context.open_record
        assert experiment.candidate_now(context, record) == record.candidate


def test_bytecode_and_caches_are_never_part_of_a_change(measured: Path) -> None:
    """What runs leave is left out even where the project's .gitignore does not name it."""
    layout = places.find(measured)
    project.write(layout.optimize_tree / "words" / "text.py", project.SAME)
    project.write(layout.optimize_tree / "words" / "__pycache__" / "text.cpython-311.pyc", "cache\n")
    project.write(layout.optimize_tree / ".pytest_cache" / "README.md", "cache\n")
    with contexts.opened() as context:
        files = experiment.candidate_now(context, context.open_record).files
    assert files == ["words/extra.py", "words/text.py"]


def test_discarding_a_keep_says_so(measured: Path) -> None:
    """A gain that the agent did not want is recorded as its choice, not as the measurement's."""
    with contexts.opened() as context:
        record = experiment.discard(context, reason="a second cache is not worth 1 %", crash=False)
    assert record.overruled == "a second cache is not worth 1 %"


def test_recovery_leaves_ended_experiments_alone(measured: Path) -> None:
    """Finishing is for interrupted steps only."""
    layout = places.find(measured)
    assert recovery.finish(layout.optimize_tree, factories.kept()) is False
