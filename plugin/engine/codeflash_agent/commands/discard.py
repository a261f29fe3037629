"""`discard`: keep the change as a patch, restore the tree, record why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.commands._closing import closing_lines
from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment

if TYPE_CHECKING:
    import argparse

HELP = "save the change under .codeflash/discarded/, restore the tree and write the ledger row"
EXAMPLE = "codeflash-agent discard --reason 'no measurable gain: the cache was hit in 2 % of the calls'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--reason", required=True, help="what was learnt, one line; the next session reads it")
    parser.add_argument("--crash", action="store_true", help="the change broke the program: recorded as crash")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Discard the open experiment."""
    with contexts.opened() as context:
        record = experiment.discard(context, reason=arguments.reason, crash=arguments.crash)
        _common.emit(arguments, closing_lines(context, record), record.as_json())
    return 0
