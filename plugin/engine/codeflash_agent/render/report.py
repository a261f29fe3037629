"""The report of a session as Markdown; every figure comes from a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render import review as review_render
from codeflash_agent.render import session as render
from codeflash_agent.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.review.state import Due, Review
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target


NOTHING_KEPT = "Nothing was kept: no change was measurably better."
NOTHING_TRIED = "Nothing was changed: no target was worth an experiment."


def report_markdown(
    session: Session,
    records: Sequence[Record],
    gains: Mapping[str, float],
    targets: Sequence[Target],
    fates: Mapping[str, str],
    reviews: Sequence[Review] = (),
    due: Due | None = None,
    floor: Sequence[str] = (),
) -> str:
    """The whole report; `due` says what is missing until its review is settled, `floor` what the floor rule closed."""
    kept = [record for record in records if record.state == "keep"]
    lost = [record for record in records if record.state in ("discard", "crash")]
    lines = ["# codeflash report", ""]
    lines += _headline(session, kept, gains, tried=bool(records))
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
        f"- experiment {record.number}, `{record.target}`: {record.description} ({render.deltas(record)})"
        + ("; the verdict was keep" if record.overruled else "")
        + "".join(f"; in an earlier form {one['status']}: {one['reason']}" for one in record.earlier)
        for record in lost
    ] or ["none"]
    running = [record for record in records if record.state not in ("keep", "discard", "crash")]
    lines += [f"- experiment {record.number}, {record.target}: still {record.state}" for record in running]
    lines += [
        "",
        *render.skipped_lines(session),
        "## Targets of the newest profile",
        "",
        *render.target_section(targets, fates),
        "",
        *floor,
        "",
    ]
    lines += review_render.report_lines(reviews, due, kept=bool(kept))
    lines += [
        "## How to read the figures",
        "",
        (
            "Each ratio is the median over pairs of fresh processes, base and change in balanced random order; the brackets "
            "hold its bootstrap 95 % interval. `better` means: the whole interval lies above 1, and the median beyond what "
            f"this machine shows between equal trees ({render.band_text(session.band)}); with fewer than ten pairs the "
            "interval must also lie as far from 1 as it is wide, with more its 99.5 % version must lie above 1 too."
        ),
        "",
    ]
    return visible("\n".join(lines))


def complete_line(
    session: Session, records: Sequence[Record], gains: Mapping[str, float], reviews: Sequence[Review]
) -> str:
    """`[complete]`: experiments, keeps, the gain with intervals, interactions, and who reviewed with which outcome."""
    kept = [record for record in records if record.state == "keep"]
    found = sorted({record.interaction for record in kept if record.interaction != "none"})
    gain = _headline(session, kept, gains, tried=bool(records))[0]  # what was measured whole, where it was
    answered = [review for review in reviews if review.answered]
    outcome = review_render.outcome_text(answered[-1]) if answered else "none, nothing was kept"
    return (
        f"[complete] {len(records)} experiment{'s' * (len(records) != 1)}, {len(kept)} kept; {gain} Interactions: {', '.join(found) or 'none'}. "
        f"Review: {outcome}"
    )


ANSWER_ROWS = 8


def answer_lines(
    session: Session,
    records: Sequence[Record],
    gains: Mapping[str, float],
    first: str,
    reviews: Sequence[Review],
    due: Due | None,
    floor: Sequence[str],
    still_open: Sequence[str],
) -> list[str]:
    """What a session says at its end, ready to hand on: `first`, then every figure that it needs, in some thirty lines."""
    kept = [record for record in records if record.state == "keep"]
    lost = [record for record in records if record.state in ("discard", "crash")]
    mends = sum(record.repairs for record in kept)
    mended = f" ({mends} of them to mend a fault)" if mends else ""
    lines = [
        first,
        "",
        f"Branch `{session.branch}`: {len(kept)} kept{mended}, {len(lost)} discarded; benchmark `{session.method.benchmark}`.",
        *[line for line in _headline(session, kept, gains, tried=bool(records)) if line],
        "",
    ]
    for record in kept[:ANSWER_ROWS]:
        figures = render.moved(record.measurement).replace("**", "") if record.measurement else "not measured"
        extra = "".join(
            f"; {label}: {text}"
            for label, text in (("trade-off", record.trade_off), ("overruled", record.overruled))
            if text
        )
        extra += "" if record.interaction == "none" else f"; interaction {record.interaction}"
        benchmark = session.benchmark_of(record.method)
        extra += f"; by `{benchmark}`" if benchmark != session.method.benchmark else ""
        lines.append(f"- {record.description} (`{record.commit[:9]}`, {record.target}): {figures}{extra}")
    lines += _rest(kept)
    lines += [f"- discarded: {record.target}: {record.description}" for record in lost[:ANSWER_ROWS]] + _rest(lost)
    reasons: dict[str, list[str]] = {}
    for skip in session.skipped:
        reasons.setdefault(skip.reason, []).append(skip.target)
    lines += [f"- left: {', '.join(names)}: {reason}" for reason, names in reasons.items()]
    lines += [f"- {line}" for line in floor]
    names = [record.target for record in kept]
    for words, open_ones in (
        ("not tried", [name for name in still_open if name not in names]),
        ("not tried again after its keep", [name for name in still_open if name in names]),
    ):
        lines += [f"- {words}: {', '.join(open_ones)}"] if open_ones else []
    tests = next((record.tests_head for record in reversed(kept) if record.tests_head is not None), None)
    if tests is not None and tests.granular:
        lines.append(f"- tests on the last keep: {tests.passed} passed, {tests.failed} failed")
    answered = [review for review in reviews if review.answered]
    if answered:
        lines.append(f"- review: {review_render.outcome_text(answered[-1])}")
    elif due is not None:
        lines.append("- review: none yet")
    lines.append("(add what changed in behaviour, and what the benchmark cannot see; say it without figures)")
    return [visible(line) for line in lines]


def _rest(rows: Sequence[Record]) -> list[str]:
    return [f"- and {len(rows) - ANSWER_ROWS} more in the report"] if rows[ANSWER_ROWS:] else []


def _headline(session: Session, kept: Sequence[Record], gains: Mapping[str, float], *, tried: bool) -> list[str]:
    """The whole against the start: measured where the newest milestone covers all keeps, else the product."""
    if not kept:
        return [NOTHING_KEPT if tried else NOTHING_TRIED]
    start = f"since `{session.start_commit[:12]}`"
    methods = f", by {len(session.baselines) + 1} methods" if session.baselines else ""
    product = f"{render.gains_line(gains)} (product of the kept ratios{methods}; above 1 is better)"
    last = session.milestones[-1] if session.milestones else None
    if last is None or last.commit != kept[-1].commit:
        return [f"**{render.gains_line(gains)}** {start} (product of the kept ratios{methods}; above 1 is better)."]
    return [
        f"{render.moved(last.measurement)} {start}, measured whole over {last.measurement.pairs} pairs.",
        *render.began_with_lines(last),
        "",
        f"Beside it: {product}.",
    ]


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
    lines += [f"In an earlier form: {one['status']} ({one['rule']}): {one['reason']}." for one in record.earlier]
    lines += [
        f"Reproduce: `codeflash-agent compare {record.base_commit[:12]} {record.commit[:12]} --benchmark '{session.benchmark_of(record.method)}'`",
        "",
    ]
    return lines


def _confirmation(record: Record) -> str:
    return f", confirmed by {record.confirmation.pairs} more" if record.confirmation is not None else ""
