"""Running the project's tests on a tree; the report of a commit is kept, since it does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.language import TestReport
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.language import Language, Setup
    from codeflash_agent.session.state import Session
    from codeflash_agent.storage.layout import Layout

TIMEOUT_S = 1800.0


def run(language: Language, setup: Setup, layout: Layout, tree: Path, command: str) -> TestReport:
    """Run the tests in `tree` now."""
    return language.run_tests(setup, layout.project, tree, command, TIMEOUT_S)


def of_commit(
    language: Language, setup: Setup, layout: Layout, session: Session, tree: Path, commit: str
) -> TestReport | None:
    """The report of `commit`, checked out in `tree`: from an earlier run, else from a run now."""
    if session.tests is None:
        return None
    path = layout.test_reports / f"{commit}.json"
    if path.exists():
        report = TestReport.from_json(atomic.read_json(path))
        if report.command == session.tests:
            return report
    report = run(language, setup, layout, tree, session.tests)
    remember(layout, commit, report)
    return report


def remember(layout: Layout, commit: str, report: TestReport) -> None:
    """Keep the report of a commit."""
    atomic.write_json(layout.test_reports / f"{commit}.json", report.as_json())
