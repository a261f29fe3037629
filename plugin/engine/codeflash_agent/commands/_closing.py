"""What keep and discard both print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render import session as render
from codeflash_agent.session import gains, handoff, next_step
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Record

PROGRESS_EVERY = 3


def closing_lines(context: Context, record: Record) -> list[str]:
    """The experiment's line, every third time the progress, and what is next."""
    tree_hash = git.tree_hash(context.tree)
    rows = handoff.present_targets(context.layout, context.session, tree_hash)
    due = handoff.review_due(context.layout, context.session, context.records)
    step = next_step.next_step(context.session, context.records, tree_hash, rows, due)
    lines = [
        render.experiment_line(record),
        f"{record.description}" + (f" (commit {record.commit[:12]})" if record.commit else ""),
    ]
    decided = context.decided
    if len(decided) % PROGRESS_EVERY == 0:
        lines.append(render.progress_line(decided, gains.products(context.records), step))
    lines.append(f"next: {step.action} ({step.why})")
    return lines
