"""`specialisation`: hot code that the interpreter cannot make fast for the types it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools
from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    import argparse

HELP = (
    "show the instructions of a callable, or of the profile's hot functions, that the interpreter does not specialise, "
    "with the likely reason; ends with 1 where there is one to act on"
)
EXAMPLE = "codeflash-agent specialisation shop.prices:total --input 'rows(n)' --size 5000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "callable",
        nargs="?",
        metavar="MODULE:NAME",
        help="what to call and watch; without it the hot functions of the profile, while the command after -- runs",
    )
    parser.add_argument("--input", metavar="EXPRESSION", help="what to call it with, over n")
    parser.add_argument("--size", type=int, default=1000, metavar="N", help="n in the expression (default 1000)")
    parser.add_argument("--calls", type=int, default=40, metavar="N", help="calls after warm-up (default 40)")
    _tools.add_profile(parser)
    _common.add_json(parser)
    _tools.add_command(parser)


def run(arguments: argparse.Namespace) -> int:
    """Watch and judge."""
    if arguments.calls < 2:
        raise EnvironmentProblem(f"--calls {arguments.calls}: a change is seen from two calls on")
    named = arguments.callable
    if named and ":" not in named:
        # `-- COMMAND` alone: its first word is taken for the callable.
        arguments.command, named = [named, *arguments.command], None
    if named and arguments.command:
        raise EnvironmentProblem("give a callable or a command, not both")
    options = {"callable": named, "input": arguments.input, "size": arguments.size, "calls": arguments.calls}
    command = [] if named else _tools.benchmark(arguments)
    return _tools.answer(arguments, "specialisation", options, command=command)
