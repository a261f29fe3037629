"""Git as the session uses it, on real repositories."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import git, layout

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of one file."""
    top = tmp_path / "a repository"
    top.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=top, check=True)
    subprocess.run(["git", "config", "user.email", "t@example.com"], cwd=top, check=True)
    subprocess.run(["git", "config", "user.name", "T"], cwd=top, check=True)
    (top / "a.txt").write_text("one\n")
    subprocess.run(["git", "add", "-A"], cwd=top, check=True)
    subprocess.run(["git", "commit", "-qm", "start"], cwd=top, check=True)
    return top


def test_the_tree_hash_is_what_a_commit_would_have_and_leaves_the_index(repository: Path) -> None:
    """The identity of a change is its git tree, computed without staging anything."""
    (repository / "a.txt").write_text("two\n")
    (repository / "new file.txt").write_text("new\n")
    before = git.run_git(repository, "status", "--porcelain")
    predicted = git.tree_hash(repository, ["new file.txt"])
    assert git.run_git(repository, "status", "--porcelain") == before
    git.commit_files(repository, ["a.txt", "new file.txt"], "perf: both")
    assert git.run_git(repository, "rev-parse", "HEAD^{tree}") == predicted


def test_restore_brings_back_and_removes(repository: Path) -> None:
    """Restoring a change resets what the commit has and deletes what it has not, deleted files included."""
    commit = git.head_commit(repository)
    (repository / "a.txt").unlink()
    (repository / "new.txt").write_text("new\n")
    git.restore(repository, commit, ["a.txt", "new.txt"])
    assert git.uncommitted(repository) == []
    assert (repository / "a.txt").read_text() == "one\n"


def test_a_patch_of_a_change_applies(repository: Path) -> None:
    """The saved patch turns the base into the candidate again, binary files included."""
    commit = git.head_commit(repository)
    (repository / "a.txt").write_text("two\n")
    (repository / "b.bin").write_bytes(bytes(range(256)))
    tree = git.tree_hash(repository, ["b.bin"])
    patch = git.patch_between(repository, commit, tree)
    git.restore(repository, commit, ["a.txt", "b.bin"])
    subprocess.run(["git", "apply", "-"], cwd=repository, input=patch, text=True, check=True)
    assert git.tree_hash(repository, ["b.bin"]) == tree


def test_a_worktree_of_the_session_finds_the_checkout_it_came_from(repository: Path) -> None:
    """A verb called in the session's worktree acts on the session of the user's checkout."""
    places = layout.find(repository)
    git.add_worktree(repository, places.optimize_tree, git.head_commit(repository), branch="codeflash/optimize")
    layout.mark_worktree(places.optimize_tree, places)
    assert layout.find(places.optimize_tree) == places


def test_no_repository_and_no_commit_are_told_apart(tmp_path: Path) -> None:
    """Each missing thing is one line with the command that mends it."""
    with pytest.raises(EnvironmentProblem, match="git init && git add -A"):
        layout.find(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with pytest.raises(EnvironmentProblem, match="has no commit yet"):
        git.head_commit(tmp_path)


def test_the_exclude_entry_is_written_once(repository: Path) -> None:
    """Keeping a folder out of history twice leaves one line, and .gitignore is not made."""
    git.exclude(repository, "/.codeflash/")
    git.exclude(repository, "/.codeflash/")
    lines = (repository / ".git" / "info" / "exclude").read_text().splitlines()
    assert lines.count("/.codeflash/") == 1
    assert not (repository / ".gitignore").exists()
