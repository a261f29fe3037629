"""Git as the session uses it: questions, worktrees, the identity of a candidate, commits of named files."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import temporary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOCK_PATIENCE_S = 2.0


def run_git(cwd: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run git in `cwd` and return its standard output without newlines at the end.

    Raises:
        EnvironmentProblem: git is missing or said no; the message carries git's own last line.
    """
    return _output(cwd, *arguments, environment=environment).rstrip("\n")


def _output(cwd: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run git in `cwd` and return its standard output to the letter.

    Raises:
        EnvironmentProblem: git is missing or said no; the message carries git's own last line.
    """
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env={**_clean_environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot run git: {error.strerror or error}; install git and put it on PATH"
        ) from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise EnvironmentProblem(f"git {' '.join(arguments[:2])} failed in {cwd}: {said}")
    return done.stdout


def asks(cwd: Path, *arguments: str) -> bool:
    """Whether a git question (one that answers by exit status) is answered with yes."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env=_clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _clean_environment() -> dict[str, str]:
    # Inside a git hook these point at the repository of the hook, not at `cwd`.
    stray = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
    return {**{key: value for key, value in os.environ.items() if key not in stray}, "GIT_OPTIONAL_LOCKS": "0"}


def toplevel(start: Path) -> Path | None:
    """The top of the work tree that `start` is in, or None where there is no git repository."""
    done = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"],
        cwd=start,
        env=_clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout.rstrip("\n")
    return Path(text) if done.returncode == 0 and text else None


def private_folder(tree: Path) -> Path:
    """The folder in which git keeps what belongs to this work tree alone."""
    return Path(run_git(tree, "rev-parse", "--absolute-git-dir"))


def common_folder(tree: Path) -> Path:
    """The folder that all work trees of the repository share."""
    folder = Path(run_git(tree, "rev-parse", "--git-common-dir"))
    return folder if folder.is_absolute() else (tree / folder).resolve()


def head_commit(tree: Path) -> str:
    """The full hash of HEAD.

    Raises:
        EnvironmentProblem: nothing was committed yet.
    """
    if not asks(tree, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise EnvironmentProblem(
            f"{tree} has no commit yet; commit the project first (git add -A && git commit -m start)"
        )
    return run_git(tree, "rev-parse", "HEAD")


def resolve(tree: Path, name: str) -> str:
    """The full hash of the commit that `name` stands for."""
    if not asks(tree, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
        raise EnvironmentProblem(f"{name!r} names no commit here; give a branch, tag or hash that `git log` knows")
    return run_git(tree, "rev-parse", f"{name}^{{commit}}")


def branch_exists(tree: Path, branch: str) -> bool:
    """Whether the local branch exists."""
    return asks(tree, "show-ref", "--verify", "--quiet", f"refs/heads/{branch}")


def checked_out_at(tree: Path, branch: str) -> Path | None:
    """The worktree of the repository that has the local branch checked out."""
    place = None
    for line in run_git(tree, "worktree", "list", "--porcelain").splitlines():
        word, _, rest = line.partition(" ")
        if word == "worktree":
            place = Path(rest)
        elif word == "branch" and rest == f"refs/heads/{branch}":
            return place
    return None


def current_branch(tree: Path) -> str:
    """The branch that is checked out, or an empty string when HEAD is detached."""
    return run_git(tree, "branch", "--show-current")


def uncommitted(tree: Path) -> list[str]:
    """Paths with uncommitted changes, untracked files included."""
    lines = run_git(tree, "status", "--porcelain", "-z", "--untracked-files=all").split("\0")
    return [line[3:] for line in lines if len(line) > 3]


def untracked(tree: Path) -> list[str]:
    """Untracked paths that are not ignored."""
    text = run_git(tree, "ls-files", "-z", "--others", "--exclude-standard")
    return [path for path in text.split("\0") if path]


def tree_hash(tree: Path, new_files: Sequence[str] = ()) -> str:
    """The git tree that a commit of all tracked changes and `new_files` would have; the index stays as it is."""
    with temporary.folder() as folder:
        environment = {"GIT_INDEX_FILE": str(folder / "index")}
        run_git(tree, "read-tree", "HEAD", environment=environment)
        run_git(tree, "add", "--update", ".", environment=environment)
        if new_files:
            run_git(tree, "add", "--", *new_files, environment=environment)
        return run_git(tree, "write-tree", environment=environment)


def changed_between(tree: Path, old: str, new: str) -> list[str]:
    """Paths that differ between two commits or trees."""
    return [path for path in run_git(tree, "diff", "--name-only", "--no-renames", "-z", old, new).split("\0") if path]


def patch_between(tree: Path, old: str, new: str) -> str:
    """A patch, binary files included, that `git apply` turns `old` into `new` with."""
    return _output(tree, "diff", "--binary", "--no-color", "--no-ext-diff", old, new)


def exclude(tree: Path, pattern: str) -> None:
    """Keep `pattern` out of the repository's history without touching its .gitignore."""
    path = common_folder(tree) / "info" / "exclude"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if pattern not in text.splitlines():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(("" if not text or text.endswith("\n") else "\n") + pattern + "\n")


def add_worktree(repository: Path, place: Path, commit: str, *, branch: str | None = None) -> None:
    """Check `commit` out at `place`: on a new `branch`, or detached."""
    run_git(repository, "worktree", "prune")
    kind = ("-b", branch) if branch else ("--detach",)
    place.parent.mkdir(parents=True, exist_ok=True)
    run_git(repository, "worktree", "add", "--quiet", *kind, str(place), commit)


def remove_worktree(repository: Path, place: Path) -> None:
    """Remove a worktree of ours together with whatever runs left in it."""
    if place.exists():
        try:
            run_git(repository, "worktree", "remove", "--force", "--force", str(place))
        except EnvironmentProblem:  # half made by a git that was killed
            shutil.rmtree(place, ignore_errors=True)
    _forget_worktree(repository, place)
    run_git(repository, "worktree", "prune")


def _forget_worktree(repository: Path, place: Path) -> None:
    """Drop git's entry of a worktree that is gone; one that a killed git left locked survives `worktree prune`."""
    if place.exists():
        return
    for entry in (common_folder(repository) / "worktrees").glob("*/gitdir"):
        with contextlib.suppress(OSError):
            if Path(entry.read_text(encoding="utf-8").strip()) == place / ".git":
                shutil.rmtree(entry.parent, ignore_errors=True)


def drop_stale_locks(tree: Path) -> None:
    """Remove the locks that a killed git left on a worktree of ours; only under the session's lock.

    A lock that another git holds now goes by itself within the patience.
    """
    folder = private_folder(tree)
    left = [folder / name for name in ("index.lock", "HEAD.lock")]
    left += sorted((common_folder(tree) / "refs" / "heads" / "codeflash").rglob("*.lock"))
    for lock in left:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        lock.unlink(missing_ok=True)


def move_detached(place: Path, commit: str) -> None:
    """Bring a detached worktree of ours to `commit`, dropping what is not committed in it."""
    run_git(place, "checkout", "--quiet", "--force", "--detach", commit)


def restore(tree: Path, commit: str, paths: Sequence[str]) -> None:
    """Bring `paths` back to what they are in `commit`; those it does not have are removed."""
    for path in paths:
        if asks(tree, "cat-file", "-e", f"{commit}:{path}"):
            run_git(tree, "checkout", "--quiet", commit, "--", path)
        else:
            (tree / path).unlink(missing_ok=True)
            run_git(tree, "rm", "--cached", "--quiet", "--ignore-unmatch", "--", path)


def commit_files(tree: Path, paths: Sequence[str], message: str) -> str:
    """Commit exactly `paths` with the project's own hooks and return the new commit's hash."""
    run_git(tree, "add", "--all", "--", *paths)
    run_git(tree, "commit", "--quiet", "-m", message, "--", *paths)
    return run_git(tree, "rev-parse", "HEAD")
