"""`skip`: a target that is looked at and left, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _closing, _common
from codeflash_agent.session import context as contexts
from codeflash_agent.session import state
from codeflash_agent.session.state import Skip

if TYPE_CHECKING:
    import argparse

HELP = "leave a target of the table alone, with the reason; it then no longer counts as headroom"
EXAMPLE = "codeflash-agent skip --target app/load.py::main --target app/load.py::run --reason 'only call others'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--target",
        required=True,
        action="append",
        help="FILE::FUNCTION as the target table shows it; repeatable, for rows with the same reason",
    )
    parser.add_argument("--reason", required=True, help="why no change of it is worth an experiment, one line")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record it."""
    with contexts.opened() as context:
        skips = [Skip(target, arguments.reason, state.now()) for target in dict.fromkeys(arguments.target)]
        named = {skip.target for skip in skips}
        replaced = [one for one in context.session.skipped if one.target in named and one.reason != arguments.reason]
        context.session.skipped = [one for one in context.session.skipped if one.target not in named] + skips
        state.save(context.layout, context.session)
        context.derive()
        now = _closing.now(context)
        still_open = _closing.open_lines(context, now.rows)
    lines = [f"left alone: {', '.join(skip.target for skip in skips)}: {arguments.reason}"]
    lines += [f"replaces the reason given before for {one.target}: {one.reason}" for one in replaced]
    lines += [*still_open, now.step.line()]
    _common.emit(arguments, lines, {"skipped": [vars(skip) for skip in skips], "next": vars(now.step)})
    return 0
