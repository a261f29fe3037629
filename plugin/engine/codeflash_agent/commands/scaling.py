"""`scaling`: how time and memory grow with the size of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools
from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    import argparse

HELP = (
    "time a callable or a command at growing sizes and say how it grows: n, n log n, n², 2ⁿ; "
    "ends with 1 where it grows faster than n log n"
)
EXAMPLE = "codeflash-agent scaling shop.orders:match --input '[Order(i) for i in range(n)]'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "callable", nargs="?", metavar="MODULE:NAME", help="what to call; without it the command after --"
    )
    parser.add_argument("--input", metavar="EXPRESSION", help="what to call it with, over n; default: n itself")
    parser.add_argument("--sizes", metavar="N,N,…", help="default: doubling until a call takes --call-s")
    parser.add_argument("--start", type=int, default=8, metavar="N", help="the first size (default 8)")
    parser.add_argument(
        "--call-s", type=float, default=0.04, metavar="S", help="the longest call, about (default 0.04 s)"
    )
    parser.add_argument("--rounds", type=int, default=12, metavar="N", help="rounds over all sizes (default 12)")
    parser.add_argument(
        "--budget", type=float, default=30.0, metavar="S", help="no new round after so long (default 30 s)"
    )
    _tools.add_profile(parser)
    _common.add_json(parser)
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="a command with {n} where the size stands")


def run(arguments: argparse.Namespace) -> int:
    """Measure and fit."""
    callable_name, command = arguments.callable, list(arguments.command)
    if callable_name and (command or ":" not in callable_name):
        # `-- COMMAND` alone: its first word is taken for the callable.
        callable_name, command = (None, [callable_name, *command]) if ":" not in callable_name else (callable_name, [])
    if not callable_name and not command:
        raise EnvironmentProblem("name a callable (module:function), or a command with {n} after --")
    try:
        sizes = [int(word) for word in arguments.sizes.split(",")] if arguments.sizes else None
    except ValueError as error:
        raise EnvironmentProblem(f"--sizes {arguments.sizes}: whole numbers with commas between") from error
    if (sizes and min(sizes) < 1) or arguments.start < 1 or arguments.rounds < 1:
        raise EnvironmentProblem("sizes and rounds begin at 1")
    options = {
        "callable": callable_name,
        "input": arguments.input,
        "sizes": sizes,
        "start": arguments.start,
        "call_s": arguments.call_s,
        "rounds": arguments.rounds,
        "budget_s": arguments.budget,
    }
    return _tools.answer(arguments, "scaling", options, command=command)
