"""Lines by which a benchmark reports its own figures."""

from __future__ import annotations

import pytest

from codeflash_agent.measure import metrics
from codeflash_agent.measure.model import HIGHER, LOWER, Value


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("codeflash-metric p99_ms=12.3 better=lower", "p99_ms", Value(12.3, "ms", LOWER)),
        ("codeflash-metric throughput=1e4 unit=req/s better=higher", "throughput", Value(1e4, "req/s", HIGHER)),
        ("codeflash-metric items=-3", "items", Value(-3.0, "", LOWER)),
        ("  codeflash-metric\tsize_mib=2  ", "size_mib", Value(2.0, "MiB", LOWER)),
        ("codeflash-metric s=2", "s", Value(2.0, "", LOWER)),
    ],
)
def test_reads_name_value_unit_and_direction(line: str, name: str, value: Value) -> None:
    """A well-formed line gives its name and value; the unit defaults to the name's ending, the direction to lower."""
    assert metrics.parse(line) == (name, value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("codeflash-metric", "expected"),
        ("codeflash-metric p99", "expected"),
        ("codeflash-metric p99 = 3", "expected"),
        ("codeflash-metric p99=fast", "no number"),
        ("codeflash-metric p99=nan", "not finite"),
        ("codeflash-metric p99=inf", "not finite"),
        ("codeflash-metric p99=1 better=faster", "neither `lower` nor `higher`"),
        ("codeflash-metric p99=1 p50=2", "one metric a line"),
        ("codeflash-metric 9p=1", "no name"),
        ("codeflash-metric better=lower", "no name"),
        ("codeflash-metric wall_s=1", "measured from outside"),
    ],
)
def test_says_what_is_wrong_with_a_line(line: str, says: str) -> None:
    """A malformed line is refused with a text that names the fault."""
    with pytest.raises(metrics.BadMetric, match=says):
        metrics.parse(line)


def test_best_repetition_counts() -> None:
    """Of several lines of one name the least counts where lower is better, and the greatest where higher is."""
    lines = ["t_s=3", "t_s=2", "t_s=4", "rate=5 better=higher", "rate=9 better=higher", "rate=7 better=higher"]
    values = metrics.combine([metrics.parse(f"codeflash-metric {line}") for line in lines])
    assert {name: value.amount for name, value in values.items()} == {"t_s": 2.0, "rate": 9.0}
