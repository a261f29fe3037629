"""A repository with a branch under review, and the files of a session that kept its commits, without running one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import Setup
from codeflash_agent.session import records, state
from codeflash_agent.storage import atomic
from codeflash_agent.storage.layout import Layout
from tests.engine.session import factories, project

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session


def finding(**fields: Any) -> dict[str, Any]:
    """A finding as a reviewer writes it."""
    values = {
        "severity": "high",
        "title": "order is lost for unhashable words",
        "body": "dict.fromkeys raises on a list",
        "file": "words/text.py",
        "line_start": 3,
        "line_end": 3,
        "confidence": 0.9,
        "recommendation": "fall back to the loop",
    }
    return {**values, **fields}


def answer(verdict: str = "approve", *findings: dict[str, Any], **fields: Any) -> str:
    """A whole answer as a reviewer writes it."""
    values = {"verdict": verdict, "summary": "looked at all of it", "findings": list(findings), "next_steps": []}
    return json.dumps({**values, **fields})


def make(top: Path) -> Path:
    """The project with one optimisation committed on top, and a clean tree."""
    project.make(top)
    project.git(top, "checkout", "-q", "--", ".")
    (top / "draft.txt").unlink()
    commit(top, "words/text.py", project.FAST, "perf: dict keys are ordered")
    return top


def commit(top: Path, file: str, text: str, message: str) -> str:
    """Commit `text` as `file`; its hash."""
    project.write(top / file, text)
    project.git(top, "add", "-A")
    project.git(top, "commit", "-qm", message)
    return head(top)


def head(top: Path) -> str:
    """The commit that is checked out."""
    return project.git(top, "rev-parse", "HEAD").strip()


def session(top: Path, *kept: Record, package: str = "words", **fields: Any) -> Session:
    """Write the files of a session in `top` that kept its HEAD, or the given records."""
    layout = Layout(top)
    start = project.git(top, "rev-list", "--max-parents=0", "HEAD").strip()
    made = factories.session(tree=str(top), in_place=True, start_commit=start, **fields)
    state.save(layout, made)
    setup = Setup(
        language="python",
        runner="python",
        interpreter=project.INTERPRETER,
        version="3",
        manager="pip",
        source_root=".",
        packages=[package],
        test_command="pytest -q",
        benchmark_command="python bench.py",
    )
    atomic.write_json(layout.setup_json, setup.as_json())
    for record in kept or (factories.kept(commit=head(top), base_commit=start),):
        records.save(layout, record)
    project.git(top, "config", "core.excludesFile", str(top / ".git" / "info" / "exclude"))
    (top / ".git" / "info" / "exclude").write_text("/.codeflash/\n")
    return made
