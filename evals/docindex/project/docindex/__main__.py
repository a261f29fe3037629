"""Index a folder, or rename a function in a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docindex.index import build
from docindex.inventory import to_json
from docindex.rename import NotThere, rename


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="docindex", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    index = verbs.add_parser("index")
    index.add_argument("folder", type=Path)
    change = verbs.add_parser("rename")
    change.add_argument("file", type=Path)
    change.add_argument("old")
    change.add_argument("new")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "index":
        print(to_json(build(chosen.folder)))
        return 0
    try:
        text = rename(chosen.file.read_text(encoding="utf-8"), chosen.old, chosen.new)
    except NotThere as error:
        print(f"docindex: {error}", file=sys.stderr)
        return 1
    chosen.file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
