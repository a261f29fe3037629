"""The session as text: status lines that are the same every time, tables, the hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.measure.model import Measurement, Ratio
    from codeflash_agent.session.next_step import Step
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Milestone, Session
    from codeflash_agent.session.targets import Target

NAMED = 15  # open rows beyond the table
TABLE_ROWS = 10
METRIC_NAMES = {"cpu_s": "CPU", "wall_s": "wall", "rss_mib": "peak RSS", "gc_s": "collector"}


def target_table(rows: Sequence[Target], fates: Mapping[str, str], limit: int = TABLE_ROWS) -> list[str]:
    """The first rows as a Markdown table with what became of each (`targets.fates`); the rest are counted, open ones named."""
    if not rows:
        return ["no target above the thresholds"]
    lines = [
        "| # | Function | file:line | CPU % | Mem MiB | GC s | Blocked ms | Domains | Score | So far |",
        "| ---: | --- | --- | ---: | ---: | ---: | ---: | --- | ---: | --- |",
    ]
    for number, row in enumerate(rows[:limit], 1):
        lines.append(
            f"| {number} | `{row.function}` | {row.place} | {row.cpu_percent:.1f} | {row.memory_mib:.1f} | {row.gc_s:.2f} "
            f"| {row.blocked_ms:.0f} | {', '.join(row.domains)} | {row.score:.1f} "
            f"| {fates.get(row.identity, '')} |"
        )
    if len(rows) > limit:
        still_open = [f"`{row.identity}`" for row in rows[limit:] if not fates.get(row.identity)]
        named = (
            f"; still open: {', '.join(still_open[:NAMED])}{' …' if still_open[NAMED:] else ''}" if still_open else ""
        )
        lines.append(f"(+{len(rows) - limit} more{named})")
    return lines


def target_section(rows: Sequence[Target], fates: Mapping[str, str]) -> list[str]:
    """The same for a document, with an empty line below the rows: Markdown takes what follows for one of them else."""
    lines = target_table(rows, fates)
    table = [line for line in lines if line.startswith("|")]
    return [*table, "", *lines[len(table) :]] if table else lines


def floor_lines(closed: Sequence[str], least: Mapping[str, float]) -> list[str]:
    """Which rows the floor rule closed by itself, and the least effect of each metric by which it did."""
    if not closed:
        return []
    return [
        f"too small to win: all that each does is below what could be claimed ({band_text(least)}): "
        + ", ".join(f"`{name}`" for name in closed)
    ]


def ratio_text(ratio: Ratio) -> str:
    """A ratio with its interval, e.g. ``1.92x [1.90, 1.95]``."""
    decimals = max(_decimals(one) for one in (ratio.ratio, ratio.low, ratio.high))
    return f"{ratio.ratio:.{decimals}f}x [{ratio.low:.{decimals}f}, {ratio.high:.{decimals}f}]"


def times(ratio: float) -> str:
    """How many times, with as many decimals as matter."""
    return f"{ratio:.{_decimals(ratio)}f}"


def _decimals(ratio: float) -> int:
    if ratio >= 10:
        return 1
    return 2 if abs(ratio - 1) >= 0.05 else 3


def measured(measurement: Measurement) -> str:
    """Every metric of a measurement in one line."""
    return ", ".join(
        f"{METRIC_NAMES.get(name, name)} {ratio_text(ratio)} {ratio.verdict}"
        for name, ratio in measurement.metrics.items()
    )


def moved(measurement: Measurement) -> str:
    """The metrics that became better or worse with their intervals, then the names of the others."""
    shown = [
        f"{METRIC_NAMES.get(name, name)} {ratio_text(ratio)} {ratio.verdict}"
        for name, ratio in measurement.metrics.items()
        if ratio.verdict in ("better", "worse")
    ]
    rest = [
        f"{METRIC_NAMES.get(name, name)} {ratio.verdict}"
        for name, ratio in measurement.metrics.items()
        if ratio.verdict not in ("better", "worse")
    ]
    return f"**{', '.join(shown) or 'nothing measurable'}**" + (f" ({', '.join(rest)})" if rest else "")


def deltas(record: Record) -> str:
    """Every measured metric of an experiment in one line."""
    return "not measured" if record.measurement is None else measured(record.measurement)


def experiment_line(record: Record) -> str:
    """`[experiment N]` with target, domains, outcome, deltas in every dimension and interaction."""
    return f"{experiment_head(record)}; {deltas(record)}; interaction {record.interaction}"


def experiment_head(record: Record) -> str:
    """The same without figures, below a table that has them."""
    outcome = record.verdict.status.upper() if record.verdict and not record.decided else record.state.upper()
    return f"[experiment {record.number}] {record.target} ({', '.join(record.domains)}): {outcome}"


def gains_line(gains: Mapping[str, float]) -> str:
    """Products of the kept ratios, per metric."""
    if not gains:
        return "nothing kept yet"
    return ", ".join(f"{METRIC_NAMES.get(name, name)} {times(gain)}x" for name, gain in gains.items())


def progress_line(records: Sequence[Record], gains: Mapping[str, float], step: Step) -> str:
    """`[progress]`: what was kept and discarded, the best, the gain so far, what is next."""
    kept = [record for record in records if record.state == "keep"]
    lost = [record for record in records if record.state in ("discard", "crash")]
    found = sorted({record.interaction for record in kept if record.interaction != "none"})
    best = max(kept, key=_headline, default=None)
    return (
        f"[progress] {len(kept)} kept, {len(lost)} discarded; "
        f"best: {best.description if best else 'none'}; since the start: {gains_line(gains)}; "
        f"interactions: {', '.join(found) or 'none'}; next: {step.action}"
    )


def _headline(record: Record) -> float:
    metrics = record.measurement.metrics if record.measurement else {}
    return max((ratio.ratio for ratio in metrics.values() if ratio.verdict == "better"), default=0.0)


def ledger_table(records: Sequence[Record]) -> list[str]:
    """The decided experiments as a Markdown table."""
    decided = [record for record in records if record.state in ("keep", "discard", "crash")]
    if not decided:
        return ["no experiment has ended yet"]
    lines = [
        "| # | Outcome | Target | CPU | Peak RSS | Collector | Commit | What |",
        "| ---: | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for record in decided:
        metrics = record.measurement.metrics if record.measurement else {}
        cells = [ratio_text(metrics[name]) if name in metrics else "-" for name in ("cpu_s", "rss_mib", "gc_s")]
        lines.append(
            f"| {record.number} | {record.state} | `{record.target}` | {' | '.join(cells)} | {record.commit[:12] or '-'} "
            f"| {record.description.replace('|', '/')} |"
        )
    return lines


def handoff(
    *,
    session: Session,
    runner: str,
    base: str,
    records: Sequence[Record],
    open_record: Record | None,
    pairs: int,
    gains: Mapping[str, float],
    targets: Sequence[Target],
    fates: Mapping[str, str],
    step: Step,
) -> str:
    """The whole of HANDOFF.md."""
    lines = [
        "# Hand-over of the codeflash session",
        "",
        "Written by `codeflash-agent` after every step; edits here are overwritten.",
        "",
        "## How to resume",
        "",
        "Run `/codeflash optimize` in this repository, or go on by hand:",
        "",
        f"1. next: {step.action}",
        f"2. why: {step.why}",
        "3. `codeflash-agent status` says this again, with the target table and the ledger.",
        "",
        "## Where it stands",
        "",
        f"- goal: {session.goal or 'optimise what the profile shows'}",
        (
            f"- edits happen in `{session.tree}` on branch `{session.branch}`; last kept commit `{base[:12]}`, "
            f"started from `{session.start_commit[:12]}`"
        ),
        f"- $RUNNER: `{runner}`; tests: `{session.tests or 'none, as the user wished'}`; guard: `{session.guard or 'none'}`",
        f"- locked method `{session.method.digest}`: `{session.method.benchmark}`",
        f"- smallest effect that may be claimed here: {band_text(session.band)}",
        f"- gained so far (product of the kept ratios): {gains_line(gains)}",
        *(f"- {line}" for line in milestone_lines(session)),
    ]
    if open_record is not None:
        lines += [
            "",
            "## Open experiment",
            "",
            (
                f"- number {open_record.number}, target {open_record.target}, domains {', '.join(open_record.domains)}, "
                f"state {open_record.state}, {pairs} pairs measured"
            ),
            f"- hypothesis: {open_record.hypothesis}",
        ]
        if open_record.left_open:
            lines.append(f"- left open by its agent, which was reminded, at {open_record.left_open[-1]}")
        if open_record.verdict is not None:
            lines.append(f"- verdict: {open_record.verdict.status} ({open_record.verdict.reason})")
    if session.out:
        lines += ["", "## Dispatched", ""]
        lines += [
            f"- {one.slug}: {', '.join(one.targets)}, from `{one.commit[:12]}` on `{one.branch}`; "
            "`codeflash-agent status` says how far it is, `codeflash-agent collect` takes it in"
            for one in session.out
        ]
    lines += [
        "",
        "## Experiments",
        "",
        *ledger_table(records),
        "",
        *skipped_lines(session),
        "## Targets of the newest profile",
        "",
        *target_section(targets, fates),
        "",
    ]
    return "\n".join(lines)


def milestone_lines(session: Session) -> list[str]:
    """The newest milestone's measurement of the whole, if there is one."""
    if not session.milestones:
        return []
    last = session.milestones[-1]
    whole = f"measured whole at {last.tag} ({last.commit[:12]}, {last.keeps} kept): {measured(last.measurement)}"
    return [whole, *began_with_lines(last)]


def began_with_lines(milestone: Milestone) -> list[str]:
    """The whole by the benchmark that the session began with, where that is no longer the locked one."""
    if milestone.former is None:
        return []
    figures = moved(milestone.former)
    return [
        f"By `{milestone.began_with}`, with which the session began: {figures}, over {milestone.former.pairs} pairs."
    ]


def skipped_lines(session: Session) -> list[str]:
    """Targets that were looked at and left, as a Markdown section; nothing when there are none."""
    if not session.skipped:
        return []
    return [
        "## Looked at and left",
        "",
        *(f"- {skip.target}: {skip.reason}" for skip in session.skipped),
        "",
    ]


def band_text(band: Mapping[str, float]) -> str:
    """The band per metric in percent."""
    return (
        ", ".join(f"{METRIC_NAMES.get(name, name)} {value * 100:.1f} %" for name, value in band.items())
        or "not measured"
    )
