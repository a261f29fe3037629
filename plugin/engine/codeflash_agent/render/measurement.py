"""A measurement as a table, for a terminal and for Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.measure.model import HIGHER

if TYPE_CHECKING:
    from codeflash_agent.measure.model import Measurement, Ratio

HEADINGS = ("metric", "base", "head", "ratio", "95 % interval", "verdict")
ENDED = "the budget ended it, so what is inconclusive may still be decided by more"
LEGEND = "ratio: how many times better head is; above 1 is an improvement"


def measurement_lines(measurement: Measurement) -> list[str]:
    """The table with aligned columns, what it rests on, and what to know about it."""
    rows = [HEADINGS, *(_row(name, ratio) for name, ratio in measurement.metrics.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])), row[-1]]
        lines.append("  ".join(cells).rstrip())
    return [*lines, *_footer(measurement)]


def markdown_lines(measurement: Measurement) -> list[str]:
    """The same as a Markdown table and a list."""
    lines = [f"| {' | '.join(HEADINGS)} |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    lines += [f"| {' | '.join(_row(name, ratio))} |" for name, ratio in measurement.metrics.items()]
    return [*lines, "", *(f"* {line}" for line in _footer(measurement))]


def remark_lines(measurement: Measurement) -> list[str]:
    """What to know beside figures that stand in one line, without a table."""
    return [*([] if measurement.complete else [ENDED]), *_fastest(measurement), *_remarks(measurement)]


def _fastest(measurement: Measurement) -> list[str]:
    names = ", ".join(name for name, ratio in measurement.metrics.items() if ratio.by)
    return [f"{names}: ratio and interval of the two sides' fastest quarters, the rest is disturbed"] if names else []


def _remarks(measurement: Measurement) -> list[str]:
    changed = ["the two sides print different output"] if measurement.output_changed else []
    return [*changed, *(f"note: {note}" for note in measurement.notes)]


def _footer(measurement: Measurement) -> list[str]:
    state = "" if measurement.complete else f"; {ENDED}"
    band = ", ".join(f"{name} {effect:.1%}" for name, effect in measurement.band.items())
    lines = [
        f"{measurement.pairs} pairs in {measurement.seconds:.0f} s{state}; {LEGEND}",
        f"smallest effect claimed: {band or 'none measured'}",
    ]
    lines += _fastest(measurement)
    small = [name for name, ratio in measurement.metrics.items() if _counts_as_nothing(ratio)]
    if small:
        lines.append(f"{', '.join(small)}: both sides lie below the size from which it counts, so the ratio is 1")
    if measurement.information:
        told = ", ".join(
            f"{name} {amount_text(base)} -> {amount_text(head)}"
            for name, (base, head) in measurement.information.items()
            if base != head
        )
        lines += [f"for information: {told}"] if told else []
    return [*lines, *_remarks(measurement)]


def _counts_as_nothing(ratio: Ratio) -> bool:
    """Whether every pair's ratio is exactly 1 while the medians differ visibly."""
    return ratio.low == ratio.high == 1.0 and abs(ratio.base - ratio.head) > 0.0005 * max(ratio.base, ratio.head)


def _row(name: str, ratio: Ratio) -> tuple[str, ...]:
    unit = f" {ratio.unit}" if ratio.unit else ""
    label = f"{name} (higher is better)" if ratio.better == HIGHER else name
    return (
        label,
        f"{amount_text(ratio.base)}{unit}",
        f"{amount_text(ratio.head)}{unit}",
        f"{ratio_text(ratio.ratio)}x",
        f"{ratio_text(ratio.low)} to {ratio_text(ratio.high)}",
        ratio.verdict,
    )


def amount_text(amount: float) -> str:
    """A figure with four significant digits, never in exponents unless tiny or huge."""
    if amount == 0:
        return "0"
    magnitude = abs(amount)
    if not 1e-4 <= magnitude < 1e9:
        return f"{amount:.3e}"
    if magnitude >= 1000:
        return f"{amount:,.0f}"
    decimals = next(
        decimals for decimals, bound in ((1, 100), (2, 10), (3, 1), (4, 0.1), (5, 0.01), (6, 0)) if magnitude >= bound
    )
    return f"{amount:.{decimals}f}"


def ratio_text(ratio: float) -> str:
    """A ratio with as many decimals as matter."""
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.3f}"
