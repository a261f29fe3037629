"""`stages`: memory of a callable line by line, and a leak check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools
from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    import argparse

HELP = (
    "show what each line of a callable leaves alive and needs at its peak, and what grows from call to call; "
    "ends with 1 where something does"
)
EXAMPLE = "codeflash-agent stages shop.orders:load --input 'open(\"orders.csv\")'"
FEWEST = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "callable", metavar="MODULE:NAME", help="what to call, without arguments unless there is --input"
    )
    parser.add_argument("--input", metavar="EXPRESSION", help="what to call it with, over n")
    parser.add_argument("--size", type=int, default=1000, metavar="N", help="n in the expression (default 1000)")
    parser.add_argument("--repeats", type=int, default=12, metavar="N", help="calls for the leak check (default 12)")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure and judge."""
    if arguments.repeats < FEWEST:
        raise EnvironmentProblem(f"--repeats {arguments.repeats}: growth is told from {FEWEST} calls on")
    options = {
        "callable": arguments.callable, "input": arguments.input, "size": arguments.size, "repeats": arguments.repeats,
    }  # fmt: skip
    return _tools.answer(arguments, "stages", options)
