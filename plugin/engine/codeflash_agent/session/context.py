"""Everything a verb needs to act on a session, opened under the session's lock."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent import languages
from codeflash_agent.session import dispatching, handoff, ledger, merging, records, recovery, state, worktrees
from codeflash_agent.storage import atomic
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_agent.language import Language, Setup
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.storage.layout import Layout


@dataclass
class Context:
    """An open session: what was stored, and the language that knows how to run the project."""

    layout: Layout
    session: Session
    setup: Setup
    language: Language
    records: list[Record]

    @property
    def tree(self) -> Path:
        """The folder in which the session edits."""
        return self.session.tree_path

    @property
    def base_commit(self) -> str:
        """The last kept commit."""
        return records.base_commit(self.records, self.session.start_commit)

    @property
    def decided(self) -> list[Record]:
        """The experiments that have ended, in order."""
        return records.decided(self.records)

    @property
    def open_record(self) -> Record | None:
        """The experiment that has not ended."""
        return records.open_one(self.records)

    def save(self, record: Record) -> None:
        """Put `record` on disk, then bring ledger and hand-over up to date."""
        records.save(self.layout, record)
        if record not in self.records:
            self.records.append(record)
        self.derive()

    def derive(self) -> None:
        """Regenerate what is made from the records."""
        ledger.write(self.layout, self.records)
        handoff.write(self.layout, self.session, self.setup, self.records)


@contextlib.contextmanager
def opened(start: Path | None = None) -> Iterator[Context]:
    """Open the session that `start` (default: the current folder) belongs to, for changing it.

    Raises:
        Refused: there is no session.
        EnvironmentProblem: its files cannot be read, or another verb holds it.
    """
    layout = places.find(start or Path.cwd())
    state.load(layout)  # without a session there is nothing to lock
    with atomic.locked(layout.lock):
        context = _load(layout)
        worktrees.ensure_tree(layout, context.setup, context.tree, context.session.branch)
        worktrees.mend(layout, context.tree)
        for folder in (layout.home, layout.experiments, layout.profiles, layout.merges, layout.discarded):
            atomic.sweep(folder)
        if dispatching.recover(layout, context.session) or merging.recover(context):
            context.records = records.load_all(layout)
        for record in context.records:
            if recovery.finish(context.tree, record):
                records.save(layout, record)
        context.derive()
        yield context


def read(start: Path | None = None) -> Context:
    """The session for looking at; nothing is locked, finished or written."""
    return _load(places.find(start or Path.cwd()))


def _load(layout: Layout) -> Context:
    session = state.load(layout)
    setup = state.load_setup(layout)
    return Context(layout, session, setup, languages.load(layout.project), records.load_all(layout))
