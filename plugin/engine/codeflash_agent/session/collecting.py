"""Collecting: what dispatched sessions brought back is validated, ordered, merged, measured and taken over."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codeflash_agent.errors import CodeflashError, EnvironmentProblem, Refused
from codeflash_agent.session import context as contexts
from codeflash_agent.session import dispatching, experiment, gains, merging, records, state
from codeflash_agent.session.merging import Merge, Pick
from codeflash_agent.storage import atomic, git
from codeflash_agent.verdict.model import KEEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Dispatch


@dataclass
class Child:
    """A dispatched session as it came back."""

    dispatch: Dispatch
    records: list[Record]

    @property
    def kept(self) -> list[Record]:
        """What it kept, in order."""
        return [record for record in self.records if record.state == records.KEEP]

    @property
    def files(self) -> set[str]:
        """What its keeps touch."""
        return {path for record in self.kept if record.candidate for path in record.candidate.files}

    @property
    def gain(self) -> float:
        """The largest product of its keeps' ratios over the metrics."""
        return max(gains.products(self.records).values(), default=0.0)


@dataclass
class Outcome:
    """What came of collecting."""

    merge: Merge | None = None
    refused: dict[str, str] = field(default_factory=dict)  # slug -> why it was left as it is
    landed: bool = False


def collect(
    context: Context,
    slugs: Sequence[str],
    *,
    anyway: bool,
    overrule: str,
    budget_s: float,
    progress: Callable[[str], None],
) -> Outcome:
    """Merge the finished dispatches (or those named) and measure the result, going on where an earlier call ended.

    Args:
        context: the open session that dispatched them.
        slugs: which; empty for all that finished.
        anyway: take those named also when they wrote no result; an open experiment there is discarded.
        overrule: why the merged state is taken against its verdict; empty to obey.
        budget_s: seconds of benchmarking in this call.
        progress: told one line at a time.

    Raises:
        Refused: nothing is out, the session's own tree is not at rest, or no such dispatch is out.
    """
    _require_rest(context)
    chosen = _chosen(context, slugs)
    outcome = Outcome()
    children = []
    for one in chosen:
        came = _attempt(context, one, anyway=anyway and bool(slugs))
        if isinstance(came, Child):
            children.append(came)
        else:
            outcome.refused[one.slug] = came
    if not children:
        return outcome
    children.sort(key=lambda child: -child.gain)
    merge = outcome.merge = _going_on(context, children) or _begin(context, children, progress)
    if merge.merged:
        if merge.verdict is None:
            merging.measure(context, merge, budget_s=budget_s, progress=progress)
        verdict = merge.verdict
        if verdict is None or not (overrule or (verdict.status == KEEP and not verdict.findings)):
            return outcome
        if not (verdict.status == KEEP and not verdict.findings):
            merge.overruled = overrule
    _require_room(context, merge)
    merge.rows = [record.as_json() for record in _rows(context, merge, children)]
    merging.land(context, merge)
    outcome.landed = True
    return outcome


def abandon(context: Context, slug: str) -> Outcome:
    """End a dispatch without merging: patches and rows are kept, a branch with commits stays.

    Raises:
        Refused: it is not out.
        EnvironmentProblem: a verb runs in it.
    """
    _require_rest(context)
    (one,) = _chosen(context, [slug])
    own = context.layout.of_dispatched(slug)
    with contexts.opened(own.optimize_tree) as theirs:
        new = _new_files(theirs)
        patch = git.patch_between(theirs.tree, one.commit, git.tree_hash(theirs.tree, new))
        if patch:
            atomic.write_text(context.layout.discarded / f"{slug}.patch", patch)
        child = Child(one, list(theirs.records))
    picks = [dataclasses.replace(pick, why="abandoned") for pick in _picks(child)]
    merge = _journal(context, [child], picks)
    merge.ended = state.ABANDONED
    merge.rows = [record.as_json() for record in _rows(context, merge, [child])]
    merging.land(context, merge)
    return Outcome(merge, landed=True)


def _require_rest(context: Context) -> None:
    if context.layout.slug:
        raise Refused(f"this session is dispatched itself; `codeflash-agent collect` runs in {context.layout.project}")
    current = context.open_record
    if current is not None:
        raise Refused(f"experiment {current.number} is open; keep or discard it before collecting")
    base = context.base_commit
    if git.head_commit(context.tree) != base:
        raise Refused(
            f"{context.tree} is not at the last kept commit: `git -C {context.tree} reset --keep {base[:12]}` goes back"
        )
    if git.changed_between(context.tree, base, git.tree_hash(context.tree)):
        raise Refused(f"{context.tree} has changes that belong to no experiment; `git -C {context.tree} checkout -- .`")


