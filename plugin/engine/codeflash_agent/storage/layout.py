"""Where a session's files lie, and how a verb finds them from wherever it was called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import git

HOME = ".codeflash"
STACKS = ".speedscope"  # suffix of a profile's sampled stacks, in the format of that viewer
POINTER = "codeflash-project"  # in git's private folder of a session worktree: which checkout it belongs to


@dataclass(frozen=True)
class Layout:
    """The paths of one session; `project` is the top of the user's checkout.

    A dispatched session has a `slug`, and its own files in a folder of that name beside those of the session that it
    works for; what belongs to the project (setup, reports of commits' tests) the two share.
    """

    project: Path
    slug: str = ""

    @property
    def common(self) -> Path:
        """The folder of everything that codeflash keeps here."""
        return self.project / HOME

    @property
    def home(self) -> Path:
        """The folder of this session's own files."""
        return self.common / "dispatched" / self.slug if self.slug else self.common

    def of_dispatched(self, slug: str) -> Layout:
        """The layout of a session that this one dispatched."""
        return Layout(self.project, slug)

    @property
    def lock(self) -> Path:
        """Held by a verb while it changes the session."""
        return self.home / "lock"

    @property
    def setup_json(self) -> Path:
        """How the project runs."""
        return self.common / "setup.json"

    @property
    def setup_md(self) -> Path:
        """The same for reading."""
        return self.common / "setup.md"

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
    def bench(self) -> Path:
        """Scripts of the session's own, such as odd input."""
        return self.common / "bench"

    @property
    def comparisons(self) -> Path:
        """What `compare` measured while there was a session."""
        return self.home / "comparisons"

    @property
    def discarded(self) -> Path:
        """Patches of what was tried."""
        return self.home / "discarded"

    @property
    def test_reports(self) -> Path:
        """Test reports of commits, by hash."""
        return self.common / "tests"

    @property
    def optimize_tree(self) -> Path:
        """The session's own checkout."""
        return self.common / "worktrees" / (self.slug or "optimize")

    @property
    def baseline_tree(self) -> Path:
        """The last kept commit; its path is as long as the other's, so that both sides see equal environments."""
        return self.common / "baselines" / self.slug if self.slug else self.common / "worktrees" / "baseline"

    @property
    def together_tree(self) -> Path:
        """Where results are merged and measured before the session's branch moves; as long as `baseline_tree`."""
        return self.common / "worktrees" / "together"

    @property
    def reviews(self) -> Path:
        """Adversarial reviews: records, briefs and transcripts."""
        return self.home / "reviews"

    @property
    def prs(self) -> Path:
        """Prepared pull requests: records and bodies."""
        return self.home / "prs"

    @property
    def merges(self) -> Path:
        """Journals of merges."""
        return self.home / "merges"

    @property
    def brief(self) -> Path:
        """What a dispatched session is to do."""
        return self.home / "brief.md"

    @property
    def result(self) -> Path:
        """What a dispatched session says at its end."""
        return self.home / "result.json"


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
        project, _, slug = pointer.read_text(encoding="utf-8").strip("\n").partition("\n")
        return Layout(Path(project), slug)
    return Layout(top)


def mark_worktree(tree: Path, layout: Layout) -> None:
    """Remember in git's private folder of `tree` which checkout its session belongs to, and which session it is."""
    text = f"{layout.project}\n{layout.slug}".rstrip("\n") + "\n"
    (git.private_folder(tree) / POINTER).write_text(text, encoding="utf-8")
