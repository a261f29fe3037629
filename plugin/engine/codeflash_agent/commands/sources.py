"""`sources`: what to read before the first change, by the latest profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools

if TYPE_CHECKING:
    import argparse

HELP = (
    "show what to read before a change: the benchmark and the code that the latest profile names, whole where it is short; "
    "of the rest one line a file"
)
EXAMPLE = "codeflash-agent sources --characters 40000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--characters", type=int, default=24_000, metavar="N", help="show at most about so many (default 24000)"
    )
    _tools.add_profile(parser)
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Choose and print."""
    return _tools.answer(arguments, "sources", {"characters": max(2000, arguments.characters)})
