"""The steps of one experiment other than measuring: begin, keep, discard."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.session import records, recovery, state, targets, wording
from codeflash_agent.session.records import Candidate, Record
from codeflash_agent.storage import atomic, git
from codeflash_agent.verdict.model import FIX, KEEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.session.context import Context

GUARD_TIMEOUT_S = 1800


def begin(context: Context, *, target: str, domains: Sequence[str], dimension: str, hypothesis: str) -> Record:
    """Open the next experiment.

    Raises:
        Refused: one is open, the tree has changes already, or its state was not profiled.
    """
    current = context.open_record
    if current is not None:
        raise Refused(
            f"experiment {current.number} ({current.target}) is open: one fix at a time; "
            "end it with `codeflash-agent keep` or `discard` first"
        )
    base = context.base_commit
    head = git.head_commit(context.tree)
    if head != base:
        raise Refused(
            f"{context.tree} is at {head[:12]}, not at the last kept commit {base[:12]}; commits come from "
            f"`codeflash-agent keep` only: `git -C {context.tree} reset --keep {base[:12]}` goes back"
        )
    changed = git.changed_between(context.tree, base, git.tree_hash(context.tree))
    if changed:
        raise Refused(
            f"{context.tree} has changes that belong to no experiment ({', '.join(changed[:3])}); "
            f"`git -C {context.tree} checkout -- .` drops them, then begin and edit"
        )
    profile = targets.current_profile(context.session, git.tree_hash(context.tree))
    if profile is None:
        raise Refused("profile first: no unified profile of the present state; run `codeflash-agent profile`")
    record = Record(
        number=max((record.number for record in context.records), default=0) + 1,
        state=records.OPEN,
        target=target,
        domains=list(domains),
        dimension=dimension,
        hypothesis=hypothesis,
        opened=state.now(),
        base_commit=base,
        profile=profile.number,
        untracked_before=git.untracked(context.tree),
    )
    context.save(record)
    return record


def amend(context: Context, fields: Mapping[str, Any]) -> Record:
    """Correct what the open experiment says of itself; what it said before stays in the record.

    Args:
        context: the open session.
        fields: any of `target`, `domains`, `dimension` and `hypothesis`.

    Raises:
        Refused: none is open, or it was measured and more than its hypothesis would change.
    """
    record = require_open(context)
    changed = {name: value for name, value in fields.items() if getattr(record, name) != value}
    if not changed:
        raise Refused(f"experiment {record.number} says that already")
    fixed = [name for name in changed if name != "hypothesis"]
    if fixed and record.candidate is not None:
        raise Refused(
            f"experiment {record.number} was measured, so its {fixed[0]} stands; correct its --hypothesis alone, "
            "or discard it and begin another"
        )
    before = {"until": state.now(), **{name: str(getattr(record, name)) for name in changed}}
    record.amended = [*record.amended, before]
    for name, value in changed.items():
        setattr(record, name, value)
    if "domains" in changed and "dimension" not in changed and record.dimension not in record.domains:
        record.dimension = record.domains[0]
    context.save(record)
    return record


def require_open(context: Context) -> Record:
    """The open experiment.

    Raises:
        Refused: none is open.
    """
    record = context.open_record
    if record is None:
        raise Refused("no experiment is open; open one with `codeflash-agent begin --target FILE::FUNCTION …`")
    return record


def candidate_now(context: Context, record: Record) -> Candidate:
    """The change as it stands in the session's tree.

    While nothing of a candidate differs, further untracked files are what runs left behind, a crashed one's included.
    """
    known = record.candidate
    if known is not None:
        present = [path for path in known.new_files if (context.tree / path).exists()]
        if git.tree_hash(context.tree, present) == known.tree_hash:
            return known
    not_ours = {*record.untracked_before, *record.left_by_runs}
    new_files = [
        path
        for path in git.untracked(context.tree)
        if path not in not_ours and context.language.kind_of(path) != "generated"
    ]
    tree_hash = git.tree_hash(context.tree, new_files)
    return Candidate(tree_hash, git.changed_between(context.tree, record.base_commit, tree_hash), new_files)


def keep(
    context: Context,
    *,
    message: str,
    explained: Mapping[str, str],
    overrule: str,
    trade_off: str,
    interaction: str,
) -> Record:
    """Commit the measured change and end the experiment.

    Raises:
        Refused: it was not measured as it stands, the verdict is against it and not overruled, a finding is not
            explained, a trade-off is not written down, the message claims figures, or the guard fails.
    """
    record = require_open(context)
    if record.verdict is None or record.candidate is None or record.state != records.MEASURED:
        raise Refused(f"experiment {record.number} has no verdict yet; run `codeflash-agent measure`")
    if candidate_now(context, record).tree_hash != record.candidate.tree_hash:
        raise Refused("the change is not the one that was measured; run `codeflash-agent measure` again")
    _check_verdict(record, explained, overrule, trade_off)
    check_message(message)
    _run_guard(context)
    record.explained = dict(explained)
    record.overruled, record.trade_off = overrule, trade_off
    record.message = f"{message.rstrip()}\n\n{_effect(record)}\n"
    record.description = message.splitlines()[0]
    record.interaction = interaction
    record.state = records.KEEPING
    context.save(record)
    try:
        commit = git.commit_files(context.tree, record.candidate.files, record.message)
    except EnvironmentProblem as error:
        record.state = records.MEASURED
        context.save(record)
        raise Refused(
            f"the commit was refused ({error}); mend what its hook asks for, measure again, keep again"
        ) from error
    recovery.close(record, records.KEEP, commit=commit)
    context.save(record)
    return record


def check_message(message: str) -> None:
    """Refuse a commit message that is empty or claims figures.

    Raises:
        Refused: it does.
    """
    if not message.strip():
        raise Refused("the message is empty; say what was changed and why it is faster, as in 'perf: …'")
    claim = wording.claimed(message)
    if claim is not None:
        raise Refused(f"the message claims '{claim}'; say the mechanism alone: the measured effect is added to it")


def _check_verdict(record: Record, explained: Mapping[str, str], overrule: str, trade_off: str) -> None:
    verdict = record.verdict
    assert verdict is not None  # noqa: S101 - the caller looked
    if verdict.status == FIX:
        raise Refused(f"{verdict.reason}, then measure again")
    open_findings = [finding for finding in verdict.findings if not explained.get(finding.gate)]
    if open_findings:
        first = open_findings[0]
        raise Refused(
            f"{first.gate}: {first.what}; undo that and measure again, or say why it is right with "
            f"--explain {first.gate}='reason'"
            + (f" ({len(open_findings) - 1} more findings)" if open_findings[1:] else "")
        )
    if verdict.status != KEEP and not overrule:
        raise Refused(f"the verdict is {verdict.status} ({verdict.reason}); discard it, or give --overrule 'reason'")
    if verdict.status == KEEP and verdict.worse and not trade_off:
        raise Refused(f"{', '.join(verdict.worse)} got worse; write the trade-off down with --trade-off 'text'")


def _effect(record: Record) -> str:
    """The measured effect as the last paragraph of the commit message."""
    assert record.measurement is not None  # noqa: S101 - a verdict other than `fix` rests on one
    lines = ["Measured (times better, 95 % interval):"]
    lines += [
        f"  {name} {ratio.ratio:.3f} [{ratio.low:.3f}, {ratio.high:.3f}] {ratio.verdict}"
        for name, ratio in record.measurement.metrics.items()
    ]
    lines += [
        f"{label}: {text}" for label, text in (("Trade-off", record.trade_off), ("Overruled", record.overruled)) if text
    ]
    return "\n".join(lines)


def _run_guard(context: Context) -> None:
    guard = context.session.guard
    if not guard:
        return
    environment = context.language.environment(context.setup, context.layout.project, context.tree)
    try:
        done = subprocess.run(
            ["sh", "-c", guard],
            cwd=context.tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=GUARD_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"the guard `{guard}` took longer than {GUARD_TIMEOUT_S} s") from error
    if done.returncode != 0:
        last = (done.stdout.strip() or done.stderr.strip() or "no output").splitlines()[-1]
        raise Refused(f"the guard `{guard}` failed with {done.returncode}: {last}; mend the change and measure again")


def discard(context: Context, *, reason: str, crash: bool) -> Record:
    """Save the change as a patch, restore the tree and end the experiment."""
    record = require_open(context)
    candidate = candidate_now(context, record)
    if candidate.files:
        name = f"{record.number:03d}-{_slug(record.target)}.patch"
        atomic.write_text(
            context.layout.discarded / name,
            git.patch_between(context.tree, record.base_commit, candidate.tree_hash),
        )
    record.candidate = candidate
    record.description = f"crash: {reason}" if crash else reason
    if record.verdict is not None and record.verdict.status == KEEP:
        record.overruled = reason
    record.state = records.DISCARDING
    context.save(record)
    git.restore(context.tree, record.base_commit, candidate.files)
    recovery.close(record, records.CRASH if crash else records.DISCARD)
    context.save(record)
    return record


def _slug(target: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", target.lower()).strip("-")[:48] or "change"
