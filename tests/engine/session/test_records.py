"""Records and pairs on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.measure.model import Pair, Sample, Value
from codeflash_agent.session import records
from codeflash_agent.session.state import Session
from codeflash_agent.storage.layout import Layout

from . import factories

if TYPE_CHECKING:
    from pathlib import Path


def pair(index: int) -> Pair:
    """One measured pair."""
    sample = Sample({"cpu_s": Value(1.0 + index, "s")}, 0, "digest")
    return Pair(index, "base", sample, sample)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every field survives the way to disk and back."""
    layout = Layout(tmp_path)
    written = factories.kept(explained={"output-changed": "order is free"}, trade_off="10 MiB more")
    records.save(layout, written)
    assert records.load_all(layout) == [written]


def test_a_session_is_read_as_it_was_written() -> None:
    """The session's document turns into an equal session."""
    session = factories.session()
    assert Session.from_json(session.as_json()) == session


def test_a_torn_line_and_pairs_of_another_candidate_do_not_count(tmp_path: Path) -> None:
    """Only whole pairs of this candidate by this method are taken up again."""
    layout = Layout(tmp_path)
    record = factories.kept(method="m1")
    records.append_pair(layout, record, records.MAIN, pair(0))
    records.append_pair(layout, record, records.CONFIRM, pair(0))
    record.candidate.tree_hash = "d" * 40
    records.append_pair(layout, record, records.MAIN, pair(1))
    record.candidate.tree_hash = "c" * 40
    with records.pairs_path(layout, record.number).open("a") as file:
        file.write('{"block": "main", "candi')
    assert records.load_pairs(layout, record, records.MAIN) == [pair(0)]
    record.method = "m2"
    assert records.load_pairs(layout, record, records.MAIN) == []


def test_the_base_is_the_last_keep() -> None:
    """Discards do not move the commit that is measured against."""
    kept = factories.kept(1)
    assert records.base_commit([], "s" * 40) == "s" * 40
    assert records.base_commit([kept, factories.record(2, "discard")], "s" * 40) == kept.commit
