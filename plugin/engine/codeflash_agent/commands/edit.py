"""`edit`: blocks of text replaced in the session's tree, all or none, so that an edit fits into a chain of verbs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.session import context as contexts
from codeflash_agent.session import edits, experiment

if TYPE_CHECKING:
    import argparse

HELP = (
    "replace lines in the session's tree by the blocks on standard input (a file's name, `<<<<<<< SEARCH`, old lines, `=======`, "
    "new lines, `>>>>>>> REPLACE`), all of them or none; ends with 1 where old lines are not there or not unique"
)
EXAMPLE = "codeflash-agent edit --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the edits in the tree of the open experiment."""
    blocks = edits.parse(sys.stdin.read())
    with contexts.opened() as context:
        experiment.require_open(context)
        made = edits.apply(context.tree, blocks)
    told = ", ".join(f"{name} ({number})" if number > 1 else name for name, number in made.items())
    _common.emit(arguments, [f"edited {told}"], {"edited": made})
    return 0
