"""The ledger as outside programs read it."""

from __future__ import annotations

import csv
import io

from codeflash_agent.session import ledger

from . import factories

SPECIFIED = (
    "commit target_test cpu_baseline_s cpu_optimized_s cpu_speedup mem_baseline_mb mem_optimized_mb mem_delta_mb "
    "gc_before_s gc_after_s tests_passed tests_failed status domains interaction description"
)


def test_the_columns_are_exactly_the_specified_ones() -> None:
    """The header is the sixteen names in their order."""
    assert ledger.render([]) == "\t".join(SPECIFIED.split()) + "\n"


def test_a_keep_fills_every_figure() -> None:
    """Figures of a kept experiment stand in their columns with their sign."""
    rows = list(csv.DictReader(io.StringIO(ledger.render([factories.kept()])), delimiter="\t"))
    assert len(rows) == 1
    row = rows[0]
    assert row["commit"] == "a" * 12
    assert (row["cpu_baseline_s"], row["cpu_optimized_s"], row["cpu_speedup"]) == ("2.0000", "1.0000", "2.000")
    assert row["mem_delta_mb"] == "-10.00"
    assert (row["tests_passed"], row["tests_failed"], row["status"]) == ("1", "1", "keep")


def test_nothing_measured_is_a_dash_and_text_cannot_break_a_row() -> None:
    """An unmeasured discard has dashes; tabs and line breaks in a reason become blanks."""
    text = ledger.render([factories.record(2, "discard", description="no\tgain\nat all")])
    line = text.splitlines()[1]
    assert len(line.split("\t")) == len(ledger.COLUMNS)
    assert line.startswith("-\tapp/load.py::parse\t-\t")
    assert line.endswith("\tno gain at all")
