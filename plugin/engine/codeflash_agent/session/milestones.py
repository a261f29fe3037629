"""Milestones: the whole branch measured against the start, tagged, beside the product of the kept ratios."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from codeflash_agent.errors import Refused
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.session import records, state, worktrees
from codeflash_agent.session.state import Milestone
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from collections.abc import Callable

    from codeflash_agent.session.context import Context

TAG = "codeflash/optimize-v"


def take(context: Context, *, budget_s: float, progress: Callable[[str], None]) -> Milestone:
    """Measure the last kept commit against the start of the session, tag it and record both.

    Raises:
        Refused: an experiment is open, or nothing was kept since the last milestone.
        EnvironmentProblem: a side cannot be run.
    """
    session = context.session
    if context.layout.slug:
        raise Refused(
            "milestones are the lead's; end a dispatched session with `codeflash-agent dispatch --finish '…'`"
        )
    if context.open_record is not None:
        raise Refused(f"experiment {context.open_record.number} is open; keep or discard it before a milestone")
    commit = context.base_commit
    if commit == (session.milestones[-1].commit if session.milestones else session.start_commit):
        raise Refused("nothing was kept since the last milestone (or the start); there is nothing new to measure")
    start = worktrees.baseline_at(context.layout, context.setup, session.start_commit)
    base = worktrees.side("base", context.language, context.setup, context.layout, start)
    head = worktrees.side("head", context.language, context.setup, context.layout, context.tree)
    measurement = measure_pairs(
        session.method,
        base,
        head,
        seed=zlib.crc32(commit.encode()),
        budget_s=budget_s,
        band=session.band,
        progress=progress,
    )
    number = len(session.milestones) + 1
    keeps = sum(record.state == records.KEEP for record in context.records)
    milestone = Milestone(number, f"{TAG}{number}", commit, keeps, measurement, state.now())
    git.run_git(context.layout.project, "tag", "--force", milestone.tag, commit)
    session.milestones.append(milestone)
    state.save(context.layout, session)
    context.derive()
    return milestone
