"""Merging what dispatched sessions kept: picked and measured in a tree of its own, then landed in one journalled step.

The session's branch and tree stay as they are until the merged state was measured. What is about to happen is on disk
before it happens: a journal in state `landing` is completed by whichever verb runs next, and every step of landing can be
done twice.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import TestReport
from codeflash_agent.measure.model import Measurement
from codeflash_agent.measure.pairs import measure_pairs, pair_from_json, pair_to_json
from codeflash_agent.session import flaky, records, state, tests, worktrees
from codeflash_agent.session.records import Record
from codeflash_agent.session.state import COLLECTED
from codeflash_agent.storage import atomic, git
from codeflash_agent.verdict import decide, gates
from codeflash_agent.verdict.model import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from codeflash_agent.measure.model import Pair, Side
    from codeflash_agent.session.context import Context
    from codeflash_agent.storage.layout import Layout

MEASURING = "measuring"
MEASURED = "measured"
LANDING = "landing"
DONE = "done"


@dataclass
class Pick:
    """One kept experiment of a dispatched session on its way to the session's branch."""

    slug: str
    number: int  # of the experiment there
    commit: str  # as it was kept there
    dimension: str
    explained: list[str]  # gates that it explained
    merged: str = ""  # the commit it became; empty when it was not merged
    why: str = ""  # it was not merged


