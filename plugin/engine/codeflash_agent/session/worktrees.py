"""The session's two checkouts: the one that is edited and the last kept commit beside it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.measure.model import Side
from codeflash_agent.session.state import BRANCH
from codeflash_agent.storage import git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from codeflash_agent.language import Language, Setup
    from codeflash_agent.storage.layout import Layout


def create(layout: Layout, setup: Setup, commit: str, *, in_place: bool) -> Path:
    """Make the session's tree at `commit` and the baseline tree beside it; return the former.

    Raises:
        Refused: the branch exists without a session, or the checkout is dirty and the session is to stay in it.
    """
    git.exclude(layout.project, f"/{places.HOME}/")
    if in_place:
        dirty = git.uncommitted(layout.project)
        if dirty:
            raise Refused(
                f"--in-place needs a clean tree, and {len(dirty)} paths have uncommitted changes (first: {dirty[0]}); "
                "commit or stash them, or leave --in-place out to work in a separate worktree"
            )
        tree = layout.project
    else:
        tree = layout.optimize_tree
        _drop_unused_branch(layout, commit)
        if git.branch_exists(layout.project, BRANCH):
            other = _session_elsewhere(layout)
            if other is not None:
                raise Refused(
                    f"branch {BRANCH} belongs to the session of {other}, another checkout of this repository; go on "
                    "there, or end that session and rename its branch first"
                )
            raise Refused(
                f"branch {BRANCH} exists, but .codeflash holds no session for it; rename it "
                f"(git branch -m {BRANCH} codeflash/earlier), then run the same command again"
            )
        git.remove_worktree(layout.project, tree)
        git.add_worktree(layout.project, tree, commit, branch=BRANCH)
        settle(layout, setup, tree)
    baseline_at(layout, setup, commit)
    return tree


def _session_elsewhere(layout: Layout) -> Path | None:
    """The other checkout of this repository whose session has the branch."""
    place = git.checked_out_at(layout.project, BRANCH)
    if place is None or not (place / ".git").exists():
        return None
    owner = places.find(place).project
    return owner if owner != layout.project and places.Layout(owner).session_json.exists() else None


def _drop_unused_branch(layout: Layout, commit: str) -> None:
    """Remove what a killed start left: a branch that has no commit of its own, and our worktree of it, whole or half."""
    if not git.branch_exists(layout.project, BRANCH):
        return
    tip = git.resolve(layout.project, BRANCH)
    place = git.checked_out_at(layout.project, BRANCH)
    if place in (None, layout.optimize_tree) and git.asks(layout.project, "merge-base", "--is-ancestor", tip, commit):
        git.remove_worktree(layout.project, layout.optimize_tree)
        git.run_git(layout.project, "branch", "--quiet", "-D", BRANCH)


def baseline_at(layout: Layout, setup: Setup, commit: str) -> Path:
    """The baseline tree, brought to `commit`."""
    tree = layout.baseline_tree
    if not (tree / ".git").exists():
        git.remove_worktree(layout.project, tree)
        git.add_worktree(layout.project, tree, commit)
        settle(layout, setup, tree)
    elif git.head_commit(tree) != commit or git.uncommitted(tree):
        git.move_detached(tree, commit)
    return tree


def ensure_tree(layout: Layout, setup: Setup, tree: Path, branch: str) -> None:
    """Bring the session's worktree back when somebody removed it; its branch holds all that was kept."""
    if (tree / ".git").exists() or tree == layout.project:
        return
    git.run_git(layout.project, "worktree", "prune")
    git.run_git(layout.project, "worktree", "add", "--quiet", str(tree), branch)
    settle(layout, setup, tree)


def mend(layout: Layout, tree: Path) -> None:
    """Free our worktrees of what a git that was killed left; the user's own checkout is not ours to mend."""
    for one in (tree, layout.baseline_tree, layout.together_tree):
        if one != layout.project and (one / ".git").exists():
            git.drop_stale_locks(one)


def settle(layout: Layout, setup: Setup, tree: Path) -> None:
    """Make a fresh worktree usable: it knows its checkout, and has the ignored files that the code needs."""
    places.mark_worktree(tree, layout)
    # Generated files that git ignores, such as a version module or a built extension, are needed to import the
    # package but are not part of a checkout.
    for name in setup.details.get("carry", []):
        source, copy = layout.project / name, tree / name
        if source.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def side(name: str, language: Language, setup: Setup, layout: Layout, tree: Path) -> Side:
    """One side of a measurement, after making sure that it runs its own code.

    Raises:
        EnvironmentProblem: a package of the project would be imported from somewhere else.
    """
    foreign = language.foreign_modules(setup, layout.project, tree)
    if foreign:
        raise EnvironmentProblem(
            f"in {tree} these would be imported from elsewhere, so a measurement would compare the wrong code: "
            f"{', '.join(foreign)}; give the right folder with `codeflash-agent setup --set source_root=…`"
        )

    def environment(probe: Path) -> Mapping[str, str]:
        return language.environment(setup, layout.project, tree, probe)

    return Side(name, tree, environment, language.read_probe, language.startup_command(setup))
