"""`scan`: slow constructs in the source, those that the profile calls hot first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _tools

if TYPE_CHECKING:
    import argparse

HELP = (
    "find known slow constructs in the source; hot ones, by the profile, are targets, cold ones notes; "
    "ends with 1 where there are targets"
)
EXAMPLE = "codeflash-agent scan src --limit 20"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; default: the source root")
    parser.add_argument("--limit", type=int, default=30, metavar="N", help="show so many of each kind (default 30)")
    parser.add_argument("--tests", action="store_true", help="look into tests and benchmarks too")
    parser.add_argument("--all", action="store_true", help="list also the hits without a share in the profile")
    parser.add_argument("--own", action="store_true", help="our own rules only, without the linter's")
    _tools.add_profile(parser)
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scan and join."""
    options = {"paths": arguments.paths, "limit": arguments.limit, "tests": arguments.tests, "own": arguments.own}
    options["all"] = arguments.all
    return _tools.answer(arguments, "scan", options)
