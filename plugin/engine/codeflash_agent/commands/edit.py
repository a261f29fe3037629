"""`edit`: blocks of text replaced in the session's tree, all or none, so that an edit fits into a chain of verbs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import Refused
from codeflash_agent.session import context as contexts
from codeflash_agent.session import edits, records

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
        record = context.open_record
        if record is None:
            raise Refused("no experiment is open, and a change belongs to one; `codeflash-agent begin` opens it")
        if record.state not in (records.OPEN, records.MEASURED):
            raise Refused(f"experiment {record.number} is being ended; `codeflash-agent status` says how to go on")
        made = edits.apply(context.tree, blocks)
    told = ", ".join(f"{name} ({number})" if number > 1 else name for name, number in made.items())
    _common.emit(arguments, [f"edited {told}"], {"edited": made})
    return 0
