"""What the verbs that move a session on print at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render import session as render
from codeflash_agent.session import gains, handoff, next_step, targets
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.next_step import Step
    from codeflash_agent.session.records import Record

PROGRESS_EVERY = 3


def next_of(context: Context) -> Step:
    """What to do now, by the state on disk."""
    tree_hash = git.tree_hash(context.tree)
    rows = handoff.present_targets(context.layout, context.session, tree_hash)
    due = handoff.review_due(context.layout, context.session, context.records)
    return next_step.next_step(context.session, context.records, tree_hash, rows, due)


def open_line(context: Context) -> str | None:
    """Every row of the table that still counts, so that those of one kind can be skipped in one call."""
    rows = handoff.present_targets(context.layout, context.session, git.tree_hash(context.tree))
    names = [row.identity for row in targets.left(rows or (), context.decided, context.session)]
    return f"still open: {', '.join(names)}" if names else None


def next_line(step: Step) -> str:
    """The step on one line, with the rule that says so."""
    return f"next: {step.action} ({step.why})"


def closing_lines(context: Context, record: Record) -> list[str]:
    """The experiment's line, every third time the progress, and what is next."""
    step = next_of(context)
    lines = [
        render.experiment_line(record),
        f"{record.description}" + (f" (commit {record.commit[:12]})" if record.commit else ""),
    ]
    decided = context.decided
    if len(decided) % PROGRESS_EVERY == 0:
        lines.append(render.progress_line(decided, gains.products(context.records), step))
    lines.append(next_line(step))
    return lines
