"""A published library, laid out as the repository of someone who works on it: what a rehearsal optimises.

sqlparse 0.5.3 is fetched as its source distribution, checked by hash. Its grouping of a long list (an IN clause, the rows
of a VALUES) renders the whole list anew for each item, which makes the work grow with the square of the length.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "requirements" / "library.txt"
NAME = "sqlparse"
VERSION = "0.5.3"
SHA256 = "09f67787f56a0b16ecdbde1bfc7f5d9c3371ca683cfeaa8e6ff60b4807ec9272"
BENCHMARK = "benchmarks/bulk_statements.py"
STEP_PATIENCE_S = 300

BENCHMARK_SOURCE = '''"""Parse the statements of a bulk import: a long IN list, and an INSERT of many rows."""

import hashlib
import random

import sqlparse

ROWS = 600
IDS = 1600


def statements():
    """The same two statements in every run."""
    draw = random.Random(7).randrange
    ids = ", ".join(str(draw(10**6)) for _ in range(IDS))
    yield f"SELECT id, name FROM accounts WHERE id IN ({ids}) AND state = 'open' ORDER BY name"
    rows = ", ".join(f"({i}, 'kind {i % 7}', 'payload {draw(10**6)}', '2024-01-{i % 28 + 1:02d}')" for i in range(ROWS))
    yield f"INSERT INTO events (id, kind, payload, created) VALUES {rows};"


def shape(token, depth=0):
    """The tree as text, so that a different parse prints something else."""
    yield f"{depth}{type(token).__name__}{token.ttype}{token.value}"
    for child in token.tokens if token.is_group else ():
        yield from shape(child, depth + 1)


for statement in statements():
    (parsed,) = sqlparse.parse(statement)
    tree = "".join(shape(parsed))
    print(len(tree), hashlib.sha256(tree.encode()).hexdigest()[:16])
'''
GITIGNORE = ".venv/\n__pycache__/\n*.egg-info/\n.pytest_cache/\n"
# The user's own work in progress, which a session must leave alone: an edit, not committed, and a file git does not know.
EDITED = "sqlparse/keywords.py"
EDIT = ("    'QUARTER': tokens.Keyword,\n", "    'QUARTER': tokens.Keyword,\n    'QUANTILE': tokens.Keyword,\n")
UNTRACKED = "notes/todo.txt"
UNTRACKED_TEXT = "QUANTILE: add a test for it, then commit\n"


class LibraryProblem(Exception):
    """The library cannot be prepared; the message is one line that says what to do."""


@dataclass(frozen=True)
class Project:
    """The prepared repository."""

    path: Path

    @property
    def python(self) -> Path:
        """The interpreter of the project's own environment."""
        return self.path / ".venv" / "bin" / "python"

    def test_counts(self, tree: Path) -> str:
        """Run the library's own suite in `tree`, a checkout of it, and return pytest's last line without the time.

        Raises:
            LibraryProblem: the suite fails.
        """
        command = [str(self.python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            command,
            cwd=tree,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=STEP_PATIENCE_S,
            check=False,
        )
        lines = done.stdout.strip().splitlines() or [done.stderr.strip()]
        if done.returncode:
            raise LibraryProblem(f"the library's own suite fails in {tree}: {lines[-1]}")
        return lines[-1].rpartition(" in ")[0]


def prepare(folder: Path, cache: Path) -> Project:
    """Make the repository in `folder`, which must not exist yet, with the source distribution kept in `cache`.

    Raises:
        LibraryProblem: a step failed; the message has its last line.
    """
    archive = _fetch(cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        # The contents are known by their hash; the filter only keeps newer Pythons from warning about its absence.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder.parent / f".{folder.name}", filter="data")
        else:
            tar.extractall(folder.parent / f".{folder.name}")
    (folder.parent / f".{folder.name}" / f"{NAME}-{VERSION}").rename(folder)
    (folder.parent / f".{folder.name}").rmdir()
    (folder / BENCHMARK).parent.mkdir()
    (folder / BENCHMARK).write_text(BENCHMARK_SOURCE, encoding="utf-8")
    (folder / ".gitignore").write_text(GITIGNORE, encoding="utf-8")
    _commit_all(folder)
    _make_environment(folder)
    _leave_work_in_progress(folder)
    return Project(folder)


def _fetch(cache: Path) -> Path:
    """The source distribution, downloaded by pip, which checks the hash, unless it is there."""
    archive = cache / f"{NAME}-{VERSION}.tar.gz"
    if archive.is_file():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    work = cache / f".fetch-{NAME}"
    shutil.rmtree(work, ignore_errors=True)
    # An environment with the build tools in it, because pip asks a source distribution for its metadata.
    _step([sys.executable, "-I", "-m", "venv", str(work / "venv")], cache)
    python = str(work / "venv" / "bin" / "python")
    pip = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    _step([*pip, "install", "--require-hashes", "-r", str(TOOLS)], cache)
    (work / "source.txt").write_text(f"{NAME}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
    options = ["--no-deps", "--no-build-isolation", "--no-binary", NAME, "--require-hashes"]
    _step([*pip, "download", *options, "-r", str(work / "source.txt"), "--dest", str(work)], cache)
    (work / archive.name).replace(archive)
    shutil.rmtree(work, ignore_errors=True)
    return archive


def _commit_all(folder: Path) -> None:
    _step(["git", "init", "--quiet", "--initial-branch=main"], folder)
    _step(["git", "config", "user.name", "Robin Example"], folder)
    _step(["git", "config", "user.email", "robin@example.com"], folder)
    _step(["git", "add", "--all"], folder)
    _step(["git", "commit", "--quiet", "--message", f"{NAME} {VERSION}, with a benchmark of bulk statements"], folder)


def _make_environment(folder: Path) -> None:
    _step([sys.executable, "-I", "-m", "venv", str(folder / ".venv")], folder)
    python = str(folder / ".venv" / "bin" / "python")
    pip = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
    _step([*pip, "--require-hashes", "-r", str(TOOLS)], folder)
    _step([*pip, "--no-deps", "--no-build-isolation", "--editable", str(folder)], folder)


def _leave_work_in_progress(folder: Path) -> None:
    path = folder / EDITED
    before = path.read_text(encoding="utf-8")
    if EDIT[0] not in before:
        raise LibraryProblem(f"{EDITED} of {NAME} {VERSION} is not as expected; the pinned source has changed")
    path.write_text(before.replace(*EDIT), encoding="utf-8")
    (folder / UNTRACKED).parent.mkdir()
    (folder / UNTRACKED).write_text(UNTRACKED_TEXT, encoding="utf-8")


def _step(command: list[str], cwd: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=STEP_PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise LibraryProblem(f"{command[0]} is not on PATH; install it, then run the same command again") from error
    except subprocess.TimeoutExpired as error:
        raise LibraryProblem(f"`{' '.join(command)}` took over {STEP_PATIENCE_S} s; check the network") from error
    if done.returncode:
        tail = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-2:]
        raise LibraryProblem(f"`{' '.join(command)}` failed: {' / '.join(tail)}")
