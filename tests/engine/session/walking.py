"""Steps of a session through the verbs, on the small project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent import cli
from codeflash_agent.session import ledger

from . import project

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str, status: int = 0) -> None:
    """Run one verb and expect its exit status."""
    assert cli.main(list(arguments)) == status, arguments


def begin() -> None:
    """Open an experiment on the slow function."""
    run("begin", "--target", "words/text.py::distinct", "--domains", "cpu", "--hypothesis", "dict keys are ordered")


def tree(top: Path) -> Path:
    """Where the session edits."""
    return top / ".codeflash" / "worktrees" / "optimize"


def edit(top: Path, text: str) -> None:
    """Make a change in the session's tree."""
    project.write(tree(top) / "words" / "text.py", text)


def rows(top: Path) -> list[dict[str, str]]:
    """The ledger."""
    lines = (top / ".codeflash" / "results.tsv").read_text().splitlines()
    assert tuple(lines[0].split("\t")) == ledger.COLUMNS
    return [dict(zip(ledger.COLUMNS, line.split("\t"))) for line in lines[1:]]
