"""`diff`: two stored profiles side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from profiler.analyse import deltas
from profiler.errors import ProfileError
from profiler.render import differences
from profiler.storage.documents import load

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = "diff"
EPILOG = """\
The files are what --json wrote, of the same program before and after a change. Functions are matched by file and name,
since an edit above a function moves its line. Both profiles are one run each: what differs is a hint where to look, and
no measurement.

example:
  %(prog)s before.json after.json

exit status: 0, or 96 when a file cannot be read as a profile.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ProfileError(f"{message}; see diff --help for an example")


def main(words: Sequence[str], name: str) -> int:
    """Print the differences; gives the exit status.

    Raises:
        ProfileError: the arguments are wrong, or a file is no profile.
    """
    parser = _Parser(
        prog=f"{name} {WORD}",
        description="Show what changed between two profiles, in every dimension and by function.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--json", action="store_true", help="the differences as JSON on standard output")
    options = parser.parse_args(words)
    before, after = load(options.before), load(options.after)
    found: dict[str, Any] = deltas.compare(before, after, most=None)
    text = json.dumps(found, indent=1, ensure_ascii=False) if options.json else differences.render(before, after, found)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0
