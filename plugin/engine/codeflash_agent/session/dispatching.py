"""Dispatching targets: a session of its own for a specialist, in its own worktree and branch at the last kept commit.

The order on disk: the entry in the session as `making`, the worktree, its files, the entry as `open`. A crash before the
end is undone by the next verb; nothing was done in the worktree by then.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.render import brief
from codeflash_agent.session import handoff, records, state, targets, worktrees
from codeflash_agent.session.state import Dispatch
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.targets import Target
    from codeflash_agent.storage.layout import Layout

AT_ONCE = 2
DOMAINS = ("cpu", "memory", "async", "structure")


def dispatch(context: Context, *, domain: str, wanted: Sequence[str], note: str) -> Dispatch:
    """Make the worktree, the branch, the session and the brief for `wanted` targets.

    Raises:
        Refused: two are out already, one has one of the targets, this session is dispatched itself, or the present
            state has no profile that shows the targets.
    """
    session, layout = context.session, context.layout
    if layout.slug:
        raise Refused(f"this session is dispatched itself ({layout.slug}); work on its targets, or skip them")
    if len(session.out) >= AT_ONCE:
        names = " and ".join(one.slug for one in session.out)
        raise Refused(f"{names} are out, and more than {AT_ONCE} at once disturb each other; collect one first")
    commit = context.base_commit
    entry = targets.current_profile(session, git.run_git(context.tree, "rev-parse", f"{commit}^{{tree}}"))
    if entry is None:
        raise Refused("profile first: no unified profile of the last kept commit; run `codeflash-agent profile`")
    rows = [_row(name, targets.load(layout, session, entry)) for name in wanted]
    for row in rows:
        taken = next((one for one in session.out if any(row.is_named_by(name) for name in one.targets)), None)
        if taken is not None:
            raise Refused(f"{row.identity} is with {taken.slug} already; wait for it, or collect it")
    current = context.open_record
    if current is not None and any(row.is_named_by(current.target) for row in rows):
        raise Refused(f"experiment {current.number} is open on {current.target}; end it before giving its target away")
    made = Dispatch(
        _free_slug(context, domain, rows[0]), domain, [row.identity for row in rows], commit, state.MAKING, state.now()
    )
    session.dispatched.append(made)
    state.save(layout, session)
    _make(context, made, rows, entry, note)
    made.state = state.OUT
    state.save(layout, session)
    context.derive()
    return made


def _row(name: str, rows: Sequence[Target]) -> Target:
    for row in rows:
        if row.is_named_by(name):
            return row
    known = ", ".join(row.identity for row in rows[:3]) or "none"
    raise Refused(f"{name} is no row of the target table of the present state (first rows: {known})")


def _free_slug(context: Context, domain: str, row: Target) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", row.function.lower()).strip("-")[:40].strip("-") or "target"
    stem = slug = f"{domain}-{name}"
    number = 1
    while (
        context.layout.of_dispatched(slug).home.exists()
        or git.branch_exists(context.layout.project, f"codeflash/{slug}")
        or any(one.slug == slug for one in context.session.dispatched)
    ):
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _make(context: Context, made: Dispatch, rows: Sequence[Target], entry: state.ProfileEntry, note: str) -> None:
    layout = context.layout
    own = layout.of_dispatched(made.slug)
    git.add_worktree(layout.project, own.optimize_tree, made.commit, branch=made.branch)
    worktrees.settle(own, context.setup, own.optimize_tree)
    session = dataclasses.replace(
        context.session,
        started=made.at,
        goal=note or f"{made.domain}: {', '.join(made.targets)}",
        branch=made.branch,
        in_place=False,
        tree=str(own.optimize_tree),
        start_commit=made.commit,
        baselines=[],
        profiles=[dataclasses.replace(entry, number=1, file="profiles/001.json")],
        skipped=[],
        milestones=[],
        dispatched=[],
        only=list(made.targets),
    )
    document = atomic.read_json(layout.home / entry.file)
    atomic.write_json(own.home / "profiles" / "001.json", _moved(document, context.tree, own.optimize_tree))
    atomic.write_text(own.brief, _brief(context, made, rows, document, note))
    state.save(own, session)
    handoff.write(own, session, context.setup, [])


def _moved(document: dict[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """A profile document as if it had been taken in the folder `new`."""
    root = Path(document.get("source_root", ""))
    if not root.is_relative_to(old):
        return document
    return {**document, "source_root": str(new / root.relative_to(old))}


def _brief(context: Context, made: Dispatch, rows: Sequence[Target], document: dict[str, Any], note: str) -> str:
    layout = context.layout
    functions = {row.function for row in rows}
    found = [one for one in document.get("interactions", []) if any(name in str(one) for name in functions)]
    others = [one for one in context.session.out if one.slug != made.slug]
    return brief.brief(
        dispatch=made,
        tree=layout.of_dispatched(made.slug).optimize_tree,
        session=context.session,
        rows=rows,
        interactions=found,
        setup=_text(layout.setup_md),
        conventions=_conventions(layout),
        history=[one for one in context.decided if any(row.is_named_by(one.target) for row in rows)],
        others=others,
        note=note,
    )


def _conventions(layout: places.Layout) -> str:
    """The project's wishes and the organisation's, with who wins where they contradict each other."""
    sources = (
        ("The project's (they win where the two contradict):", layout.common / "conventions.md"),
        ("The organisation's:", layout.project.parent / "conventions.md"),
    )
    return "\n\n".join(f"{whose}\n\n{_text(path)}" for whose, path in sources if path.is_file())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def finish(context: Context, learnt: str) -> dict[str, Any]:
    """End a dispatched session from inside: write its result, which `collect` waits for.

    Raises:
        Refused: this session is not dispatched, or an experiment is open.
    """
    if not context.layout.slug:
        raise Refused("this session was not dispatched; `codeflash-agent report` ends it")
    if context.open_record is not None:
        raise Refused(f"experiment {context.open_record.number} is open; keep or discard it before the end")
    document = {
        "slug": context.layout.slug,
        "tip": context.base_commit,
        "keeps": sum(record.state == records.KEEP for record in context.records),
        "experiments": len(context.records),
        "learnt": learnt,
        "at": state.now(),
    }
    atomic.write_json(context.layout.result, document)
    return document


def result_of(own: Layout) -> dict[str, Any] | None:
    """What a dispatched session said at its end, or None while it works (or is lost)."""
    if not own.result.exists():
        return None
    document = atomic.read_json(own.result)
    return document if isinstance(document, dict) else None


def recover(layout: Layout, session: state.Session) -> bool:
    """Undo dispatches that a crash interrupted; return whether there were any."""
    half = [one for one in session.dispatched if one.state == state.MAKING]
    for one in half:
        own = layout.of_dispatched(one.slug)
        git.remove_worktree(layout.project, own.optimize_tree)
        if git.branch_exists(layout.project, one.branch) and git.resolve(layout.project, one.branch) == one.commit:
            git.run_git(layout.project, "branch", "--quiet", "-D", one.branch)
        shutil.rmtree(own.home, ignore_errors=True)
        session.dispatched.remove(one)
    if half:
        state.save(layout, session)
    return bool(half)


def tree_of(start: Path, slug: str) -> Path:
    """The worktree of a dispatched session.

    Raises:
        EnvironmentProblem: there is none of that name.
    """
    layout = places.find(start)
    own = layout.of_dispatched(slug)
    if not (own.optimize_tree / ".git").exists():
        known = ", ".join(one.slug for one in state.load(layout.of_dispatched("")).out) if state.exists(layout) else ""
        raise EnvironmentProblem(f"nothing is dispatched as {slug!r} (out: {known or 'none'})")
    return own.optimize_tree
