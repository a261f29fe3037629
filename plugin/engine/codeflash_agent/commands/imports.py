"""`imports`: what starting costs, module by module, and what of it could wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools

if TYPE_CHECKING:
    import argparse

HELP = (
    "show what the command imports with time and memory, what is loaded and not used, and which imports could wait, "
    "measured deferred; ends with 1 where some could"
)
EXAMPLE = "codeflash-agent imports -- mytool --version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--root", metavar="FOLDER", help="whose imports can be changed; default: the source root")
    parser.add_argument("--depth", type=int, default=3, metavar="N", help="levels of the tree (default 3)")
    parser.add_argument(
        "--verify", type=int, default=3, metavar="N", help="measure so many candidates deferred (default 3)"
    )
    parser.add_argument("--pairs", type=int, default=12, metavar="N", help="pairs of runs for each (default 12)")
    _common.add_json(parser)
    _tools.add_command(parser)


def run(arguments: argparse.Namespace) -> int:
    """Observe and measure."""
    options = {"root": arguments.root, "depth": arguments.depth, "verify": arguments.verify, "pairs": arguments.pairs}
    return _tools.answer(arguments, "imports", options, command=_tools.benchmark(arguments))
