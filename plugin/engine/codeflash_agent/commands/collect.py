"""`collect`: take in what dispatched sessions kept, and measure the merged state."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.commands.measure import BUDGET_S
from codeflash_agent.errors import DONE, NO, EnvironmentProblem
from codeflash_agent.render import session as render
from codeflash_agent.render.measurement import measurement_lines
from codeflash_agent.session import collecting
from codeflash_agent.session import context as contexts

if TYPE_CHECKING:
    import argparse

    from codeflash_agent.session.merging import Merge

HELP = "validate finished dispatches, merge their keeps by gain, test and measure the merged state, write their ledger rows"
EXAMPLE = "codeflash-agent collect"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("slug", nargs="*", metavar="SLUG", help="which (default: all that finished)")
    parser.add_argument(
        "--anyway", action="store_true", help="take the named ones without a result; an open experiment is discarded"
    )
    parser.add_argument("--abandon", action="store_true", help="end the named one unmerged; its changes become a patch")
    parser.add_argument("--overrule", default="", metavar="REASON", help="take the merged state against its verdict")
    parser.add_argument(
        "--budget", type=float, default=BUDGET_S, metavar="S", help=f"seconds of benchmarking (default {BUDGET_S:.0f})"
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Collect; exit status 0 when all that was asked for landed, 1 otherwise."""
    if arguments.abandon and len(arguments.slug) != 1:
        raise EnvironmentProblem("--abandon takes one name: collect --abandon SLUG")
    if arguments.anyway and not arguments.slug:
        raise EnvironmentProblem("--anyway takes names: collect --anyway SLUG")
    with contexts.opened() as context:
        if arguments.abandon:
            outcome = collecting.abandon(context, arguments.slug[0])
        else:
            outcome = collecting.collect(
                context,
                arguments.slug,
                anyway=arguments.anyway,
                overrule=arguments.overrule,
                budget_s=arguments.budget,
                progress=_common.progress,
            )
    lines = [f"[merge] {slug} left as it is: {why}" for slug, why in outcome.refused.items()]
    if outcome.merge is not None:
        lines += _merge_lines(outcome.merge, landed=outcome.landed)
    document = {
        "landed": outcome.landed,
        "merge": asdict(outcome.merge) if outcome.merge else None,
        "refused": outcome.refused,
    }
    _common.emit(arguments, lines, document)
    return DONE if outcome.landed and not outcome.refused else NO


def _merge_lines(merge: Merge, *, landed: bool) -> list[str]:
    lines = [f"overlap: {line}" for line in merge.overlaps]
    lines += measurement_lines(merge.measurement) if merge.measurement else []
    for pick in merge.picks:
        fate = f"is {pick.merged[:12]}" if pick.merged else f"not merged: {pick.why}"
        lines.append(f"{pick.slug} experiment {pick.number} ({pick.commit[:12]}) {fate}")
    names = ", ".join(merge.slugs)
    count = f"{len(merge.merged)} of {len(merge.picks)} keeps"
    if landed:
        shown = render.measured(merge.measurement) if merge.measurement else "nothing to measure"
        lines.append(f"[merge] {names}: {merge.ended}, {count} merged; {shown}")
        lines.append("next: codeflash-agent profile" if merge.merged else "next: codeflash-agent status")
    elif merge.verdict is None:
        lines.append(f"[merge] {names}: the budget ended before the interval was narrow enough")
        lines.append("next: codeflash-agent collect (goes on from the measured pairs)")
    else:
        lines += [f"finding {finding.gate}: {finding.what}" for finding in merge.verdict.findings]
        lines.append(f"[merge] {names}: not landed, verdict {merge.verdict.status}: {merge.verdict.reason}")
        lines.append("next: collect one alone (collect SLUG), --overrule 'reason', or collect --abandon SLUG")
    return lines
