"""Real projects and real environments in temporary folders."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write `files`, a mapping of relative paths to contents, under `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder` with an identity of its own and return what it prints."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def commit_all(folder: Path) -> Path:
    """Make `folder` a repository with everything that is in it committed."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")
    return folder


def make_venv(folder: Path, *, tools: bool = True) -> Path:
    """Make a real environment without network; with `tools` it sees pytest and what else these tests run with."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    if tools:
        share_tools(folder)
    return folder


def share_tools(environment: Path) -> None:
    """Let `environment` import what the interpreter of these tests can."""
    site = next(environment.glob("lib/python3*/site-packages"))
    (site / "tools.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file under `folder` with size and time of change, to prove that nothing was touched."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if ".git/" not in str(path)
    }


@pytest.fixture(autouse=True)
def _no_environment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTEST_ADDOPTS", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One environment with pytest, outside every project, for tests that only need one to run something."""
    return make_venv(tmp_path_factory.mktemp("shared") / "venv")
