"""A branch for each kept experiment: picked alone in a worktree of its own, tested and measured there, or left with the reason.

No branch is made before everything about it is known, and the user's checkout, branches and the session are not touched; a
failure at any point leaves nothing behind but the record of what was found.
"""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.measure.process import BenchmarkFailed
from codeflash_agent.measure.statistics import BETTER
from codeflash_agent.render.visible import line
from codeflash_agent.session import pull_requests, records, tests, worktrees
from codeflash_agent.session.pull_requests import LEFT, PREPARED, PullRequest
from codeflash_agent.storage import git
from codeflash_agent.verdict import gates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from codeflash_agent.language import TestReport
    from codeflash_agent.measure.model import Measurement
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Record

FILES_NAMED = 4


class _Conflict(Exception):
    """A commit cannot be picked here; the message says what is in the way."""


@dataclass
class _Picked:
    """A commit picked on a place, and what the tests said there."""

    parent: PullRequest | None
    on: str
    commit: str
    report: TestReport | None


def prepare(context: Context, *, base: str, budget_s: float, progress: Callable[[str], None]) -> list[PullRequest]:
    """Prepare every kept experiment on `base`; `budget_s` seconds of benchmarking for each.

    Raises:
        Refused: an experiment is open, or nothing was kept.
        EnvironmentProblem: the worktrees cannot be made, or the code cannot be run in them.
    """
    if context.layout.slug:
        raise Refused("pull requests are prepared from the lead's session, not from a dispatched one")
    if context.open_record is not None:
        raise Refused(f"experiment {context.open_record.number} is open; keep or discard it first")
    kept = [record for record in context.records if record.state == records.KEEP]
    if not kept:
        raise Refused("nothing was kept, so there is nothing to prepare")
    start = git.resolve(context.layout.project, base)
    names = pull_requests.branches(kept)
    earlier = {one.experiment: one for one in pull_requests.load_all(context.layout)}
    found: list[PullRequest] = []
    with _trees(context, start) as (below, above):
        for record in kept:
            progress(f"[prs] experiment {record.number}: {names[record.number]}")
            one = PullRequest(record.number, record.description, names[record.number], start)
            one.files = tuple(git.changed_between(context.layout.project, f"{record.commit}^", record.commit))
            old = earlier.get(record.number)
            if old is not None:
                one.url = old.url
            _prepare_one(_Bench(context, below, above, budget_s, progress), record, one, found)
            if one.state == PREPARED:
                _make_branch(context, one, old)
            pull_requests.save(context.layout, one)
            progress(f"[prs] experiment {record.number}: {one.state}" + (f": {one.why}" if one.why else ""))
            found.append(one)
    return found


@dataclass
class _Bench:
    """Where and how things are tried."""

    context: Context
    below: Path
    above: Path
    budget_s: float
    progress: Callable[[str], None]


@contextlib.contextmanager
def _trees(context: Context, start: str) -> Iterator[tuple[Path, Path]]:
    """Two detached worktrees at paths of equal length, removed afterwards."""
    project = context.layout.project
    folder = context.layout.common / "worktrees"
    trees = (folder / "pr-below", folder / "pr-above")
    try:
        for tree in trees:
            git.remove_worktree(project, tree)
            git.add_worktree(project, tree, start)
            worktrees.settle(context.layout, context.setup, tree)
        yield trees
    finally:
        for tree in trees:
            git.remove_worktree(project, tree)


def _prepare_one(bench: _Bench, record: Record, one: PullRequest, before: list[PullRequest]) -> None:
    """Find a place where it stands, then measure it there; fill `one` in."""
    try:
        picked = _place(bench, record, one, before)
    except _Conflict as conflict:
        one.state, one.why = LEFT, str(conflict)
        return
    one.commit, one.base = picked.commit, picked.on
    one.stacked_on = picked.parent.branch if picked.parent is not None else ""
    if picked.report is not None and picked.report.granular:
        one.tests_passed, one.tests_failed = picked.report.passed, picked.report.failed
    try:
        one.measurement = _measure(bench, one)
    except BenchmarkFailed as failure:
        one.state, one.why = LEFT, f"the benchmark fails on it: {line(str(failure), 300)}"
        return
    better = [name for name, ratio in one.measurement.metrics.items() if ratio.verdict == BETTER]
    if not better:
        one.state, one.why = LEFT, "alone it is not measurably better; its gain needs the changes it was measured with"
        return
    one.state = PREPARED


