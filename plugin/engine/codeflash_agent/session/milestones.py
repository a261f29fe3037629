"""Milestones: the whole branch measured against the start, tagged, beside the product of the kept ratios."""

from __future__ import annotations

import dataclasses
import time
import zlib
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.measure.model import Method
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.session import records, state, worktrees
from codeflash_agent.session.state import Milestone
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from collections.abc import Callable

    from codeflash_agent.measure.model import Measurement, Side
    from codeflash_agent.session.context import Context

TAG = "codeflash/optimize-v"
FORMER_LOOKS = (5, 15)


def standing(context: Context) -> Milestone | None:
    """The milestone that has measured the last kept commit already, while nothing is open."""
    last = context.session.milestones[-1] if context.session.milestones else None
    return last if last is not None and last.commit == context.base_commit and context.open_record is None else None


def take(context: Context, *, budget_s: float, progress: Callable[[str], None]) -> Milestone:
    """Measure the last kept commit against the start of the session, tag it and record both.

    Raises:
        Refused: an experiment is open, or nothing was kept.
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
    if commit == session.start_commit:
        raise Refused("nothing was kept since the start; there is nothing to measure")
    start = worktrees.baseline_at(context.layout, context.setup, session.start_commit)
    base = worktrees.side("base", context.language, context.setup, context.layout, start)
    head = worktrees.side("head", context.language, context.setup, context.layout, context.tree)
    began = time.monotonic()
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
    room = max(1.0, budget_s - (time.monotonic() - began))
    milestone.began_with, milestone.former = _by_the_first_benchmark(context, base, head, room, progress)
    git.run_git(context.layout.project, "tag", "--force", milestone.tag, commit)
    session.milestones.append(milestone)
    state.save(context.layout, session)
    context.derive()
    return milestone


def _by_the_first_benchmark(
    context: Context, base: Side, head: Side, budget_s: float, progress: Callable[[str], None]
) -> tuple[str, Measurement | None]:
    """The whole by the benchmark that the session began with, where `baseline --again` has locked another one since.

    That was the user's; the later one is often finer, and leaves out what every run of the user's pays for.
    """
    session = context.session
    if not session.baselines:
        return "", None
    first = session.baselines[0]
    method = Method.from_json(first["method"])
    if method.benchmark == session.method.benchmark:
        return "", None
    progress(f"the benchmark that the session began with: {method.benchmark}")
    try:
        measured = measure_pairs(
            dataclasses.replace(method, looks=FORMER_LOOKS),
            base,
            head,
            seed=zlib.crc32(context.base_commit.encode()),
            budget_s=budget_s,
            band=first["band"],
            progress=progress,
        )
    except EnvironmentProblem as error:  # often why there is another one
        progress(f"not measured by it: {error}")
        return "", None
    return method.benchmark, measured
