"""What the verbs that move a session on print at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render import session as render
from codeflash_agent.session import gains, handoff, targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.handoff import Now
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.targets import Target

PROGRESS_EVERY = 3


def now(context: Context) -> Now:
    """Where the session stands, by the state on disk."""
    return handoff.now(context.layout, context.session, context.records)


def open_lines(context: Context, rows: Sequence[Target] | None) -> list[str]:
    """Every row of the table that still counts, so that those of one kind can be skipped in one call."""
    names = [row.identity for row in targets.left(rows or (), context.decided, context.session)]
    fates = targets.fates(rows or (), context.decided, context.session)
    closed = render.floor_lines(targets.closed_by_size(fates), targets.least(context.session))
    return [*closed, f"still open: {', '.join(names)}"] if names else closed


def closing_lines(context: Context, record: Record) -> list[str]:
    """The experiment's line, what it rests on, every third time the progress, and what is next."""
    step = now(context).step
    ended = f" (commit {record.commit[:12]})" if record.commit else ""
    lines = [render.experiment_line(record), f"{record.description}{ended}"]
    decided = context.decided
    if len(decided) % PROGRESS_EVERY == 0:
        lines.append(render.progress_line(decided, gains.products(context.records), step))
    lines.append(step.line())
    return lines
