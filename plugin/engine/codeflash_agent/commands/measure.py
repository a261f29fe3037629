"""`measure`: tests, paired benchmark runs and the verdict for the open experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _closing, _common
from codeflash_agent.errors import DONE, NO, EnvironmentProblem, Refused
from codeflash_agent.render import session as render
from codeflash_agent.render.measurement import measurement_lines, remark_lines
from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment, measuring, next_step, records
from codeflash_agent.verdict.decide import is_clean_no, slight_price
from codeflash_agent.verdict.model import DISCARD, KEEP

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Record

HELP = "run the tests and paired measurements of the open experiment against the last kept commit, and give the verdict"
EXAMPLE = "codeflash-agent measure --keep 'perf: join once instead of per token'"
BUDGET_S = 420.0  # below the ten minutes that an agent's shell allows one command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--budget",
        type=float,
        default=BUDGET_S,
        metavar="S",
        help=f"seconds of benchmarking in this call (default {BUDGET_S:.0f}); the same command goes on where it ended",
    )
    parser.add_argument(
        "--keep",
        metavar="MESSAGE",
        help="close the experiment where the verdict leaves no question: a gain without findings is kept with this commit "
        "message, also one that costs below 2 %% elsewhere, which is written down; a plain no is discarded with what was "
        "measured; both end with 0. All else (failing tests, a finding, a dearer trade-off, an inconclusive or "
        "unconfirmed figure, an ended budget) stays open as it is and ends with 1",
    )
    parser.add_argument("--interaction", default="", help="with --keep: the cross-domain effect that was seen")
    parser.add_argument(
        "--trade-off",
        default="",
        metavar="TEXT",
        help="with --keep: what the gain is expected to cost elsewhere and why that is worth it; a net gain is then kept at a "
        "price of up to 15 %%, which is written down with this",
    )
    parser.add_argument(
        "--mends",
        default="",
        metavar="FAULT",
        help="with --keep: what the change repairs; it is then kept without a gain too, as long as nothing is worse",
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure; exit status 0 when the verdict is keep without open findings, or with --keep when it closed the experiment."""
    for option in ("interaction", "trade_off", "mends"):
        if getattr(arguments, option) and not arguments.keep:
            name = option.replace("_", "-")
            raise EnvironmentProblem(f"--{name} goes with --keep 'perf: …', or with `codeflash-agent keep`")
    if arguments.keep is not None:
        experiment.check_message(arguments.keep)  # before the minutes that measuring takes
    with contexts.opened() as context:
        before = context.open_record
        told = before.candidate.tree_hash if before and before.candidate and before.verdict else ""
        record = measuring.measure(context, budget_s=arguments.budget, progress=_common.progress)
        verdict = record.verdict
        clean = verdict is not None and verdict.status == KEEP and not verdict.findings
        closing: Sequence[str] = []
        if arguments.keep is not None:
            closing = _close(context, record, arguments)
            clean = record.decided
        lines = [*closing] if record.decided else [*_lines(record), *closing]
    if record.candidate and record.candidate.tree_hash == told:
        lines.append("nothing was measured anew: the change is the one that was measured before, its figures stand")
    if not record.decided:
        step = next_step.after_verdict(record, verdict).action if verdict is not None else "codeflash-agent measure"
        lines.append(f"next: {step}")
    if record.left_by_runs:
        lines.append(f"left by runs, not part of the change: {', '.join(record.left_by_runs[:5])}")
    _common.emit(arguments, lines, record.as_json())
    return DONE if clean else NO


def _lines(record: Record) -> list[str]:
    """The table, and the verdict with what the gates found; figures that stand in the table are not said again."""
    lines = measurement_lines(record.measurement) if record.measurement else []
    lines.append(render.experiment_head(record))
    verdict = record.verdict
    if verdict is None:
        return [
            *lines,
            "the budget ended before the interval was narrow enough; the experiment is open, pairs are kept",
        ]
    lines += [f"finding {finding.gate}: {finding.what}" for finding in verdict.findings]
    plain = verdict.status == KEEP and not verdict.worse and not verdict.findings  # its figures are those of the table
    return [*lines, f"verdict {verdict.status} ({verdict.rule})" + ("" if plain else f": {verdict.reason}")]


def _close(context: Context, record: Record, arguments: argparse.Namespace) -> Sequence[str]:
    """Keep or discard where that is no question; otherwise nothing is done, and the line says why."""
    verdict = record.verdict
    if verdict is None:
        return []
    price = slight_price(verdict, record.measurement, arguments.trade_off) if record.measurement else ""
    # A figure too wide to tell is no loss that was seen; a repair waits for none.
    harmless = verdict.status == DISCARD and not verdict.findings and not verdict.worse
    mend = f"{records.MENDS}{arguments.mends}" if arguments.mends and harmless else ""
    if mend or (verdict.status == KEEP and not verdict.findings and (price or not verdict.worse)):
        try:
            experiment.keep(
                context,
                message=arguments.keep,
                explained={},
                overrule=mend,
                trade_off=price,
                interaction=arguments.interaction or "none",
            )
        except Refused as refusal:  # the guard or a hook of the project's; what was measured is still to be shown
            return [f"not kept, the experiment stays open: {refusal}"]
    elif is_clean_no(verdict):
        experiment.discard(context, reason=f"measured: {verdict.reason}", crash=False)
    else:
        return [
            "neither kept nor discarded: this verdict wants a decision; the experiment stays open, the change in place"
        ]
    measured = record.measurement
    pairs = f" over {measured.pairs} pairs" if measured else ""
    remarks = remark_lines(measured) if measured else []
    first, ended, *rest = _closing.closing_lines(context, record)
    return [first, f"verdict {verdict.status} ({verdict.rule}){pairs}: {ended}", *remarks, *rest]
