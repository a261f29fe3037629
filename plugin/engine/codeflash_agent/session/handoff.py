"""HANDOFF.md: where the session stands and how to go on, regenerated from the state after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codeflash_agent.errors import CodeflashError
from codeflash_agent.render import session as render
from codeflash_agent.review import state as reviews
from codeflash_agent.session import gains, next_step, records, targets
from codeflash_agent.storage import atomic, git

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.language import Setup
    from codeflash_agent.session.next_step import Step
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target
    from codeflash_agent.storage.layout import Layout


class Now(NamedTuple):
    """Where the state on disk stands: the table of a profile of it, None where there is none; what its review lacks."""

    rows: list[Target] | None
    due: reviews.Due | None
    step: Step


def now(layout: Layout, session: Session, all_records: Sequence[Record]) -> Now:
    """Look at the state on disk; four calls of git."""
    tree_hash = git.tree_hash(session.tree_path)
    rows = present_targets(layout, session, tree_hash)
    due = review_due(layout, session, all_records)
    return Now(rows, due, next_step.next_step(session, all_records, tree_hash, rows, due))


def write(layout: Layout, session: Session, setup: Setup, all_records: Sequence[Record]) -> None:
    """Bring the hand-over up to date."""
    rows = newest_targets(layout, session)
    current = records.open_one(list(all_records))
    pairs = len(records.load_pairs(layout, current, records.MAIN)) if current else 0
    text = render.handoff(
        session=session,
        runner=setup.runner,
        base=records.base_commit(list(all_records), session.start_commit),
        records=all_records,
        open_record=current,
        pairs=pairs,
        gains=gains.products(all_records),
        targets=rows,
        fates=targets.fates(rows, records.decided(all_records), session),
        step=now(layout, session, all_records).step,
    )
    if not layout.handoff.exists() or layout.handoff.read_text(encoding="utf-8") != text:
        atomic.write_text(layout.handoff, text)


def review_due(layout: Layout, session: Session, all_records: Sequence[Record]) -> reviews.Due | None:
    """What is missing until the review of the last kept commit is settled; None where nothing was kept."""
    head = records.base_commit(list(all_records), session.start_commit)
    if head == session.start_commit or layout.slug:
        return None
    return reviews.due(reviews.load_all(layout), head)


def present_targets(layout: Layout, session: Session, tree_hash: str) -> list[Target] | None:
    """The target table of a profile of exactly this state, or None."""
    entry = targets.current_profile(session, tree_hash)
    return targets.load(layout, session, entry) if entry else None


def newest_targets(layout: Layout, session: Session) -> list[Target]:
    """The target table of the newest profile, whatever state it is of; empty where it cannot be read."""
    try:
        profiles = targets.of_benchmark(session)
        return targets.load(layout, session, profiles[-1]) if profiles else []
    except CodeflashError:
        return []
