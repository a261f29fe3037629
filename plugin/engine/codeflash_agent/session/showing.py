"""What the HTML report is made from, read from a session's files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import CodeflashError
from codeflash_agent.report import flames
from codeflash_agent.report.page import Material, TakenProfile
from codeflash_agent.session import gains, handoff, targets
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.review.state import Due, Review
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.state import ProfileEntry

BETWEEN = "Before the last keep"  # no number: every number on the page is a figure with a record


def material(context: Context, version: str, reviews: Sequence[Review], due: Due | None) -> Material:
    """Everything that the page of this session shows."""
    session = context.session
    taken = targets.of_benchmark(session)
    rows = handoff.newest_targets(context.layout, session)
    return Material(
        project=context.layout.project.name,
        version=version,
        session=session,
        records=context.records,
        gains=gains.products(context.records),
        fates=targets.fates(rows, context.decided, session),
        then=_profile(context, taken[0]) if taken else None,
        now=_profile(context, taken[-1]) if taken else None,
        reviews=reviews,
        due=due,
    )


def _profile(context: Context, entry: ProfileEntry) -> TakenProfile | None:
    try:
        document = atomic.read_json(context.layout.home / entry.file)
        rows = targets.from_document(document, context.tree)
    except (CodeflashError, KeyError, TypeError):
        return None  # damaged or gone; the page says that there is no such profile
    start = git.run_git(context.layout.project, "rev-parse", f"{context.session.start_commit}^{{tree}}")
    what = "At the start" if entry.tree_hash == start else BETWEEN
    if entry.tree_hash == _tree_of(context, context.base_commit) and entry.tree_hash != start:
        what = "Now"  # a keep that no profile followed leaves none that is
    return TakenProfile(
        number=entry.number,
        file=entry.file,
        commit_is=what,
        targets=rows,
        interactions=document.get("interactions") or (),
        flame=_flame(context, entry),
    )


def _tree_of(context: Context, commit: str) -> str:
    return git.run_git(context.layout.project, "rev-parse", f"{commit}^{{tree}}")


def _flame(context: Context, entry: ProfileEntry) -> dict[str, Any] | None:
    path = (context.layout.home / entry.file).with_suffix(places.STACKS)
    try:
        return flames.tree(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None  # taken by an earlier version, or damaged
