"""`measure`: tests, paired benchmark runs and the verdict for the open experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import DONE, NO
from codeflash_agent.render import session as render
from codeflash_agent.render.measurement import measurement_lines
from codeflash_agent.session import context as contexts
from codeflash_agent.session import measuring, next_step
from codeflash_agent.verdict.model import KEEP

if TYPE_CHECKING:
    import argparse

HELP = "run the tests and paired measurements of the open experiment against the last kept commit, and give the verdict"
EXAMPLE = "codeflash-agent measure --budget 300"
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
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure; exit status 0 when the verdict is keep without open findings, 1 otherwise."""
    with contexts.opened() as context:
        record = measuring.measure(context, budget_s=arguments.budget, progress=_common.progress)
    lines = measurement_lines(record.measurement) if record.measurement else []
    lines.append(render.experiment_line(record))
    verdict = record.verdict
    if verdict is None:
        lines.append("the budget ended before the interval was narrow enough; next: codeflash-agent measure")
    else:
        lines += [f"finding {finding.gate}: {finding.what}" for finding in verdict.findings]
        lines.append(f"verdict {verdict.status} ({verdict.rule}): {verdict.reason}")
        lines.append(f"next: {next_step.after_verdict(record, verdict).action}")
    if record.left_by_runs:
        lines.append(f"left by runs, not part of the change: {', '.join(record.left_by_runs[:5])}")
    _common.emit(arguments, lines, record.as_json())
    return DONE if verdict is not None and verdict.status == KEEP and not verdict.findings else NO