def _require_room(context: Context, merge: Merge) -> None:
    """Refuse to overwrite a file that no commit holds: what the merge adds must not be there yet."""
    for path in git.changed_between(context.tree, merge.before, merge.tip):
        if (context.tree / path).exists() and not git.asks(context.tree, "cat-file", "-e", f"{merge.before}:{path}"):
            raise Refused(
                f"{context.tree / path} is in no commit and the merge brings one; move it away, collect again"
            )


def _chosen(context: Context, slugs: Sequence[str]) -> list[Dispatch]:
    out = context.session.out
    if not out:
        raise Refused("nothing is dispatched; `codeflash-agent dispatch --to cpu --target FILE::FUNCTION` does that")
    unknown = [slug for slug in slugs if slug not in {one.slug for one in out}]
    if unknown:
        raise Refused(f"nothing is out as {unknown[0]!r} (out: {', '.join(one.slug for one in out)})")
    return [one for one in out if not slugs or one.slug in slugs]


def _attempt(context: Context, one: Dispatch, *, anyway: bool) -> Child | str:
    """What came back, or why it cannot be taken."""
    try:
        return _came_back(context, one, anyway=anyway)
    except CodeflashError as error:
        return str(error)


def _came_back(context: Context, one: Dispatch, *, anyway: bool) -> Child:
    """Open the dispatched session (which finishes what a crash interrupted there) and validate it.

    Raises:
        Refused: it has not finished, or holds what no verb put there.
        EnvironmentProblem: its files cannot be read, or a verb runs in it.
    """
    own = context.layout.of_dispatched(one.slug)
    if dispatching.result_of(own) is None and not anyway:
        raise Refused(
            f"no result yet ({standing(context, one)}); if it is lost: `collect --anyway {one.slug}` takes what it kept, "
            f"`collect --abandon {one.slug}` saves patches and drops it"
        )
    with contexts.opened(own.optimize_tree) as theirs:
        if theirs.open_record is not None:
            if not anyway:
                raise Refused(f"its experiment {theirs.open_record.number} is open; `collect --anyway` discards it")
            experiment.discard(theirs, reason="open when its session was collected", crash=False)
        _validate(context, theirs, one)
        return Child(one, list(theirs.records))


def _validate(context: Context, theirs: Context, one: Dispatch) -> None:
    project = context.layout.project
    if theirs.session.start_commit != one.commit or not git.asks(
        project, "merge-base", "--is-ancestor", one.commit, one.branch
    ):
        raise Refused(f"{one.branch} does not descend from {one.commit[:12]}, where it was dispatched")
    kept = [record for record in theirs.records if record.state == records.KEEP]
    commits = git.run_git(project, "rev-list", "--reverse", f"{one.commit}..{one.branch}").split()
    if commits != [record.commit for record in kept]:
        strange = next((commit for commit in commits if commit not in {record.commit for record in kept}), "none")
        raise Refused(
            f"{one.branch} has {len(commits)} commits and {len(kept)} records of keeps (first unknown: {strange[:12]}); "
            "commits come from `codeflash-agent keep` only"
        )
    if git.head_commit(theirs.tree) != (commits[-1] if commits else one.commit):
        raise Refused(f"{theirs.tree} is on another commit than {one.branch}")
    changed = git.changed_between(theirs.tree, "HEAD", git.tree_hash(theirs.tree)) + _new_files(theirs)
    if changed:
        raise Refused(f"{theirs.tree} has changes that belong to no experiment ({', '.join(changed[:3])})")
    method = context.session.method.digest
    odd = next((r for r in kept if r.method != method or r.measurement is None or r.verdict is None), None)
    if odd is not None:
        raise Refused(f"its experiment {odd.number} was not measured by the locked method {method}")


def _new_files(theirs: Context) -> list[str]:
    """Untracked files that no run left behind."""
    known = {path for record in theirs.records for path in (*record.left_by_runs, *record.untracked_before)}
    return [
        path
        for path in git.untracked(theirs.tree)
        if path not in known and theirs.language.kind_of(path) != "generated"
    ]


