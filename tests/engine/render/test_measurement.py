"""The table of a measurement."""

from __future__ import annotations

import pytest

from codeflash_agent.measure.model import Measurement, Ratio
from codeflash_agent.render.measurement import ENDED, amount_text, markdown_lines, measurement_lines, remark_lines

METRICS = {
    "cpu_s": Ratio(1.2345, 0.8, 1.543, 1.5, 1.6, "better", "s"),
    "rate": Ratio(10_500.0, 12_000.0, 1.143, 1.1, 1.2, "better", "req/s", "higher"),
    "gc_s": Ratio(0.0, 0.0, 1.0, 1.0, 1.0, "same", "s"),
}


def _measurement(*, complete: bool = True, changed: bool = False, notes: tuple[str, ...] = ()) -> Measurement:
    return Measurement(METRICS, 15, {"cpu_s": 0.02}, 12.0, complete=complete, output_changed=changed, notes=notes)


def test_terminal_table() -> None:
    """Every metric is a line with both sides, ratio, interval and verdict in aligned columns."""
    assert measurement_lines(_measurement()) == [
        "metric                           base          head   ratio   95 % interval  verdict",
        "cpu_s                         1.234 s      0.8000 s  1.543x  1.500 to 1.600  better",
        "rate (higher is better)  10,500 req/s  12,000 req/s  1.143x  1.100 to 1.200  better",
        "gc_s                              0 s           0 s  1.000x  1.000 to 1.000  same",
        "15 pairs in 12 s; ratio: how many times better head is; above 1 is an improvement",
        "smallest effect claimed: cpu_s 2.0%",
    ]


def test_markdown_table() -> None:
    """The Markdown variant is a table with a list of what it rests on."""
    lines = markdown_lines(_measurement())
    assert lines[0] == "| metric | base | head | ratio | 95 % interval | verdict |"
    assert lines[2] == "| cpu_s | 1.234 s | 0.8000 s | 1.543x | 1.500 to 1.600 | better |"
    assert lines[5:7] == ["", "* 15 pairs in 12 s; ratio: how many times better head is; above 1 is an improvement"]


def test_what_limits_the_figures_is_said() -> None:
    """A measurement cut short, changed output and notes are each mentioned."""
    text = "\n".join(measurement_lines(_measurement(complete=False, changed=True, notes=("one run was repeated",))))
    assert "the budget ended it" in text
    assert "print different output" in text
    assert "note: one run was repeated" in text


def test_what_limits_figures_without_a_table_is_said_too() -> None:
    """A line of figures has the same remarks below it, and none where there is nothing to say."""
    assert remark_lines(_measurement()) == []
    assert remark_lines(_measurement(complete=False, changed=True, notes=("one run was repeated",))) == [
        ENDED,
        "the two sides print different output",
        "note: one run was repeated",
    ]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0"),
        (1.0, "1.000"),
        (12.346, "12.35"),
        (123.45, "123.5"),
        (1234.5, "1,234"),
        (0.01234, "0.01234"),
        (0.00012344, "0.000123"),
        (-2.5, "-2.500"),
        (3e-7, "3.000e-07"),
        (2.5e12, "2.500e+12"),
    ],
)
def test_figures_have_the_digits_that_matter(amount: float, text: str) -> None:
    """A figure is shown with about four significant digits."""
    assert amount_text(amount) == text


def test_a_ratio_of_one_beside_other_medians_is_explained() -> None:
    """Figures below the size from which a metric counts differ in print and not in the ratio, and a line says why."""
    small = Ratio(0.002, 0.004, 1.0, 1.0, 1.0, "same", "s")
    lines = measurement_lines(Measurement({"gc_s": small}, 15, {}, 1.0, complete=True, output_changed=False))
    assert "gc_s: both sides lie below the size from which it counts, so the ratio is 1" in lines
    assert not any("below the size" in line for line in measurement_lines(_measurement()))
