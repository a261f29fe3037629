"""`milestone`: the whole branch against the start of the session."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from codeflash_agent.commands import _closing, _common
from codeflash_agent.commands.measure import BUDGET_S
from codeflash_agent.render import session as render
from codeflash_agent.render.measurement import remark_lines
from codeflash_agent.session import context as contexts
from codeflash_agent.session import gains, milestones

if TYPE_CHECKING:
    import argparse

HELP = "measure the last kept commit against the start of the session and tag it codeflash/optimize-vN"
EXAMPLE = "codeflash-agent milestone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--budget", type=float, default=BUDGET_S, metavar="S", help=f"seconds of benchmarking (default {BUDGET_S:.0f})"
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure, tag, print the total beside the product of the kept ratios."""
    with contexts.opened() as context:
        last = milestones.standing(context)
        if last is not None:
            # Nothing to do is no refusal: what is chained to this verb may follow.
            step = _closing.now(context).step
            line = f"[milestone] {last.tag} has measured the last kept commit {last.commit[:12]} whole already"
            _common.emit(arguments, [line, step.line()], {**asdict(last), "next": vars(step)})
            return 0
        milestone = milestones.take(context, budget_s=arguments.budget, progress=_common.progress)
        product = gains.products(context.records)
        step = _closing.now(context).step
    lines = [
        *remark_lines(milestone.measurement),
        (
            f"[milestone] {milestone.tag} at {milestone.commit[:12]}, {milestone.keeps} kept: measured whole over "
            f"{milestone.measurement.pairs} pairs {render.measured(milestone.measurement)}; product of the kept ratios {render.gains_line(product)}"
        ),
        *render.began_with_lines(milestone),
        step.line(),
    ]
    _common.emit(arguments, lines, {**asdict(milestone), "next": vars(step)})
    return 0
