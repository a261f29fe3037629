"""A project of `evals/` as somebody's repository, where none of what judges it can be found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EVALS = ROOT / "evals"
PINS = ROOT / "requirements" / "dev.txt"
PATIENCE_S = 300


class EvalProblem(Exception):
    """An evaluation cannot be prepared or run; the message is one line that says what to do."""


def names() -> list[str]:
    """The projects there are."""
    return sorted(path.parent.name for path in EVALS.glob("*/eval.json"))


def description(name: str) -> dict[str, Any]:
    """What `eval.json` says.

    Raises:
        EvalProblem: there is no such project.
    """
    path = EVALS / name / "eval.json"
    if not path.is_file():
        raise EvalProblem(f"no project {name}; there are {', '.join(names())}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def prepare(name: str, folder: Path) -> Path:
    """Copy the project to `folder`, which must not exist yet, with an environment and one commit; gives its interpreter.

    Raises:
        EvalProblem: a step failed; the message has its last line.
    """
    wanted = description(name)
    if folder.exists():
        raise EvalProblem(f"{folder} is there already; name a new folder")
    shutil.copytree(
        EVALS / name / wanted["project"], folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache")
    )
    _step([sys.executable, "-I", "-m", "venv", str(folder / ".venv")], folder)
    python = folder / ".venv" / "bin" / "python"
    pip = [str(python), "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
    # Versions as they are pinned for the tests, so that runs of different days compare.
    _step([*pip, "--constraint", str(_constraints(folder)), *wanted["requirements"]], folder)
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Robin Example"],
        ["config", "user.email", "robin@example.com"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "As it is in use"],
    ):
        _step(["git", *command], folder)
    return python


def _constraints(folder: Path) -> Path:
    """The pinned versions without their hashes, which pip would ask of every requirement."""
    lines = [line.split(" \\")[0] for line in PINS.read_text(encoding="utf-8").splitlines() if "==" in line]
    path = folder / ".venv" / "constraints.txt"
    path.write_text("\n".join(line.strip() for line in lines) + "\n", encoding="utf-8")
    return path


def _step(command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        tail = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-2:]
        raise EvalProblem(f"`{' '.join(command[:6])} …` failed: {' / '.join(tail)}")
