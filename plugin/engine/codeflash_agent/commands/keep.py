"""`keep`: commit the measured change and record it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.commands._closing import closing_lines
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment

if TYPE_CHECKING:
    import argparse

HELP = "commit the measured change on the session's branch and write its ledger row"
EXAMPLE = "codeflash-agent keep --message 'perf: join once instead of per token' --interaction 'alloc→gc_reduction'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--message", "-m", required=True, help="commit message, `perf: <what>`; the measured effect is added"
    )
    parser.add_argument("--interaction", default="none", help="the cross-domain effect that was seen (default none)")
    parser.add_argument("--trade-off", default="", help="what got worse and why that is right")
    parser.add_argument(
        "--explain", action="append", default=[], metavar="GATE=REASON", help="why a finding of this gate is no cheat"
    )
    parser.add_argument("--overrule", default="", metavar="REASON", help="keep against the verdict; the ledger says so")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Keep, or say which rule forbids it."""
    explained = dict(_explanation(text) for text in arguments.explain)
    with contexts.opened() as context:
        record = experiment.keep(
            context,
            message=arguments.message,
            explained=explained,
            overrule=arguments.overrule,
            trade_off=arguments.trade_off,
            interaction=arguments.interaction,
        )
        _common.emit(arguments, closing_lines(context, record), record.as_json())
    return 0


def _explanation(text: str) -> tuple[str, str]:
    gate, separator, reason = text.partition("=")
    if not separator or not reason.strip():
        raise EnvironmentProblem(
            f"--explain {text!r}: write GATE=REASON, e.g. --explain output-changed='rounding is documented'"
        )
    return gate.strip(), reason.strip()