def _going_on(context: Context, children: Sequence[Child]) -> Merge | None:
    """The merge that an earlier call left unfinished, where it is of these very results."""
    merge = merging.newest(context.layout)
    if (
        merge is None
        or merge.state not in (merging.MEASURING, merging.MEASURED)
        or merge.slugs != [child.dispatch.slug for child in children]
        or merge.before != context.base_commit
        or merge.method != context.session.method.digest
        or [pick.commit for pick in merge.picks] != [record.commit for child in children for record in child.kept]
    ):
        return None
    return merge


def _begin(context: Context, children: Sequence[Child], progress: Callable[[str], None]) -> Merge:
    picks = [pick for child in children for pick in _picks(child)]
    merge = _journal(context, children, picks)
    merge.overlaps = list(_overlaps(context, children))
    for line in merge.overlaps:
        progress(f"overlap: {line}")
    if picks:
        merge.tip = merging.pick_all(context, picks, merge.before)
    merging.save(context.layout, merge)
    return merge


def _journal(context: Context, children: Sequence[Child], picks: list[Pick]) -> Merge:
    last = merging.newest(context.layout)
    before = context.base_commit
    return Merge(
        number=last.number + 1 if last else 1,
        state=merging.MEASURING,
        slugs=[child.dispatch.slug for child in children],
        before=before,
        tip=before,
        method=context.session.method.digest,
        picks=picks,
        at=state.now(),
    )


def _picks(child: Child) -> list[Pick]:
    return [
        Pick(child.dispatch.slug, record.number, record.commit, record.dimension, sorted(record.explained))
        for record in child.kept
    ]


def _overlaps(context: Context, children: Sequence[Child]) -> Iterable[str]:
    """Files that two of them touch, or that the session's branch changed since, one line each."""
    base = context.base_commit
    for position, child in enumerate(children):
        slug = child.dispatch.slug
        for other in children[position + 1 :]:
            shared = sorted(child.files & other.files)
            if shared:
                yield f"{slug} and {other.dispatch.slug} both change {', '.join(shared[:3])}"
        moved = set(git.changed_between(context.tree, child.dispatch.commit, base))
        shared = sorted(child.files & moved)
        if shared:
            yield f"{slug} changes {', '.join(shared[:3])}, which changed here since it was dispatched"


def _rows(context: Context, merge: Merge, children: Sequence[Child]) -> Iterable[Record]:
    """The experiments of the children as records of this session, in the order of merging."""
    number = max((record.number for record in context.records), default=0)
    picked = {(pick.slug, pick.number): pick for pick in merge.picks}
    tip = merge.before
    for child in children:
        slug = child.dispatch.slug
        mark = f"dispatched:{child.dispatch.domain}"
        for record in child.records:
            number += 1
            row = dataclasses.replace(record, number=number, dispatched=slug, base_commit=tip)
            row.description = f"{mark} {record.description}"
            pick = picked.get((slug, record.number))
            if pick is not None and pick.merged:
                row.commit = tip = pick.merged
                row.overruled = record.overruled or merge.overruled
            elif pick is not None:
                row.state, row.commit = records.DISCARD, ""
                row.description = f"{mark} not merged ({pick.why}), kept on codeflash/{slug}: {record.description}"
            elif not record.decided:
                row.state, row.closed = records.DISCARD, state.now()
                row.description = f"{mark} abandoned while open: {record.hypothesis}"
            yield row


def standing(context: Context, one: Dispatch) -> str:
    """Where a dispatch stands, from its files alone; nothing is locked or changed."""
    own = context.layout.of_dispatched(one.slug)
    try:
        result = dispatching.result_of(own)
        theirs = records.load_all(own)
    except CodeflashError as error:
        return f"unreadable: {error}"
    kept = sum(record.state == records.KEEP for record in theirs)
    text = f"{kept} kept of {len(records.decided(theirs))} ended"
    current = records.open_one(theirs)
    if current is not None:
        text += f", experiment {current.number} open"
    if result is not None:
        return f"finished: {text}; {result.get('learnt', '')}"
    if not (own.optimize_tree / ".git").exists():
        return f"{text}, its worktree is gone"
    with contextlib.suppress(EnvironmentProblem):
        changed = git.uncommitted(own.optimize_tree)
        text += f", {len(changed)} uncommitted paths" if changed else ""
    touched = max((path.stat().st_mtime for path in own.home.rglob("*") if path.is_file()), default=math.nan)
    minutes = 0.0 if math.isnan(touched) else max(0.0, (time.time() - touched) / 60)
    return f"at work: {text}, last activity {minutes:.0f} min ago"
