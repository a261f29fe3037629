"""`library`: what the project uses of a library, and whether replacing that would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools
from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    import argparse

HELP = (
    "audit one distribution: the surface the project uses, call sites with the time under each, reads and writes, and "
    "whether a replacement would pay; ends with 1 where it would not"
)
EXAMPLE = "codeflash-agent library libcst --cost 0.2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "distribution", nargs="?", metavar="DISTRIBUTION", help="default: list all by their share of the time"
    )
    parser.add_argument(
        "--cost", type=float, metavar="X", help="what the replacement costs of what it replaces (default 0.15)"
    )
    _tools.add_profile(parser)
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Audit and judge."""
    if arguments.cost is not None and not 0 < arguments.cost < 1:
        raise EnvironmentProblem(f"--cost {arguments.cost}: a part of 1, such as 0.2")
    return _tools.answer(arguments, "library", {"distribution": arguments.distribution, "cost": arguments.cost})
