"""`skip`: a target that is looked at and left, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.session import context as contexts
from codeflash_agent.session import state
from codeflash_agent.session.state import Skip

if TYPE_CHECKING:
    import argparse

HELP = "leave a target of the table alone, with the reason; it then no longer counts as headroom"
EXAMPLE = "codeflash-agent skip --target app/load.py::main --reason 'calls the others in turn, does nothing itself'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--target", required=True, help="FILE::FUNCTION as the target table shows it")
    parser.add_argument("--reason", required=True, help="why no change of it is worth an experiment, one line")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record it."""
    with contexts.opened() as context:
        skip = Skip(arguments.target, arguments.reason, state.now())
        context.session.skipped = [one for one in context.session.skipped if one.target != skip.target] + [skip]
        state.save(context.layout, context.session)
        context.derive()
    _common.emit(arguments, [f"left alone: {skip.target}: {skip.reason}"], vars(skip))
    return 0
