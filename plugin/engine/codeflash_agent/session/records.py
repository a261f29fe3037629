"""Experiment records: the truth of a session, one file each, from which ledger and hand-over are made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import TestReport
from codeflash_agent.measure.model import Measurement, Pair
from codeflash_agent.measure.pairs import pair_from_json, pair_to_json
from codeflash_agent.storage import atomic, schemas
from codeflash_agent.verdict.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from codeflash_agent.storage.layout import Layout

SCHEMA = 1

OPEN = "open"  # begun; being edited or measured
MEASURED = "measured"  # a verdict stands for the candidate
KEEPING = "keeping"  # the commit is being made
DISCARDING = "discarding"  # the patch is saved, the tree is being restored
KEEP = "keep"
DISCARD = "discard"
CRASH = "crash"
DECIDED = (KEEP, DISCARD, CRASH)

MAIN = "main"
CONFIRM = "confirm"
MENDS = "mends "  # how the reason begins for which a change without a gain was kept to repair something
SECOND = "second"  # the benchmark with its second input


@dataclass
class Candidate:
    """The change as it was measured."""

    tree_hash: str  # git tree of the change
    files: list[str]
    new_files: list[str]


@dataclass
class Record:
    """One experiment. `dimension` is the one that the hypothesis is about; `domains` all that it touches."""

    number: int
    state: str
    target: str  # file::function as the target table shows it
    domains: list[str]
    dimension: str
    hypothesis: str
    opened: str
    base_commit: str
    profile: int  # number of the profile that it was chosen from
    untracked_before: list[str] = field(default_factory=list)
    left_by_runs: list[str] = field(default_factory=list)  # files that tests and benchmarks left, no part of the change
    candidate: Candidate | None = None
    method: str = ""  # digest of the method it was measured by
    # Twelve hexadecimal digits each of the change (`diff`), of the benchmark's command and sources (`benchmark`) and of the
    # interpreter and machine (`environment`), as measured: equal digits mean that figures of two rows may be compared.
    hashes: dict[str, str] = field(default_factory=dict)
    tests_base: TestReport | None = None
    tests_head: TestReport | None = None
    flaky: list[str] = field(default_factory=list)  # tests that the change may have made flaky, a line each
    measurement: Measurement | None = None
    confirmation: Measurement | None = None
    second: Measurement | None = None  # with the second input
    verdict: Verdict | None = None
    explained: dict[str, str] = field(default_factory=dict)  # gate -> why it is no cheat
    overruled: str = ""  # why the verdict was set aside
    message: str = ""  # of the commit
    description: str = ""
    interaction: str = "none"
    trade_off: str = ""
    dispatched: str = ""  # the dispatched session that it comes from
    commit: str = ""
    closed: str = ""
    left_open: list[str] = field(default_factory=list)  # when an agent ended its turn with this open, though reminded
    # What it said of itself before it was corrected, and until when.
    amended: list[dict[str, str]] = field(default_factory=list)
    # Verdicts on what the change was before it was edited again, with their figures: what was tried is not forgotten.
    earlier: list[dict[str, Any]] = field(default_factory=list)
    schema_version: int = SCHEMA

    @property
    def repairs(self) -> bool:
        """Whether it was kept without a gain, to mend a fault."""
        return self.overruled.startswith(MENDS)

    @property
    def decided(self) -> bool:
        """Whether it has ended."""
        return self.state in DECIDED

    def as_json(self) -> dict[str, Any]:
        """The document of one record file."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Record:
        """The inverse of `as_json`; keys of later versions are ignored."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        readers = {
            "candidate": lambda value: Candidate(**value),
            "tests_base": TestReport.from_json,
            "tests_head": TestReport.from_json,
            "measurement": Measurement.from_json,
            "confirmation": Measurement.from_json,
            "second": Measurement.from_json,
            "verdict": Verdict.from_json,
        }
        for key, reader in readers.items():
            if known.get(key) is not None:
                known[key] = reader(known[key])
        return cls(**known)


def path_of(layout: Layout, number: int) -> Path:
    """The record file of experiment `number`."""
    return layout.experiments / f"{number:03d}.json"


def pairs_path(layout: Layout, number: int) -> Path:
    """The raw pairs of experiment `number`."""
    return layout.experiments / f"{number:03d}.pairs.jsonl"


def save(layout: Layout, record: Record) -> None:
    """Write one record, atomically."""
    atomic.write_json(path_of(layout, record.number), record.as_json())


def load_all(layout: Layout) -> list[Record]:
    """All records in order of their numbers."""
    files = sorted(path for path in layout.experiments.glob("*.json") if path.stem.isdigit())
    return [Record.from_json(schemas.read(path, SCHEMA)) for path in files]


def open_one(records: list[Record]) -> Record | None:
    """The experiment that has not ended, if there is one."""
    return next((record for record in records if not record.decided), None)


def decided(records: Sequence[Record]) -> list[Record]:
    """The experiments that have ended, in order."""
    return [record for record in records if record.decided]


def base_commit(records: list[Record], start: str) -> str:
    """The last kept commit, or the one the session started from."""
    kept = [record.commit for record in records if record.state == KEEP]
    return kept[-1] if kept else start


def append_pair(layout: Layout, record: Record, block: str, pair: Pair) -> None:
    """Put one measured pair on disk before the next is run."""
    assert record.candidate is not None  # noqa: S101 - pairs are only measured for a candidate
    line = {"block": block, "candidate": record.candidate.tree_hash, "method": record.method, **pair_to_json(pair)}
    atomic.append_line(pairs_path(layout, record.number), json.dumps(line))


def load_pairs(layout: Layout, record: Record, block: str) -> list[Pair]:
    """The pairs measured so far for the record's candidate by its method; a torn last line is dropped."""
    path = pairs_path(layout, record.number)
    if record.candidate is None or not path.exists():
        return []
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if (
            document.get("block") == block
            and document.get("candidate") == record.candidate.tree_hash
            and document.get("method") == record.method
        ):
            pairs.append(pair_from_json(document))
    return pairs