@dataclass
class Merge:
    """The journal of one merge; `rows` are the records that landing adds to the session, as documents."""

    number: int
    state: str
    slugs: list[str]  # in the order of merging
    before: str  # the last kept commit then
    tip: str  # and after the picks
    method: str
    picks: list[Pick]
    overlaps: list[str] = field(default_factory=list)
    tests: TestReport | None = None
    flaky: list[str] = field(default_factory=list)
    measurement: Measurement | None = None
    verdict: Verdict | None = None
    overruled: str = ""
    ended: str = COLLECTED  # what becomes of the dispatches
    rows: list[dict[str, Any]] = field(default_factory=list)
    at: str = ""

    @property
    def merged(self) -> list[Pick]:
        """What was picked."""
        return [pick for pick in self.picks if pick.merged]

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Merge:
        """The inverse of `asdict`; keys of later versions are ignored."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        known["picks"] = [Pick(**pick) for pick in known["picks"]]
        for key, reader in (("tests", TestReport.from_json), ("measurement", Measurement.from_json)):
            if known.get(key) is not None:
                known[key] = reader(known[key])
        if known.get("verdict") is not None:
            known["verdict"] = Verdict.from_json(known["verdict"])
        return cls(**known)


def path_of(layout: Layout, number: int) -> Path:
    """The journal of merge `number`."""
    return layout.merges / f"{number:03d}.json"


def save(layout: Layout, merge: Merge) -> None:
    """Write the journal, atomically."""
    atomic.write_json(path_of(layout, merge.number), asdict(merge))


def newest(layout: Layout) -> Merge | None:
    """The newest merge, ended or not."""
    files = sorted(path for path in layout.merges.glob("*.json") if path.stem.isdigit())
    return Merge.from_json(atomic.read_json(files[-1])) if files else None


def pick_all(context: Context, picks: Sequence[Pick], before: str) -> str:
    """Pick the commits one after another on top of `before`, and return the tip.

    A commit that conflicts, or changes nothing any more, leaves the tip as it was and says why in its `Pick`.
    """
    layout = context.layout
    tree = layout.together_tree
    git.remove_worktree(layout.project, tree)
    git.add_worktree(layout.project, tree, before)
    worktrees.settle(layout, context.setup, tree)
    tip = before
    for pick in picks:
        pick.why = _pick(tree, pick.commit, tip)
        if not pick.why:
            tip = pick.merged = git.head_commit(tree)
    return tip


def _pick(tree: Path, commit: str, tip: str) -> str:
    """Pick one commit on top of `tip`; return why not, and leave `tip` as it was."""
    try:
        git.run_git(tree, "cherry-pick", "--ff", commit)
    except EnvironmentProblem as error:
        files = git.run_git(tree, "diff", "--name-only", "--diff-filter=U").splitlines()
        git.run_git(tree, "cherry-pick", "--quit")
        git.run_git(tree, "reset", "--quiet", "--hard", tip)
        return f"conflict in {', '.join(files[:3])}" if files else f"nothing to pick ({error})"
    return ""


def measure(context: Context, merge: Merge, *, budget_s: float, progress: Callable[[str], None]) -> None:
    """Tests and pairs of the merged state against the state before; `verdict` stays None where the budget ended it."""
    layout = context.layout
    if not (layout.together_tree / ".git").exists():
        git.add_worktree(layout.project, layout.together_tree, merge.tip)
        worktrees.settle(layout, context.setup, layout.together_tree)
    git.move_detached(layout.together_tree, merge.tip)
    baseline = worktrees.baseline_at(layout, context.setup, merge.before)
    base = worktrees.side("base", context.language, context.setup, layout, baseline)
    head = worktrees.side("head", context.language, context.setup, layout, layout.together_tree)
    findings = _run_tests(context, merge, base, head, progress)
    if any(finding.gate == "tests-failing" for finding in findings):
        merge.verdict = decide.tests_failed(findings)
    else:
        merge.measurement = _run_pairs(context, merge, base, head, budget_s, progress)
        if not merge.measurement.complete:
            save(layout, merge)
            return
        findings += gates.output_changed(merge.measurement)
        explained = {gate for pick in merge.merged for gate in pick.explained}
        left = [finding for finding in findings if finding.gate not in explained]
        merge.verdict = decide.decide(merge.measurement, target=merge.merged[0].dimension, findings=left)
    merge.state = MEASURED
    save(layout, merge)


def _run_tests(
    context: Context, merge: Merge, base: Side, head: Side, progress: Callable[[str], None]
) -> list[Finding]:
    command = context.session.tests
    if command is None:
        return []
    layout, language, setup = context.layout, context.language, context.setup
    before = tests.of_commit(language, setup, layout, context.session, base.tree, merge.before)
    if before is None:
        return []
    if merge.tests is None:
        progress(f"tests on the merged state: {command}")

        def again(side: Side) -> TestReport:
            return tests.run(language, setup, layout, side.tree, command)

        first = again(head)
        merge.tests, unsteady = flaky.settle(before, first, lambda: again(base), lambda: again(head))
        merge.flaky = [finding.what for finding in unsteady]
        save(layout, merge)
    found = gates.compare_tests(before, merge.tests)
    return [*found, Finding(flaky.GATE, "; ".join(merge.flaky))] if merge.flaky else found


def _run_pairs(
    context: Context, merge: Merge, base: Side, head: Side, budget_s: float, progress: Callable[[str], None]
) -> Measurement:
    path = path_of(context.layout, merge.number).with_suffix(".pairs.jsonl")
    key = {"tip": merge.tip, "before": merge.before, "method": context.session.method.digest}

    def store(pair: Pair) -> None:
        atomic.append_line(path, json.dumps({**key, **pair_to_json(pair)}))

    return measure_pairs(
        context.session.method,
        base,
        head,
        seed=zlib.crc32(merge.tip.encode()),
        budget_s=budget_s,
        band=context.session.band,
        done=_stored(path, key),
        on_pair=store,
        progress=progress,
    )


def _stored(path: Path, key: dict[str, str]) -> list[Pair]:
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            document = json.loads(line)
        except ValueError:
            continue  # torn by a crash
        if all(document.get(name) == value for name, value in key.items()):
            pairs.append(pair_from_json(document))
    return pairs


def land(context: Context, merge: Merge) -> None:
    """Move the session's branch and tree to the merged state and take the experiments over; may be done twice."""
    layout, session, tree = context.layout, context.session, context.tree
    merge.state = LANDING
    save(layout, merge)
    if git.head_commit(tree) != merge.tip:
        git.restore(tree, merge.tip, git.changed_between(tree, merge.before, merge.tip))
        git.run_git(tree, "reset", "--quiet", "--soft", merge.tip)
    for document in merge.rows:
        records.save(layout, Record.from_json(document))
    context.records = records.load_all(layout)
    for one in session.dispatched:
        if one.slug in merge.slugs:
            one.state = merge.ended
    state.save(layout, session)
    _clean_up(context, merge)
    merge.state = DONE
    save(layout, merge)
    context.derive()


def _clean_up(context: Context, merge: Merge) -> None:
    """Remove the worktrees, and the branches that hold nothing unmerged."""
    project = context.layout.project
    git.remove_worktree(project, context.layout.together_tree)
    for slug in merge.slugs:
        own = context.layout.of_dispatched(slug)
        for tree in (own.optimize_tree, own.baseline_tree):
            git.remove_worktree(project, tree)
        branch = f"codeflash/{slug}"
        unmerged = any(pick.slug == slug and not pick.merged for pick in merge.picks)
        if not unmerged and git.branch_exists(project, branch):
            git.run_git(project, "branch", "--quiet", "-D", branch)


def recover(context: Context) -> bool:
    """Complete a landing that a crash interrupted; return whether there was one."""
    merge = newest(context.layout)
    if merge is None or merge.state != LANDING:
        return False
    land(context, merge)
    return True
