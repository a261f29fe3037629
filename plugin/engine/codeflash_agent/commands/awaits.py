"""`awaits`: the event loop by the latest profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools

if TYPE_CHECKING:
    import argparse

HELP = (
    "show by the latest profile what held the event loop, which waits could overlap, how many tasks ran at once and what "
    "was waited for; ends with 1 where there is something to act on"
)
EXAMPLE = "codeflash-agent awaits --limit 5"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--limit", type=int, default=8, metavar="N", help="rows of each kind as text (default 8)")
    _tools.add_profile(parser)
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read and judge."""
    return _tools.answer(arguments, "awaits", {"limit": max(1, arguments.limit)})
