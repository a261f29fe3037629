"""The ledger: one tab-separated row per decided experiment, derived from the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.session import records
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.storage.layout import Layout

COLUMNS = (
    "commit",
    "target_test",
    "cpu_baseline_s",
    "cpu_optimized_s",
    "cpu_speedup",
    "mem_baseline_mb",
    "mem_optimized_mb",
    "mem_delta_mb",
    "gc_before_s",
    "gc_after_s",
    "tests_passed",
    "tests_failed",
    "status",
    "domains",
    "interaction",
    "description",
)
NOTHING = "-"  # a figure that was not measured


def row(record: Record) -> list[str]:
    """The cells of one decided experiment, in the order of `COLUMNS`."""
    metrics = record.measurement.metrics if record.measurement else {}
    cpu, memory, collector = metrics.get("cpu_s"), metrics.get("rss_mib"), metrics.get("gc_s")
    tests = record.tests_head
    return [
        record.commit[:12] or NOTHING,
        record.target,
        f"{cpu.base:.4f}" if cpu else NOTHING,
        f"{cpu.head:.4f}" if cpu else NOTHING,
        f"{cpu.ratio:.3f}" if cpu else NOTHING,
        f"{memory.base:.2f}" if memory else NOTHING,
        f"{memory.head:.2f}" if memory else NOTHING,
        f"{memory.head - memory.base:+.2f}" if memory else NOTHING,
        f"{collector.base:.4f}" if collector else NOTHING,
        f"{collector.head:.4f}" if collector else NOTHING,
        str(tests.passed) if tests and tests.granular else NOTHING,
        str(tests.failed) if tests and tests.granular else NOTHING,
        record.state,
        ",".join(record.domains),
        record.interaction or "none",
        record.description,
    ]


def render(decided: Sequence[Record]) -> str:
    """The whole ledger; tabs and line breaks inside a cell become blanks."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join(" ".join(cell.split()) or NOTHING for cell in row(record)) for record in decided]
    return "\n".join(lines) + "\n"


def write(layout: Layout, all_records: Sequence[Record]) -> None:
    """Bring the ledger up to date with the records."""
    text = render(records.decided(all_records))
    if not layout.ledger.exists() or layout.ledger.read_text(encoding="utf-8") != text:
        atomic.write_text(layout.ledger, text)
