"""`dispatch`: give targets of one domain to a specialist, in a worktree, branch and session of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import dispatching

if TYPE_CHECKING:
    import argparse

HELP = "make a worktree, branch, session and brief for a specialist; inside one, --finish writes its result"
EXAMPLE = "codeflash-agent dispatch --to memory --target app/load.py::parse --note 'peak only; the CPU side is done'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--to", choices=dispatching.DOMAINS, help="the specialist")
    parser.add_argument(
        "--target", action="append", default=[], help="FILE::FUNCTION as the target table shows it; may be repeated"
    )
    parser.add_argument("--note", default="", help="what the specialist should know besides, one line")
    parser.add_argument("--finish", metavar="TEXT", help="in a dispatched session: its end, with what was learnt")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Dispatch, or finish."""
    if arguments.finish is not None:
        return _finish(arguments)
    if not arguments.to or not arguments.target:
        raise EnvironmentProblem("give the specialist and its targets: --to cpu --target FILE::FUNCTION")
    with contexts.opened() as context:
        made = dispatching.dispatch(context, domain=arguments.to, wanted=arguments.target, note=arguments.note)
        own = context.layout.of_dispatched(made.slug)
    lines = [
        f"[dispatch] {made.slug}: {', '.join(made.targets)} to {made.domain}, at {made.commit[:12]} on {made.branch}",
        f"worktree {own.optimize_tree}",
        f"brief {own.brief}: give its whole text to the specialist",
        "next: start the specialist; when it has ended: codeflash-agent collect",
    ]
    document = {**asdict(made), "branch": made.branch, "tree": str(own.optimize_tree), "brief": str(own.brief)}
    _common.emit(arguments, lines, document)
    return 0


def _finish(arguments: argparse.Namespace) -> int:
    with contexts.opened() as context:
        document = dispatching.finish(context, arguments.finish)
    line = f"[dispatch] {document['slug']} finished: {document['keeps']} kept of {document['experiments']}; {document['learnt']}"
    _common.emit(arguments, [line], document)
    return 0
