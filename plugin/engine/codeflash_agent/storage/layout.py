"""Where a session's files lie, and how a verb finds them from wherever it was called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import git

HOME = ".codeflash"
POINTER = "codeflash-project"  # in git's private folder of a session worktree: which checkout it belongs to


@dataclass(frozen=True)
class Layout:
    """The paths of one target project; `project` is the top of the user's checkout."""

    project: Path

    @property
    def home(self) -> Path:
        """The folder of everything that codeflash keeps."""
        return self.project / HOME

    @property
    def lock(self) -> Path:
        """Held by a verb while it changes the session."""
        return self.home / "lock"

    @property
    def setup_json(self) -> Path:
        """How the project runs."""
        return self.home / "setup.json"

    @property
    def setup_md(self) -> Path:
        """The same for reading."""
        return self.home / "setup.md"

    @property
    def session_json(self) -> Path:
        """The session's state."""
        return self.home / "session.json"

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.home / "results.tsv"

    @property
    def handoff(self) -> Path:
        """How to go on."""
        return self.home / "HANDOFF.md"

    @property
    def experiments(self) -> Path:
        """Records and raw pairs."""
        return self.home / "experiments"

    @property
    def profiles(self) -> Path:
        """Unified profiles."""
        return self.home / "profiles"

    @property
    def discarded(self) -> Path:
        """Patches of what was tried."""
        return self.home / "discarded"

    @property
    def test_reports(self) -> Path:
        """Test reports of commits, by hash."""
        return self.home / "tests"

    @property
    def optimize_tree(self) -> Path:
        """The session's own checkout."""
        return self.home / "worktrees" / "optimize"

    @property
    def baseline_tree(self) -> Path:
        """The last kept commit; its path is as long as the other's, so that both sides see equal environments."""
        return self.home / "worktrees" / "baseline"


def find(start: Path, *, need_git: bool = True) -> Layout:
    """The layout of the project that `start` is in; in a session's worktree that is the checkout it came from.

    Raises:
        EnvironmentProblem: there is no git repository and `need_git`.
    """
    top = git.toplevel(start)
    if top is None:
        if need_git:
            raise EnvironmentProblem(
                f"{start} is not in a git repository, and codeflash keeps each optimisation as a commit; "
                "run `git init && git add -A && git commit -m start` first"
            )
        return Layout(start)
    pointer = git.private_folder(top) / POINTER
    if pointer.exists():
        return Layout(Path(pointer.read_text(encoding="utf-8").strip()))
    return Layout(top)


def mark_worktree(tree: Path, layout: Layout) -> None:
    """Remember in git's private folder of `tree` which checkout its session belongs to."""
    (git.private_folder(tree) / POINTER).write_text(str(layout.project) + "\n", encoding="utf-8")
