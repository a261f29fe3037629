"""What the verbs share: the --json option and progress lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.commands import _progress
from codeflash_agent.render.visible import visible
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json [FILE]`."""
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the result as JSON: to standard output instead of the text, or with FILE beside it",
    )


def emit(arguments: argparse.Namespace, lines: Iterable[str], document: Any) -> None:
    """Print the lines, or the document where --json asks for it."""
    quiet()
    if arguments.json == "-":
        print(json.dumps(document, indent=1, ensure_ascii=False))
        return
    for line in lines:
        print(visible(line))  # much of it was written by others, and a terminal obeys what it is sent
    if arguments.json:
        atomic.write_json(Path(arguments.json), document)


DETAILS = ("pair ", "warming ", "noise of this machine: ")  # how far one measurement is
_TELLER = _progress.Teller()


def progress(line: str) -> None:
    """One line about long work, on stderr so that standard output stays the result."""
    _TELLER.say(visible(line), detail=line.startswith(DETAILS))


def quiet() -> None:
    """Long work is over: nothing more is told about it."""
    _TELLER.stop()
