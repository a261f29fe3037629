"""Finishing a step that a crash interrupted; every step says on disk what it is about to do before it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.session import records, state
from codeflash_agent.storage import git

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.session.records import Record


def finish(tree: Path, record: Record) -> bool:
    """Complete what `record` was doing, and return whether that changed it."""
    if record.state == records.KEEPING and record.candidate is not None:
        head = git.head_commit(tree)
        committed = (
            head != record.base_commit and git.run_git(tree, "rev-parse", "HEAD^{tree}") == record.candidate.tree_hash
        )
        if committed:
            close(record, records.KEEP, commit=head)
        else:
            record.state = records.MEASURED
        return True
    if record.state == records.DISCARDING and record.candidate is not None:
        git.restore(tree, record.base_commit, record.candidate.files)
        close(
            record,
            records.CRASH if record.verdict is None and record.description.startswith("crash") else records.DISCARD,
        )
        return True
    return False


def close(record: Record, outcome: str, *, commit: str = "") -> None:
    """Mark the end of an experiment."""
    record.state = outcome
    record.commit = commit
    record.closed = state.now()