def _place(bench: _Bench, record: Record, one: PullRequest, before: list[PullRequest]) -> _Picked:
    """The base alone if it stands there, else the branch of an earlier one, those that share files first.

    Raises:
        _Conflict: it stands nowhere.
    """
    reasons = []
    whole = [other for other in before if other.state == PREPARED]
    near = [other for other in reversed(whole) if set(other.files) & set(one.files)]
    for parent in (None, *near, *(other for other in reversed(whole) if other not in near)):
        on = parent.commit if parent is not None else one.base
        try:
            return _try(bench, record, parent, on)
        except _Conflict as conflict:
            reasons.append(str(conflict))
            bench.progress(f"[prs]   not {'alone' if parent is None else f'on {parent.branch}'}: {conflict}")
    lost = [other for other in before if other.state == LEFT and set(other.files) & set(one.files)]
    why = reasons[0]
    if lost:
        numbers = ", ".join(str(other.experiment) for other in lost)
        why += f"; experiment {numbers}, which could not be prepared either, changes the same files"
    raise _Conflict(why)


def _try(bench: _Bench, record: Record, parent: PullRequest | None, on: str) -> _Picked:
    git.move_detached(bench.above, on)
    try:
        git.run_git(bench.above, "cherry-pick", record.commit)
    except EnvironmentProblem as error:
        raise _Conflict(_undo_pick(bench.above, error)) from error
    commit = git.head_commit(bench.above)
    return _Picked(parent, on, commit, _tested(bench, on, commit))


def _undo_pick(tree: Path, error: EnvironmentProblem) -> str:
    unmerged = git.run_git(tree, "diff", "--name-only", "--diff-filter=U", "-z").split("\0")
    files = [line(name, 120) for name in unmerged if name]
    with contextlib.suppress(EnvironmentProblem):  # nothing to abort where the pick did not begin
        git.run_git(tree, "cherry-pick", "--abort")
    if not files:
        empty = "empty" in str(error) or not git.uncommitted(tree)
        return "nothing of it is left to apply: the base has it already" if empty else line(str(error), 300)
    more = f" and {len(files) - FILES_NAMED} more" if len(files) > FILES_NAMED else ""
    return f"conflict in {', '.join(files[:FILES_NAMED])}{more}"


def _tested(bench: _Bench, on: str, commit: str) -> TestReport | None:
    """The tests of the picked commit, held against those of what it stands on.

    Raises:
        _Conflict: a test newly fails or vanished.
    """
    context = bench.context
    if context.session.tests is None:
        return None
    git.move_detached(bench.below, on)
    bench.progress("[prs]   tests")
    base, head = (
        tests.of_commit(context.language, context.setup, context.layout, context.session, tree, which)
        for tree, which in ((bench.below, on), (bench.above, commit))
    )
    assert base is not None  # noqa: S101 - there is a test command
    assert head is not None  # noqa: S101
    findings = [one for one in gates.compare_tests(base, head) if one.gate != "tests-skipped"]
    if findings:
        raise _Conflict(line(findings[0].what, 300))
    return head


def _measure(bench: _Bench, one: PullRequest) -> Measurement:
    context = bench.context
    git.move_detached(bench.below, one.base)
    git.move_detached(bench.above, one.commit)
    below, above = (
        worktrees.side(name, context.language, context.setup, context.layout, tree)
        for name, tree in (("base", bench.below), ("head", bench.above))
    )
    bench.progress("[prs]   measuring")
    return measure_pairs(
        context.session.method,
        below,
        above,
        seed=zlib.crc32(one.commit.encode()),
        budget_s=bench.budget_s,
        band=context.session.band,
        progress=bench.progress,
    )


def _make_branch(context: Context, one: PullRequest, old: PullRequest | None) -> None:
    """Point the branch at the commit; one that holds anything but an earlier preparation is left alone."""
    project = context.layout.project
    ours = old.commit if old is not None and old.branch == one.branch else ""
    if git.branch_exists(project, one.branch):
        tip = git.resolve(project, one.branch)
        if tip not in (ours, one.commit):
            one.state, one.why = (
                LEFT,
                f"the branch {one.branch} exists with other commits; rename it, then prepare again",
            )
            return
    try:
        git.run_git(project, "branch", "--force", one.branch, one.commit)
    except EnvironmentProblem as error:
        one.state, one.why = LEFT, f"the branch {one.branch} cannot be set: {line(str(error), 200)}"
