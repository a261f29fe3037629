"""`differ`: an old and a new path over the same inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools

if TYPE_CHECKING:
    import argparse

HELP = (
    "call an old and a new callable with the project's files and with edge cases, compare results and exceptions, and show "
    "the smallest differences first; ends with 1 where they differ"
)
EXAMPLE = "codeflash-agent differ shop.old:names shop.new:names --corpus 'tests/data/**/*.txt'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("old", metavar="OLD", help="module:function that is trusted; it gets one argument")
    parser.add_argument("new", metavar="NEW", help="module:function that is to replace it")
    parser.add_argument(
        "--corpus",
        action="append",
        default=[],
        metavar="GLOB",
        help="files to read, from the top; default: the project's sources",
    )
    parser.add_argument(
        "--as",
        dest="kind",
        choices=("text", "bytes", "path"),
        default="text",
        help="what is handed over (default text)",
    )
    parser.add_argument(
        "--generate", type=int, default=200, metavar="N", help="generated inputs (default 200; 0: none)"
    )
    parser.add_argument("--files-only", action="store_true", help="no edge cases: what the time is to be compared by")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="show so many differences (default 10)")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare."""
    options = {
        "old": arguments.old, "new": arguments.new, "corpus": arguments.corpus, "as": arguments.kind,
        "generate": arguments.generate, "limit": arguments.limit, "files_only": arguments.files_only,
    }  # fmt: skip
    return _tools.answer(arguments, "differ", options)
