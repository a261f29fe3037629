"""The report of a session as Markdown; every figure comes from a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render import session as render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target


def report_markdown(
    session: Session, records: Sequence[Record], gains: Mapping[str, float], targets: Sequence[Target]
) -> str:
    """The whole report."""
    kept = [record for record in records if record.state == "keep"]
    lost = [record for record in records if record.state in ("discard", "crash")]
    lines = ["# codeflash report", ""]
    if gains:
        lines.append(
            f"**{render.gains_line(gains)}** since `{session.start_commit[:12]}` (product of the kept ratios; above 1 is better)."
        )
    else:
        lines.append("Nothing was kept: no change was measurably better.")
    lines += [
        "",
        f"Benchmark: `{session.method.benchmark}`. Tests: `{session.tests or 'none, as the user wished'}`.",
        "",
        "## Kept",
        "",
    ]
    for record in kept:
        lines += _kept(session, record)
    if not kept:
        lines += ["none", ""]
    lines += ["## Discarded", ""]
    lines += [
        f"- experiment {record.number}, {record.target}: {record.description} ({render.deltas(record)})"
        for record in lost
    ] or ["none"]
    running = [record for record in records if record.state not in ("keep", "discard", "crash")]
    lines += [f"- experiment {record.number}, {record.target}: still {record.state}" for record in running]
    lines += ["", "## Targets of the newest profile", "", *render.target_table(targets), ""]
    lines += [
        "## How to read the figures",
        "",
        (
            "Each ratio is the median over pairs of fresh processes, base and change in balanced random order; the brackets hold the "
            "bootstrap 95 % interval. A gain counts only when the whole interval lies above 1 and beyond this machine's band "
            f"({render.band_text(session.band)})."
        ),
        "",
    ]
    return "\n".join(lines)


def _kept(session: Session, record: Record) -> list[str]:
    lines = [f"### {record.description}", ""]
    lines += [
        f"`{record.commit[:12]}`, experiment {record.number}, target `{record.target}` ({', '.join(record.domains)}).",
        "",
    ]
    lines += [record.hypothesis, ""]
    if record.measurement is not None:
        lines += [
            "| metric | before | after | ratio | 95 % interval | verdict |",
            "| --- | ---: | ---: | ---: | --- | --- |",
        ]
        for name, ratio in record.measurement.metrics.items():
            lines.append(
                f"| {render.METRIC_NAMES.get(name, name)} | {ratio.base:.4g} {ratio.unit} | {ratio.head:.4g} {ratio.unit} "
                f"| {ratio.ratio:.3f} | {ratio.low:.3f} to {ratio.high:.3f} | {ratio.verdict} |"
            )
        lines += ["", f"{record.measurement.pairs} pairs" + _confirmation(record) + ".", ""]
    if record.tests_head is not None and record.tests_head.granular:
        lines += [f"Tests: {record.tests_head.passed} passed, {record.tests_head.failed} failed.", ""]
    for label, text in (("Trade-off", record.trade_off), ("Verdict overruled", record.overruled)):
        if text:
            lines += [f"{label}: {text}", ""]
    lines += [f"Explained finding {gate}: {reason}" for gate, reason in record.explained.items()]
    lines += [
        f"Reproduce: `codeflash-agent compare {record.base_commit[:12]} {record.commit[:12]} --benchmark '{session.method.benchmark}'`",
        "",
    ]
    return lines


def _confirmation(record: Record) -> str:
    return f", confirmed by {record.confirmation.pairs} more" if record.confirmation is not None else ""
