"""What the decisions need to know, read from disk and from git; nothing here is changed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from codeflash_agent.hooks.decide import Seen, Standing
from codeflash_agent.session import handoff, next_step, records, state
from codeflash_agent.storage import git
from codeflash_agent.storage import layout as places
from codeflash_agent.storage.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

OUR_FOLDERS = (f"{places.HOME}/", ".claude/agent-memory/")  # in a checkout, before git is told to leave them alone
FOREIGN_LIMIT = 2000  # uncommitted paths of a checkout that are looked at one by one


def resolved(path: Path) -> Path:
    """`path` without links, also where it does not exist yet."""
    return path.resolve()


def layout_at(path: Path, folder: Path) -> Layout | None:
    """The project that a file at `path` belongs to, or None where that has nothing to do with the session.

    A repository that codeflash never looked at is somebody's scratch, unless the conversation itself works in it.
    """
    start = next(parent for parent in (path, *path.parents) if parent.is_dir())
    layout = places.find(start, need_git=False)
    if layout.project == start and git.toplevel(start) is None:
        return None
    if (layout.project / places.HOME).is_dir():
        return layout
    own = git.toplevel(folder) if folder.is_dir() else None
    return layout if own == layout.project else None


def sessions(layout: Layout) -> list[Layout]:
    """The session of a project, and those of the specialists that are out."""
    main = Layout(layout.project)
    out = state.load(main).out if state.exists(main) else ()
    return [main, *(main.of_dispatched(one.slug) for one in out)]


def standing(layout: Layout) -> Standing:
    """Where the session of `layout` stands.

    Raises:
        CodeflashError: its files cannot be read.
    """
    if not state.exists(layout):
        verb = "baseline" if layout.setup_json.exists() else "setup"
        return Standing(layout.project, None, action=f"codeflash-agent {verb}", why="no session yet")
    session = state.load(layout)
    all_records = records.load_all(layout)
    tree = session.tree_path
    current = records.open_one(all_records)
    if current is None:
        _, due, step = handoff.now(layout, session, all_records)
        unsettled = f"{due.why}; run: {due.action}" if due is not None else ""
        return Standing(layout.project, resolved(tree), action=step.action, why=step.why, unreviewed=unsettled)
    # What an open experiment needs next does not depend on the tree, whose hash costs four calls of git.
    step = next_step.next_step(session, all_records, "", None)
    return Standing(
        layout.project, resolved(tree), current.number, current.state, current.target, step.action, step.why
    )


def strays(layout: Layout, before: dict[str, str] | None) -> Seen:
    """What lies in the session's trees and belongs to no experiment, and what changed in the user's checkout.

    `before` is the checkout's state when the command began, None where it was not taken.
    """
    if not state.exists(layout):
        return Seen(checkout=_foreign(layout, before))
    session, all_records = state.load(layout), records.load_all(layout)
    base = records.base_commit(all_records, session.start_commit)
    tree = session.tree_path
    baseline = _tracked_changes(layout.baseline_tree)
    checkout = _foreign(layout, before) if resolved(tree) != resolved(layout.project) else []
    if records.open_one(all_records) is not None or not tree.is_dir():
        return Seen(baseline=baseline, checkout=checkout)
    if git.head_commit(tree) != base:
        return Seen(moved=True, baseline=baseline, checkout=checkout)
    return Seen(stray=_tracked_changes(tree), baseline=baseline, checkout=checkout)


def _foreign(layout: Layout, before: dict[str, str] | None) -> list[str]:
    return [] if before is None else changed_since(before, checkout_state(layout))


def _tracked_changes(tree: Path) -> list[str]:
    if not tree.is_dir():
        return []
    return git.changed_between(tree, git.head_commit(tree), git.tree_hash(tree)) if _dirty(tree) else []


def _dirty(tree: Path) -> bool:
    return bool(git.run_git(tree, "status", "--porcelain", "--untracked-files=no"))


def checkout_state(layout: Layout) -> dict[str, str]:
    """What is uncommitted in the user's checkout: a path with size and time of its last change, and HEAD."""
    found = {"HEAD": git.run_git(layout.project, "rev-parse", "--verify", "--quiet", "HEAD")} if _born(layout) else {}
    names = [name for name in git.uncommitted(layout.project) if not name.startswith(OUR_FOLDERS)]
    for name in names[:FOREIGN_LIMIT]:
        with contextlib.suppress(OSError):
            about = (layout.project / name).lstat()
            found[name] = f"{about.st_size} {about.st_mtime_ns}"
            continue
        found[name] = "gone"
    return found


def _born(layout: Layout) -> bool:
    return git.asks(layout.project, "rev-parse", "--verify", "--quiet", "HEAD")


def changed_since(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """The paths whose entry in two states of a checkout differs."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def handover(layout: Layout, limit: int) -> str:
    """HANDOFF.md up to `limit` characters; empty where there is none."""
    try:
        text = layout.handoff.read_text(encoding="utf-8")
    except OSError:
        return ""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… ({len(text) - limit} more characters in {layout.handoff})"


def project_of(folder: Path) -> Layout | None:
    """The project that a conversation in `folder` works in, or None outside every repository."""
    return places.find(folder) if folder.is_dir() and git.toplevel(folder) is not None else None
